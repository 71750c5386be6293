package document

import "strconv"

// token reads the bytes of a number or a word.
func (d *JSON) token() []byte {
	d.Peek()
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

func (d *JSON) number() (float64, error) {
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
