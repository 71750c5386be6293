package limit

import (
	"maps"
	"slices"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// incGroup is what was counted of a group, in one stratum or in all.
type incGroup struct {
	counts    []stats.SpellCount
	kinds     [incKinds]int64 // spells that ended so
	exposure  int64           // account-days
	increases int64
	risk, hit [incCycles]int64 // by evaluation
}

// incGroupOf adds up strata, and reports whether the counts make sense.
func incGroupOf(strata []comparedStratum) (g incGroup, ok bool) {
	ok = true
	for i := range strata {
		for _, c := range strata[i].cells {
			ok = ok && c.n >= 0
			x := stats.SpellCount{Time: c.at}
			switch c.what {
			case incEntered:
				x.Entered = c.n
			case incRaised:
				x.Events = c.n
			case incDecreased, incClosed, incFrozen, incDefaulted:
				x.Competing = c.n
			case incCensored:
				x.Censored = c.n
			case incExposure:
				g.exposure += c.n
				continue
			case incIncreases:
				g.increases += c.n
				continue
			case incEvaluated, incAtThis:
				if c.at < 0 || c.at >= incCycles {
					return g, false
				}
				if c.what == incEvaluated {
					g.risk[c.at] += c.n
				} else {
					g.hit[c.at] += c.n
				}
				continue
			}
			g.kinds[c.what] += c.n
			g.counts = append(g.counts, x)
		}
	}
	for k := range g.risk {
		ok = ok && g.hit[k] <= g.risk[k]
	}
	return g, ok
}

// incLabel is one group of a dimension: over all strata, and in each.
type incLabel struct {
	name   string
	n      int64 // spells
	all    incGroup
	table  stats.LifeTable
	curve  stats.Curve // Aalen-Johansen
	strata map[string]*incStratum
	hidden bool
}

type incStratum struct {
	incGroup
	table stats.LifeTable
}

// competing are the spells that something else than an increase or the end of
// observation ended.
func (g *incGroup) competing() int64 {
	return g.kinds[incDecreased] + g.kinds[incClosed] + g.kinds[incFrozen] + g.kinds[incDefaulted]
}

// years is the exposure in years of 365.25 days.
func (g *incGroup) years() float64 { return float64(g.exposure) / daysInYear }

const daysInYear = 365.25

// labels returns the groups of a dimension in order, those too small to publish
// marked, and another where it could be had by subtraction.
func (s *increases) labels(groups map[string][]comparedStratum) []*incLabel {
	var out []*incLabel
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		l := &incLabel{name: name, strata: map[string]*incStratum{}}
		l.all, _ = incGroupOf(groups[name])
		l.n = l.all.kinds[incEntered]
		l.table = stats.NewLifeTable(l.all.counts)
		for i := range groups[name] {
			x := &incStratum{}
			x.incGroup, _ = incGroupOf(groups[name][i : i+1])
			x.table = stats.NewLifeTable(x.counts)
			l.strata[groups[name][i].name] = x
		}
		out = append(out, l)
	}
	for i, hide := range withheld(len(out), func(i int) (string, int64) { return out[i].name, out[i].n }, s.env.Plan.Honesty.Suppress) {
		out[i].hidden = hide
		if !hide {
			out[i].curve = out[i].table.AalenJohansen()
		}
	}
	return out
}

// incPair is a group and its reference, stratum by stratum, in order.
type incPair struct {
	tables [][]stats.LifeTable // reference, group
	cells  []stats.HazardCell
}

func (s *increases) pair(g, ref *incLabel, evaluations bool) incPair {
	names := slices.Collect(maps.Keys(g.strata))
	for name := range ref.strata {
		if g.strata[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var p incPair
	for k, name := range names {
		one := make([]stats.LifeTable, 2)
		for i, l := range []*incLabel{ref, g} {
			x := l.strata[name]
			if x == nil {
				continue
			}
			one[i] = x.table
			if evaluations {
				for c := range x.risk {
					p.cells = append(p.cells, stats.HazardCell{Stratum: k, Cycle: c, Group: i == 1, AtRisk: x.risk[c], Events: x.hit[c]})
				}
				continue
			}
			p.cells = append(p.cells, s.pieces(x.table, k, i == 1)...)
		}
		p.tables = append(p.tables, one)
	}
	return p
}

// pieces cuts a life table into cycles of the calendar, where the export has no
// evaluations: at risk is whoever was so at the beginning, or came later.
func (s *increases) pieces(t stats.LifeTable, stratum int, group bool) (out []stats.HazardCell) {
	length := int64(s.settings.CycleDays)
	for i := 0; i < len(t); {
		cycle := max(t[i].Time, 0) / length
		if cycle >= incCycles {
			cycle = incCycles - 1
		}
		x := stats.HazardCell{Stratum: stratum, Cycle: int(cycle), Group: group, AtRisk: t.AtRisk(max(cycle*length, 0))}
		for ; i < len(t) && (max(t[i].Time, 0)/length == cycle || cycle == incCycles-1); i++ {
			x.Events += t[i].Events
			if t[i].Time >= cycle*length {
				x.AtRisk += t[i].Entered
			}
		}
		out = append(out, x)
	}
	return out
}

// metrics on one row a metric.
func (s *increases) metric(name, segment string, dim *compared, g, ref *incLabel) audit.Metric {
	m := audit.NewMetric(increaseName, name)
	m.Segment = segment
	if g != nil && !dim.everywhere {
		m.Group = dim.name + "=" + g.name
	}
	if ref != nil {
		m.Reference = dim.name + "=" + ref.name
	}
	return m
}
