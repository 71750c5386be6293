package parquetfile

import (
	"fmt"

	"evenhand/features"
	"evenhand/features/parquetfile/page"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// annotation is a column's logical type, whichever of the two ways the footer
// gives it. When it gives both, they must agree: a file whose two words for
// one type differ is damaged, and either reading could be wrong.
type annotation struct {
	kind     string // "" when there is none
	unit     string // ms, us, ns
	utc      bool
	utcKnown bool
	bits     int
	unsigned bool
	scale    int
	prec     int
}

func logicalAnnotation(e *format.SchemaElement) annotation {
	switch t := e.LogicalType.Value.(type) {
	case nil:
		return annotation{}
	case *format.StringType:
		return annotation{kind: "string"}
	case *format.EnumType:
		return annotation{kind: "enum"}
	case *format.JsonType:
		return annotation{kind: "json"}
	case *format.BsonType:
		return annotation{kind: "bson"}
	case *format.UUIDType:
		return annotation{kind: "uuid"}
	case *format.DateType:
		return annotation{kind: "date"}
	case *format.Float16Type:
		return annotation{kind: "float16"}
	case *format.NullType:
		return annotation{kind: "null"}
	case *format.DecimalType:
		return annotation{kind: "decimal", scale: int(t.Scale), prec: int(t.Precision)}
	case *format.IntType:
		return annotation{kind: "int", bits: int(t.BitWidth), unsigned: !t.IsSigned}
	case *format.TimeType:
		return annotation{kind: "time", unit: unitOf(t.Unit), utc: t.IsAdjustedToUTC, utcKnown: true}
	case *format.TimestampType:
		return annotation{kind: "timestamp", unit: unitOf(t.Unit), utc: t.IsAdjustedToUTC, utcKnown: true}
	default:
		return annotation{kind: fmt.Sprintf("%v", t)}
	}
}

func unitOf(u format.TimeUnit) string {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return "ms"
	case *format.MicroSeconds:
		return "us"
	case *format.NanoSeconds:
		return "ns"
	}
	return "?"
}

func convertedAnnotation(e *format.SchemaElement) annotation {
	if !e.ConvertedType.Valid {
		return annotation{}
	}
	switch c := e.ConvertedType.V; c {
	case deprecated.UTF8:
		return annotation{kind: "string"}
	case deprecated.Enum:
		return annotation{kind: "enum"}
	case deprecated.Json:
		return annotation{kind: "json"}
	case deprecated.Bson:
		return annotation{kind: "bson"}
	case deprecated.Date:
		return annotation{kind: "date"}
	case deprecated.Decimal:
		return annotation{kind: "decimal", scale: int(e.Scale.V), prec: int(e.Precision.V)}
	case deprecated.TimeMillis:
		return annotation{kind: "time", unit: "ms", utc: true}
	case deprecated.TimeMicros:
		return annotation{kind: "time", unit: "us", utc: true}
	case deprecated.TimestampMillis:
		return annotation{kind: "timestamp", unit: "ms", utc: true}
	case deprecated.TimestampMicros:
		return annotation{kind: "timestamp", unit: "us", utc: true}
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return annotation{kind: "int", bits: 8 << (c - deprecated.Uint8), unsigned: true}
	case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return annotation{kind: "int", bits: 8 << (c - deprecated.Int8)}
	default:
		return annotation{kind: fmt.Sprintf("converted type %d", int32(c))}
	}
}

// annotate merges both; conflict tells how they differ.
func annotate(e *format.SchemaElement) (a annotation, conflict string) {
	a, c := logicalAnnotation(e), convertedAnnotation(e)
	switch {
	case a.kind == "":
		return c, ""
	case c.kind == "" || a.kind == "uuid" || a.kind == "null" || a.kind == "float16":
		return a, ""
	}
	same := a.kind == c.kind && a.unit == c.unit && a.bits == c.bits && a.unsigned == c.unsigned && a.scale == c.scale && a.prec == c.prec
	if !same {
		return a, fmt.Sprintf("is declared as %s and as %s: %v", a.words(), c.words(), page.ErrCorrupt)
	}
	return a, ""
}

func (a annotation) words() string {
	switch a.kind {
	case "decimal":
		return fmt.Sprintf("decimal(%d,%d)", a.prec, a.scale)
	case "timestamp", "time":
		return a.kind + "(" + a.unit + ")"
	case "int":
		if a.unsigned {
			return fmt.Sprintf("uint%d", a.bits)
		}
		return fmt.Sprintf("int%d", a.bits)
	}
	return a.kind
}

