package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"evenhand/audit"
	"evenhand/audit/baseline"
)

// readBaselines reads and merges the baselines that earlier runs wrote; nil
// when there are none. They must be of the plan's book.
func readBaselines(plan *audit.Plan, paths []string) (*baseline.File, error) {
	var files []*baseline.File
	for _, path := range paths {
		f, err := readBaseline(path)
		if err == nil {
			err = f.Fits(plan.Lender, plan.Zone().String(), plan.Currency)
		}
		if err != nil {
			return nil, baselineError(path, err)
		}
		files = append(files, f)
	}
	f, err := baseline.Merge(files...)
	if err != nil {
		return nil, baselineError("-baseline", err)
	}
	return f, nil
}

func readBaseline(path string) (*baseline.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, baseline.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return baseline.Parse(data)
}

// baselineError names the file, and keeps apart those that can't be read from
// those that hold the wrong thing.
func baselineError(path string, err error) error {
	var reading *fs.PathError
	if errors.As(err, &reading) { // it names the file itself
		return fmt.Errorf("-baseline: %w", err)
	}
	return dataError{fmt.Errorf("%s: %w", path, err)}
}
