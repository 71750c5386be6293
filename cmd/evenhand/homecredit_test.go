package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// TestHomeCredit: what an audit counts of Home Credit's cards and instalments
// is what pandas does, by the example plan.
func TestHomeCredit(t *testing.T) {
	shared, err := filepath.Abs("../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(shared, "reference", "homecredit_limits_repayments.json"))
	if err != nil {
		t.Skip("the shared reference numbers are not here: ", err)
	}
	var doc struct {
		Values []struct {
			ID    string
			Value map[string]float64
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	plan, err := os.ReadFile("../../fixtures/plans/homecredit.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "audit.yaml"), plan, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"homecredit_credit_card_balance_a.parquet", "homecredit_installments_payments_a.parquet"} {
		if err := os.Symlink(filepath.Join(shared, "data", f), filepath.Join(dir, f)); err != nil {
			t.Fatal(err)
		}
	}
	if o := evenhand(t, dir, nil, "audit", "-o", "report", "-q"); o.code != exitFindings {
		t.Fatalf("exit %d: %s", o.code, o.stderr)
	}
	got := readMetrics(t, filepath.Join(dir, "report", "metrics.arrow"), "stalledlimit")
	names := map[string]map[string]string{
		"cards.limit_changes": {
			"cards": "limit_accounts", "cards_2plus": "limit_accounts_2plus", "raised": "limit_raised", "lowered": "limit_lowered", "unchanged": "limit_unchanged",
			"stalled_12m_clean_util50": "limit_stalled_12m_clean_util50", "stalled_12m_clean_any_util": "limit_stalled_12m_clean",
		},
		"cards.dpd": {
			"rows": "limit_rows", "rows_dpd_gt0": "limit_rows_past_due", "rows_dpd_ge30": "limit_rows_past_due_30", "sum_limit": "limit_total", "sum_balance": "outstanding_total",
		},
		"inst.installments": {
			"rows": "instalments", "null_payment": "instalments_unpaid", "late": "instalments_late", "late_30": "instalments_late_30", "short": "instalments_short",
			"sum_due": "instalments_due_total", "sum_paid": "instalments_paid_total",
		},
	}
	compared := 0
	for _, v := range doc.Values {
		for name, metric := range names[v.ID] {
			want, ok := v.Value[name]
			x, have := got[metric]
			if !ok || !have {
				t.Errorf("%s.%s: stored %v, measured %v", v.ID, name, ok, have)
				continue
			}
			compared++
			// Money in doubles is brought to cents, half to even: each row of a
			// sum may be off by half a cent.
			tolerance := 0.0
			if x.n > 0 && (metric == "outstanding_total" || metric == "instalments_due_total" || metric == "instalments_paid_total") {
				tolerance = .005 * float64(x.n)
			}
			if math.Abs(x.value-want) > tolerance {
				t.Errorf("%s.%s is %v, pandas has %v", v.ID, name, x.value, want)
			}
		}
	}
	if compared != 19 {
		t.Errorf("%d numbers compared, want 19", compared)
	}
}

// measured is a metric without period, segment and group.
type measured struct {
	value float64
	n     int64
}

// readMetrics returns a check's metrics over all rows, by name.
func readMetrics(t *testing.T, file, check string) map[string]measured {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := ipc.NewFileReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out := map[string]measured{}
	for i := range r.NumRecords() {
		rec, err := r.Record(i)
		if err != nil {
			t.Fatal(err)
		}
		text := func(name string, row int) string {
			c := rec.Column(rec.Schema().FieldIndices(name)[0])
			if c.IsNull(row) {
				return ""
			}
			return c.ValueStr(row)
		}
		values := rec.Column(rec.Schema().FieldIndices("value")[0]).(*array.Float64)
		ns := rec.Column(rec.Schema().FieldIndices("n")[0]).(*array.Int64)
		for row := range int(rec.NumRows()) {
			if text("check", row) == check && text("period", row)+text("segment", row)+text("group", row) == "" {
				out[text("name", row)] = measured{values.Value(row), ns.Value(row)}
			}
		}
	}
	return out
}
