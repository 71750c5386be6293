package page

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/parquet-go/parquet-go/format"
)

// Section reads the values of one page, nulls left out, in their stored type:
// integers and booleans as int64, floats as float64, all else as bytes.
type Section struct {
	phys  format.Type
	width int
	enc   format.Encoding
	b     []byte
	pos   int // bytes, or bits of plain booleans
	n     int // BYTE_STREAM_SPLIT: values in all
	hyb   hybrid
	d     delta // integers, or lengths
	pre   delta // DELTA_BYTE_ARRAY: prefix lengths
	lens  []int64
	pres  []int64
	idx   []int32
	prev  []byte // DELTA_BYTE_ARRAY: the value before
	slab  []byte // assembled values
	ends  []int
	cap   int // of one value, in bytes
}

// NewSection returns a section that refuses values of more than so many bytes.
func NewSection(cell int) Section { return Section{cap: cell} }

// Clear forgets the page.
func (s *Section) Clear() { s.b, s.pos, s.n, s.enc = nil, 0, 0, format.Plain }

// PlainDictionary is how old writers name the encoding of dictionaries and of
// indices into them; the format package deprecates its name.
const PlainDictionary format.Encoding = 2

// IsDict reports whether a page's values are indices into the dictionary.
func IsDict(e format.Encoding) bool {
	return e == PlainDictionary || e == format.RLEDictionary
}

// Empty begins a page of nulls alone: nothing is stored, whatever the encoding.
func (s *Section) Empty(phys format.Type, width int) {
	s.Clear()
	s.phys, s.width = phys, width
}

// Rest is how much of the page was not read: bytes, or values of the encodings
// that count them.
func (s *Section) Rest() int {
	switch {
	case s.enc == format.Plain && s.phys == format.Boolean:
		return len(s.b) - (s.pos+7)/8
	case s.enc == format.Plain, s.enc == format.DeltaLengthByteArray, s.enc == format.DeltaByteArray:
		return len(s.b) - s.pos
	case s.enc == format.DeltaBinaryPacked && len(s.b) > 0:
		return s.d.total
	case s.enc == format.ByteStreamSplit:
		return s.n - s.pos
	}
	return 0 // indices are not looked at: DuckDB pads them to whole vectors
}

// Indexed reports whether the page's values are indices into the dictionary.
func (s *Section) Indexed() bool { return IsDict(s.enc) }

// Indices reads the next values of such a page, as they are stored.
func (s *Section) Indices(dst []int32) error { return s.hyb.Decode(dst) }

// Start begins the page body b of n values, stored as a physical type of so
// many bytes (of fixed width).
func (s *Section) Start(phys format.Type, width int, enc format.Encoding, b []byte, n int) error {
	s.phys, s.width, s.enc, s.b, s.pos = phys, width, enc, b, 0
	bytes := s.phys == format.ByteArray || s.phys == format.FixedLenByteArray
	ok := true
	switch enc {
	case format.Plain:
	case PlainDictionary, format.RLEDictionary:
		if len(b) == 0 {
			if n > 0 {
				return Corrupt("a page of dictionary indices is empty")
			}
			s.hyb.reset(b, 0)
			return nil
		}
		if b[0] > 32 {
			return Corrupt("dictionary indices are %d bits wide", b[0])
		}
		s.hyb.reset(b[1:], uint(b[0]))
		s.hyb.cut = true
	case format.RLE:
		if ok = s.phys == format.Boolean; ok {
			return s.startRLE(n)
		}
	case format.DeltaBinaryPacked:
		if ok = s.phys == format.Int32 || s.phys == format.Int64; ok && n > 0 {
			return s.d.reset(b, s.width*8)
		}
	case format.DeltaLengthByteArray:
		if ok = s.phys == format.ByteArray; ok && n > 0 {
			return s.startLengths(b)
		}
	case format.DeltaByteArray:
		if ok = bytes; ok && n > 0 {
			return s.startPrefixes(b)
		}
	case format.ByteStreamSplit:
		if ok = s.phys != format.Boolean && s.phys != format.ByteArray; ok {
			s.n = len(b) / s.width
			if len(b)%s.width != 0 || s.n < n {
				return Corrupt("%d bytes do not hold %d values of %d bytes", len(b), n, s.width)
			}
		}
	default:
		return fmt.Errorf("uses encoding %d, which cannot be read; export with plain or dictionary encoding", int32(enc))
	}
	if !ok {
		return Corrupt("%v values cannot be encoded as %v", s.phys, enc)
	}
	return nil
}

