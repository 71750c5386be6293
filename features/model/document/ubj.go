package document

import (
	"fmt"
	"strconv"
)

// UBJ reads Universal Binary JSON (draft 12), as XGBoost writes it:
// big-endian numbers, lists with their length ahead, lists of numbers of one
// type, and objects until their closing brace. What XGBoost never writes is
// refused: no-ops, objects with their length ahead, decimal numbers as text.
type UBJ struct {
	file       []byte
	pos, depth int
}

// NewUBJ reads file as Universal Binary JSON.
func NewUBJ(file []byte) *UBJ { return &UBJ{file: file} }

func (d *UBJ) wrong(format string, args ...any) error {
	return fmt.Errorf("byte %d: %s", d.pos, fmt.Sprintf(format, args...))
}

func (d *UBJ) enter(kind byte, what string) error {
	m, err := d.marker()
	if err != nil {
		return err
	}
	if m != kind {
		return d.wrong("%s stands where %s is expected; export the model again", markerWord(m), what)
	}
	if d.depth++; d.depth > maxNested {
		return d.wrong("nested too deeply for a model")
	}
	return nil
}

// Object implements Document.
func (d *UBJ) Object(f func(key string) error) error {
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
func (d *UBJ) head() (kind byte, n int, err error) {
	if d.pos >= len(d.file) {
		return 0, 0, errShort
	}
	each := 1
	if d.file[d.pos] == '$' {
		d.pos++
		if kind, err = d.marker(); err != nil {
			return 0, 0, err
		}
		if each = markerSize(kind); each == 0 {
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

// List implements Document.
func (d *UBJ) List(f func(i int) error) error {
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

// Numbers implements Document.
func (d *UBJ) Numbers(dst []float64) ([]float64, error) {
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
			if markerSize(m) == 0 {
				return dst, d.wrong("%s stands where a number is expected; export the model again", markerWord(m))
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

// Text implements Document.
func (d *UBJ) Text() (string, error) {
	m, err := d.marker()
	if err != nil {
		return "", err
	}
	if m == 'S' {
		return d.string()
	}
	if markerSize(m) == 0 {
		return "", d.wrong("%s stands where a text is expected; export the model again", markerWord(m))
	}
	x, err := d.value(m)
	return strconv.FormatFloat(x, 'f', -1, 64), err
}

// Skip implements Document.
func (d *UBJ) Skip() error {
	if d.pos >= len(d.file) {
		return errShort
	}
	switch m := d.file[d.pos]; m {
	case '{':
		return d.Object(func(string) error { return d.Skip() })
	case '[':
		at := d.pos
		d.pos++
		kind, n, err := d.head()
		if err != nil {
			return err
		}
		if kind != 0 {
			d.pos += n * markerSize(kind)
			return nil
		}
		d.pos = at
		return d.List(func(int) error { return d.Skip() })
	case 'T', 'F', 'Z':
		d.pos++
		return nil
	case 'S':
		_, err := d.Text()
		return err
	default:
		d.pos++
		_, err := d.value(m)
		return err
	}
}

// End implements Document.
func (d *UBJ) End() error {
	if d.pos < len(d.file) {
		return d.wrong("there is more after the model; keep one model a file")
	}
	return nil
}
