package policy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// randomRules is a policy of random rules that say nothing of missing values.
func randomRules(r *rand.Rand) string {
	var b strings.Builder
	order := []string{"first", "worst"}[r.IntN(2)]
	fmt.Fprintf(&b, "policies:\n  - version: a\n    order: %s\n    rules:\n", order)
	compare := func() string { return fmt.Sprintf("f%d %s %d", r.IntN(4), []string{"<", ">="}[r.IntN(2)], r.IntN(10)) }
	for i := range 1 + r.IntN(5) {
		then := []string{"deny", "refer", "approve"}[r.IntN(3)]
		if order == "worst" && then == "approve" {
			then = "deny"
		}
		fmt.Fprintf(&b, "      - id: r%d\n", i)
		if r.IntN(3) == 0 {
			fmt.Fprintf(&b, "        for: %s\n", compare())
		}
		if r.IntN(3) == 0 {
			low := r.IntN(8)
			if then == "approve" {
				then = "deny"
			}
			fmt.Fprintf(&b, "        then: %s\n        cutoff: {of: f%d, approve: %d, refer: %d}\n", then, r.IntN(4), low+r.IntN(3), low)
			continue
		}
		fmt.Fprintf(&b, "        then: %s\n        when: \"%s\"\n", then, strings.Join([]string{compare(), compare()}, []string{" && ", " || "}[r.IntN(2)]))
	}
	return b.String()
}

// TestMissing: what is decided in spite of a missing value is decided so
// whatever the value is; and where nothing is missing, all is decided.
func TestMissing(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	const rows, fills = 24, 40
	decided, open := 0, 0
	for range 150 {
		text := randomRules(r)
		_, registry := mustPolicies(t, text)
		b := features.Batch{N: rows}
		for range 4 {
			v := features.Vector{Kind: features.Float, Present: true}
			for range rows {
				x := float64(r.IntN(11))
				if r.IntN(3) == 0 {
					x = math.NaN()
				}
				v.Floats = append(v.Floats, x)
			}
			b.Cols = append(b.Cols, v)
		}
		program, err := registry.Compile("decisions", func(n string) (expr.Column, bool) {
			return expr.Column{Index: int(n[1] - '0'), Kind: features.Float}, n[0] == 'f'
		})
		if err != nil {
			t.Fatal(err)
		}
		as := make([]int16, rows)
		var missing, filled features.Replay
		program.Replay(&b, as, nil, &missing)
		for range fills {
			full := features.Batch{N: rows}
			for _, v := range b.Cols {
				w := features.Vector{Kind: features.Float, Present: true}
				for _, x := range v.Floats {
					if x != x {
						x = float64(r.IntN(11))
					}
					w.Floats = append(w.Floats, x)
				}
				full.Cols = append(full.Cols, w)
			}
			program.Replay(&full, as, nil, &filled)
			for i := range rows {
				if filled.Outcome[i] == features.Undecided {
					t.Fatalf("nothing is missing in row %d, and nothing is decided:\n%s", i, text)
				}
				if missing.Outcome[i] == features.Undecided {
					open++
				} else if decided++; missing.Outcome[i] != filled.Outcome[i] {
					t.Fatalf("row %d is %d with values missing, %d with %v %v %v %v for %v %v %v %v:\n%s", i, missing.Outcome[i], filled.Outcome[i],
						full.Cols[0].Floats[i], full.Cols[1].Floats[i], full.Cols[2].Floats[i], full.Cols[3].Floats[i],
						b.Cols[0].Floats[i], b.Cols[1].Floats[i], b.Cols[2].Floats[i], b.Cols[3].Floats[i], text)
				}
			}
		}
	}
	if decided < 1000 || open < 1000 {
		t.Errorf("%d decided, %d open: the policies are dull", decided, open)
	}
}