func (s *Section) startRLE(n int) error {
	if n == 0 {
		return nil
	}
	if len(s.b) < 4 {
		return Corrupt("a page of booleans ends early")
	}
	size := binary.LittleEndian.Uint32(s.b)
	if int64(size) > int64(len(s.b)-4) {
		return Corrupt("a page of booleans ends early")
	}
	s.hyb.reset(s.b[4:4+size], 1)
	return nil
}

// startLengths finds where the bytes begin behind the lengths.
func (s *Section) startLengths(b []byte) error {
	if err := s.d.reset(b, 32); err != nil {
		return err
	}
	probe := s.d
	n, err := probe.skip()
	s.pos = n
	return err
}

func (s *Section) startPrefixes(b []byte) error {
	s.prev = s.prev[:0]
	if err := s.pre.reset(b, 32); err != nil {
		return err
	}
	probe := s.pre
	n, err := probe.skip()
	if err != nil {
		return err
	}
	if err := s.d.reset(b[n:], 32); err != nil {
		return err
	}
	probe = s.d
	m, err := probe.skip()
	s.pos = n + m
	return err
}

// fixed takes the next n values of the page's width.
func (s *Section) fixed(n int) ([]byte, error) {
	size := n * s.width
	if size > len(s.b)-s.pos {
		return nil, Corrupt("a page ends before its last value")
	}
	b := s.b[s.pos : s.pos+size]
	s.pos += size
	return b, nil
}

// split copies value i of a BYTE_STREAM_SPLIT page into p.
func (s *Section) split(p []byte, i int) {
	for k := range p {
		p[k] = s.b[k*s.n+i]
	}
}

// Ints reads the next values of BOOLEAN, INT32 and INT64 columns.
func (s *Section) Ints(dst []int64) error {
	switch s.enc {
	case format.Plain:
		return s.plainInts(dst)
	case format.RLE:
		s.idx = Grow(s.idx, len(dst))
		if err := s.hyb.Decode(s.idx); err != nil {
			return err
		}
		for i, x := range s.idx {
			dst[i] = int64(x)
		}
		return nil
	case format.DeltaBinaryPacked:
		return s.d.decode(dst)
	case format.ByteStreamSplit:
		if s.pos+len(dst) > s.n {
			return Corrupt("a page ends before its last value")
		}
		var p [8]byte
		for i := range dst {
			s.split(p[:s.width], s.pos+i)
			if s.width == 4 {
				dst[i] = int64(int32(binary.LittleEndian.Uint32(p[:])))
			} else {
				dst[i] = int64(binary.LittleEndian.Uint64(p[:]))
			}
		}
		s.pos += len(dst)
		return nil
	}
	panic("section: integers of encoding " + s.enc.String())
}

func (s *Section) plainInts(dst []int64) error {
	if s.phys == format.Boolean {
		if s.pos+len(dst) > 8*len(s.b) {
			return Corrupt("a page ends before its last value")
		}
		for i := range dst {
			at := s.pos + i
			dst[i] = int64(s.b[at>>3] >> (at & 7) & 1)
		}
		s.pos += len(dst)
		return nil
	}
	b, err := s.fixed(len(dst))
	if err != nil {
		return err
	}
	if s.phys == format.Int32 {
		for i := range dst {
			dst[i] = int64(int32(binary.LittleEndian.Uint32(b[4*i:])))
		}
		return nil
	}
	for i := range dst {
		dst[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return nil
}

// Floats reads the next values of FLOAT and DOUBLE columns, and of float16.
func (s *Section) Floats(dst []float64) error {
	if s.enc == format.ByteStreamSplit {
		if s.pos+len(dst) > s.n {
			return Corrupt("a page ends before its last value")
		}
		var p [8]byte
		for i := range dst {
			s.split(p[:s.width], s.pos+i)
			dst[i] = floatOf(p[:s.width])
		}
		s.pos += len(dst)
		return nil
	}
	if s.enc != format.Plain {
		panic("section: floats of encoding " + s.enc.String())
	}
	b, err := s.fixed(len(dst))
	if err != nil {
		return err
	}
	if s.phys == format.Double {
		for i := range dst {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
		return nil
	}
	for i := range dst {
		dst[i] = floatOf(b[s.width*i : s.width*(i+1)])
	}
	return nil
}

func floatOf(b []byte) float64 {
	switch len(b) {
	case 8:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	h := binary.LittleEndian.Uint16(b)
	sign, exp, frac := 1.0, int(h>>10)&31, float64(h&1023)
	if h>>15 != 0 {
		sign = -1
	}
	switch {
	case exp == 31 && frac != 0:
		return math.NaN()
	case exp == 31:
		return math.Inf(int(sign))
	case exp == 0:
		return sign * math.Ldexp(frac, -24)
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// Grow returns s with length n; its contents are not kept.
func Grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}
