package reports

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"evenhand/audit"
	"evenhand/reports/svg"
)

// figure is one chart: its title states the finding, its data can be unfolded
// as a table with the ids of the rows it was drawn from.
type figure struct {
	svg.Drawing
	ID     string
	Title  audit.Text
	Desc   audit.Text // what is on the axes, in units, and n
	Legend []legend
	Data   table
}

type legend struct {
	Class string
	Name  audit.Text
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
func (f *figure) axisX(u unit, s svg.Scale, ticks []float64, top, bottom svg.Px) {
	for _, t := range ticks {
		f.Line("grid", s.At(t), top, s.At(t), bottom)
	}
	for _, t := range ticks {
		f.Text("tick", "middle", s.At(t), bottom+16, u.tick(t, ticks[1]-ticks[0]))
	}
}

// axisY draws a vertical value axis on the left, with grid lines.
func (f *figure) axisY(u unit, s svg.Scale, ticks []float64, left, right svg.Px) {
	for _, t := range ticks {
		f.Line("grid", left, s.At(t), right, s.At(t))
	}
	for _, t := range ticks {
		f.Text("tick", "end", left-6, s.At(t)+4, u.tick(t, ticks[1]-ticks[0]))
	}
}

// unitY names the vertical axis above it.
func (f *figure) unitY(t audit.Text) { f.Text("axis", "start", 4, 12, t) }

// limit draws a threshold, its value beside it; the legend says what it is.
func (f *figure) limit(y svg.Scale, v float64, left, right svg.Px) {
	f.Line("limit", left, y.At(v), right, y.At(v))
	f.Text("limit-text", "start", right+6, y.At(v)+4, same(decimal(v)))
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

// clip shortens a text to tenths of an em; the whole is in a table.
func clip(s string, room int) string { return svg.Clip(s, room) }

func clipText(t audit.Text, room int) audit.Text { return audit.T(clip(t.En, room), clip(t.Zh, room)) }

// seriesClass names the colour of series i: six, and the rest is grey.
func seriesClass(i int) string {
	if i < 6 {
		return "s" + strconv.Itoa(i+1)
	}
	return "rest"
}

// lined makes the keys of a legend lines with marks, where series are lines.
func lined(class string) string {
	if rest, ok := strings.CutPrefix(class, "s"); ok {
		return "l" + rest
	}
	return class
}
