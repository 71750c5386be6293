package ingest

import (
	"slices"

	"evenhand/audit/stats"
)

// keySet holds the hashes of a table's keys and tells which occur again. It
// takes 8 bytes a key. When there are more than limit distinct ones, it keeps
// those under 2^(64−shift), with the least shift that fits: the same whatever
// the order, since a part never has more keys than the whole.
type keySet struct {
	limit   int
	shift   uint
	buckets [256][]uint64 // by low byte; a hash may stand here several times
	kept    int           // hashes in buckets
	again   map[uint64]int64
	check   int      // kept at which to look for repeated hashes next
	table   []uint64 // scratch
}

func newKeySet(limit int) *keySet {
	return &keySet{limit: limit, again: map[uint64]int64{}, check: limit + limit/4 + 1024}
}

// add adds a hash.
func (k *keySet) add(h uint64) {
	h |= 1 << 8 // never 0, which marks free slots; costs one bit
	if h>>(64-k.shift) != 0 {
		return
	}
	b := &k.buckets[byte(h)]
	*b = append(*b, h)
	if k.kept++; k.kept >= k.check {
		k.settle()
	}
}

// settle moves repeated hashes out of the buckets and halves the sample until
// it fits.
func (k *keySet) settle() {
	k.kept = 0
	for i := range k.buckets {
		k.buckets[i] = k.distinct(k.buckets[i])
		k.kept += len(k.buckets[i])
	}
	for k.kept > k.limit && k.shift < 64 {
		k.shift++
		k.trim()
	}
	k.check = max(k.check, k.kept+k.limit/4+1024)
}

// trim drops what the sample no longer covers.
func (k *keySet) trim() {
	k.kept = 0
	out := func(h uint64) bool { return h>>(64-k.shift) != 0 }
	for i := range k.buckets {
		k.buckets[i] = slices.DeleteFunc(k.buckets[i], out)
		k.kept += len(k.buckets[i])
	}
	for h := range k.again {
		if out(h) {
			delete(k.again, h)
		}
	}
}

// distinct returns hs without repetitions, which it counts in again.
func (k *keySet) distinct(hs []uint64) []uint64 {
	size := 16
	for size < 2*len(hs) {
		size *= 2
	}
	if cap(k.table) < size {
		k.table = make([]uint64, size)
	}
	table := k.table[:size]
	clear(table)
	mask := uint64(size - 1)
	out := hs[:0]
next:
	for _, h := range hs {
		i := h >> 9 & mask // the low byte is the same in a bucket, bit 8 is set
		for table[i] != 0 {
			if table[i] == h {
				k.again[h]++
				continue next
			}
			i = (i + 1) & mask
		}
		table[i] = h
		out = append(out, h)
	}
	return out
}

// repeated returns how many rows have a key that occurred before, and the
// hashes of such keys, ascending.
func (k *keySet) repeated() (extra int64, hashes []uint64) {
	k.settle()
	for h, n := range k.again {
		extra += n
		hashes = append(hashes, h)
	}
	slices.Sort(hashes)
	return extra, hashes
}

func (k *keySet) merge(o *keySet) {
	if o.shift > k.shift {
		k.shift = o.shift
		k.trim()
	}
	for h, n := range o.again {
		if h>>(64-k.shift) == 0 {
			k.again[h] += n
		}
	}
	for i := range o.buckets {
		for _, h := range o.buckets[i] {
			k.add(h)
		}
		o.buckets[i] = nil
	}
}

func (k *keySet) encode(e *stats.Encoder) {
	_, repeated := k.repeated()
	e.Count(int(k.shift))
	for i := range k.buckets {
		b := k.buckets[i]
		slices.Sort(b)
		e.Count(len(b))
		last := uint64(0)
		for _, h := range b {
			e.Uvarint(h - last)
			last = h
		}
	}
	e.Count(len(repeated))
	for _, h := range repeated {
		e.Uvarint(h)
		e.Varint(k.again[h])
	}
}

func (k *keySet) decode(d *stats.Decoder) {
	*k = *newKeySet(k.limit)
	if k.shift = uint(d.Uvarint()); k.shift > 64 {
		d.Fail("sample of keys 1/2^%d", k.shift)
		k.shift = 0
	}
	for i := range k.buckets {
		h := uint64(0)
		for n := d.Count(1); n > 0 && d.Err() == nil; n-- {
			h += d.Uvarint()
			if byte(h) != byte(i) || h&(1<<8) == 0 {
				d.Fail("hash of a key in the wrong place")
				break
			}
			k.buckets[i] = append(k.buckets[i], h)
			k.kept++
		}
	}
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		h := d.Uvarint()
		k.again[h] += d.Varint()
	}
	k.check = max(k.check, k.kept+1)
}
