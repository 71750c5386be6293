package reports

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"evenhand/audit"
)

// compared are the sheets of two groups, the first with more than the page has.
func compared() []audit.Comparison {
	var out []audit.Comparison
	for i := range sheetsShown + 2 {
		out = append(out, audit.Comparison{
			Check: "dominated", Dimension: "sex", Group: "F", Reference: "M", Product: "cash", Cutoff: 600, Benchmark: i == 0, Controls: 4,
			Denied:   audit.Compared{Key: "D" + itoa(i), Outcome: "denied", Decider: "auto", Score: 612},
			Approved: audit.Compared{Key: "Y" + itoa(i), Outcome: "approved", Decider: "manual", Score: 601},
			Items: []audit.ComparedItem{
				{Name: "utilisation", Denied: "0.2", Approved: "0.9", Better: "denied"}, {Name: "income", Denied: "5", Approved: "6", Better: "approved"}, {Name: "x<b>", Denied: "1", Approved: "1", Better: "same"},
			},
		})
	}
	one := out[0]
	one.Group, one.Cutoff, one.Denied.Score, one.Denied.Key = "<i>X", math.NaN(), math.NaN(), "D<x>"
	return append(out, one)
}

func TestSheets(t *testing.T) {
	in := clean()
	in.Result.Comparisons = compared()
	r := New(in)
	tab := r.sheetTable()
	if len(tab.Rows) != sheetsShown+1 || !strings.Contains(tab.Note.En, "all 5 are in comparisons.arrow") || !strings.Contains(tab.Note.Zh, "5 份") {
		t.Errorf("%d rows, %+v", len(tab.Rows), tab.Note)
	}
	if over := tab.Rows[1][0].Over; over.Zh != "sex=F 与 sex=M 对照" {
		t.Errorf("over: %+v", over)
	}
	page, err := r.render(htmlFormat)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"utilisation 0.2 : 0.9", "income 5 : 6", "Y0 B", "612 : 601 (600)", "Comparison files", "对照档案"} {
		if !bytes.Contains(page, []byte(s)) {
			t.Errorf("the page lacks %q", s)
		}
	}
	if bytes.Contains(page, []byte("<i>X")) || bytes.Contains(page, []byte("D<x>")) {
		t.Error("the export's text became markup")
	}
	if New(clean()).sheetTable() != nil {
		t.Error("sheets of nothing")
	}
}
