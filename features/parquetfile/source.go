package parquetfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"evenhand/features"
	"evenhand/features/storage"
)

// Source is one table's export. It implements features.Source.
type Source struct {
	table  string
	opts   Options
	files  []*fileMeta
	base   int // the first file with rows: the others are compared with it
	units  []features.Unit
	fields []features.Field
	cols   []boundColumn
	bound  bool
	notes  []Note
}

var _ features.Source = (*Source)(nil)

// Note is a remark about one file that does not change what its cells are.
type Note struct {
	File string // as features.File.Path
	Text string
}

// OpenPaths is Open on the files that the patterns name.
func OpenPaths(ctx context.Context, table string, patterns []string, opts Options) (*Source, error) {
	inputs, err := storage.Expand(patterns)
	if err != nil {
		return nil, err
	}
	return Open(ctx, table, inputs, opts)
}

// Open reads and checks the footers of one table's files, in the order given.
// The error is a *DataError when a file's content is to blame, wraps
// ErrNotFound or ErrChanged when the file is not there or no longer the same,
// and is the system's otherwise.
func Open(ctx context.Context, table string, inputs []storage.Input, opts Options) (*Source, error) {
	s := &Source{table: table, opts: opts.withDefaults()}
	if len(inputs) == 0 {
		return nil, fmt.Errorf("table %s has no input: %w", table, ErrNotFound)
	}
	for i, in := range inputs {
		m, err := openFile(ctx, in, &s.opts)
		if err != nil {
			return nil, err
		}
		if i > 0 && slices.Equal(m.leaves, s.files[i-1].leaves) {
			m.leaves = s.files[i-1].leaves // thousands of parts share one
		}
		if i > 0 && !samePartitions(in, inputs[0]) {
			return nil, dataErr(in.Path, "", "lies under other partition directories than %s; a table has one layout", inputs[0].Path)
		}
		for g, gm := range m.groups {
			s.units = append(s.units, features.Unit{File: i, RowGroup: g, FirstRow: gm.firstRow, Rows: gm.rows})
		}
		for _, n := range m.notes {
			s.notes = append(s.notes, Note{File: in.Shown, Text: n})
		}
		s.files = append(s.files, m)
	}
	s.listFields()
	return s, nil
}

func samePartitions(a, b storage.Input) bool {
	return slices.EqualFunc(a.Partitions, b.Partitions, func(x, y storage.Partition) bool { return x.Name == y.Name })
}

// listFields describes the first file's columns, in their order, one a name.
func (s *Source) listFields() {
	if s.base = slices.IndexFunc(s.files, func(m *fileMeta) bool { return m.info.Rows > 0 }); s.base < 0 {
		s.base = 0
	}
	seen := map[string]bool{}
	leaves := s.files[s.base].leaves
	for i := range leaves {
		if f := fieldOf(&leaves[i]); !seen[f.Name] {
			seen[f.Name] = true
			s.fields = append(s.fields, f)
		}
	}
	for _, p := range s.files[0].input.Partitions {
		if !seen[p.Name] {
			s.fields = append(s.fields, features.Field{Name: p.Name, Type: "partition", Natural: features.Text, Nullable: true})
		}
	}
}

// Fields lists the columns of the first file with rows, then the partition columns.
func (s *Source) Fields() []features.Field { return s.fields }

// Units lists the row groups in file order.
func (s *Source) Units() []features.Unit { return s.units }

// Files lists the files, with digests once Verify has run.
func (s *Source) Files() []features.File {
	out := make([]features.File, len(s.files))
	for i, m := range s.files {
		out[i] = m.info
	}
	return out
}

// Notes lists remarks on the files, in file order.
func (s *Source) Notes() []Note { return s.notes }

// Verify hashes every file, and makes sure that none is another than the one
// that was opened.
func (s *Source) Verify(ctx context.Context) error {
	buf := make([]byte, 1<<20)
	for _, m := range s.files {
		sum, seed, err := m.digest(ctx, buf)
		if err != nil {
			return err
		}
		m.seed = seed
		if m.info.SHA256 != "" && m.info.SHA256 != sum {
			return fmt.Errorf("%s: %w", m.input.Path, ErrChanged)
		}
		m.info.SHA256 = sum
	}
	return nil
}

// Seeds are secrets that only who has the files can make, one a file, once Verify
// has run: digests of what was hashed and a suffix. They must not leave.
func (s *Source) Seeds() [][]byte {
	out := make([][]byte, len(s.files))
	for i, m := range s.files {
		if out[i] = m.seed; m.seed == nil {
			panic("parquetfile: seeds before Verify")
		}
	}
	return out
}

const seedSuffix = "evenhand seed of an export's file"

func (m *fileMeta) digest(ctx context.Context, buf []byte) (sum string, seed []byte, err error) {
	f, err := m.open()
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	h := sha256.New()
	for off := int64(0); off < m.id.Size; {
		if err := ctx.Err(); err != nil {
			return "", nil, err
		}
		n, err := f.ReadAt(buf[:min(int64(len(buf)), m.id.Size-off)], off)
		h.Write(buf[:n])
		off += int64(n)
		if off < m.id.Size && err != nil {
			if err == io.EOF {
				return "", nil, fmt.Errorf("%s: %w", m.input.Path, ErrChanged)
			}
			return "", nil, fmt.Errorf("%s: %w", m.input.Path, err)
		}
	}
	sum = hex.EncodeToString(h.Sum(nil)) // Sum leaves the hash as it is
	h.Write([]byte(seedSuffix))
	return sum, h.Sum(nil), m.unchanged()
}

// open opens the file again and makes sure that it is the same.
func (m *fileMeta) open() (storage.File, error) {
	f, err := storage.Open(m.input.Path)
	if err != nil {
		if errors.Is(err, ErrNotFound) {
			return nil, fmt.Errorf("%w: %w", err, ErrChanged)
		}
		return nil, err
	}
	if !f.Identity().Equal(m.id) {
		f.Close()
		return nil, fmt.Errorf("%s: %w", m.input.Path, ErrChanged)
	}
	return f, nil
}

// unchanged compares what is at the path now with what was opened.
func (m *fileMeta) unchanged() error {
	now, err := storage.Stat(m.input.Path)
	if err != nil || !now.Equal(m.id) {
		return fmt.Errorf("%s: %w", m.input.Path, ErrChanged)
	}
	return nil
}

// Close makes sure that no file changed since it was opened. Readers must be
// closed by their users.
func (s *Source) Close() error {
	for _, m := range s.files {
		if err := m.unchanged(); err != nil {
			return err
		}
	}
	return nil
}
