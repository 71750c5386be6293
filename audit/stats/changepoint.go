package stats

import "math"

// ChangePoint is a step in the level of a series.
type ChangePoint struct {
	At       int     // first index of the new level
	Lo, Hi   int     // interval of At
	From, To int     // the stretch [From, To) that the step was sought in
	Gain     float64 // 2·log likelihood ratio of a step against none
	P        float64 // chance of so much gain anywhere in the stretch without a step
}

// Series are the deviations of a series from what is expected of it, each with
// its variance: of counts the observed less the expected one, of means both
// times the weight that makes the variance of the deviation the weight itself.
// Over a stretch, (ΣR)²/ΣV is then chi-square with one degree of freedom.
type Series struct{ R, V []float64 }

// Dispersion is by how much the deviations of neighbours vary more than V says,
// 1 at least: the mean of (zᵢ−zᵢ₋₁)²/2 over z = R/√V. Neighbours have the same
// level nearly always, so that steps do not inflate it; a day's own noise and
// short bursts do.
func (s Series) Dispersion() float64 {
	var sum float64
	n := 0
	last := nan
	for i := range s.R {
		if !(s.V[i] > 0) {
			continue
		}
		z := s.R[i] / math.Sqrt(s.V[i])
		if last == last {
			sum += float64((z - last) * (z - last) / 2)
			n++
		}
		last = z
	}
	if n == 0 {
		return 1
	}
	return max(1, sum/float64(n))
}

// segments cuts a series by its prefix sums.
type segments struct {
	r, v, t, tt, tr []float64 // of R, V, and of time weighted by V
	least           int
}

func (s Series) segments(least int) *segments {
	n := len(s.R)
	g := &segments{least: least}
	for _, p := range []*[]float64{&g.r, &g.v, &g.t, &g.tt, &g.tr} {
		*p = make([]float64, n+1)
	}
	for i := range n {
		x := float64(i)
		g.r[i+1] = g.r[i] + s.R[i]
		g.v[i+1] = g.v[i] + s.V[i]
		g.t[i+1] = g.t[i] + float64(x*s.V[i])
		g.tt[i+1] = g.tt[i] + float64(float64(x*x)*s.V[i])
		g.tr[i+1] = g.tr[i] + float64(x*s.R[i])
	}
	return g
}

// fit is what a constant level explains of a stretch.
func (g *segments) fit(lo, hi int) float64 {
	v := g.v[hi] - g.v[lo]
	if !(v > 0) {
		return 0
	}
	r := g.r[hi] - g.r[lo]
	return float64(r*r) / v
}

// gain is what a step at i explains of [lo, hi) beyond a level.
func (g *segments) gain(lo, i, hi int) float64 {
	return g.fit(lo, i) + g.fit(i, hi) - g.fit(lo, hi)
}

// best returns the step that explains most, the first of equals; 0 when the
// stretch is too short.
func (g *segments) best(lo, hi int) (at int, gain float64) {
	for i := lo + g.least; i <= hi-g.least; i++ {
		if x := g.gain(lo, i, hi); x > gain {
			at, gain = i, x
		}
	}
	return at, gain
}

// trend is what a straight line explains of [lo, hi) beyond a level.
func (g *segments) trend(lo, hi int) float64 {
	v := g.v[hi] - g.v[lo]
	if !(v > 0) {
		return 0
	}
	t, r := g.t[hi]-g.t[lo], g.r[hi]-g.r[lo]
	sxx := g.tt[hi] - g.tt[lo] - float64(t*t)/v
	sxy := g.tr[hi] - g.tr[lo] - float64(t*r)/v
	if !(sxx > 0) {
		return 0
	}
	return float64(sxy*sxy) / sxx
}

// BinarySegmentation returns the first indices of up to count further levels,
// in the order found: each time the step that explains most of any stretch is
// taken, levels being least long at least.
//
// Reference: ruptures.Binseg(model="l2", min_size=least, jump=1) for V = 1.
func (s Series) BinarySegmentation(least, count int) []int {
	g := s.segments(least)
	bounds := []int{0, len(s.R)}
	var out []int
	for range count {
		at, most, after := 0, 0.0, 0
		for k := range len(bounds) - 1 {
			if i, gain := g.best(bounds[k], bounds[k+1]); gain > most {
				at, most, after = i, gain, k
			}
		}
		if most == 0 {
			break
		}
		out = append(out, at)
		bounds = append(bounds[:after+1], append([]int{at}, bounds[after+1:]...)...)
	}
	return out
}

