//go:build !unix

package publish

import "os"

// lock holds nothing here: two runs that make one directory at one time are
// told apart by their temporary directories alone.
func lock(path string) (*os.File, error) { return nil, nil }

func unlock(f *os.File) { f.Close() }

// hold can't tell a living run's directory from a dead one's here, so nothing
// is swept.
func hold(dir string) *os.File { return nil }
