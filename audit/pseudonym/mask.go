package pseudonym

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"evenhand/audit"
)

// Mask takes persons out of texts. A nil Mask leaves everything as it is. It is
// for one goroutine.
type Mask struct {
	key     *Key
	words   Words           // texts that may leave
	rare    map[string]bool // texts that too few rows have
	hidden  map[string]bool // texts that may not, and with true ids
	lengths []int           // of these, in bytes
	ids     map[string]string
	memo    map[string]string // of Text
	said    map[string]string // of prose
}

// mostIDs bounds the ids that are kept to be found in texts where no id belongs:
// a second line of defence is not worth any memory.
const mostIDs = 1 << 20

// NewMask returns the mask of a result: texts has the export's texts with the
// rows of each (audit.Result.Texts), of which those of fewer rows than suppress
// may not leave unless words has them. It takes over words.
func NewMask(key *Key, words Words, texts map[string]int64, suppress int64) *Mask {
	if key == nil {
		return nil
	}
	m := &Mask{key: key, words: words, rare: map[string]bool{}, hidden: map[string]bool{}, ids: map[string]string{}, memo: map[string]string{}, said: map[string]string{}}
	suppress = max(suppress, 1)
	for v, n := range texts {
		if n >= suppress {
			m.words[v] = true
		}
	}
	for v, n := range texts {
		if n >= suppress {
			m.words.prose(v)
			if raw, ok := strings.CutPrefix(v, "other:"); ok {
				m.words.add(raw)
			}
		}
	}
	for v, n := range texts {
		if n < suppress && !m.words[v] {
			m.rare[v] = true
			m.hide(v, false)
			if raw, ok := strings.CutPrefix(v, "other:"); ok && !m.words[raw] {
				m.hide(raw, false)
			}
		}
	}
	return m
}

// hide has a text replaced in prose, unless it is too short to be told from
// other things there.
func (m *Mask) hide(s string, id bool) {
	if len(s) < 2 || len(s) < 6 && isFigure(s) || len(s) > 4096 {
		return
	}
	if _, ok := m.hidden[s]; ok {
		return
	}
	m.hidden[s] = id
	if i, ok := slices.BinarySearch(m.lengths, len(s)); !ok {
		m.lengths = slices.Insert(m.lengths, i, len(s))
	}
}

// IDs says how ids leave.
func (m *Mask) IDs() IDs {
	if m == nil {
		return IDs{Mode: Plain}
	}
	return m.key.IDs()
}

// ID returns the pseudonym of an id.
func (m *Mask) ID(id string) string {
	if m == nil || id == "" {
		return id
	}
	if p, ok := m.ids[id]; ok {
		return p
	}
	p := m.key.Of(id)
	if len(m.ids) < mostIDs {
		m.ids[id] = p
	}
	return p
}

// rowKey is the pseudonym of the key of a row: of a key of several parts that of
// the first, which is the id, and the others as texts.
func (m *Mask) rowKey(table, key string) string {
	at := -1
	switch table {
	case "repayments", "experiments", "groups", "features":
		at = strings.IndexAny(key, "#/")
	}
	if at < 0 {
		return m.ID(key)
	}
	return m.ID(key[:at]) + key[at:at+1] + m.Text(strings.ReplaceAll(key[at+1:], "#", " # "))
}

// Text returns a value with the words replaced that may not leave: those that
// are no number, and neither of the plan nor of enough rows.
func (m *Mask) Text(s string) string {
	if m == nil || s == "" || m.words[s] {
		return s
	}
	if out, ok := m.memo[s]; ok {
		return out
	}
	out := m.mask(s)
	if len(m.memo) < 1<<16 {
		m.memo[s] = out
	}
	return out
}

