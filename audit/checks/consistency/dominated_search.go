package consistency

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"

	"evenhand/audit/checks/internal/rows"
)

// domCuts is the most places at which the approvals of a stratum are cut along
// one dimension. Between two of them what the cuts leave is compared by value.
const domCuts = 64

// domIndex finds, among the approvals of one stratum, those that are no better
// than a given applicant on any dimension: the approvals lie in the order of
// their time, one bit each, and for every dimension and cut there is the set of
// those at or below it. A question is an AND of one set a dimension over the
// words of its window.
type domIndex struct {
	scheme  *domScheme
	deciles [][]float64
	list    []*domRecord
	axes    []domAxis
}

type domAxis struct {
	dim  int
	cuts []float64
	sets [][]uint64
}

// newDomIndex makes the index of approvals of one stratum and scheme; deciles
// are the scheme's.
func newDomIndex(scheme *domScheme, deciles [][]float64, list []*domRecord) *domIndex {
	x := &domIndex{scheme: scheme, deciles: deciles, list: list}
	slices.SortFunc(list, func(a, b *domRecord) int { return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.id, b.id)) })
	words := (len(list) + 63) / 64
	for _, k := range scheme.ordered {
		levels := make([]float64, len(list))
		for i, r := range list {
			if levels[i] = r.levels[k]; levels[i] != levels[i] {
				levels[i] = math.Inf(-1) // to be looked at
			}
		}
		all := slices.Clone(levels)
		slices.Sort(all)
		all = slices.Compact(all)
		a := domAxis{dim: k}
		for j := 1; j <= domCuts; j++ {
			if c := all[(len(all)*j-1)/domCuts]; len(a.cuts) == 0 || c > a.cuts[len(a.cuts)-1] {
				a.cuts = append(a.cuts, c)
			}
		}
		if len(all) <= domCuts {
			a.cuts = all
		}
		for range a.cuts {
			a.sets = append(a.sets, make([]uint64, words))
		}
		for i, l := range levels {
			j, _ := slices.BinarySearch(a.cuts, l)
			for ; j < len(a.cuts); j++ {
				a.sets[j][i>>6] |= 1 << (i & 63)
			}
		}
		x.axes = append(x.axes, a)
	}
	return x
}

// below calls found for every approval within reach µs of r that is another
// customer's and no better than r on any dimension; depth is by how many bins it
// is worse, over all of them. They come in the order of time, until found says
// that it has seen enough.
func (x *domIndex) below(r *domRecord, reach int64, found func(y *domRecord, depth int64) (enough bool)) {
	lo, _ := slices.BinarySearchFunc(x.list, r.at-reach, func(y *domRecord, at int64) int { return cmp.Compare(y.at, at) })
	hi, _ := slices.BinarySearchFunc(x.list, r.at+reach+1, func(y *domRecord, at int64) int { return cmp.Compare(y.at, at) })
	if lo >= hi {
		return
	}
	sets := make([][]uint64, 0, len(x.axes))
	for k := range x.axes {
		a := &x.axes[k]
		l := r.levels[a.dim]
		if l != l || x.scheme.dims[a.dim].limit && !r.limited {
			continue
		}
		if j, _ := slices.BinarySearch(a.cuts, l); j < len(a.cuts) {
			sets = append(sets, a.sets[j]) // those at or below the first cut that is no less
		}
	}
	for w := lo >> 6; w <= (hi-1)>>6; w++ {
		word := ^uint64(0)
		for _, s := range sets {
			if word &= s[w]; word == 0 {
				break
			}
		}
		for ; word != 0; word &= word - 1 {
			i := w<<6 + bits.TrailingZeros64(word)
			if i < lo || i >= hi || x.list[i].customer == r.customer {
				continue
			}
			if depth, ok := x.scheme.compare(x.list[i], r, x.deciles); ok && found(x.list[i], depth) {
				return
			}
		}
	}
}

// compare reports whether y is no better than r on any dimension, and by how
// many bins it is worse over all.
func (s *domScheme) compare(y, r *domRecord, deciles [][]float64) (depth int64, ok bool) {
	for _, k := range s.ordered {
		d := &s.dims[k]
		a, b := y.levels[k], r.levels[k]
		switch {
		case d.limit && !r.limited || a != a && b != b:
			continue // not looked at, or equal
		case !(a <= b):
			return 0, false
		}
		depth += s.below(k, y, r, deciles)
	}
	return depth, true
}

