package governance

import (
	"cmp"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// state is the statistic of the check: that of the decisions, and that of the
// limit events where they carry scores.
type state struct {
	env    *audit.Env
	tables []*table // in the order of the contract
}

// table is the statistic of one table.
type table struct {
	*facts
	rows, test, aside int64
	none              [4]int64 // rows without a model, by -1 - claim
	unknown, wrong    rows.Counts
	models            []usage
	outside, misused  *rows.Sample[record] // V1 and V2
	age               []spans              // of features, by facts.known

	clock    clock
	products rows.Names

	// What follows is scratch.
	choice         choice
	claims         []int16 // of rows whose inputs count; else -1
	cells          []int32 // of those rows: period+1
	keep, mistaken []bool
	lost           []bool
}

// usage is what a model was used for.
type usage struct {
	rows, outside int64
	first, last   int64   // instants, where rows > 0
	months        []int64 // rows by age
	days          []days  // by product: days on which it scored
	periods       []cell  // by period+1
	inputs        []input
	lost          int64 // rows that could not be recomputed
}

// cell counts the scored rows of a model in a period.
type cell struct {
	n       int64
	missing []int64 // by input
}

// record is one row listed.
type record struct {
	key, customer, account   string
	at                       int64
	model                    int16 // -1: none
	version, policy, product string
}

func compareRecords(a, b record) int {
	return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.at, b.at), cmp.Compare(a.model, b.model),
		strings.Compare(a.customer, b.customer), strings.Compare(a.account, b.account),
		strings.Compare(a.version, b.version), strings.Compare(a.policy, b.policy), strings.Compare(a.product, b.product))
}

func newState(env *audit.Env) *state {
	s := &state{env: env}
	for _, name := range []string{decisions, limits} {
		f := newFacts(env, name)
		if f == nil {
			continue
		}
		t := &table{facts: f, clock: clock{zone: env.Plan.Zone()}, models: make([]usage, len(f.models)), age: make([]spans, len(f.known)),
			outside: rows.NewSample(f.set.Cases, compareRecords), misused: rows.NewSample(f.set.Cases, compareRecords)}
		for i := range t.models {
			t.models[i].inputs = make([]input, len(f.models[i].inputs))
			for k := range t.models[i].inputs {
				t.models[i].inputs[k] = newInput()
			}
		}
		s.tables = append(s.tables, t)
	}
	return s
}

// Update implements audit.RowState.
func (s *state) Update(b *features.Batch) {
	for _, t := range s.tables {
		if t.table == b.Table {
			t.update(b)
		}
	}
}

func (t *table) update(b *features.Batch) {
	n := b.N
	t.rows += int64(n)
	t.claims, t.cells = slices.Grow(t.claims[:0], n)[:n], slices.Grow(t.cells[:0], n)[:n]
	t.keep, t.mistaken, t.lost = slices.Grow(t.keep[:0], n)[:n], slices.Grow(t.mistaken[:0], n)[:n], slices.Grow(t.lost[:0], n)[:n]
	strangers, misused := t.assign(b)
	if v := column(b, t.col.version); v != nil && strangers {
		t.unknown.Add(v, t.keep, n)
	}
	if v := column(b, t.col.version); v != nil && misused {
		t.wrong.Add(v, t.mistaken, n)
	}
	for m := range t.models {
		t.read(b, int16(m))
	}
	for k := range t.known {
		t.snapshots(b, k)
	}
}