// classify sets what the values are.
func (l *leaf) classify(e *format.SchemaElement) {
	a, conflict := annotate(e)
	set := func(c class, typ string, k features.Kind) { l.class, l.typ, l.natural = c, typ, k }
	isInt := l.phys == format.Int32 || l.phys == format.Int64
	isBytes := l.phys == format.ByteArray || l.phys == format.FixedLenByteArray
	misfit := false
	switch a.kind {
	case "", "null":
		l.plainClass()
	case "string", "enum", "json":
		set(clText, a.kind, features.Text)
		misfit = !isBytes
	case "bson":
		set(clNone, "bson", features.Opaque)
		l.refuse = "is BSON, which cannot be read; export its fields as columns"
	case "uuid":
		set(clUUID, "uuid", features.Opaque)
		misfit = l.phys != format.FixedLenByteArray || l.width != 16
	case "date":
		set(clDate, "date", features.Date)
		misfit = l.phys != format.Int32
	case "float16":
		set(clFloat, "float16", features.Float)
		misfit = l.phys != format.FixedLenByteArray || l.width != 2
	case "decimal":
		set(clDecimal, a.words(), features.Money)
		l.scale, l.prec = a.scale, a.prec
		l.checkDecimal()
		misfit = !isInt && !isBytes
	case "int":
		set(clInt, a.words(), features.Int)
		l.unsigned = a.unsigned
		misfit = !isInt || a.bits == 64 != (l.phys == format.Int64) || a.bits != 8 && a.bits != 16 && a.bits != 32 && a.bits != 64
	case "time":
		set(clTime, "time("+a.unit+")", features.Int)
		misfit = !isInt
	case "timestamp":
		zone := "utc"
		if !a.utc {
			zone = "no zone"
		}
		set(clInstant, "timestamp("+a.unit+", "+zone+")", features.Instant)
		l.utc = a.utc
		l.perUnit = map[string]int64{"ms": 1e3, "us": 1e6, "ns": 1e9}[a.unit]
		misfit = l.phys != format.Int64 || l.perUnit == 0
	default:
		l.plainClass()
		l.refuse = "has logical type " + a.kind + ", which cannot be read"
	}
	switch {
	case l.refuse != "":
	case conflict != "":
		l.refuse = conflict
	case misfit:
		l.refuse = fmt.Sprintf("is %s stored as %v, which the format does not allow: %v", a.words(), l.phys, page.ErrCorrupt)
	}
}

func (l *leaf) plainClass() {
	set := func(c class, typ string, k features.Kind) { l.class, l.typ, l.natural = c, typ, k }
	switch l.phys {
	case format.Boolean:
		set(clBool, "boolean", features.Bool)
	case format.Int32:
		set(clInt, "int32", features.Int)
	case format.Int64:
		set(clInt, "int64", features.Int)
	case format.Int96:
		set(clInstant, "int96 timestamp", features.Instant)
		l.utc = true
	case format.Float:
		set(clFloat, "float", features.Float)
	case format.Double:
		set(clFloat, "double", features.Float)
	case format.ByteArray:
		// Impala, Hive and old Spark write strings without saying so.
		set(clText, "binary", features.Text)
	case format.FixedLenByteArray:
		set(clText, fmt.Sprintf("binary(%d)", l.width), features.Text)
	default:
		set(clNone, "unknown", features.Opaque)
	}
}

func (l *leaf) checkDecimal() {
	maxPrec := 0
	switch l.phys {
	case format.Int32:
		maxPrec = 9
	case format.Int64:
		maxPrec = 18
	default:
		maxPrec = 76
	}
	switch {
	case l.refuse != "":
	case l.prec < 1 || l.scale < 0 || l.scale > l.prec:
		l.refuse = fmt.Sprintf("is %s, which is not a decimal type: %v", l.typ, page.ErrCorrupt)
	case l.prec > maxPrec:
		l.refuse = fmt.Sprintf("is %s stored as %v, which holds at most %d digits", l.typ, l.phys, maxPrec)
	case l.phys == format.FixedLenByteArray && l.width > 32:
		l.refuse = fmt.Sprintf("is %s in %d bytes; at most 32 bytes (256 bits) can be read", l.typ, l.width)
	}
}
