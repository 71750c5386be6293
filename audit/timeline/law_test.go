package timeline_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"evenhand/audit/timeline"
)

// event is one random row and when the lender got to know it.
type event struct {
	table string
	row   string
	known int64  // µs
	early string // the row as it was before: for rows that change
}

var headers = map[string]string{
	"decisions":  "decision_id,application_id,customer_id,account_id,product,decided_at,outcome",
	"repayments": "loan_id,installment_no,customer_id,account_id,due_date,due_amount,paid_at,paid_amount,posted_at,booked_at",
	"payments":   "payment_id,loan_id,paid_at,posted_at,amount,installment_no,kind",
	"limits":     "event_id,account_id,customer_id,at,kind,limit_before,limit_after,outstanding,granted_amount",
}

// customer makes one random customer; with payments, or with what the rows of
// repayments record.
func customer(rng *rand.Rand, payments bool) []event {
	var out []event
	start := time.Date(2025, 1, 1, 8, 0, 0, 0, time.UTC)
	text := func(t time.Time) string { return t.Format(time.RFC3339) }
	for l := range 1 + rng.IntN(3) {
		booked := start.AddDate(0, 0, rng.IntN(200))
		n := 1 + rng.IntN(6)
		for i := range n {
			due := booked.AddDate(0, i+1, 0)
			head := fmt.Sprintf("L%d,%d,C,A,%s,1000", l, i+1, due.Format(time.DateOnly))
			e := event{table: "repayments", known: math.MinInt64, early: head + ",,,," + text(booked)}
			e.row = e.early
			if !payments && rng.IntN(5) > 0 {
				paid := due.AddDate(0, 0, rng.IntN(20)-10)
				posted := paid.Add(time.Duration(rng.IntN(100)) * time.Hour)
				amount := []string{"1000", "600", "", "1200"}[rng.IntN(4)]
				e.row = fmt.Sprintf("%s,%s,%s,%s,%s", head, text(paid), amount, text(posted), text(booked))
				e.known = posted.UnixMicro()
			}
			out = append(out, e)
		}
		paid := booked
		for p := range rng.IntN(10) {
			if !payments {
				break
			}
			paid = paid.Add(time.Duration(1+rng.IntN(30*24)) * time.Hour)
			posted := paid.Add(time.Duration(rng.IntN(200)) * time.Hour)
			kind := []string{"scheduled", "scheduled", "early", "refund", "reversal", "payoff", ""}[rng.IntN(7)]
			no := []string{"", "", fmt.Sprint(1 + rng.IntN(n))}[rng.IntN(3)]
			out = append(out, event{table: "payments", known: posted.UnixMicro(),
				row: fmt.Sprintf("P%02d,L%d,%s,%s,%d,%s,%s", p, l, text(paid), text(posted), 100*(1+rng.IntN(20)), no, kind)})
		}
	}
	limit, at := 0, start
	for i := range rng.IntN(12) {
		at = at.Add(time.Duration(1+rng.IntN(20*24)) * time.Hour)
		kind, after := []string{"increase", "decrease", "evaluate", "draw", "display"}[rng.IntN(5)], limit
		cells := ",,"
		switch {
		case i == 0:
			kind, after = "grant", 5000
		case kind == "increase":
			after += 100
		case kind == "decrease":
			after -= 100
		}
		if kind == "increase" || kind == "decrease" || kind == "grant" {
			cells = fmt.Sprintf("%d,%d,", limit, after)
		}
		limit = after
		out = append(out, event{table: "limits", known: at.UnixMicro() + 1, // strictly before
			row: fmt.Sprintf("E%02d,A,C,%s,%s,%s%d,%d", i, text(at), kind, cells, rng.IntN(3000), rng.IntN(3)*100)})
	}
	at = start
	for i := range rng.IntN(6) {
		at = at.Add(time.Duration(rng.IntN(60*24)) * time.Hour)
		outcome := []string{"approved", "denied", "referred"}[rng.IntN(3)]
		out = append(out, event{table: "decisions", known: at.UnixMicro() + 1,
			row: fmt.Sprintf("D%d,P%d,C,A,cash,%s,%s", i, rng.IntN(4), text(at), outcome)})
	}
	return out
}

// known is the export as it was at an instant: rows come later, and rows of
// repayments are unpaid until then.
func known(events []event, at int64) *txtar.Archive {
	tables := map[string][]string{}
	for _, e := range events {
		switch {
		case e.known <= at:
			tables[e.table] = append(tables[e.table], e.row)
		case e.early != "":
			tables[e.table] = append(tables[e.table], e.early)
		}
	}
	a := &txtar.Archive{}
	for _, name := range []string{"decisions", "repayments", "payments", "limits"} {
		rows := tables[name]
		if name == "payments" { // in the order of a timeline
			slices.SortStableFunc(rows, func(a, b string) int { return strings.Compare(strings.Split(a, ",")[1], strings.Split(b, ",")[1]) })
		}
		a.Files = append(a.Files, txtar.File{Name: name + ".csv", Data: []byte(headers[name] + "\n" + strings.Join(rows, "\n") + "\n")})
	}
	return a
}

