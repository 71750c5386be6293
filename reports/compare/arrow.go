package compare

import (
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// record reads the fields of a record batch by name. A field that a report of
// an earlier version lacks reads as empty.
type record struct {
	columns map[string]arrow.Array
}

func newRecord(rec arrow.Record) *record {
	r := &record{columns: map[string]arrow.Array{}}
	for i, f := range rec.Schema().Fields() {
		r.columns[f.Name] = rec.Column(i)
	}
	return r
}

func (r *record) text(name string, i int) string {
	c, ok := r.columns[name].(*array.String)
	if !ok || c.IsNull(i) {
		return ""
	}
	return strings.Clone(c.Value(i)) // the batch goes
}

// int is a whole number or an instant; 0 for null.
func (r *record) int(name string, i int) int64 {
	switch c := r.columns[name].(type) {
	case *array.Int64:
		if !c.IsNull(i) {
			return c.Value(i)
		}
	case *array.Timestamp:
		if !c.IsNull(i) {
			return int64(c.Value(i))
		}
	}
	return 0
}

// float is NaN for null.
func (r *record) float(name string, i int) float64 {
	c, ok := r.columns[name].(*array.Float64)
	if !ok || c.IsNull(i) {
		return math.NaN()
	}
	return c.Value(i)
}

func (r *record) bool(name string, i int) bool {
	c, ok := r.columns[name].(*array.Boolean)
	return ok && !c.IsNull(i) && c.Value(i)
}

func (r *record) list(name string, i int) (out []string) {
	c, ok := r.columns[name].(*array.List)
	if !ok || c.IsNull(i) {
		return nil
	}
	values, ok := c.ListValues().(*array.String)
	if !ok {
		return nil
	}
	from, to := c.ValueOffsets(i)
	for j := from; j < to; j++ {
		out = append(out, strings.Clone(values.Value(int(j))))
	}
	return out
}
