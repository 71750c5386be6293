package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"evenhand/fixtures"
)

// TestDegrade: what an export lacks skips or degrades the audits that need it,
// as the contract's table says, and nothing is then called unjustified that
// only what is missing could have told.
func TestDegrade(t *testing.T) {
	for _, c := range []struct {
		name   string
		remove []string          // of the plan: regular expressions of whole lines or blocks
		status map[string]string // coverage by check
		never  []string          // checks that may call nothing UNJUSTIFIED
	}{
		{"no policies", []string{`(?m)^policies: .*\n`},
			map[string]string{"unexplaineddenial": "degraded", "vanishedincrement": "degraded", "stalledlimit": "degraded", "phantomlimit": "degraded", "repaidthendenied": "degraded"},
			[]string{"unexplaineddenial", "vanishedincrement", "stalledlimit", "phantomlimit", "repaidthendenied"}},
		{"no limits", []string{block("limits")},
			map[string]string{"vanishedincrement": "skipped", "stalledlimit": "skipped", "phantomlimit": "skipped", "ledger": "degraded", "unexplaineddenial": "ran", "technicaldenial": "ran"}, nil},
		{"no repayments", []string{block("repayments"), block("payments")},
			map[string]string{"stalledlimit": "skipped", "repaidthendenied": "skipped", "phantomlimit": "ran"}, nil},
		{"no payments", []string{block("payments")},
			map[string]string{"stalledlimit": "ran", "repaidthendenied": "ran"}, nil},
		{"no models", []string{`(?ms)^models:\n.*?\n\n`},
			map[string]string{"scorematch": "skipped"}, nil},
		{"no incidents", []string{block("incidents")},
			map[string]string{"technicaldenial": "ran"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if raced && c.name != "no limits" {
				t.Skip("the same code runs as with less missing")
			}
			t.Parallel()
			dir := t.TempDir()
			if err := unpack(fixtures.Book(), dir); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "audit.yaml")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			plan := string(data)
			for _, r := range c.remove {
				cut := regexp.MustCompile(r).ReplaceAllString(plan, "")
				if cut == plan {
					t.Fatalf("%q is not in the plan", r)
				}
				plan = cut
			}
			if err := os.WriteFile(file, []byte(plan), 0o666); err != nil {
				t.Fatal(err)
			}
			cases := auditCases(t, dir)
			got := coverageOf(t, filepath.Join(dir, "report"))
			for check, want := range c.status {
				if got[check] != want && !(want == "ran" && got[check] == "degraded") {
					t.Errorf("%s %s, want %s", check, got[check], want)
				}
			}
			for i := range cases {
				k := &cases[i]
				for _, check := range c.never {
					if k.check == check && k.substance == "UNJUSTIFIED" {
						t.Errorf("%s calls %s UNJUSTIFIED (%s, %s)", check, k.key, k.grade, k.cause)
					}
				}
			}
		})
	}
}

// block is the entry of a table in the book's plan.
func block(table string) string { return `(?m)^  ` + table + `:\n(    .*\n)+` }

// coverageOf reads how each check ran.
func coverageOf(t *testing.T, report string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, line := range readColumns(t, filepath.Join(report, "coverage.arrow"), "check", "status") {
		check, status, _ := strings.Cut(line, "\x00")
		out[check] = status
	}
	if len(out) < 5 {
		t.Fatalf("coverage of %d checks", len(out))
	}
	return out
}
