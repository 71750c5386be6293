package drift

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/baseline"
	"evenhand/audit/driver"
	"evenhand/features"
)

// book is a plan and decisions, day by day, of which each has rows rows. From
// the day shift on the score falls and a city fades.
func book(first, days, rows, shift int, settings string) (plan, csv string) {
	var b strings.Builder
	b.WriteString("decision_id,customer_id,decided_at,model_version,policy_version,score,income,city\n")
	for d := first; d < first+days; d++ {
		rng := rand.New(rand.NewPCG(uint64(d), 3))
		for i := range rows {
			score, city, income := 600+40*rng.NormFloat64(), "Wuhan", fmt.Sprintf("%.2f", math.Exp(8+0.6*rng.NormFloat64()))
			if d >= shift {
				score -= 25
			}
			if rng.IntN(3) == 0 && d < shift {
				city = "Yichang"
			}
			if rng.IntN(15) == 0 {
				income = ""
			}
			fmt.Fprintf(&b, "D%d-%d,C%d-%d,2025-%02d-%02d 12:00,m1,P%d,%.0f,%s,%s\n", d, i, d, i, 1+d/28, 1+d%28, 1+d/40, score, income, city)
		}
	}
	return `version: 1
lender: Example
as_of: 2025-12-31
tables:
  decisions:
    files: [decisions.csv]
    columns:
      application_id: {from: decision_id}
      outcome: {constant: approved}
      product: {constant: cash}
    features: {income: income, city: city}
checks:
  scoredrift: {` + settings + `}
`, b.String()
}

