// Package svg places the shapes, scales and texts of one chart.
//
// It knows nothing of what is charted. Colours are classes; a chart's text is in
// both languages, and is estimated to be as wide as the wider of them.
package svg

import (
	"strconv"
	"strings"

	"evenhand/audit"
)

// Drawing is what is drawn, in the order of drawing.
type Drawing struct {
	Width, Height Px
	Shapes        []Shape
}

// Px is a position in a chart, written with one decimal.
type Px float64

func (p Px) String() string {
	s := strconv.FormatFloat(float64(p), 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// Shape is one mark. Colours are classes: the style sheet knows them, on white
// and on near-black.
type Shape struct {
	Kind  string // rect (X,Y,A wide,B high), circle (X,Y,A radius), path (D), text (X,Y)
	Class string
	X, Y  Px
	A, B  Px
	D     string
	Text  audit.Text
	Tip   audit.Text // shown on hover
}

// Line draws from one point to another. Lines of one class that follow each
// other become one path.
func (to *Drawing) Line(class string, x1, y1, x2, y2 Px) {
	d := "M" + x1.String() + " " + y1.String() + "L" + x2.String() + " " + y2.String()
	if n := len(to.Shapes); n > 0 && to.Shapes[n-1].Kind == "path" && to.Shapes[n-1].Class == class {
		to.Shapes[n-1].D += d
		return
	}
	to.Shapes = append(to.Shapes, Shape{Kind: "path", Class: class, D: d})
}

// Rect draws a box, with what is said when it is pointed at.
func (to *Drawing) Rect(class string, x, y, w, h Px, tip audit.Text) {
	to.Shapes = append(to.Shapes, Shape{Kind: "rect", Class: class, X: x, Y: y, A: w, B: h, Tip: tip})
}

// Circle draws a circle, with what is said when it is pointed at.
func (to *Drawing) Circle(class string, x, y, r Px, tip audit.Text) {
	to.Shapes = append(to.Shapes, Shape{Kind: "circle", Class: class, X: x, Y: y, A: r, Tip: tip})
}

// Text writes at a point: its start, middle or end.
func (to *Drawing) Text(class, anchor string, x, y Px, t audit.Text) {
	if anchor != "start" {
		class += " " + anchor[:1]
	}
	to.Shapes = append(to.Shapes, Shape{Kind: "text", Class: class, X: x, Y: y, Text: t})
}

// Path draws a line through points, closed when area is set.
func (to *Drawing) Path(class string, points [][2]Px, area bool) {
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
	to.Shapes = append(to.Shapes, Shape{Kind: "path", Class: class, D: b.String()})
}
