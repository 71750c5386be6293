package trees

import (
	"math"
	"math/bits"
)

// lookup finds how many of some ascending numbers are at most another, without
// a branch on the data. Numbers are compared by their keys.
type lookup struct {
	steps []uint64 // the numbers, up to one less than a power of two; see search
	// Where the numbers are spread well enough, one step leads to the few that
	// are near: start has how many lie in buckets before each, keys those from
	// there on, and most says how many a bucket has at most. The first bucket is
	// all below base.
	start *[buckets]uint16
	keys  []uint64
	base  uint64
	shift uint
	most  int
}

const (
	buckets = 2048
	// bucketMost is how many numbers a bucket may have.
	bucketMost = 4
	// bucketLeast is the number where buckets start: values nearer to 0 are
	// rare, and would take most of them.
	bucketLeast = 1e-9
)

func newLookup(at []float64) (l lookup) {
	size := 1
	for size-1 < len(at) {
		size *= 2
	}
	l.keys = make([]uint64, size-1+bucketMost)
	for i := range l.keys {
		l.keys[i] = math.MaxUint64
		if i < len(at) {
			l.keys[i] = key(at[i])
		}
	}
	l.steps = l.keys[:size-1]
	if len(at) <= bucketMost {
		return l // as good
	}
	sorted := l.keys[:len(at)]
	if l.base = key(bucketLeast); sorted[len(sorted)-1] < l.base {
		l.base = sorted[0]
	}
	for i := len(sorted) - 1; i >= 0 && sorted[i] >= key(bucketLeast); i-- {
		l.base = sorted[i]
	}
	for (sorted[len(sorted)-1]-l.base)>>l.shift > buckets-2 {
		l.shift++
	}
	var start [buckets]uint16
	in, before := 0, uint64(0)
	for i, k := range sorted {
		b := l.bucket(k)
		if b != before {
			in = 0
		}
		in++
		l.most = max(l.most, in)
		for before < b {
			before++
			start[before] = uint16(i)
		}
	}
	for before < buckets-1 {
		before++
		start[before] = uint16(len(sorted))
	}
	if l.most <= bucketMost {
		l.start = &start
	}
	return l
}

// key orders numbers as they are ordered, but for NaN, which has no place.
func key(x float64) uint64 {
	b := math.Float64bits(x + 0) // -0 is 0
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

func (l *lookup) bucket(k uint64) uint64 {
	d, below := bits.Sub64(k, l.base, 0)
	return (min(d>>(l.shift&63), buckets-2) + 1) & (below - 1)
}

// search returns the number of keys that are at most k. There is one less than
// a power of two, the last of them the highest there is, so that every search
// takes the same steps.
func search(keys []uint64, k uint64) int {
	i := 0
	for s := (len(keys) + 1) / 2; s > 0; s >>= 1 {
		_, below := bits.Sub64(k, keys[i+s-1], 0)
		i += s & (int(below) - 1)
	}
	return i
}

// fill writes for each cell how many numbers are at most it, and missing for
// NaN.
func (l *lookup) fill(dst []uint16, cells []float64, missing uint16) {
	dst = dst[:len(cells)]
	switch {
	case l.start == nil:
		for r, x := range cells {
			i := uint16(search(l.steps, key(x)))
			if x != x {
				i = missing
			}
			dst[r] = i
		}
	case l.most == 1:
		for r, x := range cells {
			k := key(x)
			i := l.start[l.bucket(k)&(buckets-1)]
			_, below := bits.Sub64(k, l.keys[i], 0)
			if i += uint16(1 - below); x != x {
				i = missing
			}
			dst[r] = i
		}
	default:
		for r, x := range cells {
			k := key(x)
			i := l.start[l.bucket(k)&(buckets-1)]
			near := l.keys[i:]
			_, b0 := bits.Sub64(k, near[0], 0)
			_, b1 := bits.Sub64(k, near[1], 0)
			_, b2 := bits.Sub64(k, near[2], 0)
			_, b3 := bits.Sub64(k, near[3], 0)
			if i += uint16(bucketMost - b0 - b1 - b2 - b3); x != x {
				i = missing
			}
			dst[r] = i
		}
	}
}
