// Package page decodes the pages of column chunks: headers, decompression, levels
// and values in every encoding, a few at a time and within a budget of memory.
package page

import (
	"fmt"
	"hash/crc32"

	"evenhand/features/parquetfile/thrift"
	"evenhand/features/storage"

	"github.com/parquet-go/parquet-go/format"
)

func corruptSize(cap int64) error {
	return fmt.Errorf("the pages of one row group need more than %d bytes at once, the cap; export smaller pages", cap)
}

// pageHeader is what is needed of format.PageHeader. It is decoded here, into
// the same memory each time, because pages are many and their headers carry
// statistics that nobody asked for.
type pageHeader struct {
	Typ          format.PageType
	size         int32 // uncompressed, levels included
	packed       int32 // as stored
	crc          uint32
	hasCRC       bool
	Values       int32
	Enc          format.Encoding
	DefEnc       format.Encoding
	RepEnc       format.Encoding
	Nulls, rows  int32 // v2
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
	c := &thrift.Reader{B: b}
	for id, t := c.Field(0); t != thrift.Stop && !c.Bad; id, t = c.Field(id) {
		switch {
		case id == 1 && t == thrift.I32:
			h.Typ = format.PageType(c.I32())
		case id == 2 && t == thrift.I32:
			h.size = c.I32()
		case id == 3 && t == thrift.I32:
			h.packed = c.I32()
		case id == 4 && t == thrift.I32:
			h.crc, h.hasCRC = uint32(c.I32()), true
		case (id == 5 || id == 7 || id == 8) && t == thrift.Struct:
			h.decodeBody(c, id)
		case id >= 1 && id <= 3:
			c.Fail()
		default:
			c.Skip(t, false, 0)
			continue
		}
		if id > 0 && id < 16 {
			h.seen |= 1 << id
		}
	}
	if c.Bad {
		return 0, nil
	}
	const sizes = 1<<1 | 1<<2 | 1<<3
	body := uint16(0)
	switch h.Typ {
	case format.DataPage:
		body = 1 << 5
	case format.DictionaryPage:
		body = 1 << 7
	case format.DataPageV2:
		body = 1 << 8
	}
	if h.seen&sizes != sizes || h.seen&body != body {
		return 0, Corrupt("a page header lacks required fields")
	}
	if h.size < 0 || h.packed < 0 || h.Values < 0 {
		return 0, Corrupt("a page header holds a negative size")
	}
	return c.Pos, nil
}

// decodeBody reads DataPageHeader (5), DictionaryPageHeader (7) or
// DataPageHeaderV2 (8).
func (h *pageHeader) decodeBody(c *thrift.Reader, body int) {
	var seen uint16
	required := 4 // fields 1 to required have 32 bits and must be there
	switch body {
	case 7:
		required = 2
	case 8:
		required = 6
	}
	for id, t := c.Field(0); t != thrift.Stop && !c.Bad; id, t = c.Field(id) {
		if id > 0 && id < 16 {
			seen |= 1 << id
		}
		switch {
		case body == 8 && id == 7 && (t == thrift.True || t == thrift.False):
			h.uncompressed = t == thrift.False
		case t != thrift.I32 && id >= 1 && id <= required:
			c.Fail() // a damaged header must not look like one with defaults
		case t != thrift.I32:
			c.Skip(t, false, 0)
		case id == 1:
			h.Values = c.I32()
		case id == 2 && body == 8:
			h.Nulls = c.I32()
		case id == 3 && body == 8:
			h.rows = c.I32()
		case id == 2, id == 4 && body == 8:
			h.Enc = format.Encoding(c.I32())
		case id == 3 && body == 5:
			h.DefEnc = format.Encoding(c.I32())
		case id == 4 && body == 5:
			h.RepEnc = format.Encoding(c.I32())
		case id == 5 && body == 8:
			h.defLen = c.I32()
		case id == 6 && body == 8:
			h.repLen = c.I32()
		default:
			c.Skip(t, false, 0)
		}
	}
	need := uint16(1)<<(required+1) - 2
	if seen&need != need {
		c.Fail()
	}
}

// Pages walks the pages of one column chunk.
type Pages struct {
	w     window
	Codec codec
	max   int64 // cap on a page's uncompressed bytes
	Mem   *Budget
	Head  pageHeader
	buf   []byte // the current page, uncompressed, when it was compressed
	Left  int64  // values of the chunk not yet in a page handed out
}

