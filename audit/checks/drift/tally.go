package drift

import (
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// tally counts the values of one text column by key: a slot, or a day.
type tally struct {
	names rows.Names
	n     [][]int64 // by key and number of the value
}

// grow makes room for so many keys, and for all numbers.
func (t *tally) grow(slots int) {
	for len(t.n) < slots {
		t.n = append(t.n, nil)
	}
	for i := range t.n {
		if k := t.names.Len() - len(t.n[i]); k > 0 {
			t.n[i] = append(t.n[i], make([]int64, k)...)
		}
	}
}

// add counts a text column by key.
func (t *tally) add(v *features.Vector, keys []int32, places int) {
	ids := t.names.Of(v)
	t.grow(places)
	for i, k := range keys {
		if k >= 0 {
			t.n[k][ids[v.Codes[i]+1]]++
		}
	}
}

// merge adds the counts of o, whose key i is to[i] here.
func (t *tally) merge(o *tally, to []int32, places int) {
	ids := t.names.Merge(&o.names)
	t.grow(places)
	for i, counts := range o.n {
		for id, n := range counts {
			t.n[to[i]][ids[id]] += n
		}
	}
}

// of are the counts of key k.
func (t *tally) of(k int) (c rows.Counts) {
	if k < len(t.n) {
		for id, n := range t.n[k] {
			if n != 0 {
				c.AddN(t.names.Value(int32(id)), n)
			}
		}
	}
	return c
}

// decode adds the counts that were encoded of key k.
func (t *tally) decode(d *stats.Decoder, k int32) {
	var c rows.Counts
	c.Decode(d)
	for _, v := range c.Values() {
		id := t.names.ID(v.Name)
		t.grow(int(k) + 1)
		t.n[k][id] += v.N
	}
}
