package dossier_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/dossier"
	"evenhand/audit/driver"
	"evenhand/features"
)

// book is the fixture, with some of its text replaced.
func book(t *testing.T, replace ...string) map[string]string {
	t.Helper()
	ar, err := txtar.ParseFile("testdata/book.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range ar.Files {
		files[f.Name] = strings.NewReplacer(replace...).Replace(string(f.Data))
	}
	return files
}

// drive runs a check on the tables of files.
func drive(t *testing.T, files map[string]string, check *audit.Check, keep map[string]string) {
	t.Helper()
	read := func(path string) ([]byte, error) {
		if data, ok := files[path]; ok {
			return []byte(data), nil
		}
		return nil, fmt.Errorf("%s: not in the fixture", path)
	}
	plan, err := audit.ParsePlan("plan.yaml", []byte(files["plan.yaml"]), []*audit.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	models, err := plan.LoadModels(read)
	if err != nil {
		t.Fatal(err)
	}
	policies, err := plan.LoadPolicies(read)
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]features.Source{}
	for name, data := range files {
		table, ok := strings.CutSuffix(name, ".csv")
		if !ok {
			continue
		}
		s, err := audittest.NewSource(table, data, 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		sources[table] = s
		column := "customer_id"
		if table == "payments" {
			column = "loan_id"
		}
		if keep != nil {
			sources[table] = &features.Filter{Source: s, Column: column, Keep: map[string]bool{keep[column]: true}}
		}
	}
	in := driver.Input{Plan: plan, Checks: []*audit.Check{check}, Sources: sources, Models: models, Policies: policies}
	if _, err := driver.Run(context.Background(), in, driver.Options{Workers: 2}); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, files map[string]string, id string) *dossier.Match {
	t.Helper()
	var m *dossier.Match
	drive(t, files, dossier.Finder(id, func(x *dossier.Match) { m = x }), nil)
	return m
}

// open opens the dossier of an id.
func open(t *testing.T, files map[string]string, id string) *dossier.Dossier {
	t.Helper()
	m := find(t, files, id)
	if m == nil {
		t.Fatalf("%s is nowhere", id)
	}
	var d *dossier.Dossier
	drive(t, files, dossier.Collector(id, m, func(x *dossier.Dossier) { d = x }), map[string]string{"customer_id": m.Customer, "loan_id": "L1"})
	if d == nil {
		t.Fatalf("%s has no dossier", id)
	}
	return d
}

func TestFinder(t *testing.T) {
	files := book(t)
	for id, want := range map[string]dossier.Match{
		"D2": {Table: "decisions", Column: "decision_id", Customer: "C1"},
		"A3": {Table: "decisions", Column: "application_id", Customer: "C2"},
		"E4": {Table: "limits", Column: "event_id", Customer: "C2"},
		"K1": {Table: "limits", Column: "account_id", Customer: "C1"},
		"K3": {Table: "decisions", Column: "account_id", Customer: "C3"},
		"L1": {Table: "repayments", Column: "loan_id", Customer: "C1"},
		"C2": {Table: "decisions", Column: "customer_id", Customer: "C2"},
	} {
		if got := find(t, files, id); got == nil || *got != want {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
	}
	for _, id := range []string{"X", "", "d2"} {
		if got := find(t, files, id); got != nil {
			t.Errorf("%q is found: %v", id, got)
		}
	}
}

// said is a decision as text, for comparison.
func said(k *dossier.Decision) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", k.Key, k.Policy, k.Replayed)
	if k.Rule != "" {
		b.WriteString(" by " + k.Rule)
	}
	if k.Now >= 0 {
		fmt.Fprintf(&b, " from %d", k.Now)
	}
	if k.Limit >= 0 {
		fmt.Fprintf(&b, " limit %d by %s", k.Limit, k.Bound)
	}
	if k.Next >= 0 {
		fmt.Fprintf(&b, " next %d", k.Next)
	}
	fmt.Fprintf(&b, "; score %v %v", k.Score.Recorded, k.Score.Computed)
	for _, r := range k.Reasons {
		b.WriteString("; " + r.Code)
		for _, f := range []struct {
			is   bool
			mark string
		}{{r.Recorded, "recorded"}, {r.Given, "given"}, {r.Recompute, "replayed"}, {r.Generic, "generic"}} {
			if f.is {
				b.WriteString(" " + f.mark)
			}
		}
	}
	for _, c := range k.Changes {
		fmt.Fprintf(&b, "; %s %v -> %v", c.Feature, c.From, c.To)
	}
	if k.Searched && k.Changes == nil {
		b.WriteString("; nothing helps")
	}
	if !k.Why.IsZero() {
		b.WriteString("; " + k.Why.En)
	}
	return b.String()
}

func TestDecisions(t *testing.T) {
	for name, c := range map[string]struct {
		id      string
		replace []string
		want    string
	}{
		"denied by score": {"D2", nil,
			"D2 p1 denied by cut; score 50 50; G1 recorded given generic; R2 recorded replayed; R1 replayed; open_loans 4 -> 2"},
		"denied by a rule": {"D3", nil,
			"D3 p1 denied by many; score 60 60; K1 recorded given replayed; open_loans 9 -> 8"},
		"approved": {"A1", nil, "D1 p1 approved limit 300000 by requested; score 80 80"},
		"a wrong score": {"D2", []string{"p1,50,", "p1,41,"},
			"D2 p1 denied by cut; score 41 50; G1 recorded given generic; R2 recorded replayed; R1 replayed; open_loans 4 -> 2"},
		"recorded reasons stand for those shown": {"D2", []string{"reasons_shown", "other"},
			"D2 p1 denied by cut; score 50 50; G1 recorded given generic; R2 recorded given replayed; R1 replayed; open_loans 4 -> 2"},
		"a policy not in the plan": {"D4", nil,
			"D4  ; score 80 80; The plan has no policy p9 for this product: the outcome can't be replayed."},
		"no model": {"D2", []string{"denied,400000,,m1,p1,50", "denied,400000,,m7,p1,50"},
			"D2 p1 denied by cut; score 50 NaN; G1 recorded given generic; R2 recorded; " +
				"No model of the plan scored the row: the replay takes the recorded score, and can't tell what would change it."},
		"no score": {"D2", []string{"denied,400000,,m1,p1,50", "denied,400000,,m7,p1,", "missing: pass", "note: none"},
			"D2 p1 ; score NaN NaN; G1 recorded given generic; R2 recorded; The outcome can't be replayed: the policy needs score, and the row has no value."},
		"an evaluation": {"E3", nil,
			"E3 p1  from 300000 limit 300000 by band next 400000; score 55 50; cut recorded; C1 replayed; utilisation 0.6 -> 0.45"},
		"an event": {"E2", nil, "E2  ; score NaN NaN"},
		"an evaluation that was right to raise": {"E4", nil,
			"E4 p1  from 200000 limit 300000 by step next 300000; score 80 80"},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, book(t, c.replace...), c.id)
			if len(d.Decisions) != 1 || !d.Decisions[0].Asked {
				t.Fatalf("%d decisions", len(d.Decisions))
			}
			if got := said(&d.Decisions[0]); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestWithout: what a plan does not have is said, and no dossier fails for it.
func TestWithout(t *testing.T) {
	files := book(t)
	plan := files["plan.yaml"]
	policies, reasons := strings.Index(plan, "policies:"), strings.Index(plan, "reasons:\n")
	files["plan.yaml"] = plan[:policies] + plan[reasons:]
	d := open(t, files, "D2")
	if got, want := said(&d.Decisions[0]), "D2  ; score 50 50; G1 recorded given generic; R2 recorded; The plan names no policy: the outcome can't be replayed."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	files["plan.yaml"] = plan[:strings.Index(plan, "models:")] + plan[reasons:]
	delete(files, "limits.csv")
	delete(files, "payments.csv")
	d = open(t, files, "D2")
	if k := &d.Decisions[0]; !math.IsNaN(k.Score.Computed) || len(k.Path) != 0 || len(d.Steps) != 0 {
		t.Errorf("something was replayed: %+v", k)
	}
}

func TestInputs(t *testing.T) {
	k := open(t, book(t), "D2").Decisions[0]
	var got []string
	for _, x := range k.Inputs {
		got = append(got, fmt.Sprintf("%s=%s %v lost %v %s", x.Feature, x.Value, x.Points, x.Lost, x.Mutable))
	}
	if s := strings.Join(got, "; "); s != "utilisation=0.6 20 lost 20 yes; open_loans=4 20 lost 5 slow" {
		t.Error(s)
	}
	if k.Score.Base != 10 || k.Score.Unit != "points" {
		t.Errorf("base %v %s", k.Score.Base, k.Score.Unit)
	}
	got = nil
	for _, s := range k.Path {
		got = append(got, fmt.Sprintf("%s %s %s %v %q", s.Name, s.Stage, s.Says, s.Decides, s.Condition))
	}
	if s := strings.Join(got, "; "); s != `many knockout pass false "open_loans >= 9"; cut score deny true "score >= 60"` {
		t.Error(s)
	}
}

func TestTimeline(t *testing.T) {
	d := open(t, book(t), "K1")
	if d.Customer != "C1" || strings.Join(d.Accounts, " ") != "K1" || strings.Join(d.Loans, " ") != "L1" {
		t.Errorf("%s %v %v", d.Customer, d.Accounts, d.Loans)
	}
	var got []string
	for _, e := range d.Events {
		got = append(got, e.What+" "+e.Key)
	}
	want := "decisions.approved D1, limits.grant E1, decisions.notice D1, payments.scheduled P1, repayments.paid L1/1, repayments.due L1/1, " +
		"limits.display E2, repayments.due L1/2, decisions.denied D2, decisions.notice D2, limits.evaluate E3"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	got = nil
	for i := range d.Decisions {
		got = append(got, d.Decisions[i].Key)
	}
	if s := strings.Join(got, " "); s != "E3 D2 D1" {
		t.Errorf("decisions %s", s)
	}
	if len(d.Steps) != 3 || d.Steps[1].Shown != 300000 || d.Steps[1].Drawable != 0 || d.Steps[1].Limit != -1 {
		t.Errorf("steps %+v", d.Steps)
	}
	if n := d.Events[0].Note; !strings.Contains(n, "requested_amount 3000.00; approved_limit 3000.00") {
		t.Errorf("note %q", n)
	}
}

func TestTake(t *testing.T) {
	cases := []audit.Case{
		{Key: "D1", Customer: "C1"}, {Key: "D2", Customer: "C1"}, {Key: "K1", Customer: "C1"}, {Key: "E1", Account: "K1"}, {Key: "D3", Customer: "C2"},
	}
	for id, want := range map[string]string{"D2": "D2 K1", "K1": "D1 D2 K1 E1", "C1": "D1 D2 K1 E1"} {
		d := open(t, book(t), id)
		d.Take(cases)
		var got []string
		for _, c := range d.Cases {
			got = append(got, c.Key)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: got %s, want %s", id, s, want)
		}
	}
}

// TestState: a collector passes through its encoding and merges.
func TestState(t *testing.T) {
	files := book(t)
	check := dossier.Collector("D2", find(t, files, "D2"), func(*dossier.Dossier) {})
	var states []audit.State
	fresh := check.New
	check.New = func(env *audit.Env) (audit.State, error) {
		s, err := fresh(env)
		states = append(states, s)
		return s, err
	}
	drive(t, files, check, map[string]string{"customer_id": "C1", "loan_id": "L1"})
	var full []byte
	for _, s := range states {
		data, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > len(full) {
			full = data
		}
	}
	if !bytes.Contains(full, []byte("utilisation")) {
		t.Fatal("no state has the dossier")
	}
	a, b := states[0], states[len(states)-1]
	if err := a.UnmarshalBinary(full); err != nil {
		t.Fatal(err)
	}
	b.Merge(a)
	again, err := b.MarshalBinary()
	if err != nil || !bytes.Equal(again, full) {
		t.Errorf("the dossier changed on its way (%v)", err)
	}
}
