//lint:file-ignore SA4000 expected points are written term by term, also where terms cancel

package model

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mustLoad(t testing.TB, file string) Model {
	t.Helper()
	m, err := Load("card.yaml", []byte(file), "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const head = "evenhand: card\nversion: 1\n"

// row makes the values of one row: numbers, texts, nil for null.
func row(cells ...any) []Value {
	v := make([]Value, len(cells))
	for i, c := range cells {
		switch x := c.(type) {
		case nil:
			v[i].Null = true
		case int:
			v[i].Num = float64(x)
		case float64:
			v[i].Num = x
		case string:
			v[i].Text = x
		}
	}
	return v
}

var noScore = math.NaN()

// TestCard compares with scores computed by hand.
func TestCard(t *testing.T) {
	const example = head + `name: cash-2025
target: bad
base_points: 480
closed: left
rounding: {on: attribute, mode: half_away, digits: 0}
scale: {pdo: 20, base: 600, odds: 50}
characteristics:
  - name: utilisation
    edges: [0.3, 0.6, 0.9]
    points: [60, 40, 20, 0]
    missing: 10
    special: {-999: 5}
    reference: 40
  - name: housing
    levels: {own: 30, rent: 10}
    other: 0
    missing: 5
`
	const right = head + `closed: right
characteristics:
  - {name: x, edges: [10, 20], points: [1, 2, 3]}
`
	const bare = head + `closed: left
characteristics:
  - {name: x, edges: [10, 20], points: [1, 2, 3], special: {15: 100, -1: 200}}
  - {name: y, levels: {"010": 10, "null": 20, true: 40}}
  - {name: z, points: [7]}
`
	below, above := func(x float64) float64 { return math.Nextafter(x, -1e9) }, func(x float64) float64 { return math.Nextafter(x, 1e9) }
	tests := []struct {
		name, file string
		row        []Value
		want       float64
	}{
		{"first interval", example, row(0.1, "own"), 480 + 60 + 30},
		{"an edge belongs to the right", example, row(0.3, "own"), 480 + 40 + 30},
		{"just below the edge", example, row(below(0.3), "own"), 480 + 60 + 30},
		{"last edge", example, row(0.9, "rent"), 480 + 0 + 10},
		{"nulls", example, row(nil, nil), 480 + 10 + 5},
		{"NaN is a null", example, row(math.NaN(), nil), 480 + 10 + 5},
		{"special and other", example, row(-999, "castle"), 480 + 5 + 0},
		{"nearly special", example, row(above(-999), ""), 480 + 60 + 0},
		{"infinity", example, row(math.Inf(1), "own"), noScore},
		{"negative infinity", example, row(math.Inf(-1), "own"), noScore},

		{"right: below", right, row(9.5), 1},
		{"right: an edge belongs to the left", right, row(10), 1},
		{"right: just above the edge", right, row(above(10)), 2},
		{"right: last edge", right, row(20), 2},
		{"right: above", right, row(1e9), 3},
		{"right: zero", right, row(math.Copysign(0, -1)), 1},

		{"no missing", bare, row(nil, "010", 0), noScore},
		{"no other", bare, row(1, "castle", 0), noScore},
		{"no missing level", bare, row(1, nil, 0), noScore},
		{"keys are text", bare, row(1, "010", 0), 1 + 10 + 7},
		{"a level called null", bare, row(10, "null", 0), 2 + 20 + 7},
		{"a level called true", bare, row(-1, "true", 0), 200 + 40 + 7},
		{"special within an interval", bare, row(15, "true", 1e9), 100 + 40 + 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := mustLoad(t, tt.file)
			if got := m.ScoreRow(tt.row).Score; !equal(got, tt.want) {
				t.Errorf("score %v, want %v", got, tt.want)
			}
		})
	}

	m := mustLoad(t, example)
	if m.Name() != "cash-2025" || m.Format() != "evenhand-card" {
		t.Errorf("name %q, format %q", m.Name(), m.Format())
	}
	if e := m.(Edges).Edges(0); len(e) != 3 || e[1] != 0.6 {
		t.Errorf("edges %v", e)
	}
	if r := m.(References).References(); r[0] != 40 || !math.IsNaN(r[1]) {
		t.Errorf("references %v", r)
	}
	terms := make([]float64, 2)
	m.(Additive).Terms(row(0.7, "rent"), terms)
	if terms[0] != 20 || terms[1] != 10 {
		t.Errorf("terms %v", terms)
	}
}

// TestCardRounding has points that tell the rounding rules apart: 2.5 - 2.5 +
// 3.5 + 0.5 per attribute, or their sum 4 in total.
func TestCardRounding(t *testing.T) {
	file := func(rounding, base string) string {
		return head + "closed: left\nrounding: " + rounding + "\nbase_points: " + base + `
characteristics:
  - {name: a, points: [2.5]}
  - {name: b, points: [-2.5]}
  - {name: c, points: [3.5]}
  - {name: d, edges: [0], points: [0.5, 0.25]}
`
	}
	tests := []struct {
		rounding, base string
		d              float64
		want           float64
	}{
		{"{on: none}", "0", -1, 4},
		{"{on: none}", "0.5", -1, 4.5},
		{"{on: attribute, mode: half_away}", "0", -1, 3 - 3 + 4 + 1},
		{"{on: attribute, mode: half_even}", "0", -1, 2 - 2 + 4 + 0},
		{"{on: attribute, mode: toward_zero}", "0", -1, 2 - 2 + 3 + 0},
		{"{on: attribute, mode: half_away}", "0.5", -1, 3 - 3 + 4 + 1 + 1},
		{"{on: total, mode: half_away}", "0", -1, 4},
		{"{on: total, mode: half_away}", "0.5", -1, 5},
		{"{on: total, mode: half_even}", "0.5", -1, 4},
		{"{on: total, mode: toward_zero}", "0.75", -1, 4},
		{"{on: total, mode: half_away}", "-8.5", -1, -5},
		{"{on: total, mode: half_even}", "-8.5", -1, -4},
		{"{on: total, mode: half_even, digits: 1}", "0", 1, 3.8},
		{"{on: total, mode: half_away, digits: 1}", "0", 1, 3.8},
		{"{on: attribute, mode: half_away, digits: 1}", "0", 1, 2.5 - 2.5 + 3.5 + 0.3},
		{"{on: attribute, mode: half_even, digits: 1}", "0", 1, 2.5 - 2.5 + 3.5 + 0.2},
	}
	for _, tt := range tests {
		m := mustLoad(t, file(tt.rounding, tt.base))
		if got := m.ScoreRow(row(0, 0, 0, tt.d)).Score; got != tt.want {
			t.Errorf("%s, base %s: %v, want %v", tt.rounding, tt.base, got, tt.want)
		}
	}

	alternatives := map[string]float64{}
	for _, a := range mustLoad(t, file("{on: attribute, mode: half_away}", "0.5")).(Alternatives).Alternatives() {
		alternatives[a.Name] = a.Row(row(0, 0, 0, -1)).Score
	}
	want := map[string]float64{
		"not rounded": 4.5, "each attribute rounded half to even": 4, "each attribute cut toward zero": 3,
		"total rounded half away from zero": 5, "total rounded half to even": 4, "total cut toward zero": 4,
	}
	if len(alternatives) != len(want) {
		t.Errorf("alternatives %v, want %v", alternatives, want)
	}
	for name, score := range want {
		if got, ok := alternatives[name]; !ok || got != score {
			t.Errorf("alternative %q: %v, want %v", name, got, score)
		}
	}
	whole := head + "characteristics: [{name: a, points: [2]}]\n"
	if a := mustLoad(t, whole).(Alternatives).Alternatives(); len(a) != 0 {
		t.Errorf("a card of whole points has no other rounding, got %v", a)
	}
}

// TestScaling has Siddiqi's example: 600 points at 50:1, 20 points to double
// the odds.
func TestScaling(t *testing.T) {
	s, err := newScaling(20, 600, 50, "good")
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, got, want float64) {
		t.Helper()
		if d := math.Abs(got - want); !(d < 1e-9) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	check("factor", s.factor, 28.85390081777927)
	check("offset", s.offset, 487.1228762045055)
	check("score at 100:1", s.score(math.Log(100)), 620)
	at30, _ := newScaling(20, 600, 30, "bad")
	check("offset at 30:1", at30.offset, 501.8621880878296)
	check("factor of bad", at30.factor, -28.85390081777927)
	check("margin of bad at 620 points", at30.margin(620), -math.Log(60))
	check("score of bad", at30.score(-math.Log(60)), 620)

	card := head + "target: %\nscale: {pdo: 20, base: 600, odds: 50}\nbase_points: 620\ncharacteristics: [{name: a, points: [0]}]\n"
	bad := mustLoad(t, strings.Replace(card, "%", "bad", 1)).ScoreRow(row(0))
	good := mustLoad(t, strings.Replace(card, "%", "good", 1)).ScoreRow(row(0))
	check("probability of bad", bad.Probability, 1.0/101)
	check("probability of good", good.Probability, 100.0/101)
	check("margin of bad", bad.Margin, -math.Log(100))
}

// TestPMMLSample is the sample scorecard of the Data Mining Group as a card
// of ours; the numbers are in domain-checks.json.
func TestPMMLSample(t *testing.T) {
	m := mustLoad(t, head+`closed: right
characteristics:
  - {name: department, levels: {marketing: 19, engineering: 3, business: 6}, missing: -9, reference: 19}
  - {name: age, edges: [18, 29, 39], points: [-3, 0, 12, 18], missing: -1, reference: 18}
  - {name: income, edges: [1000, 2500], points: [26, 5, -3], missing: 5, reference: 10}
`)
	v := row("engineering", 25, 500)
	if got := m.ScoreRow(v).Score; got != 29 {
		t.Errorf("score %v, want 29", got)
	}
	if got := m.ScoreRow(row(nil, nil, nil)).Score; got != -9-1+5 {
		t.Errorf("score of nulls %v, want -5", got)
	}
	points, refs := make([]float64, 3), m.(References).References()
	m.(Additive).Terms(v, points)
	// Reasons are the largest shortfalls: age 18, department 16; income none.
	if refs[1]-points[1] != 18 || refs[0]-points[0] != 16 || refs[2]-points[2] != -16 {
		t.Errorf("points %v below %v", points, refs)
	}
	file, err := os.ReadFile(filepath.Join("../../../shared/design/domain-checks.json"))
	if err != nil {
		t.Skipf("the domain checks are not here: %v", err)
	}
	var checks struct {
		Sample struct{ Score float64 } `json:"pmml_scorecard"`
	}
	if err := json.Unmarshal(file, &checks); err != nil || checks.Sample.Score != 29 {
		t.Errorf("the domain checks have the score %v (%v), want 29", checks.Sample.Score, err)
	}
}

// TestCardJSON reads the same card as JSON.
func TestCardJSON(t *testing.T) {
	m := mustLoad(t, `{"evenhand": "card", "version": 1, "closed": "left",
		"characteristics": [{"name": "x", "edges": [1], "points": [10, 20], "special": {"-999": 5}},
		{"name": "y", "levels": {"A": 1, "a": 2}}]}`)
	if got := m.ScoreRow(row(-999, "a")).Score; got != 7 {
		t.Errorf("score %v, want 7", got)
	}
}
