package parquetfile

import (
	"fmt"
	"hash/crc32"

	"github.com/parquet-go/parquet-go/format"
)

func corruptSize(cap int64) error {
	return fmt.Errorf("the pages of one row group need more than %d bytes at once, the cap; export smaller pages", cap)
}

// pageHeader is what is needed of format.PageHeader. It is decoded here, into
// the same memory each time, because pages are many and their headers carry
// statistics that nobody asked for.
type pageHeader struct {
	typ          format.PageType
	size         int32 // uncompressed, levels included
	packed       int32 // as stored
	crc          uint32
	hasCRC       bool
	values       int32
	enc          format.Encoding
	defEnc       format.Encoding
	repEnc       format.Encoding
	nulls, rows  int32 // v2
	defLen       int32 // v2
	repLen       int32 // v2
	uncompressed bool  // v2: is_compressed = false
	seen         uint16
}

// maxPageHeader bounds a header's bytes: statistics hold two values.
const maxPageHeader = 16 << 20

// decode reads a header from the front of b and returns its length; 0 and no
// error when b may be too short to hold it.
func (h *pageHeader) decode(b []byte) (int, error) {
	*h = pageHeader{}
	c := &compact{b: b}
	for id, t := c.field(0); t != cStop && !c.bad; id, t = c.field(id) {
		switch {
		case id == 1 && t == cI32:
			h.typ = format.PageType(c.i32())
		case id == 2 && t == cI32:
			h.size = c.i32()
		case id == 3 && t == cI32:
			h.packed = c.i32()
		case id == 4 && t == cI32:
			h.crc, h.hasCRC = uint32(c.i32()), true
		case (id == 5 || id == 7 || id == 8) && t == cStruct:
			h.decodeBody(c, id)
		case id >= 1 && id <= 3:
			c.fail()
		default:
			c.skip(t, false, 0)
			continue
		}
		if id > 0 && id < 16 {
			h.seen |= 1 << id
		}
	}
	if c.bad {
		return 0, nil
	}
	const sizes = 1<<1 | 1<<2 | 1<<3
	body := uint16(0)
	switch h.typ {
	case format.DataPage:
		body = 1 << 5
	case format.DictionaryPage:
		body = 1 << 7
	case format.DataPageV2:
		body = 1 << 8
	}
	if h.seen&sizes != sizes || h.seen&body != body {
		return 0, corrupt("a page header lacks required fields")
	}
	if h.size < 0 || h.packed < 0 || h.values < 0 {
		return 0, corrupt("a page header holds a negative size")
	}
	return c.pos, nil
}

// decodeBody reads DataPageHeader (5), DictionaryPageHeader (7) or
// DataPageHeaderV2 (8).
func (h *pageHeader) decodeBody(c *compact, body int) {
	var seen uint16
	required := 4 // fields 1 to required have 32 bits and must be there
	switch body {
	case 7:
		required = 2
	case 8:
		required = 6
	}
	for id, t := c.field(0); t != cStop && !c.bad; id, t = c.field(id) {
		if id > 0 && id < 16 {
			seen |= 1 << id
		}
		switch {
		case body == 8 && id == 7 && (t == cTrue || t == cFalse):
			h.uncompressed = t == cFalse
		case t != cI32 && id >= 1 && id <= required:
			c.fail() // a damaged header must not look like one with defaults
		case t != cI32:
			c.skip(t, false, 0)
		case id == 1:
			h.values = c.i32()
		case id == 2 && body == 8:
			h.nulls = c.i32()
		case id == 3 && body == 8:
			h.rows = c.i32()
		case id == 2, id == 4 && body == 8:
			h.enc = format.Encoding(c.i32())
		case id == 3 && body == 5:
			h.defEnc = format.Encoding(c.i32())
		case id == 4 && body == 5:
			h.repEnc = format.Encoding(c.i32())
		case id == 5 && body == 8:
			h.defLen = c.i32()
		case id == 6 && body == 8:
			h.repLen = c.i32()
		default:
			c.skip(t, false, 0)
		}
	}
	need := uint16(1)<<(required+1) - 2
	if seen&need != need {
		c.fail()
	}
}

// pages walks the pages of one column chunk.
type pages struct {
	w     window
	codec codec
	max   int64 // cap on a page's uncompressed bytes
	mem   *budget
	head  pageHeader
	buf   []byte // the current page, uncompressed, when it was compressed
	left  int64  // values of the chunk not yet in a page handed out
}

// next reads the next page that is of use: head says which, and rep, def and
// body are its parts (rep and def only of v2 pages). The bytes are valid until
// the next call and have padding behind them.
func (p *pages) next() (rep, def, body []byte, err error) {
	for {
		if err := p.header(); err != nil {
			return nil, nil, nil, err
		}
		h := &p.head
		if int64(h.size) > p.max {
			return nil, nil, nil, fmt.Errorf("a page has %d bytes uncompressed, more than the cap of %d", h.size, p.max)
		}
		raw, err := p.w.take(int(h.packed))
		if err != nil {
			return nil, nil, nil, err
		}
		if h.hasCRC && crc32.ChecksumIEEE(raw) != h.crc {
			return nil, nil, nil, corrupt("a page does not match its checksum")
		}
		switch h.typ {
		case format.DataPage, format.DictionaryPage:
			body, err = p.unpack(raw, int(h.size), false)
			return nil, nil, body, err
		case format.DataPageV2:
			return p.splitV2(raw)
		}
		// Index pages and what later versions of the format may add.
	}
}

func (p *pages) splitV2(raw []byte) (rep, def, body []byte, err error) {
	h := &p.head
	levels := int64(h.repLen) + int64(h.defLen)
	if h.repLen < 0 || h.defLen < 0 || levels > int64(len(raw)) || levels > int64(h.size) || h.nulls < 0 || h.nulls > h.values || h.rows < 0 {
		return nil, nil, nil, corrupt("a page's levels do not fit into it")
	}
	rep, def, raw = raw[:h.repLen], raw[h.repLen:levels], raw[levels:]
	body, err = p.unpack(raw, int(int64(h.size)-levels), h.uncompressed)
	return rep, def, body, err
}

func (p *pages) header() error {
	for n := 512; ; n *= 8 {
		b, err := p.w.peek(n)
		if err != nil {
			return err
		}
		if len(b) == 0 {
			return corrupt("the column chunk ends %d values early", p.left)
		}
		used, err := p.head.decode(b)
		if err != nil {
			return err
		}
		if used > 0 {
			p.w.off += used
			return nil
		}
		if int64(len(b)) >= p.w.left() || n > maxPageHeader {
			return corrupt("a page header cannot be decoded")
		}
	}
}

// unpack decompresses raw to exactly size bytes.
func (p *pages) unpack(raw []byte, size int, stored bool) ([]byte, error) {
	if stored || p.codec == nil {
		if len(raw) != size {
			return nil, corrupt("an uncompressed page has %d bytes, its header says %d", len(raw), size)
		}
		return raw, nil
	}
	if size == 0 {
		return nil, nil // some writers store nothing, some an empty frame
	}
	if cap(p.buf) < size+padding {
		grown := size + size/4 + padding
		if err := p.mem.take(grown - cap(p.buf)); err != nil {
			return nil, err
		}
		p.buf = make([]byte, grown)
	}
	p.buf = p.buf[:size]
	if err := p.codec.decode(p.buf, raw); err != nil {
		return nil, corrupt("a page does not decompress (%v)", err)
	}
	return p.buf, nil
}
