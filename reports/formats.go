package reports

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Format is one file of a report.
type Format struct {
	Name  string // for people and flags
	File  string // fixed file name
	Doc   string
	Extra bool // written only when Input.Extra asks for it
	Write func(*Report, io.Writer) error
}

// Formats lists every format. A new one is a file and a line here; the
// manifest, which covers all that are written, is written last by Write.
var Formats = []Format{
	findingsFormat,
	casesFormat,
	comparisonsFormat,
	remediesFormat,
	metricsFormat,
	coverageFormat,
	baselineFormat,
	summaryFormat,
	governanceFormat,
	htmlFormat,
	sarifFormat,
	csvFormat,
	xlsxFormat,
	markdownFormat,
	junitFormat,
}

// AllFormats asks Input.Extra for every format.
const AllFormats = "all"

// ParseExtra reads the names of formats, between commas, as -format gives them:
// the extra ones, sorted as Formats and each once. The formats that are always
// written may be named too. An unknown name is an error that lists the known.
func ParseExtra(names string) ([]string, error) {
	asked := map[string]bool{}
	for name := range strings.SplitSeq(names, ",") {
		if name = strings.TrimSpace(name); name != "" {
			asked[name] = true
		}
	}
	var extra []string
	for _, f := range Formats {
		if f.Extra && (asked[f.Name] || asked[AllFormats]) {
			extra = append(extra, f.Name)
		}
		delete(asked, f.Name)
	}
	delete(asked, AllFormats)
	if len(asked) > 0 {
		return nil, fmt.Errorf("there is no format %s; the extra ones are %s",
			strings.Join(slices.Sorted(maps.Keys(asked)), ", "), strings.Join(extraNames(), ", "))
	}
	return extra, nil
}

// extraNames are the names that ask for more files.
func extraNames() (names []string) {
	for _, f := range Formats {
		if f.Extra {
			names = append(names, f.Name)
		}
	}
	return append(names, AllFormats)
}

// FormatFlag says what the flag -format takes.
func FormatFlag() string {
	return "further files to write, between commas: " + strings.Join(extraNames(), ", ")
}

// formats are those that this report is written in.
func (r *Report) formats() []Format {
	return slices.DeleteFunc(slices.Clone(Formats), func(f Format) bool { return f.Extra && !slices.Contains(r.extra, f.Name) })
}

func itoa(n int) string { return strconv.Itoa(n) }

// validText is s with every invalid byte replaced, as Arrow and JSON want it.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
