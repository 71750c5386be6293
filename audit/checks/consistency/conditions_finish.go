package consistency

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/bands"
	"evenhand/audit/stats"
)

// Metrics of conditions.
const (
	condOdds      = "circumstance_odds"
	condPlainOdds = "nontechnical_odds"
	condShare     = "circumstance_incident_share"
	condP99       = "latency_p99"
)

// Circumstances, as segments name them.
const (
	circLatency = "latency_p99"
	circError   = "error"
	circLoad    = "peak_load"
	circNight   = "night"
	circWeekend = "weekend"
)

// scoreBands is how many bands the scores of a stratum are cut into.
const scoreBands = 10

// Finish compares the circumstances.
func (s *conditions) Finish(r *audit.Result) {
	cov := s.judge.Coverage(conditionsName)
	for i, n := range s.n {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: condGuardNames[i], Rows: n})
		cov.Judged -= n
	}
	l := s.env.Layouts["decisions"]
	flags := s.flags.Cut(scoreBands)
	for _, c := range []struct {
		name string
		bit  uint32
		said bool
	}{{circError, condError, l.Exported("error_code")}, {circNight, condNight, true}, {circWeekend, condWeekend, true}} {
		if c.said {
			s.compare(r, c.name, bandCells(flags, func(_, cell uint32) bool { return cell&c.bit != 0 }))
		}
	}
	if l.Exported("latency_ms") {
		over := s.thresholds(r)
		s.compare(r, circLatency, bandCells(s.latency.Cut(scoreBands), func(stratum, cell uint32) bool { return cell>>condShift >= over[s.productOf(stratum)] }))
	}
	s.compare(r, circLoad, s.busiest())
	r.Coverage = append(r.Coverage, cov)
}

// condStratum counts a stratum's rows under a circumstance [1] and without [0],
// by their outcome bits.
type condStratum [2][condOutcome + 1]int64

// bandCells makes the strata of a circumstance: each band of each stratum.
func bandCells(list []bands.Band, under func(stratum, cell uint32) bool) []condStratum {
	out := make([]condStratum, len(list))
	for i := range list {
		for _, c := range list[i].Cells {
			out[i][domOne(under(list[i].Stratum, c.Cell))][c.Cell&condOutcome] += c.N
		}
	}
	return out
}

// productOf is the product of a stratum.
func (s *conditions) productOf(stratum uint32) string {
	name, _, _ := strings.Cut(s.strata.Value(int32(stratum)), "\x00")
	return name
}

// thresholds writes, and returns by product, the first bin of latency that no
// more than one decision in a hundred reaches.
func (s *conditions) thresholds(r *audit.Result) map[string]uint32 {
	counts := map[string]map[uint32]int64{}
	s.latency.Each(func(stratum, cell uint32, n int64) {
		p := s.productOf(stratum)
		if counts[p] == nil {
			counts[p] = map[uint32]int64{}
		}
		counts[p][cell>>condShift] += n
	})
	out := map[string]uint32{}
	for p, bins := range counts {
		var keys []uint32
		var all int64
		for k, n := range bins {
			keys, all = append(keys, k), all+n
		}
		slices.Sort(keys)
		over, above := keys[len(keys)-1]+1, int64(0)
		for _, k := range slices.Backward(keys) {
			if above += bins[k]; 100*above > all {
				break
			}
			over = k
		}
		out[p] = over
		m := audit.NewMetric(conditionsName, condP99)
		m.Segment, m.Value, m.N = "product="+cmp.Or(p, domUnknown), latencyEdge(over), all
		r.Metrics = append(r.Metrics, m)
	}
	return out
}

