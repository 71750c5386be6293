package reason

import (
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// What is counted of denials, overall and by each dimension.
const (
	nJudged        = iota // denials judged
	nRight                // … that were rightly told
	nGiven                // reasons given
	nMany                 // denials with more reasons than are helpful
	nFirst                // denials by score that have a first reason to compare
	nFirstSame            // … which is the recomputed first
	nLooked               // score factors given, of the first four
	nLookedTop            // … that are among the recomputed top
	nPrincipal            // principal factors
	nPrincipalTold        // … that were told
	nNeutral              // denials by score, replayed without the factors given
	nSuffice              // … that then pass
	kinds
)

// counts are the counts of all denials and of each value of the dimensions.
type counts struct {
	all  [kinds]int64
	dims []dimension
}

// dimension is a column that denials are told apart by.
type dimension struct {
	name, reference string
	group           bool
	column          int
	names           rows.Names
	n               [][kinds]int64 // by number of names
}

func newCounts(env *audit.Env) counts {
	var c counts
	for _, name := range []string{"channel", "model_version", "policy_version", "product"} {
		c.dims = append(c.dims, dimension{name: name, column: env.Col("decisions", name)})
	}
	for _, g := range env.Plan.Groups {
		c.dims = append(c.dims, dimension{name: g.Name, reference: g.Reference, group: true, column: env.Col("decisions", audit.GroupColumn(g.Name))})
	}
	return c
}

// add counts row i of a batch.
func (c *counts) add(b *features.Batch, i int, x *[kinds]int64) {
	for k, n := range x {
		c.all[k] += n
	}
	for d := range c.dims {
		to := &c.dims[d]
		v := &b.Cols[to.column]
		id := to.names.Of(v)[v.Codes[i]+1]
		for int(id) >= len(to.n) {
			to.n = append(to.n, [kinds]int64{})
		}
		for k, n := range x {
			to.n[id][k] += n
		}
	}
}

func (c *counts) merge(o *counts) {
	for k, n := range o.all {
		c.all[k] += n
	}
	for d := range c.dims {
		to, from := &c.dims[d], &o.dims[d]
		ids := to.names.Merge(&from.names)
		for len(to.n) < to.names.Len() {
			to.n = append(to.n, [kinds]int64{})
		}
		for i, ns := range from.n {
			for k, n := range ns {
				to.n[ids[i]][k] += n
			}
		}
	}
}

// valued is the count of one value of a dimension.
type valued struct {
	name string
	n    [kinds]int64
}

// values are those that were counted, by name.
func (d *dimension) values() []valued {
	var out []valued
	for id, n := range d.n {
		if n != ([kinds]int64{}) {
			out = append(out, valued{d.names.Value(int32(id)), n})
		}
	}
	slices.SortFunc(out, func(a, b valued) int { return strings.Compare(a.name, b.name) })
	return out
}

func (c *counts) encode(e *stats.Encoder) {
	e.Ints(c.all[:])
	for d := range c.dims {
		vs := c.dims[d].values()
		e.Count(len(vs))
		for i := range vs {
			e.String(vs[i].name)
			e.Ints(vs[i].n[:])
		}
	}
}

func (c *counts) decode(d *stats.Decoder) {
	read := func() (out [kinds]int64) {
		n := d.Ints()
		if len(n) != kinds {
			d.Fail("%d counts instead of %d", len(n), int(kinds))
			return out
		}
		copy(out[:], n)
		for _, k := range n {
			if k < 0 {
				d.Fail("a negative count")
			}
		}
		for _, part := range [][2]int{{nRight, nJudged}, {nMany, nJudged}, {nFirstSame, nFirst}, {nLookedTop, nLooked}, {nPrincipalTold, nPrincipal}, {nSuffice, nNeutral}} {
			if out[part[0]] > out[part[1]] {
				d.Fail("a part is more than its whole")
			}
		}
		return out
	}
	c.all = read()
	for k := range c.dims {
		to := &c.dims[k]
		last := ""
		for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
			name := d.String()
			if len(to.n) > 0 && name <= last {
				d.Fail("values out of order")
			}
			last = name
			id := to.names.ID(name)
			for int(id) >= len(to.n) {
				to.n = append(to.n, [kinds]int64{})
			}
			to.n[id] = read()
		}
	}
}
