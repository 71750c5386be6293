package reasons

import (
	"cmp"
	"math"
	"slices"

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
	var applicants []scored
	for j, k := range [...]Method{Applicants, Near} {
		rows := s.backgrounds[j].values()
		for i, row := range rows {
			o := x.Scoring.Model.ScoreRow(row)
			if k == Applicants && o.Margin == o.Margin {
				applicants = append(applicants, scored{row, o.Margin})
			}
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
	if e, err := x.trees.Against(bestTenth(applicants, x.better*r.way)); err == nil {
		r.against[Best], r.has = e, r.has|Of(Best)
	}
	return r
}

type scored struct {
	row    []model.Value
	margin float64
}

// bestTenth are the rows with the best margins, way being 1 when higher ones
// are better: a tenth, at least one.
func bestTenth(all []scored, way float64) (best [][]model.Value) {
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(float64(way*b.margin), float64(way*a.margin)) })
	for _, s := range all[:(len(all)+9)/10] {
		best = append(best, s.row)
	}
	return best
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
