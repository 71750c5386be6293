package features

import (
	"context"
	"time"
)

// Source is one table's export: files cut into units.
type Source interface {
	// Fields lists the export's own columns, hive partition columns included.
	Fields() []Field
	// Bind fixes the columns that readers deliver and their order. A column
	// that cannot be read as asked is an error naming file and column.
	Bind([]Spec) error
	// Units lists the units in file order, then row-group order.
	Units() []Unit
	// NewReader returns a reader for one worker.
	NewReader() Reader
	// Files lists the files, with digests once Verify has run.
	Files() []File
	// Verify hashes every file and makes sure that none changed since it was
	// opened.
	Verify(context.Context) error
	Close() error
}

// Reader reads units, one at a time, for one worker.
type Reader interface {
	// Open positions the reader at the start of unit u.
	Open(ctx context.Context, u int) error
	// Next fills b with the next rows of the unit; false at its end. Errors
	// are sentences that name file, row group and column.
	Next(b *Batch) (bool, error)
	// Tally returns what the reader noticed so far.
	Tally() Tally
	Close() error
}

// Unit is one row group of one file: the grain of work.
type Unit struct {
	File     int // index into Source.Files
	RowGroup int
	FirstRow int64 // number of its first row within the file
	Rows     int64
}

// File is one input file's identity.
type File struct {
	Path      string // as given, or relative to the directory given
	Size      int64
	Modified  time.Time // for the change check only: never published
	SHA256    string
	Rows      int64
	RowGroups int
	CreatedBy string // the writer, from the footer
}

// Field is one of the export's own columns.
type Field struct {
	Name string // dotted path for nested columns
	// Type is the logical type in words: "int64", "double", "decimal(12,2)",
	// "timestamp(us, utc)", "timestamp(us, no zone)", "int96 timestamp",
	// "string", "list<string>", "boolean", "partition" …
	Type string
	// Natural is the canonical kind the type maps to without being told.
	Natural  Kind
	Nullable bool
}

// Spec says how one canonical column is read from an export's own.
type Spec struct {
	Name string // canonical name, or the feature's
	Kind Kind

	// Exactly one of From, Constant and RowID is set; all empty means that
	// the column is absent and every row null.
	From     []string // one column; several only for TextList (reason_1 …)
	Constant *string  // parsed as Kind
	RowID    bool     // Opaque only: "<file>#<row number>"

	Values  map[string]string // raw → canonical value, for Text and Bool and TextList
	Enum    []string          // canonical values; others become "other:<raw>"
	Strict  bool              // with Enum: a value outside it is an error instead
	Missing []string          // raw values that stand for null

	Scale      int64          // Money: minor units per unit for integers and decimals given in another unit; 0 means the type says it
	Exponent   int            // Money: decimals of the currency (CNY 2, JPY 0)
	FloatMoney bool           // Money: accept doubles that are whole minor units
	Round      string         // with FloatMoney: "half_away" or "half_even" for doubles that are not
	NaNNull    bool           // NaN is this export's null (declared)
	Zone       *time.Location // Instant: zone of timestamps that carry none; Date of an Instant is taken in it
	Epoch      *time.Time     // Instant, Date: integers are days since this day
	Months     bool           // … or months: a day that a month lacks is its last
	NotNull    bool           // a null is a bad cell, counted
}

// Tally counts what a reader noticed about cells. It merges by addition.
type Tally struct {
	Columns map[string]ColumnTally
}

// ColumnTally counts one column's cells by what was odd about them.
type ColumnTally struct {
	Rows      int64 // cells read
	Nulls     int64 // nulls, declared missing codes and declared NaNs included
	Missing   int64 // of these: declared missing codes
	NaN       int64 // NaNs
	BadNull   int64 // nulls where the contract forbids them
	Bad       int64 // cells that could not be converted; read as null
	Rounded   int64 // float money rounded to minor units
	Truncated int64 // instants whose unit was coarser than a microsecond
	// Other counts values outside a closed vocabulary, by raw value.
	Other map[string]int64
	// Example is the least (in byte order) bad raw value, for messages.
	Example string
}

// Add merges o into t.
func (t *Tally) Add(o Tally) {
	for name, c := range o.Columns {
		if t.Columns == nil {
			t.Columns = map[string]ColumnTally{}
		}
		a := t.Columns[name]
		a.Rows += c.Rows
		a.Nulls += c.Nulls
		a.Missing += c.Missing
		a.NaN += c.NaN
		a.BadNull += c.BadNull
		a.Bad += c.Bad
		a.Rounded += c.Rounded
		a.Truncated += c.Truncated
		for v, n := range c.Other {
			if a.Other == nil {
				a.Other = map[string]int64{}
			}
			a.Other[v] += n
		}
		if a.Example == "" || c.Example != "" && c.Example < a.Example {
			a.Example = c.Example
		}
		t.Columns[name] = a
	}
}
