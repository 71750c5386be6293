package features

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Shape describes a raw value without giving it away: its length, and its
// pattern with A, a and 9 for letters and digits. Messages about cells use it. The
// words for yes, no and nothing point at nobody, and are told.
func Shape(raw string) string {
	switch strings.ToLower(raw) {
	case "true", "false", "yes", "no", "y", "n", "0", "1", "null", "none", "nan", "n/a", "na", "-":
		return strconv.Quote(raw)
	}
	const most = 24
	var b strings.Builder
	n := 0
	for _, r := range raw {
		switch n++; {
		case n > most:
			continue
		case unicode.IsDigit(r):
			r = '9'
		case unicode.IsUpper(r):
			r = 'A'
		case unicode.IsLower(r):
			r = 'a'
		case r == unicode.ReplacementChar:
			r = '?'
		case unicode.IsLetter(r):
			r = '文'
		case r < ' ', r > '~':
			r = '?'
		}
		b.WriteRune(r)
	}
	pattern := b.String()
	if n > most {
		pattern += "…"
	}
	return fmt.Sprintf("%d characters like %s", n, pattern)
}
