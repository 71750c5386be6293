package shuffle

import "bytes"

// joiner is what a writer needs for joins.
type joiner struct {
	pairs, rows []byte
	known       []pair
	slots       []int32 // places in known, plus 1, by hash
	mask        uint64
}

// pair is a value and the least of its keys, as spans of joiner.pairs.
type pair struct {
	hash                         uint64
	value, valueEnd, key, keyEnd int
}

// Joins is the number of joins to do when all rows are added: call Join for
// each number below it, from any writers, at the same time if you like. What
// is left undone the first Reader does, alone.
func (s *Shuffle) Joins() int {
	if len(s.joins) == 0 {
		return 0
	}
	return len(s.parts)
}

// Join does join number n: it gives the rows that wait there for their keys to
// the partitions of these. All rows must have been added.
func (w *Writer) Join(n int) error {
	a := w.s.parts[n]
	for i := range w.s.joins {
		j := &w.s.joins[i]
		parts, err := w.s.split(a, []int{j.pairs, j.waits})
		if err != nil {
			return err
		}
		for _, p := range parts {
			if err := w.join(j, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Writer) join(j *join, a *area) (err error) {
	x := &w.joiner
	if a.size([]int{j.waits}) == 0 {
		w.s.store.release(a.take(j.pairs).blocks...)
		return nil
	}
	pairs, waits := a.take(j.pairs), a.take(j.waits)
	if x.pairs, err = w.s.store.read(pairs, x.pairs); err != nil {
		return err
	}
	if x.rows, err = w.s.store.read(waits, x.rows); err != nil {
		return err
	}
	w.s.store.release(pairs.blocks...)
	w.s.store.release(waits.blocks...)
	x.learn(w.s.layouts[j.layout].nulls)

	const some = 4096
	type found struct {
		key  pair
		rest []byte
	}
	var batch []found
	shift := 64 - w.s.bits
	flush := func() error {
		w.part, w.size = w.part[:0], w.size[:0]
		for _, f := range batch {
			k := f.key.keyEnd - f.key.key
			w.part = append(w.part, uint16(hash(x.pairs[f.key.key:f.key.keyEnd])>>shift))
			w.size = append(w.size, width(uint64(k))+k+len(f.rest))
		}
		w.at = grow(w.at, len(batch))
		w.place()
		for i, f := range batch {
			k := x.pairs[f.key.key:f.key.keyEnd]
			p := putUvarint(w.buf, w.at[i], uint64(len(k)))
			p += copy(w.buf[p:], k)
			copy(w.buf[p:], f.rest)
		}
		batch = batch[:0]
		return w.scatter(j.table)
	}
	var dropped int64
	for p := 0; p < len(x.rows); {
		size, at := uvarint(x.rows, p)
		end := at + int(size)
		k, at := uvarint(x.rows, at)
		if i := x.find(x.rows[at : at+int(k)]); i >= 0 {
			batch = append(batch, found{x.known[i], x.rows[at+int(k) : end]})
			if len(batch) == some {
				if err := flush(); err != nil {
					return err
				}
			}
		} else {
			dropped++
		}
		p = end
	}
	w.s.dropped[j.table].Add(dropped)
	return flush()
}

// learn fills known from pairs: of several keys of a value the least.
func (x *joiner) learn(nulls int) {
	x.known = x.known[:0]
	x.slots, x.mask = resized(x.slots, 1<<10)
	for p := 0; p < len(x.pairs); {
		size, at := uvarint(x.pairs, p)
		p = at + int(size)
		n, at := uvarint(x.pairs, at)
		value, end := at, at+int(n)
		n, at = uvarint(x.pairs, end+nulls)
		is := pair{hash(x.pairs[value:end]), value, end, at, at + int(n)}
		i, slot := x.lookup(x.pairs[value:end], is.hash)
		switch {
		case i < 0:
			x.known = append(x.known, is)
			x.slots[slot] = int32(len(x.known))
			if 2*len(x.known) > len(x.slots) {
				x.rehash()
			}
		case bytes.Compare(x.pairs[is.key:is.keyEnd], x.pairs[x.known[i].key:x.known[i].keyEnd]) < 0:
			x.known[i] = is
		}
	}
}

func (x *joiner) find(value []byte) int {
	i, _ := x.lookup(value, hash(value))
	return i
}

// lookup returns the place of a value in known, or -1 and the slot it belongs
// into.
func (x *joiner) lookup(value []byte, h uint64) (int, uint64) {
	for slot := h & x.mask; ; slot = (slot + 1) & x.mask {
		i := int(x.slots[slot]) - 1
		if i < 0 {
			return -1, slot
		}
		if k := &x.known[i]; k.hash == h && bytes.Equal(x.pairs[k.value:k.valueEnd], value) {
			return i, slot
		}
	}
}

func (x *joiner) rehash() {
	x.slots, x.mask = resized(x.slots, 2*len(x.slots))
	for i, k := range x.known {
		slot := k.hash & x.mask
		for x.slots[slot] != 0 {
			slot = (slot + 1) & x.mask
		}
		x.slots[slot] = int32(i) + 1
	}
}

// resized returns n empty slots, n a power of two.
func resized(slots []int32, n int) ([]int32, uint64) {
	slots = grow(slots, n)
	clear(slots)
	return slots, uint64(n - 1)
}