// ChangePoints returns the steps of a series by binary segmentation: a stretch
// is cut where a step explains most of it, when that is past chance at alpha and
// more than a straight line explains, for what comes gradually has no day. Each
// step is then placed anew between its neighbours, and tested there. The gain is
// divided by dispersion (see [Series.Dispersion]).
//
// The interval of the place holds every day whose likelihood ratio against the
// best one is below −2·ln(1−√level): the limit of a two-sided random walk with
// drift. Source: Hawkins (2001) for the segmentation, Hansen (2000) for the
// interval.
func (s Series) ChangePoints(least int, dispersion, alpha, level float64) []ChangePoint {
	g := s.segments(least)
	cuts := g.split(0, len(s.R), dispersion, alpha)
	out := make([]ChangePoint, 0, len(cuts))
	bounds := append(append([]int{0}, cuts...), len(s.R))
	for k := 1; k < len(bounds)-1; k++ {
		if at, gain := g.best(bounds[k-1], bounds[k+1]); gain > 0 {
			bounds[k] = at
		}
	}
	for k := 1; k < len(bounds)-1; k++ {
		out = append(out, g.point(bounds[k-1], bounds[k], bounds[k+1], dispersion, level))
	}
	return out
}

// Candidate is the step that explains most of the whole series, chance or not;
// false when the series is too short for one.
func (s Series) Candidate(least int, dispersion, level float64) (ChangePoint, bool) {
	g := s.segments(least)
	at, gain := g.best(0, len(s.R))
	if gain == 0 {
		return ChangePoint{}, false
	}
	return g.point(0, at, len(s.R), dispersion, level), true
}

// Gradual reports whether a straight line explains a stretch better than a step.
func (s Series) Gradual(least int) bool {
	g := s.segments(least)
	_, gain := g.best(0, len(s.R))
	return g.trend(0, len(s.R)) >= gain
}

func (g *segments) split(lo, hi int, dispersion, alpha float64) []int {
	at, gain := g.best(lo, hi)
	if gain == 0 || !(StepP(gain/dispersion, hi-lo, g.least) < alpha) || g.trend(lo, hi) >= gain {
		return nil
	}
	return append(append(g.split(lo, at, dispersion, alpha), at), g.split(at, hi, dispersion, alpha)...)
}

func (g *segments) point(lo, at, hi int, dispersion, level float64) ChangePoint {
	p := ChangePoint{At: at, Lo: at, Hi: at, From: lo, To: hi, Gain: g.gain(lo, at, hi) / dispersion}
	p.P = StepP(p.Gain, hi-lo, g.least)
	bound := -2 * math.Log(1-math.Sqrt(level))
	for i := lo + 1; i < hi; i++ {
		if p.Gain-g.gain(lo, i, hi)/dispersion <= bound {
			p.Lo, p.Hi = min(p.Lo, i), max(p.Hi, i)
		}
	}
	return p
}

// StepP returns the chance that the best step in n independent deviations
// explains gain or more when there is none, levels being least long at least:
// the tail of the maximum of a normalised Brownian bridge. It errs on the side
// of too large a chance for few points, and is at most 1.
//
// Source: Csörgő & Horváth, Limit Theorems in Change-Point Analysis (1997),
// 1.3.26, after Vostrikova (1981).
func StepP(gain float64, n, least int) float64 {
	if n < 2*least || !(gain > 0) {
		return 1
	}
	h := max(float64(least), 1) / float64(n)
	if h > 0.4999 {
		return ChiSquareSF(gain, 1) // one place only
	}
	t := 2 * math.Log((1-h)/h)
	p := math.Sqrt(gain) * math.Exp(-gain/2) / math.Sqrt(2*math.Pi) * (t - t/gain + 4/gain)
	if one := ChiSquareSF(gain, 1); !(p > one) {
		p = one // no fewer places than one
	}
	if gain < 2 {
		return 1 // where the tail formula no longer holds
	}
	return min(1, p)
}

// Cusum returns Page's two sums of standardised deviations, upwards and
// downwards, each 0 at the least: Sᵢ = max(0, Sᵢ₋₁ ± zᵢ − k).
//
// Source: Page (1954).
func Cusum(z []float64, k float64) (up, down []float64) {
	up, down = make([]float64, len(z)), make([]float64, len(z))
	var u, d float64
	for i, x := range z {
		u, d = max(0, u+x-k), max(0, d-x-k)
		up[i], down[i] = u, d
	}
	return up, down
}

// CusumLength returns the mean number of points until the two-sided scheme with
// reference value k and limit h raises an alarm when nothing has changed: 465
// for k = 0.5, h = 5, so that within a year of days one is more likely than not.
//
// Source: Siegmund (1985), the approximation of one-sided lengths.
func CusumLength(k, h float64) float64 {
	b := 2 * k * (h + 1.166)
	return (math.Exp(b) - b - 1) / (2 * k * k) / 2
}

// CusumLimit returns the least limit from 5 up, in tenths, that n points without
// a change pass with a chance of alpha at most.
func CusumLimit(k float64, n int, alpha float64) float64 {
	for tenths := 50; ; tenths++ {
		h := float64(tenths) / 10
		if tenths > 1000 || 1-math.Exp(-float64(n)/CusumLength(k, h)) <= alpha {
			return h
		}
	}
}
