package fairness

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/bands"
	"evenhand/audit/checks/internal/shrink"
	"evenhand/audit/checks/internal/suppress"
	"evenhand/audit/stats"
)

const (
	overrideGap     = "OVERRIDE_GAP"
	overrideOutlier = "REVIEWER_OUTLIER"
	rateSuffix      = "_override_rate"
	oddsSuffix      = "_override_odds_ratio"
	shrunkenSuffix  = "_override_rate_shrunken"
	reviewerPrefix  = "reviewer_"
)

// mostReviewers bounds the reviewers that are listed of each side.
const mostReviewers = 200

// Finish adds the metrics and the coverage.
func (s *override) Finish(r *audit.Result) {
	cov := s.judge.Coverage(overrideName)
	for i, n := range s.excluded {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: overrideGuardNames[i], Rows: n})
		cov.Judged -= n
	}
	h := s.env.Plan.Honesty
	for side := range sides {
		k := s.all[side<<sideShift|overriddenBit]
		n := s.all[side<<sideShift] + k
		if n == 0 {
			continue
		}
		m := audit.NewMetric(overrideName, sideRates[side])
		setRate(&m, k, n, h)
		if n < h.Suppress {
			m.Suppress()
		}
		r.Metrics = append(r.Metrics, m)
	}
	for d := range s.dims {
		s.groups(r, &s.dims[d])
	}
	if left := max(s.finishReviewers(r), s.finishReferrals(r)); left > 0 {
		cov.Why = append(cov.Why, audit.Tf("%d reviewers with the fewest decisions are not listed", "决策最少的%d名审核员未列出", left))
	}
	r.Coverage = append(r.Coverage, cov)
}

// setRate makes m the rate k/n with its Wilson interval.
func setRate(m *audit.Metric, k, n int64, h audit.Honesty) {
	m.K, m.N, m.Value = k, n, float64(k)/float64(n)
	m.Level, m.Interval = h.Level, "wilson"
	between(m, stats.Wilson(k, n, h.Level))
	if n < h.MinCell {
		m.Reach = audit.Insufficient
	}
}

// groups compares the groups of a dimension, on both sides.
func (s *override) groups(r *audit.Result, x *overrideDim) {
	counts := x.counts.Renumbered(renumberSide(s.strata.keys.Ranks(), x.keys.Ranks()))
	all, whole := counts.Cut(s.settings.Bands), counts.Cut(1)
	scored := s.env.Layouts["decisions"].Exported("score")
	var names []string
	for _, id := range x.keys.Sorted() {
		names = append(names, x.keys.Value(id))
	}
	for side := range sides {
		from := all
		if side == referral {
			from = whole
		}
		strata := slices.DeleteFunc(slices.Clone(from), func(b bands.Band) bool { return int(b.Stratum&(sideRoom-1)) != side })
		cells := make([]cell, len(names))
		sum := &suppress.Sum{}
		for _, b := range strata {
			for _, c := range b.Cells {
				cells[c.Cell>>1].N += c.N
				cells[c.Cell>>1].k += c.N * int64(c.Cell&overriddenBit)
			}
		}
		ref := -1
		for i := range cells {
			cells[i].group = names[i]
			cells[i].Open = names[i] == unknown
			if cells[i].N > 0 {
				sum.Cells = append(sum.Cells, &cells[i].Cell)
				if names[i] == x.plan.Reference {
					ref = i
				}
			}
		}
		suppress.Hide([]*suppress.Sum{sum}, s.env.Plan.Honesty.Suppress)
		for i := range cells {
			c := &cells[i]
			if c.N == 0 {
				continue
			}
			m := audit.NewMetric(overrideName, sideRates[side])
			m.Group = x.plan.Name + "=" + c.group
			setRate(&m, c.k, c.N, s.env.Plan.Honesty)
			if c.Hidden {
				m.Suppress()
			}
			r.Metrics = append(r.Metrics, m)
			if ref < 0 || i == ref || c.group == unknown {
				continue
			}
			tables := bands.Tables(alikeIn(strata, scored && side != referral), func(cell uint32) (bands.Side, bool) {
				switch int(cell >> 1) {
				case i:
					return bands.Group, cell&overriddenBit == 1
				case ref:
					return bands.Reference, cell&overriddenBit == 1
				}
				return bands.Neither, false
			})
			if side == referral {
				r.Metrics = append(r.Metrics, s.compareReferrals(x.plan.Name, c, &cells[ref], tables))
			} else {
				r.Metrics = append(r.Metrics, s.compare(side, x.plan.Name, c, &cells[ref], tables))
			}
		}
	}
}

// alikeIn are the strata whose rows are alike: those without a score are not,
// where others have one.
func alikeIn(strata []bands.Band, scored bool) []bands.Band {
	return slices.DeleteFunc(slices.Clone(strata), func(b bands.Band) bool { return scored && b.Number < 0 })
}

