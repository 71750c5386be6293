package fairness

import (
	"cmp"
	"slices"
)

// adjRows counts decisions by design: the group and the value of every control.
// It keeps at most room designs. Where there are more it keeps those whose hash
// begins with level zero bits, level being the least that does: a sample of
// designs, each with all its decisions, that depends on the designs alone and
// not on how they came, so that states merge in any order. As the hash knows
// nothing of outcomes, a regression on the sample has no bias by it; controls
// cut into classes would have, for what is left within a class shows as a gap.
type adjRows struct {
	width int // controls
	room  int
	level uint

	slots  []uint32 // 1 + index of a design, 0 when free; a power of two long
	hash   []uint64 // by design
	group  []int32
	values []uint64 // width of them a design
	denied []int64
	n      []int64
}

// kept reports whether a design of this hash belongs to the sample.
func (r *adjRows) kept(hash uint64) bool { return r.level == 0 || hash>>(64-r.level) == 0 }

// add counts n decisions of a design, denied of them denied.
func (r *adjRows) add(hash uint64, group int32, values []uint64, denied, n int64) {
	if !r.kept(hash) {
		return
	}
	i := r.find(hash, group, values)
	r.denied[i] += denied
	r.n[i] += n
}

// find returns the index of a design, a new one's too.
func (r *adjRows) find(hash uint64, group int32, values []uint64) int {
	if 2*len(r.n) >= len(r.slots) {
		r.index(max(64, 2*len(r.slots)))
	}
	mask := uint64(len(r.slots) - 1)
	for s := hash; ; s++ {
		slot := &r.slots[s&mask]
		if *slot == 0 {
			r.hash, r.group, r.values = append(r.hash, hash), append(r.group, group), append(r.values, values...)
			r.denied, r.n = append(r.denied, 0), append(r.n, 0)
			*slot = uint32(len(r.n))
			return len(r.n) - 1
		}
		i := int(*slot - 1)
		if r.hash[i] == hash && r.group[i] == group && slices.Equal(r.of(i), values) {
			return i
		}
	}
}

// of are the values of a design.
func (r *adjRows) of(i int) []uint64 { return r.values[i*r.width : (i+1)*r.width] }

// index makes slots for the designs.
func (r *adjRows) index(size int) {
	r.slots = make([]uint32, size)
	mask := uint64(size - 1)
	for i, h := range r.hash {
		s := h
		for r.slots[s&mask] != 0 {
			s++
		}
		r.slots[s&mask] = uint32(i + 1)
	}
}

// fit drops designs until they fit.
func (r *adjRows) fit() {
	for len(r.n) > r.room {
		r.raise(r.level + 1)
	}
}

// raise makes the level what it is to be, and drops the designs that it leaves
// out.
func (r *adjRows) raise(level uint) {
	r.level = level
	old := *r
	r.hash, r.group, r.values, r.denied, r.n = r.hash[:0], r.group[:0], r.values[:0], r.denied[:0], r.n[:0]
	for i, h := range old.hash {
		if r.kept(h) {
			r.hash, r.group, r.values = append(r.hash, h), append(r.group, old.group[i]), append(r.values, old.of(i)...)
			r.denied, r.n = append(r.denied, old.denied[i]), append(r.n, old.n[i])
		}
	}
	r.index(len(r.slots))
}

// sorted are the indexes of the designs by hash, then by group and values, which
// must be numbered by rank.
func (r *adjRows) sorted() []int {
	out := make([]int, len(r.n))
	for i := range out {
		out[i] = i
	}
	slices.SortFunc(out, func(a, b int) int {
		return cmp.Or(cmp.Compare(r.hash[a], r.hash[b]), cmp.Compare(r.group[a], r.group[b]), slices.Compare(r.of(a), r.of(b)))
	})
	return out
}
