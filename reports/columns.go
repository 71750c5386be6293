package reports

import (
	"io"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"evenhand/audit"
)

// column is one field of a published table: its name and meaning, its Arrow
// type, and how a row's value is appended.
type column[T any] struct {
	Name   string
	Type   arrow.DataType
	Null   bool // may be null
	Doc    string
	Append func(array.Builder, *T)
}

var (
	textType    = arrow.BinaryTypes.String
	listType    = arrow.ListOfField(arrow.Field{Name: "item", Type: textType})
	instantType = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	itemType    = arrowStruct("name", "value")
	causeType   = arrow.StructOf(
		arrow.Field{Name: "cause", Type: textType}, arrow.Field{Name: "grade", Type: textType},
		arrow.Field{Name: "share", Type: arrow.PrimitiveTypes.Float64, Nullable: true})
	eventType = arrow.StructOf(
		arrow.Field{Name: "at", Type: instantType, Nullable: true}, arrow.Field{Name: "what", Type: textType},
		arrow.Field{Name: "key", Type: textType}, arrow.Field{Name: "note", Type: textType})
)

func textColumn[T any](name, doc string, get func(*T) string) column[T] {
	return column[T]{name, textType, false, doc, func(b array.Builder, row *T) { appendText(b, get(row)) }}
}

// listColumn is a list of strings; empty, never null.
func listColumn[T any](name, doc string, get func(*T) []string) column[T] {
	return column[T]{name, listType, false, doc, func(b array.Builder, row *T) {
		l := b.(*array.ListBuilder)
		l.Append(true)
		for _, s := range get(row) {
			appendText(l.ValueBuilder(), s)
		}
	}}
}

func intColumn[T any](name, doc string, get func(*T) int64) column[T] {
	return column[T]{name, arrow.PrimitiveTypes.Int64, false, doc, func(b array.Builder, row *T) { b.(*array.Int64Builder).Append(get(row)) }}
}

// floatColumn publishes NaN, "not applicable", as null.
func floatColumn[T any](name, doc string, get func(*T) float64) column[T] {
	return column[T]{name, arrow.PrimitiveTypes.Float64, true, doc, func(b array.Builder, row *T) {
		if v := get(row); math.IsNaN(v) {
			b.AppendNull()
		} else {
			b.(*array.Float64Builder).Append(v)
		}
	}}
}

// instantColumn publishes 0, "not applicable", as null.
func instantColumn[T any](name, doc string, get func(*T) int64) column[T] {
	return column[T]{name, instantType, true, doc, func(b array.Builder, row *T) {
		if v := get(row); v == 0 {
			b.AppendNull()
		} else {
			b.(*array.TimestampBuilder).Append(arrow.Timestamp(v))
		}
	}}
}

func boolColumn[T any](name, doc string, get func(*T) bool) column[T] {
	return column[T]{name, arrow.FixedWidthTypes.Boolean, false, doc, func(b array.Builder, row *T) { b.(*array.BooleanBuilder).Append(get(row)) }}
}

// texts are two columns, one a language.
func bilingual[T any](name, doc string, get func(*T) audit.Text) []column[T] {
	return []column[T]{
		textColumn(name+"_en", doc+", in English", func(row *T) string { return get(row).En }),
		textColumn(name+"_zh", doc+", in Chinese", func(row *T) string { return get(row).Zh }),
	}
}

// structs is a list of structs; appendRow adds one struct's fields.
func structsColumn[T, E any](name, doc string, typ *arrow.StructType, get func(*T) []E, appendRow func(*array.StructBuilder, *E)) column[T] {
	return column[T]{name, arrow.ListOfField(arrow.Field{Name: "item", Type: typ}), false, doc, func(b array.Builder, row *T) {
		l := b.(*array.ListBuilder)
		l.Append(true)
		items, s := get(row), l.ValueBuilder().(*array.StructBuilder)
		for i := range items {
			s.Append(true)
			appendRow(s, &items[i])
		}
	}}
}

// appendCause adds a supported cause; one without a share has none.
func appendCause(s *array.StructBuilder, c *audit.Supported) {
	appendText(s.FieldBuilder(0), c.Code)
	appendText(s.FieldBuilder(1), c.Grade.String())
	if c.Share == 0 {
		s.FieldBuilder(2).AppendNull()
	} else {
		s.FieldBuilder(2).(*array.Float64Builder).Append(float64(c.Share) / 1e6)
	}
}

func appendEvent(s *array.StructBuilder, e *audit.Event) {
	if e.At == 0 {
		s.FieldBuilder(0).AppendNull()
	} else {
		s.FieldBuilder(0).(*array.TimestampBuilder).Append(arrow.Timestamp(e.At))
	}
	appendText(s.FieldBuilder(1), e.What)
	appendText(s.FieldBuilder(2), e.Key)
	appendText(s.FieldBuilder(3), e.Note)
}

// appendText appends s, made valid UTF-8: Arrow strings must be.
func appendText(b array.Builder, s string) { b.(*array.StringBuilder).Append(validText(s)) }

// batchRows is the length of the record batches of a table: it bounds the
// memory of the writer, and the offsets of its strings.
const batchRows = 1 << 16

// writeTable writes rows as one Arrow IPC file. Buffers are uncompressed: any
// Arrow reader opens it, and maps it into memory.
func writeTable[T any](r *Report, w io.Writer, table string, columns []column[T], rows []T) error {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type, Nullable: c.Null, Metadata: arrow.NewMetadata([]string{"doc"}, []string{c.Doc})}
	}
	meta := arrow.NewMetadata(
		[]string{"evenhand.table", "evenhand.schema_version", "evenhand.plan_sha256", "evenhand.currency", "evenhand.currency_exponent"},
		[]string{table, itoa(SchemaVersion), r.plan.Digest, r.money.Code, itoa(r.money.Exponent)})
	schema := arrow.NewSchema(fields, &meta)
	out, err := ipc.NewFileWriter(&seekless{w: w}, ipc.WithSchema(schema), ipc.WithAllocator(memory.DefaultAllocator))
	if err != nil {
		return err
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for len(rows) > 0 {
		n := min(len(rows), batchRows)
		for i, c := range columns {
			for j := range rows[:n] {
				c.Append(b.Field(i), &rows[j])
			}
		}
		rows = rows[n:]
		rec := b.NewRecord()
		err := out.Write(rec)
		rec.Release()
		if err != nil {
			return err
		}
	}
	return out.Close()
}

// seekless gives the Arrow writer the one seek it makes: asking where it is.
type seekless struct {
	w  io.Writer
	at int64
}

func (s *seekless) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.at += int64(n)
	return n, err
}

func (s *seekless) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		panic("reports: the Arrow writer was to seek only for its position")
	}
	return s.at, nil
}
