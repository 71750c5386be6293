package svg

import (
	"slices"
	"strings"

	"evenhand/audit"
)

// Group is a run of shapes of one class, which is written once.
type Group struct {
	Class  string
	Shapes []Shape
}

// Groups are the shapes in the order in which they are drawn: text comes last,
// so that no mark covers it, and all text of one class together.
func (to *Drawing) Groups() (out []Group) {
	shapes := slices.Clone(to.Shapes)
	slices.SortStableFunc(shapes, func(a, b Shape) int {
		if a.Kind != "text" || b.Kind != "text" {
			return compareBool(a.Kind == "text", b.Kind == "text")
		}
		return strings.Compare(a.Class, b.Class)
	})
	for _, s := range shapes {
		if n := len(out); n > 0 && out[n-1].Class == s.Class {
			out[n-1].Shapes = append(out[n-1].Shapes, s)
			continue
		}
		out = append(out, Group{s.Class, []Shape{s}})
	}
	return out
}

// Bare are the shapes without their class, which stands on what holds them.
func (g Group) Bare() []Shape {
	out := slices.Clone(g.Shapes)
	for i := range out {
		out[i].Class = ""
	}
	return out
}

// Mark draws a point. Series are told apart by form as well as by colour: s1 is
// round, s2 square, s3 a triangle, s4 a diamond, s5 a triangle on its tip, s6 a
// cross; what is not of a series is round.
func (to *Drawing) Mark(class, form string, x, y, size Px, tip audit.Text) {
	d := MarkPath(form, x, y, size)
	if d == "" {
		to.Circle("dot "+class, x, y, size, tip)
		return
	}
	to.Shapes = append(to.Shapes, Shape{Kind: "path", Class: "dot " + class, D: d, Tip: tip})
}

func MarkPath(form string, x, y, r Px) string {
	at := func(x, y Px) string { return "M" + x.String() + " " + y.String() }
	h := func(n Px) string { return n.String() }
	switch form {
	case "s2":
		a := r * 0.9
		return at(x-a, y-a) + "h" + h(2*a) + "v" + h(2*a) + "h-" + h(2*a) + "z"
	case "s3":
		return at(x, y-r*1.2) + "l" + h(r*1.2) + " " + h(r*2.1) + "h-" + h(r*2.4) + "z"
	case "s4":
		a := r * 1.3
		return at(x, y-a) + "l" + h(a) + " " + h(a) + "l-" + h(a) + " " + h(a) + "l-" + h(a) + "-" + h(a) + "z"
	case "s5":
		return at(x, y+r*1.2) + "l" + h(r*1.2) + "-" + h(r*2.1) + "h-" + h(r*2.4) + "z"
	case "s6":
		return at(x-r, y-r) + "l" + h(2*r) + " " + h(2*r) + "m0-" + h(2*r) + "l-" + h(2*r) + " " + h(2*r)
	}
	return ""
}

// Area draws boxes of one class as one path, with one tip.
func (to *Drawing) Area(class, d string, tip audit.Text) {
	if d != "" {
		to.Shapes = append(to.Shapes, Shape{Kind: "path", Class: class, D: d, Tip: tip})
	}
}

// Box is the path of one box.
func Box(x, y, w, h Px) string {
	return "M" + x.String() + " " + y.String() + "h" + w.String() + "v" + h.String() + "h-" + w.String() + "z"
}

// Boxes is the path of boxes of one size.
func Boxes(at [][2]Px, w, h Px) string {
	var b strings.Builder
	for _, p := range at {
		b.WriteString("M" + p[0].String() + " " + p[1].String() + "h" + w.String() + "v" + h.String() + "h-" + w.String() + "z")
	}
	return b.String()
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