// NewPages returns pages whose buffers count against mem, and of which none may
// have more than max bytes uncompressed.
func NewPages(mem *Budget, max int64) Pages { return Pages{Mem: mem, w: window{mem: mem}, max: max} }

// Open goes to the chunk in bytes [start, end) of f, which has so many values.
func (p *Pages) Open(f storage.File, remote bool, start, end, values int64) {
	p.w.chunk = localRead
	if remote {
		p.w.chunk = remoteRead
	}
	p.w.reset(f, start, end)
	p.Left = values
}

// Next reads the next page that is of use: head says which, and rep, def and
// body are its parts (rep and def only of v2 pages). The bytes are valid until
// the next call and have padding behind them.
func (p *Pages) Next() (rep, def, body []byte, err error) {
	for {
		if err := p.header(); err != nil {
			return nil, nil, nil, err
		}
		h := &p.Head
		if int64(h.size) > p.max {
			return nil, nil, nil, fmt.Errorf("a page has %d bytes uncompressed, more than the cap of %d", h.size, p.max)
		}
		raw, err := p.w.take(int(h.packed))
		if err != nil {
			return nil, nil, nil, err
		}
		if h.hasCRC && crc32.ChecksumIEEE(raw) != h.crc {
			return nil, nil, nil, Corrupt("a page does not match its checksum")
		}
		switch h.Typ {
		case format.DataPage, format.DictionaryPage:
			body, err = p.unpack(raw, int(h.size), false)
			return nil, nil, body, err
		case format.DataPageV2:
			return p.splitV2(raw)
		}
		// Index pages and what later versions of the format may add.
	}
}

func (p *Pages) splitV2(raw []byte) (rep, def, body []byte, err error) {
	h := &p.Head
	levels := int64(h.repLen) + int64(h.defLen)
	if h.repLen < 0 || h.defLen < 0 || levels > int64(len(raw)) || levels > int64(h.size) || h.Nulls < 0 || h.Nulls > h.Values || h.rows < 0 {
		return nil, nil, nil, Corrupt("a page's levels do not fit into it")
	}
	rep, def, raw = raw[:h.repLen], raw[h.repLen:levels], raw[levels:]
	body, err = p.unpack(raw, int(int64(h.size)-levels), h.uncompressed)
	return rep, def, body, err
}

func (p *Pages) header() error {
	for n := 512; ; n *= 8 {
		b, err := p.w.peek(n)
		if err != nil {
			return err
		}
		if len(b) == 0 {
			return Corrupt("the column chunk ends %d values early", p.Left)
		}
		used, err := p.Head.decode(b)
		if err != nil {
			return err
		}
		if used > 0 {
			p.w.off += used
			return nil
		}
		if int64(len(b)) >= p.w.left() || n > maxPageHeader {
			return Corrupt("a page header cannot be decoded")
		}
	}
}

// unpack decompresses raw to exactly size bytes.
func (p *Pages) unpack(raw []byte, size int, stored bool) ([]byte, error) {
	if stored || p.Codec == nil {
		if len(raw) != size {
			return nil, Corrupt("an uncompressed page has %d bytes, its header says %d", len(raw), size)
		}
		return raw, nil
	}
	if size == 0 {
		return nil, nil // some writers store nothing, some an empty frame
	}
	if cap(p.buf) < size+Padding {
		grown := size + size/4 + Padding
		if err := p.Mem.Take(grown - cap(p.buf)); err != nil {
			return nil, err
		}
		p.buf = make([]byte, grown)
	}
	p.buf = p.buf[:size]
	if err := p.Codec.decode(p.buf, raw); err != nil {
		return nil, Corrupt("a page does not decompress (%v)", err)
	}
	return p.buf, nil
}

// LevelsV1 cuts the levels off the front of a v1 page.
func LevelsV1(b []byte, max int, enc format.Encoding) (levels, rest []byte, err error) {
	if max == 0 {
		return nil, b, nil
	}
	if enc != format.RLE {
		return nil, nil, fmt.Errorf("levels have encoding %d, which is deprecated and cannot be read; export it again", int32(enc))
	}
	if len(b) < 4 {
		return nil, nil, Corrupt("a page's levels do not fit into it")
	}
	n := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24
	if n > uint64(len(b)-4) {
		return nil, nil, Corrupt("a page's levels do not fit into it")
	}
	return b[4 : 4+n], b[4+n:], nil
}
