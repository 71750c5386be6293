//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreSizeLimit makes a write past the limit on the size of files fail like
// any other, and not end the process without a word.
func ignoreSizeLimit() { signal.Ignore(syscall.SIGXFSZ) }
