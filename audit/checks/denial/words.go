package denial

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"evenhand/audit"
)

// wording says how much a reason code or text tells.
type wording uint8

const (
	noReason wording = iota // empty, "N/A" …
	generic                 // nothing but what applies to every denial
	mixed                   // a generic phrase among other words: counts as specific
	unlisted                // a code that the catalogue lacks: counts as specific
	specific
)

// read is what classify made of a text: its wording and, when it is generic or
// mixed, the phrase that made it so.
type read struct {
	wording wording
	phrase  string
}

// lexicon tells generic reasons from specific ones. It compares letters and
// digits only, folded to lower case and half width, so that neither spaces nor
// punctuation nor case matter.
//
// A text is generic when nothing is left of it once generic phrases and words
// without content ("we regret", 您的申请) are taken out. Anything left gets the
// benefit of the doubt: a false accusation costs more than a missed one.
type lexicon struct {
	phrases []entry
	fillers []entry
	nothing []entry
	reasons map[string]audit.Reason

	// Scratch.
	text   []byte // folded
	starts []bool // per byte: a Latin word or number starts here
}

type entry struct {
	folded []byte
	latin  bool   // must stand as whole words
	as     string // as written
}

func newLexicon(plan *audit.Plan) *lexicon {
	l := &lexicon{reasons: plan.Reasons, fillers: fillers(), nothing: nothing()}
	l.phrases = l.fold(plan.Lexicon)
	for _, e := range builtIn() {
		if !slices.ContainsFunc(l.phrases, func(o entry) bool { return string(o.folded) == string(e.folded) }) {
			l.phrases = append(l.phrases, e)
		}
	}
	longestFirst(l.phrases)
	return l
}

// What every lexicon has, folded once: there is a lexicon a state.
var (
	builtIn = sync.OnceValue(func() []entry { return new(lexicon).fold(genericPhrases) })
	fillers = sync.OnceValue(func() []entry { return new(lexicon).fold(strings.Fields(fillerWords)) })
	nothing = sync.OnceValue(func() []entry {
		return new(lexicon).fold(strings.Fields("na n/a nan none null nil nothing 无 空 暂无"))
	})
)

func longestFirst(e []entry) {
	slices.SortStableFunc(e, func(a, b entry) int { return len(b.folded) - len(a.folded) })
}

// fold prepares phrases for search: longest first, so that a phrase within
// another one is not taken for it.
func (l *lexicon) fold(texts []string) []entry {
	var out []entry
	seen := map[string]bool{"": true}
	for _, s := range texts {
		l.set([]byte(s))
		if !seen[string(l.text)] {
			seen[string(l.text)] = true
			out = append(out, entry{slices.Clone(l.text), l.text[0] < utf8.RuneSelf, s})
		}
	}
	longestFirst(out)
	return out
}

// is reports whether the text in the scratch is e, whole.
func (l *lexicon) is(e entry) bool { return bytes.Equal(e.folded, l.text) }

// set folds a text into the scratch.
func (l *lexicon) set(s []byte) {
	l.text, l.starts = l.text[:0], l.starts[:0]
	boundary := true
	for _, r := range string(s) {
		switch {
		case r >= '！' && r <= '～': // full-width forms
			r -= '！' - '!'
		case r == '’':
			r = '\''
		}
		if r == '\'' { // didn't is one word
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			boundary = true
			continue
		}
		latin := r < 0x250
		l.starts = append(l.starts, boundary || !latin)
		l.text = utf8.AppendRune(l.text, unicode.ToLower(r))
		for len(l.starts) < len(l.text) {
			l.starts = append(l.starts, false)
		}
		boundary = !latin
	}
}

// code classifies a reason code.
func (l *lexicon) code(code string) read {
	reason, listed := l.reasons[code]
	if listed {
		if reason.Generic {
			return read{generic, code}
		}
		for _, text := range []string{reason.Zh, reason.En} {
			if r := l.classify([]byte(text), true); r.wording == generic {
				return read{generic, code}
			}
		}
	}
	r := l.classify([]byte(code), false)
	switch {
	case r.wording == generic:
		return read{generic, code}
	case r.wording == noReason && !listed:
		return r
	case !listed && len(l.reasons) > 0:
		return read{wording: unlisted}
	}
	return read{wording: specific}
}

// classify classifies a text; prose of content-free words alone is generic,
// a code of them is not.
func (l *lexicon) classify(s []byte, prose bool) read {
	l.set(s)
	if len(l.text) == 0 || slices.ContainsFunc(l.nothing, l.is) {
		return read{}
	}
	phrase, at := "", len(l.text)
	for _, e := range l.phrases {
		if i := l.remove(e); i >= 0 && i < at {
			phrase, at = e.as, i
		}
	}
	if phrase == "" && !prose {
		return read{wording: specific}
	}
	for _, e := range l.fillers {
		l.remove(e)
	}
	left := len(bytes.Trim(l.text, "\x00")) > 0
	switch {
	case !left && phrase == "":
		return read{generic, noneGiven}
	case !left:
		return read{generic, phrase}
	case phrase != "":
		return read{mixed, phrase}
	}
	return read{wording: specific}
}

// noneGiven stands for prose that says no more than that the answer is no.
const noneGiven = "(no reason stated)"

// remove blanks every occurrence of e and returns the first's position or -1.
func (l *lexicon) remove(e entry) (first int) {
	first = -1
	for from := 0; ; {
		i := bytes.Index(l.text[from:], e.folded)
		if i < 0 {
			return first
		}
		i += from
		end := i + len(e.folded)
		from = i + 1
		if e.latin && !(l.starts[i] && (end == len(l.text) || l.starts[end] || l.text[end] == 0)) {
			continue
		}
		clear(l.text[i:end])
		if first < 0 {
			first = i
		}
		from = end
	}
}