// TestFactsAreOfTheirMoment holds every fact of a random customer's moments
// against what the export of that moment would have given: nothing of later
// may show through. It also holds Fill against Fact.
func TestFactsAreOfTheirMoment(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	finite := map[string]int{}
	for round := range 150 {
		events := customer(rng, round%2 == 0)
		r, tl, _ := read(t, known(events, math.MaxInt64))
		h := r.Read(tl)
		for range 8 {
			at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(500*24*60)) * time.Minute).UnixMicro()
			if e := events[rng.IntN(len(events))]; e.known > 0 && e.known < math.MaxInt64 && rng.IntN(2) == 0 {
				at = e.known - int64(rng.IntN(3)) // right at an event
			}
			then, timelineThen, _ := read(t, known(events, at))
			past := then.Read(timelineThen)
			for _, f := range timeline.Facts {
				got, want := r.Fact(h, f.Name, []byte("A"), at), then.Fact(past, f.Name, []byte("A"), at)
				if math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
					t.Fatalf("round %d: %s as of %s is %v; the export of then gives %v\n%s", round, f.Name, time.UnixMicro(at).UTC(), got, want, render(known(events, math.MaxInt64)))
				}
				if !math.IsNaN(got) && got != 0 {
					finite[f.Name]++
				}
			}
			for i := range h.Loans {
				l, p := &h.Loans[i], past.Loan(h.Loans[i].ID)
				if a, b := l.DPD(at), p.DPD(at); a != b {
					t.Fatalf("round %d: DPD %d, then %d", round, a, b)
				}
				if a, b := l.Outstanding(at), p.Outstanding(at); a != b {
					t.Fatalf("round %d: outstanding %d, then %d", round, a, b)
				}
			}
		}
	}
	for _, f := range timeline.Facts {
		if finite[f.Name] == 0 {
			t.Errorf("no moment had the fact %s", f.Name)
		}
	}
}

func render(a *txtar.Archive) string { return string(txtar.Format(a)) }

// TestOldestUnpaidInstalment holds plain payments, first in, first out, against
// sums: an instalment is open as long as the dues up to it exceed what was paid.
func TestOldestUnpaidInstalment(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		var dues, pays []string
		var due, paid []time.Time
		var amounts []int
		day := time.Date(2025, 1, 1, 4, 0, 0, 0, time.UTC)
		for i := range 1 + rng.IntN(8) {
			due = append(due, day.AddDate(0, i, 0))
			dues = append(dues, fmt.Sprintf("L,%d,C,A,%s,1000,,,,", i+1, due[i].Format(time.DateOnly)))
		}
		at := day
		for i := range rng.IntN(12) {
			at = at.Add(time.Duration(rng.IntN(30*24)) * time.Hour)
			paid, amounts = append(paid, at), append(amounts, 100*(1+rng.IntN(15)))
			pays = append(pays, fmt.Sprintf("P%02d,L,%s,,%d,,", i, at.Format(time.RFC3339), amounts[i]))
		}
		a := &txtar.Archive{Files: []txtar.File{
			{Name: "plan.yaml", Data: []byte("version: 1\nas_of: 2026-06-30\ntimezone: UTC\n")},
			{Name: "repayments.csv", Data: []byte(headers["repayments"] + "\n" + strings.Join(dues, "\n") + "\n")},
			{Name: "payments.csv", Data: []byte(headers["payments"] + "\n" + strings.Join(pays, "\n") + "\n")},
		}}
		r, tl, plan := read(t, a)
		l := r.Read(tl).Loans[0]
		calendar := plan.Calendar()
		for range 20 {
			now := day.Add(time.Duration(rng.IntN(300*24)) * time.Hour)
			sum := 0
			for i := range paid {
				if !paid[i].After(now) {
					sum += amounts[i]
				}
			}
			want := 0
			for i := range due {
				today, last := calendar.Day(now.UnixMicro()), calendar.Day(due[i].UnixMicro())
				if 1000*(i+1) > sum && today > calendar.Add(last, timeline.DefaultGrace) {
					want = int(today - last)
					break
				}
				if 1000*(i+1) > sum {
					break
				}
			}
			if got := l.DPD(now.UnixMicro()); got != want {
				t.Fatalf("%v: %d days past due, want %d\n%s", now, got, want, render(a))
			}
			if got := l.Outstanding(now.UnixMicro()); got != int64(max(1000*len(due)-sum, 0)) {
				t.Fatalf("%v: outstanding %d", now, got)
			}
		}
	}
}
