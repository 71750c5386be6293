package reason

import (
	"slices"

	"evenhand/audit/reasons"
	"evenhand/audit/stats"
)

// agreement counts, of the rows that methods are compared on, how often each
// pair of methods names the same first factor, and how many factors of their top
// ones they share.
type agreement struct {
	pairs [reasons.Methods][reasons.Methods]pair
}

type pair struct{ n, first, slots, shared int64 }

func (a *agreement) add(x *judge, top int) {
	for p := range reasons.Methods {
		for q := range p {
			if !x.has.Has(p) || !x.has.Has(q) || len(x.top[p]) == 0 || len(x.top[q]) == 0 {
				continue
			}
			to := &a.pairs[q][p]
			to.n++
			if x.first(p, x.top[q][0]) || x.first(q, x.top[p][0]) {
				to.first++
			}
			tp, tq := x.top[p][:min(top, len(x.top[p]))], x.top[q][:min(top, len(x.top[q]))]
			to.slots += int64(min(len(tp), len(tq)))
			for _, f := range tp {
				if slices.Contains(tq, f) {
					to.shared++
				}
			}
		}
	}
}

// first reports whether no feature has a greater shortfall by method p than f.
func (x *judge) first(p reasons.Method, f int32) bool {
	return x.lost[p][f] >= x.lost[p][x.top[p][0]]-reasons.Tolerance
}

func (a *agreement) merge(o *agreement) {
	for q := range a.pairs {
		for p := range a.pairs[q] {
			to, from := &a.pairs[q][p], &o.pairs[q][p]
			to.n, to.first, to.slots, to.shared = to.n+from.n, to.first+from.first, to.slots+from.slots, to.shared+from.shared
		}
	}
}

func (a *agreement) encode(e *stats.Encoder) {
	for q := range a.pairs {
		for p := q + 1; p < len(a.pairs); p++ {
			x := &a.pairs[q][p]
			e.Ints([]int64{x.n, x.first, x.slots, x.shared})
		}
	}
}

func (a *agreement) decode(d *stats.Decoder) {
	for q := range a.pairs {
		for p := q + 1; p < len(a.pairs); p++ {
			n := d.Ints()
			if len(n) != 4 || n[0] < 0 || n[1] < 0 || n[1] > n[0] || n[3] < 0 || n[2] < n[3] {
				d.Fail("bad comparison of methods")
				return
			}
			a.pairs[q][p] = pair{n[0], n[1], n[2], n[3]}
		}
	}
}
