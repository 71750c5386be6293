package fairness

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/suppress"
	"evenhand/audit/stats"
)

const (
	mhOdds      = "mantel_haenszel_odds_ratio"
	mhRisk      = "mantel_haenszel_risk_ratio"
	cmhPlain    = "cmh_chi2"
	cmhYates    = "cmh_chi2_corrected"
	breslowDay  = "breslow_day_chi2"
	tarone      = "tarone_chi2"
	informative = "informative_strata"
	crudeOdds   = "crude_odds_ratio"
	remaining   = "log_odds_ratio_remaining"
	reversal    = "simpson_reversal"
)

// Finish adds the metrics and the coverage.
func (s *conditional) Finish(r *audit.Result) {
	cov := s.judge.Coverage(conditionalName)
	sets := s.read()
	if len(sets) == 0 && cov.Judged > 0 {
		cov.Why = append(cov.Why, audit.T("the plan names no strata and no segments, and no score is recorded: there is nothing to hold equal",
			"审计方案没有声明分层和分段，也没有记录评分：没有可以保持相等的条件"))
	}
	if s.score >= 0 && s.scores.level > 0 {
		cov.Why = append(cov.Why, audit.Tf("scores are kept to %d bits, since they are too many: deciles are cut there",
			"评分取值过多，只保留%d位：十分位据此划分", 12-int(s.scores.level)))
	}
	for d := range s.env.Plan.Groups {
		g := &s.env.Plan.Groups[d]
		names, ranks := s.groupsOf(d)
		w := &condWriter{conditional: s, r: r, dim: g, names: names}
		if w.ref = index(names, g.Reference); w.ref < 0 || g.Reference == "" {
			if cov.Judged > 0 && len(sets) > 0 {
				cov.Why = append(cov.Why, audit.Tf("%[1]s has no reference group among the decisions: it is not compared",
					"决策中没有%[1]s的参照群体：不作比较", g.Name))
			}
			continue
		}
		w.write(sets, ranks)
	}
	r.Coverage = append(r.Coverage, cov)
}

func index(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}

// condWriter adds the metrics of one dimension.
type condWriter struct {
	*conditional
	r     *audit.Result
	dim   *audit.Grouping
	names []string
	ref   int
}

// write compares every group with the reference within every set. Only what
// decides is tested: all strata together and the score, and where neither has
// enough rows the single strata, and without those the segments.
func (w *condWriter) write(sets []*condStrata, ranks []int32) {
	grids, hidden := make([]*condGrid, len(sets)), make([][]bool, len(sets))
	for i, set := range sets {
		grids[i] = set.grid(w.names, ranks, 0)
		hidden[i] = w.hide(set, grids[i], ranks)
	}
	for g := range w.names {
		if g == w.ref {
			continue
		}
		pairs := make([]*condPair, len(sets))
		decided := -1 // class of the sets that decide
		for i, set := range sets {
			pairs[i] = w.pair(set, grids[i], g)
			pairs[i].hidden = hidden[i][g] || hidden[i][w.ref]
			if class := pairs[i].class(i); pairs[i].enough && (decided < 0 || class < decided) {
				decided = class
			}
		}
		for i, p := range pairs {
			if grids[i].total[g].n > 0 {
				p.decides = p.class(i) == decided
				w.compare(p)
			}
		}
	}
}

// condPair is one group against the reference within one set.
type condPair struct {
	set            *condStrata
	period         string
	group          int
	tables         []stats.Table
	a, b           condCount // in the strata that can tell
	all, ref       condCount // in all of them
	enough, hidden bool
	decides        bool
}

// class is the rank of a set in deciding: the lower decides. The first set is
// that of all strata when the plan has any.
func (p *condPair) class(i int) int {
	switch {
	case p.set.decile, i == 0 && p.set.timed:
		return 0
	case !p.set.segment:
		return 1
	}
	return 2
}

func (w *condWriter) pair(set *condStrata, grid *condGrid, g int) *condPair {
	p := &condPair{set: set, group: g, all: grid.total[g], ref: grid.total[w.ref]}
	p.tables, _, p.a, p.b = grid.strataTables(g, w.ref)
	least := w.env.Plan.Honesty.MinCell
	p.enough = p.a.n >= least && p.b.n >= least
	return p
}

