// Package known takes in the decisions that a check judges together with what
// became of them, from the rows or from the timelines, and counts both.
package known

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/outcome"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Intake is part of the state that holds it.
type Intake struct {
	Judge  decided.Judge
	Reader *outcome.Reader
	Kinds  [2][outcome.Kinds]int64 // by approved, and what became of it; the holder counts those it observes
}

// New returns the intake of the decisions that env lays out; see [decided.New].
func New(env *audit.Env, errorsDeny bool) Intake {
	return Intake{Judge: decided.New(env, errorsDeny), Reader: outcome.New(env)}
}

// Rows returns the judged rows of a batch of decisions whose outcomes are
// recorded, with whether each was approved and what became of it; ok is false
// for what comes with the timelines, and for rows of which nothing is known:
// these are only counted. They are valid until the next call.
func (s *Intake) Rows(b *features.Batch) (rows []int32, approvals []uint8, kinds []outcome.Kind, ok bool) {
	if b.Table != "decisions" || s.Reader.Derived() {
		return nil, nil, nil, false
	}
	rows, approvals = s.Judge.Rows(b)
	if s.Reader.Recorded() {
		return rows, approvals, s.Reader.Rows(b, rows), true
	}
	for _, a := range approvals {
		s.Kinds[a][outcome.None]++
	}
	return nil, nil, nil, false
}

// Customer is Rows of a customer whose repayments tell outcomes: the rows are
// those of t.Decisions.Batch. It also counts the loans that none of the
// decisions made.
func (s *Intake) Customer(t *audit.Timeline) (rows []int32, approvals []uint8, kinds []outcome.Kind, ok bool) {
	if !s.Reader.Derived() {
		return nil, nil, nil, false
	}
	kinds = s.Reader.Timeline(t)
	d := &t.Decisions
	if d.Len() == 0 {
		return nil, nil, nil, false
	}
	rows, approvals = s.Judge.Range(d.Batch, d.Lo, d.Hi)
	for j, i := range rows { // in place: j never runs ahead of the row's own
		kinds[j] = kinds[int(i)-d.Lo]
	}
	return rows, approvals, kinds[:len(rows)], true
}

// Merge adds what o counted.
func (s *Intake) Merge(o *Intake) {
	s.Judge.Merge(&o.Judge)
	s.Reader.Count.Merge(o.Reader.Count)
	for a := range s.Kinds {
		for k, n := range o.Kinds[a] {
			s.Kinds[a][k] += n
		}
	}
}

// Encode writes the counts.
func (s *Intake) Encode(e *stats.Encoder) {
	s.Judge.Encode(e)
	c := &s.Reader.Count
	e.Ints([]int64{c.Loans, c.Unjoined, c.Broken})
	for a := range s.Kinds {
		e.Ints(s.Kinds[a][:])
	}
}

// Decode replaces the counts by those that Encode wrote.
func (s *Intake) Decode(d *stats.Decoder) {
	s.Judge.Decode(d)
	if n := d.Ints(); len(n) == 3 {
		s.Reader.Count = outcome.Count{Loans: n[0], Unjoined: n[1], Broken: n[2]}
	} else {
		d.Fail("%d counts of loans instead of 3", len(n))
	}
	for a := range s.Kinds {
		if n := d.Ints(); len(n) == outcome.Kinds {
			copy(s.Kinds[a][:], n)
		} else {
			d.Fail("%d outcomes instead of %d", len(n), outcome.Kinds)
		}
	}
}