// Label returns the name of a slice of the rows, as "product=cash" or
// "age×sex=25-35×F", with the values replaced that too few rows have. Other
// words of it are the program's.
func (m *Mask) Label(s string) string {
	if m == nil || s == "" || m.words[s] {
		return s
	}
	if m.rare[s] {
		return m.key.rare(s)
	}
	name, value, ok := strings.Cut(s, "=")
	switch {
	case ok && name == "incident":
		return name + "=" + m.short(value)
	case ok && m.rare[value]:
		return name + "=" + m.key.rare(value)
	}
	var b strings.Builder
	for p := range pieces(s) {
		if m.rare[p.text] && !p.gap {
			b.WriteString(m.key.rare(p.text))
		} else {
			b.WriteString(p.text)
		}
	}
	return m.Prose(b.String())
}

// short is an id in a sentence.
func (m *Mask) short(id string) string {
	if id == "" {
		return ""
	}
	return m.ID(id)[:12]
}

func (m *Mask) mask(s string) string {
	if id, ok := m.hidden[s]; ok {
		return m.instead(s, id)
	}
	var b strings.Builder
	var bad strings.Builder // words in a row that may not leave, with what is between them
	gap := ""
	flush := func() {
		if bad.Len() > 0 {
			b.WriteString(m.key.rare(bad.String()))
			bad.Reset()
		}
		b.WriteString(gap)
		gap = ""
	}
	for p := range pieces(s) {
		switch {
		case p.gap:
			gap += p.text
		case m.may(p.text):
			flush()
			b.WriteString(p.text)
		case bad.Len() > 0 && strings.TrimSpace(gap) == "":
			bad.WriteString(gap + p.text)
			gap = ""
		default:
			flush()
			bad.WriteString(p.text)
		}
	}
	flush()
	return b.String()
}

// may reports whether a word may leave.
func (m *Mask) may(w string) bool {
	if m.words[w] {
		return true
	}
	if _, hidden := m.hidden[w]; hidden {
		return false
	}
	if _, id := m.ids[w]; id && len(w) >= 6 {
		return false
	}
	if isNumber(w) {
		return true
	}
	if rest, ok := strings.CutPrefix(w, "other:"); ok {
		return m.may(rest)
	}
	in := strings.TrimFunc(w, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) })
	if in == "" || in != w && (m.words[in] || isFigure(in)) {
		return true
	}
	// Words joined by a sign: all of them words.
	parts := strings.FieldsFunc(in, func(r rune) bool { return strings.ContainsRune("+/:.-&*→<>", r) })
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !m.words[p] || isFigure(p) })
}

// Prose returns a sentence of the program's with what is hidden replaced: texts
// of too few rows, and ids that were seen.
func (m *Mask) Prose(s string) string {
	if m == nil || s == "" {
		return s
	}
	if out, ok := m.said[s]; ok {
		return out
	}
	out := m.prose(s)
	m.said[s] = out
	return out
}

func (m *Mask) prose(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if i == 0 || !joined(s[i-1], s[i]) {
			if by, n := m.at(s[i:]); n > 0 {
				b.WriteString(by)
				i += n
				continue
			}
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		b.WriteString(s[i : i+n])
		i += n
	}
	return b.String()
}

// instead is what stands for a hidden text.
func (m *Mask) instead(s string, id bool) string {
	if id {
		return m.short(s)
	}
	return m.key.rare(s)
}

// at returns what stands for the longest hidden text that s begins with.
func (m *Mask) at(s string) (by string, n int) {
	for i := len(m.lengths) - 1; i >= 0; i-- {
		n := m.lengths[i]
		if n > len(s) {
			continue
		}
		if id, ok := m.hidden[s[:n]]; ok && (n == len(s) || !joined(s[n-1], s[n])) {
			return m.instead(s[:n], id), n
		}
	}
	return "", 0
}

// joined reports whether two bytes stand in one word.
func joined(a, b byte) bool { return letter(a) && letter(b) }

func letter(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

func (m *Mask) sentence(t audit.Text) audit.Text {
	return audit.Text{En: m.Prose(t.En), Zh: m.Prose(t.Zh)}
}

func (m *Mask) sentences(ts []audit.Text) []audit.Text {
	for i := range ts {
		ts[i] = m.sentence(ts[i])
	}
	return ts
}
