package reports

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"evenhand/audit"
)

// figure is one chart: its title states the finding, its data can be unfolded
// as a table with the ids of the rows it was drawn from.
type figure struct {
	ID            string
	Title         audit.Text
	Desc          audit.Text // what is on the axes, in units, and n
	Width, Height px
	Shapes        []shape
	Legend        []legend
	Data          table
}

type legend struct {
	Class string
	Name  audit.Text
}

// px is a position in a chart, written with one decimal.
type px float64

func (p px) String() string {
	s := strconv.FormatFloat(float64(p), 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// shape is one mark. Colours are classes: the style sheet knows them, on white
// and on near-black.
type shape struct {
	Kind  string // rect (X,Y,A wide,B high), circle (X,Y,A radius), path (D), text (X,Y)
	Class string
	X, Y  px
	A, B  px
	D     string
	Text  audit.Text
	Tip   audit.Text // shown on hover
}

// line draws from one point to another. Lines of one class that follow each
// other become one path.
func (f *figure) line(class string, x1, y1, x2, y2 px) {
	d := "M" + x1.String() + " " + y1.String() + "L" + x2.String() + " " + y2.String()
	if n := len(f.Shapes); n > 0 && f.Shapes[n-1].Kind == "path" && f.Shapes[n-1].Class == class {
		f.Shapes[n-1].D += d
		return
	}
	f.Shapes = append(f.Shapes, shape{Kind: "path", Class: class, D: d})
}

func (f *figure) rect(class string, x, y, w, h px, tip audit.Text) {
	f.Shapes = append(f.Shapes, shape{Kind: "rect", Class: class, X: x, Y: y, A: w, B: h, Tip: tip})
}

func (f *figure) circle(class string, x, y, r px, tip audit.Text) {
	f.Shapes = append(f.Shapes, shape{Kind: "circle", Class: class, X: x, Y: y, A: r, Tip: tip})
}

// text writes at a point: its start, middle or end.
func (f *figure) text(class, anchor string, x, y px, t audit.Text) {
	if anchor != "start" {
		class += " " + anchor[:1]
	}
	f.Shapes = append(f.Shapes, shape{Kind: "text", Class: class, X: x, Y: y, Text: t})
}

// path draws a line through points, closed when area is set.
func (f *figure) path(class string, points [][2]px, area bool) {
	if len(points) == 0 {
		return
	}
	var b strings.Builder
	for i, p := range points {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(p[0].String() + " " + p[1].String())
	}
	if area {
		b.WriteByte('Z')
	}
	f.Shapes = append(f.Shapes, shape{Kind: "path", Class: class, D: b.String()})
}

// scale maps values lo…hi to positions a…b; values outside are put at the ends.
type scale struct {
	lo, hi float64
	a, b   px
}

func (s scale) at(v float64) px {
	if s.hi == s.lo {
		return (s.a + s.b) / 2
	}
	t := min(max((v-s.lo)/(s.hi-s.lo), 0), 1)
	return s.a + px(float64(t*float64(s.b-s.a)))
}

func (s scale) inside(v float64) bool { return v >= s.lo && v <= s.hi }

// newScale widens lo…hi to whole ticks, and returns these.
func newScale(lo, hi float64, n int, a, b px) (scale, []float64) {
	if !(hi > lo) {
		lo, hi = lo-0.5, hi+0.5
	}
	step := niceStep((hi - lo) / float64(n))
	first, last := math.Floor(lo/step+1e-9), math.Ceil(hi/step-1e-9)
	var ticks []float64
	for i := first; i <= last; i++ {
		ticks = append(ticks, float64(i*step))
	}
	return scale{lo: float64(first * step), hi: float64(last * step), a: a, b: b}, ticks
}

// niceStep is the least of 1, 2, 5 times a power of ten that is no less than x.
func niceStep(x float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*p >= x*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// tick writes a value on an axis, as short as the step between ticks allows.
func (u unit) tick(v, step float64) audit.Text {
	scaled, suffix := v, ""
	if u == rate || u == points {
		scaled, step = v*100, step*100
		suffix = "%"
	}
	if u == whole {
		return same(thousands(int64(math.Round(v))))
	}
	places := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	return same(signed(strconv.FormatFloat(scaled, 'f', places, 64)) + suffix)
}

// axisX draws a horizontal value axis at the bottom, with grid lines.
func (f *figure) axisX(u unit, s scale, ticks []float64, top, bottom px) {
	for _, t := range ticks {
		f.line("grid", s.at(t), top, s.at(t), bottom)
	}
	for _, t := range ticks {
		f.text("tick", "middle", s.at(t), bottom+16, u.tick(t, ticks[1]-ticks[0]))
	}
}

// axisY draws a vertical value axis on the left, with grid lines.
func (f *figure) axisY(u unit, s scale, ticks []float64, left, right px) {
	for _, t := range ticks {
		f.line("grid", left, s.at(t), right, s.at(t))
	}
	for _, t := range ticks {
		f.text("tick", "end", left-6, s.at(t)+4, u.tick(t, ticks[1]-ticks[0]))
	}
}

// unitY names the vertical axis above it.
func (f *figure) unitY(t audit.Text) { f.text("axis", "start", 4, 12, t) }

// limit draws a threshold, its value beside it; the legend says what it is.
func (f *figure) limit(y scale, v float64, left, right px) {
	f.line("limit", left, y.at(v), right, y.at(v))
	f.text("limit-text", "start", right+6, y.at(v)+4, same(decimal(v)))
}

var limitLegend = legend{"limit", audit.T("threshold", "阈值")}

// tip is shown on hover: what a mark is about, its value, and the row of
// metrics.arrow that it is drawn from. The data table has the same in words.
func tip(m *audit.Metric, value audit.Text) audit.Text {
	of := slice(m)
	return audit.T(of.En+" · "+value.En+" · "+m.ID(), of.Zh+" · "+value.Zh+" · "+m.ID())
}

// sentence begins a title with a capital.
func sentence(t audit.Text) audit.Text {
	c, n := utf8.DecodeRuneInString(t.En)
	if n == 0 || c == utf8.RuneError {
		return t
	}
	return audit.T(string(unicode.ToUpper(c))+t.En[n:], t.Zh)
}

// wide is the width a label takes, in tenths of an em: CJK characters are
// twice as wide as Latin ones.
func wide(s string) int {
	n := 0
	for _, c := range s {
		if c >= 0x2E80 {
			n += 10
		} else {
			n += 6
		}
	}
	return n
}

// clip shortens a label to what fits; the whole is in the data table.
func clip(s string, room int) string {
	if wide(s) <= room {
		return s
	}
	n := 0
	for i, c := range s {
		if n += wide(string(c)); n > room-10 {
			return s[:i] + "…"
		}
	}
	return s
}

func clipText(t audit.Text, room int) audit.Text { return audit.T(clip(t.En, room), clip(t.Zh, room)) }

// seriesClass names the colour of series i: six, and the rest is grey.
func seriesClass(i int) string {
	if i < 6 {
		return "s" + strconv.Itoa(i+1)
	}
	return "rest"
}
