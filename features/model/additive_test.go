package model

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// testSwaps compares the score of a row by its terms, as it is and with one
// value of other in place of its own, with ScoreRow's.
func testSwaps(t *testing.T, name string, m Model, row, other []Value, terms []float64) {
	a, v := m.(Additive), slices.Clone(row)
	if got, want := a.Total(terms), m.ScoreRow(v).Score; !sameFloat(got, want) {
		t.Fatalf("%s: row %v: total of the terms is %v, score %v", name, row, got, want)
	}
	for i := range terms {
		v[i] = other[i]
		own := terms[i]
		terms[i] = a.Term(i, other[i])
		if got, want := a.Total(terms), m.ScoreRow(v).Score; !sameFloat(got, want) {
			t.Fatalf("%s: row %v: total of the terms is %v, score %v", name, v, got, want)
		}
		v[i], terms[i] = row[i], own
	}
}

// TestNoProbability leaves probabilities out and the rest as it is.
func TestNoProbability(t *testing.T) {
	for name, m := range models(t) {
		const n = 50
		in := batch(m, cells(m, rand.New(rand.NewPCG(5, 5)), n), dictsFor(m))
		with, without := Outputs{}, Outputs{NoProbability: true}
		m.Score(&with, in, n)
		m.Score(&without, in, n)
		if len(without.Probability) != 0 {
			t.Errorf("%s: %d probabilities that nobody reads", name, len(without.Probability))
		}
		for r := range n {
			if !sameFloat(with.Margin[r], without.Margin[r]) || !sameFloat(with.Score[r], without.Score[r]) {
				t.Fatalf("%s: row %d: another score without probabilities", name, r)
			}
		}
	}
}
