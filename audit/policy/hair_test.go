package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"evenhand/features"
)

// A cut-off written as a condition on the score has edges too.
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
		var own features.Replay
		program.Replay(&x.batch, as, tolerances(x), &own)
		var out []string
		for i := range as {
			s := "?"
			if own.Outcome[i] != features.Undecided {
				s = features.Outcomes[own.Outcome[i]][:1]
			}
			if own.Edge[i] {
				s += "~"
			}
			out = append(out, s)
		}
		return strings.Join(out, " ")
	}
	rows := "score, p, tolerance\n560, , 0.001\n559.9995, , 0.001\n560.0005, , 0.001\n559.9, , 0.001\n559.9995, x, 0.001\n700, , 0.001\n700.0005, , 0.001\n, , 0.001\n559.9995, , 0\n"
	if got, want := run("decisions", rows, false), "a d~ a~ d a a r~ ? d"; got != want {
		t.Errorf("decisions: %s, want %s", got, want)
	}
	// Without a recomputed score there is no tolerance.
	if got, want := run("decisions", strings.ReplaceAll(rows, ", 0.001", ", 0"), true), "a d a d a a r ? d"; got != want {
		t.Errorf("recorded scores: %s, want %s", got, want)
	}
	reviews := "kind, limit_before, score, y, tolerance\n"
	for _, x := range []string{"600, 2", "599.9995, 2", "600.0005, 2", "600, 1", "599.9995, 1", "610, 2"} {
		reviews += fmt.Sprintf("evaluate, 50, %s, 0.001\n", x)
	}
	if got, want := run("limits", reviews, false), "a d~ a~ d d a"; got != want {
		t.Errorf("reviews: %s, want %s", got, want)
	}
}
