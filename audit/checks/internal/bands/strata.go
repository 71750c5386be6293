package bands

import (
	"math"

	"evenhand/audit/stats"
)

// Band is the rows of a stratum whose scores lie between two cuts.
type Band struct {
	Stratum   uint32
	Number    int     // from 0, ascending by score; -1: rows without a score
	Low, High float64 // least and greatest edge of the bins in it; NaN without scores
	Cells     []Cell  // by number
}

// Cell is a cell of a band and its rows.
type Cell struct {
	Cell uint32
	N    int64
}

// Cut cuts the scores of each stratum into n bands of nearly equal numbers of
// rows, whatever their cells: a bin of scores goes to band ⌊n·r⌋, where r is
// the share of the stratum's rows below the middle of the bin, so that equal
// scores stay together. Bands are by stratum and number; empty ones are left
// out.
func (c *Counts) Cut(n int) []Band {
	// Keys go by cell before score: what is wanted is the other way around.
	rows := map[uint64]int64{} // by stratum and bin
	total := map[uint32]int64{}
	for k, m := range c.cube.All() {
		stratum, _ := Unkey(k)
		rows[uint64(stratum)<<binBits|k&binMask] += m
		if k&binMask != unscored {
			total[stratum] += m
		}
	}
	band := map[uint64]int{}
	var below int64
	last := uint32(math.MaxUint32)
	for _, k := range sorted(rows) {
		stratum, bin := uint32(k>>binBits), k&binMask
		if stratum != last {
			below, last = 0, stratum
		}
		if bin == unscored {
			band[k] = -1
			continue
		}
		m := rows[k]
		// Halves are avoided by doubling; the product fits, as n is small.
		band[k] = int(int64(n) * (2*below + m) / (2 * total[stratum]))
		below += m
	}
	return c.gather(band)
}

// gather adds up the cells of each band.
func (c *Counts) gather(band map[uint64]int) []Band {
	type place struct {
		stratum uint32
		number  int
	}
	at := map[place]int{}
	var out []Band
	for _, k := range sorted(band) {
		p := place{uint32(k >> binBits), band[k]}
		i, ok := at[p]
		if !ok {
			i = len(out)
			at[p] = i
			out = append(out, Band{Stratum: p.stratum, Number: p.number, Low: math.NaN(), High: math.NaN()})
		}
		if bin := k & binMask; bin != unscored {
			if out[i].High = edge(bin); math.IsNaN(out[i].Low) {
				out[i].Low = out[i].High
			}
		}
	}
	for k, n := range c.cube.All() { // by cell within a stratum
		stratum, cell := Unkey(k)
		b := &out[at[place{stratum, band[uint64(stratum)<<binBits|k&binMask]}]]
		if last := len(b.Cells) - 1; last >= 0 && b.Cells[last].Cell == cell {
			b.Cells[last].N += n
			continue
		}
		b.Cells = append(b.Cells, Cell{cell, n})
	}
	return out
}

// Side is where a cell goes in a 2×2 table.
type Side uint8

// The places of a table, and none.
const (
	Neither Side = iota
	Group
	Reference
)

// Tables returns the 2×2 table of every band that has rows of both the group
// and the reference: of says where a cell goes, and whether its rows have the
// outcome.
func Tables(bands []Band, of func(cell uint32) (side Side, outcome bool)) []stats.Table {
	var out []stats.Table
	for i := range bands {
		if t := bands[i].Table(of); t.A+t.B > 0 && t.C+t.D > 0 {
			out = append(out, t)
		}
	}
	return out
}

// Table returns the 2×2 table of a band, see [Tables].
func (b *Band) Table(of func(cell uint32) (side Side, outcome bool)) (t stats.Table) {
	for _, c := range b.Cells {
		switch side, outcome := of(c.Cell); {
		case side == Group && outcome:
			t.A += c.N
		case side == Group:
			t.B += c.N
		case side == Reference && outcome:
			t.C += c.N
		case side == Reference:
			t.D += c.N
		}
	}
	return t
}
