package parquetfile

import (
	"fmt"

	"evenhand/features"
	"evenhand/features/storage"

	"github.com/parquet-go/parquet-go/format"
)

// native is how a column's stored values come out of a page.
type native uint8

const (
	natInts native = iota
	natFloats
	natViews
)

func nativeOf(l *leaf) native {
	switch {
	case l.phys == format.Boolean || l.phys == format.Int32 || l.phys == format.Int64:
		return natInts
	case l.class == clFloat:
		return natFloats
	}
	return natViews
}

// column is a cursor over one stored column for one reader: it walks the
// pages of a chunk and fills row-aligned vectors. It holds all memory that
// reading the column takes, and reuses it.
type column struct {
	spec  *features.Spec
	texts *texts // Text and TextList
	tally features.ColumnTally
	opts  *Options

	// Fixed for one file.
	leaf *leaf
	nat  native
	rec  recipe

	// Fixed for one chunk.
	pages
	chunk chunkMeta
	group int64 // rows of the row group
	def   levels
	rep   levels
	page  int // values left in the page, nulls included
	// pageNulls counts the page's nulls; -1 outside pages.
	pageNulls int
	sec       section
	dictLen   int

	// The dictionary's entries, converted.
	dictBuf    []byte
	dictInts   []int64
	dictFloats []float64
	dictCodes  []int32
	dictViews  [][]byte
	dictFlags  []flag // nil when no entry is odd
	dictBad    map[int32]string
	dictHeld   int

	// Scratch.
	flagged bool
	inDict  bool
	flags   []flag
	picked  []flag
	present []bool
	scratch []int32
	idx     []int32
	views   [][]byte
	floats  []float64
	nums    []int64
	slab    []byte
	ends    []int
	fmtBuf  []byte
	big     bigScratch
	valid   []bool
	list    listBuffers
	json    jsonLists
}

func newColumn(spec *features.Spec, opts *Options, mem *budget) *column {
	c := &column{spec: spec, opts: opts}
	c.pages.mem, c.pages.w.mem, c.pages.max = mem, mem, opts.MaxPage
	c.present = make([]bool, features.BatchRows)
	c.scratch = make([]int32, features.BatchRows)
	c.idx = make([]int32, features.BatchRows)
	c.sec.cap = opts.MaxCell
	return c
}

// openChunk positions the column at the start of a row group.
func (c *column) openChunk(f storage.File, remote bool, l *leaf, rec *recipe, g *groupMeta, cs *codecs) error {
	c.leaf, c.nat = l, nativeOf(l)
	zone := c.rec.zone
	if c.rec = *rec; zone.loc == rec.zone.loc {
		c.rec.zone = zone // with its cache
	}
	c.chunk = g.chunks[l.index]
	c.group = g.rows
	var err error
	if c.pages.codec, err = cs.get(c.chunk.codec); err != nil {
		return err
	}
	c.w.chunk = localRead
	if remote {
		c.w.chunk = remoteRead
	}
	c.w.reset(f, c.chunk.start, c.chunk.start+c.chunk.length+c.chunk.slack)
	c.left = c.chunk.values
	c.page, c.dictLen, c.pageNulls = 0, -1, -1
	c.sec.clear() // the unit before may have been left in the middle
	c.list.reset()
	return nil
}

// advance makes sure that there is a page with values left. It must not be
// called at the chunk's end.
func (c *column) advance() error {
	for c.page == 0 {
		if err := c.finishPage(); err != nil {
			return err
		}
		if c.left == 0 {
			return corrupt("has fewer rows than the row group's %d", c.group)
		}
		rep, def, body, err := c.pages.next()
		if err != nil {
			return err
		}
		h := &c.head
		if h.typ == format.DictionaryPage {
			if err := c.openDict(body); err != nil {
				return err
			}
			continue
		}
		if int64(h.values) > c.left {
			return corrupt("its pages hold more values than the %d promised", c.chunk.values)
		}
		if err := c.openPage(rep, def, body); err != nil {
			return err
		}
		c.left -= int64(h.values)
		c.page = int(h.values)
	}
	return nil
}

// openPage begins a data page.
func (c *column) openPage(rep, def, body []byte) error {
	h, l := &c.head, c.leaf
	var err error
	if h.typ == format.DataPage {
		if rep, body, err = levelsV1(body, l.maxRep, h.repEnc); err != nil {
			return err
		}
		if def, body, err = levelsV1(body, l.maxDef, h.defEnc); err != nil {
			return err
		}
	}
	c.pageNulls = 0
	c.rep.reset(rep, l.maxRep)
	c.def.reset(def, l.maxDef)
	if isDict(h.enc) && c.dictLen < 0 {
		return corrupt("a page refers to a dictionary that is not there")
	}
	n := int(h.values)
	if l.maxDef > 0 {
		n = 0 // unknown before the levels are read
		if len(body) > 0 {
			n = 1
		}
	}
	if len(body) == 0 && n == 0 {
		// All null: nothing is stored, whatever the encoding.
		c.sec.phys, c.sec.width, c.sec.enc, c.sec.b, c.sec.pos, c.sec.n = l.phys, l.width, format.Plain, nil, 0, 0
		return nil
	}
	return c.sec.start(l, h.enc, body, n)
}

// levelsV1 cuts the levels off the front of a v1 page.
func levelsV1(b []byte, max int, enc format.Encoding) (levels, rest []byte, err error) {
	if max == 0 {
		return nil, b, nil
	}
	if enc != format.RLE {
		return nil, nil, fmt.Errorf("levels have encoding %d, which is deprecated and cannot be read; export it again", int32(enc))
	}
	if len(b) < 4 {
		return nil, nil, corrupt("a page's levels do not fit into it")
	}
	n := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24
	if n > uint64(len(b)-4) {
		return nil, nil, corrupt("a page's levels do not fit into it")
	}
	return b[4 : 4+n], b[4+n:], nil
}

// finishPage makes sure that the page held what was read of it and no more.
func (c *column) finishPage() error {
	s := &c.sec
	rest := 0
	switch {
	case s.enc == format.Plain && s.phys == format.Boolean:
		rest = len(s.b) - (s.pos+7)/8
	case s.enc == format.Plain, s.enc == format.DeltaLengthByteArray, s.enc == format.DeltaByteArray:
		rest = len(s.b) - s.pos
	case s.enc == format.DeltaBinaryPacked && len(s.b) > 0:
		rest = s.d.total
	case s.enc == format.ByteStreamSplit:
		rest = s.n - s.pos
	}
	// Levels and indices are not looked at: DuckDB pads them to whole vectors.
	if c.pageNulls >= 0 && c.head.typ == format.DataPageV2 && !c.leaf.isList() && c.pageNulls != int(c.head.nulls) {
		return corrupt("a page says that it has %d nulls, and has %d", c.head.nulls, c.pageNulls)
	}
	c.pageNulls = -1
	if rest > c.chunk.trailing {
		return corrupt("a page holds more than its values")
	}
	s.clear()
	return nil
}

// finishChunk makes sure that the chunk held as many rows as were promised.
func (c *column) finishChunk() error {
	if c.page > 0 || c.left > 0 || c.list.at < c.list.n {
		return corrupt("has more rows than the row group's %d", c.group)
	}
	if c.chunk.values == 0 {
		return nil
	}
	return c.finishPage()
}
