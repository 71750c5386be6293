package audit

import (
	"strconv"
	"strings"
)

// Numbers as findings write them, the same in both languages.

// Plural is "1 denial" or "1,204 denials", in English.
func Plural(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return Thousands(n) + " " + thing + "s"
}

// Thousands writes an integer with separators: 1,234,567.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Percent writes k of n: 12.3 %.
func Percent(k, n int64) string {
	return strconv.FormatFloat(100*float64(k)/float64(n), 'f', 1, 64) + " %"
}

// PText writes a p-value after the letter p: "= 0.031", "< 0.001", or a dash
// when there is none.
func PText(p float64) string {
	switch {
	case p != p:
		return "–"
	case p < 0.001:
		return "< 0.001"
	}
	return "= " + strconv.FormatFloat(p, 'f', 3, 64)
}

// Evidence makes Check.Evidence of the Chinese of its wordings: their English is
// the code with spaces.
func Evidence(zh map[string]string) map[string]Text {
	out := make(map[string]Text, len(zh))
	for code, zh := range zh {
		en := strings.ReplaceAll(code, "_", " ")
		for n := 1; strings.Contains(en, "*"); n++ {
			at := "$" + strconv.Itoa(n)
			if !strings.Contains(zh, at) {
				at = "@" + at[1:]
			}
			en = strings.Replace(en, "*", at, 1)
		}
		out[code] = Text{en, zh}
	}
	return out
}

// Units writes an amount in minor units as units with all their decimals, in
// plain digits: -1234.50 of a scale of 100 minor units a unit.
func Units(minor, scale int64) string {
	if scale <= 1 {
		return strconv.FormatInt(minor, 10)
	}
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	s := strconv.FormatInt(minor%scale, 10)
	zeros := len(strconv.FormatInt(scale, 10)) - 1 - len(s)
	return sign + strconv.FormatInt(minor/scale, 10) + "." + strings.Repeat("0", zeros) + s
}
