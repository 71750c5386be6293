package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/features"
)

const defaultZone = "Asia/Shanghai"

// writer writes YAML; depth is its indentation.
type writer struct{ bytes.Buffer }

func (w *writer) line(depth int, format string, args ...any) {
	if format != "" {
		w.WriteString(strings.Repeat("  ", depth))
		fmt.Fprintf(w, format, args...)
	}
	w.WriteByte('\n')
}

var plainScalar = regexp.MustCompile(`^(?:-?[0-9]|[\p{L}\p{N}_./+])(?:[\p{L}\p{N}_./+() -]*[\p{L}\p{N}_./+()-])?$`)

// quote writes s so that YAML reads it back as it is, in a line or a comment.
func quote(s string) string {
	special := strings.EqualFold(s, "null") || s == "..." || len(s) > 200
	if !special && plainScalar.MatchString(s) {
		return s
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b) // JSON strings are YAML
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic("draft: " + err.Error())
	}
	return strings.TrimSpace(b.String())
}

func flowList(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func (d *drafter) write() []byte {
	w := &writer{}
	w.line(0, "# A plan drafted from the export's columns. Lines marked \"check\" were guessed;")
	w.line(0, "# lines that start with \"# TODO\" need an answer: correct them, remove the mark.")
	w.line(0, "version: 1")
	w.line(0, "lender: \"\" # name shown on the report")
	if day, from := d.asOf(); day != "" {
		w.line(0, "as_of: %s # check: the last date in %s; what was unpaid or open then counts as such", day, from)
	} else {
		w.line(0, "# TODO as_of: %s # the day the export was made as of", d.someDay())
	}
	w.line(0, "timezone: %s # check: zone of business days, periods and due dates", defaultZone)
	w.line(0, "currency: %s # check: where the export has none", d.currency())
	w.line(0, "period: month")
	w.line(0, "")
	w.line(0, "tables:")
	for i, t := range d.tables {
		if i > 0 {
			w.line(0, "")
		}
		t.write(w, d)
	}
	for _, v := range d.unknown {
		w.line(0, "")
		w.line(1, "# %s was not recognised as a table, or as another one of the same. Its columns:", quote(v.path))
		for _, f := range v.fields {
			w.line(1, "#   %s (%s)", quote(f.Name), f.Type)
		}
	}
	d.writeGroups(w)
	d.writeModels(w)
	d.ending(w)
	return w.Bytes()
}

// asOf guesses the as-of date: the last date that lies in the past of the
// export by its meaning.
func (d *drafter) asOf() (day, from string) {
	for _, t := range d.tables {
		for _, g := range t.guesses {
			c := g.column
			if g.todo || len(g.from) == 0 || c.Kind != features.Instant || slices.Contains([]string{"temporary_until", "ends_at"}, c.Name) {
				continue
			}
			f := t.fieldNamed(g.from[0])
			max := f.Max
			if len(max) >= 10 {
				max = max[:10]
			}
			if days(f) {
				max = unknownDay
			}
			if _, err := time.Parse(time.DateOnly, max); err == nil && max > day {
				day, from = max, t.contract.Name+"."+c.Name
			}
		}
	}
	return day, from
}

// someDay is the end of the year that a file is named after, if one is.
func (d *drafter) someDay() string {
	for _, t := range d.tables {
		if m := year.FindStringSubmatch(t.path); m != nil {
			return m[1] + "-12-31"
		}
	}
	return "2026-06-30"
}

// currency is the export's own, when it names only one.
func (d *drafter) currency() string {
	for _, t := range d.tables {
		if g := t.guess("currency"); g != nil && len(g.from) == 1 {
			if f := t.fieldNamed(g.from[0]); len(f.Values) == 1 && regexp.MustCompile(`^[A-Z]{3}$`).MatchString(f.Values[0]) {
				return f.Values[0]
			}
		}
	}
	return "CNY"
}

func (t *table) write(w *writer, d *drafter) {
	if t.assumed {
		w.line(1, "# check: no column tells which table this is; it is taken for decisions. The")
		w.line(1, "# contract also has %s: see `evenhand schema`.", strings.Join(tableNames()[1:], ", "))
	}
	w.line(1, "%s: # %s", t.contract.Name, t.contract.Doc)
	if len(t.paths) == 1 {
		w.line(2, "files: %s", quote(t.paths[0]))
	} else {
		w.line(2, "files: %s", flowList(t.paths))
	}
	var same []string
	for _, g := range t.guesses {
		if g.bare() {
			same = append(same, g.column.Name)
		}
	}
	if len(same) > 0 {
		w.line(2, "# Read as they are named: %s.", strings.Join(same, ", "))
	}
	if len(same) < len(t.guesses) {
		w.line(2, "columns:")
	}
	for _, g := range t.guesses {
		if !g.bare() {
			g.write(w)
		}
	}
	t.writeRest(w, d)
}

// bare reports whether a column needs no line: it has the contract's name,
// needs no options, and there is nothing to say of it.
func (g *guess) bare() bool {
	return !g.todo && g.note == "" && len(g.from) == 1 && g.from[0] == g.column.Name && len(g.options)+len(g.values)+len(g.unknown)+len(g.offers) == 0
}

func (g *guess) write(w *writer) {
	mark := ""
	if g.todo {
		mark = "# TODO "
	}
	note := ""
	if g.note != "" {
		note = " # " + g.note
	}
	from := ""
	switch len(g.from) {
	case 0:
	case 1:
		from = quote(g.from[0])
	default:
		from = flowList(g.from)
	}
	options := g.options
	if from != "" {
		options = append([]string{"from: " + from}, options...)
	}
	switch {
	case len(g.values)+len(g.unknown)+len(g.offers) == 0 && len(g.options) == 0:
		w.line(3, "%s%s: %s%s", mark, g.column.Name, from, note)
		return
	case len(g.values)+len(g.unknown)+len(g.offers) == 0:
		w.line(3, "%s%s: {%s}%s", mark, g.column.Name, strings.Join(options, ", "), note)
		return
	}
	w.line(3, "%s:%s", g.column.Name, note)
	for _, o := range options {
		w.line(4, "%s", o)
	}
	if len(g.values) > 0 {
		w.line(4, "values:")
		for _, v := range g.values {
			w.line(5, "%s: %s", quote(v[0]), v[1])
		}
	}
	for _, v := range g.unknown {
		w.line(5, "# TODO %s: %s # one of %s", quote(v), strings.ToUpper(g.column.Name), strings.Join(g.column.Enum, ", "))
	}
	for _, o := range g.offers {
		w.line(4, "# %s # %s", o.option, o.why)
	}
}

// writeRest lists the fields that nothing reads: those that could be inputs of
// a score as features to uncomment, the others by name.
func (t *table) writeRest(w *writer, d *drafter) {
	var inputs, others []field
	for _, f := range t.fields {
		if t.used(f.Name) || t.contract.Name == "decisions" && (d.grouped(f.Name) || slices.Contains(t.segments(), f.Name)) {
			continue
		}
		text := f.Natural == features.Text && len(f.Values) > 0 && len(f.Values) < manyValues
		number := f.Natural == features.Int || f.Natural == features.Float || f.Natural == features.Money || f.Natural == features.Bool
		if t.contract.Features && (text || number) && !outcomeNames[f.key] {
			inputs = append(inputs, f)
		} else {
			others = append(others, f)
		}
	}
	if len(inputs) > 0 {
		w.line(2, "# features: # uncomment what the score is computed from, under the models' names")
		for _, f := range inputs {
			w.line(2, "#   %s: %s # %s", quote(f.Name), quote(f.Name), f.Type)
		}
	}
	if len(others) > 0 {
		w.line(2, "# Not mapped:")
		for _, f := range others {
			w.line(2, "#   %s (%s)", quote(f.Name), f.Type)
		}
	}
}

// outcomeNames are names of what was decided, which no score is computed from.
var outcomeNames = func() map[string]bool {
	names := map[string]bool{}
	for _, n := range strings.Fields(outcomes) {
		names[normal(n)] = true
	}
	return names
}()

// grouped reports whether a group dimension reads the field, or could.
func (d *drafter) grouped(name string) bool {
	return slices.ContainsFunc(d.dims, func(m dimension) bool {
		return m.column != "" && m.column == name || m.column == "" && m.oneHot == nil && m.name == name ||
			slices.Contains(m.also, name) || slices.ContainsFunc(m.oneHot, func(p [2]string) bool { return p[1] == name })
	})
}

func (d *drafter) writeGroups(w *writer) {
	t := d.named("decisions")
	if t == nil {
		return
	}
	w.line(0, "")
	if len(d.dims) == 0 {
		w.line(0, "# groups: # protected attributes, when the export or a table of groups has any")
		w.line(0, "#   sex: {reference: M}")
	} else {
		w.line(0, "groups: # check: each reference is the most frequent group")
	}
	for _, m := range d.dims {
		m.write(w)
	}
	if s := t.segments(); len(s) > 0 {
		w.line(0, "")
		w.line(0, "segments: %s # check: comparisons are repeated within each", flowList(s))
	}
}

func (m *dimension) write(w *writer) {
	w.line(1, "%s:", m.name)
	if m.column != "" {
		w.line(2, "column: %s", quote(m.column))
	}
	if len(m.values) > 0 {
		w.line(2, "values: %s", flowMap(m.values))
	}
	if len(m.missing) > 0 {
		w.line(2, "missing: %s # check: do they mean unknown?", flowList(m.missing))
	}
	if len(m.bands) > 0 {
		var cuts []string
		for _, b := range m.bands {
			cuts = append(cuts, strconv.Itoa(b))
		}
		w.line(2, "bands: %s", flowList(cuts))
	}
	if len(m.oneHot) > 0 {
		w.line(2, "one_hot: %s", flowMap(m.oneHot))
		w.line(2, "# otherwise: other # the group of rows where no column is 1")
	}
	w.line(2, "reference: %s # check", quote(m.reference))
	if len(m.also) > 0 {
		w.line(2, "# could be %s too", strings.Join(quoteAll(m.also), ", "))
	}
}

func quoteAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return out
}

func flowMap(pairs [][2]string) string {
	out := make([]string, len(pairs))
	for i, p := range pairs {
		out[i] = quote(p[0]) + ": " + quote(p[1])
	}
	return "{" + strings.Join(out, ", ") + "}"
}
