package stats

import (
	"cmp"
	"math"
	"slices"
)

// HazardLink is the scale on which a discrete hazard is compared.
type HazardLink int

const (
	// HazardCLogLog makes the ratio one of hazards: the grouped-time version of
	// proportional hazards.
	HazardCLogLog HazardLink = iota
	// HazardLogit makes it one of the odds of the event in a cycle.
	HazardLogit
)

// HazardCell counts, in one cycle of one stratum, the spells of the group (or
// of the reference) at risk and those that the event ended.
type HazardCell struct {
	Stratum, Cycle int
	Group          bool
	AtRisk, Events int64
}

// hazardColumns bounds the model: its cost grows with their cube.
const hazardColumns = 256

// DiscreteHazard compares the hazard of the event, cycle by cycle, between a
// group and its reference, with effects of strata and cycles that add up on the
// scale of the link: the group's ratio of hazards, or odds. Strata and cycles in
// which nobody or everybody has the event say nothing and are left out. It is
// NaN when the likelihood has no maximum, or when strata and cycles are more
// than 256.
//
// Source: Prentice & Gloeckler (1978), Allison (1982). Reference: statsmodels
// GLM(Binomial(link=CLogLog or Logit)).
func DiscreteHazard(cells []HazardCell, link HazardLink, level float64) Ratio {
	none := Ratio{nan, nan, notEstimable}
	cells = telling(cells)
	strata, cycles := hazardLevels(cells, func(c *HazardCell) int { return c.Stratum }), hazardLevels(cells, func(c *HazardCell) int { return c.Cycle })
	p := len(strata) + len(cycles) // group, intercept, and a dummy for each level but one
	if len(strata) == 0 || p > hazardColumns {
		return none
	}
	columns := make([][]int, len(cells)) // where a cell's row of the design is 1
	for i := range cells {
		c := &cells[i]
		cols := []int{1}
		if c.Group {
			cols = append(cols, 0)
		}
		if k, _ := slices.BinarySearch(strata, c.Stratum); k > 0 {
			cols = append(cols, 1+k)
		}
		if k, _ := slices.BinarySearch(cycles, c.Cycle); k > 0 {
			cols = append(cols, len(strata)+k)
		}
		columns[i] = cols
	}
	beta, l, ok := scoring(cells, columns, p, link)
	if !ok {
		return none
	}
	return logRatio(math.Exp(beta[0]), math.Sqrt(l.inverseAt(0)), level)
}

// scoring fits the model by Fisher's scoring, from the overall share.
func scoring(cells []HazardCell, columns [][]int, p int, link HazardLink) (beta []float64, l lower, ok bool) {
	var k, n float64
	for i := range cells {
		k, n = k+float64(cells[i].Events), n+float64(cells[i].AtRisk)
	}
	beta = make([]float64, p)
	if link == HazardLogit {
		beta[1] = math.Log(k / (n - k))
	} else {
		beta[1] = math.Log(-math.Log1p(-k / n))
	}
	info, u := make([][]float64, p), make([]float64, p)
	for i := range info {
		info[i] = make([]float64, p)
	}
	for range 100 {
		clear(u)
		for i := range info {
			clear(info[i])
		}
		for i := range cells {
			eta := 0.0
			for _, c := range columns[i] {
				eta += beta[c]
			}
			mu, slope := link.mean(eta)
			v := float64(mu * (1 - mu))
			if !(v > 0) {
				return nil, nil, false
			}
			m := float64(cells[i].AtRisk)
			score := (float64(cells[i].Events) - float64(m*mu)) * (slope / v)
			w := m * slope * (slope / v)
			for _, a := range columns[i] {
				u[a] += score
				for _, b := range columns[i] {
					info[a][b] += w
				}
			}
		}
		if l, ok = factorize(info); !ok {
			return nil, nil, false
		}
		step := l.solve(u)
		q := inner(u, step)
		for i := range beta {
			beta[i] += step[i]
			if math.Abs(beta[i]) > 50 {
				return nil, nil, false
			}
		}
		if q < 1e-20*max(1, n) {
			return beta, l, true
		}
	}
	return nil, nil, false
}

// mean returns the share at eta, and its slope.
func (l HazardLink) mean(eta float64) (mu, slope float64) {
	if l == HazardLogit {
		mu = 1 / (1 + math.Exp(-eta))
		return mu, float64(mu * (1 - mu))
	}
	h := math.Exp(eta)
	return -math.Expm1(-h), float64(h * math.Exp(-h))
}

// telling leaves out strata and cycles in which nobody or everybody has the
// event, until none is left, and cells without anyone at risk; none is left when
// one of the groups has no cell. The order is that of stratum, cycle and group.
func telling(cells []HazardCell) []HazardCell {
	out := slices.DeleteFunc(slices.Clone(cells), func(c HazardCell) bool { return c.AtRisk == 0 })
	slices.SortStableFunc(out, func(a, b HazardCell) int {
		return cmp.Or(cmp.Compare(a.Stratum, b.Stratum), cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(hazardSide(a.Group), hazardSide(b.Group)))
	})
	for _, key := range []func(*HazardCell) int{
		func(c *HazardCell) int { return c.Stratum }, func(c *HazardCell) int { return c.Cycle },
		func(c *HazardCell) int { return c.Stratum }, func(c *HazardCell) int { return c.Cycle },
		func(c *HazardCell) int { return hazardSide(c.Group) },
	} {
		k, n := map[int]int64{}, map[int]int64{}
		for i := range out {
			k[key(&out[i])] += out[i].Events
			n[key(&out[i])] += out[i].AtRisk
		}
		out = slices.DeleteFunc(out, func(c HazardCell) bool { x := key(&c); return k[x] == 0 || k[x] == n[x] })
	}
	if len(hazardLevels(out, func(c *HazardCell) int { return hazardSide(c.Group) })) < 2 {
		return nil
	}
	return out
}

func hazardLevels(cells []HazardCell, key func(*HazardCell) int) (out []int) {
	for i := range cells {
		out = append(out, key(&cells[i]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func hazardSide(b bool) int {
	if b {
		return 1
	}
	return 0
}
