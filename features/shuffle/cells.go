package shuffle

import (
	"math"

	"evenhand/features"
)

// measure adds the size of a column's cells to the size of each row.
func (w *Writer) measure(v *features.Vector, d *dict, texts *codes) {
	switch v.Kind {
	case features.Text:
		to := texts.of(v.Dict, d)
		for i, r := range w.rows {
			if c := v.Codes[r]; c >= 0 {
				w.size[i] += width(uint64(to[c]))
			}
		}
	case features.TextList:
		to := texts.of(v.Dict, d)
		for i, r := range w.rows {
			if v.Valid != nil && !v.Valid[r] {
				continue
			}
			list := v.Codes[v.Offsets[r]:v.Offsets[r+1]]
			n := width(uint64(len(list)))
			for _, c := range list {
				n += width(code(to, c))
			}
			w.size[i] += n
		}
	case features.Opaque:
		for i, r := range w.rows {
			if v.Valid == nil || v.Valid[r] {
				n := int(v.Offsets[r+1] - v.Offsets[r])
				w.size[i] += width(uint64(n)) + n
			}
		}
	case features.Float:
		for i, r := range w.rows {
			if x := v.Floats[r]; x == x {
				w.size[i] += 8
			}
		}
	case features.Instant:
		for i, r := range w.rows {
			if v.Valid == nil || v.Valid[r] {
				w.size[i] += 8
			}
		}
	default:
		for i, r := range w.rows {
			if v.Valid == nil || v.Valid[r] {
				w.size[i] += width(zigzag(v.Ints[r]))
			}
		}
	}
}

// code is the code plus 1 of an element of a list, 0 for null.
func code(to []uint32, c int32) uint64 {
	if c < 0 {
		return 0
	}
	return uint64(to[c])
}

// write writes a column's cells, cell number n of each row.
func (w *Writer) write(n int, v *features.Vector, texts *codes) {
	buf, at := w.buf, w.at
	null := func(i int) { buf[w.nulls[i]+n/8] |= 1 << (n % 8) }
	switch v.Kind {
	case features.Text:
		to := texts.to
		for i, r := range w.rows {
			if c := v.Codes[r]; c >= 0 {
				at[i] = putUvarint(buf, at[i], uint64(to[c]))
			} else {
				null(i)
			}
		}
	case features.TextList:
		to := texts.to
		for i, r := range w.rows {
			if v.Valid != nil && !v.Valid[r] {
				null(i)
				continue
			}
			list := v.Codes[v.Offsets[r]:v.Offsets[r+1]]
			p := putUvarint(buf, at[i], uint64(len(list)))
			for _, c := range list {
				p = putUvarint(buf, p, code(to, c))
			}
			at[i] = p
		}
	case features.Opaque:
		for i, r := range w.rows {
			if v.Valid != nil && !v.Valid[r] {
				null(i)
				continue
			}
			b := v.Bytes[v.Offsets[r]:v.Offsets[r+1]]
			p := putUvarint(buf, at[i], uint64(len(b)))
			at[i] = p + copy(buf[p:], b)
		}
	case features.Float:
		for i, r := range w.rows {
			if x := v.Floats[r]; x == x {
				at[i] = putUint64(buf, at[i], math.Float64bits(x))
			} else {
				null(i)
			}
		}
	case features.Instant:
		for i, r := range w.rows {
			if v.Valid != nil && !v.Valid[r] {
				null(i)
			} else {
				at[i] = putUint64(buf, at[i], uint64(v.Ints[r]))
			}
		}
	default:
		for i, r := range w.rows {
			if v.Valid != nil && !v.Valid[r] {
				null(i)
			} else {
				at[i] = putUvarint(buf, at[i], zigzag(v.Ints[r]))
			}
		}
	}
}
