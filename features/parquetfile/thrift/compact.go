// Package thrift walks Thrift's compact protocol, trusting nothing that the bytes
// promise.
package thrift

import "encoding/binary"

// Reader walks Thrift's compact protocol over bytes held in memory. Nothing
// is allocated by what the bytes promise: every length is compared with what
// is left first.
type Reader struct {
	B   []byte
	Pos int  // of the next byte
	Bad bool // sticky: something did not fit
	// Items counts list elements: each costs the decoder memory, however
	// few bytes it takes here.
	Items int
}

// The types of the compact protocol.
const (
	Stop   = 0
	True   = 1
	False  = 2
	I8     = 3
	I16    = 4
	I32    = 5
	I64    = 6
	Double = 7
	Binary = 8
	List   = 9
	Set    = 10
	Map    = 11
	Struct = 12
	UUID   = 13
)

// maxDepth is the nesting that a skipped value may have; the format's
// own structures have six levels.
const maxDepth = 16

func (c *Reader) left() int { return len(c.B) - c.Pos }

// Fail says that what was read makes no sense: nothing more will be.
func (c *Reader) Fail() { c.Bad = true; c.Pos = len(c.B) }

func (c *Reader) byte() byte {
	if c.Pos >= len(c.B) {
		c.Bad = true
		return 0
	}
	x := c.B[c.Pos]
	c.Pos++
	return x
}

func (c *Reader) uvarint() uint64 {
	x, n := binary.Uvarint(c.B[c.Pos:])
	if n <= 0 {
		c.Fail()
		return 0
	}
	c.Pos += n
	return x
}

func (c *Reader) int() int64 {
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// I32 is int for fields whose type has 32 bits.
func (c *Reader) I32() int32 {
	x := c.int()
	if int64(int32(x)) != x {
		c.Fail()
		return 0
	}
	return int32(x)
}

func (c *Reader) skipBytes(n uint64) {
	if n > uint64(c.left()) {
		c.Fail()
		return
	}
	c.Pos += int(n)
}

// Field reads a field header; typ is Stop at the end of the struct.
func (c *Reader) Field(last int) (id int, typ byte) {
	h := c.byte()
	if c.Bad || h == 0 {
		return 0, Stop
	}
	typ = h & 15
	if d := int(h >> 4); d != 0 {
		return last + d, typ
	}
	return int(int16(c.int())), typ
}

// List reads a list header and makes sure that its elements, at no less than
// min bytes each, can be there.
func (c *Reader) List(min int) (n int, elem byte) {
	h := c.byte()
	size := uint64(h >> 4)
	if size == 15 {
		size = c.uvarint()
	}
	if c.Bad || size > uint64(c.left()/min) {
		c.Fail()
		return 0, 0
	}
	c.Items += int(size)
	return int(size), h & 15
}

// Skip passes over a value. Booleans of fields have no bytes, those of
// containers have one.
func (c *Reader) Skip(typ byte, inList bool, depth int) {
	if depth > maxDepth {
		c.Fail()
		return
	}
	switch typ {
	case True, False:
		if inList {
			c.byte()
		}
	case I8:
		c.byte()
	case I16, I32, I64:
		c.uvarint()
	case Double:
		c.skipBytes(8)
	case UUID:
		c.skipBytes(16)
	case Binary:
		c.skipBytes(c.uvarint())
	case List, Set:
		n, elem := c.List(1)
		for i := 0; i < n && !c.Bad; i++ {
			c.Skip(elem, true, depth+1)
		}
	case Map:
		n := c.uvarint()
		if n == 0 {
			return
		}
		kv := c.byte()
		for i := uint64(0); i < n && !c.Bad; i++ {
			c.Skip(kv>>4, true, depth+1)
			c.Skip(kv&15, true, depth+1)
		}
	case Struct:
		id, t := c.Field(0)
		for t != Stop && !c.Bad {
			c.Skip(t, false, depth+1)
			id, t = c.Field(id)
		}
	default:
		c.Fail()
	}
}
