package reasons

import (
	"math"
	"slices"

	"evenhand/features"
	"evenhand/features/model"
)

// Set is a set of methods.
type Set uint8

// Of returns the set of some methods.
func Of(ms ...Method) (s Set) {
	for _, m := range ms {
		s |= 1 << m
	}
	return s
}

// Has reports whether the set holds m.
func (s Set) Has(m Method) bool { return s&(1<<m) != 0 }

// leastNear is how many applicants near the cut-off make a mean worth ranking
// by first.
const leastNear = 10

// Ranker knows the references of every model. It never changes, and is shared by
// all workers.
type Ranker struct {
	Models []*Model
	of     []references
}

// references are what the rows of one model are held against.
type references struct {
	has     Set
	primary Method
	terms   [Methods][]float64       // by input; of sums
	against [Methods]model.Explainer // of forests
	way     float64                  // of forests: 1 when the score grows with the margin
}

// Ranker makes references of what was surveyed.
func (s *Survey) Ranker() *Ranker {
	r := &Ranker{of: make([]references, len(s.Models))}
	for m, x := range s.Models {
		x = x.as(s.of[m].better)
		r.Models = append(r.Models, x)
		if !x.Rankable() {
			continue
		}
		if x.sum != nil {
			r.of[m] = x.references(s.of[m])
		} else {
			r.of[m] = x.backgrounds(s.of[m])
		}
	}
	return r
}

// as is the model with the way that is better as most of its rows' policies say.
func (x *Model) as(better int64) *Model {
	y := *x
	switch {
	case better > 0:
		y.better = 1
	case better < 0:
		y.better = -1
	}
	return &y
}

// references are those of a sum.
func (x *Model) references(s *surveyed) references {
	r := static(x)
	for i, t := range r.terms[Best] { // what nothing bounds is as good as was seen
		if seen := s.best(x, i); math.IsInf(t, 0) || t != t {
			r.terms[Best][i] = seen
		}
	}
	for k, t := range map[Method]*tally{Near: &s.near, Applicants: &s.all} {
		for i := range t.sums {
			r.terms[k] = append(r.terms[k], t.sums[i].Mean())
		}
	}
	r.close()
	for _, k := range []Method{Declared, Near, Applicants, Best, Neutral} {
		if r.has.Has(k) && (k != Near || s.near.n >= leastNear) {
			r.primary = k
			break
		}
	}
	return r
}

// best is the best term of an input that any applicant had.
func (s *surveyed) best(x *Model, input int) float64 {
	if float64(x.better*x.way) > 0 {
		return s.most[input]
	}
	return s.least[input]
}

// static are the references that the model's file tells by itself.
func static(x *Model) references {
	var r references
	if m, ok := x.Scoring.Model.(model.References); ok {
		r.terms[Declared] = slices.Clone(m.References())
	}
	if m, ok := x.Scoring.Model.(model.Neutral); ok {
		r.terms[Neutral] = slices.Clone(m.Neutral())
	}
	extremes, ok := x.Scoring.Model.(model.Extremes)
	for i := range x.inputs {
		best := math.NaN()
		if ok {
			least, most := extremes.Extremes(i)
			if best = most; float64(x.better*x.way) < 0 {
				best = least
			}
		}
		r.terms[Best] = append(r.terms[Best], best)
	}
	r.primary = Methods
	return r
}

// close keeps the methods that have a reference for every input.
func (r *references) close() {
	for k := range Methods {
		usable := func(t float64) bool { return t-t == 0 }
		if len(r.terms[k]) == 0 || slices.ContainsFunc(r.terms[k], func(t float64) bool { return !usable(t) }) {
			r.terms[k] = nil
			continue
		}
		r.has |= Of(k)
	}
}

// backgrounds are the references of a forest.
func (x *Model) backgrounds(s *surveyed) references {
	r := references{has: Of(Path), primary: Path, way: 1}
	var low, high model.Output
	for j, k := range [...]Method{Applicants, Near} {
		rows := s.backgrounds[j].values()
		for i, row := range rows {
			o := x.Scoring.Model.ScoreRow(row)
			if i == 0 && j == 0 || o.Margin < low.Margin {
				low = o
			}
			if i == 0 && j == 0 || o.Margin > high.Margin {
				high = o
			}
		}
		e, err := x.trees.Against(rows)
		if err != nil {
			continue // nobody to be held against
		}
		r.against[k], r.has = e, r.has|Of(k)
		if k == Applicants || len(rows) >= leastNear {
			r.primary = k
		}
	}
	if high.Margin > low.Margin && high.Score < low.Score {
		r.way = -1
	}
	return r
}

// Has are the methods that can rank rows of a model.
func (r *Ranker) Has(m int) Set { return r.of[m].has }

// Primary is the method that comes first: the model's own where its file
// declares one, else one that Regulation B's comment names. It is Methods for a
// model that can't be ranked by.
func (r *Ranker) Primary(m int) Method {
	if r.of[m].has == 0 {
		return Methods
	}
	return r.of[m].primary
}

