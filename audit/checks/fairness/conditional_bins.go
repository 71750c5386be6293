package fairness

import (
	"math"

	"evenhand/audit/stats"
)

// condBins counts by a number and whatever else identifies a cell. Numbers are
// kept to 12 bits of their fraction (0.025 %), every integer up to 8192 exactly.
// Where that makes more than room cells, all numbers lose a further bit, and
// another, until they fit: the number of bits is the least that does for the
// cells there are, however they came, so that states merge in any order.
type condBins struct {
	cube  stats.Cube
	level uint // bits dropped
	room  int  // cells
	keys  []uint64
}

// Keys of the cube: the bin, then 40 bits of the caller's.
const (
	binShift   = 40
	binRest    = 1<<binShift - 1
	binFull    = 24 // bits of a bin: sign, exponent, 12 of the fraction
	condCells  = 1 << 18
	binDropped = 64 - binFull
)

// binOf is the bin of x, which is not NaN. Bins are ordered as their numbers.
func binOf(x float64) uint64 {
	b := math.Float64bits(x + 0)
	if b>>63 != 0 {
		b = ^b
	} else {
		b |= 1 << 63
	}
	return b >> binDropped
}

// edgeOf is the end of a bin that is nearer to zero: the number itself where no
// bit of it was dropped.
func edgeOf(bin uint64, level uint) float64 {
	b := bin >> level << level << binDropped
	if b>>63 != 0 {
		return math.Float64frombits(b &^ (1 << 63))
	}
	b |= 1<<(binDropped+level) - 1 // below zero the bits are inverted
	return 0 - math.Float64frombits(^b&^(1<<63))
}

// start begins a run of adds of n rows at most.
func (b *condBins) start() { b.keys = b.keys[:0] }

// put adds one row.
func (b *condBins) put(x float64, rest uint64) {
	b.keys = append(b.keys, binOf(x)>>b.level<<b.level<<binShift|rest)
}

// finish ends a run.
func (b *condBins) finish() {
	b.cube.AddSlice(b.keys)
	b.fit()
}

// fit drops bits until the cells fit.
func (b *condBins) fit() {
	for b.level < binFull && b.cube.Len() > b.room {
		b.level++
		b.cube = *b.cube.Map(b.coarse)
	}
}

// coarse is a key at the level.
func (b *condBins) coarse(k uint64) uint64 {
	return k>>binShift>>b.level<<b.level<<binShift | k&binRest
}

// merge adds the cells of o, whose keys' lower bits renumber maps.
func (b *condBins) merge(o *condBins, renumber func(uint64) uint64) {
	if o.level > b.level {
		b.level = o.level
		b.cube = *b.cube.Map(b.coarse)
	}
	b.cube.Merge(o.cube.Map(func(k uint64) uint64 { return b.coarse(k&^binRest | renumber(k&binRest)) }))
	b.fit()
}

// encode writes the cells, renumbered.
func (b *condBins) encode(e *stats.Encoder, renumber func(uint64) uint64) {
	e.Count(int(b.level))
	e.Value(b.cube.Map(func(k uint64) uint64 { return k&^binRest | renumber(k&binRest) }))
}

// decode reads what encode wrote; ok tells whether a cell's lower bits are in
// order.
func (b *condBins) decode(d *stats.Decoder, ok func(uint64) bool) {
	level := d.Uvarint()
	var cube stats.Cube
	d.Value(&cube)
	if level > binFull {
		d.Fail("%d bits of a number are dropped", level)
	}
	if d.Err() != nil {
		return
	}
	fresh := condBins{level: uint(level), room: b.room}
	total := int64(0)
	for k, n := range cube.All() {
		if n <= 0 || n > math.MaxInt64/2-total || fresh.coarse(k) != k || !ok(k&binRest) || math.IsNaN(edgeOf(k>>binShift, uint(level))) {
			d.Fail("cell %#x of numbers is out of order", k)
			return
		}
		total += n
	}
	fresh.cube = cube
	fresh.fit()
	if fresh.level != uint(level) {
		d.Fail("more cells than fit")
		return
	}
	*b = fresh
}
