package score

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
	"evenhand/features/model"
)

// dimensions are the columns along which mismatches may concentrate.
var dimensions = [...]string{"product", "channel", "partner", "region"}

// state is scorematch's statistic. One per worker.
type state struct {
	table string
	env   *audit.Env
	set   *Settings
	c     *classifier
	col   columns

	rows, test, unrecorded int64
	cells                  [][]cell // by model, period+1
	absolute               stats.Sum
	largest                float64
	pd                     cell

	versions, products rows.Names
	unscored           stats.Cube // by version and product
	judged, differ     [len(dimensions)]rows.Counts
	sample             *rows.Sample[*record]

	keep []bool    // scratch: rows judged
	diff []float64 // scratch: their absolute differences
}

// cell counts rows compared and rows that differ.
type cell struct{ n, differ int64 }

// columns are the positions of what the check reads besides inputs.
type columns struct {
	id, at, score, customer, account, version, policy, pd, test int
	dims                                                        [len(dimensions)]int
}

// record is one mismatching row.
type record struct {
	key, customer, account   string
	at                       int64
	model                    int16
	recorded, recomputed     float64
	version, policy, product string
	channel, partner, region string
	values                   []model.Value // by the classifier's columns
	explained                []signature   // M1 to M4 and M6, in taxonomy order
}

func compareRecords(a, b *record) int {
	return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.at, b.at), strings.Compare(a.customer, b.customer), strings.Compare(a.account, b.account),
		cmp.Compare(a.recorded, b.recorded), cmp.Compare(a.recomputed, b.recomputed), cmp.Compare(a.model, b.model),
		strings.Compare(a.version, b.version), strings.Compare(a.policy, b.policy), strings.Compare(a.product, b.product),
		strings.Compare(a.channel, b.channel), strings.Compare(a.partner, b.partner), strings.Compare(a.region, b.region),
		slices.CompareFunc(a.values, b.values, compareValues))
}

func compareValues(a, b model.Value) int {
	return cmp.Or(cmp.Compare(a.Num, b.Num), strings.Compare(a.Text, b.Text))
}

func newState(env *audit.Env) *state { return newStateOf(env, decisions) }

// newStateOf returns the identity state of the scores of a table.
func newStateOf(env *audit.Env, table string) *state {
	l := env.Layouts[table]
	key, at := "decision_id", "decided_at"
	if table == limits {
		key, at = "event_id", "at"
	}
	s := &state{table: table, env: env, set: env.Settings.(*Settings), c: newClassifier(env, table), cells: make([][]cell, len(env.Models))}
	s.col = columns{
		id: env.Col(table, key), at: env.Col(table, at), score: env.Col(table, "score"),
		customer: l.Index("customer_id"), account: l.Index("account_id"), version: l.Index("model_version"), policy: l.Index("policy_version"),
		pd: l.Index("pd"), test: l.Index("is_test"),
	}
	for i, d := range dimensions {
		s.col.dims[i] = l.Index(d)
	}
	s.sample = rows.NewSample(s.c.limit(s.set.ClassifyMax), compareRecords)
	return s
}

// column returns a column of the batch, nil when the export does not have it.
func column(b *features.Batch, i int) *features.Vector {
	if i < 0 || !b.Cols[i].Present {
		return nil
	}
	return &b.Cols[i]
}

func (s *state) Update(b *features.Batch) {
	if b.Scores == nil {
		panic("scorematch: the batch has no recomputed scores")
	}
	n := b.N
	s.rows += int64(n)
	s.keep = slices.Grow(s.keep[:0], n)[:n]
	s.diff = slices.Grow(s.diff[:0], n)
	clear(s.keep)
	var tested []int64
	if v := column(b, s.col.test); v != nil {
		tested = v.Ints
	}
	recorded := b.Cols[s.col.score].Floats[:n]
	outputs := [...][]float64{b.Scores.Score, b.Scores.Probability, b.Scores.Margin}
	largest := s.largest
	for i, x := range recorded {
		if tested != nil && tested[i] == 1 {
			s.test++
			continue
		}
		if x != x {
			s.unrecorded++
			continue
		}
		m := b.Scores.Model[i]
		if m < 0 {
			s.unscorable(b, i)
			continue
		}
		info := &s.c.models[m]
		y := outputs[info.output][i]
		if y != y {
			s.unscorable(b, i)
			continue
		}
		s.keep[i] = true
		p := int(b.Period[i]) + 1
		if p >= len(s.cells[m]) {
			s.cells[m] = append(s.cells[m], make([]cell, p+1-len(s.cells[m]))...)
		}
		c := &s.cells[m][p]
		c.n++
		d := math.Abs(x - y)
		s.diff = append(s.diff, d)
		largest = max(largest, d)
		if !(d <= info.tolerance(y)) {
			c.differ++
			s.mismatch(b, i, m, x, y)
		}
	}
	s.largest = largest
	s.absolute.AddSlice(s.diff)
	for k, i := range s.col.dims {
		if v := column(b, i); v != nil {
			s.judged[k].Add(v, s.keep, n)
		}
	}
	if v := column(b, s.col.pd); v != nil {
		s.comparePD(v.Floats[:n], b.Scores)
	}
}

