package reports

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"evenhand/audit"
)

var coverageFormat = Format{
	Name: "coverage", File: "coverage.arrow",
	Doc: "one row a check: whether it ran, and on how much",
	Write: func(r *Report, w io.Writer) error {
		return writeTable(r, w, "coverage", coverageColumns, r.res.Coverage)
	},
}

type coverage = audit.Coverage

func arrowStruct(names ...string) *arrow.StructType {
	fields := make([]arrow.Field, len(names))
	for i, n := range names {
		fields[i] = arrow.Field{Name: n, Type: textType}
	}
	return arrow.StructOf(fields...)
}

var excludedType = arrow.StructOf(
	arrow.Field{Name: "guard_en", Type: textType}, arrow.Field{Name: "guard_zh", Type: textType},
	arrow.Field{Name: "rows", Type: arrow.PrimitiveTypes.Int64})

var coverageColumns = []column[coverage]{
	textColumn("check", "row key: the check", func(c *coverage) string { return c.Check }),
	textColumn("status", "ran, degraded or skipped", func(c *coverage) string { return c.Status }),
	structsColumn("why", "reasons for degraded or skipped, in both languages", bilingualType,
		func(c *coverage) []audit.Text { return c.Why }, appendBilingual),
	intColumn("rows_in", "rows it was given", func(c *coverage) int64 { return c.RowsIn }),
	structsColumn("excluded", "rows each guard took out, in the order applied", excludedType,
		func(c *coverage) []audit.Excluded { return c.Excluded },
		func(s *array.StructBuilder, e *audit.Excluded) {
			appendText(s.FieldBuilder(0), e.Guard.En)
			appendText(s.FieldBuilder(1), e.Guard.Zh)
			s.FieldBuilder(2).(*array.Int64Builder).Append(e.Rows)
		}),
	intColumn("judged", "rows it judged", func(c *coverage) int64 { return c.Judged }),
	intColumn("cases", "cases it found", func(c *coverage) int64 { return c.Cases }),
}