// compare gives the common odds ratio of being overridden.
func (s *override) compare(side int, dim string, c, ref *cell, tables []stats.Table) audit.Metric {
	h := s.env.Plan.Honesty
	m := audit.NewMetric(overrideName, sideNames[side]+oddsSuffix)
	m.Group, m.Reference = dim+"="+c.group, dim+"="+ref.group
	var expected float64
	for _, t := range tables {
		n, nRef := t.A+t.B, t.C+t.D
		m.K, m.N, m.KRef, m.NRef = m.K+t.A, m.N+n, m.KRef+t.C, m.NRef+nRef
		expected += float64(n) * float64(t.C) / float64(nRef)
	}
	if len(tables) > 0 {
		odds := stats.MantelHaenszelOR(tables, h.Level)
		m.Value, m.Level, m.Interval = finite(odds.Value), h.Level, "robins_breslow_greenland"
		between(&m, odds.Interval)
		m.Test, m.P = "cmh_corrected", stats.CochranMantelHaenszel(tables, true).P
		m.EffectOf = "shortfall"
		if side == lowSide {
			m.Threshold, m.Effect = 1/s.settings.Odds, expected-float64(m.K)
			if m.Value < m.Threshold && m.Effect >= s.settings.Shortfall {
				m.Reach = audit.Warn
			}
		} else {
			m.Threshold, m.Effect = s.settings.Odds, float64(m.K)-expected
			if m.Value > m.Threshold && m.Effect >= s.settings.Shortfall {
				m.Reach = audit.Warn
			}
		}
	}
	if min(m.N, m.NRef) < h.MinCell {
		m.Reach = audit.Insufficient
	}
	if c.Hidden || ref.Hidden {
		m.Suppress()
	}
	return m
}

// reviewed is what a reviewer decided on one side.
type reviewed struct {
	cell
	id uint32
}

// finishReviewers compares reviewers, and returns how many are not listed.
func (s *override) finishReviewers(r *audit.Result) (left int) {
	h := s.env.Plan.Honesty
	for side := range referral {
		var list []*reviewed
		sum := &suppress.Sum{}
		var k, n []int64
		var hits, rows int64
		for _, id := range s.reviewer.keys.Sorted() {
			x := &reviewed{id: uint32(id)}
			x.group = s.reviewer.keys.Value(id)
			key := uint64(id)<<overrideBits | uint64(side)<<sideShift
			x.k = s.reviewers.N(key | overriddenBit)
			x.N = x.k + s.reviewers.N(key)
			if x.N == 0 || x.group == unknown {
				continue
			}
			list = append(list, x)
			sum.Cells = append(sum.Cells, &x.Cell)
			k, n = append(k, x.k), append(n, x.N)
			hits, rows = hits+x.k, rows+x.N
		}
		suppress.Hide([]*suppress.Sum{sum}, h.Suppress)
		prior := shrink.Fit(k, n)
		slices.SortStableFunc(list, func(a, b *reviewed) int { return -cmp.Compare(a.N, b.N) })
		if len(list) > mostReviewers {
			left = max(left, len(list)-mostReviewers)
			list = list[:mostReviewers]
		}
		for _, x := range list {
			m := audit.NewMetric(overrideName, reviewerRates[side])
			m.Group = "reviewer=" + x.group
			setRate(&m, x.k, x.N, h)
			if x.Hidden {
				m.Suppress()
			}
			r.Metrics = append(r.Metrics, m)
			if x.Hidden || len(k) < 2 {
				continue
			}
			m = audit.NewMetric(overrideName, reviewerPrefix+sideNames[side]+shrunkenSuffix)
			m.Group, m.K, m.N, m.KRef, m.NRef = "reviewer="+x.group, x.k, x.N, hits-x.k, rows-x.N
			m.Reference = "reviewer=(others)"
			var i stats.Interval
			m.Value, i = prior.Rate(x.k, x.N, h.Level)
			m.Level, m.Interval = h.Level, "beta_binomial"
			if prior.Rho > 0 {
				between(&m, i)
			}
			m.Threshold, m.Effect, m.EffectOf = prior.Mean, m.Value-prior.Mean, "difference"
			m.Test, m.P = "fisher", stats.TableOf(x.k, x.N, hits-x.k, rows-x.N).Fisher()
			// To follow the policy more than others do is no finding.
			if m.Low > prior.Mean+s.settings.Margin {
				m.Reach = audit.Warn
			}
			if x.N < h.MinCell {
				m.Reach = audit.Insufficient
			}
			r.Metrics = append(r.Metrics, m)
			if m.Reach == audit.Warn {
				s.reviewerGroups(r, side, x.id, x.group)
			}
		}
	}
	return left
}

// reviewerGroups gives a flagged reviewer's rates by group.
func (s *override) reviewerGroups(r *audit.Result, side int, reviewer uint32, name string) {
	h := s.env.Plan.Honesty
	for d := range s.dims {
		dim := &s.dims[d]
		var cells []*cell
		sum := &suppress.Sum{Whole: true, Cells: []*suppress.Cell{{N: math.MaxInt64}}}
		for _, id := range dim.keys.Sorted() {
			key := uint64(reviewer)<<reviewerShift | uint64(id)<<overrideBits | uint64(side)<<sideShift
			c := &cell{group: dim.keys.Value(id)}
			c.k = dim.reviewers.N(key | overriddenBit)
			c.N = c.k + dim.reviewers.N(key)
			c.Open = c.group == unknown
			if c.N > 0 {
				cells = append(cells, c)
				sum.Cells = append(sum.Cells, &c.Cell)
			}
		}
		suppress.Hide([]*suppress.Sum{sum}, h.Suppress)
		for _, c := range cells {
			m := audit.NewMetric(overrideName, reviewerRates[side])
			m.Segment, m.Group = "reviewer="+name, dim.plan.Name+"="+c.group
			setRate(&m, c.k, c.N, h)
			if c.Hidden {
				m.Suppress()
			}
			r.Metrics = append(r.Metrics, m)
		}
	}
}
