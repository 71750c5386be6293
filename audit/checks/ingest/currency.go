package ingest

import (
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// currencies looks for accounts with events in several currencies. The first
// pass keeps the accounts with another currency than the plan's; the second
// looks at all of their events.
type currencies struct {
	plan          string
	account, from int // columns
	seen          rows.Counts
	foreign       *keySet // accounts
}

// maxForeign bounds the accounts that are looked at.
const maxForeign = 1 << 18

func newCurrencies(plan string, account, from int) *currencies {
	return &currencies{plan: plan, account: account, from: from, foreign: newKeySet(maxForeign)}
}

func (c *currencies) update(b *features.Batch) {
	v := &b.Cols[c.from]
	if !v.Present {
		return
	}
	c.seen.Add(v, nil, b.N)
	home, ok := int32(features.Null), false
	for code := range v.Dict.Len() {
		if v.Dict.Value(int32(code)) == c.plan {
			home, ok = int32(code), true
		}
	}
	for i, code := range v.Codes[:b.N] {
		if code == features.Null || ok && code == home {
			continue // null is the plan's currency
		}
		if a := &b.Cols[c.account]; !a.IsNull(i) {
			c.foreign.add(rows.Hash(1, a.Opaque(i)))
		}
	}
}

func (c *currencies) merge(o *currencies) {
	c.seen.Merge(&o.seen)
	c.foreign.merge(o.foreign)
}

// several reports whether the table has more than one currency at all.
func (c *currencies) several() bool {
	n := 0
	home := false
	for _, v := range c.seen.Values() {
		if v.Name == "" || v.Name == c.plan {
			home = true
		} else {
			n++
		}
	}
	return n > 1 || n == 1 && home
}

// accounts returns the hashes of the accounts to look at, ascending.
func (c *currencies) accounts() []uint64 {
	c.foreign.settle()
	var all bucket
	for i := range c.foreign.buckets {
		all = append(all, c.foreign.buckets[i]...)
	}
	return all.sorted()
}

func (c *currencies) encode(e *stats.Encoder) {
	c.seen.Encode(e)
	c.foreign.encode(e)
}

func (c *currencies) decode(d *stats.Decoder) {
	c.seen.Decode(d)
	c.foreign.decode(d)
}
