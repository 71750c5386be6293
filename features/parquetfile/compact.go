package parquetfile

import "encoding/binary"

// compact walks Thrift's compact protocol over bytes held in memory. Nothing
// is allocated by what the bytes promise: every length is compared with what
// is left first.
type compact struct {
	b   []byte
	pos int
	bad bool // sticky: something did not fit
	// items counts list elements: each costs the decoder memory, however
	// few bytes it takes here.
	items int
}

// Types of the compact protocol.
const (
	cStop   = 0
	cTrue   = 1
	cFalse  = 2
	cI8     = 3
	cI16    = 4
	cI32    = 5
	cI64    = 6
	cDouble = 7
	cBinary = 8
	cList   = 9
	cSet    = 10
	cMap    = 11
	cStruct = 12
	cUUID   = 13
)

// maxThriftDepth is the nesting that a skipped value may have; the format's
// own structures have six levels.
const maxThriftDepth = 16

func (c *compact) left() int { return len(c.b) - c.pos }

func (c *compact) fail() { c.bad = true; c.pos = len(c.b) }

func (c *compact) byte() byte {
	if c.pos >= len(c.b) {
		c.bad = true
		return 0
	}
	x := c.b[c.pos]
	c.pos++
	return x
}

func (c *compact) uvarint() uint64 {
	x, n := binary.Uvarint(c.b[c.pos:])
	if n <= 0 {
		c.fail()
		return 0
	}
	c.pos += n
	return x
}

func (c *compact) int() int64 {
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// i32 is int for fields whose type has 32 bits.
func (c *compact) i32() int32 {
	x := c.int()
	if int64(int32(x)) != x {
		c.fail()
		return 0
	}
	return int32(x)
}

func (c *compact) skipBytes(n uint64) {
	if n > uint64(c.left()) {
		c.fail()
		return
	}
	c.pos += int(n)
}

// field reads a field header; typ is cStop at the end of the struct.
func (c *compact) field(last int) (id int, typ byte) {
	h := c.byte()
	if c.bad || h == 0 {
		return 0, cStop
	}
	typ = h & 15
	if d := int(h >> 4); d != 0 {
		return last + d, typ
	}
	return int(int16(c.int())), typ
}

// list reads a list header and makes sure that its elements, at no less than
// min bytes each, can be there.
func (c *compact) list(min int) (n int, elem byte) {
	h := c.byte()
	size := uint64(h >> 4)
	if size == 15 {
		size = c.uvarint()
	}
	if c.bad || size > uint64(c.left()/min) {
		c.fail()
		return 0, 0
	}
	c.items += int(size)
	return int(size), h & 15
}

// skip passes over a value. Booleans of fields have no bytes, those of
// containers have one.
func (c *compact) skip(typ byte, inList bool, depth int) {
	if depth > maxThriftDepth {
		c.fail()
		return
	}
	switch typ {
	case cTrue, cFalse:
		if inList {
			c.byte()
		}
	case cI8:
		c.byte()
	case cI16, cI32, cI64:
		c.uvarint()
	case cDouble:
		c.skipBytes(8)
	case cUUID:
		c.skipBytes(16)
	case cBinary:
		c.skipBytes(c.uvarint())
	case cList, cSet:
		n, elem := c.list(1)
		for i := 0; i < n && !c.bad; i++ {
			c.skip(elem, true, depth+1)
		}
	case cMap:
		n := c.uvarint()
		if n == 0 {
			return
		}
		kv := c.byte()
		for i := uint64(0); i < n && !c.bad; i++ {
			c.skip(kv>>4, true, depth+1)
			c.skip(kv&15, true, depth+1)
		}
	case cStruct:
		id, t := c.field(0)
		for t != cStop && !c.bad {
			c.skip(t, false, depth+1)
			id, t = c.field(id)
		}
	default:
		c.fail()
	}
}
