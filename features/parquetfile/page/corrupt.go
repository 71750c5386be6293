package page

import (
	"errors"
	"fmt"
)

// ErrCorrupt is wrapped by what is wrong inside pages.
var ErrCorrupt = errors.New("the file is corrupt")

// Corrupt is an error about what is inside a page; it wraps ErrCorrupt.
func Corrupt(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrCorrupt)
}

// ReadError marks failures of the storage, which are not the data's fault.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }
func (e *ReadError) Unwrap() error { return e.Err }
