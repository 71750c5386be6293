package denial

import (
	"cmp"
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/audit/timeline"
	"evenhand/features"
)

// twins joins approved customers just below a watched threshold with what became
// of their loans. Decisions and loans meet in no order, so both are sampled by
// the same hash of the decision: where both samples are complete, the join is.
type twins struct {
	near  *rows.Sample[uint8] // right approvals that a factor one step worse denies: the factor
	loans *rows.Sample[bool]  // loans old enough to tell: whether they went bad

	reader *timeline.Reader
	asOf   int64 // last day over as of the plan's as_of
}

// mostTwins bounds the samples.
const mostTwins = 1 << 18

// badDays is from how many days past due on a loan counts as bad.
const badDays = 30

func newTwins() twins {
	return twins{near: rows.NewSample(mostTwins, cmp.Compare[uint8]), loans: rows.NewSample(mostTwins, func(a, b bool) int { return b2i(a) - b2i(b) })}
}

// twins finds the right approvals of a batch that one step of a watched factor
// would have turned into denials.
func (r *replayer) twins(b *features.Batch, f func(i int, factor uint8)) {
	n := len(r.agreed)
	if n == 0 {
		return
	}
	s := r.gather(b, r.agreed)
	r.as, r.models = r.as[:0], r.models[:0]
	for _, i := range r.agreed {
		m := int16(-1)
		if b.Scores != nil {
			m = b.Scores.Model[i]
		}
		r.as, r.models = append(r.as, b.Replay.Policy[i]), append(r.models, m)
	}
	kept := make([]float64, n)
	for k, x := range r.factors {
		if x.worse == 0 {
			continue
		}
		v := s.Cols[x.column].Floats
		copy(kept, v)
		for j := range v {
			v[j] += x.worse
		}
		r.start().ReplayAs(s, r.models, r.as)
		for j, i := range r.agreed {
			if s.Replay.Outcome[j] == outDenied && !math.IsNaN(kept[j]) {
				f(i, uint8(k))
			}
		}
		copy(v, kept)
	}
}

// Customer looks at what became of a customer's loans.
func (s *state) Customer(t *audit.Timeline) {
	if !s.watches() || t.Repayments.Len() == 0 {
		return
	}
	w := &s.twins
	if w.reader == nil {
		w.reader = timeline.NewReader(s.env)
		w.asOf = s.asOf - 1
	}
	h := w.reader.Read(t)
	for i := range h.Loans {
		l := &h.Loans[i]
		if len(l.Decision) == 0 {
			continue
		}
		old, bad := false, false
		for k := range l.Instalments {
			x := &l.Instalments[k]
			old = old || x.Due+badDays <= w.asOf
			bad = bad || x.Late >= badDays
		}
		if old {
			w.loans.Add(rows.Hash(0, l.Decision), bad)
		}
	}
}

// watches reports whether R0.8 has anything to watch, and repayments to hold it
// against.
func (s *state) watches() bool {
	return len(s.replayer.factors) > 0 && s.env.Layouts["repayments"] != nil
}

// rates are how often loans went bad: of all, and of those of near twins by
// factor.
func (w *twins) rates(factors int) (all [2]int64, near [][2]int64) {
	// Both samples are complete up to the hash where the first was cut.
	complete := uint64(math.MaxUint64)
	if x := w.near.Items(); w.near.Count() > int64(len(x)) {
		complete = min(complete, x[len(x)-1].Hash)
	}
	loans := w.loans.Items()
	if w.loans.Count() > int64(len(loans)) {
		complete = min(complete, loans[len(loans)-1].Hash)
	}
	bad := map[uint64]bool{}
	for _, x := range loans {
		if x.Hash > complete {
			break
		}
		all[1]++
		all[0] += int64(b2i(x.Value))
		bad[x.Hash] = bad[x.Hash] || x.Value
	}
	near = make([][2]int64, factors)
	for _, x := range w.near.Items() {
		if b, ok := bad[x.Hash]; ok && x.Hash <= complete && int(x.Value) < factors {
			near[x.Value][1]++
			near[x.Value][0] += int64(b2i(b))
		}
	}
	return all, near
}

func (w *twins) merge(o *twins) {
	w.near.Merge(o.near)
	w.loans.Merge(o.loans)
}

func (w *twins) encode(e *stats.Encoder) {
	w.near.Encode(e, func(e *stats.Encoder, f uint8) { e.Byte(f) })
	w.loans.Encode(e, func(e *stats.Encoder, bad bool) { e.Bool(bad) })
}

func (w *twins) decode(d *stats.Decoder) {
	w.near.Decode(d, func(d *stats.Decoder) uint8 { return d.Byte() })
	w.loans.Decode(d, func(d *stats.Decoder) bool { return d.Bool() })
}

// twinRates are the bad rates of loans of customers approved just below a
// watched threshold, beside that of all loans.
func (m *measures) twinRates() {
	if !m.watches() {
		return
	}
	all, near := m.twins.rates(len(m.replayer.factors))
	for k, f := range m.replayer.factors {
		if near[k][1] == 0 {
			continue
		}
		x := m.share(twinMetric, "", near[k][0], near[k][1])
		x.Group, x.Reference = "factor="+f.name, "all loans"
		x.KRef, x.NRef = all[0], all[1]
		m.add(x)
	}
}