// Block holds the shortfalls of some rows of one model, and the memory of the
// worker that owns it. Its zero value is ready for use.
type Block struct {
	Model *Model
	N     int
	// Lost[k][f][i] is the shortfall of feature f (Model.Features) of row i by
	// method k; nil for a method that was not asked for.
	Lost [Methods][][]float64

	refs   *references
	in     []features.Vector
	ptr    []*features.Vector
	terms  [][]float64 // by input
	memory [Methods][][]float64
	row    []float64
}

// Load computes the shortfalls of rows of a batch by model m, under those of the
// methods that the model has.
func (r *Ranker) Load(b *Block, m int, batch *features.Batch, rows []int32, methods Set) {
	x, refs := r.Models[m], &r.of[m]
	b.Model, b.N, b.refs = x, len(rows), refs
	b.in = x.gather(b.in, batch, rows)
	if x.sum != nil {
		b.terms, b.ptr = x.load(b.terms, b.ptr, b.in, b.N)
	}
	for k := range Methods {
		b.Lost[k] = nil
		if !methods.Has(k) || !refs.has.Has(k) {
			continue
		}
		b.Lost[k] = b.clear(k)
		switch {
		case x.sum != nil:
			b.short(k)
			continue
		case k == Path:
			b.terms, b.ptr = x.load(b.terms, b.ptr, b.in, b.N)
		default:
			b.terms, b.ptr = sized(b.terms, len(b.in), b.N), pointers(b.ptr, b.in)
			refs.against[k].Explain(b.terms, b.ptr, b.N)
		}
		b.worsened(k)
	}
}

func sized(s [][]float64, inputs, n int) [][]float64 {
	if len(s) != inputs {
		s = make([][]float64, inputs)
	}
	for i := range s {
		if cap(s[i]) < n {
			s[i] = make([]float64, n, max(n, features.BatchRows))
		}
		s[i] = s[i][:n]
	}
	return s
}

func pointers(ptr []*features.Vector, in []features.Vector) []*features.Vector {
	ptr = ptr[:0]
	for i := range in {
		ptr = append(ptr, &in[i])
	}
	return ptr
}

// clear returns zeros by feature and row, for method k.
func (b *Block) clear(k Method) [][]float64 {
	b.memory[k] = sized(b.memory[k], len(b.Model.Features), b.N)
	for _, lost := range b.memory[k] {
		clear(lost)
	}
	return b.memory[k]
}

// short sets the shortfalls of a sum by method k: what the references would add.
func (b *Block) short(k Method) {
	x := b.Model
	sign := float64(x.better * x.way)
	for i, terms := range b.terms {
		ref, to := b.refs.terms[k][i], b.Lost[k][x.of[i]]
		to = to[:len(terms)]
		for r, t := range terms {
			to[r] += float64(sign * (ref - t))
		}
	}
}

// worsened sets the shortfalls of a forest by method k: what each contribution
// does to the applicant's harm.
func (b *Block) worsened(k Method) {
	x := b.Model
	sign := -float64(x.better * b.refs.way)
	for i, terms := range b.terms {
		to := b.Lost[k][x.of[i]]
		to = to[:len(terms)]
		for r, t := range terms {
			to[r] += float64(sign * t)
		}
	}
}

// Row copies the shortfalls of row i by method k into dst, one a feature.
func (b *Block) Row(dst []float64, k Method, i int) []float64 {
	dst = dst[:0]
	for _, lost := range b.Lost[k] {
		dst = append(dst, lost[i])
	}
	return dst
}

// Without is the score of row i had the given features the reference of method
// k. score and margin are those of the row.
func (b *Block) Without(k Method, i int, given []bool, score, margin float64) float64 {
	x := b.Model
	if x.sum != nil {
		b.row = b.row[:0]
		for j := range b.terms {
			t := b.terms[j][i]
			if given[x.of[j]] {
				t = b.refs.terms[k][j]
			}
			b.row = append(b.row, t)
		}
		return x.sum.Total(b.row)
	}
	gain := 0.0 // of margin, towards the applicant's good
	for f, lost := range b.Lost[k] {
		if given[f] {
			gain += lost[i]
		}
	}
	gain *= x.better // towards higher scores
	switch {
	case x.Scoring.Spec.Scale != nil:
		return score + float64(gain*x.Scoring.Spec.Scale.PDO/math.Ln2)
	case score > 0 && score < 1 && score != margin:
		steep := 1.0
		if margin != 0 {
			steep = math.Abs(logit(score) / margin)
		}
		return 1 / (1 + math.Exp(-(logit(score) + float64(gain*steep))))
	}
	return score + gain
}

// Top are the features whose shortfall is positive, the largest first, features
// of equal shortfall by name. lost has one value a feature.
func Top(dst []int32, lost []float64) []int32 {
	dst = dst[:0]
	for f, x := range lost {
		if !(x > Tolerance) {
			continue
		}
		dst = append(dst, int32(f))
		for j := len(dst) - 1; j > 0 && lost[dst[j-1]] < x; j-- {
			dst[j-1], dst[j] = dst[j], dst[j-1]
		}
	}
	return dst
}

// Tolerance is how far from 0 a shortfall may be by the rounding of sums alone.
const Tolerance = 1e-9

// Positive is the sum of the positive shortfalls.
func Positive(lost []float64) (sum float64) {
	for _, x := range lost {
		if x > Tolerance {
			sum += x
		}
	}
	return sum
}
