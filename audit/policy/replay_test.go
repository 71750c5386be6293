package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"evenhand/audit/policy"
	"evenhand/features"
)

// lender is a fixture: testdata/NAME.txtar has a lender's plan (policies.yaml),
// and rows of decisions and limits with what the policy makes of them, worked
// out by hand, in the column want: OUTCOME RULE LIMIT BOUND, "-" for none, and
// "edge".
type lender struct {
	plan     string
	registry *policy.Registry
	scale    float64
	tables   map[string]*table
}

func lenders(t testing.TB) map[string]*lender {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	out := map[string]*lender{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		l := &lender{tables: map[string]*table{}}
		for _, x := range txtar.Parse(data).Files {
			switch name, ext, _ := strings.Cut(x.Name, "."); ext {
			case "yaml":
				plan, r := mustPolicies(t, string(x.Data))
				l.plan, l.registry, l.scale = string(x.Data), r, float64(plan.MoneyScale())
			case "csv":
				l.tables[name] = readTable(t, name, string(x.Data), l.scale, "want", "note", "tolerance", "version", "tie")
			}
		}
		out[strings.TrimSuffix(filepath.Base(f), ".txtar")] = l
	}
	return out
}

// picked returns the policy of each row, by version and product.
func (l *lender) picked(t testing.TB, x *table) []int16 {
	out := make([]int16, x.batch.N)
	for i := range out {
		product := ""
		if c, ok := x.columns["product"]; ok {
			product = x.batch.Cols[c.Index].Text(i)
		}
		if out[i] = l.registry.Pick(x.aside["version"][i], product, 0); out[i] < 0 {
			t.Fatalf("row %d: no policy %s", i+1, x.aside["version"][i])
		}
	}
	return out
}

func tolerances(x *table) []float64 {
	out := make([]float64, x.batch.N)
	for i, s := range x.aside["tolerance"] {
		out[i], _ = strconv.ParseFloat(s, 64)
	}
	return out
}

func (l *lender) words(out *features.Replay, i int) string {
	p := &l.registry.Policies[out.Policy[i]]
	or := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	outcome, limit, edge := "undecided", "-", ""
	if out.Outcome[i] != features.Undecided {
		outcome = features.Outcomes[out.Outcome[i]]
	}
	if out.Limit[i] >= 0 {
		limit = number(float64(out.Limit[i]) / l.scale)
	}
	if out.Edge[i] {
		edge = " edge"
	}
	return fmt.Sprintf("%s %s %s %s%s", outcome, or(p.RuleName(int(out.Rule[i]))), limit, or(p.TermName(int(out.Bound[i]))), edge)
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func TestReplay(t *testing.T) {
	rows := 0
	for name, l := range lenders(t) {
		for table, x := range l.tables {
			program, err := l.registry.Compile(table, x.resolve)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var out features.Replay
			program.Replay(&x.batch, l.picked(t, x), tolerances(x), &out)
			for i, want := range x.aside["want"] {
				rows++
				if got := l.words(&out, i); want != "" && got != want {
					t.Errorf("%s: %s row %d (%s): %s, want %s", name, table, i+1, x.aside["note"][i], got, want)
				}
			}
		}
	}
	if rows < 140 {
		t.Errorf("%d rows", rows)
	}
}
