package pmml

import (
	"fmt"
	"math"

	"evenhand/features"
)

// Record is a row while it is scored: memory of one worker.
type Record struct {
	in, derived []datum
	texts       []textCache // by input
}

// invalid reports whether the record has an invalid value.
func (r *Record) invalid() bool {
	for i := range r.in {
		if r.in[i].is == invalid {
			return true
		}
	}
	return false
}

// blame puts NaN for the contributions of the invalid values of row at.
func (r *Record) blame(dst [][]float64, at int) {
	for i := range r.in {
		if r.in[i].is == invalid {
			dst[i][at] = math.NaN()
		}
	}
}

// textCache holds what the codes of a dictionary stand for.
type textCache struct {
	dict *features.Dict
	data []datum // of code c at c+1; null comes first
}

func (c *textCache) of(f *field, v *features.Vector, at int) datum {
	if v.Kind != features.Text {
		panic(fmt.Sprintf("model: a categorical input has a column of kind %s", v.Kind))
	}
	if c.dict != v.Dict || len(c.data) == 0 {
		c.dict = v.Dict
		c.data = append(c.data[:0], f.take(Value{Null: true}))
	}
	for code := len(c.data) - 1; code < v.Dict.Len(); code++ {
		c.data = append(c.data, f.take(Value{Text: v.Dict.Value(int32(code))}))
	}
	return c.data[v.Codes[at]-features.Null]
}
