package reasons

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strings"

	"evenhand/audit/stats"
	"evenhand/features/model"
)

// sample keeps the rows of least hash out of all that were added: any order,
// split and grouping of merges leaves the same ones.
type sample struct {
	limit int
	rows  []sampled
	bound uint64 // of a full sample: rows of a greater hash can't be among the least
	full  bool
}

type sampled struct {
	hash uint64
	row  []model.Value
}

// wants reports whether a row of this hash could be kept.
func (s *sample) wants(hash uint64) bool { return s.limit > 0 && (!s.full || hash <= s.bound) }

func (s *sample) add(hash uint64, row []model.Value) {
	s.rows = append(s.rows, sampled{hash, row})
	if len(s.rows) >= 2*s.limit+16 {
		s.cut()
	}
}

// cut brings the sample into its one form: sorted, at most limit rows.
func (s *sample) cut() {
	slices.SortFunc(s.rows, func(a, b sampled) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), slices.CompareFunc(a.row, b.row, compareValues))
	})
	if len(s.rows) >= s.limit {
		clear(s.rows[s.limit:])
		s.rows = s.rows[:s.limit]
		s.full = s.limit > 0
		if s.full {
			s.bound = s.rows[s.limit-1].hash
		}
	}
}

func compareValues(a, b model.Value) int {
	return cmp.Or(cmp.Compare(math.Float64bits(a.Num), math.Float64bits(b.Num)), strings.Compare(a.Text, b.Text), cmp.Compare(b2i(a.Null), b2i(b.Null)))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *sample) merge(o *sample) {
	for _, r := range o.rows {
		if s.wants(r.hash) {
			s.add(r.hash, r.row)
		}
	}
}

// values are the rows kept, in their one order.
func (s *sample) values() [][]model.Value {
	s.cut()
	var out [][]model.Value
	for _, r := range s.rows {
		out = append(out, r.row)
	}
	return out
}

func (s *sample) encode(e *stats.Encoder) {
	s.cut()
	e.Count(len(s.rows))
	for _, r := range s.rows {
		e.Uvarint(r.hash)
		for _, v := range r.row {
			e.Bool(v.Null)
			if !v.Null {
				e.Float(v.Num)
				e.String(v.Text)
			}
		}
	}
}

func (s *sample) decode(d *stats.Decoder, inputs []model.Input) {
	n := d.Count(1 + len(inputs))
	if n > s.limit {
		d.Fail("a sample of %d rows instead of at most %d", n, s.limit)
		return
	}
	for ; n > 0 && d.Err() == nil; n-- {
		r := sampled{hash: d.Uvarint(), row: make([]model.Value, len(inputs))}
		for i := range r.row {
			r.row[i] = model.Value{Num: math.NaN(), Null: d.Bool()}
			if !r.row[i].Null {
				r.row[i].Num, r.row[i].Text = d.Float(), d.String()
			}
		}
		s.rows = append(s.rows, r)
	}
	if !slices.IsSortedFunc(s.rows, func(a, b sampled) int { return cmp.Compare(a.hash, b.hash) }) {
		d.Fail("a sample out of order")
	}
	s.cut()
}

// keyHash is a 64-bit hash of a key with a fixed seed: multiply and fold, eight
// bytes at a time.
func keyHash(b []byte) uint64 {
	const m1, m2 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F
	h := uint64(len(b)) ^ m2
	for ; len(b) > 8; b = b[8:] {
		h = fold(h^binary.LittleEndian.Uint64(b), m1)
	}
	var last [8]byte
	copy(last[:], b)
	return fold(fold(h^binary.LittleEndian.Uint64(last[:]), m1), m2)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
