package page

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/bitpack"
)

// hybrid reads the RLE/bit-packed hybrid, a few values at a time: a run of a
// hundred million equal values takes three bytes in a page and none here.
//
// https://github.com/apache/parquet-format/blob/master/Encodings.md
type hybrid struct {
	b     []byte // must have padding bytes of capacity behind its end
	pos   int
	width uint
	cut   bool // the last bit-packed run may lack bytes

	run    int    // equal values left of an RLE run
	value  uint32 // their value
	packed int    // values left of a bit-packed run
	// group holds the values of an unpacked group of eight not yet handed
	// out, from at on.
	group [8]int32
	at    int
}

func (h *hybrid) reset(b []byte, width uint) {
	h.b, h.pos, h.width = b, 0, width
	h.run, h.packed, h.at, h.cut = 0, 0, 8, false
}

// header reads the next run's header.
func (h *hybrid) header() error {
	if h.pos >= len(h.b) {
		return Corrupt("a run of levels, indices or booleans ends early")
	}
	u, n := binary.Uvarint(h.b[h.pos:])
	if n <= 0 || u>>1 == 0 || u>>1 > 1<<32 {
		return Corrupt("a run of levels, indices or booleans ends early")
	}
	h.pos += n
	count := int(u >> 1)
	if u&1 == 0 {
		size := int(h.width+7) / 8
		if h.pos+size > len(h.b) {
			return Corrupt("a run of levels, indices or booleans ends early")
		}
		h.value = 0
		for i := 0; i < size; i++ {
			h.value |= uint32(h.b[h.pos+i]) << (8 * i)
		}
		if bits.Len32(h.value) > int(h.width) {
			return Corrupt("a run's value %d has more than %d bits", h.value, h.width)
		}
		h.pos += size
		h.run = count
		return nil
	}
	h.packed = count * 8
	if h.width == 0 || count <= (len(h.b)-h.pos)/int(h.width) {
		return nil
	}
	// Impala cuts the last run of indices off behind its last value.
	h.packed = (len(h.b) - h.pos) * 8 / int(h.width)
	if !h.cut || h.packed == 0 {
		return Corrupt("a run of levels, indices or booleans ends early")
	}
	return nil
}

// Decode fills dst with the next values.
func (h *hybrid) Decode(dst []int32) error {
	for len(dst) > 0 {
		switch {
		case h.run > 0:
			n := min(h.run, len(dst))
			v := int32(h.value)
			for i := range dst[:n] {
				dst[i] = v
			}
			h.run -= n
			dst = dst[n:]
		case h.packed > 0:
			n, err := h.unpack(dst)
			if err != nil {
				return err
			}
			dst = dst[n:]
		default:
			if err := h.header(); err != nil {
				return err
			}
		}
	}
	return nil
}

// unpack hands out values of a bit-packed run: whole groups of eight straight
// into dst, the rest through group.
func (h *hybrid) unpack(dst []int32) (int, error) {
	if h.at < 8 {
		n := min(8-h.at, len(dst), h.packed)
		copy(dst[:n], h.group[h.at:h.at+n])
		h.at += n
		h.packed -= n
		if h.packed == 0 {
			h.at = 8
		}
		return n, nil
	}
	n := min(len(dst), h.packed) &^ 7
	if n > 0 {
		h.unpackWhole(dst[:n])
		h.packed -= n
		return n, nil
	}
	h.unpackWhole(h.group[:])
	h.at = 0
	return 0, nil
}

func (h *hybrid) unpackWhole(dst []int32) {
	if h.width == 0 {
		clear(dst)
		return
	}
	size := len(dst) * int(h.width) / 8
	b := h.b[h.pos:cap(h.b)]
	bitpack.Unpack(dst, b[:size+bitpack.PaddingInt32], h.width)
	h.pos += size
}

// constant reports whether the next n values are equal, and passes over them
// if so.
func (h *hybrid) constant(n int) (value uint32, ok bool, err error) {
	for h.run == 0 && h.packed == 0 {
		if err := h.header(); err != nil {
			return 0, false, err
		}
	}
	if h.run < n {
		return 0, false, nil
	}
	h.run -= n
	return h.value, true, nil
}

// Levels reads definition or repetition levels.
type Levels struct {
	hybrid
	max int
}

// Reset begins the levels in b, of which max is the highest.
func (l *Levels) Reset(b []byte, max int) {
	l.hybrid.reset(b, uint(bits.Len(uint(max))))
	l.max = max
}

// Mask fills present with whether each of the next values is there, at the
// highest level, and returns how many are. all is true, and present left
// alone, when all are.
func (l *Levels) Mask(present []bool, scratch []int32) (count int, all bool, err error) {
	if l.max == 0 {
		return len(present), true, nil
	}
	if v, ok, err := l.constant(len(present)); err != nil {
		return 0, false, err
	} else if ok {
		if v == uint32(l.max) {
			return len(present), true, nil
		}
		if v > uint32(l.max) {
			return 0, false, Corrupt("a level of %d where %d is the highest", v, l.max)
		}
		clear(present)
		return 0, false, nil
	}
	scratch = scratch[:len(present)]
	if err := l.Decode(scratch); err != nil {
		return 0, false, err
	}
	top := int32(l.max)
	over := int32(0)
	for i, v := range scratch {
		p := v == top
		present[i] = p
		if p {
			count++
		}
		over |= top - v
	}
	if over < 0 {
		return 0, false, Corrupt("a level is above %d, the highest", top)
	}
	return count, count == len(present), nil
}
