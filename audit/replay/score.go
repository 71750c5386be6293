package replay

import (
	"math"

	"evenhand/audit"
	"evenhand/features"
	"evenhand/features/model"
)

// scorer recomputes the scores of batches, for one worker.
type scorer struct {
	models  []audit.ScoringModel
	version int // column of model_version, or -1
	product int // column of product, or -1
	out     []model.Outputs
	inputs  [][]*features.Vector
	columns [][]int         // of each model's inputs
	scores  features.Scores // of the batch: outputs of a model, or mixed
	mixed   features.Scores // of batches with rows of several models
	rows    []int64         // rows scored by each model

	// eras are set when the export has no model_version: then the models'
	// times of service tell their rows apart (see eras.go).
	eras *eras

	// pick is the model of each pair of version and product codes, looked up
	// once a pair: pick[(version+1)*stride + product+1]. Null is code -1. With
	// eras, the era stands for the version.
	versions, products *features.Dict
	sizes              [2]int
	stride             int
	pick               []int16
}

func newScorer(models []audit.ScoringModel, l *audit.Layout, e *eras, probability bool) *scorer {
	r := &scorer{
		models: models, version: -1, product: -1, eras: e,
		out: make([]model.Outputs, len(models)), inputs: make([][]*features.Vector, len(models)),
		rows: make([]int64, len(models)), columns: make([][]int, len(models)),
	}
	for i := range models {
		for _, in := range models[i].Model.Inputs() {
			r.columns[i] = append(r.columns[i], l.Index(audit.FeatureColumn(models[i].Spec.Feature(in.Name))))
		}
	}
	for i := range r.out {
		r.out[i].NoProbability = !probability
	}
	for _, m := range models { // columns no model tells apart by stay out
		if m.Spec.Version != "" && e == nil {
			r.version = l.Index("model_version")
		}
		if m.Spec.Product != "" {
			r.product = l.Index("product")
		}
	}
	return r
}

// choose returns the model that the plan names for a product and those that
// may have scored the row, or -1. A model that names the product wins over one
// for every product; a model without a version scores the rows that no other
// one claims.
func choose(models []audit.ScoringModel, may func(i int) bool, product string) int16 {
	best, rank := int16(-1), -1
	for i, m := range models {
		if !may(i) || m.Spec.Product != "" && m.Spec.Product != product {
			continue
		}
		r := 0
		if m.Spec.Version != "" {
			r += 2
		}
		if m.Spec.Product != "" {
			r++
		}
		if r > rank {
			best, rank = int16(i), r
		}
	}
	return best
}

// score fills b.Scores. forced, unless nil, is the model of each row (-1: none)
// in place of the one that the row records.
func (r *scorer) score(b *features.Batch, forced []int16) {
	s := &r.scores
	s.Model = grow(s.Model, b.N)
	b.Scores = s
	first, mixed := int16(-1), true
	if forced == nil {
		first, mixed = r.models16(b, s.Model)
	} else {
		copy(s.Model, forced)
	}
	if first >= 0 && !mixed {
		o := r.run(int(first), b)
		s.Margin, s.Probability, s.Score = o.Margin, o.Probability, o.Score
	} else {
		r.mix(b)
	}
	r.unscorable(s)
}

// mix scores a batch whose rows have several models, or none.
func (r *scorer) mix(b *features.Batch) {
	s, x, n := &r.scores, &r.mixed, b.N
	x.Margin, x.Score = grow(x.Margin, n), grow(x.Score, n)
	if len(r.out) > 0 && !r.out[0].NoProbability {
		x.Probability = grow(x.Probability, n)
	}
	fillNaN(x.Margin, x.Probability, x.Score)
	s.Margin, s.Probability, s.Score = x.Margin, x.Probability, x.Score
	for m := range r.models {
		if !contains(s.Model, int16(m)) {
			continue
		}
		o := r.run(m, b)
		for i, k := range s.Model {
			if k == int16(m) {
				s.Margin[i], s.Score[i] = o.Margin[i], o.Score[i]
			}
		}
		for i := range s.Probability {
			if s.Model[i] == int16(m) {
				s.Probability[i] = o.Probability[i]
			}
		}
	}
}

// unscorable marks rows whose score is not a number, since a required input
// was missing, and counts the others.
func (r *scorer) unscorable(s *features.Scores) {
	for i, x := range s.Score {
		switch {
		case x != x:
			s.Model[i] = -1
		case s.Model[i] >= 0:
			r.rows[s.Model[i]]++
		}
	}
}

func (r *scorer) run(m int, b *features.Batch) *model.Outputs {
	in := r.inputs[m][:0]
	for _, c := range r.columns[m] {
		in = append(in, &b.Cols[c])
	}
	r.inputs[m] = in
	o := &r.out[m]
	o.Grow(b.N)
	r.models[m].Model.Score(o, in, b.N)
	return o
}

// models16 fills dst with each row's model and tells whether they differ.
func (r *scorer) models16(b *features.Batch, dst []int16) (first int16, mixed bool) {
	var vs, ps []int32
	if r.version >= 0 {
		vs, r.versions = b.Cols[r.version].Codes, b.Cols[r.version].Dict
	}
	if r.product >= 0 {
		ps, r.products = b.Cols[r.product].Codes, b.Cols[r.product].Dict
	}
	r.tabulate()
	var at []int64
	if r.eras != nil {
		at = b.Cols[r.eras.column].Ints
	}
	for i := range dst {
		k := 0
		if vs != nil {
			k = int(vs[i]+1) * r.stride
		}
		if at != nil {
			k = r.eras.of(at[i]) * r.stride
		}
		if ps != nil {
			k += int(ps[i] + 1)
		}
		m := r.pick[k]
		dst[i] = m
		mixed = mixed || m != dst[0]
	}
	if len(dst) == 0 {
		return -1, false
	}
	return dst[0], mixed
}

// tabulate brings pick up to date with the dictionaries, which only grow.
func (r *scorer) tabulate() {
	size := func(d *features.Dict) int {
		if d == nil {
			return 0
		}
		return d.Len()
	}
	sizes := [2]int{size(r.versions), size(r.products)}
	if r.eras != nil {
		sizes[0] = len(r.eras.bounds)
	}
	if r.pick != nil && sizes == r.sizes {
		return
	}
	name := func(d *features.Dict, i int) string {
		if i == 0 {
			return ""
		}
		return d.Value(int32(i - 1))
	}
	r.sizes, r.stride = sizes, sizes[1]+1
	r.pick = make([]int16, (sizes[0]+1)*r.stride)
	for v := 0; v <= sizes[0]; v++ {
		for p := 0; p < r.stride; p++ {
			may := func(i int) bool {
				if r.eras != nil {
					return r.eras.serves[v][i]
				}
				s := r.models[i].Spec.Version
				return s == "" || s == name(r.versions, v)
			}
			r.pick[v*r.stride+p] = choose(r.models, may, name(r.products, p))
		}
	}
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		s = make([]T, n)
	}
	return s[:n]
}

func fillNaN(cols ...[]float64) {
	for _, c := range cols {
		for i := range c {
			c[i] = math.NaN()
		}
	}
}

func contains(s []int16, x int16) bool {
	for _, v := range s {
		if v == x {
			return true
		}
	}
	return false
}
