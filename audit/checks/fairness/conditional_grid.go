package fairness

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit/stats"
)

// condCell counts rows of one stratum and one combination of groups.
type condCell struct {
	period   int32 // +1; 0 where unknown or not counted
	stratum  int32 // into the strata of the set
	group    int32 // of the groups' tuple
	approved bool
	n        int64
}

// condStrata are the cells of one set.
type condStrata struct {
	name    string
	segment bool
	timed   bool
	decile  bool     // of the recorded score
	strata  []string // sorted: sums run in their order
	cells   []condCell
	left    int64 // rows without a value of some column
}

// decileSet names the set of the recorded score: its decile among those of its
// model version × product × policy version × model version.
const decileSet = "score_decile"

// read gathers the cells of every set: those of the strata first.
func (s *conditional) read() []*condStrata {
	out := make([]*condStrata, len(s.sets))
	ranks := make([][]int32, len(s.sets)) // of a combination among the strata; -1: incomplete
	for i := range s.sets {
		set := &s.sets[i]
		out[i] = &condStrata{name: set.name, segment: set.segment, timed: set.timed}
		out[i].strata, ranks[i] = rankStrata(set.tuple.len(), func(id int32) (string, bool) {
			v := set.tuple.values(id)
			return strataName(v), !incomplete(v)
		})
	}
	add := func(i int, period, value, group, approved uint64, n int64) {
		c := condCell{period: int32(period), stratum: ranks[i][value], group: int32(group), approved: approved != 0, n: n}
		if c.stratum < 0 {
			out[i].left += n
			return
		}
		out[i].cells = append(out[i].cells, c)
	}
	for k, n := range s.plain.All() {
		add(int(k>>condSetShift), 0, k>>condValueShift&condValues, k>>condGroupShift&condGroups, k&condApproved, n)
	}
	for k, n := range s.timed.All() {
		p, v, g := condTimedParts(k)
		add(0, p, v, g, k&condApproved, n)
	}
	if s.scores.cube.Len() > 0 {
		out = append(out, s.readScores())
	}
	return out
}

// rankStrata sorts the names of the n strata that are complete, and gives the
// place of each.
func rankStrata(n int, name func(int32) (string, bool)) (names []string, ranks []int32) {
	type named struct {
		id   int32
		name string
	}
	var all []named
	ranks = slices.Repeat([]int32{-1}, n)
	for id := range int32(n) {
		if v, ok := name(id); ok {
			all = append(all, named{id, v})
		}
	}
	slices.SortFunc(all, func(a, b named) int { return strings.Compare(a.name, b.name) })
	for rank, x := range all {
		ranks[x.id] = int32(rank)
		names = append(names, x.name)
	}
	return names, ranks
}

// readScores cuts the recorded scores of each model version into deciles: those
// of another model may mean something else.
func (s *conditional) readScores() *condStrata {
	out := &condStrata{name: decileSet, decile: true, left: s.judge.Judged()}
	const model = 2 // column of the context
	hists := map[string]*stats.Hist{}
	models := make([]string, s.context.len())
	for id := range models {
		models[id] = s.context.values(int32(id))[model]
	}
	for k, n := range s.scores.cube.All() {
		m := models[s.pairs.pairs[k&binRest>>1][0]]
		if hists[m] == nil {
			hists[m] = &stats.Hist{}
		}
		hists[m].AddN(edgeOf(k>>binShift, s.scores.level), n)
		out.left -= n
	}
	cuts := map[string][]float64{}
	for m, h := range hists {
		cuts[m] = condDeciles(h)
	}
	contexts, ranks := rankStrata(s.context.len(), func(id int32) (string, bool) { return strataName(s.context.values(id)), true })
	for k, n := range s.scores.cube.All() {
		p := s.pairs.pairs[k&binRest>>1]
		decile, _ := slices.BinarySearch(cuts[models[p[0]]], edgeOf(k>>binShift, s.scores.level)) // cuts below
		out.cells = append(out.cells, condCell{
			stratum: int32(decile*len(contexts)) + ranks[p[0]], group: p[1], approved: k&1 != 0, n: n,
		})
	}
	for d := range 10 {
		for _, c := range contexts {
			out.strata = append(out.strata, string(rune('0'+d))+" × "+c)
		}
	}
	return out
}

