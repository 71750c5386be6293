package recourse

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"evenhand/features/model"
)

// pick returns one of the words.
func pick(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }

// randomCard is a card over f0 to f4, f4 of which nobody can change, with
// special codes and missing values now and then.
func randomCard(r *rand.Rand) string {
	var b strings.Builder
	fmt.Fprintf(&b, "evenhand: card\nversion: 1\ntarget: bad\nbase_points: %d\nclosed: %s\n", 20+r.IntN(5), pick(r, "left", "right"))
	switch r.IntN(4) {
	case 0:
		b.WriteString("rounding: {on: total, mode: half_even, digits: 0}\n")
	case 1:
		b.WriteString("rounding: {on: attribute, mode: half_away, digits: 0}\n")
	}
	b.WriteString("characteristics:\n")
	for i := range 5 {
		fmt.Fprintf(&b, "  - {name: f%d, edges: [", i)
		x := r.IntN(3)
		n := 1 + r.IntN(3)
		for k := range n {
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%v", float64(x)+float64(r.IntN(2))/2)
			x += 1 + r.IntN(3)
		}
		b.WriteString("], points: [")
		points := make([]float64, n+1)
		for k := range points {
			points[k] = float64(r.IntN(60)) / 4
		}
		if r.IntN(4) > 0 {
			slices.Sort(points)
		}
		for k, x := range points {
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%v", x)
		}
		b.WriteString("], missing: 3")
		if r.IntN(3) == 0 {
			fmt.Fprintf(&b, ", special: {%d: %d}", pick2(r, -9, 3), r.IntN(12))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func pick2(r *rand.Rand, a, b int) int {
	if r.IntN(2) == 0 {
		return a
	}
	return b
}

// randomLogistic is a logistic model over f0 to f4.
func randomLogistic(r *rand.Rand) string {
	var b strings.Builder
	fmt.Fprintf(&b, "evenhand: logistic\nversion: 1\ntarget: good\nintercept: %v\n", float64(r.IntN(9))/8)
	b.WriteString(pick(r, "scale: {factor: 1, offset: 10}\n", "scale: {factor: 20, offset: 10, sign: -1}\n", "scale: {factor: 20, offset: 10}\nrounding: {mode: half_even, digits: 0}\n"))
	b.WriteString("numeric:\n")
	for i := range 5 {
		fmt.Fprintf(&b, "  - {name: f%d, mean: %d, scale: 2, coef: %v, missing: 0.1%s}\n", i, i, float64(r.IntN(17)-8)/8, pick(r, "", ", clip: [-1, 1]"))
	}
	return b.String()
}

// randomDictionary makes most of f0 to f3 mutable, by small numbers of steps.
func randomDictionary(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("dictionary:\n")
	for i := range 4 {
		step := pick(r, "1", "1", "1", "0.5", "2")
		fmt.Fprintf(&b, "  f%d: {good: %s, mutable: %s, step: %s, least: 0, most: %d", i, pick(r, "higher", "higher", "higher", "lower"), pick(r, "yes", "slow", "yes", "yes", "yes", "no"), step, 5+r.IntN(4))
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, ", cost: %s", pick(r, "0.1", "2", "0.3"))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// randomPolicy has rules of every shape around cut-offs of the score.
func randomPolicy(r *rand.Rand, approve int) string {
	var b strings.Builder
	order := pick(r, "first", "first", "worst")
	fmt.Fprintf(&b, "policies:\n  - version: a\n    order: %s\n    values: {cap: '{1.0: 3.0, 2.0: 4.0}[f4]'}\n    rules:\n", order)
	compare := func() string {
		if r.IntN(3) > 0 {
			return fmt.Sprintf("f%d %s %s", r.IntN(4), pick(r, "<", "<="), pick(r, "1", "2.5", "4"))
		}
		return fmt.Sprintf("f%d %s %s", r.IntN(5), pick(r, "<", ">=", ">", "<="), pick(r, "1", "2.5", "4", "cap", "f3"))
	}
	for i := range r.IntN(3) {
		then := pick(r, "deny", "deny", "refer", "approve")
		if order == "worst" && then == "approve" {
			then = "deny"
		}
		if then == "approve" && r.IntN(3) > 0 {
			then = "deny"
		}
		when := pick(r, compare(), compare(), compare(), compare()+" && "+compare(), compare()+" || "+compare(), "f0 / (f1 + 1.0) > 1.5", "f2 * 2.0 > f3 + 3.0", fmt.Sprintf("score < %d.0 && f1 > 1", approve+2))
		fmt.Fprintf(&b, "      - {id: r%d, then: %s, missing: %s, when: \"%s\"}\n", i, then, pick(r, "pass", "pass", "pass", "deny", "refer"), when)
	}
	for i := range 1 + r.IntN(2) {
		at := fmt.Sprint(approve + r.IntN(6))
		if r.IntN(5) == 0 {
			at = fmt.Sprintf("'f%d > 2 ? %d.0 : %d.0'", r.IntN(5), approve, approve+4)
		}
		fmt.Fprintf(&b, "      - {id: c%d, missing: pass, %scutoff: {approve: %s, refer: %d, tie: %s}}\n", i, pick(r, "", "", "for: f1 < 3, "), at, approve-3, pick(r, "pass", "fail"))
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "    limit:\n      min_of:\n        - {id: a, value: 'f0 * 2.0 + 1.0', missing: %s}\n        - {id: b, for: f1 > 1, matrix: {rows: {cuts: [%d, %d]}, cells: [[2], [6], [12]]}}\n        - {id: c, value: 'f3 > 2 ? 9.0 : 4.0'}\n      step: 1\n      minimum: 5\n", pick(r, "skip", "deny"), approve+3, approve+8)
	}
	return b.String()
}

// randomRows are rows of f0 to f4.
func randomRows(r *rand.Rand, n int) string {
	var b strings.Builder
	b.WriteString("decision_id,decided_at,f0,f1,f2,f3,f4\n")
	for i := range n {
		fmt.Fprintf(&b, "d%d,2026-01-01", i)
		for k := range 5 {
			switch {
			case r.IntN(20) == 0:
				b.WriteString(",")
			case r.IntN(30) == 0:
				b.WriteString(",-9")
			case k == 4:
				fmt.Fprintf(&b, ",%d", 1+r.IntN(2))
			default:
				fmt.Fprintf(&b, ",%v", float64(r.IntN(12))/2)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// noSum is a model that does not tell that it is a sum, as forests are none.
func noSum(m model.Model) model.Model {
	if strings.Contains(m.Format(), "card") {
		return bins{m}
	}
	return struct{ model.Model }{m}
}

type bins struct{ model.Model }

func (b bins) Edges(input int) []float64    { return b.Model.(model.Edges).Edges(input) }
func (b bins) Specials(input int) []float64 { return b.Model.(model.Specials).Specials(input) }

// check holds the search of a random world to brute force.
func check(t *testing.T, r *rand.Rand, counts map[string]int) {
	file, approve := randomCard(r), 52+r.IntN(14)
	if r.IntN(4) == 0 {
		file, approve = randomLogistic(r), 10+r.IntN(14)
	}
	plan := randomDictionary(r) + randomPolicy(r, approve)
	w := open(t, plan, file, "decisions", randomRows(r, 10), "f0", "f1", "f2", "f3", "f4")
	if m := &w.env.Models[0]; r.IntN(4) == 0 {
		m.Model = noSum(m.Model)
	}
	for row, got := range w.search(t, Limits{Rows: 100000}) {
		want := w.brute(t, row)
		if got.Status == Found {
			counts[fmt.Sprint("found ", len(got.Changes))]++
		} else {
			counts[got.String()]++
		}
		if got.String() != want {
			t.Fatalf("row %d: %s, brute force has %s\n%s\n%s", row, got, want, plan, file)
		}
	}
}

// TestBruteForce holds the search to what trying everything finds, in random
// worlds.
func TestBruteForce(t *testing.T) {
	counts := map[string]int{}
	n := 300
	if testing.Short() {
		n = 30
	}
	for seed := range n {
		check(t, rand.New(rand.NewPCG(uint64(seed), 7)), counts)
	}
	t.Log(counts)
	for _, k := range []string{"found 1", "found 2", "found 3", "unreachable"} {
		if counts[k] < n/60 {
			t.Errorf("%d %s: the worlds are dull", counts[k], k)
		}
	}
}

func FuzzBruteForce(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { check(t, rand.New(rand.NewPCG(seed, 8)), map[string]int{}) })
}
