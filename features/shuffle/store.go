package shuffle

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

const (
	smallest = 1 << 10 // bytes of a stream's first block; each further one is twice as large
	largest  = 1 << 16
	buffer   = 1 << 20 // of writes to the temporary file
)

// store keeps streams of rows in blocks of memory, and when these exceed the
// limit moves all of them to a temporary file, in one go: so a stream has one
// piece there for each time, and the file is written from front to back.
type store struct {
	limit int64 // bytes; 0: none
	dir   string
	top   int // bytes of the largest blocks

	used    atomic.Int64 // bytes of blocks in streams
	spilled atomic.Int64

	mu    sync.Mutex
	free  map[int][][]byte // by size
	areas []*area
	err   error

	spilling sync.Mutex // held by whoever writes the file
	file     spillFile
	end      int64 // of what is written
	out      []byte
}

// spillFile is what is needed of an os.File.
type spillFile interface {
	io.WriterAt
	io.ReaderAt
	io.Closer
}

// create makes a temporary file. Tests replace it.
var create = func(dir string) (spillFile, error) {
	f, err := os.CreateTemp(dir, "evenhand-*.tmp")
	if err != nil {
		return nil, err
	}
	return unlinked(f)
}

// area is what is stored of one partition: a stream a table.
type area struct {
	store *store
	bits  uint // of the hash that its rows share
	// first and several tell whether its rows have one hash, and can't be
	// parted; rows of the first partitions are not looked at.
	first        uint64
	any, several bool

	mu      sync.Mutex
	streams []stream
}

// stream is a sequence of bytes: pieces of the file, then blocks.
type stream struct {
	pieces []piece
	blocks [][]byte
	bytes  int64
}

type piece struct{ at, n int64 }

func newStore(limit int64, dir string) *store {
	if dir == "" {
		dir = os.TempDir()
	}
	return &store{limit: limit, dir: dir, top: largest, free: map[int][][]byte{}}
}

// size fits the blocks to a number of streams, so that blocks in part empty
// leave room for full ones.
func (s *store) size(streams int64) {
	for s.limit > 0 && s.top > smallest/4 && streams*int64(s.top)*2 > s.limit {
		s.top /= 2
	}
}

func (s *store) area(streams int, bits uint) *area {
	a := &area{store: s, bits: bits, streams: make([]stream, streams)}
	s.mu.Lock()
	s.areas = append(s.areas, a)
	s.mu.Unlock()
	return a
}

// append adds b to a stream.
func (a *area) append(i int, b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := &a.streams[i]
	t.bytes += int64(len(b))
	for len(b) > 0 {
		n := len(t.blocks)
		if n == 0 || len(t.blocks[n-1]) == cap(t.blocks[n-1]) {
			size := min(smallest, a.store.top)
			if n > 0 {
				size = min(2*cap(t.blocks[n-1]), a.store.top)
			}
			t.blocks = append(t.blocks, a.store.block(size))
			n++
		}
		last := t.blocks[n-1]
		m := min(len(b), cap(last)-len(last))
		t.blocks[n-1] = append(last, b[:m]...)
		b = b[m:]
	}
}

// block returns an empty block.
func (s *store) block(size int) []byte {
	s.used.Add(int64(size))
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.free[size]; len(f) > 0 {
		b := f[len(f)-1]
		s.free[size] = f[:len(f)-1]
		return b[:0]
	}
	return make([]byte, 0, size)
}

func (s *store) release(blocks ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range blocks {
		s.used.Add(-int64(cap(b)))
		s.free[cap(b)] = append(s.free[cap(b)], b)
	}
}

// seal frees the blocks that nobody will need: no more rows come.
func (s *store) seal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free, s.out = map[int][][]byte{}, nil
}

// relieve moves all blocks to the file when they exceed the limit.
func (s *store) relieve() error {
	if s.limit <= 0 || s.used.Load() <= s.limit {
		return s.failed()
	}
	s.spilling.Lock()
	defer s.spilling.Unlock()
	if s.used.Load() <= s.limit || s.failed() != nil {
		return s.failed()
	}
	if s.file == nil {
		f, err := create(s.dir)
		if err != nil {
			return s.fail("make a file", err)
		}
		s.file = seal(f)
		s.out = make([]byte, 0, min(buffer, max(s.limit/8, smallest)))
	}
	s.mu.Lock()
	areas := s.areas
	s.mu.Unlock()
	for _, a := range areas {
		for i := range a.streams {
			a.mu.Lock()
			t := &a.streams[i]
			blocks := t.blocks
			var n int64
			for _, b := range blocks {
				n += int64(len(b))
			}
			if n > 0 {
				t.pieces = append(t.pieces, piece{s.end + int64(len(s.out)), n})
				t.blocks = nil
			}
			a.mu.Unlock()
			for _, b := range blocks {
				if err := s.write(b); err != nil {
					return err
				}
			}
			s.release(blocks...)
			s.spilled.Add(n)
		}
	}
	return s.flush()
}

func (s *store) write(b []byte) error {
	for len(b) > 0 {
		n := min(len(b), cap(s.out)-len(s.out))
		s.out = append(s.out, b[:n]...)
		b = b[n:]
		if len(s.out) == cap(s.out) {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *store) flush() error {
	if _, err := s.file.WriteAt(s.out, s.end); err != nil {
		return s.fail("write", err)
	}
	s.end += int64(len(s.out))
	s.out = s.out[:0]
	return nil
}

// fail keeps the first error: after it nothing stored can be trusted. It does
// not wrap, lest a missing directory be taken for a missing input.
func (s *store) fail(what string, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = fmt.Errorf("temporary files in %s: can't %s: %v; make room there, name another directory by TMPDIR, or give more -memory", s.dir, what, err)
	}
	return s.err
}

func (s *store) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *store) close() error {
	s.spilling.Lock()
	defer s.spilling.Unlock()
	s.mu.Lock()
	s.areas, s.free = nil, nil
	s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}
