package shuffle

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"

	"evenhand/features"
)

// Reader loads partitions, for one worker.
type Reader struct {
	s     *Shuffle
	out   []features.Batch
	keys  []features.Vector
	own   [][]*features.Dict // by table and cell
	valid [][][]bool         // memory, by table and cell

	blob   []byte
	groups []group  // keys of a table in the partition
	of     []uint32 // group of each row
	rows   []uint32 // where each row's nulls are, in blob; then sorted
	from   []uint32 // the same, before sorting
	slots  []int32
	ranked []int32
	at     []uint32 // where each row's next cell is
}

// group is the rows of one key.
type group struct {
	hash     uint64
	prefix   uint64 // the key's first eight bytes: they mostly order it
	key, end uint32 // in blob
	rows     uint32 // then where its next row goes
}

func newReader(s *Shuffle) *Reader {
	r := &Reader{s: s, out: make([]features.Batch, len(s.tables)), keys: make([]features.Vector, len(s.tables))}
	for t := range s.tables {
		l := s.layouts[t]
		b := &r.out[t]
		b.Table = s.tables[t].Name
		b.Cols = make([]features.Vector, len(l.kinds))
		own := make([]*features.Dict, len(l.cells))
		for n, d := range l.dicts {
			if d != nil {
				own[n] = features.NewDict()
				for _, v := range d.values {
					own[n].CodeOf(v) // its rank
				}
			}
		}
		r.own, r.valid = append(r.own, own), append(r.valid, make([][]bool, len(l.cells)))
	}
	return r
}

// Keys returns the key of each row of table t in the partition loaded last,
// also where no column has it. It is valid until the next Load.
func (r *Reader) Keys(t int) *features.Vector { return &r.keys[t] }

// Load returns partition p: one sorted batch a table, valid until the next
// Load. Its columns belong to the reader, also those that are not kept, whose
// memory the caller may fill and finds empty again.
func (r *Reader) Load(p int) ([]features.Batch, error) {
	if r.s.err != nil {
		return nil, r.s.err
	}
	for t := range r.out {
		if err := r.load(t, r.s.parts[p]); err != nil {
			return nil, err
		}
	}
	return r.out, nil
}

func (r *Reader) load(t int, a *area) (err error) {
	stream := a.streams[t]
	if stream.bytes > math.MaxUint32 {
		return fmt.Errorf("table %s: the rows of a few keys alone take %d bytes, more than can be brought together; is a constant or an empty value among the customers?", r.s.tables[t].Name, stream.bytes)
	}
	if r.blob, err = r.s.store.read(stream, r.blob); err != nil {
		return err
	}
	l := r.s.layouts[t]
	r.group()
	r.rank()
	r.sort(l)
	r.decode(t, l)
	return nil
}

// group finds the rows and their keys.
func (r *Reader) group() {
	r.groups, r.of, r.from = r.groups[:0], r.of[:0], r.from[:0]
	var mask uint64
	r.slots, mask = resized(r.slots, 1<<8)
	last := -1
	for p := 0; p < len(r.blob); {
		size, at := uvarint(r.blob, p)
		p = at + int(size)
		n, at := uvarint(r.blob, at)
		end := at + int(n)
		key := r.blob[at:end]
		if last < 0 || !bytes.Equal(key, r.blob[r.groups[last].key:r.groups[last].end]) {
			h := hash(key)
			slot := h & mask
			for last = -1; ; slot = (slot + 1) & mask {
				g := int(r.slots[slot]) - 1
				if g < 0 {
					break
				}
				if x := &r.groups[g]; x.hash == h && bytes.Equal(key, r.blob[x.key:x.end]) {
					last = g
					break
				}
			}
			if last < 0 {
				last = len(r.groups)
				r.groups = append(r.groups, group{hash: h, prefix: prefix(key), key: uint32(at), end: uint32(end)})
				r.slots[slot] = int32(len(r.groups))
				if 2*len(r.groups) > len(r.slots) {
					r.slots, mask = resized(r.slots, 2*len(r.slots))
					for g, x := range r.groups {
						slot := x.hash & mask
						for r.slots[slot] != 0 {
							slot = (slot + 1) & mask
						}
						r.slots[slot] = int32(g) + 1
					}
				}
			}
		}
		r.groups[last].rows++
		r.of = append(r.of, uint32(last))
		r.from = append(r.from, uint32(end))
	}
}

