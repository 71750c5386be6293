package checks

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/features"
	"evenhand/fixtures"
	"evenhand/reports"
)

// TestEvidenceIsChinese: every name, value and event of the evidence of every
// check's fixtures is in Chinese where the report is, but for what the lender
// recorded.
func TestEvidenceIsChinese(t *testing.T) {
	for _, c := range All {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for _, f := range fixturesFor(t, c) {
				data, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				plan, res := resultFor(t, c, f)
				toldInChinese(t, f, plan, res, audittest.Recorded(string(data)))
			}
		})
	}
}

// TestEvidenceOfTheBookIsChinese: the same of all checks together over the
// embedded book.
func TestEvidenceOfTheBookIsChinese(t *testing.T) {
	dir, texts := t.TempDir(), []string{"portfolio_risk service_unavailable score_drop opt_out inactive dormitory"} // codes of the export
	if err := os.CopyFS(dir, fixtures.Book()); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".yaml" {
			data, err := os.ReadFile(path)
			texts = append(texts, string(data))
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	plan, res := audittest.Audit(t, dir, 2, All...)
	if len(res.Cases) < 1000 {
		t.Fatalf("%d cases", len(res.Cases))
	}
	toldInChinese(t, "the book", plan, res, audittest.Recorded(texts...))
}

// toldInChinese fails for evidence that is English in a Chinese report and that
// no lender recorded. Values of columns without a vocabulary are as recorded.
func toldInChinese(t *testing.T, where string, plan *audit.Plan, res *audit.Result, known map[string]bool) {
	t.Helper()
	recorded := map[string]bool{}
	for _, table := range features.Schema {
		for _, c := range table.Columns {
			recorded[c.Name] = recorded[c.Name] || len(c.Enum) == 0
		}
	}
	r := reports.New(reports.Input{Plan: plan, Checks: All, Result: res})
	said := map[string]bool{}
	for i := range res.Cases {
		k := &res.Cases[i]
		for n, told := range r.Told(k) {
			of := "" // an event
			if n < len(k.Evidence) {
				of = k.Evidence[n].Name
			}
			if at := k.Check + told.Name.En + "\x1f" + told.Value.En; said[at] {
				continue
			} else {
				said[at] = true
			}
			if !audittest.Chinese(told.Name.Zh) {
				t.Errorf("%s: %s: %q has no Chinese name", where, k.Check, told.Name.En)
			}
			if recorded[of] || reports.Verbatim(of) {
				continue
			}
			if w := audittest.English(told.Value.Zh, known); w != "" {
				t.Errorf("%s: %s: %s = %q is %q in Chinese: %q", where, k.Check, told.Name.En, told.Value.En, told.Value.Zh, w)
			}
		}
	}
}
