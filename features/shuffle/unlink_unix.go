//go:build unix

package shuffle

import "os"

// unlinked takes the file's name away at once, so that nothing is left of it
// however the process ends.
func unlinked(f *os.File) (spillFile, error) {
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
