package driver_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// TestModels: which model scores a row, by version and product, or by time of
// service when the export does not say.
func TestModels(t *testing.T) {
	const (
		header = "decision_id,application_id,customer_id,product,decided_at,outcome,x,latency_ms"
		rows   = `
d1,a1,c1,cash,2026-01-01,approved,1,0
d2,a2,c2,line,2026-02-01,approved,1,0
d3,a3,c3,cash,2026-03-01,approved,1,0
d4,a4,c4,cash,2026-04-01,approved,,0`
		one      = "models: [{version: m1, file: 1}]"
		both     = "models: [{version: m1, file: 1}, {version: m2, file: 2}]"
		services = "models: [{version: m1, file: 1, retired: 2026-02-01}, {version: m2, file: 2, deployed: 2026-02-01, retired: 2026-03-15}]"
		products = "models: [{product: line, file: 1}, {file: 2}]"
	)
	version := strings.NewReplacer(",0\n", ",0,m1\n") // d1, d2, d3; d4 has none
	for _, c := range []struct {
		name, models, csv string
		want              string // points of each row, or part of the error
	}{
		{"one model, no versions", one, header + rows, "1 1 1 -"},
		{"two models, no versions", both, header + rows, "same time"},
		{"by time of service", services, header + rows, "1 2 2 -"},
		{"by product", products, header + rows, "2 1 2 -"},
		{"by version", both, header + ",model_version" + version.Replace(rows+"\n"), "1 1 1 -"},
		{"an unknown version", both, header + ",model_version" + strings.ReplaceAll(rows, ",0", ",0,m9"), "- - - -"},
	} {
		got := ""
		check := &audit.Check{
			Name: "sum", Title: audit.T("sum", "和"), Doc: "sum\n\nadds up.", DocZh: "合计\n\n求和。", Chapter: "ingest",
			Needs: audit.Needs{Models: true, Tables: []audit.TableNeed{{Table: "decisions", Required: []string{"latency_ms"}, Features: true}}},
			New: func(e *audit.Env) (audit.State, error) {
				return &sum{col: e.Col("decisions", "latency_ms"), update: func(b *features.Batch) {
					for i := range b.N {
						if b.Scores.Model[i] < 0 {
							got += "- "
						} else {
							got += fmt.Sprint(b.Scores.Score[i], " ")
						}
					}
				}}, nil
			},
			Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
		}
		p, err := audit.ParsePlan("plan.yaml", []byte(plan+c.models+"\ntimezone: UTC\n"), []*audit.Check{check})
		if err != nil {
			t.Fatal(err)
		}
		models, err := p.LoadModels(func(name string) ([]byte, error) {
			return fmt.Appendf(nil, "evenhand: card\nversion: 1\nbase_points: 0\ncharacteristics: [{name: x, points: [%s]}]\n", name), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		src, err := audittest.NewSource("decisions", c.csv, 7, 3)
		if err != nil {
			t.Fatal(err)
		}
		_, err = driver.Run(context.Background(), driver.Input{Plan: p, Checks: []*audit.Check{check}, Models: models, Sources: map[string]features.Source{"decisions": src}}, driver.Options{Workers: 1})
		if err != nil {
			got = err.Error()
		}
		if got = strings.TrimSpace(got); got != c.want && !(err != nil && strings.Contains(got, c.want)) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
