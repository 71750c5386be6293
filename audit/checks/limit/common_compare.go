package limit

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// comparison counts accounts by what their customers are compared by, and by
// the stratum within which: integers in one cube, so that states merge exactly
// and nothing is kept of an account.
//
// A stratum is made of policy inputs only, as they stood when the account was
// opened: product, a band of the score, and the plan's strata. The limit itself
// is none: it is what the policy gave, and to hold it equal would hide the gap.
type comparison struct {
	dims   []compared
	strata []int // columns of decisions
	left   []string
	width  float64 // of a band of scores; 0: scores are no stratum

	decided, score column

	profiles stats.Keys // dimension, group and stratum
	cube     stats.Cube

	// Scratch.
	name []byte
	ids  []uint64 // per dimension: the profile of the account at hand, shifted
}

// compared is a dimension: a group column of the plan, the product, the channel
// or, without a name, everybody.
type compared struct {
	name, reference     string
	decisions, limits   int // columns that say a customer's group, or -1
	product, everywhere bool
}

// Keys of the cube: the profile, what is counted, and a number such as a day.
const (
	profileShift = 40
	whatShift    = 32
	atMask       = 1<<whatShift - 1
	noGroup      = "(unknown)"
)

// after are columns that say what the policy gave: no strata.
var after = []string{"limit", "credit_limit", "limit_before", "limit_after", "displayed_limit", "drawable_limit", "approved_amount", "approved_limit", "granted_amount"}

func newComparison(env *audit.Env, width float64, all bool) comparison {
	c := comparison{width: width, decided: columnOf(env, "decisions", "decided_at"), score: columnOf(env, "decisions", "score")}
	if all {
		c.dims = append(c.dims, compared{decisions: -1, limits: -1, everywhere: true})
	}
	for _, g := range env.Plan.Groups {
		name := audit.GroupColumn(g.Name)
		c.dims = append(c.dims, compared{name: g.Name, reference: g.Reference,
			decisions: env.Layouts["decisions"].Index(name), limits: env.Layouts["limits"].Index(name)})
	}
	for _, g := range env.Plan.Strata {
		column := g.Column
		if column == "" {
			column = g.Name
		}
		if slices.Contains(after, column) {
			c.left = append(c.left, g.Name)
			continue
		}
		if i := env.Layouts["decisions"].Index(audit.StratumColumn(g.Name)); i >= 0 {
			c.strata = append(c.strata, i)
		}
	}
	return c
}

// once leaves out the later of two dimensions with one name.
func (c *comparison) once() {
	seen := map[string]bool{}
	c.dims = slices.DeleteFunc(c.dims, func(d compared) bool {
		twice := seen[d.name]
		seen[d.name] = true
		return twice
	})
}

// place finds the profiles of an account that was opened at an instant.
func (c *comparison) place(t *audit.Timeline, product string, opened int64) {
	c.ids = c.ids[:0]
	row := c.baseline(&t.Decisions, opened)
	for d := range c.dims {
		g := &c.dims[d]
		b := append(c.name[:0], g.name...)
		b = append(b, '\x1f')
		switch {
		case g.everywhere:
		case g.product:
			b = append(b, orNone(product)...)
		default:
			b = append(b, orNone(g.label(t))...)
		}
		b = append(b, '\x1f')
		if !g.product {
			b = append(b, product...)
		}
		if c.width > 0 {
			b = c.band(append(b, '\x1e'), &t.Decisions, row)
		}
		for _, s := range c.strata {
			b = append(b, '\x1e')
			if row >= 0 {
				b = append(b, textAt(&t.Decisions, s, row)...)
			}
		}
		c.name = b
		c.ids = append(c.ids, uint64(c.profiles.IDBytes(b))<<profileShift)
	}
}

// baseline is the customer's last decision by the opening of the account, or
// within a day after it; -1 when there is none: what came later the policy could
// not have known.
func (c *comparison) baseline(r *audit.Rows, opened int64) int {
	for i := r.Hi - 1; i >= r.Lo && r.Batch != nil; i-- {
		if x := c.decided.int(r.Batch, i); x != none && x <= opened+day {
			return i
		}
	}
	return -1
}

// band appends the band of a decision's score.
func (c *comparison) band(b []byte, r *audit.Rows, row int) []byte {
	if row < 0 || c.score < 0 {
		return b
	}
	x := r.Batch.Cols[c.score].Floats
	if row >= len(x) || math.IsNaN(x[row]) || math.IsInf(x[row], 0) {
		return b
	}
	return strconv.AppendFloat(b, math.Floor(x[row]/c.width)*c.width, 'g', -1, 64)
}

