package timeline_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/audit/timeline"
	"evenhand/features"
	"evenhand/features/parquetfile"
	"evenhand/fixtures"
)

const book = "../../fixtures/book/"

// TestBook holds the ledgers and loans of the made-up book against its truth:
// every planted lost update, break and reversal is marked, nothing else is, and
// payments and repayments tell the same story.
func TestBook(t *testing.T) {
	plan, err := audit.ParsePlan("plan", []byte(`
version: 1
as_of: 2026-06-30
tables:
  decisions: {files: d.parquet}
  limits: {files: l.parquet}
  repayments: {files: r.parquet}
  payments: {files: p.parquet}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]features.Source{}
	for table, files := range map[string]string{"decisions": "decisions/part-*.parquet", "limits": "limits.parquet", "repayments": "repayments.parquet", "payments": "payments.parquet"} {
		s, err := parquetfile.OpenPaths(t.Context(), table, []string{book + files}, parquetfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		sources[table] = s
	}
	got, payments := map[string][]string{}, 0
	check := bookCheck(func(env *audit.Env, r *timeline.Reader, tl *audit.Timeline) {
		h := r.Read(tl)
		payments += tl.Payments.Len()
		for _, a := range h.Accounts {
			for _, c := range a.Changes {
				id := string(tl.Limits.Batch.Cols[env.Col("limits", "event_id")].Opaque(c.Row))
				for what, on := range map[string]bool{"lost": c.Lost, "broken": c.Broken, "reversed": c.Reversed && c.Kind == "decrease"} {
					if on {
						got[what] = append(got[what], id)
					}
				}
			}
		}
		for _, m := range h.Mismatches {
			got["mismatch "+m.What] = append(got["mismatch "+m.What], fmt.Sprint(string(tl.Repayments.Batch.Cols[env.Col("repayments", "loan_id")].Opaque(m.Row)), " ", m.Recorded, " ", m.Derived))
		}
		for _, l := range h.Loans {
			got["loans"] = append(got["loans"], string(l.ID))
		}
	})
	if _, err := driver.Run(context.Background(), driver.Input{Plan: plan, Checks: []*audit.Check{check}, Sources: sources}, driver.Options{}); err != nil {
		t.Fatal(err)
	}
	if payments < 20000 || len(got["loans"]) < 5000 {
		t.Fatalf("%d payments, %d loans", payments, len(got["loans"]))
	}
	delete(got, "loans")
	want := truth(t)
	for what := range got {
		slices.Sort(got[what])
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// truth lists the events that the book has planted, by what they are.
func truth(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(book + "truth.parquet")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[fixtures.TruthRow](bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, r := range rows {
		switch {
		case r.Rule == "R1.5":
			out["broken"] = append(out["broken"], r.Key)
		case r.Rule == "R1.6":
			out["lost"] = append(out["lost"], r.Key)
		case r.Fault == "REVERSAL":
			out["reversed"] = append(out["reversed"], r.Key)
		}
	}
	for what := range out {
		if len(out[what]) < 10 {
			t.Fatalf("the truth has %d events %s", len(out[what]), what)
		}
		slices.Sort(out[what])
	}
	return out
}

// bookState feeds customers to a function, in one worker.
type bookState struct {
	env    *audit.Env
	reader *timeline.Reader
	see    func(*audit.Env, *timeline.Reader, *audit.Timeline)
}

func bookCheck(see func(*audit.Env, *timeline.Reader, *audit.Timeline)) *audit.Check {
	return &audit.Check{
		Name: "book", Title: audit.T("Book", "书"), Doc: "x\n\ny", DocZh: "x\n\ny", Chapter: "limits",
		Needs: audit.Needs{Tables: []audit.TableNeed{{Table: "limits", Timeline: true, Required: []string{"event_id"}},
			{Table: "repayments", Timeline: true, Required: []string{"loan_id"}}}},
		New: func(env *audit.Env) (audit.State, error) {
			return &bookState{env, timeline.NewReader(env), see}, nil
		},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
}

func (s *bookState) Customer(t *audit.Timeline) { s.see(s.env, s.reader, t) }
func (s *bookState) Merge(audit.State)          {}
func (s *bookState) Finish(r *audit.Result) {
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "book", Status: "ran"})
}
func (s *bookState) MarshalBinary() ([]byte, error) { return nil, nil }
func (s *bookState) UnmarshalBinary([]byte) error   { return nil }
