package publish

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Digest is a file that was written.
type Digest struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Write creates dir/name and returns what it wrote. A failed sync or close is
// final: the kernel may have dropped the pages, so trying again would lie.
func Write(ctx context.Context, dir, name string, write func(io.Writer) error) (Digest, error) {
	path := filepath.Join(dir, name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return Digest{}, fmt.Errorf("%s: cannot be written: %w", path, err)
	}
	d, err := fillFile(ctx, f, write)
	if err != nil {
		return Digest{}, fmt.Errorf("%s: cannot be written: %w", path, err)
	}
	d.Name = name
	return d, nil
}

// File makes one file whole or not at all: a temporary one beside it takes its
// place by a rename. It has the mode whatever the umask, since those who read it
// may be others.
func File(ctx context.Context, path string, mode os.FileMode, write func(io.Writer) error) error {
	fail := func(err error) error { return fmt.Errorf("%s: cannot be written: %w", path, err) }
	f, err := os.OpenFile(fmt.Sprintf("%s%s%d", path, tmpInfix, os.Getpid()), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return fail(err)
	}
	if err := f.Chmod(mode); err != nil {
		return fail(errors.Join(err, f.Close(), os.Remove(f.Name())))
	}
	if _, err := fillFile(ctx, f, write); err != nil {
		return fail(errors.Join(err, os.Remove(f.Name())))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fail(errors.Join(err, os.Remove(f.Name())))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fail(err)
	}
	return nil
}

// fillFile writes, syncs and closes f.
func fillFile(ctx context.Context, f *os.File, write func(io.Writer) error) (Digest, error) {
	h := sha256.New()
	size := &counter{}
	w := bufio.NewWriterSize(f, 1<<18)
	err := write(&cancelable{ctx, io.MultiWriter(w, h, size)})
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return Digest{Size: size.n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

// cancelable refuses writes once its context is done.
type cancelable struct {
	ctx context.Context
	w   io.Writer
}

func (c *cancelable) Write(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}
