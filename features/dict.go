package features

// Null is the code of a null Text value.
const Null int32 = -1

// Dict interns the distinct values of one Text column, in order of first
// sight. A Dict belongs to one reader, hence to one worker: codes mean nothing
// outside it, and only grow. Consumers that cache by code compare the Dict's
// address.
type Dict struct {
	values []string
	codes  map[string]int32
}

// NewDict returns an empty Dict.
func NewDict() *Dict { return &Dict{codes: map[string]int32{}} }

// Code returns the code of b, adding it when new.
func (d *Dict) Code(b []byte) int32 {
	if c, ok := d.codes[string(b)]; ok {
		return c
	}
	return d.add(string(b))
}

// CodeOf is Code for a string.
func (d *Dict) CodeOf(s string) int32 {
	if c, ok := d.codes[s]; ok {
		return c
	}
	return d.add(s)
}

func (d *Dict) add(s string) int32 {
	c := int32(len(d.values))
	d.values = append(d.values, s)
	d.codes[s] = c
	return c
}

// Len returns the number of distinct values.
func (d *Dict) Len() int { return len(d.values) }

// Value returns the value of code c, which must not be Null.
func (d *Dict) Value(c int32) string { return d.values[c] }
