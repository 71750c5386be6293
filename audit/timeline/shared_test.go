package timeline_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/audit/stats"
	"evenhand/audit/timeline"
	"evenhand/features"
	"evenhand/features/parquetfile"
)

const shared = "../../../shared/data/"

// TestHomeCreditInstalments derives the instalments of the Home Credit sample
// through the driver. The counts of rows are those of the stored reference;
// those of instalments were counted in pandas by the same definition: rows of
// one loan, number, due date and amount are one instalment, which is settled
// on the day when its payments first cover it.
func TestHomeCreditInstalments(t *testing.T) {
	data, err := os.ReadFile(shared + "reference/homecredit_limits_repayments.json")
	if err != nil {
		t.Skip("the shared data is not here")
	}
	var file struct {
		Values []struct {
			ID    string
			Value json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Rows, Late, Short int64
		NullPayment       int64   `json:"null_payment"`
		Late30            int64   `json:"late_30"`
		SumDue            float64 `json:"sum_due"`
		SumPaid           float64 `json:"sum_paid"`
	}
	for _, v := range file.Values {
		if v.ID == "inst.installments" {
			if err := json.Unmarshal(v.Value, &ref); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ref.Rows == 0 {
		t.Fatal("the reference has no instalments")
	}

	plan, err := audit.ParsePlan("plan", []byte(`
version: 1
as_of: 2018-06-30
timezone: UTC
currency: USD
tables:
  repayments:
    files: f.parquet
    columns:
      loan_id: SK_ID_PREV
      customer_id: SK_ID_CURR
      installment_no: NUM_INSTALMENT_NUMBER
      due_date: {from: DAYS_INSTALMENT, days_since: 2018-06-01}
      paid_at: {from: DAYS_ENTRY_PAYMENT, days_since: 2018-06-01}
      due_amount: {from: AMT_INSTALMENT, float_money: true, round: half_away}
      paid_amount: {from: AMT_PAYMENT, float_money: true, round: half_away}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	source, err := parquetfile.OpenPaths(t.Context(), "repayments", []string{shared + "data/homecredit_installments_payments_a.parquet"}, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var first *instalmentCounts
	for _, workers := range []int{1, 3} {
		got := new(instalmentCounts)
		_, err = driver.Run(context.Background(), driver.Input{
			Plan: plan, Checks: []*audit.Check{instalmentCheck(got)}, Sources: map[string]features.Source{"repayments": source},
		}, driver.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if got.rows != ref.Rows || got.unpaid != ref.NullPayment || got.lateRows != ref.Late || got.lateRows30 != ref.Late30 {
			t.Errorf("rows %d, unpaid %d, late %d, late by more than 30 days %d; the reference has %+v", got.rows, got.unpaid, got.lateRows, got.lateRows30, ref)
		}
		if d := math.Abs(float64(got.due)/100 - ref.SumDue); d > 0.005*float64(ref.Rows) {
			t.Errorf("due %d", got.due)
		}
		if d := math.Abs(float64(got.paid)/100 - ref.SumPaid); d > 0.005*float64(ref.Rows) {
			t.Errorf("paid %d, the reference has %v", got.paid, ref.SumPaid)
		}
		if got.instalments != 10015 || got.open != 928 || got.late != 363 || got.late30 != 13 || got.loans != 8330 || got.customers != 6604 {
			t.Errorf("derived %+v", *got)
		}
		if first != nil && *got != *first {
			t.Errorf("%d workers: %+v, want %+v", workers, *got, *first)
		}
		first = got
	}
}

// instalmentCounts is what the test's check counts.
type instalmentCounts struct {
	rows, unpaid, lateRows, lateRows30, due, paid     int64
	customers, loans, instalments, open, late, late30 int64
}

// instalmentState is the state of the test's check.
type instalmentState struct {
	instalmentCounts
	to     *instalmentCounts
	env    *audit.Env
	reader *timeline.Reader
	days   *audit.Calendar
}

func instalmentCheck(to *instalmentCounts) *audit.Check {
	return &audit.Check{
		Name: "instalments", Title: audit.T("Instalments", "分期"), Doc: "x\n\ny", DocZh: "x\n\ny", Chapter: "limits",
		Needs: audit.Needs{Tables: []audit.TableNeed{{Table: "repayments", Timeline: true, Required: []string{"loan_id", "due_date", "due_amount"},
			Optional: []audit.Want{{Column: "paid_at"}, {Column: "paid_amount"}}}}},
		New: func(env *audit.Env) (audit.State, error) {
			return &instalmentState{to: to, env: env, reader: timeline.NewReader(env), days: env.Plan.Calendar()}, nil
		},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
}

func (s *instalmentState) Customer(t *audit.Timeline) {
	b := t.Repayments.Batch
	due, amount := &b.Cols[s.env.Col("repayments", "due_date")], &b.Cols[s.env.Col("repayments", "due_amount")]
	paidAt, paid := &b.Cols[s.env.Col("repayments", "paid_at")], &b.Cols[s.env.Col("repayments", "paid_amount")]
	s.customers++
	for i := t.Repayments.Lo; i < t.Repayments.Hi; i++ {
		s.rows++
		s.due += amount.Ints[i]
		if paidAt.IsNull(i) {
			s.unpaid++
			continue
		}
		s.paid += paid.Ints[i]
		if late := s.days.Day(paidAt.Ints[i]) - due.Ints[i]; late > 0 {
			s.lateRows++
			if late > 30 {
				s.lateRows30++
			}
		}
	}
	for _, l := range s.reader.Read(t).Loans {
		s.loans++
		for _, i := range l.Instalments {
			s.instalments++
			if i.Settled == timeline.NoTime {
				s.open++
			} else if late := s.days.Day(i.Settled) - i.Due; late > 0 {
				s.late++
				if late > 30 {
					s.late30++
				}
			}
		}
	}
}

func (s *instalmentState) numbers() []*int64 {
	c := &s.instalmentCounts
	return []*int64{&c.rows, &c.unpaid, &c.lateRows, &c.lateRows30, &c.due, &c.paid, &c.customers, &c.loans, &c.instalments, &c.open, &c.late, &c.late30}
}

func (s *instalmentState) Merge(o audit.State) {
	theirs := o.(*instalmentState).numbers()
	for i, x := range s.numbers() {
		*x += *theirs[i]
	}
}

func (s *instalmentState) Finish(r *audit.Result) {
	*s.to = s.instalmentCounts
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "instalments", Status: "ran"})
}

func (s *instalmentState) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	for _, x := range s.numbers() {
		e.Varint(*x)
	}
	return e.Data(), nil
}

func (s *instalmentState) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	for _, x := range s.numbers() {
		*x = d.Varint()
	}
	return d.Finish()
}
