package timeline_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/timeline"
	"evenhand/features"
)

// update reports whether answers are to be rewritten: audittest has the flag.
func update() bool { return flag.Lookup("update").Value.String() == "true" }

// TestHistories reads the text timelines of testdata, one customer a file, and
// compares loans, accounts and the answers to the questions of `ask` with
// `want`. Amounts are in minor units, instants in the plan's zone.
func TestHistories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no timelines: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, tl, plan := read(t, a)
			h := r.Read(tl)
			got := describe(h, plan)
			var want *[]byte
			for i, f := range a.Files {
				switch f.Name {
				case "ask":
					for _, q := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
						got += q + ": " + answer(t, r, h, plan, strings.Fields(q)) + "\n"
					}
				case "want":
					want = &a.Files[i].Data
				}
			}
			if again := describe(r.Read(tl), plan); !strings.HasPrefix(got, again) {
				t.Errorf("reading again differs: %s", cmp.Diff(got, again))
			}
			if update() {
				if want == nil {
					a.Files = append(a.Files, txtar.File{Name: "want"})
					want = &a.Files[len(a.Files)-1].Data
				}
				*want = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want == nil {
				t.Fatal("no want")
			}
			if d := cmp.Diff(string(*want), got); d != "" {
				t.Error(d)
			}
		})
	}
}

// read makes one customer's timeline of the tables of an archive.
func read(t testing.TB, a *txtar.Archive) (*timeline.Reader, *audit.Timeline, *audit.Plan) {
	t.Helper()
	text := "version: 1\nas_of: 2026-06-30\ntables: {decisions: {files: d.parquet}}\n"
	for _, f := range a.Files {
		if f.Name == "plan.yaml" {
			text = string(f.Data) + "tables: {decisions: {files: d.parquet}}\n"
		}
	}
	plan, err := audit.ParsePlan("plan.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	env := &audit.Env{Plan: plan, Layouts: map[string]*audit.Layout{}}
	if env.Policies, err = plan.LoadPolicies(nil); err != nil {
		t.Fatal(err)
	}
	tl := &audit.Timeline{Customer: []byte("C")}
	for _, f := range a.Files {
		name, ok := strings.CutSuffix(f.Name, ".csv")
		if !ok {
			continue
		}
		layout, b := load(t, plan, name, string(f.Data))
		env.Layouts[name] = layout
		*tl.Of(name) = audit.Rows{Batch: b, Lo: 0, Hi: b.N}
	}
	return timeline.NewReader(env), tl, plan
}

// load reads the columns that timelines need of one table.
func load(t testing.TB, plan *audit.Plan, table, text string) (*audit.Layout, *features.Batch) {
	t.Helper()
	source, err := audittest.NewSource(table, text, math.MaxInt, math.MaxInt)
	if err != nil {
		t.Fatal(err)
	}
	header := strings.Split(strings.SplitN(text, "\n", 2)[0], ",")
	var specs []features.Spec
	for _, n := range timeline.Needs() {
		if n.Table != table {
			continue
		}
		names := slices.Clone(n.Required)
		for _, o := range n.Optional {
			names = append(names, o.Column)
		}
		for _, name := range names {
			c, ok := features.TableNamed(table).Column(name)
			if !ok {
				t.Fatalf("timelines need %s.%s, which the contract has not", table, name)
			}
			s := features.Spec{Name: name, Kind: c.Kind, Enum: c.Enum, Zone: plan.Zone()}
			if slices.Contains(header, name) {
				s.From = []string{name}
			}
			specs = append(specs, s)
		}
	}
	if err := source.Bind(specs); err != nil {
		t.Fatal(err)
	}
	r := source.NewReader()
	if err := r.Open(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	b := new(features.Batch)
	if _, err := r.Next(b); err != nil {
		t.Fatal(err)
	}
	return audit.NewLayout(specs), b
}

func describe(h *timeline.History, plan *audit.Plan) string {
	var s strings.Builder
	at := func(x int64) string { return moment(x, plan) }
	for _, l := range h.Loans {
		fmt.Fprintf(&s, "loan %s booked %s paid off %s posted %s\n", l.ID, at(l.Booked), at(l.PaidOff), at(l.Posted))
		for _, i := range l.Instalments {
			fmt.Fprintf(&s, "  %d due %s %d paid %d settled %s posted %s late %d", i.No, audit.DateText(i.Due), i.Amount, i.Paid, at(i.Settled), at(i.Posted), i.Late)
			if i.Payoff {
				s.WriteString(" payoff")
			}
			s.WriteString("\n")
		}
	}
	for _, m := range h.Mismatches {
		fmt.Fprintf(&s, "mismatch row %d %s recorded %d derived %d\n", m.Row, m.What, m.Recorded, m.Derived)
	}
	for _, a := range h.Accounts {
		fmt.Fprintf(&s, "account %s opened %s closed %s\n", a.ID, at(a.Opened), at(a.Closed))
		for _, c := range a.Changes {
			fmt.Fprintf(&s, "  %s row %d %s %d -> %d", at(c.At), c.Row, c.Kind, c.Before, c.After)
			for _, f := range []struct {
				on   bool
				name string
			}{{c.Broken, "broken"}, {c.Lost, "lost"}, {c.Failed, "failed"}, {c.Reversed, "reversed"}, {c.Until != timeline.NoTime, "until " + at(c.Until)}} {
				if f.on {
					s.WriteString(" " + f.name)
				}
			}
			s.WriteString("\n")
		}
	}
	return s.String()
}

func moment(x int64, plan *audit.Plan) string {
	if x == timeline.NoTime {
		return "-"
	}
	return time.UnixMicro(x).In(plan.Zone()).Format("2006-01-02T15:04")
}

// answer answers "dpd LOAN AT", "owed LOAN AT", "limit ACCOUNT AT" and
// "fact NAME ACCOUNT AT…", where "-" is no account.
func answer(t *testing.T, r *timeline.Reader, h *timeline.History, plan *audit.Plan, q []string) string {
	t.Helper()
	when := func(s string) int64 {
		for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
			if x, err := time.ParseInLocation(layout, s, plan.Zone()); err == nil {
				return x.UnixMicro()
			}
		}
		t.Fatalf("%v: %q is no time", q, s)
		return 0
	}
	var out []string
	id := []byte(q[1])
	switch q[0] {
	case "dpd", "owed":
		l := h.Loan(id)
		for _, w := range q[2:] {
			if q[0] == "dpd" {
				out = append(out, strconv.Itoa(l.DPD(when(w))))
			} else {
				out = append(out, strconv.FormatInt(l.Outstanding(when(w)), 10))
			}
		}
	case "limit":
		a := h.Account(id)
		for _, w := range q[2:] {
			x, ok := a.Limit(when(w))
			if !ok {
				out = append(out, "?")
				continue
			}
			out = append(out, strconv.FormatInt(x, 10))
		}
	case "fact":
		account := []byte(q[2])
		if q[2] == "-" {
			account = nil
		}
		for _, w := range q[3:] {
			out = append(out, strconv.FormatFloat(r.Fact(h, q[1], account, when(w)), 'g', 6, 64))
		}
	default:
		t.Fatalf("%v: no such question", q)
	}
	return strings.Join(out, " ")
}
