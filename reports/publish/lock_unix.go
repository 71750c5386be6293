//go:build unix

package publish

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the lock that the file stands for; the kernel gives it back when
// the process ends, however it ends. The error is ErrBusy when another holds
// it. File systems without locks give nil: there nothing is held.
func lock(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			f.Close()
			switch {
			case errors.Is(err, unix.EWOULDBLOCK):
				return nil, ErrBusy
			case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOSYS):
				return nil, nil
			}
			return nil, &os.PathError{Op: "flock", Path: path, Err: err}
		}
		// The holder before may have removed the file between open and flock: then
		// this is the lock of nothing.
		mine, err1 := f.Stat()
		there, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(mine, there) {
			return f, nil
		}
		f.Close()
	}
}

// unlock removes the file while the lock is held, and gives the lock back.
func unlock(f *os.File) {
	os.Remove(f.Name())
	f.Close()
}

// hold locks a directory until the file is closed or the process ends; nil
// when another process holds it.
func hold(dir string) *os.File {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		f.Close()
		return nil
	}
	return f
}
