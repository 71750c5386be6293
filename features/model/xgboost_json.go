package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// jsonDocument reads JSON, and the NaN and Infinity that XGBoost writes.
type jsonDocument struct {
	file       []byte
	pos, depth int
}

func (d *jsonDocument) wrong(format string, args ...any) error {
	return fmt.Errorf("byte %d: %s", d.pos+1, fmt.Sprintf(format, args...))
}

// peek is the next byte that is no space, 0 at the end.
func (d *jsonDocument) peek() byte {
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

func (d *jsonDocument) enter(open byte, what string) error {
	switch c := d.peek(); {
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
func (d *jsonDocument) unexpected(want string) error {
	have := ""
	switch c := d.peek(); {
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
func (d *jsonDocument) more(i int, end byte) (bool, error) {
	c := d.peek()
	switch {
	case c == end:
		d.pos++
		d.depth--
		return false, nil
	case i == 0:
		return true, nil
	case c == ',':
		d.pos++
		if d.peek() == end {
			return false, d.wrong("nothing follows a comma; export the model again")
		}
		return true, nil
	}
	return false, d.unexpected("a comma")
}

func (d *jsonDocument) object(f func(key string) error) error {
	if err := d.enter('{', "an object"); err != nil {
		return err
	}
	for i := 0; ; i++ {
		ok, err := d.more(i, '}')
		if !ok {
			return err
		}
		if d.peek() != '"' {
			return d.unexpected("a key")
		}
		key, err := d.text()
		if err != nil {
			return err
		}
		if d.peek() != ':' {
			return d.unexpected("a colon")
		}
		d.pos++
		if err := f(key); err != nil {
			return err
		}
	}
}

func (d *jsonDocument) list(f func(i int) error) error {
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

func (d *jsonDocument) numbers(dst []float64) ([]float64, error) {
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

// token reads the bytes of a number or a word.
func (d *jsonDocument) token() []byte {
	d.peek()
	from := d.pos
	for d.pos < len(d.file) {
		switch c := d.file[d.pos]; {
		case c >= '0' && c <= '9', c == '.', c == '-', c == '+', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			d.pos++
			continue
		}
		break
	}
	return d.file[from:d.pos]
}

func (d *jsonDocument) number() (float64, error) {
	from := d.pos
	t := d.token()
	// Most are short whole numbers.
	if n := len(t); n > 0 && n <= 15 {
		digits, x := t, int64(0)
		if t[0] == '-' && n > 1 {
			digits = t[1:]
		}
		for i, c := range digits {
			if c -= '0'; c > 9 {
				break
			}
			if x = 10*x + int64(c); i == len(digits)-1 {
				if len(digits) < n {
					x = -x
				}
				return float64(x), nil
			}
		}
	}
	switch string(t) {
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	case "NaN", "Infinity", "-Infinity":
		return strconv.ParseFloat(string(t), 64)
	}
	whole := true
	for i, c := range t {
		switch {
		case c >= '0' && c <= '9', c == '-' && i == 0:
			continue
		case c == '.', c == 'e', c == 'E', i > 0 && (c == '-' || c == '+') && (t[i-1] == 'e' || t[i-1] == 'E'):
			whole = false
			continue
		}
		t = nil
		break
	}
	if len(t) == 0 || string(t) == "-" {
		if d.pos == len(d.file) {
			return 0, errShort // a word that is cut off
		}
		d.pos = from
		return 0, d.unexpected("a number")
	}
	if whole {
		x, err := strconv.ParseInt(string(t), 10, 64)
		if err != nil || x > maxWhole || x < -maxWhole {
			return 0, d.wrong("the whole number %s is beyond 2^53; no model holds such numbers", t)
		}
		return float64(x), nil
	}
	x, err := strconv.ParseFloat(string(t), 32)
	if err != nil && d.pos == len(d.file) {
		return 0, errShort
	}
	if err != nil {
		return 0, d.wrong("%q is no float32 number; export the model again", t)
	}
	return x, nil
}

func (d *jsonDocument) text() (string, error) {
	if d.peek() != '"' {
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

func (d *jsonDocument) skip() error {
	switch c := d.peek(); c {
	case '{':
		return d.object(func(string) error { return d.skip() })
	case '[':
		return d.list(func(int) error { return d.skip() })
	case '"':
		_, err := d.text()
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

func (d *jsonDocument) end() error {
	if d.peek(); d.pos < len(d.file) {
		return d.wrong("there is more after the model; keep one model a file")
	}
	return nil
}
