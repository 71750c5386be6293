//go:build !unix

package shuffle

import "os"

// unlinked keeps the name of an open file, which can't be removed here: Close
// removes it, a process that is killed leaves it behind.
func unlinked(f *os.File) (spillFile, error) { return named{f}, nil }

type named struct{ *os.File }

func (f named) Close() error {
	err := f.File.Close()
	if e := os.Remove(f.Name()); err == nil {
		err = e
	}
	return err
}