// comparePD compares recorded default probabilities with the model's, whatever
// its target: the probability of good counts as well.
func (s *state) comparePD(recorded []float64, scores *features.Scores) {
	for i, x := range recorded {
		p := scores.Probability[i]
		if !s.keep[i] || x != x || p != p {
			continue
		}
		s.pd.n++
		width := s.c.models[scores.Model[i]].probability()
		if math.Abs(x-p) > width && math.Abs(x-(1-p)) > width {
			s.pd.differ++
		}
	}
}

func (s *state) unscorable(b *features.Batch, i int) {
	var v, p int32
	if c := column(b, s.col.version); c != nil {
		v = s.versions.Of(c)[c.Codes[i]+1]
	} else {
		v = s.versions.ID("")
	}
	if c := column(b, s.col.dims[0]); c != nil {
		p = s.products.Of(c)[c.Codes[i]+1]
	} else {
		p = s.products.ID("")
	}
	s.unscored.Add(unscoredKey(v, p))
}

func unscoredKey(version, product int32) uint64 { return uint64(version)<<32 | uint64(product) }

// unscoredRows are the rows without a recomputed score of one version and
// product.
type unscoredRows struct {
	version, product string
	n                int64
}

func (s *state) unscoredRows() []unscoredRows {
	var out []unscoredRows
	for k, n := range s.unscored.All() {
		out = append(out, unscoredRows{s.versions.Value(int32(k >> 32)), s.products.Value(int32(k)), n})
	}
	slices.SortFunc(out, func(a, b unscoredRows) int {
		return cmp.Or(strings.Compare(a.version, b.version), strings.Compare(a.product, b.product))
	})
	return out
}

func (s *state) mismatch(b *features.Batch, i int, m int16, x, y float64) {
	text := func(col int) string {
		if v := column(b, col); v != nil {
			return v.Text(i)
		}
		return ""
	}
	for k, col := range s.col.dims {
		if v := column(b, col); v != nil {
			s.differ[k].AddN(v.Text(i), 1)
		}
	}
	key := b.Cols[s.col.id].Opaque(i)
	hash := rows.Hash(0, key)
	if !s.sample.Wants(hash) {
		s.sample.Skip()
		return
	}
	r := &record{
		key: string(key), at: b.Cols[s.col.at].Ints[i], model: m, recorded: x, recomputed: y,
		version: text(s.col.version), policy: text(s.col.policy), product: text(s.col.dims[0]),
		channel: text(s.col.dims[1]), partner: text(s.col.dims[2]), region: text(s.col.dims[3]),
		values: s.c.row(b, i),
	}
	if v := column(b, s.col.customer); v != nil {
		r.customer = string(v.Opaque(i))
	}
	if v := column(b, s.col.account); v != nil && s.table == limits {
		r.account = string(v.Opaque(i))
	}
	r.explained = s.c.explain(r)
	s.sample.Add(hash, r)
}

// customerHash is what the second pass finds customers by.
func customerHash(id []byte) uint64 { return rows.Hash(1, id) }

func (s *state) Merge(other audit.State) {
	o := other.(*state)
	s.rows += o.rows
	s.test += o.test
	s.unrecorded += o.unrecorded
	for m, cells := range o.cells {
		if k := len(cells) - len(s.cells[m]); k > 0 {
			s.cells[m] = append(s.cells[m], make([]cell, k)...)
		}
		for p, c := range cells {
			s.cells[m][p].add(c)
		}
	}
	s.absolute.Merge(&o.absolute)
	s.largest = max(s.largest, o.largest)
	s.pd.add(o.pd)
	vs, ps := s.versions.Merge(&o.versions), s.products.Merge(&o.products)
	s.unscored.Merge(o.unscored.Map(func(k uint64) uint64 {
		return unscoredKey(vs[k>>32], ps[uint32(k)])
	}))
	for k := range dimensions {
		s.judged[k].Merge(&o.judged[k])
		s.differ[k].Merge(&o.differ[k])
	}
	s.sample.Merge(o.sample)
}

func (c *cell) add(o cell) {
	c.n += o.n
	c.differ += o.differ
}
