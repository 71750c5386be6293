package main

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

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
	for _, k := range readKases(t, filepath.Join(dir, "report", "cases.arrow")) {
		check, key, rule, disclosure := k.check, k.key, "", k.disclosure
		if len(k.rules) > 0 {
			rule = k.rules[0]
		}
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
	}
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
