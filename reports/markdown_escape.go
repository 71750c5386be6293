package reports

import (
	"strings"
	"unicode"
)

// mark is a text as Markdown that reads as the text does and does nothing else:
// no markup, HTML, cell of a table, mention, reference or link comes of it. It
// is one line.
func mark(s string) string {
	s = oneLine(s)
	var b strings.Builder
	runes := []rune(s)
	for i, c := range runes {
		next, before := rune(0), rune(0)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		if i > 0 {
			before = runes[i-1]
		}
		switch {
		// Trackers look for mentions and references after the markup is done, so
		// an escape would not stop them.
		case c == '@':
			b.WriteRune('＠')
		case c == '#' && wordy(next):
			b.WriteRune('＃')
		case c == '-' && unicode.IsDigit(next) && unicode.IsLetter(before): // GH-12, PROJ-12
			b.WriteRune('\u2011')
		case c == '&':
			b.WriteString("&amp;")
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case strings.ContainsRune("\\`*_{}[]()#+!|~$^=%", c) && !plainMark(c, before, next),
			c == ':' && next == '/', c == '.' && i >= 3 && strings.EqualFold(string(runes[i-3:i]), "www"),
			c == '-' && i == 0, c == '.' && i > 0 && allDigits(runes[:i]):
			b.WriteByte('\\')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// plainMark reports whether a sign between these is text in every Markdown:
// brackets that hold no link, an underscore within a word, a percent sign that
// no name follows.
func plainMark(c, before, next rune) bool {
	switch c {
	case '(', ')':
		return before != ']'
	case '=':
		return before != 0 && before != '='
	case '+':
		return before != 0
	case '_':
		return wordy(before) && before != '_' && wordy(next) && next != '_'
	case '%', '!', '^':
		return before != 0 && !wordy(next)
	}
	return false
}

func wordy(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) }

func allDigits(s []rune) bool {
	for _, c := range s {
		if !unicode.IsDigit(c) {
			return false
		}
	}
	return true
}

// codeMark is a code span in a cell of a table: inside one, nothing but its end
// and the end of the cell has to be feared.
func codeMark(s string) string {
	s = oneLine(s)
	if s == "" {
		return none
	}
	if strings.ContainsAny(s, "`|\\") {
		return mark(s)
	}
	return "`" + s + "`"
}

// markdownDoc is a manual page as Markdown.
func markdownDoc(lang, doc string) string {
	page := manualPageOf(lang, doc)
	parts := []string{"## " + mark(page.Heading)}
	for _, b := range page.Blocks {
		if !b.Pre {
			parts = append(parts, mark(b.Text))
			continue
		}
		fence := "```"
		for strings.Contains(b.Text, fence) {
			fence += "`"
		}
		parts = append(parts, fence+"\n"+string(visible([]byte(b.Text)))+"\n"+fence)
	}
	return strings.Join(parts, "\n\n")
}
