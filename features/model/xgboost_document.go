package model

import "errors"

// document is a file of objects, lists, texts and numbers, read once from
// front to back. Each method reads one value; one of another kind is an error.
// Nothing is kept, so a file costs no more memory than its reader wants of it.
// Errors say where in the file.
type document interface {
	// object calls f once a key, in the file's order; f reads the value.
	object(f func(key string) error) error
	// list calls f once an element; f reads it.
	list(f func(i int) error) error
	// numbers appends a list of numbers to dst; true is 1 and false is 0. What
	// is written with a point or an exponent is a float32.
	numbers(dst []float64) ([]float64, error)
	// text is a text; a number is given as it would be written.
	text() (string, error)
	skip() error
	// end reports what follows the last value.
	end() error
}

// maxNested bounds how deep values may be nested: no model needs half of it.
const maxNested = 24

// maxWhole bounds whole numbers: a float64 holds each up to it.
const maxWhole = 1 << 53

// errShort is what a file that ends too early says.
var errShort = errors.New("the file ends in the middle of the model; export it again")
