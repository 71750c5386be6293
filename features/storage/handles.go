package storage

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// backends are the ways to open a URL, by scheme. Add one by adding a line,
// and its scheme to the package comment.
var backends = map[string]func(url, rest string) (File, error){
	"file": func(_, rest string) (File, error) { return openLocal(rest) },
	"s3":   openS3,
}

// attempts is how often a range is asked for whose answer breaks off.
const attempts = 3

// handle is what parquet-go-source gives (source.ParquetFile without its
// write half): one position, one reader.
type handle interface {
	io.Reader
	io.Seeker
	io.Closer
}

// handles makes an io.ReaderAt of such handles: each concurrent read takes one
// from the pool, or opens another.
type handles struct {
	path string
	id   Identity
	open func() (handle, error)

	mu     sync.Mutex
	free   []handle
	closed bool
}

func (h *handles) Size() int64        { return h.id.Size }
func (h *handles) Identity() Identity { return h.id }

// ReadAt seeks once and reads until p is full: one ranged request on stores
// that fetch from the position to the end of the wanted bytes. It fills p up
// to the end of the file or gives no bytes at all, and an error.
func (h *handles) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("%s: negative offset", h.path)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if off >= h.id.Size {
		return 0, io.EOF
	}
	var end error
	if rest := h.id.Size - off; int64(len(p)) > rest {
		p, end = p[:rest], io.EOF
	}
	for attempt := 1; ; attempt++ {
		err := h.read(p, off)
		if err == nil {
			return len(p), end
		}
		var b *broken
		if attempt == attempts || !errors.As(err, &b) {
			return 0, fmt.Errorf("%s: reading %d bytes at %d: %w", h.path, len(p), off, err)
		}
	}
}

// read fills p from one handle.
func (h *handles) read(p []byte, off int64) error {
	x, err := h.take()
	if err != nil {
		return err
	}
	if _, err = x.Seek(off, io.SeekStart); err == nil {
		if _, err = io.ReadFull(x, p); err == nil {
			h.give(x)
			return nil
		}
	}
	x.Close() // its position and connection are unknown now
	return err
}

func (h *handles) take() (handle, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, errors.New("read after close")
	}
	if n := len(h.free); n > 0 {
		x := h.free[n-1]
		h.free = h.free[:n-1]
		return x, nil
	}
	return h.open()
}

func (h *handles) give(x handle) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		x.Close()
		return
	}
	h.free = append(h.free, x)
}

// Close closes the pooled handles.
func (h *handles) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	var err error
	for _, x := range h.free {
		if e := x.Close(); err == nil {
			err = e
		}
	}
	h.free = nil
	return err
}
