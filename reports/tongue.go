package reports

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"evenhand/audit"
)

// The languages of a page: one of them, or both with a switch.
const (
	onlyEnglish = "en"
	onlyChinese = "zh"
	inBoth      = "both"
)

// tongue writes texts into a page in its language. These methods are the only
// places where text becomes markup, and all of them escape it.
type tongue struct {
	lang string
	most int // runes of one text; a longer one is cut
}

// pageTemplate is parsed with functions that each page replaces by its own.
var pageTemplate = template.Must(template.New("page.tmpl").Funcs(tongue{}.functions()).ParseFS(templates, "templates/*.tmpl"))

func (r *Report) tongue() tongue { return tongue{lang: r.lang, most: r.room.text} }

func (g tongue) functions() template.FuncMap {
	return template.FuncMap{
		"t": g.inline, "p": g.paragraph, "w": g.word, "attr": g.plain, "alike": g.near, "num": g.number, "speaks": g.speaks,
		"join": strings.Join, "short": g.cut, "by": by, "layOut": layOut, "say": w,
	}
}

// render executes a template of the page and takes out of its markup what a
// browser does not need.
func (g tongue) render(name string, data any) ([]byte, error) {
	b, err := g.execute(name, data)
	return visible(terse(b)), err
}

func (g tongue) execute(name string, data any) ([]byte, error) {
	t, err := pageTemplate.Clone()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Funcs(g.functions()).ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}

// speaks reports whether the page holds text in lang.
func (g tongue) speaks(lang string) bool { return g.lang == lang || g.lang == inBoth }

// rareText is what stands for a text of the export that too few rows have.
var rareText = regexp.MustCompile(`\(rare ([0-9a-f]{8})\)`)

// rareInChinese says that in Chinese too.
func rareInChinese(t audit.Text) audit.Text {
	if strings.Contains(t.Zh, "(rare ") {
		t.Zh = rareText.ReplaceAllString(t.Zh, "（少见文字 $1）")
	}
	return t
}

// alike reports whether a text is written once: the page has one language, or
// it reads the same in both.
func (g tongue) alike(t audit.Text) bool {
	t = rareInChinese(t)
	return g.lang != inBoth || t.En == t.Zh || t.Zh == "" || t.En == ""
}

// near is alike for the many numbers of tables and charts: the space that holds
// a unit to its number does not count there.
func (g tongue) near(t audit.Text) bool {
	t = rareInChinese(t)
	return g.alike(t) || strings.ReplaceAll(t.En, nbsp, "") == t.Zh
}

// number is inline for those.
func (g tongue) number(t audit.Text) template.HTML {
	if g.near(t) {
		return template.HTML(template.HTMLEscapeString(g.one(t)))
	}
	return g.inline(t)
}

// one is the text in the page's language; text that has only one language is
// said in that.
func (g tongue) one(t audit.Text) string {
	t = rareInChinese(t)
	if g.lang == onlyChinese && t.Zh != "" || t.En == "" {
		return g.cut(t.Zh)
	}
	return g.cut(t.En)
}

func (g tongue) cut(s string) string {
	if g.most > 0 && len(s) > g.most {
		for i := range s {
			if i >= g.most-len("…") {
				return s[:i] + "…"
			}
		}
	}
	return s
}

// inline marks a text up; where it has both languages the style sheet hides one.
// English has no lang of its own: it is the page's, and there are thousands.
func (g tongue) inline(t audit.Text) template.HTML {
	t = rareInChinese(t)
	if g.alike(t) {
		return template.HTML(template.HTMLEscapeString(g.one(t)))
	}
	return template.HTML(`<i>` + template.HTMLEscapeString(g.cut(t.En)) + `</i><i lang=zh>` + template.HTMLEscapeString(g.cut(t.Zh)) + `</i>`)
}

func (g tongue) paragraph(t audit.Text) template.HTML {
	t = rareInChinese(t)
	switch {
	case t.IsZero():
		return ""
	case g.alike(t):
		return template.HTML(`<p>` + template.HTMLEscapeString(g.one(t)) + `</p>`)
	}
	return template.HTML(`<p lang="en">` + template.HTMLEscapeString(g.cut(t.En)) + `</p><p lang="zh">` + template.HTMLEscapeString(g.cut(t.Zh)) + `</p>`)
}

func (g tongue) word(en string) (template.HTML, error) {
	zh, ok := ui[en]
	if !ok {
		return "", fmt.Errorf("no Chinese for %q", en)
	}
	return g.inline(audit.T(en, zh)), nil
}

// plain is for places that take no markup: titles and text alternatives.
func (g tongue) plain(t audit.Text) string {
	if g.near(t) {
		return g.one(t)
	}
	return g.cut(t.En) + " / " + g.cut(t.Zh)
}

// by says which element names a table to those who do not see it.
func by(t table, id string) table {
	t.By = id
	return t
}
