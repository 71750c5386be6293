package shuffle

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
)

// Hashes brings equal 64-bit hashes of several sets together: partitions by
// their high bits, in memory up to a limit and in a temporary file beyond it.
// What a partition holds depends on the hashes only, never on arrival or
// workers; only the number of partitions depends on the limit.
type Hashes struct {
	sets  int
	bits  uint // of a hash that say the partition
	store *store
	parts []*area
	ready sync.Once
}

// mostSets is the number of sets that Hashes can tell apart: a hash is stored
// with its set in place of the bits that say the partition.
const mostSets = 1 << firstBits

// NewHashes returns an empty shuffle of the hashes of so many sets, at most 256.
// opt.Expect is a guess of eight bytes a hash.
func NewHashes(sets int, opt Options) *Hashes {
	if sets > mostSets {
		panic(fmt.Sprintf("shuffle: %d sets of hashes, more than %d", sets, mostSets))
	}
	h := &Hashes{sets: sets, bits: firstBits, store: newStore(0, opt.Dir)}
	if opt.Memory > 0 {
		h.store.limit = max(1, opt.Memory/2)
		// A third: sorting takes twice the room.
		leaf := opt.Memory / 2 / int64(max(opt.Workers, 1)) / 3
		for h.bits < mostBits && opt.Expect>>h.bits > leaf {
			h.bits++
		}
	}
	h.store.size(1 << h.bits)
	for range 1 << h.bits {
		h.parts = append(h.parts, h.store.area(1, h.bits))
	}
	return h
}

// HashWriter adds hashes, for one worker.
type HashWriter struct {
	h   *Hashes
	buf []byte   // of all partitions, gathered bytes each
	n   []uint16 // bytes in each one's
}

// gathered is the bytes a writer collects of a partition before it stores them.
const gathered = 512

// Writer adds hashes, for one worker.
func (h *Hashes) Writer() *HashWriter {
	return &HashWriter{h: h, buf: make([]byte, gathered*len(h.parts)), n: make([]uint16, len(h.parts))}
}

// Add adds hashes to a set.
func (w *HashWriter) Add(set int, hashes []uint64) error {
	bits := w.h.bits
	tag := uint64(set) << (64 - bits)
	for _, x := range hashes {
		p := x >> (64 - bits)
		at := int(w.n[p])
		binary.LittleEndian.PutUint64(w.buf[int(p)*gathered+at:], x<<bits>>bits|tag)
		if at += 8; at == gathered {
			w.h.parts[p].append(0, w.buf[int(p)*gathered:int(p)*gathered+gathered])
			at = 0
		}
		w.n[p] = uint16(at)
	}
	return w.h.store.relieve()
}

// Close ends the worker's part.
func (w *HashWriter) Close() error {
	for p, n := range w.n {
		w.h.parts[p].append(0, w.buf[p*gathered:p*gathered+int(n)])
	}
	w.buf, w.n = nil, nil
	return w.h.store.relieve()
}

// Partitions is the number of partitions.
func (h *Hashes) Partitions() int { return len(h.parts) }

// Spilled is the number of bytes that went to the temporary file.
func (h *Hashes) Spilled() int64 { return h.store.spilled.Load() }

// Close removes the temporary file and lets go of the memory.
func (h *Hashes) Close() error {
	h.parts = nil
	return h.store.close()
}

// HashReader loads partitions, for one worker.
type HashReader struct {
	h      *Hashes
	out    [][]uint64
	blob   []byte
	sorted []uint64
	other  []uint64 // room for sorting
}

// Reader returns a reader for one worker. All writers must be closed.
func (h *Hashes) Reader() *HashReader {
	h.ready.Do(h.store.seal)
	return &HashReader{h: h, out: make([][]uint64, h.sets)}
}

// Load returns the hashes of each set in partition p, ascending, as often as
// they were added. They are valid until the next Load.
func (r *HashReader) Load(p int) (sets [][]uint64, err error) {
	if r.blob, err = r.h.store.read(r.h.parts[p].streams[0], r.blob); err != nil {
		return nil, err
	}
	if err := r.h.store.failed(); err != nil { // then hashes were lost
		return nil, err
	}
	n := len(r.blob) / 8
	r.sorted, r.other = grow(r.sorted, n), grow(r.other, n)
	for i := range r.sorted {
		r.sorted[i] = uint64At(r.blob, 8*i)
	}
	r.sorted, r.other = sortHashes(r.sorted, r.other)
	bits := r.h.bits
	lo := 0
	for set := range r.out {
		hi := n
		if set+1 < len(r.out) {
			hi, _ = slices.BinarySearch(r.sorted, uint64(set+1)<<(64-bits))
		}
		r.out[set] = r.sorted[lo:hi]
		lo = hi
	}
	high := uint64(p) << (64 - bits)
	for i, x := range r.sorted {
		r.sorted[i] = x<<bits>>bits | high
	}
	return r.out, nil
}

// sortHashes sorts a, with b as room; it returns what is sorted, and the room.
// Three passes by the highest bytes, which hashes have at random, leave little
// out of order.
func sortHashes(a, b []uint64) (sorted, room []uint64) {
	if len(a) < 256 {
		slices.Sort(a)
		return a, b
	}
	var count [3][256]uint32
	for _, x := range a {
		count[0][byte(x>>40)]++
		count[1][byte(x>>48)]++
		count[2][byte(x>>56)]++
	}
	for k := range count {
		c, shift := &count[k], 40+8*k
		if c[byte(a[0]>>shift)] == uint32(len(a)) {
			continue // all have this byte
		}
		at := uint32(0)
		for i, n := range c {
			c[i] = at
			at += n
		}
		for _, x := range a {
			p := &c[byte(x>>shift)]
			b[*p] = x
			*p++
		}
		a, b = b, a
	}
	moves := 8 * len(a)
	for i := 1; i < len(a); i++ {
		x := a[i]
		if a[i-1] <= x {
			continue
		}
		k := i
		for ; k > 0 && a[k-1] > x; k-- {
			a[k] = a[k-1]
		}
		a[k] = x
		if moves -= i - k; moves < 0 { // these are no hashes
			slices.Sort(a)
			break
		}
	}
	return a, b
}
