package reports

import (
	"fmt"
	"strings"
)

// SchemaText describes the Arrow tables of a report, field by field.
func SchemaText() string {
	var s strings.Builder
	for _, f := range Formats {
		if t, ok := tableDocs[f.File]; ok {
			fmt.Fprintf(&s, "%s: %s\n", f.File, f.Doc)
			for _, c := range t() {
				null := " "
				if c.null {
					null = "?"
				}
				fmt.Fprintf(&s, "  %-18s%s %-40s %s\n", c.name, null, c.kind, c.doc)
			}
			s.WriteString("\n")
		}
	}
	s.WriteString("? may be null: not estimable, not applicable, or withheld\n")
	return s.String()
}

// fieldDoc is one field of a published table, in words.
type fieldDoc struct {
	name, kind, doc string
	null            bool
}

// tableDocs lists the published tables by file.
var tableDocs = map[string]func() []fieldDoc{
	findingsFormat.File:    func() []fieldDoc { return docsOf(findingColumns) },
	casesFormat.File:       func() []fieldDoc { return docsOf(caseColumns) },
	comparisonsFormat.File: func() []fieldDoc { return docsOf(comparisonColumns) },
	remediesFormat.File:    func() []fieldDoc { return docsOf(remedyColumns(nil)) },
	metricsFormat.File:     func() []fieldDoc { return docsOf(metricColumns) },
	coverageFormat.File:    func() []fieldDoc { return docsOf(coverageColumns) },
}

func docsOf[T any](columns []column[T]) []fieldDoc {
	var out []fieldDoc
	for _, c := range columns {
		out = append(out, fieldDoc{c.Name, c.Type.String(), c.Doc, c.Null})
	}
	return out
}
