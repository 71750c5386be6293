package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"evenhand/fixtures"
)

var long = flag.Bool("long", false, "also run the tests that take minutes")

// checkOf names the check that answers for a rule of the truth table.
func checkOf(rule string) string {
	switch {
	case rule == "R1.4" || rule == "R1.5" || rule == "R1.6":
		return "ledger"
	case rule == "R4.6":
		return "technicaldenial"
	case rule == "R0.4":
		return "reasonmatch"
	case strings.HasPrefix(rule, "R0."):
		return "unexplaineddenial"
	case strings.HasPrefix(rule, "R1."):
		return "vanishedincrement"
	case strings.HasPrefix(rule, "R2."):
		return "stalledlimit"
	case strings.HasPrefix(rule, "R3."):
		return "phantomlimit"
	case strings.HasPrefix(rule, "R4."):
		return "repaidthendenied"
	}
	return ""
}

// kase is what the tests read of a row of cases.arrow.
type kase struct {
	check, key, account, substance, disclosure, grade, cause string
	rules                                                    []string
}

func (k *kase) wrong() bool { return k.substance == "UNJUSTIFIED" || k.substance == "TECHNICAL" }

// score is how well one rule is found.
type score struct {
	planted, found, rightCause int // faults of the rule, those found, those with the right cause
	accused, right             int // E1 accusations that name the rule, those that were planted
}

// measurePatterns holds the cases of an audit against the truth, by rule, and
// lists every miss.
func measurePatterns(truth []fixtures.TruthRow, cases []kase) (map[string]*score, []string) {
	type id struct{ check, key string }
	by := map[id]*kase{}
	for i := range cases {
		by[id{cases[i].check, cases[i].key}] = &cases[i]
	}
	scores := map[string]*score{}
	of := func(rule string) *score {
		if scores[rule] == nil {
			scores[rule] = &score{}
		}
		return scores[rule]
	}
	var misses []string
	faulty := map[string]bool{} // one wrong decision answers to several checks
	for _, r := range truth {
		check := checkOf(r.Rule)
		if r.Substance != "UNJUSTIFIED" && r.Substance != "TECHNICAL" {
			continue
		}
		faulty[r.Key] = true
		if check == "" { // planted for a metric, such as bias
			continue
		}
		s, k := of(r.Rule), by[id{check, r.Key}]
		s.planted++
		switch {
		case k == nil:
			misses = append(misses, fmt.Sprintf("%s %s %s: no case", r.Rule, r.Fault, r.Key))
		case k.substance != r.Substance:
			misses = append(misses, fmt.Sprintf("%s %s %s: %s, planted %s (cause %s)", r.Rule, r.Fault, r.Key, k.substance, r.Substance, k.cause))
		default:
			s.found++
			if k.cause == r.Cause {
				s.rightCause++
			} else {
				misses = append(misses, fmt.Sprintf("%s %s %s: cause %s, planted %s", r.Rule, r.Fault, r.Key, k.cause, r.Cause))
			}
		}
	}
	for i := range cases {
		k := &cases[i]
		if !k.wrong() || k.grade != "E1" {
			continue
		}
		for _, rule := range k.rules {
			if checkOf(rule) != k.check {
				continue
			}
			s := of(rule)
			s.accused++
			if faulty[k.key] {
				s.right++
			} else {
				misses = append(misses, fmt.Sprintf("%s %s: false accusation: %s %s", rule, k.key, k.substance, k.cause))
			}
		}
	}
	return scores, misses
}

// TestPatterns: on the book every planted fault of the five patterns is found
// as what it is, and no look-alike is accused.
func TestPatterns(t *testing.T) {
	truth, err := fixtures.Truth(fixtures.Book())
	if err != nil {
		t.Fatal(err)
	}
	demos, _ := demoed(t)
	holdPatterns(t, truth, readKases(t, filepath.Join(demos, "book", "report", "cases.arrow")))
}

