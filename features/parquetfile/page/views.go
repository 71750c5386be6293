package page

import (
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// Views reads the next values of byte columns (INT96 and fixed-length ones
// too) as slices that are valid until the next call or page.
func (s *Section) Views(dst [][]byte) error {
	if len(dst) == 0 {
		return nil
	}
	switch s.enc {
	case format.Plain:
		if s.phys == format.ByteArray {
			return s.plainViews(dst)
		}
		b, err := s.fixed(len(dst))
		if err != nil {
			return err
		}
		w := s.width
		for i := range dst {
			dst[i] = b[i*w : i*w+w]
		}
		return nil
	case format.DeltaLengthByteArray:
		return s.lengthViews(dst)
	case format.DeltaByteArray:
		return s.prefixViews(dst)
	case format.ByteStreamSplit:
		if s.pos+len(dst) > s.n {
			return Corrupt("a page ends before its last value")
		}
		w := s.width
		s.slab = Grow(s.slab, w*len(dst))
		for i := range dst {
			dst[i] = s.slab[i*w : i*w+w]
			s.split(dst[i], s.pos+i)
		}
		s.pos += len(dst)
		return nil
	}
	panic("section: bytes of encoding " + s.enc.String())
}

func (s *Section) plainViews(dst [][]byte) error {
	b, pos := s.b, s.pos
	for i := range dst {
		if len(b)-pos < 4 {
			return Corrupt("a page ends before its last value")
		}
		n := int64(binary.LittleEndian.Uint32(b[pos:]))
		pos += 4
		if n > int64(len(b)-pos) {
			return Corrupt("a value of %d bytes reaches past the end of its page", n)
		}
		if n > int64(s.cap) {
			return s.tooLong(n)
		}
		dst[i] = b[pos : pos+int(n)]
		pos += int(n)
	}
	s.pos = pos
	return nil
}

func (s *Section) tooLong(n int64) error {
	return fmt.Errorf("a value has %d bytes, more than the cap of %d; leave the column out, or export it shortened", n, s.cap)
}

func (s *Section) lengthViews(dst [][]byte) error {
	s.lens = Grow(s.lens, len(dst))
	if err := s.d.decode(s.lens); err != nil {
		return err
	}
	for i, n := range s.lens {
		if n < 0 || n > int64(len(s.b)-s.pos) {
			return Corrupt("a value of %d bytes reaches past the end of its page", n)
		}
		if n > int64(s.cap) {
			return s.tooLong(n)
		}
		dst[i] = s.b[s.pos : s.pos+int(n)]
		s.pos += int(n)
	}
	return nil
}

// prefixViews assembles values of a shared prefix and a suffix. They go into
// slab; ends marks them, because slab may move while it grows.
func (s *Section) prefixViews(dst [][]byte) error {
	s.lens, s.pres = Grow(s.lens, len(dst)), Grow(s.pres, len(dst))
	if err := s.pre.decode(s.pres); err != nil {
		return err
	}
	if err := s.d.decode(s.lens); err != nil {
		return err
	}
	s.slab, s.ends = s.slab[:0], s.ends[:0]
	start, last := 0, len(s.prev)
	s.slab = append(s.slab, s.prev...)
	for i, n := range s.lens {
		p := s.pres[i]
		if p < 0 || p > int64(last-start) || n < 0 || n > int64(len(s.b)-s.pos) {
			return Corrupt("a value of %d + %d bytes reaches past the end of its page", p, n)
		}
		if p+n > int64(s.cap) {
			return s.tooLong(p + n)
		}
		s.slab = append(s.slab, s.slab[start:start+int(p)]...)
		s.slab = append(s.slab, s.b[s.pos:s.pos+int(n)]...)
		s.pos += int(n)
		start, last = last, len(s.slab)
		s.ends = append(s.ends, last)
		if last > MaxSlab {
			return fmt.Errorf("a batch of values needs more than %d bytes, the cap; leave the column out, or export it shortened", MaxSlab)
		}
	}
	from := len(s.prev)
	for i, end := range s.ends {
		dst[i] = s.slab[from:end:end]
		if s.phys == format.FixedLenByteArray && end-from != s.width {
			return Corrupt("a value has %d bytes instead of %d", end-from, s.width)
		}
		from = end
	}
	s.prev = append(s.prev[:0], dst[len(dst)-1]...)
	return nil
}

// MaxSlab bounds the bytes of one column of one batch.
const MaxSlab = 256 << 20
