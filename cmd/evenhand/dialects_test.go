package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// dialectPlan audits one table of decisions; %s are the file and what is said
// of money, of nulls and of the zone.
const dialectPlan = `
version: 1
lender: Dialect lender
as_of: 2026-01-31
%[4]s
period: day
tables:
  decisions:
    files: ["%[1]s"]
    columns:
      decision_id: application_id
      customer_id: application_id
      product: {constant: cash}
      outcome: {from: approved, values: {true: approved, false: denied}}
      requested_amount: {from: amount%[2]s}
      approved_limit: {from: limit_amt%[2]s}
      score: {from: score%[3]s}
    features:
      income: {from: income%[3]s}
groups:
  segment: {reference: A}
`

func dialectAudit(t *testing.T, file, money, nan string) (outcome, string) {
	t.Helper()
	dir := t.TempDir()
	abs, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	plan := fmt.Sprintf(dialectPlan, filepath.ToSlash(abs), money, nan, "timezone: UTC")
	write(t, filepath.Join(dir, "audit.yaml"), plan)
	o := evenhand(t, dir, nil, "audit", "-c", "audit.yaml", "-o", "report")
	if o.code > 1 && len(entries(t, dir)) != 1 {
		t.Errorf("%s: a failed run left %v", file, entries(t, dir))
	}
	return o, filepath.Join(dir, "report")
}

// TestDialects: one logical table in many Parquet dialects gives one report;
// what can't be read right is refused by name, fast and in little memory.
func TestDialects(t *testing.T) {
	for _, dir := range []string{"../../fixtures/dialects", "../../../shared/dialects"} {
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) {
			if _, err := os.Stat(dir); err != nil {
				t.Skipf("%s is absent", dir)
			}
			dialects(t, dir)
		})
	}
}

func dialects(t *testing.T, dir string) {
	const floatMoney, nanNull = ", float_money: true", ", nan: null"
	ref, report := dialectAudit(t, filepath.Join(dir, "00_reference.parquet"), "", "")
	if ref.code > 1 {
		t.Fatalf("the reference: exit %d: %s", ref.code, ref.stderr)
	}
	want := resultDigest(t, report)
	valid, refused := 0, 0
	for _, name := range entries(t, dir) {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		file := filepath.Join(dir, name)
		switch number := name[:2]; {
		case name >= "90" && number != "94":
			refused++
			o, _ := dialectAudit(t, file, "", "")
			if o.code != exitData || !strings.Contains(o.stderr, name) {
				t.Errorf("%s: exit %d, want %d naming the file: %s", name, o.code, exitData, o.stderr)
			}
			if strings.Contains(o.stderr, "panic") || strings.Contains(o.stderr, "goroutine") {
				t.Errorf("%s: a panic shows: %s", name, o.stderr)
			}
			if o.took > 2*time.Second || o.peak > 1<<30 {
				t.Errorf("%s: refused in %v and %d MiB", name, o.took, o.peak>>20)
			}
		case number == "51": // no rows: nothing judged, and said so
			valid++
			o, report := dialectAudit(t, file, "", "")
			summary, err := os.ReadFile(filepath.Join(report, "summary.json"))
			if o.code != exitOK || err != nil || strings.Contains(string(summary), `"status": "ran"`) {
				t.Errorf("%s: exit %d: %s", name, o.code, o.stderr)
			}
		case number == "19" || number == "24": // float money: refused, or accepted and then equal
			valid++
			if o, _ := dialectAudit(t, file, "", ""); o.code != exitData || !strings.Contains(o.stderr, "amount") || !strings.Contains(o.stderr, "float_money") {
				t.Errorf("%s: without float_money: exit %d: %s", name, o.code, o.stderr)
			}
			o, report := dialectAudit(t, file, floatMoney, "")
			if o.code > 1 {
				t.Errorf("%s: exit %d: %s", name, o.code, o.stderr)
			} else if got := resultDigest(t, report); got != want {
				t.Errorf("%s: digest %.12s, want %.12s", name, got, want)
			}
			html, _ := os.ReadFile(filepath.Join(report, "report.html"))
			if !strings.Contains(string(html), "double") {
				t.Errorf("%s: the report does not say that money came in doubles", name)
			}
		case number == "15": // milliseconds: precision lost, which must be said
			valid++
			o, report := dialectAudit(t, file, "", "")
			html, err := os.ReadFile(filepath.Join(report, "report.html"))
			if o.code > 1 || err != nil || !strings.Contains(string(html), "precision") {
				t.Errorf("%s: exit %d, or the report does not tell of lost precision: %s", name, o.code, o.stderr)
			}
		default:
			valid++
			nan := ""
			if number == "22" || number == "23" {
				nan = nanNull
			}
			o, report := dialectAudit(t, file, "", nan)
			if o.code > 1 {
				t.Errorf("%s: exit %d: %s", name, o.code, o.stderr)
			} else if got := resultDigest(t, report); got != want {
				t.Errorf("%s: digest %.12s, want %.12s", name, got, want)
			}
		}
	}
	if valid < 25 || refused < 5 {
		t.Errorf("%d valid and %d broken dialects only", valid, refused)
	}
}

// TestNoZone: timestamps without a zone are refused until the plan gives one.
func TestNoZone(t *testing.T) {
	dir := t.TempDir()
	abs, err := filepath.Abs("../../fixtures/dialects/17_ts_no_tz.parquet")
	if err != nil {
		t.Fatal(err)
	}
	plan := fmt.Sprintf(dialectPlan, filepath.ToSlash(abs), "", "", "")
	write(t, filepath.Join(dir, "audit.yaml"), plan)
	o := evenhand(t, dir, nil, "audit", "-c", "audit.yaml", "-o", "report")
	if o.code != exitData || !strings.Contains(o.stderr, "decided_at") || !strings.Contains(o.stderr, "zone") {
		t.Errorf("exit %d: %s", o.code, o.stderr)
	}
}