// hide tells which groups of a set are too small to publish, and adds the
// metrics of its periods, which belong to the same sums.
func (w *condWriter) hide(set *condStrata, all *condGrid, ranks []int32) []bool {
	var sums []*suppress.Sum
	cells := func(g *condGrid) []*suppress.Cell {
		out := make([]*suppress.Cell, len(g.groups))
		sum := &suppress.Sum{}
		for i, c := range g.total {
			out[i] = &suppress.Cell{N: c.n, Open: g.groups[i] == unknown}
			if c.n > 0 {
				sum.Cells = append(sum.Cells, out[i])
			}
		}
		sums = append(sums, sum)
		return out
	}
	whole := cells(all)
	var grids []*condGrid
	var parts [][]*suppress.Cell
	periods := set.periods()
	for _, p := range periods {
		grids = append(grids, set.grid(w.names, ranks, p))
		parts = append(parts, cells(grids[len(grids)-1]))
	}
	if len(periods) > 0 {
		for i, c := range whole {
			sum := &suppress.Sum{Whole: true, Cells: []*suppress.Cell{c}}
			for _, p := range parts {
				if p[i].N > 0 {
					sum.Cells = append(sum.Cells, p[i])
				}
			}
			sums = append(sums, sum)
		}
	}
	suppress.Hide(sums, w.env.Plan.Honesty.Suppress)
	for i, p := range periods {
		label := w.env.Periods.Label(p - 1)
		if label == "" || len(periods) < 2 {
			continue
		}
		for g := range w.names {
			if x := w.pair(set, grids[i], g); g != w.ref && x.enough && !parts[i][g].Hidden && !parts[i][w.ref].Hidden {
				x.period = label
				w.add(w.odds(x), x)
			}
		}
	}
	out := make([]bool, len(whole))
	for i, c := range whole {
		out[i] = c.Hidden
	}
	return out
}

func (w *condWriter) metric(name string, p *condPair) audit.Metric {
	m := audit.NewMetric(conditionalName, name)
	m.Period, m.Segment = p.period, "strata="+p.set.name
	m.Group, m.Reference = w.dim.Name+"="+w.names[p.group], w.dim.Name+"="+w.names[w.ref]
	m.K, m.N, m.KRef, m.NRef = p.a.k, p.a.n, p.b.k, p.b.n
	return m
}

func (w *condWriter) add(m audit.Metric, p *condPair) {
	if !p.enough {
		m.Reach = audit.Insufficient
	}
	// What is left of a group in strata that the reference group is in, too, may
	// be few.
	if n := min(p.a.n, p.b.n); p.hidden || n > 0 && n < w.env.Plan.Honesty.Suppress {
		m.Suppress()
		m.Warnings = nil
	}
	w.r.Metrics = append(w.r.Metrics, m)
}

// odds is the pooled odds ratio, untested.
func (w *condWriter) odds(p *condPair) audit.Metric {
	m := w.metric(mhOdds, p)
	level := w.env.Plan.Honesty.Level
	or := stats.MantelHaenszelOR(p.tables, level)
	m.Value, m.Level, m.Interval = finite(or.Value), level, "robins_breslow_greenland"
	between(&m, or.Interval)
	m.Threshold = w.settings.OddsRatio
	expected, variance := 0.0, 0.0
	for _, t := range p.tables {
		e, v := nullOf(t)
		expected += e
		variance += v
	}
	m.Effect, m.EffectOf = expected-float64(p.a.k), "shortfall"
	if variance > 0 {
		z := stats.NormalQuantile(1-testAlpha/2) + stats.NormalQuantile(testPower)
		m.Gap = 1 - math.Exp(-z/math.Sqrt(variance))
	}
	return m
}

// nullOf is the mean and the variance of the group's approvals in a stratum
// where both groups have the same rate.
func nullOf(t stats.Table) (mean, variance float64) {
	n1, n2 := float64(t.A+t.B), float64(t.C+t.D)
	k, n := float64(t.A+t.C), n1+n2
	if n > 1 {
		variance = n1 / n * (k / n) * n2 * (n - k) / (n - 1)
	}
	return n1 * k / n, variance
}
