package checks

import (
	"os"
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
	"evenhand/features"
	"evenhand/reports"
)

// TestEvidenceIsChinese: every name, value and event of the evidence of every
// check's fixtures is in Chinese where the report is, but for what the lender
// recorded.
func TestEvidenceIsChinese(t *testing.T) {
	files, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	recorded := map[string]bool{} // columns: their values are as the lender wrote them
	for _, table := range features.Schema {
		for _, c := range table.Columns {
			if len(c.Enum) == 0 {
				recorded[c.Name] = true
			}
		}
	}
	for _, c := range All {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			said := map[string]bool{}
			for _, f := range files {
				data, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				known := audittest.Recorded(string(data))
				plan, res := audittest.Result(t, c, f, All...)
				r := reports.New(reports.Input{Plan: plan, Checks: All, Result: res})
				for i := range res.Cases {
					k := &res.Cases[i]
					for n, told := range r.Told(k) {
						of := "event"
						if n < len(k.Evidence) {
							of = k.Evidence[n].Name
						}
						if at := told.Name.En + "\x1f" + told.Value.En; said[at] {
							continue
						} else {
							said[at] = true
						}
						if !audittest.Chinese(told.Name.Zh) {
							t.Errorf("%s: %q has no Chinese name (%s)", f, told.Name.En, of)
						}
						if w := audittest.English(told.Value.Zh, known); w != "" && !recorded[of] && !reports.Quoted(of) {
							t.Errorf("%s: %s = %q is %q in Chinese: %q", f, of, told.Value.En, told.Value.Zh, w)
						}
					}
				}
			}
		})
	}
}
