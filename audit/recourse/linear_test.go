package recourse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// logisticWorld is a logistic model of twelve features that can all be changed,
// by steps that are small and hardly bounded.
func logisticWorld(t testing.TB, bound string) *world {
	r := rand.New(rand.NewPCG(3, 4))
	var file, plan, rows strings.Builder
	file.WriteString("evenhand: logistic\nversion: 1\ntarget: good\nintercept: -2\nscale: {factor: 20, offset: 600}\nnumeric:\n")
	plan.WriteString("dictionary:\n")
	rows.WriteString("decision_id,decided_at")
	var names []string
	for i := range 12 {
		fmt.Fprintf(&file, "  - {name: f%02d, mean: %d, scale: %d, coef: 0.%d, missing: 0}\n", i, i, 2+i%3, 1+i%5)
		fmt.Fprintf(&plan, "  f%02d: {good: higher, mutable: yes, step: 0.05%s}\n", i, bound)
		fmt.Fprintf(&rows, ",f%02d", i)
		names = append(names, fmt.Sprintf("f%02d", i))
	}
	plan.WriteString("policies: [{version: a, missing: pass, rules: [{id: few, when: f03 < 2}, {id: cut, cutoff: {approve: 600}}]}]\n")
	for i := range 400 {
		fmt.Fprintf(&rows, "\nd%d,2026-01-01", i)
		for k := range 12 {
			fmt.Fprintf(&rows, ",%.2f", float64(k)+4*r.NormFloat64()-1)
		}
	}
	return open(t, plan.String(), file.String(), "decisions", rows.String()+"\n", names...)
}

// TestLogistic: every step counts, and is solved for.
func TestLogistic(t *testing.T) {
	w := logisticWorld(t, ", most: 14")
	counts := map[int]int{}
	for row, r := range w.search(t, Limits{}) {
		if !r.Proved {
			t.Errorf("row %d: %+v", row, r)
		}
		counts[len(r.Changes)]++
		if r.Rows > 20 {
			t.Errorf("row %d took %d replays", row, r.Rows)
		}
	}
	if counts[1] < 10 || counts[2] < 10 || counts[3] < 5 {
		t.Errorf("by changes: %v", counts)
	}
}

// BenchmarkLogistic is the search of one denial where each of a thousand steps
// of twelve features may make a difference.
func BenchmarkLogistic(b *testing.B) {
	for name, bound := range map[string]string{"open": "", "bounded": ", most: 14"} {
		b.Run(name, func(b *testing.B) {
			w := logisticWorld(b, bound)
			s := New(w.engine(b), w.env, w.table, Limits{})
			rows := w.denied()
			for n := b.N; n > 0; n -= len(rows) {
				s.Search(w.batch, rows[:min(n, len(rows))], nil, func(int, *Result) {})
			}
		})
	}
}
