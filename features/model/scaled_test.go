package model

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestScaled compares scaled models with the line of their margins.
func TestScaled(t *testing.T) {
	const pdo, base, odds = 20, 600, 50.0
	scaledModels, refused := 0, 0
	for name, m := range models(t) {
		s, err := Scaled(m, pdo, base, odds, "", "half_even")
		if err != nil {
			if !strings.Contains(err.Error(), "log-odds") {
				t.Errorf("%s: %v", name, err)
			}
			refused++
			continue
		}
		scaledModels++
		if !SharesMargin(s) {
			t.Errorf("%s: scaled, and contributions are points", name)
		}
		rng := rand.New(rand.NewPCG(8, 8))
		const n = 200
		rows := cells(m, rng, n)
		in := batch(m, rows, dictsFor(m))
		var own, out Outputs
		m.Score(&own, in, n)
		s.Score(&out, in, n)
		dst := make([][]float64, len(in)+1)
		for i := range dst {
			dst[i] = make([]float64, n)
		}
		from := s.Contributions(dst, in, n)
		add, _ := s.(Additive)
		terms := make([]float64, len(in))
		for r, row := range rows {
			if !sameFloat(out.Margin[r], own.Margin[r]) || !sameFloat(out.Probability[r], own.Probability[r]) {
				t.Fatalf("%s: row %d: margin %v probability %v, want %v %v", name, r, out.Margin[r], out.Probability[r], own.Margin[r], own.Probability[r])
			}
			got := Output{out.Margin[r], out.Probability[r], out.Score[r]}
			if !sameBits(got, s.ScoreRow(row)) {
				t.Fatalf("%s: row %d: another score by batch", name, r)
			}
			// The margin is the log of the odds of bad.
			want := base + pdo/math.Ln2*(-math.Log(out.Probability[r]/(1-out.Probability[r]))-math.Log(odds))
			if p := out.Probability[r]; p > 1e-6 && p < 1-1e-6 && !(math.Abs(got.Score-want) <= 0.5+1e-6) {
				t.Fatalf("%s: row %d: score %v, want %v rounded", name, r, got.Score, want)
			}
			sum := from
			for i := range dst {
				sum += dst[i][r]
			}
			if !(math.Abs(sum-got.Margin) <= 1e-9*max(1, math.Abs(sum))) && !(sum != sum && got.Margin != got.Margin) {
				t.Fatalf("%s: row %d: contributions add up to %v, margin %v", name, r, sum, got.Margin)
			}
			if add != nil {
				add.Terms(row, terms)
				for i := range terms {
					if !equal(terms[i], dst[i][r]) {
						t.Fatalf("%s: row %d: term %v, contribution %v", name, r, terms[i], dst[i][r])
					}
				}
				testSwaps(t, name, s, row, rows[(r+1)%n], terms)
			}
		}
		if a := s.(Alternatives).Alternatives(); len(a) != 3 {
			t.Errorf("%s: %d alternatives, want 3", name, len(a))
		}
		if _, err := Scaled(s, pdo, base, odds, "", ""); err == nil {
			t.Errorf("%s: scaled twice", name)
		}
	}
	if scaledModels == 0 || refused == 0 {
		t.Fatalf("%d models scaled, %d refused", scaledModels, refused)
	}
	m := mustLoad(t, "evenhand: logistic\nversion: 1\ntarget: good\nintercept: 0\nnumeric: [{name: x, coef: 1}]\n")
	for _, tt := range []struct {
		target, round string
		want          float64 // at 3.21
	}{
		{"good", "none", 600 + 20/math.Ln2*(3.21-math.Log(50))},
		{"bad", "", 600 + 20/math.Ln2*(-3.21-math.Log(50))},
		{"good", "half_away", 580},
		{"good", "toward_zero", 579},
	} {
		s, err := Scaled(m, pdo, base, odds, tt.target, tt.round)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.ScoreRow(row(3.21)).Score; math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("target %q, round %q: %v, want %v", tt.target, tt.round, got, tt.want)
		}
	}
	for _, bad := range []struct{ target, round string }{{"default", ""}, {"bad", "up"}} {
		if _, err := Scaled(m, pdo, base, odds, bad.target, bad.round); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
	if _, err := Scaled(m, -1, base, odds, "", ""); err == nil {
		t.Error("a negative pdo was accepted")
	}
}
