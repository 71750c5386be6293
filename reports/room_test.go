package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"evenhand/audit"
)

// TestPageHasRoom holds that the page stays under a megabyte, whatever is large:
// the plan, the findings, their texts, the metrics, the manuals.
func TestPageHasRoom(t *testing.T) {
	long := strings.Repeat("一个很长的句子。<&> A long sentence. ", 400) // 16 kB, more when escaped
	for name, grow := range map[string]func(*Input){
		"a plan of 3 MB": func(in *Input) { in.Plan.Source = strings.Repeat("# \u202E注 comment\n", 200_000) },
		"2,000 findings": func(in *Input) {
			for i := range 2000 {
				f := in.Result.Findings[i%len(in.Result.Findings)]
				f.ID = fmt.Sprintf("%010x", i)
				in.Result.Findings = append(in.Result.Findings, f)
			}
		},
		"long texts": func(in *Input) {
			in.Plan.Lender, in.Binary = long, long
			for i := range in.Result.Findings {
				f := &in.Result.Findings[i]
				f.Title, f.What, f.Remedy, f.Customer, f.Cause = audit.T(long, long), audit.T(long, long), audit.T(long, long), audit.T(long, long), long
			}
			for i := range in.Result.Cases {
				c := &in.Result.Cases[i]
				c.Product, c.PolicyVersion, c.ModelVersion = long, long, long
				c.Evidence = []audit.Item{{Name: long, Value: long}}
			}
			for i := range in.Result.Metrics {
				in.Result.Metrics[i].Reference = long
			}
			for i := range in.Result.Coverage {
				in.Result.Coverage[i].Why = []audit.Text{audit.T(long, long)}
			}
		},
		"long manuals": func(in *Input) {
			for i := range in.Checks {
				in.Checks[i].Doc, in.Checks[i].DocZh = long+"\n\n"+long, long+"\n\n"+long
				in.Checks[i].Title = audit.T(long, long)
			}
		},
		"many files and tables": func(in *Input) {
			for i := range 500 {
				tab := in.Tables[i%2]
				tab.Name = fmt.Sprintf("%s%d", long[:2000], i)
				tab.Notes = []string{long, long}
				in.Tables = append(in.Tables, tab)
			}
		},
	} {
		for _, lang := range []string{"both", "zh"} {
			in := realistic()
			grow(&in)
			in.Lang = lang
			page := pageOf(t, in)
			if len(page) > 1_000_000 {
				t.Errorf("%s, %s: the page takes %d bytes", name, lang, len(page))
			}
			if name == "a plan of 3 MB" && !bytes.Contains(page, []byte(in.Plan.Digest)) {
				t.Errorf("%s: the plan is cut, and its digest not named", lang)
			}
			if name == "2,000 findings" && !bytes.Contains(page, []byte("findings.arrow")) {
				t.Errorf("%s: findings are left out, and it is not said where they are", lang)
			}
		}
	}
}
