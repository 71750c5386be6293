package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"evenhand/fixtures"
)

// TestTruth: the audit of the book finds every planted fault of scores and
// disclosure, as what it was planted, and accuses nobody else.
func TestTruth(t *testing.T) {
	truth, err := fixtures.Truth(fixtures.Book())
	if err != nil {
		t.Fatal(err)
	}
	scores, told := map[string]string{}, map[string]string{}
	for _, r := range truth {
		if r.Rule == "scorematch" && r.Fault != "M9" { // not recomputable: a metric, no case
			scores[r.Key] = r.Fault
		}
		switch r.Disclosure {
		case "ABSENT", "GENERIC", "LATE", "NO_ROUTE":
			told[r.Key] = r.Disclosure
		}
	}
	if len(scores) < 500 || len(told) < 150 {
		t.Fatalf("%d planted scores, %d planted disclosures", len(scores), len(told))
	}
	dir := t.TempDir()
	if err := unpack(fixtures.Book(), dir); err != nil {
		t.Fatal(err)
	}
	if o := evenhand(t, dir, nil, "audit", "-o", "report", "-q"); o.code != exitFindings {
		t.Fatalf("exit %d: %s", o.code, o.stderr)
	}
	gotScores, gotTold := map[string]string{}, map[string]string{}
	readCases(t, filepath.Join(dir, "report", "cases.arrow"), func(check, key, rule, disclosure string) {
		switch check {
		case "scorematch":
			gotScores[key] = rule
		case "unexplaineddenial", "ledger":
			switch disclosure {
			case "ADEQUATE", "NOT_DUE", "EXEMPT", "NOT_ASSESSED": // listed for its substance: see TestPatterns
			default:
				gotTold[key] = disclosure
			}
		}
	})
	sameFaults(t, "score", scores, gotScores)
	sameFaults(t, "disclosure", told, gotTold)
}

func sameFaults(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if got[k] != want[k] {
			t.Errorf("%s of %s: planted %s, found %q", what, k, want[k], got[k])
		}
		delete(got, k)
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		t.Errorf("%s of %s: accused of %s, nothing is planted", what, k, got[k])
	}
}

// readCases calls f for each row of cases.arrow, with the first rule that fired.
func readCases(t *testing.T, path string, f func(check, key, rule, disclosure string)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := ipc.NewFileReader(file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return r.Schema().FieldIndices(name)[0] }
	for i := range r.NumRecords() {
		rec, err := r.Record(i)
		if err != nil {
			t.Fatal(err)
		}
		text := func(name string) *array.String { return rec.Column(at(name)).(*array.String) }
		rules := rec.Column(at("rules")).(*array.List)
		for row := range int(rec.NumRows()) {
			first, end := rules.ValueOffsets(row)
			rule := ""
			if first < end {
				rule = rules.ListValues().(*array.String).Value(int(first))
			}
			f(text("check").Value(row), text("key").Value(row), rule, text("disclosure").Value(row))
		}
	}
}
