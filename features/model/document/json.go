package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// JSON reads JSON, and the NaN and Infinity that XGBoost writes.
type JSON struct {
	file       []byte
	pos, depth int
}

// NewJSON reads file as JSON.
func NewJSON(file []byte) *JSON { return &JSON{file: file} }

func (d *JSON) wrong(format string, args ...any) error {
	return fmt.Errorf("byte %d: %s", d.pos+1, fmt.Sprintf(format, args...))
}

// Peek is the next byte that is no space, 0 at the end.
func (d *JSON) Peek() byte {
	for d.pos < len(d.file) {
		switch c := d.file[d.pos]; c {
		case ' ', '\t', '\r', '\n':
			d.pos++
		default:
			return c
		}
	}
	return 0
}

func (d *JSON) enter(open byte, what string) error {
	switch c := d.Peek(); {
	case c == 0 && d.pos >= len(d.file):
		return errShort
	case c != open:
		return d.unexpected(what)
	}
	d.pos++
	if d.depth++; d.depth > maxNested {
		return d.wrong("nested too deeply for a model")
	}
	return nil
}

// unexpected says what stands where something else is expected.
func (d *JSON) unexpected(want string) error {
	have := ""
	switch c := d.Peek(); {
	case c == 0 && d.pos >= len(d.file):
		return errShort
	case c == '{':
		have = "an object"
	case c == '[':
		have = "a list"
	case c == '"':
		have = "a text"
	case c == 't' || c == 'f':
		have = "true or false"
	case c == 'n':
		have = "null"
	case c == '-' || c >= '0' && c <= '9' || c == 'N' || c == 'I':
		have = "a number"
	default:
		have = strconv.Quote(string(rune(c)))
	}
	return d.wrong("%s stands where %s is expected; export the model again", have, want)
}

// more reports whether another element follows the i that are read, and else
// leaves the object or list.
func (d *JSON) more(i int, end byte) (bool, error) {
	c := d.Peek()
	switch {
	case c == end:
		d.pos++
		d.depth--
		return false, nil
	case i == 0:
		return true, nil
	case c == ',':
		d.pos++
		if d.Peek() == end {
			return false, d.wrong("nothing follows a comma; export the model again")
		}
		return true, nil
	}
	return false, d.unexpected("a comma")
}

// Object implements Document.
func (d *JSON) Object(f func(key string) error) error {
	if err := d.enter('{', "an object"); err != nil {
		return err
	}
	for i := 0; ; i++ {
		ok, err := d.more(i, '}')
		if !ok {
			return err
		}
		if d.Peek() != '"' {
			return d.unexpected("a key")
		}
		key, err := d.Text()
		if err != nil {
			return err
		}
		if d.Peek() != ':' {
			return d.unexpected("a colon")
		}
		d.pos++
		if err := f(key); err != nil {
			return err
		}
	}
}

// List implements Document.
func (d *JSON) List(f func(i int) error) error {
	if err := d.enter('[', "a list"); err != nil {
		return err
	}
	for i := 0; ; i++ {
		ok, err := d.more(i, ']')
		if !ok {
			return err
		}
		if err := f(i); err != nil {
			return err
		}
	}
}

// Numbers implements Document.
func (d *JSON) Numbers(dst []float64) ([]float64, error) {
	if err := d.enter('[', "a list of numbers"); err != nil {
		return dst, err
	}
	for i := 0; ; i++ {
		ok, err := d.more(i, ']')
		if !ok {
			return dst, err
		}
		x, err := d.number()
		if err != nil {
			return dst, err
		}
		dst = append(dst, x)
	}
}

// Text implements Document.
func (d *JSON) Text() (string, error) {
	if d.Peek() != '"' {
		from := d.pos
		t := d.token()
		if len(t) == 0 || t[0] != '-' && (t[0] < '0' || t[0] > '9') {
			d.pos = from
			return "", d.unexpected("a text")
		}
		return string(t), nil
	}
	from := d.pos
	plain := true
	for d.pos++; ; d.pos++ {
		if d.pos >= len(d.file) {
			return "", errShort
		}
		switch c := d.file[d.pos]; {
		case c == '\\':
			plain = false
			d.pos++
			continue
		case c < ' ':
			return "", d.wrong("a text holds the control character %q; export the model again", c)
		case c != '"':
			continue
		}
		break
	}
	d.pos++
	raw := d.file[from:d.pos]
	if !utf8.Valid(raw) {
		return "", d.wrong("a text is not UTF-8; export the model again")
	}
	if plain {
		return string(raw[1 : len(raw)-1]), nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", d.wrong("%s is no JSON text; export the model again", raw)
	}
	return s, nil
}

// Skip implements Document.
func (d *JSON) Skip() error {
	switch c := d.Peek(); c {
	case '{':
		return d.Object(func(string) error { return d.Skip() })
	case '[':
		return d.List(func(int) error { return d.Skip() })
	case '"':
		_, err := d.Text()
		return err
	case 'n':
		from := d.pos
		if !bytes.Equal(d.token(), []byte("null")) {
			d.pos = from
			return d.unexpected("a value")
		}
		return nil
	default:
		_, err := d.number()
		return err
	}
}

// End implements Document.
func (d *JSON) End() error {
	if d.Peek(); d.pos < len(d.file) {
		return d.wrong("there is more after the model; keep one model a file")
	}
	return nil
}
