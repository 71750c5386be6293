package parquetfile

// digits reads exactly n digits at b[at:].
func digits(b []byte, at, n int) (int, bool) {
	if at < 0 || at+n > len(b) {
		return 0, false
	}
	x := 0
	for _, c := range b[at : at+n] {
		if c < '0' || c > '9' {
			return 0, false
		}
		x = x*10 + int(c-'0')
	}
	return x, true
}

// parseDay reads the date at the front of b, as YYYY-MM-DD, YYYY/MM/DD or
// YYYYMMDD, and returns what follows it.
func parseDay(b []byte) (day int64, rest []byte, ok bool) {
	y, ok1 := digits(b, 0, 4)
	at := 4
	sep := byte(0)
	if len(b) > 4 && (b[4] == '-' || b[4] == '/') {
		sep = b[4]
		at++
	}
	m, ok2 := digits(b, at, 2)
	at += 2
	if sep != 0 {
		if len(b) <= at || b[at] != sep {
			return 0, nil, false
		}
		at++
	}
	d, ok3 := digits(b, at, 2)
	if !ok1 || !ok2 || !ok3 {
		return 0, nil, false
	}
	day, ok = daysFrom(y, m, d)
	return day, b[at+2:], ok
}

// moment is a parsed timestamp.
type moment struct {
	micros    int64 // wall clock, or UTC when zoned
	zoned     bool
	truncated bool // digits behind the microsecond were dropped
}

// parseMoment reads an ISO 8601 date and time; the time, its seconds and the
// zone may be left out.
func parseMoment(b []byte) (t moment, ok bool) {
	b = trim(b)
	day, b, ok := parseDay(b)
	if !ok {
		return t, false
	}
	t.micros = day * dayMicros
	if len(b) == 0 {
		return t, true
	}
	if b[0] != 'T' && b[0] != ' ' && b[0] != 't' {
		return t, false
	}
	h, ok1 := digits(b, 1, 2)
	m, ok2 := digits(b, 4, 2)
	if !ok1 || !ok2 || b[3] != ':' || h > 23 || m > 59 {
		return t, false
	}
	t.micros += int64(h*3600+m*60) * 1_000_000
	b = b[6:]
	if len(b) > 0 && b[0] == ':' {
		s, ok := digits(b, 1, 2)
		if !ok || s > 59 {
			return t, false
		}
		t.micros += int64(s) * 1_000_000
		if b, ok = t.fraction(b[3:]); !ok {
			return t, false
		}
	}
	off, zoned, ok := parseOffset(b)
	t.micros -= off * 1_000_000
	t.zoned = zoned
	return t, ok
}

// fraction adds the digits behind a point, if there is one.
func (t *moment) fraction(b []byte) ([]byte, bool) {
	if len(b) == 0 || b[0] != '.' && b[0] != ',' {
		return b, true
	}
	b = b[1:]
	n := 0
	for unit := int64(100_000); n < len(b) && b[n] >= '0' && b[n] <= '9'; n++ {
		t.micros += int64(b[n]-'0') * unit
		t.truncated = t.truncated || unit == 0 && b[n] != '0'
		unit /= 10
	}
	return b[n:], n > 0
}

// parseOffset reads Z, UTC, or ±hh, ±hhmm, ±hh:mm, in seconds.
func parseOffset(b []byte) (off int64, zoned, ok bool) {
	b = trim(b)
	switch {
	case len(b) == 0:
		return 0, false, true
	case string(b) == "Z" || string(b) == "z" || string(b) == "UTC":
		return 0, true, true
	case b[0] != '+' && b[0] != '-':
		return 0, false, false
	}
	h, ok := digits(b, 1, 2)
	if !ok || h > 18 {
		return 0, false, false
	}
	m := 0
	switch rest := b[3:]; {
	case len(rest) == 0:
	case len(rest) == 2:
		m, ok = digits(rest, 0, 2)
	case len(rest) == 3 && rest[0] == ':':
		m, ok = digits(rest, 1, 2)
	default:
		ok = false
	}
	off = int64(h*3600 + m*60)
	if b[0] == '-' {
		off = -off
	}
	return off, true, ok && m < 60
}

// dayOfYMD reads an integer written YYYYMMDD.
func dayOfYMD(x int64) (int64, bool) {
	if x < 1_01_01 || x > 9999_12_31 {
		return 0, false
	}
	return daysFrom(int(x/10000), int(x/100%100), int(x%100))
}