// condDeciles are the cuts between the deciles, each once, as pandas.qcut has
// them with duplicates="drop": a value equal to a cut is below it. Infinities
// make no cut.
func condDeciles(h *stats.Hist) []float64 {
	qs := make([]float64, 9)
	for i := range qs {
		qs[i] = float64(i+1) / 10
	}
	cuts := slices.DeleteFunc(h.Quantiles(qs...), func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
	least := h.Min()
	return slices.Compact(slices.DeleteFunc(cuts, func(x float64) bool { return x <= least }))
}

// condCount is approvals of rows.
type condCount struct{ k, n int64 }

// condGrid is the table of one set and one dimension: counts by group and
// stratum. Groups are sorted.
type condGrid struct {
	groups []string
	total  []condCount   // by group
	counts [][]condCount // by group and stratum
}

// grid counts the cells by group of a dimension; period 0 is all of them.
func (c *condStrata) grid(names []string, ranks []int32, period int32) *condGrid {
	g := &condGrid{groups: names, total: make([]condCount, len(names)), counts: make([][]condCount, len(names))}
	for i := range g.counts {
		g.counts[i] = make([]condCount, len(c.strata))
	}
	for _, x := range c.cells {
		if period != 0 && x.period != period {
			continue
		}
		at, to := &g.counts[ranks[x.group]][x.stratum], &g.total[ranks[x.group]]
		at.n += x.n
		to.n += x.n
		if x.approved {
			at.k += x.n
			to.k += x.n
		}
	}
	return g
}

// periods are those of the cells, ascending, without the unknown one.
func (c *condStrata) periods() []int32 {
	var out []int32
	for _, x := range c.cells {
		if x.period > 0 {
			out = append(out, x.period)
		}
	}
	slices.SortFunc(out, cmp.Compare[int32])
	return slices.Compact(out)
}

// groupsOf names the groups of a dimension that were counted, sorted, and gives
// the place among them of each combination of groups, -1 for one that was not.
func (s *conditional) groupsOf(dim int) (names []string, ranks []int32) {
	used := make([]bool, s.groups.len())
	for k := range s.plain.All() {
		used[k>>condGroupShift&condGroups] = true
	}
	for k := range s.timed.All() {
		_, _, g := condTimedParts(k)
		used[g] = true
	}
	for k := range s.scores.cube.All() {
		used[s.pairs.pairs[k&binRest>>1][1]] = true
	}
	return s.groups.column(dim, used)
}

// column names the values of a column in the combinations that are used,
// sorted, unknown for "", and gives the place among them of each combination.
func (t *condTuple) column(c int, used []bool) (names []string, ranks []int32) {
	name := func(id int) string { return cmp.Or(t.names[c].Value(t.ids(int32(id))[c]), unknown) }
	for id, is := range used {
		if is {
			names = append(names, name(id))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	ranks = slices.Repeat([]int32{-1}, len(used))
	for id, is := range used {
		if is {
			at, _ := slices.BinarySearch(names, name(id))
			ranks[id] = int32(at)
		}
	}
	return names, ranks
}

// strataTables are the 2×2 tables of a group against the reference in the
// strata that can tell: those with both groups and both outcomes.
func (g *condGrid) strataTables(group, ref int) (tables []stats.Table, in []int, a, b condCount) {
	for i, x := range g.counts[group] {
		y := g.counts[ref][i]
		k, n := x.k+y.k, x.n+y.n
		if x.n == 0 || y.n == 0 || k == 0 || k == n {
			continue
		}
		tables, in = append(tables, stats.TableOf(x.k, x.n, y.k, y.n)), append(in, i)
		a.k, a.n, b.k, b.n = a.k+x.k, a.n+x.n, b.k+y.k, b.n+y.n
	}
	return tables, in, a, b
}
