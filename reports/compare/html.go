package compare

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"math"

	"evenhand/audit"
	"evenhand/reports"
)

//go:embed page.tmpl
var pageText string

//go:embed schema.json
var schemaText []byte

// Schema is the JSON Schema of what JSON writes.
func Schema() []byte { return schemaText }

// pageMetrics is how many changed numbers the page shows.
const pageMetrics = 400

// JSON writes the comparison for machines, in the layout of Schema.
func (d *Diff) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}

// section is the findings of one state on the page.
type section struct {
	State      State
	Name, Note audit.Text
	Level      string
	Rows       []row
	Folded     bool
	Said       bool // any row says what changed
}

type row struct {
	*Finding
	Cell audit.Text
	Of   string
}

// HTML writes the comparison as one page that asks for nothing from the
// network and has no script. Strings of the data never become markup.
func (d *Diff) HTML(w io.Writer, opt Options) error {
	lang := opt.Lang
	text := func(t audit.Text) template.HTML { return inline(t, lang) }
	page, err := template.New("page").Funcs(template.FuncMap{
		"t":     text,
		"w":     func(en, zh string) template.HTML { return text(audit.T(en, zh)) },
		"short": func(digest string) string { return digest[:min(12, len(digest))] },
		"attr": func(t audit.Text) string {
			switch {
			case lang != "both":
				return t.In(lang)
			case t.En == t.Zh:
				return t.En
			}
			return t.En + " / " + t.Zh
		},
	}).Parse(pageText)
	if err != nil {
		return err
	}
	data := map[string]any{
		"Lang": lang, "Both": lang == "both", "Style": reports.StyleSheet(), "Title": d.title(), "Headline": d.headline(), "Overlap": d.overlap(),
		"Tested": d.tested(), "D": d, "Sections": d.sections(opt.All), "Metrics": d.metricRows(opt), "Between": d.betweenRows(),
		"More": len(d.Metrics.Changes) - min(len(d.Metrics.Changes), pageMetrics), "Level": map[State]string{New: "fail", Worse: "fail", "": "pass"}[d.Worst],
	}
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		return err
	}
	_, err = w.Write(reports.Visible(b.Bytes()))
	return err
}

// inline marks a text up; it is the only place where text becomes markup, and
// escapes it.
func inline(t audit.Text, lang string) template.HTML {
	escape := template.HTMLEscapeString
	switch {
	case t.En == t.Zh || t.Zh == "":
		return template.HTML(escape(t.En))
	case lang == "both":
		return template.HTML(`<i lang=en>` + escape(t.En) + `</i><i lang=zh>` + escape(t.Zh) + `</i>`)
	}
	return template.HTML(escape(t.In(lang)))
}

func (d *Diff) sections(all bool) (out []section) {
	level := map[State]string{New: "fail", Worse: "fail", NotComparable: "warn", Fixed: "pass", Better: "pass", Unchanged: "none"}
	for _, s := range States {
		fs := d.Of(s)
		if len(fs) == 0 {
			continue
		}
		sec := section{State: s, Name: stateWords[s], Note: stateNotes[s], Level: level[s], Folded: s == Unchanged && !all}
		for i := range fs {
			n := "–"
			if fs[i].Cases > 0 {
				n = reports.Count(fs[i].Cases)
			}
			sec.Rows = append(sec.Rows, row{&fs[i], fs[i].said(d), n})
			sec.Said = sec.Said || !fs[i].said(d).IsZero()
		}
		out = append(out, sec)
	}
	return out
}

// metricRow is a changed number on the page.
type metricRow struct {
	ID, P, State                          string
	Name, Rows, Values, Change, Direction audit.Text
	Bar                                   *bar
}

func (d *Diff) metricRows(opt Options) (out []metricRow) {
	for i := range d.Metrics.Changes {
		if i == pageMetrics {
			break
		}
		m := &d.Metrics.Changes[i]
		state := map[string]string{"worse": "fail", "better": "pass"}[m.Direction]
		out = append(out, metricRow{m.ID, m.p(), state, opt.Words.of(m.Check, m.Name), m.rows(), m.values(), m.change(), directionWords[m.Direction], m.bar()})
	}
	return out
}

// bar is the interval of a change as a small drawing: the line is no change.
type bar struct{ From, Width, At float64 }

// bar scales each interval by its own farther end: rows have different units.
func (m *Metric) bar() *bar {
	if m.Low == nil {
		return nil
	}
	lo, hi, at := *m.Low, *m.High, m.Change
	if m.Scale == "ratio" {
		lo, hi, at = math.Log(lo), math.Log(hi), math.Log(at)
	}
	far := max(math.Abs(lo), math.Abs(hi))
	if !(far > 0) || math.IsInf(far, 0) {
		return nil
	}
	x := func(v float64) float64 { return math.Round(60 + 55*v/far) }
	return &bar{x(lo), max(x(hi)-x(lo), 1), x(at)}
}

type betweenRow struct{ What, Old, New, Name audit.Text }

func (d *Diff) betweenRows() (out []betweenRow) {
	for i := range d.Between {
		b := &d.Between[i]
		o, n := b.sides()
		out = append(out, betweenRow{whatWords[b.What], o, n, audit.T(b.Name, b.Name)})
	}
	return out
}
