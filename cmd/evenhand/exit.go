package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/features/parquetfile"
	"evenhand/reports/publish"
)

// The exit codes, after sysexits.
const (
	exitOK       = 0
	exitFindings = 1
	exitUsage    = 64
	exitData     = 65
	exitInput    = 66
	exitInternal = 70
	exitIO       = 74
	exitBusy     = 75
	exitTerm     = 143
)

const exitStatus = `  0    done; every gate of the plan passed
  1    done and published; a gate failed: gates in the plan, or -fail-on
  64   the command line or the plan is wrong
  65   the data or a model file is wrong
  66   an input is missing, or changed while it was read
  70   internal error
  74   reading or writing failed
  75   another run is writing the same directory
  143  stopped by a signal
`

// usageError is a mistake on the command line or in the plan.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// dataError is a mistake in an input other than a Parquet file, e.g. a model.
type dataError struct{ error }

func (e dataError) Unwrap() error { return e.error }

// How a run ends that a signal stopped: before its report was out, while a pack
// was made of it, and between several.
var (
	errStopped  = errors.New("stopped by a signal; nothing was published")
	errUnpacked = errors.New("stopped by a signal; the report is published, but no pack was made of it")
	errPartly   = errors.New("stopped by a signal; the reports told of above are published, and no other")
)

// unpacked is an error of packing a report that is out.
func unpacked(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return errUnpacked
	}
	return err
}

// exitCode maps an error to the exit code.
func exitCode(err error) int {
	var (
		usage  usageError
		plan   audit.PlanError
		data   dataError
		file   *parquetfile.DataError
		gate   *gateError
		broken *driver.Broken
		other  *driver.Mismatch
	)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errStopped), errors.Is(err, errUnpacked), errors.Is(err, errPartly):
		return exitTerm
	case errors.As(err, &gate):
		return exitFindings
	case errors.As(err, &other): // before plan: the plan is right for another export
		return exitData
	case errors.As(err, &usage), errors.As(err, &plan), errors.Is(err, publish.ErrForeign):
		return exitUsage
	case errors.Is(err, publish.ErrBusy):
		return exitBusy
	case packExit(err) != exitOK:
		return packExit(err)
	case errors.As(err, &broken):
		return exitInternal
	case errors.Is(err, parquetfile.ErrChanged), errors.Is(err, parquetfile.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return exitInput
	case errors.As(err, &data), errors.As(err, &file):
		return exitData
	default:
		return exitIO
	}
}
