package svg

import (
	"strings"
	"testing"

	"evenhand/audit"
)

func same(s string) audit.Text { return audit.T(s, s) }

func TestScale(t *testing.T) {
	s, ticks := NewScale(0.13, 0.87, 5, 0, 100)
	if s.Lo != 0 || s.Hi != 1 || len(ticks) != 6 {
		t.Errorf("scale %v, ticks %v", s, ticks)
	}
	if s.At(0.5) != 50 || s.At(2) != 100 || s.At(-1) != 0 || s.Inside(2) || !s.Inside(1) {
		t.Errorf("positions %v %v %v", s.At(0.5), s.At(2), s.At(-1))
	}
	if _, ticks := NewScale(3, 3, 5, 0, 100); len(ticks) < 2 {
		t.Errorf("a single value has ticks %v", ticks)
	}
	if (Scale{Lo: 1, Hi: 1, A: 10, B: 30}).At(1) != 20 {
		t.Error("a scale of one value has no middle")
	}
	for in, want := range map[Px]string{1: "1", 1.25: "1.2", -0.01: "0", -3.5: "-3.5"} {
		if in.String() != want {
			t.Errorf("%v is written %q, want %q", float64(in), in, want)
		}
	}
}

// TestGroups: text comes last, and what has one class is written once.
func TestGroups(t *testing.T) {
	var d Drawing
	d.Text("tick", "middle", 1, 2, same("a"))
	d.Line("grid", 0, 0, 1, 1)
	d.Line("grid", 2, 2, 3, 3)
	d.Text("label", "end", 1, 2, same("b"))
	d.Rect("bar s1", 0, 0, 5, 5, same("tip"))
	d.Text("tick", "middle", 3, 4, same("c"))
	d.Mark("s1", "s1", 4, 4, 3, same("round"))
	d.Mark("s2", "s2", 5, 5, 3, same("square"))
	d.Path("band s1", [][2]Px{{0, 0}, {1, 0}, {1, 1}}, true)
	d.Area("bar s2", "", audit.Text{})
	var got []string
	for _, g := range d.Groups() {
		got = append(got, g.Class)
		for _, s := range g.Bare() {
			if s.Class != "" {
				t.Error("a bare shape has a class")
			}
		}
	}
	if want := "grid|bar s1|dot s1|dot s2|band s1|label e|tick m"; strings.Join(got, "|") != want {
		t.Errorf("groups %s, want %s", strings.Join(got, "|"), want)
	}
	if d.Shapes[1].D != "M0 0L1 1M2 2L3 3" || d.Shapes[len(d.Shapes)-1].D != "M0 0L1 0L1 1Z" {
		t.Errorf("paths %q, %q", d.Shapes[1].D, d.Shapes[len(d.Shapes)-1].D)
	}
}

// TestForms: every series but the first, which is round, has a form of its own.
func TestForms(t *testing.T) {
	seen := map[string]string{"": "s1"}
	for _, form := range []string{"s2", "s3", "s4", "s5", "s6"} {
		d := MarkPath(form, 50, 50, 4)
		if seen[d] != "" {
			t.Errorf("%s is drawn as %q, as is %s", form, d, seen[d])
		}
		seen[d] = form
	}
	if Box(1, 2, 3, 4)+Box(5, 2, 3, 4) != Boxes([][2]Px{{1, 2}, {5, 2}}, 3, 4) {
		t.Error("boxes of one size are not those boxes")
	}
}

func TestFit(t *testing.T) {
	long := audit.T("a label that is too long", "过长的标签需要截短")
	short := Fit(long, 72)
	if !strings.HasSuffix(short.En, "…") || !strings.HasSuffix(short.Zh, "…") || WidthOf(short) > 72 {
		t.Errorf("%q takes %v", short, WidthOf(short))
	}
	if Fit(long, 400) != long || WidthOf(long) != Px(Wide(long.En))*Em/10 {
		t.Errorf("%q is cut, or as wide as %v", Fit(long, 400), WidthOf(long))
	}
}
