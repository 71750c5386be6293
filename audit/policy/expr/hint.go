package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// spelt is what other languages write for operators.
var spelt = [...][2]string{
	{"and", "&&"}, {"or", "||"}, {"not", "!"}, {"is", "=="}, {"if", "condition ? a : b"}, {"then", "condition ? a : b"},
	{"between", "low <= x && x < high"}, {"like", "x.contains('part') or x.matches('pattern')"},
}

// hint tells the usual slips of the pen by what stands before and after the
// place that the parser stumbled at.
func hint(before, rest, message string) string {
	after := strings.ToLower(rest[:wordEnd(rest)])
	previous := strings.ToLower(lastWord(before))
	for _, w := range spelt {
		if after == w[0] || previous == w[0] {
			return fmt.Sprintf("%q is not an operator; write %s", w[0], w[1])
		}
	}
	r, _ := utf8.DecodeRuneInString(rest)
	digit := before != "" && before[len(before)-1] >= '0' && before[len(before)-1] <= '9'
	switch {
	case strings.Contains(message, "reserved identifier"):
		return fmt.Sprintf("%s is a reserved word; write column('%s') if it is a column", after, after)
	case strings.Contains(message, "recursion") || strings.Contains(message, "size exceeds") || strings.Contains(message, "limit"):
		return "the expression is too large or nested too deep; take parts of it out as values"
	case strings.Contains(message, "invalid int literal") || strings.Contains(message, "invalid double literal") || strings.Contains(message, "invalid uint literal"):
		return "the number is too large or no number; write one below 9e18 in digits, or with an exponent"
	case rest == "":
		return "the expression ends too early; complete it, and close what is open: brackets and quotes"
	case strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "=="):
		return "a single = compares nothing; write =="
	case r == '&' || r == '|':
		return "a single & or | is not an operator; write && or ||"
	case r == '>' && strings.HasSuffix(before, "<"):
		return "<> is not an operator; write !="
	case r == '\'' || r == '"':
		return "the text that begins here does not end; close it with the same quote"
	case r == ',' && digit:
		return "a comma can't stand in a number; write the digits alone"
	case r == ')' || r == ']' || r == '}':
		return fmt.Sprintf("%q closes nothing, or closes too early; take it out, or complete what is before it", string(r))
	case r > 127:
		return fmt.Sprintf("%q can't stand in a name; write column('…') for a column of such a name, and '…' for text", string(r))
	}
	return fmt.Sprintf("%q is not expected here; look for a missing operator, bracket or quote before it", string(r))
}

func letter(r rune) bool { return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// wordEnd returns the length of the word that s begins with.
func wordEnd(s string) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return !letter(r) }); i >= 0 {
		return i
	}
	return len(s)
}

// lastWord returns the word that s ends with, but for blanks.
func lastWord(s string) string {
	s = strings.TrimRight(s, " \t")
	return s[strings.LastIndexFunc(s, func(r rune) bool { return !letter(r) })+1:]
}
