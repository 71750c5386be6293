package ingest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Reread asks for a second pass when hashes of keys met, to compare the keys
// themselves, or when accounts may have several currencies.
func (s *state) Reread() func() audit.RowState {
	w := &wanted{state: s, keys: make([]map[uint64]bool, len(s.tables))}
	any := false
	for i, t := range s.tables {
		if t.keys != nil {
			_, hashes := t.keys.repeated()
			if len(hashes) > 0 && s.set.Cases > 0 {
				any = true
				w.keys[i] = map[uint64]bool{}
				for _, h := range hashes[:min(len(hashes), s.set.Cases)] {
					w.keys[i][h] = true
				}
			}
		}
		if t.money != nil && t.money.several() {
			any = true
			w.accounts = map[uint64]bool{}
			for _, h := range t.money.accounts() {
				w.accounts[h] = true
			}
		}
	}
	if !any {
		return nil
	}
	return func() audit.RowState {
		x := &second{wanted: w}
		for _, t := range s.tables {
			p := &tableState{tableInfo: t.tableInfo, keys: t.keys, money: t.money, texts: make([]textHash, len(t.key))}
			x.tables = append(x.tables, p)
			x.rows = append(x.rows, map[string]*group{})
		}
		x.accounts = map[string]*group{}
		return x
	}
}

// wanted is what the second pass looks for. It never changes during the pass.
type wanted struct {
	*state
	keys     []map[uint64]bool // by table
	accounts map[uint64]bool
}

// second is the state of the second pass.
type second struct {
	*wanted
	tables   []*tableState       // scratch only
	rows     []map[string]*group // by table and key
	accounts map[string]*group   // by account
}

// group is the rows of one key or account.
type group struct {
	n          int64
	customer   string // the least
	at         int64  // the first
	currencies []string
}

func (g *group) add(o *group) {
	if g.n == 0 {
		*g = group{o.n, o.customer, o.at, slices.Clone(o.currencies)}
		return
	}
	g.n += o.n
	g.customer, g.at = min(g.customer, o.customer), min(g.at, o.at)
	for _, c := range o.currencies {
		if i, found := slices.BinarySearch(g.currencies, c); !found {
			g.currencies = slices.Insert(g.currencies, i, c)
		}
	}
}

func addTo(m map[string]*group, key string, o *group) {
	g := m[key]
	if g == nil {
		g = &group{}
		m[key] = g
	}
	g.add(o)
}

func (s *second) Update(b *features.Batch) {
	for k, t := range s.tables {
		if t.table.Name != b.Table {
			continue
		}
		if want := s.keys[k]; len(want) > 0 {
			t.hashKeys(b)
			for i, h := range t.hashes {
				if h != 0 && want[h] {
					g := &group{n: 1}
					g.customer, g.at = t.who(b, i)
					addTo(s.rows[k], t.keyText(b, i), g)
				}
			}
		}
		if t.money != nil && len(s.wanted.accounts) > 0 {
			s.account(b, t)
		}
	}
}

func (s *second) account(b *features.Batch, t *tableState) {
	v, ids := &b.Cols[t.money.from], &b.Cols[t.money.account]
	for i := range b.N {
		if ids.IsNull(i) || !s.wanted.accounts[rows.Hash(1, ids.Opaque(i))|1<<8] {
			continue
		}
		currency := t.money.plan
		if v.Present && !v.IsNull(i) {
			currency = v.Text(i)
		}
		g := &group{n: 1, currencies: []string{currency}}
		g.customer, g.at = t.who(b, i)
		addTo(s.accounts, string(ids.Opaque(i)), g)
	}
}

func (s *second) Merge(other audit.State) {
	o := other.(*second)
	for k := range s.rows {
		for key, g := range o.rows[k] {
			addTo(s.rows[k], key, g)
		}
	}
	for a, g := range o.accounts {
		addTo(s.accounts, a, g)
	}
}

func (s *second) Finish(r *audit.Result) { s.state.finish(r, s) }

// duplicates returns the keys of table k that really occur again, by hash.
func (s *second) duplicates(k int) []keyed {
	return s.pick(s.rows[k], func(g *group) bool { return g.n > 1 })
}

// mixed returns the accounts with several currencies, by hash.
func (s *second) mixed() []keyed {
	return s.pick(s.accounts, func(g *group) bool { return len(g.currencies) > 1 })
}

type keyed struct {
	key string
	*group
}

func (s *second) pick(m map[string]*group, ok func(*group) bool) []keyed {
	var out []keyed
	for key, g := range m {
		if ok(g) {
			out = append(out, keyed{key, g})
		}
	}
	slices.SortFunc(out, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(rows.HashString(0, a.key), rows.HashString(0, b.key)), strings.Compare(a.key, b.key))
	})
	return out
}

const secondTag = 'j'

// MarshalBinary implements audit.State. What is looked for is not encoded: the
// constructor that Reread returned has it.
func (s *second) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(secondTag)
	for _, m := range append(slices.Clone(s.rows), s.accounts) {
		e.Count(len(m))
		for _, key := range slices.Sorted(maps.Keys(m)) {
			g := m[key]
			e.String(key)
			e.Varint(g.n)
			e.String(g.customer)
			e.Varint(g.at)
			e.Strings(g.currencies)
		}
	}
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State.
func (s *second) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(secondTag)
	for _, m := range append(slices.Clone(s.rows), s.accounts) {
		clear(m)
		for n := d.Count(5); n > 0 && d.Err() == nil; n-- {
			key := d.String()
			m[key] = &group{d.Varint(), d.String(), d.Varint(), d.Strings()}
		}
	}
	return d.Finish()
}
