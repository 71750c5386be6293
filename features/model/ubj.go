package model

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// ubjDocument reads Universal Binary JSON (draft 12), as XGBoost writes it:
// big-endian numbers, lists with their length ahead, lists of numbers of one
// type, and objects until their closing brace. What XGBoost never writes is
// refused: no-ops, objects with their length ahead, decimal numbers as text.
type ubjDocument struct {
	file       []byte
	pos, depth int
}

// isUBJ reports whether file starts as a UBJ object does: a brace and the
// length of the first key.
func isUBJ(file []byte) bool {
	if len(file) < 2 || file[0] != '{' {
		return false
	}
	switch file[1] {
	case 'i', 'U', 'I', 'l', 'L':
		return true
	}
	return false
}

func (d *ubjDocument) wrong(format string, args ...any) error {
	return fmt.Errorf("byte %d: %s", d.pos, fmt.Sprintf(format, args...))
}

// marker reads one byte.
func (d *ubjDocument) marker() (byte, error) {
	if d.pos >= len(d.file) {
		return 0, errShort
	}
	d.pos++
	return d.file[d.pos-1], nil
}

// size is the number of bytes of a number with this marker, 0 if it is none.
func ubjSize(marker byte) int {
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
func (d *ubjDocument) value(marker byte) (float64, error) {
	n := ubjSize(marker)
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
func (d *ubjDocument) length(each int) (int, error) {
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

func (d *ubjDocument) string() (string, error) {
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

func (d *ubjDocument) enter(kind byte, what string) error {
	m, err := d.marker()
	if err != nil {
		return err
	}
	if m != kind {
		return d.wrong("%s stands where %s is expected; export the model again", ubjWord(m), what)
	}
	if d.depth++; d.depth > maxNested {
		return d.wrong("nested too deeply for a model")
	}
	return nil
}

func ubjWord(marker byte) string {
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
	if ubjSize(marker) > 0 {
		return "a number"
	}
	return fmt.Sprintf("the byte %q", marker)
}

func (d *ubjDocument) object(f func(key string) error) error {
	if err := d.enter('{', "an object"); err != nil {
		return err
	}
	for {
		if d.pos >= len(d.file) {
			return errShort
		}
		if d.file[d.pos] == '}' {
			d.pos++
			d.depth--
			return nil
		}
		key, err := d.string()
		if err == nil {
			err = f(key)
		}
		if err != nil {
			return err
		}
	}
}

// head reads the head of a list after its bracket: the type of its elements, 0
// if each has its own, and their number, -1 if a bracket closes them.
func (d *ubjDocument) head() (kind byte, n int, err error) {
	if d.pos >= len(d.file) {
		return 0, 0, errShort
	}
	each := 1
	if d.file[d.pos] == '$' {
		d.pos++
		if kind, err = d.marker(); err != nil {
			return 0, 0, err
		}
		if each = ubjSize(kind); each == 0 {
			// Types without bytes would let a small file stand for a huge list.
			return 0, 0, d.wrong("a list of type %q; XGBoost writes lists of numbers only", kind)
		}
		if d.pos >= len(d.file) {
			return 0, 0, errShort
		}
		if d.file[d.pos] != '#' {
			return 0, 0, d.wrong("a list has a type, but no length; export the model again")
		}
	}
	if d.file[d.pos] != '#' {
		return 0, -1, nil
	}
	d.pos++
	n, err = d.length(each)
	return kind, n, err
}

func (d *ubjDocument) list(f func(i int) error) error {
	if err := d.enter('[', "a list"); err != nil {
		return err
	}
	kind, n, err := d.head()
	if err != nil {
		return err
	}
	if kind != 0 {
		return d.wrong("a list of numbers stands where another list is expected; export the model again")
	}
	for i := 0; i != n; i++ {
		if n < 0 {
			if d.pos >= len(d.file) {
				return errShort
			}
			if d.file[d.pos] == ']' {
				d.pos++
				break
			}
		}
		if err := f(i); err != nil {
			return err
		}
	}
	d.depth--
	return nil
}

func (d *ubjDocument) numbers(dst []float64) ([]float64, error) {
	if err := d.enter('[', "a list of numbers"); err != nil {
		return dst, err
	}
	kind, n, err := d.head()
	if err != nil {
		return dst, err
	}
	for i := 0; i != n; i++ {
		m := kind
		if m == 0 {
			if m, err = d.marker(); err != nil {
				return dst, err
			}
		}
		var x float64
		switch {
		case n < 0 && m == ']':
			d.depth--
			return dst, nil
		case m == 'T':
			x = 1
		case m == 'F':
		default:
			if ubjSize(m) == 0 {
				return dst, d.wrong("%s stands where a number is expected; export the model again", ubjWord(m))
			}
			if x, err = d.value(m); err != nil {
				return dst, err
			}
		}
		dst = append(dst, x)
	}
	d.depth--
	return dst, nil
}

func (d *ubjDocument) text() (string, error) {
	m, err := d.marker()
	if err != nil {
		return "", err
	}
	if m == 'S' {
		return d.string()
	}
	if ubjSize(m) == 0 {
		return "", d.wrong("%s stands where a text is expected; export the model again", ubjWord(m))
	}
	x, err := d.value(m)
	return strconv.FormatFloat(x, 'f', -1, 64), err
}

func (d *ubjDocument) skip() error {
	if d.pos >= len(d.file) {
		return errShort
	}
	switch m := d.file[d.pos]; m {
	case '{':
		return d.object(func(string) error { return d.skip() })
	case '[':
		at := d.pos
		d.pos++
		kind, n, err := d.head()
		if err != nil {
			return err
		}
		if kind != 0 {
			d.pos += n * ubjSize(kind)
			return nil
		}
		d.pos = at
		return d.list(func(int) error { return d.skip() })
	case 'T', 'F', 'Z':
		d.pos++
		return nil
	case 'S':
		_, err := d.text()
		return err
	default:
		d.pos++
		_, err := d.value(m)
		return err
	}
}

func (d *ubjDocument) end() error {
	if d.pos < len(d.file) {
		return d.wrong("there is more after the model; keep one model a file")
	}
	return nil
}
