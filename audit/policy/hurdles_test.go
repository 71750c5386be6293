package policy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// randomHurdles is a policy of random rules with cut-offs of the score, and
// sometimes a limit.
func randomHurdles(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString(randomRules(r))
	for i := range r.IntN(3) {
		lower := r.IntN(2)
		fmt.Fprintf(&b, "      - {id: c%d, %scutoff: {approve: %s, refer: %d%s}}\n", i, []string{"", "for: f0 < 6, "}[r.IntN(2)],
			[]string{"6", "'f1 > 3 ? 5.0 : 7.0'", "f2"}[r.IntN(3)], r.IntN(5)+8*lower, []string{"", ", better: lower"}[lower])
	}
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, "      - {id: odd, when: 'f%d / (f%d + 1.0) > 2.0 || score > 3.0 && score < 5.0', then: refer}\n", r.IntN(4), r.IntN(4))
	}
	if r.IntN(2) == 0 {
		b.WriteString("    limit:\n      min_of:\n        - {id: a, value: 'f0 * 2.0', missing: deny}\n        - {id: b, for: f1 > 5, matrix: {rows: {cuts: [3, 6]}, cells: [[4], [6], [12]]}}\n        - {id: c, value: 'f3 > 2 ? 9.0 : 30.0'}\n      step: 2\n      minimum: 6\n")
	}
	return b.String()
}

// inCell reports whether no cut lies between two values, nor on one of them.
func inCell(b *features.Batch, i int, x policy.Read, from, to float64) bool {
	if from == to || from != from && to != to {
		return true
	}
	if x.Any || from != from || to != to {
		return false
	}
	for _, c := range x.Cuts {
		v := c.Value
		if c.Of != nil {
			v = c.Of.Numbers(b)[i]
		}
		if v >= min(from, to) && v <= max(from, to) {
			return false
		}
	}
	return true
}

// TestHurdlesHold: as long as what the hurdle reads stays on its side of every
// cut, a row that was not approved is not.
func TestHurdlesHold(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const rows, tries = 12, 40
	held, single, passed := 0, 0, 0
	for range 100 {
		text := randomHurdles(r)
		_, registry := mustPolicies(t, text)
		program, err := registry.Compile("decisions", func(n string) (expr.Column, bool) {
			if n == "score" {
				return expr.Column{Index: -1, Kind: features.Float, Score: true}, true
			}
			if n[0] != 'f' {
				return expr.Column{}, false
			}
			return expr.Column{Index: int(n[1] - '0'), Kind: features.Float}, true
		})
		if err != nil {
			t.Fatal(err, text)
		}
		value := func(missing bool) float64 {
			if missing && r.IntN(8) == 0 {
				return math.NaN()
			}
			return float64(r.IntN(21)) / 2
		}
		b := features.Batch{N: rows, Scores: &features.Scores{Model: make([]int16, rows)}}
		for range 4 {
			v := features.Vector{Kind: features.Float, Present: true}
			for range rows {
				v.Floats = append(v.Floats, value(true))
			}
			b.Cols = append(b.Cols, v)
		}
		for range rows {
			b.Scores.Score = append(b.Scores.Score, value(false))
		}
		as := make([]int16, rows)
		var before, after features.Replay
		program.Replay(&b, as, nil, &before)
		variants := make([]int32, rows)
		program.Variants(&b, as, variants)
		hurdles := program.Hurdles(variants[0]) // no experiments: all rows have one
		good := func(x *features.Replay, i int) bool { return x.Outcome[i] <= 1 }
		for range tries {
			c := features.Batch{N: rows, Scores: &features.Scores{Model: make([]int16, rows), Score: slices.Clone(b.Scores.Score)}}
			for k := range b.Cols {
				v := b.Cols[k]
				v.Floats = slices.Clone(v.Floats)
				for i := range v.Floats {
					if r.IntN(2) == 0 && v.Floats[i] == v.Floats[i] {
						v.Floats[i] = value(false)
					}
				}
				c.Cols = append(c.Cols, v)
			}
			for i := range rows {
				if r.IntN(2) == 0 {
					c.Scores.Score[i] = value(false)
				}
			}
			program.Replay(&c, as, nil, &after)
			for i := range rows {
				if good(&before, i) {
					continue
				}
				k := program.HurdleOf(hurdles, variants[i], &before, i)
				same := true
				for _, x := range hurdles[k].Reads {
					from, to := b.Scores.Score[i], c.Scores.Score[i]
					if !x.Score {
						from, to = b.Cols[x.Column].Floats[i], c.Cols[x.Column].Floats[i]
					}
					for _, cut := range x.Cuts { // a cut that moves tells nothing
						for _, col := range cut.Columns {
							p, q := b.Cols[col].Floats[i], c.Cols[col].Floats[i]
							same = same && (p == q || p != p && q != q)
						}
						same = same && (!cut.Score || b.Scores.Score[i] == c.Scores.Score[i])
					}
					same = same && inCell(&b, i, x, from, to)
				}
				if !same {
					continue
				}
				if held++; k < len(hurdles)-1 {
					single++
				}
				if good(&after, i) {
					t.Fatalf("row %d gets past hurdle %d %+v untouched:\n%s\nscore %v -> %v", i, k, hurdles[k], text, b.Scores.Score[i], c.Scores.Score[i])
				}
			}
			for i := range rows {
				if !good(&before, i) && good(&after, i) {
					passed++
				}
			}
		}
	}
	if held < 2000 || single < 1000 || passed < 2000 {
		t.Errorf("%d held, %d of them by a single hurdle, %d got past: the policies are dull", held, single, passed)
	}
}
