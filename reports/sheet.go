package reports

import (
	"strings"

	"evenhand/audit"
)

// sheetWidth is how many columns of a terminal a dossier takes.
const sheetWidth = 100

// sheet is plain text for a terminal, in one language. What does not fit into a
// line goes on in the next, under where it began.
type sheet struct {
	lang string
	b    strings.Builder
}

func (s *sheet) in(t audit.Text) string { return oneLine(t.In(s.lang)) }

// heading begins a part.
func (s *sheet) heading(t audit.Text) { s.b.WriteString("\n" + s.in(t) + "\n") }

// say writes text from column indent on.
func (s *sheet) say(indent int, text string) { s.row(indent, nil, text) }

// row writes cells of a table, each padded to its width, and then the rest of
// the line, which may wrap.
func (s *sheet) row(indent int, cells []padded, rest string) {
	line, at := strings.Repeat(" ", indent), indent
	for _, c := range cells {
		gap := strings.Repeat(" ", max(0, c.width-columns(c.text)))
		text := c.text + gap
		if c.right {
			text = gap + c.text
		}
		line, at = line+text+"  ", at+max(c.width, columns(c.text))+2
	}
	if at > sheetWidth/2+10 && columns(rest) > sheetWidth-at { // no room beside: below
		s.b.WriteString(strings.TrimRight(line, " ") + "\n")
		line, at = strings.Repeat(" ", indent+4), indent+4
	}
	for i, part := range wrap(rest, sheetWidth-at) {
		if i > 0 {
			line = strings.Repeat(" ", at)
		}
		s.b.WriteString(strings.TrimRight(line+part, " ") + "\n")
	}
}

// padded is a cell of a table of text.
type padded struct {
	text  string
	width int
	right bool
}

// pairs writes names and values in two columns.
func (s *sheet) pairs(indent int, lines []line) {
	most := 0
	for _, l := range lines {
		most = max(most, columns(s.in(l.name)))
	}
	for _, l := range lines {
		s.row(indent, []padded{{text: s.in(l.name), width: min(most, 30)}}, s.in(l.value))
	}
}

// columns is how many columns of a terminal s takes: CJK characters take two.
func columns(s string) int {
	n := 0
	for _, c := range s {
		n++
		if c >= 0x2E80 {
			n++
		}
	}
	return n
}

// wrap cuts s into lines of at most width columns: between words, or before a
// CJK character; a longer word is cut anywhere.
func wrap(s string, width int) []string {
	width = max(width, 10)
	var out []string
	for columns(s) > width {
		n, cut, last := 0, 0, 0
		for i, c := range s {
			if i > 0 && (s[i-1] == ' ' || c >= 0x2E80 && !strings.ContainsRune("，。；：、）”」》！？", c)) {
				last = i
			}
			if n += columns(string(c)); n > width && c != ' ' {
				cut = i
				break
			}
		}
		if cut == 0 {
			break // what is over is spaces
		}
		if last > 0 {
			cut = last
		}
		out = append(out, strings.TrimRight(s[:cut], " "))
		s = strings.TrimLeft(s[cut:], " ")
	}
	return append(out, s)
}