// TestPatternsLarge is TestPatterns on a fresh book of 20,000 customers.
func TestPatternsLarge(t *testing.T) {
	if !*long {
		t.Skip("a book of 20,000 customers takes minutes; run with -long")
	}
	for _, clean := range []bool{false, true} {
		dir := t.TempDir()
		if err := fixtures.Generate(dir, fixtures.BookOptions{Seed: 20_000, Customers: 20_000, Clean: clean}); err != nil {
			t.Fatal(err)
		}
		truth, err := fixtures.Truth(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		cases := auditCases(t, dir)
		if clean {
			for i := range cases {
				if k := &cases[i]; k.substance == "UNJUSTIFIED" || k.substance == "TECHNICAL" {
					t.Errorf("clean book: %s %s is %s, %s", k.check, k.key, k.substance, k.cause)
				}
			}
			continue
		}
		holdPatterns(t, truth, cases)
	}
}

// holdPatterns checks the bar: precision 0.99 and recall 0.95 for each rule's
// E1 verdicts, the right cause in 95 % of what was found.
func holdPatterns(t *testing.T, truth []fixtures.TruthRow, cases []kase) {
	t.Helper()
	scores, misses := measurePatterns(truth, cases)
	rules := 0
	for _, rule := range slices.Sorted(maps.Keys(scores)) {
		s := scores[rule]
		rules++
		t.Logf("%-5s planted %4d found %4d cause right %4d | accused %4d right %4d", rule, s.planted, s.found, s.rightCause, s.accused, s.right)
		if float64(s.right) < 0.99*float64(s.accused) {
			t.Errorf("%s: precision %d of %d", rule, s.right, s.accused)
		}
		if float64(s.found) < 0.95*float64(s.planted) {
			t.Errorf("%s: recall %d of %d", rule, s.found, s.planted)
		}
		if float64(s.rightCause) < 0.95*float64(s.found) {
			t.Errorf("%s: right cause in %d of %d", rule, s.rightCause, s.found)
		}
	}
	if rules < 5 {
		t.Errorf("only %d rules were planted or accused", rules)
	}
	for i, m := range misses {
		if i == 60 {
			t.Logf("… and %d more", len(misses)-i)
			break
		}
		t.Log(m)
	}
}

// auditCases audits the book in dir and returns its cases.
func auditCases(t *testing.T, dir string) []kase {
	t.Helper()
	if o := evenhand(t, dir, nil, "audit", "-o", "report", "-q"); o.code != exitFindings && o.code != exitOK {
		t.Fatalf("exit %d: %s", o.code, o.stderr)
	}
	return readKases(t, filepath.Join(dir, "report", "cases.arrow"))
}

// eachRecord calls f for each record of an Arrow file, with its columns by name.
// What f keeps of a record it must clone.
func eachRecord(t *testing.T, path string, f func(rows int, column func(name string) arrow.Array)) {
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
	for i := range r.NumRecords() {
		rec, err := r.Record(i)
		if err != nil {
			t.Fatal(err)
		}
		f(int(rec.NumRows()), func(name string) arrow.Array { return rec.Column(r.Schema().FieldIndices(name)[0]) })
	}
}

// readKases reads a report's cases.
func readKases(t *testing.T, path string) (out []kase) {
	t.Helper()
	eachRecord(t, path, func(rows int, column func(string) arrow.Array) {
		rules := column("rules").(*array.List)
		for row := range rows {
			text := func(name string) string { return strings.Clone(column(name).(*array.String).Value(row)) }
			k := kase{check: text("check"), key: text("key"), account: text("account"),
				substance: text("substance"), disclosure: text("disclosure"), grade: text("grade"), cause: text("cause")}
			first, end := rules.ValueOffsets(row)
			for j := first; j < end; j++ {
				k.rules = append(k.rules, strings.Clone(rules.ListValues().(*array.String).Value(int(j))))
			}
			out = append(out, k)
		}
	})
	return out
}

// readColumns reads text columns of an Arrow file: the cells of each row,
// joined by NUL.
func readColumns(t *testing.T, path string, names ...string) (out []string) {
	t.Helper()
	eachRecord(t, path, func(rows int, column func(string) arrow.Array) {
		for row := range rows {
			var cells []string
			for _, n := range names {
				cells = append(cells, column(n).(*array.String).Value(row))
			}
			out = append(out, strings.Clone(strings.Join(cells, "\x00")))
		}
	})
	return out
}
