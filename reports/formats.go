package reports

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Format is one file of a report.
type Format struct {
	Name  string // for people and flags
	File  string // fixed file name
	Doc   string
	Write func(*Report, io.Writer) error
}

// Formats lists every format. A new one is a file and a line here; the
// manifest, which covers all of them, is written last by Write.
var Formats = []Format{
	findingsFormat,
	casesFormat,
	comparisonsFormat,
	remediesFormat,
	metricsFormat,
	coverageFormat,
	baselineFormat,
	summaryFormat,
	htmlFormat,
}

func itoa(n int) string { return strconv.Itoa(n) }

// validText is s with every invalid byte replaced, as Arrow and JSON want it.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
