package consistency

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
)

// Metrics, causes and evidence of thresholdedge.
const (
	edgeLost      = "cutoff_side_lost"
	edgeGained    = "cutoff_side_gained"
	edgeDecides   = "rounding_decides"
	edgeConflicts = "rounding_conflicts"
	edgeDensity   = "cutoff_density_ratio"
	edgeHistogram = "cutoff_histogram"
	edgeOverrides = "override_rate"
	edgeJump      = "override_rate_jump"

	edgeRounding = "ROUNDING_AT_CUTOFF"
	edgeBunching = "SCORES_BUNCH"
	edgePersons  = "OVERRIDES_JUMP"

	itemExact   = "score_before_rounding"
	itemRounded = "score_rounded"
	itemCutoff  = "cut_off"
)

var edgeWords = map[string]audit.Text{
	edgeLost:      audit.T("recorded scores below the cut-off that recompute above", "记录评分低于而复算评分达到分数线"),
	edgeGained:    audit.T("recorded scores above the cut-off that recompute below", "记录评分达到而复算评分低于分数线"),
	edgeDecides:   audit.T("scores that rounding moves across the cut-off", "因取整而跨线的评分"),
	edgeConflicts: audit.T("denials as if the score had not been rounded", "按未取整评分作出的拒绝"),
	edgeDensity:   audit.T("scores just above the cut-off for one just below", "分数线上下评分密度之比"),
	edgeHistogram: audit.T("scores around the cut-off", "分数线附近的评分分布"),
	edgeOverrides: audit.T("overrides around the cut-off", "分数线附近的改判率"),
	edgeJump:      audit.T("jump of the override rate at the cut-off", "分数线处改判率的跳跃"),
	edgeRounding:  audit.T("rounding at the cut-off", "分数线处的取整"),
	edgeBunching:  audit.T("scores pile up above the cut-off", "评分在分数线之上堆积"),
	edgePersons:   audit.T("overrides jump at the cut-off", "改判率在分数线处跳跃"),
}

var edgeEvidence = evidenceWords(map[string]string{itemExact: "取整前评分", itemRounded: "取整后评分", itemCutoff: "分数线"})

// histogram is the bins of a slice of the rows: all, and those overridden.
type histogram struct{ all, over [2*binZero + 1]int64 }

// window are the counts of the bins around the cut-off.
func (h *histogram) window(bins int) []int64 { return h.all[binZero-bins : binZero+bins] }

func sum(list []int64) (n int64) {
	for _, x := range list {
		n += x
	}
	return n
}

// Finish adds the cases, the metrics and the coverage.
func (s *edge) Finish(r *audit.Result) {
	cov := s.sort.coverage(edgeName, audit.Excluded{Guard: audit.T("no score, or no cut-off that it is held against", "没有评分，或没有适用的分数线"), Rows: s.blind})
	r.Coverage = append(r.Coverage, cov)
	list := s.cases.All()
	for i := range list {
		list[i].Check = edgeName
		r.Cases = append(r.Cases, list[i].Case)
	}
	if cov.Judged == 0 {
		return
	}
	byPolicy := make([]histogram, len(s.rules))
	counters := make([][edCounters]int64, len(s.rules)+1) // the last is all
	type slice struct {
		kind   uint64
		value  string
		policy int
	}
	by := map[slice]*histogram{}
	for k, n := range s.cube.All() {
		kind, p, cell := k>>edKindShift, int(k>>edPolicyShift&edPolicyMask), k&edCellMask
		switch kind {
		case edBins:
			byPolicy[p].all[cell>>1] += n
			byPolicy[p].over[cell>>1] += n * int64(cell&1)
		case edCounter:
			counters[p][cell] += n
			counters[len(s.rules)][cell] += n
		default:
			x := slice{kind, s.names[kind-edChannel].Value(int32(k >> edValueShift & edValueMask)), p}
			if by[x] == nil {
				by[x] = &histogram{}
			}
			by[x].all[cell] += n
		}
	}
	s.shares(r, counters)
	flagged := map[int]bool{}
	for p := range byPolicy {
		h := &byPolicy[p]
		if sum(h.window(s.settings.Bins)) == 0 {
			continue
		}
		m := s.density(h, s.segment(p), "", true)
		flagged[p] = m.Reach > audit.Pass
		r.Metrics = append(r.Metrics, m)
		s.bins(r, h, "policy_version="+s.env.Policies.Policies[p].Label())
	}
	var keys []slice
	for x := range by {
		if flagged[x.policy] && x.value != "" {
			keys = append(keys, x)
		}
	}
	slices.SortFunc(keys, func(a, b slice) int {
		return cmp.Or(cmp.Compare(a.policy, b.policy), cmp.Compare(a.kind, b.kind), cmp.Compare(a.value, b.value))
	})
	for _, x := range keys {
		name := [...]string{"channel=", "reviewer="}[x.kind-edChannel]
		m := s.density(by[x], s.segment(x.policy), name+x.value, false)
		if m.N < s.env.Plan.Honesty.Suppress {
			m.Suppress()
		}
		r.Metrics = append(r.Metrics, m)
	}
	s.persons(r, byPolicy)
}

