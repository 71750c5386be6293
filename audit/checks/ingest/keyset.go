package ingest

import (
	"slices"

	"evenhand/audit/stats"
)

// keySet holds the distinct ones of hashes. When there are more than limit, it
// keeps those under 2^(64−shift), with the least shift that fits: the same
// whatever the order, since a part never has more keys than the whole.
type keySet struct {
	limit   int
	shift   uint
	buckets [256]bucket // by low byte; a hash may stand here several times
	kept    int         // hashes in buckets
	check   int         // kept at which to look for repeated hashes next
	table   []uint64    // scratch
}

// bucket is a list that grows without being copied.
type bucket [][]uint64

func (b *bucket) add(h uint64) {
	n := len(*b)
	if n == 0 || len((*b)[n-1]) == cap((*b)[n-1]) {
		*b = append(*b, make([]uint64, 0, 16<<min(n, 6)))
		n++
	}
	(*b)[n-1] = append((*b)[n-1], h)
}

func (b bucket) len() (n int) {
	for _, page := range b {
		n += len(page)
	}
	return n
}

// filter keeps the hashes that keep wants, in place.
func (b *bucket) filter(keep func(uint64) bool) {
	to, at := 0, 0 // where the next one kept goes
	for i, page := range *b {
		for _, h := range page {
			if !keep(h) {
				continue
			}
			// What is kept never overtakes what is read: full pages before i
			// hold at least as many hashes as they do now.
			for at == len((*b)[to]) && to < i {
				to, at = to+1, 0
			}
			(*b)[to][at] = h
			at++
		}
	}
	if len(*b) == 0 {
		return
	}
	(*b)[to] = (*b)[to][:at]
	clear((*b)[to+1:])
	*b = (*b)[:to+1]
}

// sorted returns all hashes, ascending.
func (b bucket) sorted() []uint64 {
	out := slices.Concat(b...)
	slices.Sort(out)
	return out
}

// newKeySet returns a set of at most limit hashes.
func newKeySet(limit int) *keySet {
	return &keySet{limit: limit, check: limit + limit/4 + 1024}
}

// add adds a hash.
func (k *keySet) add(h uint64) {
	h |= 1 << 8 // never 0, which marks free slots; costs one bit
	if h>>(64-k.shift) != 0 {
		return
	}
	k.buckets[byte(h)].add(h)
	if k.kept++; k.kept >= k.check {
		k.settle()
	}
}

// settle drops repeated hashes from the buckets and halves the sample until
// it fits.
func (k *keySet) settle() {
	k.kept = 0
	for i := range k.buckets {
		k.distinct(&k.buckets[i])
		k.kept += k.buckets[i].len()
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
	for i := range k.buckets {
		k.buckets[i].filter(func(h uint64) bool { return h>>(64-k.shift) == 0 })
		k.kept += k.buckets[i].len()
	}
}

// hashTable is an open hash table of the hashes of one bucket; 0 is free.
type hashTable []uint64

// slot returns where h is, or where it would go. The low byte is the same in
// a bucket and bit 8 is set, so they choose nothing.
func (t hashTable) slot(h uint64) *uint64 {
	mask := uint64(len(t) - 1)
	for i := h >> 9 & mask; ; i = (i + 1) & mask {
		if t[i] == 0 || t[i] == h {
			return &t[i]
		}
	}
}

// room returns an empty table for the hashes of a bucket; the next call
// overwrites it.
func (k *keySet) room(b *bucket) hashTable {
	size := 16
	for size < 2*b.len() {
		size *= 2
	}
	if cap(k.table) < size {
		k.table = make([]uint64, size)
	}
	t := k.table[:size]
	clear(t)
	return t
}

// distinct drops repeated hashes from a bucket.
func (k *keySet) distinct(b *bucket) {
	t := k.room(b)
	b.filter(func(h uint64) bool {
		slot := t.slot(h)
		if *slot == h {
			return false
		}
		*slot = h
		return true
	})
}

func (k *keySet) merge(o *keySet) {
	if o.shift > k.shift {
		k.shift = o.shift
		k.trim()
	}
	// The pages of o are taken over as they are.
	for i := range o.buckets {
		k.buckets[i] = append(k.buckets[i], o.buckets[i]...)
		o.buckets[i] = nil
	}
	k.kept += o.kept
	o.kept = 0
	if o.shift != k.shift {
		k.trim()
	}
	if k.kept >= k.check {
		k.settle()
	}
}

func (k *keySet) encode(e *stats.Encoder) {
	k.settle()
	e.Count(int(k.shift))
	for i := range k.buckets {
		b := k.buckets[i].sorted()
		e.Count(len(b))
		last := uint64(0)
		for _, h := range b {
			e.Uvarint(h - last)
			last = h
		}
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
			k.buckets[i].add(h)
			k.kept++
		}
	}
	k.check = max(k.check, k.kept+1)
}
