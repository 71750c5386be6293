// Package publish puts a directory or a file in its place whole or not at all,
// one run at a time.
//
// The protocol: flock on OUT.lock; write into OUT.tmp-PID on the same file
// system, each file synced and closed; sync the directories; rename, by one
// exchange where something is there already; sync the parent. A killed run
// leaves either what was there or what it made, and at most a temporary
// directory that the next run removes.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrForeign is wrapped when a place holds something that must not be
// replaced: a matter of usage. Other errors are of input or output.
var ErrForeign = errors.New("not a report")

// ErrBusy is wrapped when another run is making the same directory.
var ErrBusy = errors.New("another run is writing it")

const (
	lockSuffix = ".lock"
	tmpInfix   = ".tmp-"
	asideInfix = ".old-"
)

// Place is where a directory will be published, held against other runs.
type Place struct {
	out      string // resolved
	mark     string
	previous bool
	lock     *os.File // nil where nothing can be locked
}

// Reserve holds out for this run until Release, or until the process ends. Of
// what is there only an empty directory, or one that holds the regular file
// mark, will be replaced; else the error wraps ErrForeign. When another run
// holds the place the error wraps ErrBusy.
func Reserve(out, mark string) (*Place, error) {
	p := &Place{mark: mark}
	var err error
	if p.out, p.previous, err = look(out, mark); err != nil {
		return nil, err
	}
	if info, err := os.Stat(filepath.Dir(p.out)); err != nil {
		return nil, fmt.Errorf("%s: cannot be written: %w", out, err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s: cannot be written: %w", out, syscall.ENOTDIR)
	}
	if p.lock, err = lock(p.out + lockSuffix); err != nil {
		if errors.Is(err, ErrBusy) {
			return nil, fmt.Errorf("%s: %w; wait for it, or name another directory", out, err)
		}
		return nil, fmt.Errorf("%s: cannot be locked: %w", out, err)
	}
	return p, nil
}

// Release gives the place up. It may be called twice, and on nil.
func (p *Place) Release() {
	if p == nil || p.lock == nil {
		return
	}
	unlock(p.lock)
	p.lock = nil
}

// Publish makes the directory: fill writes what it is to hold into a temporary
// directory beside it, each file with Write. On any error, and when the
// context ends before the rename, nothing is published and the temporary
// directory is removed.
func (p *Place) Publish(ctx context.Context, fill func(dir string) error) error {
	out, previous, err := look(p.out, p.mark) // somebody may have come between
	if err != nil {
		return err
	}
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
	if err := syncDir(filepath.Dir(out)); err != nil {
		return fmt.Errorf("%s: published, but its directory cannot be synced: %w", out, err)
	}
	return nil
}

// Dir reserves out, publishes there and releases it.
func Dir(ctx context.Context, out, mark string, fill func(dir string) error) error {
	p, err := Reserve(out, mark)
	if err != nil {
		return err
	}
	defer p.Release()
	return p.Publish(ctx, fill)
}

// look resolves out, and says whether something that may be replaced, known by
// the file mark, is there.
func look(out, mark string) (path string, previous bool, err error) {
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
		return "", false, fmt.Errorf("%s: is a file, %w; name a directory that does not exist yet, or an earlier report", out, ErrForeign)
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
		return "", false, fmt.Errorf("%s: holds files but no %s, so it is %w and will not be replaced; name another directory", out, mark, ErrForeign)
	}
	return path, false, nil
}

// replace puts tmp at out in one step. With a previous directory the two
// change places, so that out is at every moment one of the two, whole; where
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
