package page

import "encoding/binary"

// delta reads DELTA_BINARY_PACKED, a few values at a time.
type delta struct {
	b     []byte
	pos   int
	bits  int // of the type: arithmetic wraps around there
	block int // values a block
	minis int // miniblocks a block
	per   int // values a miniblock
	total int // values left, the first included
	last  int64
	first bool

	min    int64
	widths []byte  // of the miniblocks left in this block
	vals   []int64 // values unpacked and not yet handed out
	buf    []int64
}

const maxMiniblock = 64 << 10

func (d *delta) uvarint() (uint64, error) {
	u, n := binary.Uvarint(d.b[d.pos:])
	if n <= 0 {
		return 0, Corrupt("delta-encoded values end early")
	}
	d.pos += n
	return u, nil
}

func (d *delta) varint() (int64, error) {
	u, err := d.uvarint()
	return int64(u>>1) ^ -int64(u&1), err
}

// reset reads the header at the front of b.
func (d *delta) reset(b []byte, bits int) error {
	*d = delta{b: b, bits: bits, buf: d.buf, first: true}
	var h [3]uint64
	for i := range h {
		u, err := d.uvarint()
		if err != nil {
			return err
		}
		h[i] = u
	}
	var err error
	if d.last, err = d.varint(); err != nil {
		return err
	}
	if h[0] == 0 || h[0] > maxMiniblock || h[1] == 0 || h[1] > h[0] || h[0]%h[1] != 0 || h[0]/h[1]%8 != 0 || h[2] > 1<<31 {
		return Corrupt("delta-encoded values have blocks of %d in %d parts", h[0], h[1])
	}
	d.block, d.minis, d.total = int(h[0]), int(h[1]), int(h[2])
	d.per = d.block / d.minis
	return nil
}

// nextMini gets the next miniblock's bit width; a new block's header when the
// last is used up.
func (d *delta) nextMini() (width int, err error) {
	if len(d.widths) == 0 {
		if d.min, err = d.varint(); err != nil {
			return 0, err
		}
		if d.pos+d.minis > len(d.b) {
			return 0, Corrupt("delta-encoded values end early")
		}
		d.widths = d.b[d.pos : d.pos+d.minis]
		d.pos += d.minis
	}
	width = int(d.widths[0])
	d.widths = d.widths[1:]
	if width > 64 {
		return 0, Corrupt("delta-encoded values are %d bits wide", width)
	}
	return width, nil
}

// decode fills dst with the next values.
func (d *delta) decode(dst []int64) error {
	if len(dst) > d.total {
		return Corrupt("delta-encoded values end early")
	}
	d.total -= len(dst)
	if d.first && len(dst) > 0 {
		d.first = false
		dst[0] = d.last
		dst = dst[1:]
	}
	for len(dst) > 0 {
		if len(d.vals) == 0 {
			if err := d.mini(); err != nil {
				return err
			}
		}
		n := copy(dst, d.vals)
		d.vals = d.vals[n:]
		dst = dst[n:]
	}
	return nil
}

// mini unpacks the next miniblock into vals.
func (d *delta) mini() error {
	width, err := d.nextMini()
	if err != nil {
		return err
	}
	if cap(d.buf) < d.per {
		d.buf = make([]int64, d.per)
	}
	v := d.buf[:d.per]
	size := d.per / 8 * width
	b := d.b[d.pos:min(len(d.b), d.pos+size)]
	if len(b) < size {
		// Writers may cut the last miniblock behind its last value.
		b = append(make([]byte, 0, size), b...)[:size]
	}
	d.pos = min(len(d.b), d.pos+size)
	unpack64(v, b, width)
	last, least := d.last, d.min
	if d.bits == 32 {
		for i := range v {
			last = int64(int32(last + least + v[i]))
			v[i] = last
		}
	} else {
		for i := range v {
			last += least + v[i]
			v[i] = last
		}
	}
	d.last = last
	d.vals = v
	return nil
}

// skip passes over the values and returns the number of bytes they take: what
// follows begins there.
func (d *delta) skip() (int, error) {
	left := d.total - 1
	for left > 0 {
		width, err := d.nextMini()
		if err != nil {
			return 0, err
		}
		size := d.per / 8 * width
		if d.pos+size > len(d.b) {
			return 0, Corrupt("delta-encoded values end early")
		}
		d.pos += size
		left -= d.per
		if left <= 0 {
			break
		}
	}
	return d.pos, nil
}

// unpack64 unpacks len(v) values of width bits from b, least bit first.
func unpack64(v []int64, b []byte, width int) {
	if width == 0 {
		clear(v)
		return
	}
	mask := ^uint64(0) >> (64 - width)
	bit := 0
	i := 0
	for ; i < len(v); i++ {
		at := bit >> 3
		if at+9 > len(b) {
			break
		}
		x := binary.LittleEndian.Uint64(b[at:]) >> (bit & 7)
		if s := bit & 7; s+width > 64 {
			x |= uint64(b[at+8]) << (64 - s)
		}
		v[i] = int64(x & mask)
		bit += width
	}
	for ; i < len(v); i++ {
		x := uint64(0)
		for k := 0; k < width; k++ {
			x |= uint64(b[bit>>3]>>(bit&7)&1) << k
			bit++
		}
		v[i] = int64(x)
	}
}
