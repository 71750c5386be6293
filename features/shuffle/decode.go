package shuffle

import (
	"encoding/binary"
	"math"

	"evenhand/features"
)

func uint64At(b []byte, p int) uint64 { return binary.LittleEndian.Uint64(b[p:]) }

// decode fills the batch of table t from the sorted rows, column by column.
func (r *Reader) decode(t int, l *layout) {
	b := &r.out[t]
	b.N, b.Period, b.Scores, b.Replay = len(r.rows), nil, nil, nil
	keys := &r.keys[t]
	r.decodeKeys(keys)
	for c := range b.Cols {
		empty(&b.Cols[c], l.kinds[c])
	}
	if l.keyed {
		b.Cols[l.key] = *keys
		b.Cols[l.key].Present = l.seen[l.key].Load()
	}
	r.at = grow(r.at, b.N)
	for i, p := range r.rows {
		r.at[i] = p + uint32(l.nulls)
	}
	for n, c := range l.cells {
		v := &b.Cols[c]
		v.Present = l.seen[c].Load()
		v.Dict = r.own[t][n]
		r.cells(v, n, l.dicts[n], &r.valid[t][n])
	}
}

// empty takes the rows away, not the memory.
func empty(v *features.Vector, k features.Kind) {
	v.Kind, v.Present, v.Valid = k, false, nil
	v.Codes, v.Ints, v.Floats, v.Bytes, v.Offsets = v.Codes[:0], v.Ints[:0], v.Floats[:0], v.Bytes[:0], v.Offsets[:0]
}

func (r *Reader) decodeKeys(v *features.Vector) {
	v.Kind, v.Present = features.Opaque, true
	v.Bytes, v.Offsets = v.Bytes[:0], append(v.Offsets[:0], 0)
	lo := uint32(0)
	for _, g := range r.ranked {
		x := &r.groups[g]
		key := r.blob[x.key:x.end]
		for ; lo < x.rows; lo++ {
			v.Bytes = append(v.Bytes, key...)
			v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
		}
	}
}

// cells decodes cell n of all rows. Valid is left nil when none is null, else
// it is spare.
func (r *Reader) cells(v *features.Vector, n int, d *dict, spare *[]bool) {
	blob, at, rows := r.blob, r.at, r.rows
	byteAt, bit := uint32(n/8), byte(1)<<(n%8)
	null := func(i int) bool { return blob[rows[i]+byteAt]&bit != 0 }
	switch v.Kind {
	case features.Text:
		v.Codes = grow(v.Codes, len(rows))
		for i, p := range at {
			if null(i) {
				v.Codes[i] = features.Null
				continue
			}
			x, q := uvarint(blob, int(p))
			v.Codes[i], at[i] = d.ranks[x-1], uint32(q)
		}
	case features.Float:
		v.Floats = grow(v.Floats, len(rows))
		for i, p := range at {
			if null(i) {
				v.Floats[i] = math.NaN()
				continue
			}
			v.Floats[i], at[i] = math.Float64frombits(uint64At(blob, int(p))), p+8
		}
	case features.Instant:
		v.Ints = grow(v.Ints, len(rows))
		for i, p := range at {
			if null(i) {
				v.Ints[i] = 0
				v.Valid = invalid(v.Valid, i, len(rows), spare)
				continue
			}
			v.Ints[i], at[i] = int64(uint64At(blob, int(p))), p+8
		}
	case features.Opaque:
		v.Offsets = append(v.Offsets[:0], 0)
		for i, p := range at {
			if null(i) {
				v.Valid = invalid(v.Valid, i, len(rows), spare)
			} else {
				x, q := uvarint(blob, int(p))
				v.Bytes = append(v.Bytes, blob[q:q+int(x)]...)
				at[i] = uint32(q + int(x))
			}
			v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
		}
	case features.TextList:
		v.Offsets = append(v.Offsets[:0], 0)
		for i, p := range at {
			if null(i) {
				v.Valid = invalid(v.Valid, i, len(rows), spare)
			} else {
				x, q := uvarint(blob, int(p))
				for range x {
					var c uint64
					c, q = uvarint(blob, q)
					v.Codes = append(v.Codes, d.rank(c))
				}
				at[i] = uint32(q)
			}
			v.Offsets = append(v.Offsets, uint32(len(v.Codes)))
		}
	default:
		v.Ints = grow(v.Ints, len(rows))
		for i, p := range at {
			if null(i) {
				v.Ints[i] = 0
				v.Valid = invalid(v.Valid, i, len(rows), spare)
				continue
			}
			x, q := uvarint(blob, int(p))
			v.Ints[i], at[i] = unzigzag(x), uint32(q)
		}
	}
}

// invalid marks row i of n null; valid starts as nil.
func invalid(valid []bool, i, n int, spare *[]bool) []bool {
	if valid == nil {
		valid = grow(*spare, n)
		*spare = valid
		for j := range valid {
			valid[j] = true
		}
	}
	valid[i] = false
	return valid
}