// label is the customer's group: that of the latest decision that has one, else
// of the latest event of a limit that has one.
func (g *compared) label(t *audit.Timeline) string {
	for _, x := range []struct {
		rows   *audit.Rows
		column int
	}{{&t.Decisions, g.decisions}, {&t.Limits, g.limits}} {
		for i := x.rows.Hi - 1; i >= x.rows.Lo && x.column >= 0 && x.rows.Batch != nil; i-- {
			if s := textAt(x.rows, x.column, i); s != "" {
				return s
			}
		}
	}
	return ""
}

func textAt(r *audit.Rows, column, i int) string { return columnAt(column).text(r.Batch, i) }

func columnAt(i int) column { return column(i) }

func orNone(s string) string {
	if s == "" {
		return noGroup
	}
	return s
}

// add counts the account at hand in every dimension.
func (c *comparison) add(what uint8, at, n int64) {
	if n == 0 {
		return
	}
	key := uint64(what)<<whatShift | uint64(at)&atMask
	for _, id := range c.ids {
		c.cube.AddN(id|key, n)
	}
}

func (c *comparison) merge(o *comparison) {
	ids := c.profiles.Merge(&o.profiles)
	c.cube.Merge(o.cube.Map(func(k uint64) uint64 {
		return uint64(ids[k>>profileShift])<<profileShift | k&(1<<profileShift-1)
	}))
}

func (c *comparison) encode(e *stats.Encoder) {
	ranks := c.profiles.Ranks()
	e.Value(&c.profiles)
	e.Value(c.cube.Map(func(k uint64) uint64 {
		return uint64(ranks[k>>profileShift])<<profileShift | k&(1<<profileShift-1)
	}))
}

// decode reads what encode wrote; kinds is the number of things counted.
func (c *comparison) decode(d *stats.Decoder, kinds uint8) {
	d.Value(&c.profiles)
	d.Value(&c.cube)
	names := map[string]bool{}
	for i := range c.dims {
		names[c.dims[i].name] = true
	}
	for i := range c.profiles.Len() {
		if p := strings.Split(c.profiles.Value(int32(i)), "\x1f"); len(p) != 3 || !names[p[0]] {
			d.Fail("profile %q is of no dimension", c.profiles.Value(int32(i)))
			return
		}
	}
	for k, n := range c.cube.All() {
		if k>>profileShift >= uint64(c.profiles.Len()) || uint8(k>>whatShift) >= kinds || n > 1<<60 || n < -1<<60 {
			d.Fail("a cell of no profile, or of nothing")
			return
		}
	}
}

// withheld tells which of n groups are not published, by name and size: see
// shares.Withheld. Accounts without a group, when they are few, are withheld but
// take no other group with them; a group of none has nothing to hide.
func withheld(n int, group func(int) (string, int64), least int64) []bool {
	out := make([]bool, n)
	var at []int
	var sizes []int64
	for i := range n {
		switch name, size := group(i); {
		case name == noGroup:
			out[i] = size < least
		case size > 0:
			at, sizes = append(at, i), append(sizes, size)
		}
	}
	for k, hide := range shares.Withheld(sizes, least) {
		out[at[k]] = hide
	}
	return out
}

// comparedCell is one number that was counted in a stratum.
type comparedCell struct {
	what uint8
	at   int64
	n    int64
}

// comparedStratum is what was counted of one group in one stratum.
type comparedStratum struct {
	name  string
	cells []comparedCell // by what, then at
}

// groupsOf returns what was counted, by dimension and group, strata in order.
func (c *comparison) groupsOf() []map[string][]comparedStratum {
	at := map[string]int{}
	out := make([]map[string][]comparedStratum, len(c.dims))
	for i := range c.dims {
		at[c.dims[i].name] = i
		out[i] = map[string][]comparedStratum{}
	}
	cells := make([][]comparedCell, c.profiles.Len())
	for k, n := range c.cube.All() {
		p := k >> profileShift
		cells[p] = append(cells[p], comparedCell{uint8(k >> whatShift), int64(int32(uint32(k & atMask))), n})
	}
	for _, id := range c.profiles.Sorted() {
		p := strings.Split(c.profiles.Value(id), "\x1f")
		of := out[at[p[0]]]
		of[p[1]] = append(of[p[1]], comparedStratum{p[2], cells[id]})
	}
	return out
}
