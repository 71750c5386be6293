package parquetfile

import (
	"encoding/binary"
	"fmt"
	"io"

	"evenhand/features/parquetfile/page"
	"evenhand/features/parquetfile/thrift"
	"evenhand/features/storage"
)

// footerFacts is what the walk of a footer found before anything was built
// from it.
type footerFacts struct {
	length    int64 // bytes, without the trailing length and magic
	encrypted bool
	chunks    int // in all row groups
	// odd are the schema elements whose logical type is not known here.
	odd map[int]bool
}

// Smallest encodings of what a footer repeats, in bytes. A list that claims
// more elements than its bytes can hold is refused before it is allocated.
const (
	minSchemaElement = 3
	minColumnChunk   = 20
	minRowGroup      = 6
)

// Most that a footer may list. The decoder takes some 700 bytes a column chunk
// and up to 40 for anything else.
const (
	maxChunks = 400_000
	maxItems  = 4_000_000
)

// checkFooter makes sure that f ends as a Parquet file does and that its
// footer is well formed: its lengths fit, its schema is a tree within the
// caps. The Parquet library trusts all of that.
func checkFooter(f storage.File, opts *Options) (*footerFacts, error) {
	size := f.Size()
	if size == 0 {
		return nil, fmt.Errorf("the file is empty (0 bytes)")
	}
	if size < 12 {
		return nil, fmt.Errorf("not a Parquet file: %d bytes are too few", size)
	}
	var head [4]byte
	var tail [8]byte
	if err := readFull(f, head[:], 0); err != nil {
		return nil, err
	}
	if err := readFull(f, tail[:], size-8); err != nil {
		return nil, err
	}
	if string(head[:]) == "PARE" || string(tail[4:]) == "PARE" {
		return nil, errEncrypted
	}
	switch h, t := string(head[:]) == "PAR1", string(tail[4:]) == "PAR1"; {
	case !h && !t:
		return nil, fmt.Errorf("not a Parquet file (no PAR1 at either end)")
	case !h:
		return nil, fmt.Errorf("does not begin with PAR1: the file is damaged or mislabelled")
	case !t:
		return nil, fmt.Errorf("does not end with PAR1: the file is truncated, or still being written")
	}
	n := int64(binary.LittleEndian.Uint32(tail[:4]))
	switch {
	case n > size-12:
		return nil, fmt.Errorf("claims a footer of %d bytes in a file of %d: %w", n, size, page.ErrCorrupt)
	case n > opts.MaxFooter:
		return nil, fmt.Errorf("the footer has %d bytes, more than the cap of %d", n, opts.MaxFooter)
	case n == 0:
		return nil, fmt.Errorf("has an empty footer: %w", page.ErrCorrupt)
	}
	b := make([]byte, n)
	if err := readFull(f, b, size-8-n); err != nil {
		return nil, err
	}
	facts := &footerFacts{length: n, odd: map[int]bool{}}
	if err := facts.walk(b, opts); err != nil {
		return nil, err
	}
	if facts.encrypted {
		return nil, errEncrypted
	}
	return facts, nil
}

var errEncrypted = fmt.Errorf("the file is encrypted (Parquet modular encryption), wholly or in some columns; export it without encryption, or decrypt it first")

func readFull(f storage.File, p []byte, off int64) error {
	n, err := f.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return &page.ReadError{Err: err}
}

// walk passes over FileMetaData: 2 is the schema, 4 the row groups, 8 the
// encryption algorithm.
func (facts *footerFacts) walk(b []byte, opts *Options) error {
	c := &thrift.Reader{B: b}
	var schemaErr error
	leaves := 0
	for id, t := c.Field(0); t != thrift.Stop && !c.Bad; id, t = c.Field(id) {
		switch {
		case id == 2 && t == thrift.List:
			leaves, schemaErr = facts.walkSchema(c, opts)
			if schemaErr != nil {
				return schemaErr
			}
		case id == 4 && t == thrift.List:
			n, elem := c.List(minRowGroup)
			if elem != thrift.Struct && n > 0 {
				c.Fail()
			}
			for i := 0; i < n && !c.Bad; i++ {
				if err := facts.walkRowGroup(c, i, leaves); err != nil {
					return err
				}
			}
		case id == 8:
			facts.encrypted = true
			c.Skip(t, false, 0)
		default:
			c.Skip(t, false, 0)
		}
	}
	switch {
	case c.Bad:
		return fmt.Errorf("the footer cannot be decoded: %w", page.ErrCorrupt)
	case facts.chunks > maxChunks:
		return fmt.Errorf("the footer lists %d column chunks, more than the cap of %d; export fewer, larger row groups", facts.chunks, maxChunks)
	case c.Items > maxItems:
		return fmt.Errorf("the footer lists %d things, more than the cap of %d; export fewer, larger row groups", c.Items, maxItems)
	}
	return nil
}

