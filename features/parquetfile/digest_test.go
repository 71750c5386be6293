package parquetfile_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
	"testing"

	"evenhand/features"
	"evenhand/features/parquetfile"
	"evenhand/features/storage"
)

// content is what reading an export gave: the rows by digest, and the tally.
type content struct {
	rows   int64
	digest string            // of all columns
	byCol  map[string]string // of each column
	tally  features.Tally
	notes  []parquetfile.Note
}

// digestColumn adds n rows of v to h, in a form that does not depend on how
// the values were stored.
func digestColumn(h hash.Hash, v *features.Vector, n int) {
	var b [9]byte
	num := func(tag byte, x uint64) {
		b[0] = tag
		binary.LittleEndian.PutUint64(b[1:], x)
		h.Write(b[:])
	}
	str := func(s string) {
		num('s', uint64(len(s)))
		h.Write([]byte(s))
	}
	for i := range n {
		if v.IsNull(i) {
			num('n', 0)
			continue
		}
		switch v.Kind {
		case features.Text:
			str(v.Text(i))
		case features.Opaque:
			str(string(v.Opaque(i)))
		case features.Float:
			num('f', math.Float64bits(v.Floats[i]))
		case features.TextList:
			l := v.List(i)
			num('l', uint64(len(l)))
			for _, c := range l {
				if c == features.Null {
					num('n', 0)
				} else {
					str(v.Dict.Value(c))
				}
			}
		default:
			num('i', uint64(v.Ints[i]))
		}
	}
}

// readAll reads an export whole, in order, with one reader.
func readAll(ctx context.Context, patterns []string, specs []features.Spec, opts parquetfile.Options) (*content, error) {
	inputs, err := storage.Expand(patterns)
	if err != nil {
		return nil, err
	}
	s, err := parquetfile.Open(ctx, "decisions", inputs, opts)
	if err != nil {
		return nil, err
	}
	if err := s.Bind(specs); err != nil {
		return nil, err
	}
	r := s.NewReader()
	defer r.Close()
	hashes := make([]hash.Hash, len(specs))
	for i := range hashes {
		hashes[i] = sha256.New()
	}
	c := &content{byCol: map[string]string{}, notes: s.Notes()}
	var b features.Batch
	for u, unit := range s.Units() {
		if err := r.Open(ctx, u); err != nil {
			return nil, err
		}
		row := unit.FirstRow
		for {
			more, err := r.Next(&b)
			if err != nil {
				return nil, err
			}
			if !more {
				break
			}
			if b.Row != row || b.Unit != u {
				return nil, fmt.Errorf("batch at row %d of unit %d, want %d of %d", b.Row, b.Unit, row, u)
			}
			row += int64(b.N)
			c.rows += int64(b.N)
			for i := range specs {
				digestColumn(hashes[i], &b.Cols[i], b.N)
			}
		}
		if row != unit.FirstRow+unit.Rows {
			return nil, fmt.Errorf("unit %d ended at row %d", u, row)
		}
	}
	all := sha256.New()
	for i := range specs {
		sum := hex.EncodeToString(hashes[i].Sum(nil))
		c.byCol[specs[i].Name] = sum
		all.Write([]byte(sum))
	}
	c.digest = hex.EncodeToString(all.Sum(nil))
	c.tally = r.Tally()
	return c, s.Close()
}

// wantData fails unless err is a DataError that names file.
func wantData(t *testing.T, err error, file string) {
	t.Helper()
	var de *parquetfile.DataError
	if !errors.As(err, &de) {
		t.Fatalf("got error %v, want a DataError", err)
	}
	if de.File != file {
		t.Errorf("error names file %q, want %q: %v", de.File, file, err)
	}
}
