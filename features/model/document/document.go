// Package document reads JSON and Universal Binary JSON once, from front to
// back, without keeping them.
package document

import (
	"bytes"
	"errors"
)

// Document is a file of objects, lists, texts and numbers, read once from
// front to back. Each method reads one value; one of another kind is an error.
// Nothing is kept, so a file costs no more memory than its reader wants of it.
// Errors are sentences that say where in the file.
type Document interface {
	// Object calls f once a key, in the file's order; f reads the value.
	Object(f func(key string) error) error
	// List calls f once an element; f reads it.
	List(f func(i int) error) error
	// Numbers appends a list of numbers to dst; true is 1 and false is 0. What
	// is written with a point or an exponent is a float32.
	Numbers(dst []float64) ([]float64, error)
	// Text is a text; a number is given as it would be written.
	Text() (string, error)
	// Skip passes over a value of any kind.
	Skip() error
	// End reports what follows the last value.
	End() error
}

// maxNested bounds how deep values may be nested: no model needs half of it.
const maxNested = 24

// maxWhole bounds whole numbers: a float64 holds each up to it.
const maxWhole = 1 << 53

// errShort is what a file that ends too early says.
var errShort = errors.New("the file ends in the middle of the model; export it again")

// IsJSON reports whether file is meant as JSON: it starts as an object or a
// list does.
func IsJSON(file []byte) bool {
	file = bytes.TrimLeft(file, " \t\r\n")
	return len(file) > 0 && (file[0] == '{' || file[0] == '[')
}

// IsUBJ reports whether file starts as a UBJ object does: a brace and the
// length of the first key.
func IsUBJ(file []byte) bool {
	if len(file) < 2 || file[0] != '{' {
		return false
	}
	switch file[1] {
	case 'i', 'U', 'I', 'l', 'L':
		return true
	}
	return false
}
