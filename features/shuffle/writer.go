package shuffle

import (
	"encoding/binary"
	"math/bits"

	"evenhand/features"
)

// Writer adds rows, for one worker.
type Writer struct {
	s     *Shuffle
	texts [][]codes // by layout and cell

	// The rows of a batch that have a key, and where they go.
	rows  []int32
	part  []uint16
	size  []int // bytes after the length
	at    []int // where to write next, in buf
	nulls []int // where the row's nulls are, in buf
	start []int // of each partition, in buf
	buf   []byte

	joiner joiner
}

// Add adds the rows of b, a batch of table t, copying what it keeps.
func (w *Writer) Add(t int, b *features.Batch) error {
	stream := t
	for i := range w.s.joins {
		switch j := &w.s.joins[i]; t {
		case j.table:
			stream = j.waits
		case j.from:
			if err := w.add(j.layout, j.pairs, b, true); err != nil {
				return err
			}
		}
	}
	return w.add(t, stream, b, false)
}

// Close ends the worker's part.
func (w *Writer) Close() error { return w.s.store.failed() }

// add writes the rows of b to a stream. Pairs need be written once only: once
// for rows in a row will do, and rows where they are no pairs are left out.
func (w *Writer) add(l, stream int, b *features.Batch, pairs bool) error {
	lay := w.s.layouts[l]
	key := &b.Cols[lay.key]
	w.route(key, b.N)
	if pairs {
		w.pairs(key, &b.Cols[lay.cells[0]])
	}
	for i, r := range w.rows {
		n := int(key.Offsets[r+1] - key.Offsets[r])
		w.size[i] = width(uint64(n)) + n + lay.nulls
	}
	for n, c := range lay.cells {
		w.measure(&b.Cols[c], lay.dicts[n], &w.texts[l][n])
	}
	w.place()
	for i, r := range w.rows {
		k := key.Bytes[key.Offsets[r]:key.Offsets[r+1]]
		p := putUvarint(w.buf, w.at[i], uint64(len(k)))
		p += copy(w.buf[p:], k)
		w.nulls[i] = p
		for range lay.nulls {
			w.buf[p] = 0
			p++
		}
		w.at[i] = p
	}
	for n, c := range lay.cells {
		w.write(n, &b.Cols[c], &w.texts[l][n])
	}
	for c := range b.Cols {
		if c < len(lay.seen) && b.Cols[c].Present && !lay.seen[c].Load() {
			lay.seen[c].Store(true)
		}
	}
	return w.scatter(stream)
}

// route finds the rows that have a key, and their partitions.
func (w *Writer) route(key *features.Vector, n int) {
	w.rows, w.part = w.rows[:0], w.part[:0]
	shift := 64 - w.s.bits
	for i := range n {
		if key.Valid != nil && !key.Valid[i] {
			continue
		}
		h := hash(key.Bytes[key.Offsets[i]:key.Offsets[i+1]])
		w.rows = append(w.rows, int32(i))
		w.part = append(w.part, uint16(h>>shift))
	}
	w.room(len(w.rows))
}

// room makes room for n rows.
func (w *Writer) room(n int) {
	if cap(w.size) < n {
		w.size, w.at, w.nulls = make([]int, n), make([]int, n), make([]int, n)
	}
	w.size, w.at, w.nulls = w.size[:n], w.at[:n], w.nulls[:n]
}

// pairs leaves out rows without a value and those that repeat the row before.
func (w *Writer) pairs(key, value *features.Vector) {
	n, last := 0, int32(-1)
	for i, r := range w.rows {
		if value.IsNull(int(r)) {
			continue
		}
		if last >= 0 && string(key.Opaque(int(r))) == string(key.Opaque(int(last))) && string(value.Opaque(int(r))) == string(value.Opaque(int(last))) {
			continue
		}
		last = r
		w.rows[n], w.part[n] = r, w.part[i]
		n++
	}
	w.rows, w.part = w.rows[:n], w.part[:n]
	w.room(n)
}

// place gives each row its place in buf, partition by partition, and writes
// its length there.
func (w *Writer) place() {
	clear(w.start)
	for i, p := range w.part {
		w.start[p+1] += width(uint64(w.size[i])) + w.size[i]
	}
	for p := 1; p < len(w.start); p++ {
		w.start[p] += w.start[p-1]
	}
	total := w.start[len(w.start)-1]
	if cap(w.buf) < total {
		w.buf = make([]byte, total+total/4)
	}
	w.buf = w.buf[:cap(w.buf)]
	for i, p := range w.part {
		at := w.start[p]
		w.at[i] = putUvarint(w.buf, at, uint64(w.size[i]))
		w.start[p] = w.at[i] + w.size[i]
	}
}

// scatter moves buf into the stream of each partition. Starts are ends by now.
func (w *Writer) scatter(stream int) error {
	lo := 0
	for p, a := range w.s.parts {
		if hi := w.start[p]; hi > lo {
			a.append(stream, w.buf[lo:hi])
			lo = hi
		}
	}
	return w.s.store.relieve()
}

// width is the length of x as a varint.
func width(x uint64) int { return (bits.Len64(x|1) + 6) / 7 }

// putUvarint writes x at b[p:] and returns the end.
func putUvarint(b []byte, p int, x uint64) int {
	for x >= 0x80 {
		b[p] = byte(x) | 0x80
		x >>= 7
		p++
	}
	b[p] = byte(x)
	return p + 1
}

// uvarint reads what putUvarint wrote at b[p:] and returns the end.
func uvarint(b []byte, p int) (uint64, int) {
	x := uint64(b[p])
	if x < 0x80 {
		return x, p + 1
	}
	x &= 0x7f
	for s := 7; ; s += 7 {
		p++
		c := uint64(b[p])
		x |= c & 0x7f << s
		if c < 0x80 {
			return x, p + 1
		}
	}
}

func zigzag(x int64) uint64   { return uint64(x<<1) ^ uint64(x>>63) }
func unzigzag(x uint64) int64 { return int64(x>>1) ^ -int64(x&1) }

func putUint64(b []byte, p int, x uint64) int {
	binary.LittleEndian.PutUint64(b[p:], x)
	return p + 8
}
