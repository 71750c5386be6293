package consistency_test

import (
	"os"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/checks/consistency"
	"evenhand/audit/checks/denial"
	"evenhand/fixtures"
)

// own are the checks of these files.
var own = []*audit.Check{consistency.RepeatFlip, consistency.Twins, consistency.NearTwins, consistency.ThresholdEdge}

// auditDir runs checks over the plan in a directory.
func auditDir(t testing.TB, dir string, checks []*audit.Check, workers int) *audit.Result {
	t.Helper()
	_, r := audittest.Audit(t, dir, workers, checks...)
	return r
}

// TestCleanBook: a lender who decides by the registry has no finding and no
// case, and rows are judged.
func TestCleanBook(t *testing.T) {
	dir := t.TempDir()
	if err := fixtures.Generate(dir, fixtures.BookOptions{Seed: 7, Customers: 3000, Clean: true}); err != nil {
		t.Fatal(err)
	}
	r := auditDir(t, dir, own, 2)
	for _, f := range r.Findings {
		t.Errorf("%s: %s", f.Check, f.Title.En)
	}
	for _, c := range r.Cases {
		t.Errorf("%s: case %s: %v", c.Check, c.Key, c.Evidence)
	}
	for _, c := range r.Coverage {
		if c.Judged < 5000 {
			t.Errorf("%s judged %d rows", c.Check, c.Judged)
		}
	}
	for _, m := range r.Metrics {
		if m.Status > audit.Pass {
			t.Errorf("%s %s %s %s: %v", m.Check, m.Name, m.Segment, m.Group, m.Value)
		}
	}
}

// TestBook: every case of the book is of a denial that its truth has as wrong,
// by the replay of unexplaineddenial.
func TestBook(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, fixtures.Book()); err != nil {
		t.Fatal(err)
	}
	checks := append([]*audit.Check{denial.UnexplainedDenial, denial.TechnicalDenial}, own...)
	r := auditDir(t, dir, checks, 2)
	wrong := map[string]bool{}
	for _, c := range r.Cases {
		if (c.Check == denial.UnexplainedDenial.Name || c.Check == denial.TechnicalDenial.Name) && (c.Substance == audit.Unjustified || c.Substance == audit.Technical) {
			wrong[c.Key] = true
		}
	}
	n := 0
	for _, c := range r.Cases {
		for _, o := range own {
			if c.Check != o.Name {
				continue
			}
			n++
			if c.Substance == audit.Unjustified {
				t.Errorf("%s: %s is a second verdict", c.Check, c.Key)
			}
			if !wrong[c.Key] {
				t.Errorf("%s: %s is no wrong denial: %v", c.Check, c.Key, c.Evidence)
			}
		}
	}
	if n < 4 || len(wrong) < 100 {
		t.Errorf("%d cases, %d wrong denials", n, len(wrong))
	}
}