// walkSchema makes sure that the flat list of elements is one tree of bounded
// size and depth, and returns its number of leaves.
func (facts *footerFacts) walkSchema(c *thrift.Reader, opts *Options) (leaves int, err error) {
	n, elem := c.List(minSchemaElement)
	if c.Bad || elem != thrift.Struct {
		c.Fail()
		return 0, nil
	}
	if n > 4*opts.MaxColumns {
		return 0, fmt.Errorf("the schema has %d nodes, more than the cap of %d", n, 4*opts.MaxColumns)
	}
	var open []int32 // children still to come, one entry a level
	for i := 0; i < n && !c.Bad; i++ {
		children, hasType, odd := walkElement(c)
		if odd {
			facts.odd[i] = true
		}
		if i > 0 {
			if len(open) == 0 {
				return 0, fmt.Errorf("the schema is not a tree: %w", page.ErrCorrupt)
			}
			open[len(open)-1]--
		}
		switch {
		case children < 0:
			return 0, fmt.Errorf("the schema is not a tree: %w", page.ErrCorrupt)
		case children > 0:
			if open = append(open, children); len(open) > opts.MaxDepth {
				return 0, fmt.Errorf("columns are nested more than %d deep, the cap", opts.MaxDepth)
			}
		case i > 0 && hasType:
			leaves++
		}
		for len(open) > 0 && open[len(open)-1] == 0 {
			open = open[:len(open)-1]
		}
	}
	if !c.Bad && len(open) > 0 {
		return 0, fmt.Errorf("the schema is not a tree: %w", page.ErrCorrupt)
	}
	if leaves > opts.MaxColumns {
		return 0, fmt.Errorf("the file has %d columns, more than the cap of %d", leaves, opts.MaxColumns)
	}
	return leaves, nil
}

// walkElement passes over a SchemaElement. A field that is not what the format
// says refuses the file: a schema that lost an annotation to a flipped bit
// still reads, as other values.
func walkElement(c *thrift.Reader) (children int32, hasType, odd bool) {
	last := 0
	for id, t := c.Field(0); t != thrift.Stop && !c.Bad; id, t = c.Field(id) {
		want := byte(thrift.I32)
		switch id {
		case 4:
			want = thrift.Binary
		case 10:
			want = thrift.Struct
		}
		if id <= last || id > 10 || t != want {
			c.Fail()
			return
		}
		last = id
		switch id {
		case 5:
			children = c.I32()
		case 10:
			odd = !walkLogicalType(c)
		default:
			hasType = hasType || id == 1
			c.Skip(t, false, 0)
		}
	}
	return children, hasType, odd
}

// walkLogicalType reports whether the union has one member, a known one.
func walkLogicalType(c *thrift.Reader) bool {
	n, known := 0, true
	for id, t := c.Field(0); t != thrift.Stop && !c.Bad; id, t = c.Field(id) {
		n++
		known = known && id >= 1 && id <= 18 && t == thrift.Struct
		c.Skip(t, false, 0)
	}
	return n == 1 && known
}

// walkRowGroup looks at each column chunk for signs of encryption (8, 9) and
// makes sure that there is one a leaf.
func (facts *footerFacts) walkRowGroup(c *thrift.Reader, group, leaves int) error {
	for id, t := c.Field(0); t != thrift.Stop && !c.Bad; id, t = c.Field(id) {
		if id != 1 || t != thrift.List {
			c.Skip(t, false, 0)
			continue
		}
		n, elem := c.List(minColumnChunk)
		if c.Bad || elem != thrift.Struct && n > 0 {
			c.Fail()
			return nil
		}
		if facts.chunks += n; n != leaves {
			return fmt.Errorf("row group %d has %d columns where the schema has %d: %w", group, n, leaves, page.ErrCorrupt)
		}
		for i := 0; i < n && !c.Bad; i++ {
			for id, t := c.Field(0); t != thrift.Stop && !c.Bad; id, t = c.Field(id) {
				if id == 8 || id == 9 {
					facts.encrypted = true
				}
				c.Skip(t, false, 0)
			}
		}
	}
	return nil
}