func audited(t *testing.T, check *audit.Check, plan, csv string, earlier *baseline.File) *audit.Result {
	t.Helper()
	p, err := audit.ParsePlan("plan.yaml", []byte(plan), []*audit.Check{ScoreDrift, check})
	if err != nil {
		t.Fatal(err)
	}
	src, err := audittest.NewSource(table, csv, 300, 64)
	if err != nil {
		t.Fatal(err)
	}
	res, err := driver.Run(context.Background(), driver.Input{
		Plan: p, Checks: []*audit.Check{check}, Sources: map[string]features.Source{table: src}, Baseline: earlier,
	}, driver.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// stored is the baseline of a result, through its bytes.
func stored(t *testing.T, res *audit.Result, input string) *baseline.File {
	t.Helper()
	if len(res.Baseline) != 1 {
		t.Fatalf("%d parts of a baseline", len(res.Baseline))
	}
	p := res.Baseline[0]
	f := &baseline.File{Lender: "Example", Timezone: "Asia/Shanghai", Currency: "CNY", From: p.From, To: p.To, Inputs: []string{input}, Least: 10, Parts: []baseline.Part{p}}
	back, err := baseline.Parse(f.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func valuesOf(res *audit.Result) map[string]audit.Metric {
	out := map[string]audit.Metric{}
	for _, m := range res.Metrics {
		out[m.Name+" "+m.Segment+" "+m.Period] = m
	}
	return out
}

// TestAgainstBaseline: a month held against the baseline of the month before has
// the numbers of an audit of both, to the width of the baseline's bins, and so
// has one against the baselines of its two halves merged. A month that did not
// change is clean, and one period is enough.
func TestAgainstBaseline(t *testing.T) {
	for _, shift := range []int{28, 1000} {
		_, csv := book(0, 56, 60, shift, "")
		plan, january := book(0, 28, 60, shift, "")
		_, february := book(28, 28, 60, shift, "")
		_, early := book(0, 13, 60, shift, "")
		_, late := book(13, 15, 60, shift, "")
		both := valuesOf(audited(t, ScoreDrift, plan, csv, nil))
		whole := stored(t, audited(t, ScoreDrift, plan, january, nil), "a")
		merged, err := baseline.Merge(stored(t, audited(t, ScoreDrift, plan, late, nil), "c"), stored(t, audited(t, ScoreDrift, plan, early, nil), "b"))
		if err != nil {
			t.Fatal(err)
		}
		for i, earlier := range []*baseline.File{whole, merged} {
			res := audited(t, ScoreDrift, plan, february, earlier)
			if res.Coverage[0].Status != "ran" || res.Coverage[0].Judged != 28*60 {
				t.Fatalf("coverage %+v", res.Coverage[0])
			}
			if flagged := len(res.Findings) > 0; flagged != (shift == 28) {
				t.Errorf("shift %d: findings %v", shift, res.Findings)
			}
			compared := 0
			for key, m := range valuesOf(res) {
				want, ok := both[key]
				if !ok || m.Reference == "" {
					continue
				}
				compared++
				if !strings.HasPrefix(m.Reference, "baseline 2025-01-01/2025-01-28") {
					t.Errorf("%s: reference %q", key, m.Reference)
				}
				bound := 0.004 + 0.02*math.Abs(want.Value)
				if i == 1 {
					bound *= 3
				}
				if m.Name == "wasserstein" || m.Name == "chi2" {
					bound = 0.03*math.Abs(want.Value) + 1
					if strings.Contains(m.Segment, "income") {
						bound = 40 // of a mean of 3600
					}
				}
				if !(math.Abs(m.Value-want.Value) <= bound) {
					t.Errorf("shift %d, baseline %d: %s is %v, %v without the baseline", shift, i, key, m.Value, want.Value)
				}
			}
			if compared < 12 {
				t.Errorf("%d metrics compared", compared)
			}
		}
	}
}

// TestBaselineIsCoarse: nothing in a baseline counts fewer rows than the plan
// suppresses, and no row's income is in it.
func TestBaselineIsCoarse(t *testing.T) {
	plan, csv := book(0, 28, 30, 1000, "special: [0]")
	f := stored(t, audited(t, ScoreDrift, plan, csv, nil), "a") // Parse refuses small counts
	n := f.Parts[0].Number("feature=income")
	if n == nil || len(n.Bins) < 20 || len(n.Bins) > 90 {
		t.Fatalf("income: %+v", n)
	}
	if f.Parts[0].Number("score model_version=m1") == nil || f.Parts[0].Number("score policy_version=P1") == nil || f.Parts[0].Text("feature=city") == nil {
		t.Error("a part is missing")
	}
}

// TestChunks: chunks end with days, hold about the rows asked for, and are
// compared like periods.
func TestChunks(t *testing.T) {
	for _, tt := range []struct {
		settings string
		chunks   int
	}{{"chunk_by: size, chunk_n: 700", 5}, {"chunk_by: count, chunk_n: 7", 7}, {"chunk_by: size, chunk_n: 100000", 1}, {"chunk_by: count, chunk_n: 1000", 56}} {
		plan, csv := book(0, 56, 60, 28, tt.settings+", min_rows: 60")
		res := audited(t, ScoreDrift, plan, csv, nil)
		sizes, reference := map[string]int64{}, ""
		for _, m := range res.Metrics {
			if m.Name == missingRate && m.Segment == "feature=income" {
				sizes[m.Period] = m.N
			}
			if m.Name == psiRecorded && m.Segment == "" {
				reference = m.Reference
			}
		}
		var rows int64
		for label, n := range sizes {
			from, to, ok := strings.Cut(label, "/")
			rows += n
			if !ok || from > to || n%60 != 0 || math.Abs(float64(n)-3360/float64(tt.chunks)) > 60 {
				t.Errorf("%s: chunk %s has %d rows", tt.settings, label, n)
			}
		}
		if len(sizes) != tt.chunks || rows != 3360 {
			t.Errorf("%s: %d chunks, %d rows", tt.settings, len(sizes), rows)
		}
		if tt.chunks > 1 && (!strings.HasPrefix(reference, "2025-01-01/") || len(res.Findings) == 0) {
			t.Errorf("%s: against %q, %d findings", tt.settings, reference, len(res.Findings))
		}
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct{ settings, want string }{
		{"chunk_by: size", "chunk_n is 0"},
		{"chunk_n: 5", "says nothing"},
		{"chunk_by: count, chunk_n: 5, reference: 2025-01", "makes none"},
		{"warn: 0.3", "not below"},
		{"missing: 0", "above 0"},
		{"chunk_by: rows", "chunk_by"},
		{"psi_convention: other", "psi_convention"},
	} {
		plan, _ := book(0, 1, 1, 1, tt.settings)
		if _, err := audit.ParsePlan("plan.yaml", []byte(plan), []*audit.Check{ScoreDrift}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.settings, err)
		}
	}
}
