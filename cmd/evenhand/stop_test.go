package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// TestStopped: what a signal stopped is told as it is: before the report is out
// nothing is published; while a pack is made of it, the report is.
func TestStopped(t *testing.T) {
	stopped, stop := context.WithCancel(context.Background())
	stop()
	packing := fmt.Errorf("packs: %w", context.Canceled)
	other := errors.New("no space left on device")
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  error
		want error
		code int
	}{
		{"before the report", stopped, packing, errStopped, exitTerm},
		{"while packing", stopped, unpacked(stopped, packing), errUnpacked, exitTerm},
		{"between demos", stopped, errPartly, errPartly, exitTerm},
		{"a pack that fails", context.Background(), unpacked(context.Background(), other), other, exitIO},
		{"a gate", stopped, &gateError{}, nil, exitFindings},
		{"all is well", stopped, nil, nil, exitOK},
	} {
		code, err := ending(c.ctx, c.err)
		if code != c.code || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, exit %d, not %v, exit %d", c.name, err, code, c.want, c.code)
		}
	}
}
