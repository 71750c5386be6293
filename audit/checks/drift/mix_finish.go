package drift

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/baseline"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// mixPSI is the index of a mix; its group says which: mix=reason.
const mixPSI = "mix_psi"

// rate is a share of a mix's values.
type rate struct {
	name string
	mix  int
	hit  []string // values that count
	of   []string // values that are asked about; nil: all but none
	warn func(*MixSettings) float64
	each bool // also within versions
}

var rates = []rate{
	{"approval_rate", mixOutcome, []string{"approved", "approved_lower"}, []string{"approved", "approved_lower", "denied"}, func(s *MixSettings) float64 { return s.Approval }, true},
	{"override_rate", mixDecider, []string{"override"}, nil, func(s *MixSettings) float64 { return s.Override }, false},
	{"manual_rate", mixDecider, []string{"manual"}, nil, func(s *MixSettings) float64 { return s.Manual }, false},
	{"technical_rate", mixTechnical, []string{"yes"}, nil, func(s *MixSettings) float64 { return s.Technical }, false},
}

// share returns how many values of c count, and of how many.
func (x *rate) share(c *rows.Counts) (k, n int64) {
	for _, v := range c.Values() {
		if v.Name == "" || x.of != nil && !slices.Contains(x.of, v.Name) {
			continue
		}
		n += v.N
		if slices.Contains(x.hit, v.Name) {
			k += v.N
		}
	}
	return k, n
}

func (s *mix) Finish(r *audit.Result) {
	cov := audit.Coverage{Check: mixName, RowsIn: s.rows, Excluded: []audit.Excluded{
		{Guard: audit.T("test rows", "测试记录"), Rows: s.tested},
		{Guard: audit.T("prescreens, which are no applications", "预筛，并非申请"), Rows: s.prescreens},
		{Guard: audit.T("decided outside 1970 to 2100, or at no known time", "决策时间缺失或超出 1970–2100 年"), Rows: s.undated},
	}}
	sizes := map[int32]int64{}
	for _, x := range s.slots {
		sizes[x.period] += x.rows
		cov.Judged += x.rows
	}
	periods := make([]int32, 0, len(sizes))
	for p := range sizes {
		periods = append(periods, p)
	}
	slices.Sort(periods)
	base := s.env.Baseline.Part(mixName)
	ref := int32(-1)
	enough := 0
	for _, p := range periods {
		if sizes[p] >= s.set.MinRows {
			if ref < 0 {
				ref = p
			}
			enough++
		}
	}
	if s.set.Reference != "" {
		ref = s.periods.Index(s.set.Reference)
	}
	if base == nil && (enough < 2 || sizes[ref] < s.set.MinRows) {
		why := audit.Tf("fewer than two periods have %d rows, so there is nothing to compare; name the baseline of an earlier run",
			"拥有至少 %d 条记录的时期不足两个，无从比较；可指定此前运行所存的基线", s.set.MinRows)
		cov.Judged, cov.Why = 0, []audit.Text{why}
		r.Coverage = append(r.Coverage, cov)
		return
	}
	s.within(r, "", base, ref, periods, func(slot) bool { return true })
	for _, v := range s.versionsSeen() {
		s.within(r, v.segment, base, -1, periods, v.of)
	}
	r.Coverage = append(r.Coverage, cov)
}

// versionSlice is the rows of one version.
type versionSlice struct {
	segment string
	of      func(slot) bool
}

// versionsSeen are the versions of models and policies, where there are several.
func (s *mix) versionsSeen() (out []versionSlice) {
	for _, t := range []struct {
		column string
		names  *rows.Names
		of     func(slot) int32
	}{{"model_version", &s.models, func(x slot) int32 { return x.model }}, {"policy_version", &s.policies, func(x slot) int32 { return x.policy }}} {
		var ids []int32
		for _, x := range s.slots {
			if id := t.of(x); !slices.Contains(ids, id) && t.names.Value(id) != "" {
				ids = append(ids, id)
			}
		}
		if len(ids) < 2 {
			continue
		}
		slices.SortFunc(ids, func(a, b int32) int {
			if t.names.Value(a) < t.names.Value(b) {
				return -1
			}
			return 1
		})
		for _, id := range ids {
			out = append(out, versionSlice{t.column + "=" + t.names.Value(id), func(x slot) bool { return t.of(x) == id }})
		}
	}
	return out
}

