package outcome_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/audit/outcome"
	"evenhand/audit/stats"
	"evenhand/features"
)

// state writes down what became of each decision.
type state struct {
	r       *outcome.Reader
	id      int
	seen    map[string]outcome.Kind
	updates int
}

func (s *state) Update(b *features.Batch) {
	s.updates++
	if !s.r.Recorded() {
		return
	}
	rows := make([]int32, b.N)
	for i := range rows {
		rows[i] = int32(i)
	}
	for i, k := range s.r.Rows(b, rows) {
		s.seen[string(b.Cols[s.id].Opaque(i))] = k
	}
}

func (s *state) Customer(t *audit.Timeline) {
	if s.r.Recorded() {
		return
	}
	for i, k := range s.r.Timeline(t) {
		s.seen[string(t.Decisions.Batch.Cols[s.id].Opaque(t.Decisions.Lo+i))] = k
	}
}

func (s *state) Merge(o audit.State) {
	s.r.Count.Merge(o.(*state).r.Count)
	for k, v := range o.(*state).seen {
		s.seen[k] = v
	}
}
func (s *state) Finish(r *audit.Result) {
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "outcomes", Judged: int64(len(s.seen))})
}
func (s *state) MarshalBinary() ([]byte, error) { return (&stats.Encoder{}).Data(), nil }
func (s *state) UnmarshalBinary([]byte) error   { return nil }

