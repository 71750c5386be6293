package fairness

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// TestTableOfGroups holds that groups in a table of their own give the metrics
// that a column of the decisions gives, whatever the number of workers.
func TestTableOfGroups(t *testing.T) {
	a, err := txtar.ParseFile("testdata/approvalparity.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var plan, decisions string
	for _, f := range a.Files {
		switch f.Name {
		case "plan.yaml":
			plan = string(f.Data)
		case "decisions.csv":
			decisions = string(f.Data)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(decisions)).ReadAll()
	if err != nil || len(rows) < 100 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	customer, band := -1, -1
	for i, h := range rows[0] {
		switch h {
		case "customer_id":
			customer = i
		case "band":
			band = i
		}
	}
	var without, groups strings.Builder
	groups.WriteString("customer_id,dimension,value,probability\n")
	w := csv.NewWriter(&without)
	for i, r := range rows {
		if i > 0 && r[band] != "" {
			fmt.Fprintf(&groups, "%s,band,%s,\n", r[customer], r[band])
			fmt.Fprintf(&groups, "%s,other,x,\n", r[customer])
		}
		w.Write(append(append([]string{}, r[:band]...), r[band+1:]...))
	}
	w.Flush()
	// A customer of two groups is of none, and a proxy is no group.
	groups.WriteString("nobody,band,a,\n")
	run := func(tables map[string]string, workers int) *audit.Result {
		text := plan
		sources := map[string]features.Source{}
		for name, data := range tables {
			if name != "decisions" {
				text = strings.Replace(text, "tables:\n", "tables:\n  "+name+": {files: ["+name+".parquet]}\n", 1)
			}
			src, err := audittest.NewSource(name, data, 29, 7)
			if err != nil {
				t.Fatal(err)
			}
			sources[name] = src
		}
		checks := []*audit.Check{ApprovalParity}
		p, err := audit.ParsePlan("plan.yaml", []byte(text), checks)
		if err != nil {
			t.Fatal(err)
		}
		r, err := driver.Run(context.Background(), driver.Input{Plan: p, Checks: checks, Sources: sources}, driver.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	want := run(map[string]string{"decisions": decisions}, 1)
	if len(want.Metrics) < 50 || len(want.Findings) == 0 {
		t.Fatalf("%d metrics, %d findings", len(want.Metrics), len(want.Findings))
	}
	for _, workers := range []int{1, 3} {
		got := run(map[string]string{"decisions": without.String(), "groups": groups.String()}, workers)
		if d := cmp.Diff(want.Metrics, got.Metrics, cmpopts.EquateNaNs()); d != "" {
			t.Errorf("%d workers: metrics differ (-column +table):\n%s", workers, d)
		}
		if d := cmp.Diff(want.Coverage, got.Coverage); d != "" {
			t.Errorf("%d workers: coverage differs:\n%s", workers, d)
		}
	}
	t.Run("ambiguous", func(t *testing.T) {
		id := rows[1][customer]
		more := groups.String() + id + ",band,z,\n" + rows[2][customer] + ",band,a,0.7\n"
		r := run(map[string]string{"decisions": without.String(), "groups": more}, 2)
		for _, m := range r.Metrics {
			if m.Name == rateMetric && m.Group == "band=z" {
				t.Error("a customer of two groups counts for one of them")
			}
		}
	})
}
