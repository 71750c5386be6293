package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/checks"
	"evenhand/fixtures"
)

// TestTruth: the audit of the book finds every planted fault of scores, of
// disclosure and of reviewers, as what it was planted, and accuses nobody else.
func TestTruth(t *testing.T) {
	truth, err := fixtures.Truth(fixtures.Book())
	if err != nil {
		t.Fatal(err)
	}
	scores, told, reviewers := map[string]string{}, map[string]string{}, map[string]string{}
	for _, r := range truth {
		if r.Fault == "REVIEWER" {
			reviewers[r.Key] = r.Cause
		}
		if r.Rule == "scorematch" && r.Fault != "M9" { // not recomputable: a metric, no case
			scores[r.Key] = r.Fault
		}
		switch r.Disclosure {
		case "ABSENT", "GENERIC", "LATE", "NO_ROUTE":
			told[r.Key] = r.Disclosure
		}
	}
	if len(scores) < 500 || len(told) < 150 || len(reviewers) != 1 {
		t.Fatalf("%d planted scores, %d planted disclosures, %d planted reviewers", len(scores), len(told), len(reviewers))
	}
	demos, _ := demoed(t)
	report := filepath.Join(demos, "book", "report")
	gotScores, gotTold := map[string]string{}, map[string]string{}
	for _, k := range readKases(t, filepath.Join(report, "cases.arrow")) {
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
	// A reviewer has no cases: the finding names him first.
	gotReviewers := map[string]string{}
	for _, line := range readColumns(t, filepath.Join(report, "findings.arrow"), "check", "cause", "title_en") {
		if f := strings.Split(line, "\x00"); f[0] == "overrideparity" {
			who, _, _ := strings.Cut(f[2], " ")
			gotReviewers[who] += f[1]
		}
	}
	sameFaults(t, "reviewer", reviewers, gotReviewers)
	sameFaults(t, "score", scores, gotScores)
	sameFaults(t, "disclosure", told, gotTold)
}

// TestTruthOfReasons: the audit of a book finds every reason that was planted
// wrong, as what it was planted, and calls no other reasons wrong, those of the
// look-alikes included.
func TestTruthOfReasons(t *testing.T) {
	if !slices.ContainsFunc(checks.All, func(c *audit.Check) bool { return c.Name == "reasonmatch" }) {
		t.Skip("there is no check reasonmatch")
	}
	books := []fixtures.BookOptions{fixtures.Default, {Seed: fixtures.Default.Seed, Clean: true}}
	if *long {
		books = append(books, fixtures.BookOptions{Seed: 31, Customers: 20_000}, fixtures.BookOptions{Seed: 32, Customers: 20_000}, fixtures.BookOptions{Seed: 33, Customers: 20_000, Clean: true})
	}
	for _, opt := range books {
		t.Run(fmt.Sprintf("%d-%v", opt.Seed, opt.Clean), func(t *testing.T) {
			var dir string
			switch demos, _ := demoed(t); {
			case opt == fixtures.Default: // what is committed is what Generate makes
				dir = filepath.Join(demos, "book")
			case opt.Seed == fixtures.Default.Seed && opt.Clean:
				dir, _ = cleanBook(t)
			default:
				dir = t.TempDir()
				if err := fixtures.Generate(dir, opt); err != nil {
					t.Fatal(err)
				}
				auditCases(t, dir)
			}
			truth, err := fixtures.Truth(os.DirFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			planted, alike := map[string]string{}, map[string]string{}
			for _, r := range truth {
				switch {
				case r.Rule == "R0.4" && r.Lookalike:
					alike[r.Key] = r.Fault
				case r.Rule == "R0.4":
					planted[r.Key] = r.Cause
				}
			}
			if opt.Clean != (len(planted) == 0) || !opt.Clean && len(planted) < 100 || len(alike) < 50 {
				t.Fatalf("%d planted reasons, %d look-alikes", len(planted), len(alike))
			}
			found := map[string]string{}
			for _, k := range readKases(t, filepath.Join(dir, "report", "cases.arrow")) {
				if k.check != "reasonmatch" || k.disclosure != "WRONG" {
					continue
				}
				found[k.key] = k.cause
				if f := alike[k.key]; f != "" {
					t.Errorf("%s is a look-alike, %s", k.key, f)
				}
			}
			sameFaults(t, "reasons", planted, found)
		})
	}
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
