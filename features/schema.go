// Package features names the columns of the tables (Schema) and holds one
// decoded chunk of them (Batch); it declares Source, the thing that yields
// batches. It knows nothing of Parquet, of checks or of reports.
package features

import "slices"

// Kind is the canonical type of a column, after decoding and mapping.
type Kind uint8

const (
	// Text is a string of few distinct values, kept as codes into a Dict.
	Text Kind = iota
	// Opaque is an identifier or free text: bytes, never interned.
	Opaque
	// Int is a 64-bit integer.
	Int
	// Float is a double; NaN stands for null.
	Float
	// Money is an amount in minor units (分, cents) as int64.
	Money
	// Instant is microseconds since 1970-01-01T00:00:00Z.
	Instant
	// Date is days since 1970-01-01.
	Date
	// Bool is 0 or 1.
	Bool
	// TextList is a list of Text values.
	TextList
)

var kindNames = [...]string{"text", "id", "int", "float", "money", "timestamp", "date", "bool", "list of text"}

func (k Kind) String() string { return kindNames[k] }

// Column is one canonical column of a table of the data contract.
type Column struct {
	Name     string
	Kind     Kind
	Required bool     // the audit cannot read the table without it
	Enum     []string // the canonical values, for closed vocabularies
	Doc      string   // one line: meaning, unit
}

// Table is one table of the data contract.
type Table struct {
	Name    string
	Key     []string // columns that identify a row
	Doc     string
	Columns []Column
	// Features says that the table carries feature columns (model inputs) and
	// group columns besides its canonical ones, under names the plan gives.
	Features bool
}

// Column returns the column called name.
func (t *Table) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}

// TableNamed returns the table of the contract called name, or nil.
func TableNamed(name string) *Table {
	for i := range Schema {
		if Schema[i].Name == name {
			return &Schema[i]
		}
	}
	return nil
}
