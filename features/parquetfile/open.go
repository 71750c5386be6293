// Package parquetfile opens Parquet exports as units, decoding only the
// columns asked for.
//
// The footer is read by parquet-go, after a walk that makes sure that it can
// be trusted. Pages are walked here: parquet-go v0.32 misreads RLE booleans
// and LZ4_RAW pages without an error, and trusts the sizes that pages claim.
// A file is read right or refused by name; it never yields a wrong number.
package parquetfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"evenhand/features"
	"evenhand/features/parquetfile/page"
	"evenhand/features/storage"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// fileMeta is what is kept of a file's footer.
type fileMeta struct {
	input  storage.Input
	id     storage.Identity
	info   features.File
	leaves []leaf
	groups []groupMeta
	notes  []string
	seed   []byte // see Seeds
}

type groupMeta struct {
	rows, firstRow int64
	chunks         []chunkMeta
}

// chunkMeta is one column's part of a row group.
type chunkMeta struct {
	start, length int64 // bytes of the file, all its pages
	slack         int64 // bytes past length that may belong to it too
	values        int64 // nulls included; of lists, elements
	size          int64 // uncompressed
	trailing      int   // bytes that may follow a page's values
	codec         format.CompressionCodec
}

// openFile reads and checks the footer of one file.
func openFile(ctx context.Context, in storage.Input, opts *Options) (m *fileMeta, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := storage.Open(in.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, dataErr(in.Path, "", "the footer cannot be read (%v): %w", r, page.ErrCorrupt)
		}
	}()
	m, err = readMeta(f, in, opts)
	var re *page.ReadError
	var de *DataError
	switch {
	case err == nil:
		return m, nil
	case errors.As(err, &de):
		return nil, err
	case errors.As(err, &re):
		if now, e := storage.Stat(in.Path); e != nil || !now.Equal(f.Identity()) {
			return nil, fmt.Errorf("%s: %w", in.Path, ErrChanged)
		}
		return nil, fmt.Errorf("%s: %w", in.Path, re.Err)
	}
	return nil, &DataError{File: in.Path, RowGroup: -1, Err: err}
}

func readMeta(f storage.File, in storage.Input, opts *Options) (*fileMeta, error) {
	facts, err := checkFooter(f, opts)
	if err != nil {
		return nil, err
	}
	pf, err := parquet.OpenFile(f, f.Size(),
		parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.SkipMagicBytes(true))
	if err != nil {
		return nil, fmt.Errorf("the footer cannot be read: %s: %w", err, page.ErrCorrupt)
	}
	md := pf.Metadata()
	m := &fileMeta{input: in, id: f.Identity()}
	if m.leaves, err = readSchema(md.Schema, facts.odd); err != nil {
		return nil, err
	}
	m.mendFastparquet(md)
	end := f.Size() - 8 - facts.length // no chunk reaches past here
	if err := m.readGroups(md, end, opts); err != nil {
		return nil, err
	}
	m.info = features.File{
		Path: in.Shown, Size: f.Size(), Modified: m.id.Modified,
		Rows: md.NumRows, RowGroups: len(md.RowGroups), CreatedBy: strings.ToValidUTF8(md.CreatedBy, "?"),
	}
	if err := m.noteConcatenation(f, md, end); err != nil {
		return nil, err
	}
	return m, nil
}

// readGroups copies what is needed of the row groups, and makes sure that
// their counts agree and that their bytes lie inside the file.
func (m *fileMeta) readGroups(md *format.FileMetaData, end int64, opts *Options) error {
	slack := int64(0)
	if oldParquetMR(md.CreatedBy) {
		slack = 100 // PARQUET-816: the dictionary page's header was not counted
	}
	trailing := 0
	if strings.Contains(md.CreatedBy, "fastparquet") {
		trailing = 8 // it leaves eight bytes behind plain values
	}
	first := int64(0)
	m.groups = make([]groupMeta, len(md.RowGroups))
	for g := range md.RowGroups {
		rg := &md.RowGroups[g]
		switch {
		case rg.NumRows < 0:
			return page.Corrupt("row group %d has %d rows", g, rg.NumRows)
		case rg.NumRows > opts.MaxUnitRows:
			return fmt.Errorf("row group %d claims %d rows, more than the cap of %d; export smaller row groups", g, rg.NumRows, opts.MaxUnitRows)
		case len(rg.Columns) != len(m.leaves):
			return page.Corrupt("row group %d has %d columns where the schema has %d", g, len(rg.Columns), len(m.leaves))
		}
		gm := groupMeta{rows: rg.NumRows, firstRow: first, chunks: make([]chunkMeta, len(rg.Columns))}
		for i := range rg.Columns {
			c, err := m.leaves[i].chunk(&rg.Columns[i], rg.NumRows, end)
			if err != nil {
				return fmt.Errorf("row group %d: %s: %w", g, m.leaves[i].name, err)
			}
			c.slack = min(slack, end-c.start-c.length)
			c.trailing = trailing
			gm.chunks[i] = c
		}
		m.groups[g] = gm
		first += rg.NumRows
	}
	if first != md.NumRows {
		return page.Corrupt("the footer promises %d rows, its row groups %d", md.NumRows, first)
	}
	return nil
}