// prefix is the first eight bytes of a key as a number, in the order of keys.
func prefix(key []byte) (x uint64) {
	for i := range 8 {
		x <<= 8
		if i < len(key) {
			x |= uint64(key[i])
		}
	}
	return x
}

// rank orders the keys and brings their rows together, in the order they came.
func (r *Reader) rank() {
	r.ranked = grow(r.ranked, len(r.groups))
	for i := range r.ranked {
		r.ranked[i] = int32(i)
	}
	slices.SortFunc(r.ranked, func(x, y int32) int {
		a, b := &r.groups[x], &r.groups[y]
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return bytes.Compare(r.blob[a.key:a.end], r.blob[b.key:b.end])
	})
	n := uint32(0)
	for _, g := range r.ranked {
		rows := r.groups[g].rows
		r.groups[g].rows = n
		n += rows
	}
	r.rows = grow(r.rows, len(r.from))
	for i, g := range r.of {
		x := &r.groups[g]
		r.rows[x.rows] = r.from[i]
		x.rows++
	}
}

// sort orders the rows of each key. Mostly they came in order.
func (r *Reader) sort(l *layout) {
	lo := uint32(0)
	by := func(x, y uint32) int { return l.compare(r.blob, x, y) }
	for _, g := range r.ranked {
		hi := r.groups[g].rows
		rows := r.rows[lo:hi]
		for i := 1; i < len(rows); i++ {
			if by(rows[i-1], rows[i]) > 0 {
				slices.SortFunc(rows, by)
				break
			}
		}
		lo = hi
	}
}

// compare orders two rows of a key by their cells; nulls come first.
func (l *layout) compare(b []byte, x, y uint32) int {
	p, q := int(x)+l.nulls, int(y)+l.nulls
	for n, c := range l.cells {
		bit := byte(1) << (n % 8)
		xn, yn := b[int(x)+n/8]&bit != 0, b[int(y)+n/8]&bit != 0
		if xn || yn {
			if xn && yn {
				continue
			}
			if xn {
				return -1
			}
			return 1
		}
		d := 0
		switch l.kinds[c] {
		case features.Opaque:
			var m, k uint64
			m, p = uvarint(b, p)
			k, q = uvarint(b, q)
			d = bytes.Compare(b[p:p+int(m)], b[q:q+int(k)])
			p, q = p+int(m), q+int(k)
		case features.Float:
			d = cmp.Compare(uint64At(b, p), uint64At(b, q))
			p, q = p+8, q+8
		case features.Instant:
			d = cmp.Compare(int64(uint64At(b, p)), int64(uint64At(b, q)))
			p, q = p+8, q+8
		case features.Text:
			var m, k uint64
			m, p = uvarint(b, p)
			k, q = uvarint(b, q)
			d = cmp.Compare(l.dicts[n].rank(m), l.dicts[n].rank(k))
		case features.TextList:
			d, p, q = l.dicts[n].compareLists(b, p, q)
		default:
			var m, k uint64
			m, p = uvarint(b, p)
			k, q = uvarint(b, q)
			d = cmp.Compare(unzigzag(m), unzigzag(k))
		}
		if d != 0 {
			return d
		}
	}
	return 0
}

// rank is the rank of a code plus 1; null is Null.
func (d *dict) rank(code uint64) int32 {
	if code == 0 {
		return features.Null
	}
	return d.ranks[code-1]
}

// compareLists orders two lists and returns where they end: the ends mean
// nothing unless the lists are equal.
func (d *dict) compareLists(b []byte, p, q int) (int, int, int) {
	m, p := uvarint(b, p)
	k, q := uvarint(b, q)
	for i := range m {
		if i == k {
			return 1, p, q
		}
		var x, y uint64
		x, p = uvarint(b, p)
		y, q = uvarint(b, q)
		if o := cmp.Compare(d.rank(x), d.rank(y)); o != 0 {
			return o, p, q
		}
	}
	return cmp.Compare(m, k), p, q
}
