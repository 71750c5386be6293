// Package audittest runs one check over a text fixture and compares with its
// `want`; it proves the state laws. Tests only.
//
// A fixture is a txtar file:
//
//	plan.yaml       the plan; its tables' files may be anything
//	decisions.csv   one file a table of the contract: a header of the export's
//	                columns and one row a line; empty cells are null, lists are
//	                joined by "|", instants are RFC 3339 or local to the plan.
//	                The column `want`, if any, is a regular expression of the
//	                row's case line ("RULES CAUSE SUBSTANCE DISCLOSURE GRADE"),
//	                empty for a row that must have none.
//	metrics.want, findings.want, coverage.want
//	                optional; compared whole; `go test -update` rewrites them
//	anything else   a file the plan names, such as a model
package audittest

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/features"
)

// Source is a table read from CSV text, cut into units of a given size.
type Source struct {
	name   string
	header []string
	rows   [][]string
	specs  []features.Spec
	unit   int // rows a unit
	batch  int // rows a batch
}

// NewSource parses CSV text as a table whose units hold unit rows and whose
// batches hold batch rows.
func NewSource(name, text string, unit, batch int) (*Source, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s.csv: %w", name, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s.csv: no header", name)
	}
	return &Source{name: name, header: rows[0], rows: rows[1:], unit: max(unit, 1), batch: max(batch, 1)}, nil
}

// Fields guesses each column's type from its cells.
func (s *Source) Fields() []features.Field {
	var out []features.Field
	for i, h := range s.header {
		if h == "want" {
			continue
		}
		numbers := 0
		f := features.Field{Name: h, Type: "string", Natural: features.Text, Nullable: true}
		for _, r := range s.rows {
			if r[i] == "" {
				continue
			}
			if _, err := strconv.ParseFloat(r[i], 64); err != nil {
				numbers = 0
				break
			}
			numbers++
		}
		if numbers > 0 {
			f.Type, f.Natural = "double", features.Float
		}
		out = append(out, f)
	}
	return out
}

// Bind implements features.Source.
func (s *Source) Bind(specs []features.Spec) error { s.specs = specs; return nil }

// Units implements features.Source.
func (s *Source) Units() []features.Unit {
	var out []features.Unit
	for lo := 0; lo < len(s.rows); lo += s.unit {
		out = append(out, features.Unit{RowGroup: len(out), FirstRow: int64(lo), Rows: int64(min(s.unit, len(s.rows)-lo))})
	}
	return out
}

// Files implements features.Source.
func (s *Source) Files() []features.File {
	return []features.File{{Path: s.name + ".csv", Rows: int64(len(s.rows))}}
}

// Verify implements features.Source.
func (s *Source) Verify(context.Context) error { return nil }

// Close implements features.Source.
func (s *Source) Close() error { return nil }

// NewReader implements features.Source.
func (s *Source) NewReader() features.Reader {
	r := &reader{s: s, dicts: make([]*features.Dict, len(s.specs))}
	for i := range r.dicts {
		r.dicts[i] = features.NewDict()
	}
	return r
}

type reader struct {
	s        *Source
	next, to int
	dicts    []*features.Dict
	tally    features.Tally
}

func (r *reader) Open(_ context.Context, u int) error {
	r.next = u * r.s.unit
	r.to = min(r.next+r.s.unit, len(r.s.rows))
	return nil
}

func (r *reader) Tally() features.Tally { return r.tally }
func (r *reader) Close() error          { return nil }

func (r *reader) Next(b *features.Batch) (bool, error) {
	if r.next >= r.to {
		return false, nil
	}
	n := min(r.s.batch, r.to-r.next)
	*b = features.Batch{Table: r.s.name, Row: int64(r.next), N: n, Cols: make([]features.Vector, len(r.s.specs))}
	counts := features.Tally{Columns: map[string]features.ColumnTally{}}
	for c, spec := range r.s.specs {
		v := &b.Cols[c]
		v.Dict = r.dicts[c]
		t, err := r.fill(v, spec, n)
		if err != nil {
			return false, fmt.Errorf("%s.csv: %s: %w", r.s.name, spec.Name, err)
		}
		counts.Columns[spec.Name] = t
	}
	r.tally.Add(counts)
	r.next += n
	return true, nil
}

