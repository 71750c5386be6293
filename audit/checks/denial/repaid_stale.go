package denial

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/timeline"
	"evenhand/features"
)

// repaidLever is a feature that contains what payments change.
type repaidLever struct {
	name   string
	column int    // in decisions
	known  int    // column of its __available_at, or -1
	fact   string // of the history, "" for none
	later  int    // its column in the table features, or -1
	as     int    // column of that table's own __available_at for it, or -1
}

// factWords guess the fact that a feature contains from its name, where the
// dictionary says nothing.
var factWords = []struct{ part, fact string }{
	{"past_due", "days_past_due"}, {"overdue", "days_past_due"}, {"dpd", "days_past_due"}, {"outstanding", "outstanding"}, {"open_loan", "open_loans"},
}

// repaidLevers are the features of decisions that R4.1 can correct.
func repaidLevers(env *audit.Env) []repaidLever {
	var out []repaidLever
	l, f := env.Layouts["decisions"], env.Layouts["features"]
	for i, spec := range l.Specs {
		name, ok := strings.CutPrefix(spec.Name, audit.FeatureColumn(""))
		if !ok || strings.HasSuffix(name, "__available_at") || spec.Kind != features.Float {
			continue
		}
		v := repaidLever{name: name, column: i, known: l.Index(spec.Name + "__available_at"), later: f.Index(spec.Name), as: f.Index(spec.Name + "__available_at")}
		v.fact = env.Plan.Dictionary[name].Fact
		if v.fact == "" {
			for _, w := range factWords {
				if strings.Contains(name, w.part) && !strings.Contains(name, "12m") && !strings.Contains(name, "max") {
					v.fact = w.fact
					break
				}
			}
		}
		if v.later >= 0 && len(f.Specs[v.later].From) == 0 {
			v.later = -1
		}
		if v.fact != "" && !slices.ContainsFunc(timeline.Facts, func(x timeline.Fact) bool { return x.Name == v.fact }) {
			v.fact = ""
		}
		if v.fact != "" || v.later >= 0 {
			out = append(out, v)
		}
	}
	return out
}

// correction is a feature as it should have been.
type correction struct {
	lever    *repaidLever
	from, to float64
	dated    bool // the export says when the value was available
}

// corrections are the features of row i that still show what the payoff
// settled.
func (s *repaid) corrections(b *features.Batch, i int, loan *timeline.Loan) []correction {
	var out []correction
	at := b.Cols[s.at.decided].Ints[i]
	posted := loan.Posted
	if posted == timeline.NoTime {
		posted = loan.PaidOff
	}
	if posted > at {
		posted = loan.PaidOff // the bank had it, the books did not
	}
	h := s.past()
	account := b.Cols[s.at.account].Opaque(i)
	for k := range s.levers {
		v := &s.levers[k]
		x := b.Cols[v.column].Floats[i]
		if x != x {
			continue
		}
		known, dated := int64(0), v.known >= 0 && !b.Cols[v.known].IsNull(i)
		if dated {
			if known = b.Cols[v.known].Ints[i]; known >= posted {
				continue // of after the posting
			}
		}
		if to, ok := s.later(v, known, at, dated); ok && to != x {
			out = append(out, correction{v, x, to, dated})
			continue
		}
		if v.fact == "" {
			continue
		}
		before := s.reader.Fact(h, v.fact, account, loan.PaidOff)
		if dated {
			before = s.reader.Fact(h, v.fact, account, known)
		}
		now := s.reader.Fact(h, v.fact, account, at)
		if posted > at || now != now || before != before {
			continue
		}
		switch {
		case before == now:
		case dated:
			out = append(out, correction{v, x, x - before + now, true})
		case x == before:
			out = append(out, correction{v, x, now, false})
		}
	}
	return out
}

// later is a feature's value in the last row of the table features that was
// available at the decision, and is younger than the snapshot's.
func (s *repaid) later(v *repaidLever, known, at int64, dated bool) (float64, bool) {
	rows := &s.timeline.Features
	if v.later < 0 || rows.Len() == 0 || !dated {
		return 0, false
	}
	asOf := &rows.Batch.Cols[s.env.Layouts["features"].Index("as_of")]
	for i := rows.Hi - 1; i >= rows.Lo; i-- {
		when := asOf.Ints[i]
		if v.as >= 0 && !rows.Batch.Cols[v.as].IsNull(i) {
			when = max(when, rows.Batch.Cols[v.as].Ints[i])
		}
		if asOf.IsNull(i) || when > at {
			continue
		}
		x := rows.Batch.Cols[v.later].Floats[i]
		return x, when > known && x == x
	}
	return 0, false
}

// corrected replays row i with its features corrected and reports whether the
// policy then approves.
func (s *repaid) corrected(b *features.Batch, i int, list []correction) bool {
	x := s.judge.gather(b, []int{i})
	for _, c := range list {
		x.Cols[c.lever.column].Floats[0] = c.to
	}
	s.engine.ReplayAs(x, modelsOf(b, i, 1), slices.Repeat([]int16{b.Replay.Policy[i]}, 1))
	return x.Replay.Outcome[0] <= outLower && !x.Replay.Edge[0]
}

// modelsOf is n times the model that scored row i.
func modelsOf(b *features.Batch, i, n int) []int16 {
	m := int16(-1)
	if b.Scores != nil {
		m = b.Scores.Model[i]
	}
	return slices.Repeat([]int16{m}, n)
}

func plain(x float64) string {
	if math.IsNaN(x) {
		return "missing"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