// decilesOf are the deciles of the dimensions that have neither edges nor a
// step, by sign, over the approvals of a scheme.
func (s *domScheme) decilesOf(list []*domRecord) [][]float64 {
	out := make([][]float64, len(s.dims))
	for k := range s.dims {
		d := &s.dims[k]
		if d.sign == 0 || d.points != nil || len(d.edges) > 0 || d.step > 0 {
			continue
		}
		var all []float64
		for _, r := range list {
			if l := r.levels[k]; l == l {
				all = append(all, l)
			}
		}
		slices.Sort(all)
		for j := 1; j < 10 && len(all) > 0; j++ {
			out[k] = append(out[k], all[(len(all)-1)*j/10])
		}
		out[k] = slices.Compact(out[k])
	}
	return out
}

// domSet is a sample, read: its decisions and the indexes of its strata.
type domSet struct {
	list    []*domRecord
	strata  map[string][]*domRecord
	indexes map[string]*domIndex
}

// read unpacks a sample; a decision that is in it twice counts once, and one
// that does not fit the plan not at all.
func (s *dominance) read(k int) *domSet {
	out := &domSet{strata: map[string][]*domRecord{}, indexes: map[string]*domIndex{}}
	for _, it := range s.kept[k].Items() {
		r := &domRecord{}
		if err := r.unpack(it.Value); err != nil {
			panic(dominatedName + ": " + err.Error())
		}
		if n := len(out.list); n > 0 && out.list[n-1].id == r.id {
			continue
		}
		if r.fit(s.schemes.of(r.model, r.policy)) {
			out.list = append(out.list, r)
		}
	}
	return out
}

// index makes the indexes of the approvals that keep keeps, by stratum; byScore
// compares the score in place of the model's inputs.
func (s *dominance) index(set *domSet, byScore bool, keep func(*domRecord) bool) *domSet {
	out := &domSet{strata: map[string][]*domRecord{}, indexes: map[string]*domIndex{}}
	of := map[*domScheme][]*domRecord{}
	for _, r := range set.list {
		if keep(r) {
			scheme := s.schemes.of(r.model, r.policy)
			of[scheme] = append(of[scheme], r)
			out.strata[r.stratum] = append(out.strata[r.stratum], r)
		}
	}
	deciles := map[*domScheme][][]float64{}
	for scheme, list := range of {
		deciles[scheme] = scheme.decilesOf(list)
	}
	for stratum, list := range out.strata {
		scheme := s.schemes.of(list[0].model, list[0].policy)
		compared := scheme
		if byScore {
			compared = scheme.byScore
		}
		out.indexes[stratum] = newDomIndex(compared, deciles[scheme], list)
	}
	return out
}

// domWitness is an approval beside a denial.
type domWitness struct {
	*domRecord
	depth int64
}

// domHit is a denial with the approvals that it dominates.
type domHit struct {
	*domRecord
	count int64
	worst []domWitness // the least of them, by depth

	deciles [][]float64 // of its scheme
}

// witnessesSeen is how many witnesses of a denial are looked at: the worst of
// them are listed.
const witnessesSeen = 100

// hits are the denials with k witnesses or more, in the order given.
func (x *domSet) hits(list []*domRecord, reach, k int64) (out []domHit) {
	for _, r := range list {
		ix := x.indexes[r.stratum]
		if ix == nil {
			continue
		}
		h := domHit{domRecord: r, deciles: ix.deciles}
		ix.below(r, reach, func(y *domRecord, depth int64) bool {
			if depth > 0 {
				h.count++
				h.worst = append(h.worst, domWitness{y, depth})
			}
			return h.count >= max(k, witnessesSeen)
		})
		if h.count >= k {
			h.cut()
			out = append(out, h)
		}
	}
	return out
}

// cut leaves the three worst witnesses.
func (h *domHit) cut() {
	slices.SortFunc(h.worst, func(a, b domWitness) int {
		return cmp.Or(-cmp.Compare(a.depth, b.depth), cmp.Compare(rows.HashString(domSeed, a.id), rows.HashString(domSeed, b.id)), strings.Compare(a.id, b.id))
	})
	h.worst = h.worst[:min(len(h.worst), 3)]
}
