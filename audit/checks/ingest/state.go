package ingest

import (
	"cmp"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// state is ingest's statistic. One per worker.
type state struct {
	env    *audit.Env
	set    *Settings
	tables []*tableState // in the contract's order
	sets   int           // of hashes
}

// tableState is what the gates know of one table.
type tableState struct {
	*tableInfo
	rows   int64
	keys   *repeats
	faults map[string]*rows.Sample[fault] // by gate
	smell  *smell
	money  *currencies // of limits
	links  []*link
	hashes []uint64   // scratch: of the batch's keys
	texts  []textHash // scratch: by key column
}

// tableInfo is what does not change.
type tableInfo struct {
	set      *Settings
	table    *features.Table
	layout   *audit.Layout
	key      []int // columns; nil when the key is made up or lacking
	customer int
	moment   int
	skew     int64 // µs
	asOf     int64
	orders   []orderInfo
	past     []pastInfo
	until    []pastInfo // available_at of features, held against decided_at
}

type orderInfo struct {
	rowOrder
	a, b int
}

type pastInfo struct {
	name string
	col  int
}

// fault is one row that fails a gate.
type fault struct {
	key, customer string
	at            int64 // the row's main instant
	column        string
	value, limit  int64 // instants, or counts
}

func compareFaults(a, b fault) int {
	return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.at, b.at), strings.Compare(a.customer, b.customer),
		strings.Compare(a.column, b.column), cmp.Compare(a.value, b.value), cmp.Compare(a.limit, b.limit))
}

// moments are the main instants of tables.
var moments = map[string]string{"decisions": "decided_at", "payments": "paid_at", "limits": "at", "appeals": "opened_at",
	"incidents": "starts_at", "experiments": "starts_at", "features": "as_of"}

func newState(env *audit.Env, set *Settings) *state {
	s := &state{env: env, set: set}
	for i := range features.Schema {
		t := &features.Schema[i]
		l := env.Layouts[t.Name]
		if l == nil {
			continue
		}
		info := &tableInfo{set: set, table: t, layout: l, customer: l.Index("customer_id"), moment: l.Index(moments[t.Name]),
			skew: set.ClockSkew * 1_000_000, asOf: env.Plan.AsOfMicros()}
		for _, name := range t.Key {
			c := l.Index(name)
			if c < 0 || l.Specs[c].RowID || l.Specs[c].Constant != nil && len(t.Key) == 1 || !mapped(l.Specs[c]) {
				info.key = nil
				break
			}
			info.key = append(info.key, c)
		}
		for _, o := range orders[t.Name] {
			a, b := l.Index(o.first), l.Index(o.then)
			if a >= 0 && b >= 0 && mapped(l.Specs[a]) && mapped(l.Specs[b]) {
				info.orders = append(info.orders, orderInfo{o, a, b})
			}
		}
		for _, name := range past[t.Name] {
			if c := l.Index(name); c >= 0 && mapped(l.Specs[c]) {
				info.past = append(info.past, pastInfo{name, c})
			}
		}
		if t.Name == "decisions" {
			for c, spec := range l.Specs {
				if f, ok := strings.CutSuffix(spec.Name, "__available_at"); ok {
					info.until = append(info.until, pastInfo{strings.TrimPrefix(f, audit.FeatureColumn("")), c})
				}
			}
		}
		s.tables = append(s.tables, info.state(env, &s.sets))
	}
	for _, t := range s.tables {
		t.links = slices.DeleteFunc(t.links, func(l *link) bool { return !l.resolve(s.tables, &s.sets) })
	}
	return s
}

func (t *tableInfo) state(env *audit.Env, sets *int) *tableState {
	s := &tableState{tableInfo: t, faults: map[string]*rows.Sample[fault]{}}
	if t.key != nil && t.on(duplicateKey) {
		s.keys = newRepeats(*sets, t.set.DuplicateRows, t.set.Cases)
		*sets++
		s.texts = make([]textHash, len(t.key))
	}
	for _, g := range t.rowGates() {
		s.faults[g] = rows.NewSample(t.set.Cases, compareFaults)
	}
	if t.on(unitSmell) {
		s.smell = newSmell(env, t)
	}
	if c := t.layout.Index("currency"); t.table.Name == "limits" && c >= 0 && t.layout.Specs[c].From != nil && t.on(mixedCurrency) {
		s.money = newCurrencies(env.Plan.Currency, t.layout.Index("account_id"), c)
	}
	if t.on(orphanKey) {
		s.links = newLinks(env, t)
	}
	return s
}

// mapped reports whether a column is read from the export.
func mapped(s features.Spec) bool { return len(s.From) > 0 || s.Constant != nil || s.RowID }

func (t *tableInfo) on(gate string) bool { return t.set.level(gate) != "off" }

// rowGates are the gates that judge single rows of the table, sorted.
func (t *tableInfo) rowGates() []string {
	var out []string
	add := func(g string, there bool) {
		if there && t.on(g) && !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	for _, o := range t.orders {
		add(o.gate, true)
	}
	add(featureTooLate, len(t.until) > 0 && t.moment >= 0)
	add(future, len(t.past) > 0)
	slices.Sort(out)
	return out
}

func (s *state) Update(b *features.Batch) {
	for _, t := range s.tables {
		if t.table.Name == b.Table {
			t.update(b)
		}
	}
}

func (t *tableState) update(b *features.Batch) {
	t.rows += int64(b.N)
	for _, o := range t.orders {
		if f := t.faults[o.gate]; f != nil {
			t.ordered(b, f, o)
		}
	}
	if f := t.faults[featureTooLate]; f != nil {
		t.available(b, f)
	}
	if f := t.faults[future]; f != nil {
		t.afterAsOf(b, f)
	}
	if t.smell != nil {
		t.smell.update(b)
	}
	if t.money != nil {
		t.money.update(b)
	}
}

// Sets implements audit.KeyState.
func (s *state) Sets() int { return s.sets }

// Hashes implements audit.KeyState.
func (s *state) Hashes(b *features.Batch, add func(set int, hashes []uint64)) {
	for _, t := range s.tables {
		if t.table.Name != b.Table {
			continue
		}
		if t.keys != nil {
			t.hashKeys(b)
			n := 0
			for _, h := range t.hashes {
				t.hashes[n] = h
				if h != 0 {
					n++
				}
			}
			add(t.keys.set, t.hashes[:n])
		}
		for _, l := range t.links {
			if hashes := l.hash(b); len(hashes) > 0 {
				add(l.set, hashes)
			}
		}
	}
}

// Keys implements audit.KeyState.
func (s *state) Keys(sets [][]uint64) {
	for _, t := range s.tables {
		if t.keys != nil {
			t.keys.add(sets[t.keys.set])
		}
		for _, l := range t.links {
			l.add(sets[l.set], sets[l.target.set])
		}
	}
}

func (s *state) Merge(other audit.State) {
	o := other.(*state)
	for i, t := range s.tables {
		x := o.tables[i]
		t.rows += x.rows
		if t.keys != nil {
			t.keys.merge(x.keys)
		}
		for g, f := range t.faults {
			f.Merge(x.faults[g])
		}
		if t.smell != nil {
			t.smell.merge(x.smell)
		}
		if t.money != nil {
			t.money.merge(x.money)
		}
		for k, l := range t.links {
			l.merge(x.links[k])
		}
	}
}
