package model

import (
	"math"
	"testing"
)

// TestLogistic compares evenhand's own logistic model with margins and scores
// computed by hand.
func TestLogistic(t *testing.T) {
	const file = `evenhand: logistic
version: 1
name: m1
target: good
intercept: 1
numeric:
  - {name: x, mean: 10, scale: 4, coef: 0.5, clip: [-2, 2], missing: -0.25}
  - {name: y, coef: 2}
categorical:
  - {name: h, levels: {own: 0.5, rent: -0.5}, other: 0.125, missing: 0}
  - {name: k, levels: {a: 1}}
scale: {factor: 10, offset: 600}
rounding: {mode: half_even, digits: 0}
`
	m := mustLoad(t, file)
	tests := []struct {
		row           []Value
		margin, score float64
	}{
		{row(14, 1, "own", "a"), 0.5 + 2 + 0.5 + 1 + 1, 650},
		{row(18, 1, "own", "a"), 1 + 2 + 0.5 + 1 + 1, 655},
		{row(1e6, 1, "own", "a"), 1 + 2 + 0.5 + 1 + 1, 655},
		{row(-1e6, 1, "rent", "a"), -1 + 2 - 0.5 + 1 + 1, 625},
		{row(nil, 1, nil, "a"), -0.25 + 2 + 0 + 1 + 1, 638},
		{row(14, 1, "castle", "a"), 0.5 + 2 + 0.125 + 1 + 1, 646},
		{row(14, nil, "own", "a"), noScore, noScore},
		{row(14, 1, "own", "b"), noScore, noScore},
		{row(14, 1, "own", nil), noScore, noScore},
		{row(math.Inf(1), 1, "own", "a"), noScore, noScore},
		{row(14, math.Inf(-1), "own", "a"), noScore, noScore},
		{row(14, 1.7e308, "own", "a"), noScore, noScore},
	}
	for _, tt := range tests {
		o := m.ScoreRow(tt.row)
		if !equal(o.Margin, tt.margin) || !equal(o.Score, tt.score) {
			t.Errorf("%v: margin %v score %v, want %v %v", tt.row, o.Margin, o.Score, tt.margin, tt.score)
		}
		if p := 1 / (1 + math.Exp(-tt.margin)); !equal(o.Probability, p) {
			t.Errorf("%v: probability %v, want %v", tt.row, o.Probability, p)
		}
	}
	alternatives := m.(Alternatives).Alternatives()
	if len(alternatives) != 3 {
		t.Errorf("%d alternatives, want 3", len(alternatives))
	}
	got := map[string]float64{}
	for _, a := range alternatives {
		got[a.Name] = a.Row(row(nil, 1, nil, "a")).Score // 637.5
	}
	if got["not rounded"] != 637.5 || got["score cut toward zero"] != 637 || got["score rounded half away from zero"] != 638 {
		t.Errorf("alternatives %v", got)
	}
}

// TestLinearScale has the two spellings of a scale and the directions.
func TestLinearScale(t *testing.T) {
	tests := []struct {
		target, scale string
		want          float64 // at a margin of ln 2
	}{
		{"good", "{pdo: 20, base: 600, odds: 1}", 620},
		{"bad", "{pdo: 20, base: 600, odds: 1}", 580},
		{"good", "{factor: 10, offset: 500}", 500 + 10*math.Ln2},
		{"bad", "{factor: 10, offset: 500}", 500 - 10*math.Ln2},
		{"bad", "{factor: 10, offset: 500, sign: 1}", 500 + 10*math.Ln2},
		{"good", "{factor: 10, offset: 500, sign: -1}", 500 - 10*math.Ln2},
	}
	for _, tt := range tests {
		m := mustLoad(t, "evenhand: logistic\nversion: 1\nintercept: 0\ntarget: "+tt.target+"\nscale: "+tt.scale+
			"\nnumeric: [{name: x, coef: 1}]\n")
		if got := m.ScoreRow(row(math.Ln2)).Score; math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s %s: %v, want %v", tt.target, tt.scale, got, tt.want)
		}
	}
}

// TestNullLevels has nulls that were a level of the training data.
func TestNullLevels(t *testing.T) {
	m := mustLoad(t, `{"format": "logreg-v1", "intercept": 1, "numeric": [], "categorical":
		[{"name": "k", "levels": [{"value": "a", "coef": 2}, {"value": "nan", "coef": 4}]}]}`)
	a := m.(Alternatives).Alternatives()
	if got := m.ScoreRow(row(nil)).Score; got != 1 || len(a) != 1 || a[0].Row(row(nil)).Score != 5 || a[0].Row(row("a")).Score != 3 {
		t.Errorf("score of a null %v, alternatives %v", got, a)
	}
}