// busiest makes the strata of the load: those of the busiest tenth of the hours
// against the others.
func (s *conditions) busiest() []condStratum {
	var sizes []int64
	for _, n := range s.hours.All() {
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	least := int64(math.MaxInt64)
	for i := len(sizes) - 1; i >= 0; i-- {
		if first := i == 0 || sizes[i-1] < sizes[i]; first && 10*(len(sizes)-i) <= len(sizes) {
			least = sizes[i]
		}
	}
	at := map[uint64]int{}
	var out []condStratum
	for k, n := range s.load.All() {
		place := k >> loadBandShift & (1<<(loadHourShift-loadBandShift) - 1)
		i, ok := at[place]
		if !ok {
			i = len(out)
			at[place] = i
			out = append(out, condStratum{})
		}
		out[i][domOne(s.hours.N(k>>loadHourShift) >= least)][k&condOutcome] += n
	}
	return out
}

// tables are the strata's tables, those under the circumstance first; without
// technical failures recorded as denials unless they are wanted.
func condTables(strata []condStratum, technical bool) (out []stats.Table, crude stats.Table) {
	for i := range strata {
		var t stats.Table
		for side, counts := range strata[i] {
			for bits, n := range counts {
				denied := bits&condDenied != 0
				switch {
				case !technical && denied && bits&condTechnical != 0:
				case side == 1 && denied:
					t.A += n
				case side == 1:
					t.B += n
				case denied:
					t.C += n
				default:
					t.D += n
				}
			}
		}
		crude.A, crude.B, crude.C, crude.D = crude.A+t.A, crude.B+t.B, crude.C+t.C, crude.D+t.D
		if t.A+t.B > 0 && t.C+t.D > 0 {
			out = append(out, t)
		}
	}
	// The order of strata must not show in a sum of floats.
	slices.SortFunc(out, func(a, b stats.Table) int {
		return slices.Compare([]int64{a.A, a.B, a.C, a.D}, []int64{b.A, b.B, b.C, b.D})
	})
	return out, crude
}

// excess is the number of denials under the circumstance above what the strata
// expect.
func excess(tables []stats.Table) float64 {
	var sum stats.Sum
	for _, t := range tables {
		n := float64(t.N())
		sum.Add(float64(t.A) - float64(t.A+t.B)/n*float64(t.A+t.C))
	}
	return sum.Value()
}

// compare writes the metrics of one circumstance.
func (s *conditions) compare(r *audit.Result, name string, strata []condStratum) {
	h := s.env.Plan.Honesty
	tables, crude := condTables(strata, true)
	m := audit.NewMetric(conditionsName, condOdds)
	m.Segment = "circumstance=" + name
	m.K, m.N, m.KRef, m.NRef = crude.A, crude.A+crude.B, crude.C, crude.C+crude.D
	odds := stats.MantelHaenszelOR(tables, h.Level)
	m.Value, m.Low, m.High, m.Level, m.Interval = odds.Value, odds.Interval.Lo, odds.Interval.Hi, h.Level, "robins_breslow_greenland"
	m.Test, m.P = "cmh_corrected", stats.CochranMantelHaenszel(tables, true).P
	m.Effect, m.EffectOf, m.Threshold = excess(tables), "excess_denials", s.settings.Odds
	infinite := math.IsInf(m.Value, 1)
	switch {
	case min(m.N, m.NRef) < h.MinCell || math.IsNaN(m.P):
		m.Reach = audit.Insufficient
	case (m.Value >= s.settings.Odds || infinite) && m.Effect >= s.settings.Excess:
		m.Reach = audit.Warn
	}
	if infinite {
		m.Value = math.NaN()
		m.Warnings = append(m.Warnings, audit.T("nobody else was denied in these strata: the odds ratio is infinite", "这些层中没有其他人被拒绝：优势比为无穷大"))
	}
	small := min(m.N, m.NRef) < h.Suppress
	plain := s.withoutTechnical(name, strata)
	share := s.inIncidents(name, strata)
	if small {
		m.Suppress()
		plain.Suppress()
		share.Suppress()
	}
	r.Metrics = append(r.Metrics, m, plain)
	if len(s.incidents.List) > 0 {
		r.Metrics = append(r.Metrics, share)
	}
}

// withoutTechnical is the odds ratio that is left without technical failures
// recorded as denials. It is not tested: it is no comparison of its own.
func (s *conditions) withoutTechnical(name string, strata []condStratum) audit.Metric {
	h := s.env.Plan.Honesty
	tables, crude := condTables(strata, false)
	m := audit.NewMetric(conditionsName, condPlainOdds)
	m.Segment = "circumstance=" + name
	m.K, m.N, m.KRef, m.NRef = crude.A, crude.A+crude.B, crude.C, crude.C+crude.D
	odds := stats.MantelHaenszelOR(tables, h.Level)
	m.Value, m.Low, m.High, m.Level, m.Interval = odds.Value, odds.Interval.Lo, odds.Interval.Hi, h.Level, "robins_breslow_greenland"
	if math.IsInf(m.Value, 1) {
		m.Value = math.NaN()
	}
	m.Effect, m.EffectOf = excess(tables), "excess_denials"
	if min(m.N, m.NRef) < h.MinCell {
		m.Reach = audit.Insufficient
	}
	return m
}

// inIncidents is the share of the denials under a circumstance that lie in the
// window of an incident.
func (s *conditions) inIncidents(name string, strata []condStratum) audit.Metric {
	m := audit.NewMetric(conditionsName, condShare)
	m.Segment = "circumstance=" + name
	for i := range strata {
		for bits, n := range strata[i][1] {
			if bits&condDenied != 0 {
				m.N += n
				if bits&condIncident != 0 {
					m.K += n
				}
			}
		}
	}
	if m.N > 0 {
		m.Value = float64(m.K) / float64(m.N)
		i := stats.Wilson(m.K, m.N, s.env.Plan.Honesty.Level)
		m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, s.env.Plan.Honesty.Level, "wilson"
	}
	if m.N < s.env.Plan.Honesty.MinCell {
		m.Reach = audit.Insufficient
	}
	return m
}
