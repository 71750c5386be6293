// Package bands compares groups among equals: rows of one stratum whose scores
// lie in one band, a tenth of the stratum.
//
// Bands are cut only once all rows are counted, and alike for everybody of a
// stratum, so that neither the order of rows nor a group's size moves them.
package bands

import (
	"math"

	"evenhand/audit/stats"
)

// A key holds a stratum, a cell and a bin of scores.
const (
	binBits  = 22 // sign, exponent and the top 10 bits of the fraction
	cellBits = 26

	// CellShift is where the number of a cell begins in a key.
	CellShift = binBits
	// StratumShift is where the number of a stratum begins.
	StratumShift = cellBits + binBits

	binMask     = 1<<binBits - 1
	binDrop     = 64 - binBits
	unscored    = 0
	signBit     = 1 << 63
	stratumBits = 64 - binBits - cellBits

	// MaxStrata and MaxCells bound the numbers that Key takes.
	MaxStrata = 1 << stratumBits
	MaxCells  = 1 << cellBits
)

// Counts counts rows by stratum, cell and score. What a cell is, such as a group
// and an outcome, is the caller's to say. The zero Counts is empty.
//
// Scores are counted in bins whose edges are fixed for ever: integers up to
// ±2048 each have one, elsewhere a bin is at most a thousandth of its value
// wide. Scores that are NaN, or all of them, are a band of their own.
type Counts struct{ cube stats.Cube }

// Key packs a stratum below MaxStrata and a cell below MaxCells, for AddSlice.
func Key(stratum, cell uint32) uint64 {
	return uint64(stratum)<<(cellBits+binBits) | uint64(cell)<<CellShift
}

// Unkey is the inverse of Key.
func Unkey(key uint64) (stratum, cell uint32) {
	return uint32(key >> StratumShift), uint32(key >> CellShift & (MaxCells - 1))
}

// AddSlice counts rows: their keys, as Key packs them, and their scores. Scores
// may be nil: nobody has one. It overwrites keys.
func (c *Counts) AddSlice(keys []uint64, scores []float64) {
	for i := range scores {
		keys[i] |= binOf(scores[i])
	}
	c.cube.AddSlice(keys)
}

// binOf returns the bin of a score: bins are ordered as scores are.
func binOf(x float64) uint64 {
	if x != x {
		return unscored
	}
	bits := math.Float64bits(x + 0) // −0 is 0
	if bits&signBit != 0 {
		bits = ^bits
	} else {
		bits |= signBit
	}
	return bits >> binDrop
}

// edge returns the least score of a bin; bins of negative scores have their
// greatest one last, and are read off at the end nearer to minus infinity.
func edge(bin uint64) float64 {
	bits := bin << binDrop
	if bits&signBit != 0 {
		return math.Float64frombits(bits &^ signBit)
	}
	return math.Float64frombits(^bits)
}

// Merge adds the counts of o, whose numbers renumber translates.
func (c *Counts) Merge(o *Counts, renumber func(stratum, cell uint32) (uint32, uint32)) {
	c.cube.Merge(o.renumbered(renumber))
}

func (c *Counts) renumbered(renumber func(stratum, cell uint32) (uint32, uint32)) *stats.Cube {
	return c.cube.Map(func(k uint64) uint64 { return Key(renumber(Unkey(k))) | k&binMask })
}

// Renumbered returns the counts under other numbers. What Cut returns is in the
// order of the numbers: give strata that of their names before sums depend on
// it.
func (c *Counts) Renumbered(renumber func(stratum, cell uint32) (uint32, uint32)) *Counts {
	return &Counts{*c.renumbered(renumber)}
}

// Each calls f for every stratum and cell that has rows, with their number, by
// stratum and cell.
func (c *Counts) Each(f func(stratum, cell uint32, n int64)) {
	cells := c.cube.Map(func(k uint64) uint64 { return k &^ binMask })
	for k, n := range cells.All() {
		stratum, cell := Unkey(k)
		f(stratum, cell, n)
	}
}

// Encode writes the counts under the numbers that renumber gives.
func (c *Counts) Encode(e *stats.Encoder, renumber func(stratum, cell uint32) (uint32, uint32)) {
	e.Value(c.renumbered(renumber))
}

// Decode makes c what Encode wrote.
func (c *Counts) Decode(d *stats.Decoder) {
	d.Value(&c.cube)
	for k, n := range c.cube.All() {
		if n < 0 {
			d.Fail("score cell %#x counts %d rows", k, n)
			return
		}
	}
}
