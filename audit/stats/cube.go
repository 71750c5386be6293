package stats

import (
	"iter"
	"math/bits"
	"slices"
)

// Cube counts by key: the cells of a cross table of any number of dimensions,
// whose coordinates the caller packs into a uint64. Cells are int64 and may
// also sum amounts; a cell that is 0 is the same as none. It takes memory for
// the cells in use only, and is a hash table with open addressing, since a
// cell is touched for every row.
type Cube struct {
	cells []Cell // a power of two long, or empty; a slot is free when its key is 0
	used  int    // slots in use
	zero  int64  // the cell of key 0
}

// Cell is one cell of a [Cube].
type Cell struct {
	Key uint64
	N   int64
}

const cubeTag = 'C'

// Add adds 1 to the cell of key.
func (c *Cube) Add(key uint64) { c.AddN(key, 1) }

// AddN adds n to the cell of key.
func (c *Cube) AddN(key uint64, n int64) {
	if key == 0 {
		c.zero += n
		return
	}
	if c.used >= len(c.cells)/2 {
		c.grow()
	}
	mask := uint64(len(c.cells) - 1)
	for i := hash(key, mask); ; i = (i + 1) & mask {
		s := &c.cells[i&mask]
		if s.Key == key {
			s.N += n
			return
		}
		if s.Key == 0 {
			s.Key, s.N = key, n
			c.used++
			return
		}
	}
}

// AddSlice adds 1 to the cell of every key.
func (c *Cube) AddSlice(keys []uint64) {
	for _, k := range keys {
		c.AddN(k, 1)
	}
}

// hash spreads packed keys, whose low bits alone are often equal, over a table
// of mask+1 slots.
func hash(key, mask uint64) uint64 {
	hi, lo := bits.Mul64(key, 0x9E3779B97F4A7C15)
	return (hi ^ lo>>32 ^ lo) & mask
}

func (c *Cube) grow() {
	old := c.cells
	c.cells = make([]Cell, max(16, 2*len(old)))
	mask := uint64(len(c.cells) - 1)
	for _, s := range old {
		if s.Key != 0 {
			i := hash(s.Key, mask)
			for c.cells[i].Key != 0 {
				i = (i + 1) & mask
			}
			c.cells[i] = s
		}
	}
}

// N returns the cell of key.
func (c *Cube) N(key uint64) int64 {
	if key == 0 || len(c.cells) == 0 {
		if key == 0 {
			return c.zero
		}
		return 0
	}
	mask := uint64(len(c.cells) - 1)
	for i := hash(key, mask); ; i = (i + 1) & mask {
		switch s := &c.cells[i]; s.Key {
		case key:
			return s.N
		case 0:
			return 0
		}
	}
}

// Merge adds every cell of o.
func (c *Cube) Merge(o *Cube) {
	c.zero += o.zero
	for _, s := range o.cells {
		if s.Key != 0 {
			c.AddN(s.Key, s.N)
		}
	}
}

// Cells returns the cells that are not 0, by ascending key.
func (c *Cube) Cells() []Cell {
	cells := make([]Cell, 0, c.used+1)
	if c.zero != 0 {
		cells = append(cells, Cell{0, c.zero})
	}
	for _, s := range c.cells {
		if s.Key != 0 && s.N != 0 {
			cells = append(cells, s)
		}
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		if a.Key < b.Key {
			return -1
		}
		return 1 // keys differ
	})
	return cells
}

// All yields the cells that are not 0, by ascending key.
func (c *Cube) All() iter.Seq2[uint64, int64] {
	return func(yield func(uint64, int64) bool) {
		for _, s := range c.Cells() {
			if !yield(s.Key, s.N) {
				return
			}
		}
	}
}

// Len returns the number of cells ever added to, those that came to 0 again
// included.
func (c *Cube) Len() int {
	if c.zero != 0 {
		return c.used + 1
	}
	return c.used
}

// Map returns a Cube whose keys are f of this one's; cells that f gives one
// key are added up. It drops a coordinate, or renumbers one (see [Keys]).
func (c *Cube) Map(f func(uint64) uint64) *Cube {
	m := &Cube{}
	if c.zero != 0 {
		m.AddN(f(0), c.zero)
	}
	for _, s := range c.cells {
		if s.Key != 0 && s.N != 0 {
			m.AddN(f(s.Key), s.N)
		}
	}
	return m
}

// AppendBinary appends the canonical encoding of the cube to b.
func (c *Cube) AppendBinary(b []byte) ([]byte, error) {
	e := NewEncoder(b)
	e.Byte(cubeTag)
	cells := c.Cells()
	e.Count(len(cells))
	last := uint64(0)
	for _, s := range cells {
		e.Uvarint(s.Key - last)
		e.Varint(s.N)
		last = s.Key
	}
	return e.Data(), nil
}

// MarshalBinary is AppendBinary to nothing.
func (c *Cube) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// UnmarshalBinary makes c what b encodes; c is unchanged on error.
func (c *Cube) UnmarshalBinary(b []byte) error {
	d := NewDecoder(b)
	var t Cube
	d.Tag(cubeTag)
	key := uint64(0)
	for i := range d.Count(2) {
		step, n := d.Uvarint(), d.Varint()
		if key+step < key || step == 0 && i > 0 || n == 0 {
			d.Fail("bad cell of a cube")
			return d.Err()
		}
		key += step
		t.AddN(key, n)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*c = t
	return nil
}
