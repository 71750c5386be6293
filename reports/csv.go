package reports

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"
)

var csvFormat = Format{
	Name: "csv", File: "cases.csv", Extra: true,
	Doc:   "the cases for spreadsheets: RFC 4180 in UTF-8 with a byte order mark, where no cell is a formula",
	Write: writeCSV,
}

// byteOrderMark makes Excel read a CSV file as UTF-8.
const byteOrderMark = "\ufeff"

// writeCSV writes one row a case. Every text is between quotes, so that none
// can begin a new cell; numbers are not, so that they stay numbers.
func writeCSV(r *Report, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	columns := r.caseGrid()
	out.WriteString(byteOrderMark)
	for i, c := range columns {
		comma(out, i)
		quote(out, c.head)
	}
	out.WriteString("\r\n")
	for i := range r.res.Cases {
		for j, c := range columns {
			comma(out, j)
			r.writeCell(out, c.value(&r.res.Cases[i]))
		}
		out.WriteString("\r\n")
	}
	return out.Flush()
}

func comma(out *bufio.Writer, column int) {
	if column > 0 {
		out.WriteByte(',')
	}
}

func (r *Report) writeCell(out *bufio.Writer, v gridValue) {
	switch v.kind {
	case gridText:
		quote(out, inert(v.text))
	case gridInstant:
		if v.n != 0 {
			quote(out, r.isoInstant(v.n))
		}
	default:
		out.WriteString(v.number(r.money.Exponent))
	}
}

func quote(out *bufio.Writer, s string) {
	if s == "" {
		return
	}
	out.WriteByte('"')
	out.WriteString(strings.ReplaceAll(s, `"`, `""`))
	out.WriteByte('"')
}

// inert is a text as a cell may hold it: on one line, with hidden characters
// shown, and, where a spreadsheet would take it for a formula, after an
// apostrophe, as OWASP's page on CSV injection has it. Quotes and spaces before
// the sign do not hide it: some programs strip them.
func inert(s string) string {
	bare := strings.TrimLeft(s, "\"'` \u00a0\u3000\u201c\u201d\u2018\u2019")
	if first, _ := utf8.DecodeRuneInString(bare); bare != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		s = "'" + s
	}
	if plainLine(s) {
		return s
	}
	return oneLine(s)
}

// plainLine reports whether oneLine would leave s as it is: nearly every cell.
func plainLine(s string) bool {
	for _, c := range s {
		if c == '\t' || c == '\n' || hidden(c) {
			return false
		}
	}
	return utf8.ValidString(s)
}