// chunk checks one column chunk of a row group of rows rows.
func (l *leaf) chunk(cc *format.ColumnChunk, rows, end int64) (chunkMeta, error) {
	md := &cc.MetaData
	c := chunkMeta{
		start: md.DataPageOffset, length: md.TotalCompressedSize, values: md.NumValues,
		size: md.TotalUncompressedSize, codec: md.Codec,
	}
	if d := md.DictionaryPageOffset; d > 0 && d < c.start {
		c.start = d
	}
	switch {
	case cc.FilePath != "":
		return c, fmt.Errorf("its data is in another file (%q); give the data files instead of this summary", cc.FilePath)
	case md.Type != l.phys:
		return c, page.Corrupt("is %v in the schema and %v in the row group", l.phys, md.Type)
	case md.NumValues < 0 || md.TotalCompressedSize < 0 || md.TotalUncompressedSize < 0:
		return c, page.Corrupt("has a negative size or count")
	case !l.isList() && md.NumValues != rows:
		return c, page.Corrupt("has %d values in a row group of %d rows", md.NumValues, rows)
	case l.isList() && md.NumValues < rows:
		return c, page.Corrupt("has %d values in a row group of %d rows", md.NumValues, rows)
	case md.NumValues == 0:
		return chunkMeta{}, nil
	case c.start < 4 || c.length > end-c.start:
		return c, page.Corrupt("its bytes %d to %d are not inside the file's data, which ends at %d", c.start, c.start+c.length, end)
	}
	return c, nil
}

// oldParquetMR tells the writers before parquet-mr 1.2.9 by their signature.
func oldParquetMR(createdBy string) bool {
	if !strings.HasPrefix(createdBy, "parquet-mr") {
		return false
	}
	_, v, ok := strings.Cut(createdBy, "version ")
	if !ok {
		return true
	}
	var a, b, c int
	if n, _ := fmt.Sscanf(v, "%d.%d.%d", &a, &b, &c); n < 3 {
		return false
	}
	return a < 1 || a == 1 && (b < 2 || b == 2 && c < 9)
}

// noteConcatenation notes a file that begins as one Parquet file and ends as
// another: its last footer describes only one of them.
func (m *fileMeta) noteConcatenation(f storage.File, md *format.FileMetaData, end int64) error {
	last := int64(4)
	reach := func(off, n int64) {
		if off > 0 && n > 0 && n <= end-off {
			last = max(last, off+n)
		}
	}
	for g := range md.RowGroups {
		for i := range md.RowGroups[g].Columns {
			cc, c := &md.RowGroups[g].Columns[i], &m.groups[g].chunks[i]
			reach(c.start, c.length)
			reach(cc.OffsetIndexOffset, int64(cc.OffsetIndexLength))
			reach(cc.ColumnIndexOffset, int64(cc.ColumnIndexLength))
			reach(cc.MetaData.BloomFilterOffset, int64(cc.MetaData.BloomFilterLength))
		}
	}
	gap := end - last
	if gap < 12 {
		return nil
	}
	const window = 1 << 20
	buf := make([]byte, min(gap, window))
	for off := last; off < end; {
		n := min(end-off, int64(len(buf)))
		if _, err := f.ReadAt(buf[:n], off); err != nil && err != io.EOF {
			return &page.ReadError{Err: err}
		}
		if strings.Contains(string(buf[:n]), "PAR1PAR1") {
			m.notes = append(m.notes, fmt.Sprintf("several Parquet files one behind the other: only the %d rows that the last footer describes were read", md.NumRows))
			return nil
		}
		if n < window || off+n >= end {
			break
		}
		off += n - 7
	}
	return nil
}
