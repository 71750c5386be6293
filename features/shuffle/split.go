package shuffle

import "math/bits"

// maxFan is the bits of the hash by which a partition is cut in one go.
const maxFan = 6

// split cuts an area by further bits of the hash, until what its streams hold
// can be loaded. Rows of one key stay together, whatever their size.
func (s *Shuffle) split(a *area, streams []int) ([]*area, error) {
	size := a.size(streams)
	if s.leaf == 0 || size <= s.leaf || a.any && !a.several || a.bits+maxFan > 64 {
		return []*area{a}, nil
	}
	k := min(uint(bits.Len64(uint64(2*size/s.leaf))), maxFan)
	parts := make([]*area, 1<<k)
	for i := range parts {
		parts[i] = s.store.area(len(a.streams), a.bits+k)
	}
	for _, i := range streams {
		since := 0
		err := s.store.rows(a.take(i), func(row []byte, key []byte) error {
			h := hash(key)
			p := parts[h<<a.bits>>(64-k)]
			p.several = p.several || p.any && h != p.first
			p.any, p.first = true, h
			p.append(i, row)
			if since += len(row); since < buffer/4 {
				return nil
			}
			since = 0
			return s.store.relieve()
		})
		if err != nil {
			return nil, err
		}
	}
	var leaves []*area
	for _, p := range parts {
		if p.size(streams) == 0 {
			continue
		}
		l, err := s.split(p, streams)
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, l...)
	}
	return leaves, nil
}

// size is the bytes that streams of the area hold.
func (a *area) size(streams []int) (n int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, i := range streams {
		n += a.streams[i].bytes
	}
	return n
}

// take takes a stream out of the area.
func (a *area) take(i int) stream {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.streams[i]
	a.streams[i] = stream{}
	return t
}

// read returns the bytes of a stream, in memory that is used again when large
// enough.
func (s *store) read(t stream, into []byte) ([]byte, error) {
	into = grow(into, int(t.bytes))
	n := 0
	for _, p := range t.pieces {
		if err := s.readAt(into[n:n+int(p.n)], p.at); err != nil {
			return nil, err
		}
		n += int(p.n)
	}
	for _, b := range t.blocks {
		n += copy(into[n:], b)
	}
	return into, nil
}

// readAt reads the file, once nobody is about to write what is read.
func (s *store) readAt(b []byte, at int64) error {
	s.spilling.Lock()
	f := s.file
	s.spilling.Unlock()
	if err := s.failed(); err != nil {
		return err
	}
	if _, err := f.ReadAt(b, at); err != nil {
		return s.fail("read", err)
	}
	return nil
}

// rows calls f for each row of a stream that was taken, with its length in
// front and its key, and gives back the stream's blocks as it goes.
func (s *store) rows(t stream, f func(row, key []byte) error) error {
	var rest []byte // of a row whose end is still to come
	each := func(data []byte) error {
		if len(rest) > 0 {
			rest = append(rest, data...)
			data = rest
		}
		for {
			n, ok := rowLen(data)
			if !ok {
				rest = append(rest[:0], data...) // moves it to the front, when it is there
				return nil
			}
			row := data[:n:n]
			_, p := uvarint(row, 0)
			size, p := uvarint(row, p)
			if err := f(row, row[p:p+int(size)]); err != nil {
				return err
			}
			data = data[n:]
		}
	}
	var buf []byte
	for _, p := range t.pieces {
		for n := int64(0); n < p.n; {
			buf = grow(buf, int(min(buffer/4, p.n-n)))
			if err := s.readAt(buf, p.at+n); err != nil {
				return err
			}
			n += int64(len(buf))
			if err := each(buf); err != nil {
				return err
			}
		}
	}
	for _, b := range t.blocks {
		if err := each(b); err != nil {
			return err
		}
		s.release(b)
	}
	return nil
}

// rowLen is the length of the row that b begins with, its own length included;
// false when b ends before.
func rowLen(b []byte) (int, bool) {
	for i, c := range b {
		if c < 0x80 {
			n, p := uvarint(b, 0)
			return p + int(n), len(b)-p >= int(n)
		}
		if i > 9 {
			panic("shuffle: a row's length is no varint")
		}
	}
	return 0, false
}

// grow returns b with length n, its content undefined; it is never nil.
func grow[T any](b []T, n int) []T {
	if cap(b) < n || b == nil {
		return make([]T, n, n+n/8)
	}
	return b[:n]
}
