package reports

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrNotReport is wrapped when the place to publish at holds something that is
// not a report: a matter of usage. Every other error of Write and Publish is
// one of input or output.
var ErrNotReport = errors.New("not a report")

// Write writes every format and then the manifest into dir, which must exist.
// Each file is synced and closed before the next one begins.
func (r *Report) Write(dir string) error { return r.write(context.Background(), dir) }

func (r *Report) write(ctx context.Context, dir string) error {
	var written []FileDigest
	for _, f := range Formats {
		d, err := WriteFile(ctx, dir, f.File, func(w io.Writer) error { return f.Write(r, w) })
		if err != nil {
			return err
		}
		written = append(written, d)
	}
	_, err := WriteFile(ctx, dir, ManifestFile, func(w io.Writer) error { return r.writeManifest(w, written) })
	return err
}

// WriteFile creates dir/name and returns what it wrote. A failed sync or close
// is final: the kernel may have dropped the pages, so trying again would lie.
func WriteFile(ctx context.Context, dir, name string, write func(io.Writer) error) (d FileDigest, err error) {
	path := filepath.Join(dir, name)
	fail := func(err error) (FileDigest, error) {
		return d, fmt.Errorf("%s: cannot be written: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return fail(err)
	}
	h := sha256.New()
	size := &counter{}
	w := bufio.NewWriterSize(f, 1<<18)
	err = write(&cancelable{ctx, io.MultiWriter(w, h, size)})
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fail(err)
	}
	return FileDigest{Name: name, Size: size.n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
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

// Publish makes out the directory of this report, whole or not at all: it
// writes into OUT.tmp-PID beside it, syncs, and renames. What was there is
// replaced only when it is a report (it has a manifest) or an empty directory;
// otherwise the error wraps ErrNotReport. On any error nothing is published
// and the temporary directory is removed.
func (r *Report) Publish(out string) error { return r.PublishContext(context.Background(), out) }

// PublishContext is Publish that stops, with the context's cause, when the
// context ends before the rename.
func (r *Report) PublishContext(ctx context.Context, out string) error {
	return PublishDir(ctx, out, ManifestFile, func(dir string) error { return r.write(ctx, dir) })
}

// PublishDir makes the directory out whole or not at all, as Publish does:
// fill writes what it is to hold into a temporary directory beside it, each
// file with WriteFile. What was there is replaced only when it is empty or
// holds the regular file mark; otherwise the error wraps ErrNotReport.
func PublishDir(ctx context.Context, out, mark string, fill func(dir string) error) error {
	out, previous, err := place(out, mark)
	if err != nil {
		return err
	}
	parent := filepath.Dir(out)
	sweep(out)
	tmp := fmt.Sprintf("%s%s%d", out, tmpInfix, os.Getpid())
	if err := os.Mkdir(tmp, 0o755); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", out, err)
	}
	held := hold(tmp)
	defer held.Close()
	defer os.RemoveAll(tmp) // the temporary directory, or what it replaced

	if err := fill(tmp); err != nil {
		return err
	}
	if err := syncTree(tmp); err != nil {
		return fmt.Errorf("%s: cannot be synced: %w", tmp, err)
	}
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("%s: not published: %w", out, err)
	}
	if err := replace(tmp, out, previous); err != nil {
		return fmt.Errorf("%s: cannot be published: %w", out, err)
	}
	if err := syncDir(parent); err != nil {
		return fmt.Errorf("%s: published, but its directory cannot be synced: %w", out, err)
	}
	return nil
}

// place resolves out, and says whether something of the same kind, known by
// the file mark, is there.
func place(out, mark string) (path string, previous bool, err error) {
	path = filepath.Clean(out)
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			info, err = os.Stat(path)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && info == nil:
		return path, false, nil
	case err != nil:
		return "", false, fmt.Errorf("%s: cannot be looked at: %w", out, err)
	case !info.IsDir():
		return "", false, fmt.Errorf("%s: is a file, %w; name a directory that does not exist yet, or an earlier report", out, ErrNotReport)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", false, fmt.Errorf("%s: cannot be looked at: %w", out, err)
	}
	for _, e := range entries {
		if e.Name() == mark && e.Type().IsRegular() {
			return path, true, nil
		}
	}
	if len(entries) > 0 {
		return "", false, fmt.Errorf("%s: holds files but no %s, so it is %w and will not be replaced; name another directory", out, mark, ErrNotReport)
	}
	return path, false, nil
}

// replace puts tmp at out in one step. With a previous report the two change
// places, so that out is at every moment one of the two whole reports; where
// the file system can't do that, the old one steps aside first.
func replace(tmp, out string, previous bool) error {
	if !previous {
		err := os.Rename(tmp, out)
		if errors.Is(err, fs.ErrExist) { // an empty directory: removing fails unless it is one
			err = errors.Join(os.Remove(out), os.Rename(tmp, out))
		}
		return err
	}
	err := exchange(tmp, out)
	if err == nil || !unsupported(err) {
		return err
	}
	return aside(tmp, out)
}

// aside is replace in two steps.
func aside(tmp, out string) error {
	old := strings.Replace(tmp, out+tmpInfix, out+asideInfix, 1)
	if err := os.Rename(out, old); err != nil {
		return err
	}
	if err := os.Rename(tmp, out); err != nil {
		return errors.Join(err, os.Rename(old, out))
	}
	return os.RemoveAll(old)
}

func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS)
}

const (
	tmpInfix   = ".tmp-"
	asideInfix = ".old-"
)

// sweep removes the temporary directories that killed runs left beside out: a
// living run holds a lock on its own.
func sweep(out string) {
	entries, err := os.ReadDir(filepath.Dir(out))
	if err != nil {
		return // the next step will say so
	}
	for _, e := range entries {
		pid, ok := strings.CutPrefix(e.Name(), filepath.Base(out)+tmpInfix)
		if !ok || !e.IsDir() || pid == "" || strings.Trim(pid, "0123456789") != "" {
			continue
		}
		tmp := filepath.Join(filepath.Dir(out), e.Name())
		if f := hold(tmp); f != nil {
			os.RemoveAll(tmp)
			f.Close()
		}
	}
}

// syncTree syncs a directory and those below it, the deepest first.
func syncTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := syncTree(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return syncDir(dir)
}

// syncDir syncs a directory; file systems that have no such thing are content.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if unsupported(err) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// render returns a format's bytes, for tests and sizes.
func (r *Report) render(f Format) ([]byte, error) {
	var b bytes.Buffer
	err := f.Write(r, &b)
	return b.Bytes(), err
}
