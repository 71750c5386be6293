package fairness

import (
	"fmt"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

const (
	smdPooled     = "standardized_mean_difference"
	smdPopulation = "standardized_mean_difference_population"
	airQuantile   = "adverse_impact_ratio_by_quantile"
	limitQuantile = "initial_limit_quantile"
	limitGap      = "initial_limit_quantile_gap"
	limitGapHeld  = "initial_limit_quantile_gap_conditional"
	ofRecomputed  = "_recomputed"
)

// The quantiles at which initial limits are compared.
var limitTaus = []float64{0.1, 0.5, 0.9}

// Finish adds the metrics and the coverage.
func (s *scoreState) Finish(r *audit.Result) {
	cov := s.judge.Coverage(scoreName)
	if s.score < 0 && s.kinds[recomputed].bins.cube.Len() == 0 && s.limit < 0 && cov.Judged > 0 {
		cov.Judged = 0
		cov.Why = append(cov.Why, audit.T("no scores and no limits are recorded", "没有记录评分和额度"))
	}
	groups := s.used().groups
	for d := range s.env.Plan.Groups {
		g := s.groupsOf(d, groups)
		if g.ref < 0 {
			continue
		}
		w := &scoreWriter{scoreState: s, r: r, dim: &s.env.Plan.Groups[d], spGroups: g}
		for kind := range s.kinds {
			w.scores(kind)
		}
		w.limitsOf()
	}
	r.Coverage = append(r.Coverage, cov)
}

// scoreWriter adds the metrics of one dimension.
type scoreWriter struct {
	*scoreState
	r   *audit.Result
	dim *audit.Grouping
	spGroups
}

func (w *scoreWriter) metric(name string, g int) audit.Metric {
	m := audit.NewMetric(scoreName, name)
	m.Group, m.Reference = w.dim.Name+"="+w.names[g], w.dim.Name+"="+w.names[w.ref]
	return m
}

// spModel are the scores of one model.
type spModel struct {
	name    string
	moments []stats.Moments // by group
	hists   []stats.Hist
	all     stats.Moments
	whole   stats.Hist
	higher  bool // higher scores are better: those approved have the higher mean
}

// byModel gathers the scores of one kind by model, in the order of their names.
func (w *scoreWriter) byModel(k *spScores) []*spModel {
	names, ranks := rankStrata(w.models.len(), func(id int32) (string, bool) { return strataName(w.models.values(id)), true })
	out := make([]*spModel, len(names))
	for i, name := range names {
		out[i] = &spModel{name: name, moments: make([]stats.Moments, len(w.names)), hists: make([]stats.Hist, len(w.names))}
	}
	for at := range k.moments {
		if k.moments[at].N() > 0 {
			p := w.scored.pairs[at]
			m := out[ranks[p[0]]]
			m.moments[w.of[p[1]]].Merge(&k.moments[at])
			m.all.Merge(&k.moments[at])
		}
	}
	sums, counts := make([][2]stats.Sum, len(out)), make([][2]float64, len(out))
	for c, n := range k.bins.cube.All() {
		p := w.scored.pairs[c&binRest>>1]
		x, i := edgeOf(c>>binShift, k.bins.level), ranks[p[0]]
		out[i].hists[w.of[p[1]]].AddN(x, n)
		out[i].whole.AddN(x, n)
		sums[i][c&1].AddProduct(x, float64(n))
		counts[i][c&1] += float64(n)
	}
	for i, m := range out {
		m.higher = !(sums[i][1].Value()/counts[i][1] < sums[i][0].Value()/counts[i][0])
	}
	return slices.DeleteFunc(out, func(m *spModel) bool { return m.all.N() == 0 })
}

// scores compares the scores of every group with the reference's, model by
// model, since those of two models may be on different scales.
func (w *scoreWriter) scores(kind int) {
	k := &w.kinds[kind]
	if k.bins.cube.Len() == 0 {
		return
	}
	suffix := ""
	if kind == recomputed {
		suffix = ofRecomputed
	}
	models := w.byModel(k)
	sizes := make([]int64, len(w.names))
	for _, m := range models {
		for g := range sizes {
			sizes[g] += m.moments[g].N()
		}
	}
	withheld := shares.Withheld(sizes, w.env.Plan.Honesty.Suppress)
	// One comparison is one test: of recorded scores where there are any.
	tested := kind == recorded || w.kinds[recorded].bins.cube.Len() == 0
	cuts := make([][]float64, len(models))
	for i, m := range models {
		cuts[i] = scoreCuts(&m.whole, m.higher)
	}
	for g := range w.names {
		if g == w.ref || sizes[g] == 0 {
			continue
		}
		add := func(m audit.Metric) {
			if min(m.N, m.NRef) < w.env.Plan.Honesty.MinCell {
				m.Reach = audit.Insufficient
			}
			if withheld[g] || withheld[w.ref] {
				m.Suppress()
			}
			w.r.Metrics = append(w.r.Metrics, m)
		}
		for _, m := range w.differences(suffix, g, models, tested) {
			add(m)
		}
		if !tested {
			continue // the curve of the recorded scores says it
		}
		for d := range 9 {
			m := w.metric(airQuantile+suffix, g)
			m.Segment = fmt.Sprintf("decile=%d", d+1)
			for i, x := range models {
				m.K, m.N = m.K+reaching(&x.hists[g], cuts[i][d], x.higher), m.N+x.moments[g].N()
				m.KRef, m.NRef = m.KRef+reaching(&x.hists[w.ref], cuts[i][d], x.higher), m.NRef+x.moments[w.ref].N()
			}
			level := w.env.Plan.Honesty.Level
			risk := stats.TableOf(m.K, m.N, m.KRef, m.NRef).RiskRatio(level)
			m.Value, m.Level, m.Interval = finite(risk.Value), level, "katz_log"
			between(&m, risk.Interval)
			m.Threshold = w.settings.Ratio
			add(m)
		}
	}
}

// scoreCuts are the scores that the best tenth, two tenths … nine tenths of all
// reach.
func scoreCuts(h *stats.Hist, higher bool) []float64 {
	qs := make([]float64, 9)
	for i := range qs {
		qs[i] = float64(i+1) / 10
	}
	cuts := h.Quantiles(qs...)
	if higher {
		slices.Reverse(cuts)
	}
	return cuts
}

// reaching counts the scores at the cut or better.
func reaching(h *stats.Hist, cut float64, higher bool) (n int64) {
	for _, b := range h.Bins() {
		if higher && b.Edge >= cut || !higher && b.Edge <= cut {
			n += b.N
		}
	}
	return n
}

// differences are the standardised differences of means, of the pooled deviation
// and of that of all: where there are several models, the mean of each model's,
// weighted n₁n₀/(n₁+n₀).
func (w *scoreWriter) differences(suffix string, g int, models []*spModel, tested bool) []audit.Metric {
	pooled, population := w.metric(smdPooled+suffix, g), w.metric(smdPopulation+suffix, g)
	level := w.env.Plan.Honesty.Level
	var used []*spModel
	opposed := false // models of both orientations: lower is worse then
	for _, x := range models {
		if n1, n2 := x.moments[g].N(), x.moments[w.ref].N(); n1 > 0 && n2 > 0 && n1+n2 > 2 && x.all.SD(0) > 0 &&
			!math.IsNaN(stats.StandardizedMeanDifference(&x.moments[g], &x.moments[w.ref])) {
			used = append(used, x)
			opposed = opposed || x.higher != used[0].higher
		}
	}
	var weights, sum, sumAll, squares, inverse float64
	for _, x := range used {
		a, b := &x.moments[g], &x.moments[w.ref]
		n1, n2 := float64(a.N()), float64(b.N())
		d, all := stats.StandardizedMeanDifference(a, b), 100*(a.Mean()-b.Mean())/x.all.SD(0)
		if opposed && !x.higher {
			d, all = -d, -all
		}
		weight := n1 * n2 / (n1 + n2)
		if len(used) == 1 {
			weight = 1
		}
		c := d / 100
		variance := (n1+n2)/(n1*n2) + float64(c*c)/(2*(n1+n2))
		weights += weight
		sum += float64(weight * d)
		sumAll += float64(weight * all)
		squares += float64(weight * weight * variance)
		inverse += n1 * n2 / (n1 + n2)
		pooled.N, pooled.NRef = pooled.N+a.N(), pooled.NRef+b.N()
	}
	population.N, population.NRef = pooled.N, pooled.NRef
	higher := opposed || len(used) > 0 && used[0].higher
	if pooled.Threshold = w.settings.SMD; higher {
		pooled.Threshold = -w.settings.SMD
	}
	if len(used) == 0 {
		return []audit.Metric{pooled, population}
	}
	pooled.Value, population.Value = sum/weights, sumAll/weights
	se := 100 * math.Sqrt(squares) / weights
	z := stats.NormalQuantile(0.5 + level/2)
	pooled.Low, pooled.High, pooled.Level, pooled.Interval = pooled.Value-float64(z*se), pooled.Value+float64(z*se), level, "hedges_olkin"
	pooled.Gap = 100 * (stats.NormalQuantile(1-testAlpha/2) + stats.NormalQuantile(testPower)) / math.Sqrt(inverse)
	test, p := "z", stats.TwoSided(pooled.Value/se)
	if len(used) == 1 {
		points, _, t := stats.Welch(&used[0].moments[g], &used[0].moments[w.ref], level)
		pooled.Effect, pooled.EffectOf = points, "mean_difference"
		test, p = "welch", t.P
	}
	if tested && w.names[g] != unknown {
		pooled.Test, pooled.P = test, p
		if higher && pooled.Value <= pooled.Threshold || !higher && pooled.Value >= pooled.Threshold {
			pooled.Reach = audit.Warn
		}
	}
	return []audit.Metric{pooled, population}
}
