package fairness

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shrink"
	"evenhand/audit/checks/internal/suppress"
	"evenhand/audit/stats"
)

const (
	referralRate     = "referral_approval_rate"
	referralShrunken = "referral_approval_rate_shrunken"
	referralGap      = "referral_approval_rate_difference"
	referralCause    = "REFERRAL_GAP"
)

// mostApart bounds the reviewers that are set aside before the others are
// compared.
const mostApart = 50

// compareReferrals gives the difference of a group's rate of approvals to the
// reference group's, and tests it within strata.
func (s *override) compareReferrals(dim string, c, ref *cell, tables []stats.Table) audit.Metric {
	h := s.env.Plan.Honesty
	m := audit.NewMetric(overrideName, referralGap)
	m.Group, m.Reference = dim+"="+c.group, dim+"="+ref.group
	m.K, m.N, m.KRef, m.NRef = c.k, c.N, ref.k, ref.N
	m.Value = c.rate() - ref.rate()
	m.Level, m.Interval = h.Level, "newcombe"
	between(&m, stats.Newcombe(c.k, c.N, ref.k, ref.N, h.Level))
	m.Gap = stats.MinimumDetectableGap(ref.rate(), ref.N, c.N, testAlpha, testPower)
	within := likeWithLike(tables)
	m.Test, m.P = within.test()
	m.Effect, m.EffectOf = within.difference(), "stratified_difference"
	m.Threshold = -s.settings.ReferralMargin
	if max(m.Value, m.Effect) <= m.Threshold && m.P == m.P {
		m.Reach = audit.Warn
	}
	if min(within.n, within.nRef) < h.MinCell {
		m.Reach = audit.Insufficient
	}
	if c.Hidden || ref.Hidden {
		m.Suppress()
	}
	return m
}

// likened is a comparison of one side's rows with others' of the same strata.
type likened struct {
	tables     []stats.Table
	k, n, nRef int64
	expected   float64 // hits at the others' rate in each stratum
}

func likeWithLike(tables []stats.Table) likened {
	x := likened{tables: tables}
	var expected stats.Sum
	for _, t := range tables {
		n, nRef := t.A+t.B, t.C+t.D
		x.k, x.n, x.nRef = x.k+t.A, x.n+n, x.nRef+nRef
		expected.Add(float64(n) * float64(t.C) / float64(nRef))
	}
	x.expected = expected.Value()
	return x
}

// difference is the rate less what it were at the others' rates: the
// difference standardised to the side's own strata. NaN when nothing compares.
func (x *likened) difference() float64 { return (float64(x.k) - x.expected) / float64(x.n) }

// test is Fisher's exact one of a single stratum, Cochran, Mantel and
// Haenszel's of several.
func (x *likened) test() (string, float64) {
	switch len(x.tables) {
	case 0:
		return "", math.NaN()
	case 1:
		return "fisher", x.tables[0].Fisher()
	}
	return "cmh_corrected", stats.CochranMantelHaenszel(x.tables, true).P
}

// referee is a reviewer, and what he made of the applications referred to him.
type referee struct {
	reviewed
	strata []stratumHits // by stratum

	within likened
	prior  shrink.Prior
	test   string
	p      float64
	others cell
}

type stratumHits struct {
	stratum int32
	k, n    int64
}

// finishReferrals compares reviewers by what they approve of the applications
// referred to them, and returns how many are not listed.
func (s *override) finishReferrals(r *audit.Result) (left int) {
	h := s.env.Plan.Honesty
	list := s.referees()
	sum := &suppress.Sum{}
	for _, x := range list {
		sum.Cells = append(sum.Cells, &x.Cell)
	}
	suppress.Hide([]*suppress.Sum{sum}, h.Suppress)
	s.setApart(list)
	slices.SortStableFunc(list, func(a, b *referee) int { return -cmp.Compare(a.N, b.N) })
	if len(list) > mostReviewers {
		left = len(list) - mostReviewers
		list = list[:mostReviewers]
	}
	for _, x := range list {
		m := audit.NewMetric(overrideName, referralRate)
		m.Group = "reviewer=" + x.group
		setRate(&m, x.k, x.N, h)
		if x.Hidden {
			m.Suppress()
		}
		r.Metrics = append(r.Metrics, m)
		if x.Hidden || x.others.N == 0 {
			continue
		}
		m = s.referralMetric(x)
		r.Metrics = append(r.Metrics, m)
		if m.Reach == audit.Warn {
			s.reviewerGroups(r, referral, x.id, x.group)
		}
	}
	return left
}

