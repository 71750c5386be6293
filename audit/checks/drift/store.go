package drift

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/baseline"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

var nan = math.NaN()

// Names in a baseline. Those of scores within a version have the version after
// a space.
const (
	scoreKey      = "score"
	recomputedKey = "score recomputed"
	// otherLevels stands for the levels that a baseline does not name: no text of
	// an export begins with a NUL.
	otherLevels = "\x00other"
)

func featureKey(feature string) string { return "feature=" + feature }

// Baseline implements audit.Baseliner: the scores, by version too, and every
// feature, over all rows of the run.
func (s *state) Baseline() *baseline.Part {
	if s.first == 0 && s.last == 0 {
		return nil
	}
	least := s.env.Plan.Honesty.Suppress
	p := &baseline.Part{Check: name}
	p.From, p.To = days(s.env, s.first, s.last)
	number := func(key string, h *stats.Hist) {
		if n, ok := baseline.Coarsen(key, h, s.set.Special, least); ok {
			p.Numbers = append(p.Numbers, n)
		}
	}
	all, whole := &scores{}, &cell{numbers: make([]stats.Hist, len(s.numbers)), texts: make([]rows.Counts, len(s.texts))}
	for _, c := range s.cells {
		if c != nil {
			whole.merge(c)
		}
	}
	for _, t := range []*versions{&s.models, &s.policies} {
		for _, v := range t.ids() {
			sum := &scores{}
			for _, c := range t.list[v].periods {
				if c != nil {
					sum.merge(c)
				}
			}
			if t == &s.models {
				all.merge(sum)
			}
			if t.names.Value(v) != "" {
				number(scoreKey+" "+t.column+"="+t.names.Value(v), &sum.recorded)
			}
		}
	}
	number(scoreKey, &all.recorded)
	number(recomputedKey, &all.recomputed)
	for i, f := range s.numbers {
		number(featureKey(f.name), &whole.numbers[i])
	}
	for i, f := range s.texts {
		if l, ok := baseline.Pool(featureKey(f.name), levelsOf(&whole.texts[i]), least); ok {
			p.Levels = append(p.Levels, l)
		}
	}
	return p
}

// days are the first and last day of instants in the plan's zone.
func days(env *audit.Env, first, last int64) (from, to string) {
	c := audit.NewCalendar(env.Plan.Zone())
	return audit.DateText(c.Day(first)), audit.DateText(c.Day(last))
}

// levelsOf are the counts of a text.
func levelsOf(c *rows.Counts) (out []baseline.Level) {
	for _, v := range c.Values() {
		out = append(out, baseline.Level{Value: v.Name, N: v.N})
	}
	return out
}

// storedCounts are the counts of a baseline's text.
func storedCounts(l *baseline.Levels) (c rows.Counts) {
	for _, v := range l.Values {
		c.AddN(v.Value, v.N)
	}
	if l.Other > 0 {
		c.AddN(otherLevels, l.Other)
	}
	if l.Missing > 0 {
		c.AddN("", l.Missing)
	}
	return c
}
