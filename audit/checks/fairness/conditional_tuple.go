package fairness

import (
	"slices"
	"strings"

	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// condFold numbers pairs of numbers in order of first sight: a small hash table
// with open addressing, since a pair is looked up for every row.
type condFold struct {
	slots []uint64 // 1 + index into pairs, 0 when free; a power of two long
	pairs [][2]int32
}

// of returns the number of a pair.
func (f *condFold) of(a, b int32) int32 {
	if 2*len(f.pairs) >= len(f.slots) {
		f.grow()
	}
	mask := uint64(len(f.slots) - 1)
	for i := foldHash(a, b); ; i++ {
		s := &f.slots[i&mask]
		if *s == 0 {
			f.pairs = append(f.pairs, [2]int32{a, b})
			*s = uint64(len(f.pairs))
			return int32(len(f.pairs) - 1)
		}
		if p := &f.pairs[*s-1]; p[0] == a && p[1] == b {
			return int32(*s - 1)
		}
	}
}

func foldHash(a, b int32) uint64 {
	h := (uint64(uint32(a))<<32 | uint64(uint32(b))) * 0x9E3779B97F4A7C15
	return h>>32 ^ h
}

func (f *condFold) grow() {
	f.slots = make([]uint64, max(16, 2*len(f.slots)))
	mask := uint64(len(f.slots) - 1)
	for n, p := range f.pairs {
		i := foldHash(p[0], p[1])
		for f.slots[i&mask] != 0 {
			i++
		}
		f.slots[i&mask] = uint64(n + 1)
	}
}

// condTuple numbers the combinations of values of several Text columns. Null is
// the value "".
type condTuple struct {
	columns []int // in the batch
	names   []rows.Names
	folds   []condFold // folds[i] pairs the first i+1 columns with the next
}

func newCondTuple(columns ...int) condTuple {
	return condTuple{columns: columns, names: make([]rows.Names, len(columns)), folds: make([]condFold, len(columns)-1)}
}

// of returns the number of the combination of each row; to may be reused.
func (t *condTuple) of(to []int32, b *features.Batch, judged []int32) []int32 {
	to = slices.Grow(to[:0], len(judged))[:len(judged)]
	for c, column := range t.columns {
		v := &b.Cols[column]
		ids, codes := t.names[c].Of(v), v.Codes
		if c == 0 {
			for j, i := range judged {
				to[j] = ids[codes[i]+1]
			}
			continue
		}
		f := &t.folds[c-1]
		lastA, lastB, last := int32(-1), int32(-1), int32(-1)
		for j, i := range judged {
			if a, b := to[j], ids[codes[i]+1]; a != lastA || b != lastB {
				lastA, lastB, last = a, b, f.of(a, b)
			}
			to[j] = last
		}
	}
	return to
}

// len is the number of combinations numbered.
func (t *condTuple) len() int {
	if n := len(t.folds); n > 0 {
		return len(t.folds[n-1].pairs)
	}
	return t.names[0].Len()
}

// ids are the numbers of the values, column by column, of a combination.
func (t *condTuple) ids(id int32) []int32 {
	out := make([]int32, len(t.names))
	for c := len(t.folds); c > 0; c-- {
		p := t.folds[c-1].pairs[id]
		out[c], id = p[1], p[0]
	}
	out[0] = id
	return out
}

// values are the values of a combination.
func (t *condTuple) values(id int32) []string {
	out := make([]string, len(t.names))
	for c, v := range t.ids(id) {
		out[c] = t.names[c].Value(v)
	}
	return out
}

// merge numbers the combinations of o too and returns the number here of each.
func (t *condTuple) merge(o *condTuple) []int32 {
	ids := t.names[0].Merge(&o.names[0])
	for c := range t.folds {
		next := t.names[c+1].Merge(&o.names[c+1])
		pairs := make([]int32, len(o.folds[c].pairs))
		for i, p := range o.folds[c].pairs {
			pairs[i] = t.folds[c].of(ids[p[0]], next[p[1]])
		}
		ids = pairs
	}
	return ids
}

// encode writes the combinations that are used, by their values, and returns
// the number that each has once decoded, -1 for the others.
func (t *condTuple) encode(e *stats.Encoder, used []bool) []int32 {
	ids := make([]int32, len(used))
	type entry struct {
		id     int32
		values []string
	}
	var entries []entry
	for id, is := range used {
		if ids[id] = -1; is {
			entries = append(entries, entry{int32(id), t.values(int32(id))})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return slices.Compare(a.values, b.values) })
	e.Count(len(entries))
	for rank, x := range entries {
		ids[x.id] = int32(rank)
		for _, v := range x.values {
			e.String(v)
		}
	}
	return ids
}

// decode returns the tuple that encode wrote, of the same columns.
func (t *condTuple) decode(d *stats.Decoder) condTuple {
	out := newCondTuple(t.columns...)
	last := []string(nil)
	for n := d.Count(len(t.columns)); n > 0 && d.Err() == nil; n-- {
		values := make([]string, len(t.columns))
		for c := range values {
			values[c] = d.String()
		}
		if last != nil && slices.Compare(last, values) >= 0 {
			d.Fail("combinations out of order")
			break
		}
		last = values
		out.add(values)
	}
	return out
}

// add numbers a combination of values.
func (t *condTuple) add(values []string) int32 {
	id := t.names[0].ID(values[0])
	for c, v := range values[1:] {
		id = t.folds[c].of(id, t.names[c+1].ID(v))
	}
	return id
}

// strataName joins the values of a combination, as evidence has it.
func strataName(values []string) string { return strings.Join(values, " × ") }

// incomplete reports whether a value of a combination is unknown.
func incomplete(values []string) bool { return slices.Contains(values, "") }