func (r *reader) fill(v *features.Vector, spec features.Spec, n int) (features.ColumnTally, error) {
	t := features.ColumnTally{Rows: int64(n)}
	if len(spec.From) == 0 && spec.Constant == nil && !spec.RowID {
		v.Absent(spec.Kind, n)
		t.Nulls = int64(n)
		return t, nil
	}
	v.Kind, v.Present, v.Valid = spec.Kind, true, make([]bool, n)
	v.Offsets = []uint32{0}
	for i := range n {
		var cells []string
		switch {
		case spec.RowID:
			cells = []string{fmt.Sprintf("%s.csv#%d", r.s.name, r.next+i)}
		case spec.Constant != nil:
			cells = []string{*spec.Constant}
		default:
			for _, from := range spec.From {
				at := slices.Index(r.s.header, from)
				if at < 0 {
					return t, fmt.Errorf("no column %q", from)
				}
				cells = append(cells, r.s.rows[r.next+i][at])
			}
		}
		null := cells[0] == "" && len(cells) == 1 || slices.Contains(spec.Missing, cells[0])
		if null {
			t.Nulls++
			if spec.NotNull {
				t.BadNull++
			}
		}
		v.Valid[i] = !null
		if err := appendCell(v, spec, cells, null, &t); err != nil {
			return t, err
		}
	}
	return t, nil
}

func appendCell(v *features.Vector, spec features.Spec, cells []string, null bool, t *features.ColumnTally) error {
	cell := cells[0]
	var err error
	var n int64
	switch spec.Kind {
	case features.Text:
		code := features.Null
		if !null {
			code = v.Dict.CodeOf(canonical(cell, spec, t))
		}
		v.Codes = append(v.Codes, code)
		return nil
	case features.TextList:
		if len(cells) == 1 && !null {
			cells = strings.Split(cell, "|")
		}
		for _, c := range cells {
			if c != "" && !null {
				v.Codes = append(v.Codes, v.Dict.CodeOf(canonical(c, spec, t)))
			}
		}
		v.Offsets = append(v.Offsets, uint32(len(v.Codes)))
		return nil
	case features.Opaque:
		if !null {
			v.Bytes = append(v.Bytes, cell...)
		}
		v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
		return nil
	case features.Float:
		x := math.NaN()
		if !null {
			x, err = strconv.ParseFloat(cell, 64)
		}
		v.Floats = append(v.Floats, x)
		return err
	}
	if !null {
		switch spec.Kind {
		case features.Instant:
			n, err = instant(cell, spec.Zone)
		case features.Date:
			n, err = instant(cell, time.UTC)
			n /= 24 * int64(time.Hour/time.Microsecond)
		case features.Bool:
			b := false
			b, err = strconv.ParseBool(canonical(cell, spec, t))
			if b {
				n = 1
			}
		default:
			n, err = strconv.ParseInt(cell, 10, 64)
		}
	}
	v.Ints = append(v.Ints, n)
	return err
}

func canonical(cell string, spec features.Spec, t *features.ColumnTally) string {
	if to, ok := spec.Values[cell]; ok {
		cell = to
	}
	if len(spec.Enum) > 0 && !slices.Contains(spec.Enum, cell) {
		if t.Other == nil {
			t.Other = map[string]int64{}
		}
		t.Other[cell]++
		cell = "other:" + cell
	}
	return cell
}

func instant(cell string, zone *time.Location) (int64, error) {
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, cell, zone); err == nil {
			return t.UnixMicro(), nil
		}
	}
	return 0, fmt.Errorf("%q is no instant", cell)
}
