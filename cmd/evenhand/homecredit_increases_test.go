package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHomeCreditIncreases: what increaseparity makes of Home Credit's cards, by
// the example plan without its instalments, is what pandas does. By SK_ID_PREV
// sorted by MONTHS_BALANCE, with a = AMT_CREDIT_LIMIT_ACTUAL: a change counts as
// an increase from max(100, 1 % of the limit before) on; a month m is
// Timestamp(2018-06-01) + DateOffset(months=m); exposure is the days from the
// first month to 2018-06-30, both included, / 365.25.
func TestHomeCreditIncreases(t *testing.T) {
	const card = "homecredit_credit_card_balance_a.parquet"
	data, err := filepath.Abs(filepath.Join("../../../shared/data/data", card))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(data); err != nil {
		t.Skip("the shared data is not here: ", err)
	}
	text, err := os.ReadFile("../../fixtures/plans/homecredit.yaml")
	if err != nil {
		t.Fatal(err)
	}
	from, to := strings.Index(string(text), "  repayments:"), strings.Index(string(text), "  limits:")
	if from < 0 || to < from {
		t.Fatal("the plan has other tables than it had")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "audit.yaml"), []byte(string(text[:from])+string(text[to:])), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(data, filepath.Join(dir, card)); err != nil {
		t.Fatal(err)
	}
	if o := evenhand(t, dir, nil, "audit", "-o", "report", "-q"); o.code != exitOK && o.code != exitFindings {
		t.Fatalf("exit %d: %s", o.code, o.stderr)
	}
	got := readMetrics(t, filepath.Join(dir, "report", "metrics.arrow"), "increaseparity")
	for name, want := range map[string]float64{
		"increases_per_account_year": 229 / 12396.728268309376,
		"competing_event_rate":       847. / 3983, // all of them decreases; 209 cards were raised first
	} {
		x, ok := got[name]
		if !ok || x.n != 3983 || math.Abs(x.value-want) > 1e-12 {
			t.Errorf("%s is %v of %d, pandas has %v of 3983", name, x.value, x.n, want)
		}
	}
}
