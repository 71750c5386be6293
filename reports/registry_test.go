package reports

import (
	"strings"
	"testing"

	"evenhand/audit"
)

// TestRegistryTable: a row a version, with what the plan registers and what
// the decisions say; what is not known is a dash.
func TestRegistryTable(t *testing.T) {
	in := clean()
	digest := digestOf("m")
	in.Models = []ModelInput{
		{Version: "m1", Format: "lightgbm", SHA256: digest, Spec: audit.ModelSpec{Version: "m1", SHA256: strings.ToUpper(digest), TrainedFrom: "2022-01-01", TrainedTo: "2023-01-01", Deployed: "2023-06-01", Retired: "2025-01-01"},
			Usage: &audit.ModelUsage{Rows: 1200, LimitRows: 30, Window: true, Outside: 12, First: at(2023, 6, 1, 1), Last: at(2025, 1, 2, 1), AgeMin: 5, AgeMedian: 12, AgeMax: 24, Scored: 1000, Cells: 2000, Values: 1900, LeastValues: 910, LeastInput: "income"}},
		{Version: "m2", Format: "evenhand-card", SHA256: digest, Spec: audit.ModelSpec{Version: "m2", Product: "cash", SHA256: digestOf("other"), Deployed: "2025-01-01"},
			Usage: &audit.ModelUsage{Rows: 7, Window: true, First: at(2025, 1, 3, 1), Last: at(2025, 1, 3, 1), AgeMin: 0, AgeMedian: 0, AgeMax: 0, Scored: 7, Cells: 14, Values: 14, LeastValues: 7, LeastInput: "age"}},
		{Version: "m3", SHA256: digest, Spec: audit.ModelSpec{Version: "m3"}, Usage: &audit.ModelUsage{AgeMin: -1, AgeMedian: -1, AgeMax: -1}},
	}
	table := New(in).registryTable()
	var got []string
	table.turn() // a row a version again
	for _, row := range table.Rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, c.Text.En)
		}
		got = append(got, strings.ReplaceAll(strings.Join(cells, " | "), nbsp, " "))
	}
	want := []string{
		"m1 | lightgbm | " + short(digest) + " | yes | 2022-01-01 – 2023-01-01 | 2023-06-01 – 2025-01-01 | 1,200 | 2023-06-01 – 2025-01-02 | 12 (1.0 %) | 5 / 12 / 24 | 95.0 % (income 91.0 %) | 30",
		"m2 · cash | evenhand-card | " + short(digest) + " | no: edited | – | 2025-01-01 – | 7 | 2025-01-03 – 2025-01-03 | 0 | 0 / 0 / 0 | 100.0 % | –",
		"m3 |  | " + short(digest) + " | – | – | – | 0 | – | – | – | – | –",
	}
	if len(got) != len(want) || len(table.Head) != len(table.Rows[0]) {
		t.Fatalf("%d rows of %d columns: %q", len(got), len(table.Head), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d:\n%s\nwant\n%s", i, got[i], want[i])
		}
	}
	in.Models = in.Models[:0]
	if New(in).registryTable() != nil {
		t.Error("a table of nothing")
	}
}
