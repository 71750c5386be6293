package rows

import (
	"slices"

	"evenhand/audit/stats"
	"evenhand/features"
)

// Names numbers the values of one Text column across dictionaries: a worker's
// codes mean nothing outside its reader, so a state numbers the strings itself
// and looks up each code once.
type Names struct {
	keys stats.Keys
	dict *features.Dict
	ids  []int32 // of code c at c+1; null comes first
}

// Of returns the numbers of v's codes: that of code c at index c+1, so that
// Null is at 0. Null is numbered as the empty string.
func (n *Names) Of(v *features.Vector) []int32 {
	if n.dict != v.Dict || len(n.ids) == 0 {
		n.dict = v.Dict
		n.ids = append(n.ids[:0], n.keys.ID(""))
	}
	for c := len(n.ids) - 1; c < v.Dict.Len(); c++ {
		n.ids = append(n.ids, n.keys.ID(v.Dict.Value(int32(c))))
	}
	return n.ids
}

// ID returns the number of a value.
func (n *Names) ID(value string) int32 { return n.keys.ID(value) }

// Len returns how many values are numbered.
func (n *Names) Len() int { return n.keys.Len() }

// Value returns the value of a number, "" for null.
func (n *Names) Value(id int32) string { return n.keys.Value(id) }

// Merge numbers the values of o too and returns the number here of each there.
func (n *Names) Merge(o *Names) []int32 { return n.keys.Merge(&o.keys) }

// Counts counts the values of one Text column.
type Counts struct {
	names Names
	n     []int64 // by number
}

// Add counts the rows of v for which keep is true; keep may be nil.
func (c *Counts) Add(v *features.Vector, keep []bool, rows int) {
	ids := c.names.Of(v)
	c.grow()
	codes := v.Codes[:rows]
	if keep == nil {
		for _, code := range codes {
			c.n[ids[code+1]]++
		}
		return
	}
	for i, code := range codes {
		if keep[i] {
			c.n[ids[code+1]]++
		}
	}
}

func (c *Counts) grow() {
	if k := c.names.Len() - len(c.n); k > 0 {
		c.n = append(c.n, make([]int64, k)...)
	}
}

// AddN adds n to the count of a value.
func (c *Counts) AddN(value string, n int64) {
	id := c.names.keys.ID(value)
	c.grow()
	c.n[id] += n
}

// Value is one value and its count.
type Value struct {
	Name string
	N    int64
}

// Values returns the values that were seen, by name; null is "".
func (c *Counts) Values() []Value {
	var out []Value
	for _, id := range c.names.keys.Sorted() {
		if int(id) < len(c.n) && c.n[id] != 0 {
			out = append(out, Value{c.names.Value(id), c.n[id]})
		}
	}
	return out
}

// Of returns the count of a value.
func (c *Counts) Of(value string) int64 {
	if id, ok := c.names.keys.Lookup(value); ok && int(id) < len(c.n) {
		return c.n[id]
	}
	return 0
}

// Total returns the count of all values, null included.
func (c *Counts) Total() (n int64) {
	for _, k := range c.n {
		n += k
	}
	return n
}

// Merge adds what o has counted.
func (c *Counts) Merge(o *Counts) {
	ids := c.names.Merge(&o.names)
	c.grow()
	for i, n := range o.n {
		c.n[ids[i]] += n
	}
}

// Encode writes the counts.
func (c *Counts) Encode(e *stats.Encoder) {
	vs := c.Values()
	e.Count(len(vs))
	for _, v := range vs {
		e.String(v.Name)
		e.Varint(v.N)
	}
}

// Decode makes c what Encode wrote.
func (c *Counts) Decode(d *stats.Decoder) {
	*c = Counts{}
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		name := d.String()
		c.AddN(name, d.Varint())
	}
}

// Top returns the value of the greatest count among vs, the first by name
// where several have it.
func Top(vs []Value) (Value, bool) {
	if len(vs) == 0 {
		return Value{}, false
	}
	return slices.MaxFunc(vs, func(a, b Value) int {
		switch {
		case a.N != b.N:
			if a.N < b.N {
				return -1
			}
			return 1
		case a.Name > b.Name:
			return -1
		case a.Name < b.Name:
			return 1
		}
		return 0
	}), true
}

// Codes remembers what a function made of each code of a dictionary.
type Codes[T any] struct {
	dict *features.Dict
	vals []T
}

// Of returns the values by code of v's dictionary, asking f about the values
// not yet known.
func (c *Codes[T]) Of(v *features.Vector, f func(string) T) []T {
	if c.dict != v.Dict {
		c.dict, c.vals = v.Dict, c.vals[:0]
	}
	for len(c.vals) < v.Dict.Len() {
		c.vals = append(c.vals, f(v.Dict.Value(int32(len(c.vals)))))
	}
	return c.vals
}

// Known returns the values by code as far as the last Of went.
func (c *Codes[T]) Known() []T { return c.vals }
