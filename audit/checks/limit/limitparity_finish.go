package limit

import (
	"maps"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// Finish adds the metrics and the coverage.
func (s *limitParity) Finish(r *audit.Result) {
	cov := audit.Coverage{Check: limitParityName, RowsIn: s.accounts, Judged: s.accounts}
	if len(s.by.left) > 0 {
		cov.Why = append(cov.Why, audit.T("a stratum of the plan says what the policy gave: it is no policy input, and is not held equal",
			"审计方案中有分层变量是政策给出的结果而非政策输入：不作为分层"))
	}
	for d, groups := range s.by.groupsOf() {
		w := lpWriter{limitParity: s, r: r, dim: &s.by.dims[d]}
		for _, name := range slices.Sorted(maps.Keys(groups)) {
			g := &lpGroup{name: name, lpSums: lpSumsOf(groups[name]), strata: map[string]lpSums{}}
			for i := range groups[name] {
				g.strata[groups[name][i].name] = lpSumsOf(groups[name][i : i+1])
			}
			w.groups = append(w.groups, g)
			if name == w.dim.reference {
				w.ref = g
			}
		}
		if len(w.groups) > 1 || len(w.groups) == 1 && w.groups[0].name != noGroup {
			w.write()
		}
	}
	r.Coverage = append(r.Coverage, cov)
}

// lpGroup is a group of a dimension.
type lpGroup struct {
	name string
	lpSums
	strata map[string]lpSums
}

func (x *lpSums) years() float64 { return float64(x[lpExposure]) / daysInYear }

// lpWriter writes the metrics of one dimension.
type lpWriter struct {
	*limitParity
	r      *audit.Result
	dim    *compared
	groups []*lpGroup
	ref    *lpGroup
}

// write adds every metric of every group. Each has its own denominator, by which
// it is withheld or insufficient.
func (w *lpWriter) write() {
	w.each("decreases_per_account_year", lpAccounts, w.decreases)
	w.versus(lpDecreaseRatio, lpAccounts, w.decreaseRatio)
	if has(w.env, "limits", "notice_at") {
		w.each("notice_before_decrease_rate", lpDecreases, w.share(lpTold, lpDecreases))
		w.versus(lpNoticeGap, lpLowered, w.gap(lpToldFirst, lpLowered, -w.settings.NoticeGap))
	}
	if w.displays {
		w.each("phantom_account_rate", lpViewed, w.share(lpPhantoms, lpViewed))
		w.versus(lpPhantomGap, lpViewed, w.gap(lpPhantoms, lpViewed, w.settings.PhantomGap))
		w.each("phantom_hours_per_account_year", lpViewed, func(m *audit.Metric, g *lpGroup) {
			x, se := g.hours()
			w.normal(m, x, se, "linearized")
			m.K, m.N = g.lpSums[lpPhantoms], g.lpSums[lpViewed]
		})
		w.versus("phantom_hours_per_account_year_difference", lpViewed, w.difference((*lpGroup).hours, lpPhantoms, lpViewed))
	}
	w.each("initial_limit_geometric_mean", lpGrants, w.geometric(lpGrants))
	w.versus(lpInitialRatio, lpGrants, w.geometricRatio(lpGrants))
	w.each("increase_size_geometric_mean", lpRises, w.geometric(lpRises))
	w.versus(lpSizeRatio, lpRises, w.geometricRatio(lpRises))
	if has(w.env, "limits", "promised_amount") {
		w.each("promise_shortfall_per_customer", lpCustomers, func(m *audit.Metric, g *lpGroup) {
			x, se := w.shortfall(g)
			w.normal(m, x, se, "normal")
			m.N = g.lpSums[lpCustomers]
		})
		w.versus("promise_shortfall_per_customer_difference", lpCustomers, w.difference(w.shortfall, lpCustomers, lpCustomers))
	}
}

// each adds a metric of every group.
func (w *lpWriter) each(name string, of int, set func(*audit.Metric, *lpGroup)) {
	hidden := w.hidden(of)
	for i, g := range w.groups {
		if g.lpSums[of] == 0 {
			continue
		}
		m := audit.NewMetric(limitParityName, name)
		m.Group = w.dim.name + "=" + g.name
		set(&m, g)
		w.add(m, hidden[i], g.lpSums[of])
	}
}

// versus adds a metric of every group against the reference.
func (w *lpWriter) versus(name string, of int, set func(m *audit.Metric, g, ref *lpGroup)) {
	hidden := w.hidden(of)
	at := slices.Index(w.groups, w.ref)
	for i, g := range w.groups {
		if at < 0 || i == at || g.name == noGroup || g.lpSums[of] == 0 || w.ref.lpSums[of] == 0 {
			continue
		}
		m := audit.NewMetric(limitParityName, name)
		m.Group, m.Reference = w.dim.name+"="+g.name, w.dim.name+"="+w.ref.name
		set(&m, g, w.ref)
		w.add(m, hidden[i] || hidden[at], min(g.lpSums[of], w.ref.lpSums[of]))
	}
}

func (w *lpWriter) hidden(of int) []bool {
	return withheld(len(w.groups), func(i int) (string, int64) { return w.groups[i].name, w.groups[i].lpSums[of] }, w.env.Plan.Honesty.Suppress)
}

func (w *lpWriter) add(m audit.Metric, hidden bool, n int64) {
	if n < w.env.Plan.Honesty.MinCell {
		m.Reach = audit.Insufficient
	}
	if hidden {
		m.Suppress()
	}
	w.r.Metrics = append(w.r.Metrics, m)
}

func (w *lpWriter) level() float64 { return w.env.Plan.Honesty.Level }

func (w *lpWriter) normal(m *audit.Metric, x, se float64, how string) {
	d := stats.NormalQuantile(.5+w.level()/2) * se
	m.Value, m.Low, m.High, m.Level, m.Interval = x, x-d, x+d, w.level(), how
}

func (w *lpWriter) decreases(m *audit.Metric, g *lpGroup) {
	i := stats.PoissonRate(g.lpSums[lpDecreases], g.years(), w.level())
	m.Value = ratioOf(float64(g.lpSums[lpDecreases]), g.years())
	m.K, m.N = g.lpSums[lpDecreases], g.lpSums[lpAccounts]
	m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, w.level(), "poisson_exact"
}

// with calls f for each stratum that both have, in order.
func (g *lpGroup) with(ref *lpGroup, f func(x, y *lpSums)) {
	for _, name := range slices.Sorted(maps.Keys(g.strata)) {
		if y, ok := ref.strata[name]; ok {
			x := g.strata[name]
			f(&x, &y)
		}
	}
}

func (w *lpWriter) decreaseRatio(m *audit.Metric, g, ref *lpGroup) {
	var strata []stats.RateStratum
	expected := 0.0
	pearson, events := 0.0, 0.0
	g.with(ref, func(x, y *lpSums) {
		for _, z := range []*lpSums{x, y} {
			pearson += z.pearson()
			events += float64(z[lpDecreases])
		}
		strata = append(strata, stats.RateStratum{K: x[lpDecreases], T: x.years(), KRef: y[lpDecreases], TRef: y.years()})
		if y.years() > 0 {
			expected += float64(float64(y[lpDecreases]) / y.years() * x.years())
		}
	})
	r, test := stats.MantelHaenszelRate(strata, w.level())
	r, test = r.Dispersed(test, ratioOf(pearson, events), w.level())
	m.Value, m.Low, m.High, m.Level, m.Interval = r.Value, r.Interval.Lo, r.Interval.Hi, w.level(), "mantel_haenszel_rate"
	m.K, m.N, m.KRef, m.NRef = g.lpSums[lpDecreases], g.lpSums[lpAccounts], ref.lpSums[lpDecreases], ref.lpSums[lpAccounts]
	m.Test, m.P, m.Threshold = "mantel_haenszel_rate", test.P, 1/w.settings.Ratio
	m.Effect, m.EffectOf = 0, "excess"
	for i := range strata {
		m.Effect += float64(strata[i].K)
	}
	m.Effect -= expected
	if m.Value > m.Threshold && m.Effect >= w.settings.Excess && m.P == m.P {
		m.Reach = audit.Warn
	}
}

// pearson is Σ(k − r·t)² of the accounts' decreases k over their exposures t: as
// much as there are decreases where these come independently, more where the same
// accounts are lowered again and again.
func (x *lpSums) pearson() float64 {
	if x[lpExposure] == 0 {
		return 0
	}
	r := float64(x[lpDecreases]) / float64(x[lpExposure])
	return float64(x[lpDecrease2]) - 2*float64(r*float64(x[lpCrossed])) + float64(r*r*float64(x[lpExposure2]))
}

func (w *lpWriter) share(k, n int) func(*audit.Metric, *lpGroup) {
	return func(m *audit.Metric, g *lpGroup) { shares.Set(m, g.lpSums[k], g.lpSums[n], w.env.Plan.Honesty) }
}

// gap compares shares; a threshold below 0 flags lower ones, above 0 higher ones.
func (w *lpWriter) gap(k, n int, threshold float64) func(m *audit.Metric, g, ref *lpGroup) {
	return func(m *audit.Metric, g, ref *lpGroup) {
		shares.Compare(m, g.lpSums[k], g.lpSums[n], ref.lpSums[k], ref.lpSums[n], w.env.Plan.Honesty)
		m.Threshold = threshold
		m.Effect, m.EffectOf = math.Abs(m.Value)*float64(g.lpSums[n]), "excess"
		m.Gap = stats.MinimumDetectableGap(float64(ref.lpSums[k])/float64(ref.lpSums[n]), ref.lpSums[n], g.lpSums[n], .05, .8)
		if threshold < 0 && m.Value <= threshold || threshold > 0 && m.Value >= threshold {
			m.Reach = audit.Warn
		}
	}
}

// hours is the hours of phantoms per account-year, with its standard error.
func (g *lpGroup) hours() (float64, float64) {
	const hours, years = float64(lpQuarter) / float64(hour), 1 / daysInYear
	x := &g.lpSums
	return stats.TotalsRatio{
		N: x[lpViewed], Y: float64(x[lpHours]) * hours, X: float64(x[lpViewDays]) * years,
		YY: float64(x[lpHours2]) * hours * hours, XY: float64(x[lpHoursDays]) * hours * years, XX: float64(x[lpViewDays2]) * years * years,
	}.Estimate()
}

// shortfall is the missing promised money per customer, in units, with its
// standard error.
func (s *limitParity) shortfall(g *lpGroup) (float64, float64) {
	x := &g.lpSums
	n, total := float64(x[lpCustomers]), float64(x[lpShort])/float64(s.scale)
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	v := max(0, float64(x[lpShort2])-total*(total/n)) / (n - 1)
	return total / n, math.Sqrt(v / n)
}

func (w *lpWriter) difference(of func(*lpGroup) (float64, float64), k, n int) func(m *audit.Metric, g, ref *lpGroup) {
	return func(m *audit.Metric, g, ref *lpGroup) {
		a, sa := of(g)
		b, sb := of(ref)
		w.normal(m, a-b, math.Sqrt(float64(sa*sa)+float64(sb*sb)), "normal")
		m.N, m.NRef = g.lpSums[n], ref.lpSums[n]
		if k != n {
			m.K, m.KRef = g.lpSums[k], ref.lpSums[k]
		}
	}
}

// geometric is the geometric mean of what log counted.
func (w *lpWriter) geometric(what int) func(*audit.Metric, *lpGroup) {
	return func(m *audit.Metric, g *lpGroup) {
		n, sum, squares := g.lpSums.logs(what)
		mean := sum / n
		se := math.NaN()
		if n > 1 {
			se = math.Sqrt(max(0, squares-float64(sum*mean)) / (n - 1) / n)
		}
		w.normal(m, mean, se, "normal_log")
		m.Value, m.Low, m.High = math.Exp(m.Value), math.Exp(m.Low), math.Exp(m.High)
		m.N = g.lpSums[what]
	}
}

func (x *lpSums) logs(what int) (n, sum, squares float64) {
	return float64(x[what]), float64(x[what+1]) / lpLogs, float64(x[what+2]) / (lpLogs * lpLogs)
}

func (w *lpWriter) geometricRatio(what int) func(m *audit.Metric, g, ref *lpGroup) {
	return func(m *audit.Metric, g, ref *lpGroup) {
		var strata []stats.MeanStratum
		g.with(ref, func(x, y *lpSums) {
			s := stats.MeanStratum{N: x[what], NRef: y[what]}
			_, s.Sum, s.Squares = x.logs(what)
			_, s.SumRef, s.SquaresRef = y.logs(what)
			strata = append(strata, s)
		})
		d, se := stats.StratifiedDifference(strata)
		w.normal(m, d, se, "normal_log")
		m.Value, m.Low, m.High = math.Exp(m.Value), math.Exp(m.Low), math.Exp(m.High)
		m.N, m.NRef = g.lpSums[what], ref.lpSums[what]
		m.Threshold = w.settings.Ratio
		if se > 0 {
			m.Test, m.P = "z", stats.TwoSided(d/se)
		}
		m.Effect, m.EffectOf = 1-m.Value, "lower"
		if m.Value < m.Threshold && m.P == m.P {
			m.Reach = audit.Warn
		}
	}
}
