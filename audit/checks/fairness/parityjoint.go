package fairness

import (
	"slices"

	"evenhand/features"
)

// joint counts judged rows by everything at once: a cell for each combination
// of period, group of every dimension, value of every segment, and outcome.
// Where these are few, which is the rule, a row costs one addition, not one to
// each table of the cube; settle makes the tables of the sums.
type joint struct {
	counts []int64 // by period in order of first sight; see block
	// block is the number of cells of a period, 0 before the first layout.
	// Within it the outcome comes first, then the dimensions and the segments
	// by their places.
	block   int
	periods []uint64 // packed, as in keys
	slots   []int32  // place of period p in periods at p+1, or -1
	off     bool     // too many combinations

	at []uint32 // scratch: per judged row, its cell
}

// maxJoint bounds the cells of joint: they should stay in the cache.
const maxJoint = 1 << 16

// places says where a grouping's values are in the cells of joint.
type places struct {
	stride, room uint32 // room: values that the layout has cells for
	dict         *features.Dict
	of           []uint32 // number·stride of code c at c+1; null comes first
}

// groupings calls f for every dimension and segment.
func (s *parity) groupings(f func(*grouping)) {
	for i := range s.dims {
		f(&s.dims[i])
	}
	for i := range s.segments {
		f(&s.segments[i])
	}
}

// fits makes room in joint for the periods, groups and values of the batch; it
// reports false when there are too many.
func (s *parity) fits(b *features.Batch) bool {
	j := &s.joint
	if j.off {
		return false
	}
	outgrown := j.block == 0
	s.groupings(func(g *grouping) {
		g.number(unknown)
		g.codes.Of(&b.Cols[g.column], g.number)
		outgrown = outgrown || g.keys.Len() > int(g.places.room)
	})
	if outgrown {
		s.layOut()
	}
	for _, x := range s.judged {
		p := x >> coordShift
		if p < uint64(len(j.slots)) && j.slots[p] >= 0 {
			continue
		}
		if j.block == 0 || (len(j.periods)+1)*j.block > maxJoint {
			s.settle()
			*j = joint{off: true}
			return false
		}
		for uint64(len(j.slots)) <= p {
			j.slots = append(j.slots, -1)
		}
		j.slots[p] = int32(len(j.periods))
		j.periods = append(j.periods, p<<coordShift)
		j.counts = append(j.counts, make([]int64, j.block)...)
	}
	return true
}

// layOut gives every grouping room for its values and some more. It leaves the
// block at 0 when there are too many.
func (s *parity) layOut() {
	s.settle()
	j := &s.joint
	j.counts, j.periods, j.slots = j.counts[:0], j.periods[:0], j.slots[:0]
	block := 2
	s.groupings(func(g *grouping) {
		n := g.keys.Len()
		g.places = places{stride: uint32(block), room: uint32(n + n/4), of: g.places.of}
		block = min(block*(n+n/4), maxJoint+1)
	})
	j.block = 0
	if block <= maxJoint {
		j.block = block
	}
}

// countJoint counts the judged rows of a batch that fits.
func (s *parity) countJoint(b *features.Batch) {
	j := &s.joint
	j.at = slices.Grow(j.at[:0], len(s.judged))[:len(s.judged)]
	for i, x := range s.judged {
		j.at[i] = uint32(int(j.slots[x>>coordShift])*j.block) + uint32(x&1)
	}
	s.groupings(func(g *grouping) { g.locate(j.at, &b.Cols[g.column], s.rows) })
	for _, k := range j.at {
		j.counts[k]++
	}
}

// locate adds the places of a column's values to the cells of rows.
func (g *grouping) locate(at []uint32, v *features.Vector, rows []int32) {
	p := &g.places
	if p.dict != v.Dict || len(p.of) == 0 {
		p.dict = v.Dict
		p.of = append(p.of[:0], uint32(g.number(unknown))*p.stride)
	}
	for _, id := range g.codes.Known()[len(p.of)-1:] {
		p.of = append(p.of, uint32(id)*p.stride)
	}
	of, codes := p.of, v.Codes
	at = at[:len(rows)]
	for i, row := range rows {
		at[i] += of[codes[row]+1]
	}
}

// settle moves the counts to the cube.
func (s *parity) settle() {
	j := &s.joint
	for k, n := range j.counts {
		if n == 0 {
			continue
		}
		j.counts[k] = 0
		period, cell := j.periods[k/j.block], uint32(k%j.block)
		bit := uint64(cell & 1)
		for d := range s.dims {
			group := s.dims[d].places.value(cell)<<groupShift | bit
			table := uint64(d * (1 + len(s.segments)))
			s.cube.AddN(table<<tableShift|period|group, n)
			for i := range s.segments {
				value := s.segments[i].places.value(cell) << coordShift
				s.cube.AddN((table+1+uint64(i))<<tableShift|value|group, n)
			}
		}
	}
}

// value returns the number of the value that a cell of a block is of.
func (p *places) value(cell uint32) uint64 { return uint64(cell / p.stride % p.room) }
