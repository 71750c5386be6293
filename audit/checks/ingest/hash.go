package ingest

import (
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// keySeed seeds the hashes of keys: those of one column are equal wherever the
// key is.
const keySeed = 1

// textHash holds the hashes of a Text column's values by code.
type textHash struct {
	dict *features.Dict
	of   []uint64
}

func (t *textHash) update(v *features.Vector) {
	if t.dict != v.Dict {
		t.dict, t.of = v.Dict, t.of[:0]
	}
	for c := len(t.of); c < v.Dict.Len(); c++ {
		t.of = append(t.of, rows.HashString(1, v.Dict.Value(int32(c))))
	}
}

// hashKeys fills hashes with the hash of each row's key, 0 where a part of the
// key is null.
func (t *tableState) hashKeys(b *features.Batch) {
	if cap(t.hashes) < b.N {
		t.hashes = make([]uint64, b.N)
	}
	t.hashes = t.hashes[:b.N]
	for i := range t.hashes {
		t.hashes[i] = keySeed
	}
	for k, col := range t.key {
		v := &b.Cols[col]
		switch v.Kind {
		case features.Opaque:
			for i, h := range t.hashes {
				if h != 0 {
					t.hashes[i] = rows.Hash(h, v.Opaque(i))
				}
			}
		case features.Text:
			t.texts[k].update(v)
			for i, h := range t.hashes {
				if h != 0 && v.Codes[i] != features.Null {
					t.hashes[i] = rows.HashInt(h, int64(t.texts[k].of[v.Codes[i]]))
				}
			}
		default:
			for i, h := range t.hashes {
				if h != 0 {
					t.hashes[i] = rows.HashInt(h, v.Ints[i])
				}
			}
		}
		for i := range t.hashes {
			if v.IsNull(i) {
				t.hashes[i] = 0
			}
		}
	}
	for i, h := range t.hashes {
		if h != 0 {
			t.hashes[i] = h | 1<<8 // never 0; costs one bit
		}
	}
}
