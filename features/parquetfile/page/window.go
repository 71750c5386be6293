package page

import (
	"io"

	"evenhand/features/storage"
)

// Sizes of one read of a column chunk. Local reads are small, so that the
// chunks of all columns stay in the cache; remote ones are few and large.
const (
	localRead  = 256 << 10
	remoteRead = 4 << 20
)

// Padding is kept behind the bytes handed to unpackers that load whole words.
const Padding = 64

// window reads a column chunk front to back through one reused buffer.
type window struct {
	f     storage.File
	buf   []byte // bytes [pos, pos+len(buf)) of the file
	pos   int64
	off   int   // next byte to hand out, in buf
	end   int64 // end of the chunk
	chunk int   // bytes a read
	mem   *Budget
}

func (w *window) reset(f storage.File, start, end int64) {
	w.f, w.pos, w.end, w.off = f, start, end, 0
	w.buf = w.buf[:0]
}

// left is the number of bytes not yet handed out.
func (w *window) left() int64 { return w.end - w.pos - int64(w.off) }

// peek returns at least n bytes (fewer at the chunk's end) without passing
// over them. They stay valid until the next call.
func (w *window) peek(n int) ([]byte, error) {
	if have := len(w.buf) - w.off; have >= n || int64(have) >= w.left() {
		return w.buf[w.off:], nil
	}
	// Move what is left to the front and read on.
	want := max(n, w.chunk)
	if l := w.left(); int64(want) > l {
		want = int(l)
	}
	have := len(w.buf) - w.off
	if cap(w.buf) < want+Padding {
		if err := w.mem.Take(want + Padding - cap(w.buf)); err != nil {
			return nil, err
		}
		b := make([]byte, have, want+Padding)
		copy(b, w.buf[w.off:])
		w.buf = b
	} else {
		copy(w.buf[:have], w.buf[w.off:])
	}
	w.pos += int64(w.off)
	w.off = 0
	w.buf = w.buf[:want]
	if m, err := w.f.ReadAt(w.buf[have:], w.pos+int64(have)); m < want-have {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		w.buf = w.buf[:have]
		return nil, &ReadError{err}
	}
	return w.buf, nil
}

// take hands out the next n bytes.
func (w *window) take(n int) ([]byte, error) {
	b, err := w.peek(n)
	if err != nil {
		return nil, err
	}
	if len(b) < n {
		return nil, Corrupt("a page of %d bytes reaches past the end of its column chunk", n)
	}
	w.off += n
	return b[:n], nil
}

// Budget counts the bytes that a reader's buffers hold, against its cap.
type Budget struct {
	held, cap int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(cap int64) Budget { return Budget{cap: cap} }

// Take counts n bytes more; the error says that they are too many.
func (b *Budget) Take(n int) error {
	b.held += int64(n)
	if b.held > b.cap {
		return corruptSize(b.cap)
	}
	return nil
}
