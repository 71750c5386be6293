package stats

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func TestCodec(t *testing.T) {
	var e Encoder
	e.Byte(7)
	e.Bool(true)
	e.Uvarint(math.MaxUint64)
	e.Varint(math.MinInt64)
	e.Float(math.Copysign(0, -1))
	e.Bytes([]byte("ab"))
	e.String("cd")
	e.Ints([]int64{-1, 300})
	e.Floats([]float64{0.5})
	e.Strings([]string{"", "x"})
	d := NewDecoder(e.Data())
	ok := d.Byte() == 7 && d.Bool() && d.Uvarint() == math.MaxUint64 && d.Varint() == math.MinInt64 &&
		math.Signbit(d.Float()) && string(d.Bytes()) == "ab" && d.String() == "cd" &&
		slices.Equal(d.Ints(), []int64{-1, 300}) && slices.Equal(d.Floats(), []float64{0.5}) &&
		slices.Equal(d.Strings(), []string{"", "x"})
	if err := d.Finish(); !ok || err != nil {
		t.Errorf("round trip failed: %v", err)
	}
	for n := range e.Data() {
		d := NewDecoder(e.Data()[:n])
		d.Byte()
		d.Bool()
		d.Uvarint()
		d.Varint()
		d.Float()
		d.Bytes()
		_ = d.String()
		d.Ints()
		d.Floats()
		d.Strings()
		if err := d.Finish(); !errors.Is(err, ErrEncoding) {
			t.Errorf("first %d bytes: error %v", n, err)
		}
	}
}

func TestDecoderRefuses(t *testing.T) {
	tests := []struct {
		name string
		b    []byte
		read func(*Decoder)
	}{
		{"truth 2", []byte{2}, func(d *Decoder) { d.Bool() }},
		{"long integer", []byte{0x80, 0}, func(d *Decoder) { d.Uvarint() }},
		{"overflow", slices.Repeat([]byte{0xff}, 11), func(d *Decoder) { d.Uvarint() }},
		{"huge length", []byte{0xff, 0xff, 0xff, 0xff, 0x0f, 1}, func(d *Decoder) { d.Floats() }},
		{"left over", []byte{1, 1}, func(d *Decoder) { d.Byte() }},
		{"other mark", []byte{'X'}, func(d *Decoder) { d.Tag('Y') }},
	}
	for _, tt := range tests {
		d := NewDecoder(tt.b)
		tt.read(d)
		if err := d.Finish(); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}
