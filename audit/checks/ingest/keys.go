package ingest

import (
	"math"
	"math/bits"
	"slices"

	"evenhand/audit/stats"
)

// The hashes of keys reach a state in ranges (audit.KeyState), each with every
// occurrence of its hashes. What is kept is counts by leading zeros: the hashes
// under 2^(64−shift) are a share 1/2^shift of all, so that the share to compare
// can be chosen in the end.

// byZeros counts hashes by their leading zeros.
type byZeros [65]int64

// under returns the count of hashes under 2^(64−shift).
func (c *byZeros) under(shift int) (n int64) {
	for _, x := range c[shift:] {
		n += x
	}
	return n
}

// shift returns the least shift under which there are at most limit hashes.
func (c *byZeros) shift(limit int) int {
	shift := 0
	for n := c.under(0); n > int64(limit) && shift < 64; shift++ {
		n -= c[shift]
	}
	return shift
}

func (c *byZeros) merge(o *byZeros) {
	for i, n := range o {
		c[i] += n
	}
}

func (c *byZeros) encode(e *stats.Encoder) {
	for _, n := range c {
		e.Uvarint(uint64(n))
	}
}

func (c *byZeros) decode(d *stats.Decoder) {
	*c = byZeros{}
	room := int64(math.MaxInt64)
	for i := range c {
		if c[i] = d.Natural(); c[i] > room {
			d.Fail("more hashes of keys than can be counted")
			c[i] = 0
		}
		room -= c[i]
	}
}

// repeats tells which keys of a table occur again. Of more than limit distinct
// ones, those under 2^(64−shift), with the least shift that fits.
type repeats struct {
	set      int // of the hashes
	limit    int
	most     int      // repeated hashes kept
	distinct byZeros  // hashes
	extra    byZeros  // further occurrences of a hash
	least    []uint64 // repeated hashes, ascending: the least of all
	scratch  []uint64
}

// newRepeats returns the statistic of hashes of a set. It tells as many as
// cases of those repeated, and keeps one more to know whether these are all.
func newRepeats(set, limit, cases int) *repeats {
	return &repeats{set: set, limit: limit, most: max(cases, 0) + 1}
}

// add takes the ascending hashes of a range.
func (k *repeats) add(hashes []uint64) {
	again := k.scratch[:0]
	for i := 0; i < len(hashes); {
		h, n := hashes[i], 1
		for i++; i < len(hashes) && hashes[i] == h; i++ {
			n++
		}
		z := bits.LeadingZeros64(h)
		k.distinct[z]++
		if n > 1 {
			k.extra[z] += int64(n - 1)
			if len(again) < k.most {
				again = append(again, h)
			}
		}
	}
	k.keep(again)
	k.scratch = again
}

// keep keeps the least of the hashes kept and others, none of them known.
func (k *repeats) keep(others []uint64) {
	if len(others) == 0 {
		return
	}
	k.least = append(k.least, others...)
	slices.Sort(k.least)
	k.least = k.least[:min(len(k.least), k.most)]
}

// shift says that a share 1/2^shift of the keys is compared.
func (k *repeats) shift() int { return k.distinct.shift(k.limit) }

// repeated returns how many rows have a key that occurred before, and the
// least hashes of such keys, ascending, one more than are told when there are
// as many.
func (k *repeats) repeated() (extra int64, hashes []uint64) {
	shift := k.shift()
	n := 0
	for n < len(k.least) && bits.LeadingZeros64(k.least[n]) >= shift {
		n++
	}
	return k.extra.under(shift), k.least[:n]
}

func (k *repeats) merge(o *repeats) {
	k.distinct.merge(&o.distinct)
	k.extra.merge(&o.extra)
	k.keep(o.least)
}

func (k *repeats) encode(e *stats.Encoder) {
	k.distinct.encode(e)
	k.extra.encode(e)
	e.Count(len(k.least))
	last := uint64(0)
	for _, h := range k.least {
		e.Uvarint(h - last)
		last = h
	}
}

func (k *repeats) decode(d *stats.Decoder) {
	k.distinct.decode(d)
	k.extra.decode(d)
	k.least = nil
	n := d.Count(1)
	if n > k.most {
		d.Fail("%d repeated keys, more than %d", n, k.most)
		return
	}
	h := uint64(0)
	for i := 0; i < n && d.Err() == nil; i++ {
		next := h + d.Uvarint()
		if next <= h {
			d.Fail("repeated keys out of order")
			return
		}
		h = next
		k.least = append(k.least, h)
	}
}
