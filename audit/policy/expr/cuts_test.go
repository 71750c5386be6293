package expr

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCuts(t *testing.T) {
	b, env := sample()
	for _, c := range []struct {
		src, name string
		want      []float64 // in row 0
		not       bool
	}{
		{"open_loans >= 9", "open_loans", []float64{9}, false},
		{"open_loans >= 9", "income", nil, false},
		{"9 < open_loans || open_loans == 3 && open_loans != null", "open_loans", []float64{9, 3}, false},
		{"open_loans in [1, 2.5]", "open_loans", []float64{1, 2.5}, false},
		{"open_loans > {'cash': 0.6, 'line': 0.5}[product]", "open_loans", []float64{0.6}, false},
		{"score >= floor_score", "score", []float64{565}, false},
		{"pass && income > open_loans * 2", "income", []float64{18}, false},
		{"pass && income > open_loans * 2", "open_loans", nil, true},
		{"income / open_loans > 3", "income", nil, true},
		{"income > income * 0.5", "income", nil, true},
		{"min(score, 600) > 570", "score", nil, true},
		{"open_loans ? score > 5 : flag", "open_loans", []float64{0}, false},
		{"(open_loans > 3 ? 1 : 2) + score", "open_loans", []float64{3}, false},
		{"open_loans > 3 ? score : 2", "score", nil, true},
		{"missing(score) || known(score)", "score", nil, false},
	} {
		e, err := Compile(c.src, env)
		if err != nil {
			t.Fatal(err)
		}
		cuts, ok := e.Cuts(c.name)
		var got []float64
		for _, x := range cuts {
			got = append(got, x.Numbers(b)[0])
		}
		if ok == c.not || ok && !slices.Equal(got, c.want) {
			t.Errorf("%s by %s: cuts %v, %v", c.src, c.name, got, ok)
		}
	}
	of, _ := Compile("score", env)
	than, _ := Compile("open_loans > 3 ? 560.0 : 550.0", env)
	if cuts, ok := Compared(of, than, "open_loans"); !ok || len(cuts) != 1 || cuts[0].Numbers(b)[0] != 3 {
		t.Error("a cut-off that goes by steps")
	}
	if cuts, ok := Compared(of, than, "score"); !of.Is("score") || !ok || len(cuts) != 1 || cuts[0].Numbers(b)[0] != 560 || !slices.Equal(cuts[0].Names(), []string{"open_loans"}) {
		t.Error("a cut-off's own cut")
	}
}

// TestCutsHold: between two cuts of a column, none of its values makes a
// difference to the expression.
func TestCutsHold(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	held := 0
	for range 3000 {
		src := random(r, &writing{slow: r.IntN(8) == 0})
		env := randomEnv()
		e, err := Compile(src, env)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		cuts, ok := e.Cuts("f")
		if !ok || !slices.Contains(e.Names(), "f") {
			continue
		}
		b := randomBatch(r, nil, 20, true)
		low, high := make([]float64, b.N), make([]float64, b.N)
		for i := range b.N {
			low[i] = float64(r.IntN(40)-15) / 4
			high[i] = low[i] + float64(r.IntN(8))/4
		}
		b.Cols[0].Floats = low
		same := make([]bool, b.N)
		for i := range same {
			same[i] = true
		}
		for _, c := range cuts {
			for i, x := range c.Numbers(b) {
				same[i] = same[i] && (x < low[i] || x > high[i] || x != x)
			}
		}
		truths, numbers := slices.Clone(e.Truths(b)), slices.Clone(e.Numbers(b))
		b.Cols[0].Floats = high
		truths2, numbers2 := slices.Clone(e.Truths(b)), e.Numbers(b)
		for i := range b.N {
			if !same[i] {
				continue
			}
			held++
			if truths[i] != truths2[i] || numbers[i] != numbers2[i] && !(math.IsNaN(numbers[i]) && math.IsNaN(numbers2[i])) {
				t.Fatalf("%s: no cut from %v to %v, but it changes: %s", src, low[i], high[i], rowOf(b, i))
			}
		}
	}
	if held < 500 {
		t.Errorf("only %d rows compared", held)
	}
}