// within compares the mixes and rates of the slots that want tells. Without a
// reference the first period with rows enough is it.
func (s *mix) within(r *audit.Result, segment string, base *baseline.Part, ref int32, periods []int32, want func(slot) bool) {
	for m := range mixes {
		if !s.has(m) || segment != "" && m != mixOutcome && m != mixReason {
			continue
		}
		at := map[int32]rows.Counts{}
		first := ref
		for _, p := range periods {
			at[p] = s.sum(m, func(x slot) bool { return x.period == p && want(x) })
			c := at[p]
			if first < 0 && c.Total() >= s.set.MinRows {
				first = p
			}
		}
		var from rows.Counts
		label := ""
		if l := base.Text(mixKey(m, segment)); l != nil {
			from, label, first = storedCounts(l), base.Label(), -1
		} else if base != nil && segment == "" || first < 0 {
			continue
		} else {
			from, label = at[first], s.periods.Label(first)
		}
		for _, p := range periods {
			c := at[p]
			for i := range rates {
				if x := &rates[i]; x.mix == m && (segment == "" || x.each) {
					s.rate(r, x, segment, label, p, p == first, &from, &c)
				}
			}
			if p != first && c.Total() > 0 && m != mixTechnical {
				s.index(r, m, segment, label, p, &from, &c)
			}
		}
	}
}

func mixKey(m int, segment string) string {
	if segment == "" {
		return mixKeys[m]
	}
	return mixKeys[m] + " " + segment
}

// tested are the mixes whose index is judged.
func tested(m int) bool { return m >= mixChannel && m <= mixReason }

func (s *mix) index(r *audit.Result, m int, segment, label string, p int32, from, c *rows.Counts) {
	levels := commonest(slices.DeleteFunc(from.Values(), func(v rows.Value) bool { return v.Name == otherLevels }), s.set.Levels)
	a, b := countLevels(levels, from), countLevels(levels, c)
	var x, y []int64
	for i := range a {
		if a[i]+b[i] > 0 {
			x, y = append(x, a[i]), append(y, b[i])
		}
	}
	if len(x) < 2 {
		return // one value and no other: nothing that could move
	}
	q := audit.NewMetric(mixName, mixPSI)
	q.Period, q.Segment, q.Group, q.Reference = s.periods.Label(p), segment, "mix="+mixKeys[m], label
	q.N, q.NRef, q.Threshold = total(y), total(x), s.set.Warn
	if q.N < s.set.MinRows || q.NRef < s.set.MinRows {
		q.Reach = audit.Insufficient
		r.Metrics = append(r.Metrics, q)
		return
	}
	q.Value = stats.PSI(x, y, stats.PSIHalf)
	if m != mixMentions {
		q.Effect, q.EffectOf = stats.PSINull(len(x), q.NRef, q.N, 0.95), "null95"
	}
	if tested(m) {
		q.Test, q.P = "chi2", stats.ChiSquare([][]int64{x, y}).P
		switch {
		case q.Value > s.set.Fail && q.Value > q.Effect:
			q.Reach, q.Threshold = audit.Fail, s.set.Fail
		case q.Value > s.set.Warn && q.Value > q.Effect:
			q.Reach = audit.Warn
		}
	}
	r.Metrics = append(r.Metrics, q)
}

// rate adds a rate of a period, and its change where it is not the reference.
func (s *mix) rate(r *audit.Result, x *rate, segment, label string, p int32, reference bool, from, c *rows.Counts) {
	h := s.env.Plan.Honesty
	k, n := x.share(c)
	if n == 0 {
		return
	}
	m := audit.NewMetric(mixName, x.name)
	m.Period, m.Segment = s.periods.Label(p), segment
	shares.Set(&m, k, n, h)
	few := n < s.set.MinRows
	if few {
		m.Reach = audit.Insufficient
	}
	if n < h.Suppress {
		m.Suppress()
	}
	r.Metrics = append(r.Metrics, m)
	kRef, nRef := x.share(from)
	if reference || nRef == 0 || kRef+k == 0 {
		return
	}
	d := audit.NewMetric(mixName, x.name+"_difference")
	d.Period, d.Segment, d.Reference = m.Period, segment, label
	shares.Compare(&d, k, n, kRef, nRef, h)
	d.Threshold = x.warn(s.set)
	d.Gap = stats.MinimumDetectableGap(float64(kRef)/float64(nRef), nRef, n, h.Alpha, 0.8)
	if d.Value >= d.Threshold || d.Value <= -d.Threshold {
		d.Reach = audit.Warn
	}
	if few || nRef < s.set.MinRows {
		d.Reach = audit.Insufficient
	}
	if min(n, nRef) < h.Suppress {
		d.Suppress()
	}
	r.Metrics = append(r.Metrics, d)
}

// Baseline implements audit.Baseliner: every mix, those of reasons and outcomes
// by version too, over all rows of the run.
func (s *mix) Baseline() *baseline.Part {
	if len(s.slots) == 0 {
		return nil
	}
	p := &baseline.Part{Check: mixName}
	p.From, p.To = days(s.env, s.first, s.last)
	add := func(m int, segment string, want func(slot) bool) {
		c := s.sum(m, want)
		if l, ok := baseline.Pool(mixKey(m, segment), levelsOf(&c), s.env.Plan.Honesty.Suppress); ok && s.has(m) {
			p.Levels = append(p.Levels, l)
		}
	}
	for m := range mixes {
		add(m, "", func(slot) bool { return true })
	}
	for _, v := range s.versionsSeen() {
		add(mixOutcome, v.segment, v.of)
		add(mixReason, v.segment, v.of)
	}
	return p
}