// referees lists the reviewers by name, with their rows by stratum.
func (s *override) referees() []*referee {
	ranks := s.strata.keys.Ranks()
	of := map[uint32]*referee{}
	for key, n := range s.referrals.All() {
		id := uint32(key >> reviewerShift)
		x := of[id]
		if x == nil {
			x = &referee{}
			x.id, x.group = id, s.reviewer.keys.Value(int32(id))
			of[id] = x
		}
		hits := int64(key&overriddenBit) * n
		x.k, x.N = x.k+hits, x.N+n
		x.strata = append(x.strata, stratumHits{ranks[key&(1<<reviewerShift-1)>>1], hits, n})
	}
	var list []*referee
	for _, id := range s.reviewer.keys.Sorted() {
		if x := of[uint32(id)]; x != nil && x.group != unknown {
			slices.SortFunc(x.strata, func(a, b stratumHits) int { return cmp.Compare(a.stratum, b.stratum) })
			list = append(list, x)
		}
	}
	return list
}

// setApart compares each reviewer with all others. While one is apart, he who is
// most surely so is set aside and the rest compared again without him, lest he
// make others seem apart.
func (s *override) setApart(list []*referee) {
	total := make([]stratumHits, s.strata.keys.Len())
	var all cell
	add := func(x *referee, sign int64) {
		for _, y := range x.strata {
			total[y.stratum].k += sign * y.k
			total[y.stratum].n += sign * y.n
		}
		all.k, all.N = all.k+sign*x.k, all.N+sign*x.N
	}
	for _, x := range list {
		add(x, 1)
	}
	rest := slices.Clone(list)
	for range mostApart {
		var k, n []int64
		for _, x := range rest {
			k, n = append(k, x.k), append(n, x.N)
		}
		prior := shrink.Fit(k, n)
		apart := -1
		for i, x := range rest {
			x.compare(total, &all, prior)
			if s.apart(x) && x.p < s.env.Plan.Honesty.Alpha && (apart < 0 || x.p < rest[apart].p) {
				apart = i
			}
		}
		if apart < 0 {
			return
		}
		add(rest[apart], -1)
		rest = slices.Delete(rest, apart, apart+1)
	}
}

// compare holds a reviewer against all others, by stratum.
func (x *referee) compare(total []stratumHits, all *cell, prior shrink.Prior) {
	x.others.k, x.others.N, x.prior = all.k-x.k, all.N-x.N, prior
	var tables []stats.Table
	for i := 0; i < len(x.strata); {
		at := x.strata[i].stratum
		var k, n int64
		for ; i < len(x.strata) && x.strata[i].stratum == at; i++ {
			k, n = k+x.strata[i].k, n+x.strata[i].n
		}
		if t := total[at]; t.n > n {
			tables = append(tables, stats.TableOf(k, n, t.k-k, t.n-n))
		}
	}
	x.within = likeWithLike(tables)
	x.test, x.p = x.within.test()
}

// shrunken is the reviewer's rate drawn to that of all.
func (s *override) shrunken(x *referee) (float64, stats.Interval) {
	return x.prior.Rate(x.k, x.N, s.env.Plan.Honesty.Level)
}

// apart tells whether a reviewer's rate is far from that of all, and from the
// others' in like cases to the same side.
func (s *override) apart(x *referee) bool {
	if x.Hidden || min(x.within.n, x.within.nRef) < s.env.Plan.Honesty.MinCell {
		return false
	}
	rate, _ := s.shrunken(x)
	far, like := rate-x.prior.Mean, x.within.difference()
	return min(math.Abs(far), math.Abs(like)) >= s.settings.ReferralMargin && far > 0 == (like > 0)
}

func (s *override) referralMetric(x *referee) audit.Metric {
	h := s.env.Plan.Honesty
	m := audit.NewMetric(overrideName, referralShrunken)
	m.Group, m.Reference = "reviewer="+x.group, "reviewer=(others)"
	m.K, m.N, m.KRef, m.NRef = x.k, x.N, x.others.k, x.others.N
	var i stats.Interval
	m.Value, i = s.shrunken(x)
	m.Level, m.Interval = h.Level, "beta_binomial"
	if x.prior.Rho > 0 {
		between(&m, i)
	}
	m.Gap = stats.MinimumDetectableGap(x.others.rate(), x.others.N, x.N, testAlpha, testPower)
	m.Threshold, m.Effect, m.EffectOf = x.prior.Mean, x.within.difference(), "stratified_difference"
	m.Test, m.P = x.test, x.p
	if s.apart(x) && m.P == m.P {
		m.Reach = audit.Warn
	}
	if min(x.within.n, x.within.nRef) < h.MinCell {
		m.Reach = audit.Insufficient
	}
	return m
}
