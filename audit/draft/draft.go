// Package draft drafts a commented plan from the fields of an export, guessing
// the mapping from names and types.
//
// A draft is a start, not an answer. What was guessed from values or from
// names of more than one meaning is marked "# check"; what has to be given by
// hand is a line that starts with "# TODO": once corrected, it is put in force
// by removing that mark. Nothing that could change an answer silently, such as
// accepting money in doubles, is put in force by a guess.
package draft

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"evenhand/features"
)

// Export is one file, or a set of files with the same columns.
type Export struct {
	Path   string // as the plan should name it
	Fields []features.Field
	// Peek looks into a field. It may be nil: then names and types decide.
	Peek func(field string) (Peek, error)
}

// Peek is what a look into some rows of a field found. Values are in the text
// under which a reader knows them.
type Peek struct {
	Values      []string // distinct values, the most frequent first, at most 64
	Rows, Nulls int64
	Min, Max    string // "" when there are none
}

// manyValues is how many values a Peek lists at most: a field that has as many
// may have more.
const manyValues = 64

// Draft returns the text of a plan for the exports. When none was recognised as
// a table of the contract, the first is taken for decisions, and the plan asks.
// It is an error when a Peek is. models are those found beside the exports.
func Draft(exports []Export, models ...Model) ([]byte, error) {
	d := &drafter{models: models}
	for _, e := range exports {
		v, err := look(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Path, err)
		}
		d.place(v)
	}
	if len(d.tables) == 0 && len(d.unknown) > 0 {
		d.tables, d.unknown = []*table{assume(d.unknown[0])}, d.unknown[1:]
	}
	if len(d.tables) == 0 {
		return nil, errors.New("no export to draft a plan for")
	}
	slices.SortStableFunc(d.tables, func(a, b *table) int { return order(a.contract.Name) - order(b.contract.Name) })
	d.groups()
	return d.write(), nil
}

// drafter collects what was guessed of all exports.
type drafter struct {
	tables  []*table
	unknown []*view // exports that are no table of the contract, or a second one
	dims    []dimension
	models  []Model
}

// table is an export recognised as a table of the contract.
type table struct {
	*view
	contract *features.Table
	paths    []string
	guesses  []guess // in the order of the contract
	assumed  bool    // nothing told which table it is
}

// view is an export that was looked into.
type view struct {
	path   string
	fields []field
}

// field is a field of an export, with the name as it is compared.
type field struct {
	features.Field
	Peek
	key string // normalised name
}

// look peeks into all fields.
func look(e Export) (*view, error) {
	v := &view{path: e.Path}
	for _, f := range e.Fields {
		in := field{Field: f, key: normal(f.Name)}
		if e.Peek != nil {
			p, err := e.Peek(f.Name)
			if err != nil {
				return nil, err
			}
			in.Peek = p
		}
		v.fields = append(v.fields, in)
	}
	return v, nil
}

// place recognises v as a table, or puts it aside.
func (d *drafter) place(v *view) {
	t := recognise(v)
	if t == nil {
		d.unknown = append(d.unknown, v)
		return
	}
	for _, have := range d.tables {
		if have.contract != t.contract {
			continue
		}
		same := slices.EqualFunc(have.fields, v.fields, func(a, b field) bool { return a.Field == b.Field })
		if same {
			have.paths = append(have.paths, v.path)
		} else {
			d.unknown = append(d.unknown, v)
		}
		return
	}
	d.tables = append(d.tables, t)
}

func tableNames() []string {
	var names []string
	for _, t := range features.Schema {
		names = append(names, t.Name)
	}
	return names
}

// order is a table's place in the contract.
func order(name string) int { return slices.Index(tableNames(), name) }

// named returns the table of the draft called name, or nil.
func (d *drafter) named(name string) *table {
	i := slices.IndexFunc(d.tables, func(t *table) bool { return t.contract.Name == name })
	if i < 0 {
		return nil
	}
	return d.tables[i]
}

// base is the file's name, normalised, for hints.
func (v *view) base() string { return normal(path.Base(strings.ReplaceAll(v.path, "\\", "/"))) }

// used reports whether a guess reads the field.
func (t *table) used(name string) bool {
	return slices.ContainsFunc(t.guesses, func(g guess) bool { return !g.todo && slices.Contains(g.from, name) })
}

// guess returns the guess for a column, nil when there is none.
func (t *table) guess(column string) *guess {
	for i := range t.guesses {
		if t.guesses[i].column.Name == column {
			return &t.guesses[i]
		}
	}
	return nil
}
