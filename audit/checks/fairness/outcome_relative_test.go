package fairness

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// TestCalibrationIsRelative holds that a group is flagged where its observed
// over expected is off and the others' is not, and that none is where the model
// is off for all alike.
func TestCalibrationIsRelative(t *testing.T) {
	for _, tt := range []struct {
		name string
		bad  map[string]int // of 1,000 with a pd of 0.1
		want []string
	}{
		{"one group is off", map[string]int{"a": 102, "b": 98, "c": 180}, []string{"g=c"}},
		{"all are off alike", map[string]int{"a": 150, "b": 152, "c": 148}, nil},
		{"a group that is right among others that are off", map[string]int{"a": 150, "b": 152, "c": 100}, nil},
		{"none is off", map[string]int{"a": 100, "b": 95, "c": 104}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("decision_id,application_id,customer_id,product,decided_at,outcome,pd,bad,g\n")
			for g, bad := range tt.bad {
				for i := range 1000 {
					fmt.Fprintf(&b, "%s%d,%s%d,%s%d,x,2025-01-01T10:00:00Z,approved,0.1,%v,%s\n", g, i, g, i, g, i, i < bad, g)
				}
			}
			src, err := audittest.NewSource("decisions", b.String(), 500, 200)
			if err != nil {
				t.Fatal(err)
			}
			checks := []*audit.Check{OutcomeParity}
			plan := "version: 1\nas_of: 2026-12-31\ntimezone: UTC\ntables: {decisions: {files: [d.parquet]}}\ngroups: {g: {reference: a}}\n"
			p, err := audit.ParsePlan("plan.yaml", []byte(plan), checks)
			if err != nil {
				t.Fatal(err)
			}
			r, err := driver.Run(context.Background(), driver.Input{Plan: p, Checks: checks, Sources: map[string]features.Source{"decisions": src}}, driver.Options{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			tested := 0
			for _, m := range r.Metrics {
				if m.Name != observedRate || m.Period != "" {
					continue
				}
				if m.Test != "" {
					tested++
				}
				if m.Status >= audit.Warn {
					got = append(got, m.Group)
				}
			}
			if tested != 3 || !slices.Equal(got, tt.want) {
				t.Errorf("%d tested, flagged %v, want %v", tested, got, tt.want)
			}
			if found := len(r.Findings) > 0; found != (tt.want != nil) {
				t.Errorf("findings: %v", r.Findings)
			}
		})
	}
}
