package document

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"
)

// marker reads one byte.
func (d *UBJ) marker() (byte, error) {
	if d.pos >= len(d.file) {
		return 0, errShort
	}
	d.pos++
	return d.file[d.pos-1], nil
}

// markerSize is the number of bytes of a number with this marker, 0 if it is none.
func markerSize(marker byte) int {
	switch marker {
	case 'i', 'U', 'C':
		return 1
	case 'I':
		return 2
	case 'l', 'd':
		return 4
	case 'L', 'D':
		return 8
	}
	return 0
}

// value reads the number that follows its marker.
func (d *UBJ) value(marker byte) (float64, error) {
	n := markerSize(marker)
	if n == 0 {
		return 0, d.wrong("%q is no number of Universal Binary JSON; export the model again", marker)
	}
	if len(d.file)-d.pos < n {
		return 0, errShort
	}
	b := d.file[d.pos:]
	d.pos += n
	switch marker {
	case 'U':
		return float64(b[0]), nil
	case 'i', 'C':
		return float64(int8(b[0])), nil
	case 'I':
		return float64(int16(binary.BigEndian.Uint16(b))), nil
	case 'l':
		return float64(int32(binary.BigEndian.Uint32(b))), nil
	case 'd':
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b))), nil
	case 'D':
		return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
	}
	x := int64(binary.BigEndian.Uint64(b))
	if x > maxWhole || x < -maxWhole {
		return 0, d.wrong("the whole number %d is beyond 2^53; no model holds such numbers", x)
	}
	return float64(x), nil
}

// length reads how many things follow, each of which takes at least so many
// bytes of the file.
func (d *UBJ) length(each int) (int, error) {
	m, err := d.marker()
	if err != nil {
		return 0, err
	}
	if m == 'd' || m == 'D' || m == 'C' {
		return 0, d.wrong("a length is no whole number; export the model again")
	}
	n, err := d.value(m)
	switch {
	case err != nil:
		return 0, err
	case n < 0:
		return 0, d.wrong("a length is %v; export the model again", n)
	case n > float64((len(d.file)-d.pos)/each):
		return 0, errShort
	}
	return int(n), nil
}

func (d *UBJ) string() (string, error) {
	n, err := d.length(1)
	if err != nil {
		return "", err
	}
	s := d.file[d.pos : d.pos+n]
	if !utf8.Valid(s) {
		return "", d.wrong("a text is not UTF-8; export the model again")
	}
	d.pos += n
	return string(s), nil
}

// markerWord says in plain words what a marker stands before.
func markerWord(marker byte) string {
	switch marker {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 'S':
		return "a text"
	case 'T', 'F':
		return "true or false"
	case 'Z':
		return "null"
	}
	if markerSize(marker) > 0 {
		return "a number"
	}
	return fmt.Sprintf("the byte %q", marker)
}
