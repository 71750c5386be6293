package fairness

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

// runPlan runs checks over a plan of this repository, whose files lie in dir.
func runPlan(t testing.TB, file, dir string, checks ...*audit.Check) (*audit.Plan, *audit.Result) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in := audittest.Lender(t, file, string(data), dir, checks...)
	return in.Plan, audittest.Drive(t, in, 2)
}

func fixturesDir(parts ...string) string {
	return filepath.Join(append([]string{"..", "..", "..", "fixtures"}, parts...)...)
}

// New York, 2023: the approval rate of Black applicants is above four fifths of
// white ones', and their odds at equal debt to income are less than half, and
// with income and loan to value held equal too. Women's are level.
func TestConditionalNewYork(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "data")
	if _, err := os.Stat(filepath.Join(dir, "hmda_ny_2023_purchase.parquet")); err != nil {
		t.Skip("the shared data is not here: ", err)
	}
	_, r := runPlan(t, fixturesDir("plans", "hmda.yaml"), dir, ApprovalParity, ConditionalParity, AdjustedParity, ScoreParity)
	var black, crude *audit.Metric
	for i := range r.Metrics {
		m := &r.Metrics[i]
		switch {
		case m.Name == mhOdds && m.Group == "race=Black" && m.Segment == "strata=dti" && m.Period == "":
			black = m
		case m.Name == ratioMetric && m.Group == "race=Black" && m.Segment == "" && m.Period == "":
			crude = m
		case m.Name == adjustedOdds && m.Group == "race=Black" && m.Status != audit.Fail:
			t.Errorf("adjusted odds of denial %v: %v", m.Value, m.Status)
		case m.Group == "sex=Female" && m.Status >= audit.Warn:
			t.Errorf("women are flagged: %+v", m)
		}
	}
	if black == nil || crude == nil {
		t.Fatal("Black applicants are not compared")
	}
	near(t, "odds ratio at equal dti", black.Value, 0.45443273104466625)
	near(t, "low", black.Low, 0.41263051344502216)
	near(t, "high", black.High, 0.5004697915347667)
	if black.Status != audit.Fail || crude.Status >= audit.Warn || math.Abs(crude.Value-0.907) > 0.0005 {
		t.Errorf("at equal dti %v, over all %v: %v", black.Status, crude.Value, crude.Status)
	}
	found := false
	for _, f := range r.Findings {
		if strings.Contains(f.Title.En+f.What.En, "Female") {
			t.Errorf("a finding about women: %s", f.Title.En)
		}
		if f.Check == conditionalName && strings.Contains(f.Title.En, "At equal dti the odds of approval of race=Black are 0.454 of White's") {
			found = strings.Contains(f.What.En, "the overall rates hide the gap")
		}
	}
	if !found {
		t.Error("no finding about Black applicants that tells of the reversal")
	}
}

// Boston, 1990: the odds at equal credit history, of the stored reference.
func TestConditionalBoston(t *testing.T) {
	_, r := runPlan(t, fixturesDir("loanapp", "audit.yaml"), fixturesDir("loanapp"), ConditionalParity)
	for _, x := range []struct {
		group string
		or    float64
	}{{"race=black", 0.37347350367376986}, {"race=hispanic", 0.3931084558773257}} {
		n := 0
		for _, m := range r.Metrics {
			if m.Name == mhOdds && m.Group == x.group && m.Segment == "strata=gdlin" {
				near(t, x.group, m.Value, x.or)
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: %d odds ratios", x.group, n)
		}
	}
}
