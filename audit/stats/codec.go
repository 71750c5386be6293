package stats

import (
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Encoder writes a deterministic binary encoding. Its zero value is ready.
// Every value is written in one way only, so that equal states have equal
// bytes; sort whatever comes out of a map before writing it.
type Encoder struct {
	buf []byte
}

// NewEncoder returns an Encoder that appends to b, as AppendBinary wants it.
func NewEncoder(b []byte) *Encoder { return &Encoder{buf: b} }

// Data returns what has been written, after what NewEncoder was given.
func (e *Encoder) Data() []byte { return e.buf }

// Byte writes one byte.
func (e *Encoder) Byte(b byte) { e.buf = append(e.buf, b) }

// Bool writes a truth value as one byte.
func (e *Encoder) Bool(b bool) {
	if b {
		e.Byte(1)
	} else {
		e.Byte(0)
	}
}

// Uvarint writes an unsigned integer in base 128.
func (e *Encoder) Uvarint(x uint64) { e.buf = binary.AppendUvarint(e.buf, x) }

// Count writes a length or another non-negative number, to be read by
// [Decoder.Count] or [Decoder.Uvarint]. It panics when n is negative.
func (e *Encoder) Count(n int) {
	if n < 0 {
		panic("stats: negative length to encode")
	}
	e.Uvarint(uint64(n))
}

// Varint writes a signed integer, zigzag in base 128.
func (e *Encoder) Varint(x int64) { e.buf = binary.AppendVarint(e.buf, x) }

// Float writes the 64 bits of a float, least significant byte first.
func (e *Encoder) Float(x float64) {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(x))
}

// Bytes writes a length and the bytes.
func (e *Encoder) Bytes(b []byte) {
	e.Count(len(b))
	e.buf = append(e.buf, b...)
}

// String writes a length and the string.
func (e *Encoder) String(s string) {
	e.Count(len(s))
	e.buf = append(e.buf, s...)
}

// Ints writes a length and the integers.
func (e *Encoder) Ints(xs []int64) {
	e.Count(len(xs))
	for _, x := range xs {
		e.Varint(x)
	}
}

// Floats writes a length and the floats.
func (e *Encoder) Floats(xs []float64) {
	e.Count(len(xs))
	for _, x := range xs {
		e.Float(x)
	}
}

// Strings writes a length and the strings.
func (e *Encoder) Strings(xs []string) {
	e.Count(len(xs))
	for _, x := range xs {
		e.String(x)
	}
}

// Value writes what v encodes itself to, with its length. It panics when v
// can't be encoded, which the accumulators of this package always can.
func (e *Encoder) Value(v encoding.BinaryMarshaler) {
	b, err := v.MarshalBinary()
	if err != nil {
		panic(fmt.Sprintf("stats: encode %T: %v", v, err))
	}
	e.Bytes(b)
}

// Decoder reads what an [Encoder] wrote. Its first error sticks: every later
// read gives zero values, so a caller reads all fields and then asks Finish.
// It never allocates more than a small multiple of the length of its input,
// and it refuses values in another form than the Encoder's.
type Decoder struct {
	rest []byte
	err  error
}

// ErrEncoding is wrapped by every error about bytes that aren't the encoding
// of what they should be.
var ErrEncoding = errors.New("not a valid encoding of a state")

// NewDecoder returns a Decoder of b. It keeps b, and what it returns never
// points into b.
func NewDecoder(b []byte) *Decoder { return &Decoder{rest: b} }

// Fail records an error, unless there is one already: for a caller that finds
// a decoded value out of its range.
func (d *Decoder) Fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrEncoding, fmt.Sprintf(format, args...))
		d.rest = nil
	}
}

// Err returns the first error.
func (d *Decoder) Err() error { return d.err }

// Finish returns the first error, or one when bytes are left over.
func (d *Decoder) Finish() error {
	if len(d.rest) > 0 {
		d.Fail("%d bytes too many", len(d.rest))
	}
	return d.err
}

// Byte reads one byte.
func (d *Decoder) Byte() byte {
	if len(d.rest) == 0 {
		d.Fail("too short")
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

// Tag reads one byte, which must be want: the mark of what follows.
func (d *Decoder) Tag(want byte) {
	if b := d.Byte(); b != want && d.err == nil {
		d.Fail("mark %q instead of %q", b, want)
	}
}

// Bool reads a truth value.
func (d *Decoder) Bool() bool {
	b := d.Byte()
	if b > 1 {
		d.Fail("truth value %d", b)
		return false
	}
	return b == 1
}

// Uvarint reads an unsigned integer.
func (d *Decoder) Uvarint() uint64 {
	x, n := binary.Uvarint(d.rest)
	if n <= 0 || n > 1 && d.rest[n-1] == 0 {
		d.Fail("bad integer")
		return 0
	}
	d.rest = d.rest[n:]
	return x
}

// Varint reads a signed integer.
func (d *Decoder) Varint() int64 {
	u := d.Uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// Natural reads a count: an integer that is not negative and fits an int64.
func (d *Decoder) Natural() int64 {
	u := d.Uvarint()
	if u > math.MaxInt64 {
		d.Fail("count %d is too large", u)
		return 0
	}
	return int64(u)
}

// Count reads the length of a sequence whose elements take at least size
// bytes each, so that garbage can't ask for more memory than it brings.
func (d *Decoder) Count(size int) int {
	u := d.Uvarint()
	if u > uint64(len(d.rest)/max(size, 1)) {
		d.Fail("length %d is more than the %d bytes left can hold", u, len(d.rest))
		return 0
	}
	return int(u)
}

// Float reads a float.
func (d *Decoder) Float() float64 {
	if len(d.rest) < 8 {
		d.Fail("too short")
		return 0
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(d.rest))
	d.rest = d.rest[8:]
	return x
}

// Bytes reads a length and bytes.
func (d *Decoder) Bytes() []byte { return slices.Clone(d.bytes()) }

// String reads a string.
func (d *Decoder) String() string { return string(d.bytes()) }

func (d *Decoder) bytes() []byte {
	n := d.Count(1)
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

// Ints reads integers.
func (d *Decoder) Ints() []int64 {
	xs := make([]int64, d.Count(1))
	for i := range xs {
		xs[i] = d.Varint()
	}
	return xs
}

// Floats reads floats.
func (d *Decoder) Floats() []float64 {
	xs := make([]float64, d.Count(8))
	for i := range xs {
		xs[i] = d.Float()
	}
	return xs
}

// Strings reads strings.
func (d *Decoder) Strings() []string {
	xs := make([]string, d.Count(1))
	for i := range xs {
		xs[i] = d.String()
	}
	return xs
}

// Value reads a length and hands the bytes to v.
func (d *Decoder) Value(v encoding.BinaryUnmarshaler) {
	b := d.bytes()
	if d.err == nil {
		if err := v.UnmarshalBinary(b); err != nil {
			d.err, d.rest = err, nil
		}
	}
}
