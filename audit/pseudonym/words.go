package pseudonym

import (
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
)

// Words are the texts that may leave whatever rows have them: those of the plan,
// of its registries, of the contract and of the program itself.
type Words map[string]bool

// NewWords returns what the program's own texts are made of, and the plan's.
func NewWords(plan *audit.Plan, checks []*audit.Check) Words {
	w := Words{}
	for _, t := range features.Schema {
		w.add(t.Name)
		for _, c := range t.Columns {
			w.add(c.Name)
			for _, v := range c.Enum {
				w.add(v)
			}
		}
	}
	for _, c := range checks {
		w.text(c.Title)
		w.prose(c.Doc)
		for name, t := range c.Words {
			w.add(name)
			w.text(t)
		}
		for en, t := range c.Evidence {
			w.prose(en)
			w.text(t)
		}
	}
	for _, code := range cause.Codes() {
		w.add(code)
		w.text(cause.Words(code))
	}
	w.prose(program)
	w.Add(plan)
	w.prose(plan.Source)
	for _, list := range [][]audit.Grouping{plan.Groups, plan.Segments, plan.Strata} {
		for _, g := range list {
			for _, label := range features.BandLabels(g.Bands) {
				w[label] = true
			}
		}
	}
	return w
}

// program has words of evidence that no manual happens to use.
const program = `yes no none null true false nothing unknown any all and or not of to in on at by is as the a from since until
customer-day human without closed opened open days months decided decisions around rows jan feb mar`

// Add adds every text that v holds: a registry, a plan, a list.
func (w Words) Add(v any) { w.walk(reflect.ValueOf(v), 0) }

func (w Words) walk(v reflect.Value, depth int) {
	if depth > 12 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		w.add(v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			w.walk(v.Elem(), depth+1)
		}
	case reflect.Struct:
		if v.Type().PkgPath() != "" && !strings.HasPrefix(v.Type().PkgPath(), "evenhand/") {
			return // time.Location and the like
		}
		for i := range v.NumField() {
			w.walk(v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		if k := v.Type().Elem().Kind(); k == reflect.Uint8 || k == reflect.Float64 || k == reflect.Int64 {
			return
		}
		for i := range v.Len() {
			w.walk(v.Index(i), depth+1)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			w.walk(it.Key(), depth+1)
			w.walk(it.Value(), depth+1)
		}
	}
}

func (w Words) text(t audit.Text) {
	w.prose(t.En)
	w.prose(t.Zh)
}

// add adds a text, and the words it is made of.
func (w Words) add(s string) {
	if s == "" || len(s) > 4096 {
		return
	}
	w[s] = true
	w.prose(s)
}

// prose adds the words of a text.
func (w Words) prose(s string) {
	for p := range pieces(s) {
		if !p.gap {
			w[p.text] = true
			if in := strings.TrimFunc(p.text, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }); in != "" {
				w[in] = true
			}
		}
	}
}

// piece is a word, or what stands between two.
type piece struct {
	text string
	gap  bool
}

// pieces cuts a text at spaces and at the signs that never stand inside a value
// of one word.
func pieces(s string) func(yield func(piece) bool) {
	return func(yield func(piece) bool) {
		for s != "" {
			r, _ := utf8.DecodeRuneInString(s)
			gap := isGap(r)
			n := strings.IndexFunc(s, func(r rune) bool { return isGap(r) != gap })
			if n < 0 {
				n = len(s)
			}
			if !yield(piece{s[:n], gap}) {
				return
			}
			s = s[n:]
		}
	}
}

func isGap(r rune) bool {
	return r <= ' ' || strings.ContainsRune(",;=×()[]{}|\"'`→，；、（）。：“”", r) || r > 0x7f && unicode.IsSpace(r)
}

// isNumber reports whether a word is a number, an amount, a date, a time or a
// range of such, and not so long that it could be an id.
func isNumber(s string) bool {
	if year, of, ok := strings.Cut(s, "-"); ok && len(year) == 4 && len(of) >= 2 && strings.IndexByte("QWH", of[0]) >= 0 {
		s = year + "-" + of[1:] // 2025-Q1
	}
	digits, run, inRun := 0, 0, 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
			inRun++
			run = max(run, inRun)
			continue
		case r == 'T' && i > 0 && strings.Contains(s, ":"), r == 'Z' && strings.Contains(s, ":"):
		case r == 'e' && i > 0 && digits > 0 && i+1 < len(s):
		case strings.ContainsRune(".,:+-−–/%‰<>≥≤~±×÷#≈$€£¥?…", r):
		default:
			return s == "NaN" || s == "Inf" || s == "+Inf" || s == "-Inf"
		}
		inRun = 0
	}
	return run <= 12 || strings.Contains(s, ".")
}

// isFigure is isNumber for words that have a digit.
func isFigure(s string) bool { return strings.ContainsAny(s, "0123456789") && isNumber(s) }
