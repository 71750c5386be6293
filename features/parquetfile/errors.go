package parquetfile

import (
	"errors"
	"fmt"

	"evenhand/features/storage"
)

// ErrNotFound says that an input names nothing that exists.
var ErrNotFound = storage.ErrNotFound

// ErrChanged says that a file is not what it was when the run began.
var ErrChanged = errors.New("the file changed while it was read; run again on an export that nobody writes to")

// DataError says that a file cannot be read as asked, and why: it is broken,
// encrypted, too large, or not of the shape the plan says. Its text names the
// file, and the row group and column when there is one.
type DataError struct {
	File     string
	RowGroup int    // -1: the whole file
	Column   string // "" when no column is to blame
	Err      error
}

func (e *DataError) Error() string {
	s := e.File + ": "
	if e.RowGroup >= 0 {
		s += fmt.Sprintf("row group %d: ", e.RowGroup)
	}
	if e.Column != "" {
		s += e.Column + ": "
	}
	return s + e.Err.Error()
}

func (e *DataError) Unwrap() error { return e.Err }

// dataErr is a DataError about a file as a whole, or about a column of it.
func dataErr(file, column, format string, args ...any) *DataError {
	return &DataError{File: file, RowGroup: -1, Column: column, Err: fmt.Errorf(format, args...)}
}
