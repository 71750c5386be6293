package reports

import (
	"slices"
	"strings"

	"evenhand/audit"
)

// group is a run of shapes of one class, which is written once.
type group struct {
	Class  string
	Shapes []shape
}

// Groups are the shapes in the order in which they are drawn: text comes last,
// so that no mark covers it, and all text of one class together.
func (f *figure) Groups() (out []group) {
	shapes := slices.Clone(f.Shapes)
	slices.SortStableFunc(shapes, func(a, b shape) int {
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
		out = append(out, group{s.Class, []shape{s}})
	}
	return out
}

// Bare are the shapes without their class, which stands on what holds them.
func (g group) Bare() []shape {
	out := slices.Clone(g.Shapes)
	for i := range out {
		out[i].Class = ""
	}
	return out
}

// mark draws a point. Series are told apart by form as well as by colour: s1 is
// round, s2 square, s3 a triangle, s4 a diamond, s5 a triangle on its tip, s6 a
// cross; what is not of a series is round.
func (f *figure) mark(class, form string, x, y, size px, tip audit.Text) {
	d := markPath(form, x, y, size)
	if d == "" {
		f.circle("dot "+class, x, y, size, tip)
		return
	}
	f.Shapes = append(f.Shapes, shape{Kind: "path", Class: "dot " + class, D: d, Tip: tip})
}

func markPath(form string, x, y, r px) string {
	at := func(x, y px) string { return "M" + x.String() + " " + y.String() }
	h := func(n px) string { return n.String() }
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

// area draws boxes of one class as one path, with one tip.
func (f *figure) area(class, d string, tip audit.Text) {
	if d != "" {
		f.Shapes = append(f.Shapes, shape{Kind: "path", Class: class, D: d, Tip: tip})
	}
}

// box is the path of one box.
func box(x, y, w, h px) string {
	return "M" + x.String() + " " + y.String() + "h" + w.String() + "v" + h.String() + "h-" + w.String() + "z"
}

// em is the size of text in a chart.
const em px = 12

// widthOf is the width that a text of a chart may take, in its wider language.
func widthOf(t audit.Text) px { return px(max(wide(t.En), wide(t.Zh))) * em / 10 }

// fit shortens a text to a width.
func fit(t audit.Text, width px) audit.Text { return clipText(t, int(width*10/em)) }

// lined makes the keys of a legend lines with marks, where series are lines.
func lined(class string) string {
	if rest, ok := strings.CutPrefix(class, "s"); ok {
		return "l" + rest
	}
	return class
}