// assign finds the model of each row and counts it. It reports whether there
// are rows of unknown versions, marked in keep, and of wrong products, marked
// in mistaken.
func (t *table) assign(b *features.Batch) (strangers, misused bool) {
	var vs, ps, ids []int32
	var tested []int64
	var scores []float64
	var names, products *features.Vector
	if names = column(b, t.col.version); names != nil {
		vs = names.Codes
	}
	if products = column(b, t.col.product); products != nil {
		ps, ids = products.Codes, t.products.Of(products)
	}
	if v := column(b, t.col.test); v != nil {
		tested = v.Ints
	}
	if v := column(b, t.col.score); v != nil {
		scores = v.Floats
	}
	none := int32(0)
	if ids == nil {
		none = t.products.ID("")
	}
	t.choice.know(t.facts, names, products)
	at := b.Cols[t.col.at].Ints
	clear(t.keep)
	clear(t.mistaken)
	clear(t.lost)
	for i := range t.claims {
		t.claims[i] = -1
		if tested != nil && tested[i] == 1 {
			t.test++
			continue
		}
		version, product := features.Null, features.Null
		if vs != nil {
			version = vs[i]
		}
		if ps != nil {
			product = ps[i]
		}
		scored := scores == nil || scores[i] == scores[i]
		if version == features.Null && (!scored || scores == nil && vs != nil) {
			t.aside++
			continue
		}
		m := t.choice.of(version, product)
		if !t.versioned {
			m = t.serving(at[i], t.choice.product(product))
		}
		if m < 0 {
			t.none[-1-m]++
			strangers = strangers || m == unknown
			t.keep[i] = m == unknown
			switch m {
			case wrongProduct:
				misused, t.mistaken[i] = true, true
				t.list(b, i, t.misused, -1)
			case unclaimed:
				t.list(b, i, t.outside, -1)
			}
			continue
		}
		day := none
		if ids != nil {
			day = ids[product+1]
		}
		if t.count(m, at[i], day) {
			t.list(b, i, t.outside, m)
		}
		if scored && (b.Scores != nil || t.table == decisions) {
			t.claims[i], t.cells[i] = m, t.period(m, periodOf(b, i))
		}
	}
	if b.Scores != nil {
		for i, m := range t.claims {
			if m >= 0 && b.Scores.Model[i] < 0 {
				t.lost[i] = true
				t.models[m].lost++
			}
		}
	}
	return strangers, misused
}

// count adds a row to the usage of its model and reports whether it lies
// outside the model's service.
func (t *table) count(m int16, at int64, product int32) (outside bool) {
	u, f := &t.models[m], &t.facts.models[m]
	if u.rows == 0 {
		u.first, u.last = at, at
	}
	u.first, u.last = min(u.first, at), max(u.last, at)
	u.rows++
	if outside = at < f.from || at >= f.to; outside {
		u.outside++
	}
	if f.ages != nil {
		if k := f.ages.at(at); k >= 0 {
			if k >= len(u.months) {
				u.months = append(u.months, make([]int64, k+1-len(u.months))...)
			}
			u.months[k]++
		}
	}
	if len(t.models) > 1 {
		if int(product) >= len(u.days) {
			u.days = append(u.days, make([]days, int(product)+1-len(u.days))...)
		}
		u.days[product].add(t.clock.day(at))
	}
	return outside
}

func periodOf(b *features.Batch, i int) int32 {
	if b.Period == nil {
		return -1
	}
	return b.Period[i]
}

// period counts a scored row of a model in its period, and returns the cell.
func (t *table) period(m int16, p int32) int32 {
	u := &t.models[m]
	if int(p)+1 >= len(u.periods) {
		u.periods = append(u.periods, make([]cell, int(p)+2-len(u.periods))...)
	}
	c := &u.periods[p+1]
	if c.missing == nil {
		c.missing = make([]int64, len(u.inputs))
	}
	c.n++
	return p + 1
}

// list keeps a row to be shown.
func (t *table) list(b *features.Batch, i int, to *rows.Sample[record], m int16) {
	key := b.Cols[t.col.id].Opaque(i)
	hash := rows.Hash(0, key)
	if !to.Wants(hash) {
		to.Skip()
		return
	}
	r := record{key: string(key), at: b.Cols[t.col.at].Ints[i], model: m}
	for _, x := range []struct {
		col int
		to  *string
	}{{t.col.customer, &r.customer}, {t.col.account, &r.account}, {t.col.version, &r.version}, {t.col.policy, &r.policy}, {t.col.product, &r.product}} {
		switch v := column(b, x.col); {
		case v == nil:
		case v.Kind == features.Opaque:
			*x.to = string(v.Opaque(i))
		default:
			*x.to = v.Text(i)
		}
	}
	to.Add(hash, r)
}
