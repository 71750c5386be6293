package model

import (
	"math"
	"testing"
)

// TestDoublesOdds: what the files declare, log-odds, and points by hand: 20
// points a unit of log-odds are 20 ln 2 points a doubling.
func TestDoublesOdds(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       float64
	}{
		{"declared", "evenhand: card\nversion: 1\nname: c\ntarget: bad\nclosed: left\nscale: {pdo: 25, base: 600, odds: 50}\ncharacteristics: [{name: x, edges: [1], points: [0, 9]}]\n", 25},
		{"points alone", "evenhand: card\nversion: 1\nname: c\nclosed: left\ncharacteristics: [{name: x, edges: [1], points: [0, 9]}]\n", math.NaN()},
		{"log-odds", "evenhand: logistic\nversion: 1\ntarget: bad\nintercept: 0\nnumeric: [{name: x, mean: 0, scale: 1, coef: 1}]\n", math.Ln2},
		{"a scale", "evenhand: logistic\nversion: 1\ntarget: bad\nintercept: 0\nscale: {factor: 20, sign: -1, offset: 500}\nnumeric: [{name: x, mean: 0, scale: 1, coef: 1}]\n", 20 * math.Ln2},
	} {
		m, err := Load("model.yaml", []byte(c.file), "")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := m.(Odds).DoublesOdds(); !(math.Abs(got-c.want) < 1e-12) && !(got != got && c.want != c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	fitted := &card{fitted: true, chars: []characteristic{{points: []float64{0, 20, 61}, terms: []float64{0, 1, 3}}}}
	if got := fitted.DoublesOdds(); math.Abs(got-61./3*math.Ln2) > 1e-12 {
		t.Errorf("fitted: %v", got)
	}
}