// outcomes runs the reader over tables of CSV text.
func outcomes(t *testing.T, extra string, tables map[string]string) (map[string]outcome.Kind, outcome.Count) {
	t.Helper()
	var last *state
	check := &audit.Check{Name: "outcomes", Title: audit.T("x", "x"), Doc: "x\n\ny", DocZh: "x\n\ny", Chapter: "drift",
		Needs:    audit.Needs{Tables: outcome.Needs(audit.TableNeed{Required: []string{"decided_at"}})},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
		New: func(env *audit.Env) (audit.State, error) {
			s := &state{r: outcome.New(env), id: env.Col("decisions", "decision_id"), seen: map[string]outcome.Kind{}}
			if last == nil {
				last = s // the first one is what all are merged into
			}
			return s, nil
		}}
	text := "version: 1\nas_of: 2026-06-30\ntimezone: Asia/Shanghai\n" + extra + "tables:\n"
	sources := map[string]features.Source{}
	for name, csv := range tables {
		src, err := audittest.NewSource(name, csv, 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		sources[name] = src
		text += fmt.Sprintf("  %s: {files: [x.parquet]}\n", name)
	}
	plan, err := audit.ParsePlan("plan.yaml", []byte(text), []*audit.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := driver.Run(context.Background(), driver.Input{Plan: plan, Checks: []*audit.Check{check}, Sources: sources}, driver.Options{}); err != nil {
		t.Fatal(err)
	}
	return last.seen, last.r.Count
}

func expect(t *testing.T, got map[string]outcome.Kind, want string) {
	t.Helper()
	names := [outcome.Kinds]string{"none", "pending", "good", "bad"}
	n := 0
	for _, f := range strings.Fields(want) {
		id, kind, _ := strings.Cut(f, "=")
		if names[got[id]] != kind {
			t.Errorf("%s is %s, want %s", id, names[got[id]], kind)
		}
		n++
	}
	if len(got) != n {
		t.Errorf("%d decisions, want %d", len(got), n)
	}
}

const decisions = `decision_id,application_id,customer_id,product,decided_at,outcome
D1,A1,C1,cash,2025-01-10T10:00:00+08:00,approved
D2,A2,C2,cash,2025-01-10T10:00:00+08:00,approved
D3,A3,C3,cash,2025-01-10T10:00:00+08:00,approved
D4,A4,C4,cash,2025-06-29T10:00:00+08:00,approved
D5,A5,C5,cash,2025-07-02T10:00:00+08:00,approved
D6,A6,C6,cash,2025-01-10T10:00:00+08:00,denied
D7,A7,C7,cash,2025-01-10T10:00:00+08:00,approved
D8,A8,C8,cash,2025-01-10T10:00:00+08:00,approved
D9,A9,C9,cash,2025-01-10T10:00:00+08:00,approved
`

// TestRepayments: bad is 90 days late within 12 months of booking.
func TestRepayments(t *testing.T) {
	repayments := `loan_id,installment_no,customer_id,decision_id,due_date,due_amount,paid_at,booked_at
L1,1,C1,D1,2025-02-10,10000,2025-02-10T09:00:00+08:00,2025-01-10T12:00:00+08:00
L1,2,C1,D1,2025-03-10,10000,2025-06-07T09:00:00+08:00,2025-01-10T12:00:00+08:00
# 89 days late is no bad, 90 days is
L2,1,C2,D2,2025-03-10,10000,2025-06-08T09:00:00+08:00,2025-01-10T12:00:00+08:00
# bad, but only after the window: due 2025-11-10, 90 days late in February 2026
L3,1,C3,D3,2025-11-10,10000,,2025-01-10T12:00:00+08:00
# booked on the last day that is mature
L4,1,C4,D4,2025-08-01,10000,2025-08-01T09:00:00+08:00,2025-06-30T12:00:00+08:00
# bad, but too young to count
L5,1,C5,D5,2025-08-02,10000,,2025-07-02T12:00:00+08:00
# the second of two loans of one decision is bad
L7,1,C7,D7,2025-02-10,10000,2025-02-10T09:00:00+08:00,2025-01-10T12:00:00+08:00
L7b,1,C7,D7,2025-04-10,10000,,2025-03-10T12:00:00+08:00
# names no decision of its customer
L8,1,C8,D1,2025-04-10,10000,,2025-03-10T12:00:00+08:00
L9,1,C9,,2025-04-10,10000,,2025-03-10T12:00:00+08:00
`
	got, n := outcomes(t, "", map[string]string{"decisions": decisions, "repayments": repayments})
	expect(t, got, "D1=good D2=bad D3=good D4=good D5=pending D6=none D7=bad D8=none D9=none")
	if (n != outcome.Count{Loans: 9, Unjoined: 2}) {
		t.Errorf("counts: %+v", n)
	}
	got, _ = outcomes(t, "outcome: {bad_days: 30, months: 17}\n", map[string]string{"decisions": decisions, "repayments": repayments})
	expect(t, got, "D1=bad D2=bad D3=bad D4=pending D5=pending D6=none D7=bad D8=none D9=none")
}

// TestPayments: what payments say goes before the rows of repayments.
func TestPayments(t *testing.T) {
	got, _ := outcomes(t, "", map[string]string{"decisions": decisions,
		"repayments": `loan_id,installment_no,customer_id,decision_id,due_date,due_amount,paid_at,booked_at
L1,1,C1,D1,2025-02-10,10000,,2025-01-10T12:00:00+08:00
L2,1,C2,D2,2025-02-10,10000,,2025-01-10T12:00:00+08:00
`, "payments": `payment_id,loan_id,paid_at,amount
P1,L1,2025-02-09T10:00:00+08:00,10000
P2,L2,2025-02-09T10:00:00+08:00,4000
`})
	expect(t, got, "D1=good D2=bad D3=none D4=none D5=none D6=none D7=none D8=none D9=none")
}

// TestRecorded: decisions.bad goes before any repayments, and needs no timelines.
func TestRecorded(t *testing.T) {
	table := `decision_id,application_id,customer_id,product,decided_at,outcome,bad
D1,A1,C1,cash,2025-01-10T10:00:00+08:00,approved,true
D2,A2,C2,cash,2025-01-10T10:00:00+08:00,denied,false
D3,A3,C3,cash,2025-01-10T10:00:00+08:00,approved,
D4,A4,C4,cash,2025-06-29T10:00:00+08:00,approved,
D5,A5,C5,cash,2025-07-02T10:00:00+08:00,approved,
D6,A6,C6,cash,2026-05-02T10:00:00+08:00,approved,false
`
	repayments := "loan_id,installment_no,customer_id,decision_id,due_date,due_amount,paid_at,booked_at\nL2,1,C2,D2,2025-03-10,10000,,2025-01-10T12:00:00+08:00\n"
	for _, tables := range []map[string]string{{"decisions": table}, {"decisions": table, "repayments": repayments}} {
		got, _ := outcomes(t, "", tables)
		expect(t, got, "D1=bad D2=good D3=none D4=none D5=pending D6=good")
	}
}

// TestCrowd: a customer of many decisions is looked up by an index.
func TestCrowd(t *testing.T) {
	d := "decision_id,application_id,customer_id,product,decided_at,outcome\n"
	r := "loan_id,installment_no,customer_id,decision_id,due_date,due_amount,paid_at,booked_at\n"
	want := ""
	for i := range 80 {
		d += fmt.Sprintf("D%d,A%d,C,cash,2025-01-10T10:00:%02d+08:00,approved\n", i, i, i%60)
		paid, kind := "2025-02-10T09:00:00+08:00", "good"
		if i%3 == 0 {
			paid, kind = "", "bad"
		}
		r += fmt.Sprintf("L%d,1,C,D%d,2025-02-10,10000,%s,2025-01-10T12:00:00+08:00\n", i, i, paid)
		want += fmt.Sprintf("D%d=%s ", i, kind)
	}
	got, n := outcomes(t, "", map[string]string{"decisions": d, "repayments": r})
	expect(t, got, want)
	if n.Unjoined != 0 {
		t.Errorf("%d loans unjoined", n.Unjoined)
	}
}

// TestNothing: an export that tells no outcomes.
func TestNothing(t *testing.T) {
	got, _ := outcomes(t, "", map[string]string{"decisions": decisions})
	for id, k := range got {
		if k != outcome.None {
			t.Errorf("%s is %d", id, k)
		}
	}
}

// TestReversal: what a reversal opens again is as late as if it had never been
// paid, and a payment that was booked late was not known.
func TestReversal(t *testing.T) {
	got, _ := outcomes(t, "", map[string]string{"decisions": decisions,
		"repayments": `loan_id,installment_no,customer_id,decision_id,due_date,due_amount,paid_at,booked_at
L1,1,C1,D1,2025-02-10,10000,,2025-01-10T12:00:00+08:00
L2,1,C2,D2,2025-02-10,10000,,2025-01-10T12:00:00+08:00
L3,1,C3,D3,2025-02-10,10000,,2025-01-10T12:00:00+08:00
`, "payments": `payment_id,loan_id,paid_at,posted_at,amount,kind
P1,L1,2025-02-09T10:00:00+08:00,,10000,scheduled
P2,L1,2025-06-20T10:00:00+08:00,,10000,reversal
P3,L2,2025-02-09T10:00:00+08:00,2025-05-20T10:00:00+08:00,10000,scheduled
P4,L3,2025-02-09T10:00:00+08:00,2025-05-10T10:00:00+08:00,10000,scheduled
`})
	expect(t, got, "D1=bad D2=bad D3=good D4=none D5=none D6=none D7=none D8=none D9=none")
}
