package reports

import (
	"fmt"
	"strings"
)

// SchemaText describes the files of a report: the Arrow tables field by field,
// the others in a line each.
func SchemaText() string {
	var s strings.Builder
	fmt.Fprintf(&s, "Tables are Arrow IPC files, version %d; the metadata of each has its version as evenhand.schema_version\nand the meaning of each field as doc. Money is in minor units of evenhand.currency.\n\n", SchemaVersion)
	for _, f := range Formats {
		if t, ok := tableDocs[f.File]; ok {
			fmt.Fprintf(&s, "%s (version %d): %s\n", f.File, SchemaVersion, f.Doc)
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
	s.WriteString("? may be null: not estimable, not applicable, or withheld\n\nOther files:\n")
	for _, f := range Formats {
		if _, ok := tableDocs[f.File]; !ok {
			doc := f.Doc
			if f.Extra {
				doc += " (-format " + f.Name + ")"
			}
			fmt.Fprintf(&s, "  %-18s  %s\n", f.File, doc)
		}
	}
	fmt.Fprintf(&s, "  %-18s  %s\n", ManifestFile, "the SHA-256 of every other file and of everything that went in")
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
