package scenario

import (
	"cmp"
	"math"
	"slices"
)

// place returns how many of the ordered people a candidate approves, and the
// shift of all cut-offs that does so.
func (b *bench) place(c, base *candidate, fixed int64, fixedBads float64) (k int, shift float64) {
	m := func(i int) float64 { return b.margins[b.order[i]] }
	above := func(shift float64) int {
		k, _ := slices.BinarySearchFunc(b.order, shift, func(i int32, s float64) int {
			if b.margins[i] >= s {
				return -1
			}
			return 1
		})
		return k
	}
	n := len(b.order)
	switch {
	case base == nil || c.equal == "":
		return above(c.common), c.common
	case n == 0:
		return 0, 0
	case c.equal == "approvals":
		want := int(base.approved - fixed)
		if want <= 0 {
			return 0, m(0) + 1
		}
		want = min(want, n)
		more, less := above(m(want-1)), above(math.Nextafter(m(want-1), math.Inf(1)))
		if less > 0 && want-less <= more-want {
			return less, m(less - 1)
		}
		return more, m(more - 1)
	}
	// As many approvals as today's expected bads allow.
	most := base.badRate * float64(base.approved)
	sum := fixedBads
	for i := 0; i < n; {
		j, s := i, sum
		for ; j < n && m(j) == m(i); j++ {
			s += b.bads[b.order[j]]
		}
		if s > most+1e-9 {
			break
		}
		i, sum, k = j, s, j
	}
	if k == 0 {
		return 0, m(0) + 1
	}
	return k, m(k - 1)
}

// discrimination is the AUC of the margins over the people whose outcome is
// known; NaN when too few are.
func (b *bench) discrimination(c *candidate) float64 {
	type scored struct {
		m   float64
		bad bool
	}
	var all []scored
	var goods, bads int64
	for _, a := range b.people {
		if a.bad < 0 || a.score != a.score {
			continue
		}
		all = append(all, scored{b.margin(a, c), a.bad == 1})
		if a.bad == 1 {
			bads++
		} else {
			goods++
		}
	}
	if least := max(b.env.Plan.Honesty.Suppress, 1); goods < least || bads < least {
		return math.NaN()
	}
	slices.SortFunc(all, func(x, y scored) int { return cmp.Compare(x.m, y.m) })
	var twice, below int64 // pairs in which the good is above, twice; bads seen
	for i := 0; i < len(all); {
		j, g, k := i, int64(0), int64(0)
		for ; j < len(all) && all[j].m == all[i].m; j++ {
			if all[j].bad {
				k++
			} else {
				g++
			}
		}
		twice += g * (2*below + k)
		below, i = below+k, j
	}
	return float64(twice) / (2 * float64(goods) * float64(bads))
}
