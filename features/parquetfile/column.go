package parquetfile

import (
	"evenhand/features"
	"evenhand/features/parquetfile/page"
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
	page.Pages
	chunk chunkMeta
	group int64 // rows of the row group
	def   page.Levels
	rep   page.Levels
	page  int // values left in the page, nulls included
	// pageNulls counts the page's nulls; -1 outside pages.
	pageNulls int
	sec       page.Section
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

func newColumn(spec *features.Spec, opts *Options, mem *page.Budget) *column {
	c := &column{spec: spec, opts: opts}
	c.Pages = page.NewPages(mem, opts.MaxPage)
	c.present = make([]bool, features.BatchRows)
	c.scratch = make([]int32, features.BatchRows)
	c.idx = make([]int32, features.BatchRows)
	c.sec = page.NewSection(opts.MaxCell)
	return c
}

// openChunk positions the column at the start of a row group.
func (c *column) openChunk(f storage.File, remote bool, l *leaf, rec *recipe, g *groupMeta, cs *page.Codecs) error {
	c.leaf, c.nat = l, nativeOf(l)
	zone := c.rec.zone
	if c.rec = *rec; zone.loc == rec.zone.loc {
		c.rec.zone = zone // with its cache
	}
	c.chunk = g.chunks[l.index]
	c.group = g.rows
	var err error
	if c.Pages.Codec, err = cs.Get(c.chunk.codec); err != nil {
		return err
	}
	c.Pages.Open(f, remote, c.chunk.start, c.chunk.start+c.chunk.length+c.chunk.slack, c.chunk.values)
	c.page, c.dictLen, c.pageNulls = 0, -1, -1
	c.sec.Clear() // the unit before may have been left in the middle
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
		if c.Left == 0 {
			return page.Corrupt("has fewer rows than the row group's %d", c.group)
		}
		rep, def, body, err := c.Pages.Next()
		if err != nil {
			return err
		}
		h := &c.Head
		if h.Typ == format.DictionaryPage {
			if err := c.openDict(body); err != nil {
				return err
			}
			continue
		}
		if int64(h.Values) > c.Left {
			return page.Corrupt("its pages hold more values than the %d promised", c.chunk.values)
		}
		if err := c.openPage(rep, def, body); err != nil {
			return err
		}
		c.Left -= int64(h.Values)
		c.page = int(h.Values)
	}
	return nil
}

// openPage begins a data page.
func (c *column) openPage(rep, def, body []byte) error {
	h, l := &c.Head, c.leaf
	var err error
	if h.Typ == format.DataPage {
		if rep, body, err = page.LevelsV1(body, l.maxRep, h.RepEnc); err != nil {
			return err
		}
		if def, body, err = page.LevelsV1(body, l.maxDef, h.DefEnc); err != nil {
			return err
		}
	}
	c.pageNulls = 0
	c.rep.Reset(rep, l.maxRep)
	c.def.Reset(def, l.maxDef)
	if page.IsDict(h.Enc) && c.dictLen < 0 {
		return page.Corrupt("a page refers to a dictionary that is not there")
	}
	n := int(h.Values)
	if l.maxDef > 0 {
		n = 0 // unknown before the levels are read
		if len(body) > 0 {
			n = 1
		}
	}
	if len(body) == 0 && n == 0 {
		c.sec.Empty(l.phys, l.width)
		return nil
	}
	return c.sec.Start(l.phys, l.width, h.Enc, body, n)
}

// finishPage makes sure that the page held what was read of it and no more.
func (c *column) finishPage() error {
	rest := c.sec.Rest()
	// Levels are not looked at: DuckDB pads them to whole vectors.
	if c.pageNulls >= 0 && c.Head.Typ == format.DataPageV2 && !c.leaf.isList() && c.pageNulls != int(c.Head.Nulls) {
		return page.Corrupt("a page says that it has %d nulls, and has %d", c.Head.Nulls, c.pageNulls)
	}
	c.pageNulls = -1
	if rest > c.chunk.trailing {
		return page.Corrupt("a page holds more than its values")
	}
	c.sec.Clear()
	return nil
}

// finishChunk makes sure that the chunk held as many rows as were promised.
func (c *column) finishChunk() error {
	if c.page > 0 || c.Left > 0 || c.list.at < c.list.n {
		return page.Corrupt("has more rows than the row group's %d", c.group)
	}
	if c.chunk.values == 0 {
		return nil
	}
	return c.finishPage()
}