func (s *edge) segment(p int) string {
	return "policy_version=" + s.env.Policies.Policies[p].Label()
}

// shares adds the shares of the counters, over all rows and by version.
func (s *edge) shares(r *audit.Result, counters [][edCounters]int64) {
	for p := range counters {
		c, segment := &counters[p], ""
		if p < len(s.rules) {
			segment = s.segment(p)
		}
		for _, x := range []struct {
			name string
			k, n int
		}{{edgeLost, edLost, edSided}, {edgeGained, edGained, edSided}, {edgeDecides, edMoved, edNear}, {edgeConflicts, edConflict, edMoved}} {
			if c[x.n] == 0 {
				continue
			}
			m := audit.NewMetric(edgeName, x.name)
			m.Segment = segment
			shares.Set(&m, c[x.k], c[x.n], s.env.Plan.Honesty)
			r.Metrics = append(r.Metrics, m)
		}
	}
}

// density is the jump of a histogram; tested says that it can be flagged.
func (s *edge) density(h *histogram, segment, group string, tested bool) audit.Metric {
	honesty := s.env.Plan.Honesty
	j := jumpOf(h.window(s.settings.Bins), honesty.Level)
	m := audit.NewMetric(edgeName, edgeDensity)
	m.Segment, m.Group = segment, group
	m.Value, m.Low, m.High, m.Level, m.Interval = j.ratio, j.low, j.high, honesty.Level, "fieller"
	m.K, m.N = j.over, j.rows
	m.Threshold, m.Effect, m.EffectOf = s.settings.Ratio, j.above-j.below, "rows_beyond"
	switch enough := j.rows >= honesty.MinCell && j.rows >= 10*int64(s.settings.Bins); {
	case !enough || math.IsNaN(j.ratio):
		m.Reach = audit.Insufficient
	case tested:
		m.Test, m.P = "density_jump_t", j.p
		if j.ratio >= s.settings.Ratio {
			m.Reach = audit.Warn
		}
	}
	return m
}

// bins adds the histogram itself.
func (s *edge) bins(r *audit.Result, h *histogram, group string) {
	k := s.settings.Bins
	whole := sum(h.window(k))
	for i, n := range h.window(k) {
		m := audit.NewMetric(edgeName, edgeHistogram)
		m.Segment, m.Group = "distance="+strconv.Itoa(i-k), group
		m.Value, m.K, m.N = float64(n), n, whole
		if n < s.env.Plan.Honesty.Suppress {
			m.Suppress()
		}
		r.Metrics = append(r.Metrics, m)
	}
}

// persons adds the override rates on both sides, over all versions.
func (s *edge) persons(r *audit.Result, byPolicy []histogram) {
	l := s.env.Layouts["decisions"]
	if !l.Exported("decider") && !l.Exported("override_reason") {
		return
	}
	var k, n [2]int64
	for p := range byPolicy {
		h := &byPolicy[p]
		for side := range 2 {
			lo := binZero - s.settings.Bins*(1-side)
			n[side] += sum(h.all[lo : lo+s.settings.Bins])
			k[side] += sum(h.over[lo : lo+s.settings.Bins])
		}
	}
	honesty := s.env.Plan.Honesty
	for side, name := range []string{"side=below", "side=above"} {
		m := audit.NewMetric(edgeName, edgeOverrides)
		m.Group = name
		shares.Set(&m, k[side], n[side], honesty)
		r.Metrics = append(r.Metrics, m)
	}
	if n[0] == 0 || n[1] == 0 {
		return
	}
	m := audit.NewMetric(edgeName, edgeJump)
	m.Group, m.Reference = "side=above", "side=below"
	shares.Compare(&m, k[1], n[1], k[0], n[0], honesty)
	m.Threshold, m.Effect, m.EffectOf = s.settings.Jump, m.Value, "difference"
	switch {
	case min(n[0], n[1]) < honesty.MinCell:
		m.Reach = audit.Insufficient
	case math.Abs(m.Value) >= s.settings.Jump:
		m.Reach = audit.Warn
	}
	r.Metrics = append(r.Metrics, m)
}
