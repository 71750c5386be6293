package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"evenhand/features"
)

// A cut-off written as a condition on the score has edges and ties too.
func TestHair(t *testing.T) {
	const cut = `policies:
  - version: a
    rules:
      - {id: low, for: p != 'x', when: score < 560}
      - {id: high, when: "score - 6.0 > 694.0", then: refer}
    limit: {min_of: [{id: a, value: 100}]}
    ladder: {when: score >= 600 && y > 1, factor: 2}
`
	_, r := mustPolicies(t, cut)
	run := func(name, csv string, recorded bool) string {
		x := readTable(t, name, csv, 100, "tolerance")
		if recorded {
			x.batch.Scores = nil
		}
		program, err := r.Compile(name, x.resolve)
		if err != nil {
			t.Fatal(err)
		}
		as := make([]int16, x.batch.N)
		var own, tied features.Replay
		program.Replay(&x.batch, as, tolerances(x), &own)
		program.ReplayTie(&x.batch, as, nil, &tied)
		var out []string
		for i := range as {
			word := func(r *features.Replay) string {
				if r.Outcome[i] == features.Undecided {
					return "?"
				}
				return features.Outcomes[r.Outcome[i]][:1]
			}
			s := word(&own)
			if own.Edge[i] {
				s += "~"
			}
			if w := word(&tied); w != word(&own) {
				s += "|" + w
			}
			out = append(out, s)
		}
		return strings.Join(out, " ")
	}
	rows := "score, p, tolerance\n560, , 0.001\n559.9995, , 0.001\n560.0005, , 0.001\n559.9, , 0.001\n559.9995, x, 0.001\n700, , 0.001\n700.0005, , 0.001\n, , 0.001\n559.9995, , 0\n"
	if got, want := run("decisions", rows, false), "a|d d~ a~ d a a|r r~ ? d"; got != want {
		t.Errorf("decisions: %s, want %s", got, want)
	}
	// Without a recomputed score there is no tolerance; ties are ties.
	if got, want := run("decisions", strings.ReplaceAll(rows, ", 0.001", ", 0"), true), "a|d d a d a a|r r ? d"; got != want {
		t.Errorf("recorded scores: %s, want %s", got, want)
	}
	reviews := "kind, limit_before, score, y, tolerance\n"
	for _, x := range []string{"600, 2", "599.9995, 2", "600.0005, 2", "600, 1", "599.9995, 1", "610, 2"} {
		reviews += fmt.Sprintf("evaluate, 50, %s, 0.001\n", x)
	}
	if got, want := run("limits", reviews, false), "a|d d~ a~ d d a"; got != want {
		t.Errorf("reviews: %s, want %s", got, want)
	}
}
