package reports

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"evenhand/audit/audittest"
	"evenhand/audit/checks"
	"evenhand/fixtures"
	"evenhand/reports/svg"
)

// TestMain reads -update, which package audittest defines.
func TestMain(m *testing.M) {
	flag.Parse()
	*update = flag.Lookup("update").Value.String() == "true"
	os.Exit(m.Run())
}

// bookReport is the report of the embedded book.
var bookReport = sync.OnceValue(func() func(*testing.T) *Report {
	var once sync.Once
	var in Input
	return func(t *testing.T) *Report {
		t.Helper()
		once.Do(func() {
			dir := t.TempDir()
			if err := os.CopyFS(dir, fixtures.Book()); err != nil {
				t.Fatal(err)
			}
			in.Plan, in.Result = audittest.Audit(t, dir, 2, checks.All...)
			in.Checks = checks.All
		})
		return New(in)
	}
})()

// figuresIn are the charts of a report's page.
func figuresIn(r *Report) (out []*figure) {
	r.room.cards, r.room.figures = 100, 60 // also those for which a page has no room
	for _, c := range r.chapters() {
		out = append(out, c.Figures...)
	}
	cards, _ := r.cards()
	for _, c := range cards {
		if c.Figure != nil {
			out = append(out, c.Figure)
		}
	}
	return out
}

// textBox is where a text of a chart stands, estimated: a CJK character is one
// em wide, a Latin one 0.56.
type textBox struct {
	text           string
	x0, y0, x1, y1 svg.Px
}

func textBoxes(f *figure, lang string) (out []textBox) {
	for _, s := range f.Shapes {
		if s.Kind != "text" {
			continue
		}
		text, size := s.Text.In(lang), svg.Em
		if strings.HasPrefix(s.Class, "note") {
			size *= 0.88
		}
		w := svg.Px(0)
		for _, c := range text {
			if c >= 0x2E80 {
				w += size
			} else {
				w += size * 0.56
			}
		}
		x := s.X
		switch {
		case strings.HasSuffix(s.Class, " m"):
			x -= w / 2
		case strings.HasSuffix(s.Class, " e"):
			x -= w
		}
		out = append(out, textBox{text, x, s.Y - size*0.72, x + w, s.Y + size*0.2})
	}
	return out
}

// misplaced says which texts of a chart meet or are cut.
func misplaced(f *figure, lang string) (out []string) {
	boxes := textBoxes(f, lang)
	for i, a := range boxes {
		if a.x0 < -0.5 || a.y0 < -0.5 || a.x1 > f.Width+0.5 || a.y1 > f.Height+0.5 {
			out = append(out, "cut: "+a.text)
		}
		for _, b := range boxes[:i] {
			if a.x0 < b.x1-1 && b.x0 < a.x1-1 && a.y0 < b.y1-1 && b.y0 < a.y1-1 {
				out = append(out, a.text+" lies on "+b.text)
			}
		}
	}
	return out
}

// TestFiguresFit holds that no label of any chart meets another one or is cut,
// in either language, and that each chart says what it shows, of how many, and
// from which rows.
func TestFiguresFit(t *testing.T) {
	var all []*figure
	for name, r := range map[string]*Report{"book": bookReport(t), "realistic": New(realistic()), "hostile": New(attack()), "scenarios": scenarioReport(t)} {
		figures := figuresIn(r)
		if len(figures) == 0 && name != "hostile" {
			t.Fatalf("%s has no charts", name)
		}
		all = append(all, figures...)
	}
	known := keysOfLegends(t)
	for _, f := range all {
		for _, lang := range []string{"en", "zh"} {
			for _, wrong := range misplaced(f, lang) {
				t.Errorf("%s in %s: %s", f.ID, lang, wrong)
			}
			title, desc := f.Title.In(lang), f.Desc.In(lang)
			if !regexp.MustCompile(`[0-9]`).MatchString(title) && !strings.Contains(title, "too few") && !strings.Contains(title, "过少") && !strings.Contains(title, "不足") {
				t.Errorf("%s in %s: the title states no number: %s", f.ID, lang, title)
			}
			if !strings.Contains(desc+title, "n = ") && !strings.Contains(desc, "n beside") && !strings.Contains(desc, "样本量") {
				t.Errorf("%s in %s: no n: %s", f.ID, lang, desc)
			}
		}
		if len(f.Data.Rows) == 0 {
			t.Errorf("%s has no data", f.ID)
		}
		for _, k := range f.Legend {
			if !known[k.Class] {
				t.Errorf("%s: no key is drawn for %s", f.ID, k.Class)
			}
		}
	}
	if len(all) < 40 {
		t.Fatalf("only %d charts", len(all))
	}
}

// keysOfLegends are the keys that templates/shapes.tmpl draws.
func keysOfLegends(t *testing.T) map[string]bool {
	t.Helper()
	b, err := fs.ReadFile(templates, filepath.ToSlash("templates/shapes.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`id="k-([a-z0-9]+)"`).FindAllSubmatch(b, -1) {
		out[string(m[1])] = true
	}
	return out
}

// TestMisplacedSees: the estimate of where text stands finds what is wrong.
func TestMisplacedSees(t *testing.T) {
	f := &figure{Drawing: svg.Drawing{Width: 200, Height: 100}}
	f.Text("label", "start", 10, 50, same("one label"))
	f.Text("label", "start", 40, 52, same("another"))
	f.Text("label", "end", 30, 80, same("cut at the left"))
	if got := misplaced(f, "en"); len(got) != 2 {
		t.Errorf("found %q", got)
	}
}

// TestPatterns: every series has dashes and a pattern beside its colour.
func TestPatterns(t *testing.T) {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	shapes, err := templates.ReadFile("templates/shapes.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"s2", "s3", "s4", "s5", "s6"} {
		if !strings.Contains(string(style), ".line."+s+" { stroke-dasharray") {
			t.Errorf("lines of %s have no dashes", s)
		}
	}
	for _, m := range regexp.MustCompile(`url\(#([a-z0-9]+)\)`).FindAllSubmatch(style, -1) {
		if !strings.Contains(string(shapes), `<pattern id="`+string(m[1])+`"`) {
			t.Errorf("pattern %s is not drawn", m[1])
		}
	}
}
