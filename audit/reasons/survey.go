package reasons

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/features"
	"evenhand/features/model"
)

// Survey gathers what references are made of: what applicants had, all of them
// and those at or slightly above the cut-off. It merges in any order, bit for
// bit. What it is about is said by the models, which are not encoded.
type Survey struct {
	Models []*Model
	of     []*surveyed

	// Scratch.
	rows, near []int32
	in         []features.Vector
	ptr        []*features.Vector
	terms      [][]float64
	part       []float64
}

// surveyed is what is known of the applicants of one model.
type surveyed struct {
	all, near   tally
	better      int64     // rows whose policy takes higher scores for better, less those of the contrary
	least, most []float64 // terms seen, by input
	backgrounds [2]sample // of forests: all, near
}

// tally sums the terms of some applicants.
type tally struct {
	n    int64
	sums []stats.Sum // by input
}

// NewSurvey returns the empty survey of the plan's models. band is as in
// NewModel, background the rows of a sample that forests are held against.
func NewSurvey(env *audit.Env, band float64, background int) *Survey {
	s := &Survey{}
	for i := range env.Models {
		m := &env.Models[i]
		x := NewModel(m, env.Layouts["decisions"], guess(m), band)
		s.Models = append(s.Models, x)
		s.of = append(s.of, newSurveyed(x, background))
	}
	return s
}

func newSurveyed(x *Model, background int) *surveyed {
	s := &surveyed{}
	if x.sum == nil {
		s.backgrounds[0].limit, s.backgrounds[1].limit = background, background
		return s
	}
	n := len(x.inputs)
	s.all.sums, s.near.sums = make([]stats.Sum, n), make([]stats.Sum, n)
	s.least, s.most = make([]float64, n), make([]float64, n)
	for i := range n {
		s.least[i], s.most[i] = math.Inf(1), math.Inf(-1)
	}
	return s
}

// Add surveys the applicants of a batch whose scores are known: those kept, of
// one model each. cuts are the scores from which on each passes, NaN for none;
// better says which way is better under each one's policy (see BetterOf); and
// ids are the keys that a sample is drawn by.
func (s *Survey) Add(b *features.Batch, keep []bool, cuts, better []float64, ids *features.Vector) {
	if b.Scores == nil {
		return
	}
	for m, x := range s.Models {
		if !x.Rankable() {
			continue
		}
		s.rows, s.near = s.rows[:0], s.near[:0]
		for i := range b.N {
			if int(b.Scores.Model[i]) != m || !keep[i] {
				continue
			}
			s.of[m].better += int64(better[i])
			if x.near(b.Scores.Score[i], cuts[i], better[i]) {
				s.near = append(s.near, int32(len(s.rows)))
			}
			s.rows = append(s.rows, int32(i))
		}
		if len(s.rows) > 0 {
			s.add(m, b, ids)
		}
	}
}

func (s *Survey) add(m int, b *features.Batch, ids *features.Vector) {
	x, to, n := s.Models[m], s.of[m], len(s.rows)
	if x.sum == nil {
		next := 0
		for k, r := range s.rows {
			h := keyHash(ids.Opaque(int(r)))
			near := next < len(s.near) && s.near[next] == int32(k)
			if near {
				next++
			}
			for j, in := range [2]bool{true, near} {
				if in && to.backgrounds[j].wants(h) {
					to.backgrounds[j].add(h, x.row(b, int(r)))
				}
			}
		}
		to.all.n += int64(n)
		to.near.n += int64(len(s.near))
		return
	}
	s.in = x.gather(s.in, b, s.rows)
	s.terms, s.ptr = x.load(s.terms, s.ptr, s.in, n)
	to.all.n += int64(n)
	to.near.n += int64(len(s.near))
	for i, terms := range s.terms {
		to.all.sums[i].AddSlice(terms)
		s.part = s.part[:0]
		for _, k := range s.near {
			s.part = append(s.part, terms[k])
		}
		to.near.sums[i].AddSlice(s.part)
		least, most := to.least[i], to.most[i]
		for _, t := range terms {
			if t < least {
				least = t
			}
			if t > most {
				most = t
			}
		}
		to.least[i], to.most[i] = least, most
	}
}

// load computes the terms of gathered rows, by input.
func (x *Model) load(terms [][]float64, ptr []*features.Vector, in []features.Vector, n int) ([][]float64, []*features.Vector) {
	terms, ptr = sized(terms, len(in), n), pointers(ptr, in)
	x.Scoring.Model.Contributions(terms, ptr, n)
	return terms, ptr
}

// row is a row as the model reads it.
func (x *Model) row(b *features.Batch, r int) []model.Value {
	out := make([]model.Value, len(x.columns))
	for i, c := range x.columns {
		out[i] = value(&b.Cols[c], r)
	}
	return out
}

// Merge adds what o has seen.
func (s *Survey) Merge(o *Survey) {
	for m, to := range s.of {
		from := o.of[m]
		to.all.merge(&from.all)
		to.near.merge(&from.near)
		to.better += from.better
		for i := range to.least {
			to.least[i], to.most[i] = min(to.least[i], from.least[i]), max(to.most[i], from.most[i])
		}
		for j := range to.backgrounds {
			to.backgrounds[j].merge(&from.backgrounds[j])
		}
	}
}

func (t *tally) merge(o *tally) {
	t.n += o.n
	for i := range t.sums {
		t.sums[i].Merge(&o.sums[i])
	}
}

// Encode writes the survey.
func (s *Survey) Encode(e *stats.Encoder) {
	e.Count(len(s.of))
	for _, x := range s.of {
		for _, t := range []*tally{&x.all, &x.near} {
			e.Uvarint(uint64(t.n))
			for i := range t.sums {
				e.Value(&t.sums[i])
			}
		}
		e.Varint(x.better)
		e.Floats(x.least)
		e.Floats(x.most)
		for j := range x.backgrounds {
			x.backgrounds[j].encode(e)
		}
	}
}

// Decode reads what Encode wrote into the empty survey of the same plan.
func (s *Survey) Decode(d *stats.Decoder) {
	if n := d.Count(1); n != len(s.of) {
		d.Fail("%d models surveyed instead of %d", n, len(s.of))
		return
	}
	for m, x := range s.of {
		for _, t := range []*tally{&x.all, &x.near} {
			t.n = d.Natural()
			for i := range t.sums {
				d.Value(&t.sums[i])
				if k := t.sums[i].N() + t.sums[i].Missing(); k != t.n && d.Err() == nil {
					d.Fail("%d terms of %d applicants", k, t.n)
				}
			}
		}
		if x.near.n > x.all.n {
			d.Fail("%d applicants near the cut-off of %d", x.near.n, x.all.n)
		}
		if x.better = d.Varint(); x.better > x.all.n || x.better < -x.all.n {
			d.Fail("the policies of %d applicants of %d", x.better, x.all.n)
		}
		least, most := d.Floats(), d.Floats()
		if len(least) != len(x.least) || len(most) != len(x.most) {
			d.Fail("extremes of %d inputs instead of %d", len(least), len(x.least))
			return
		}
		x.least, x.most = least, most
		for j := range x.backgrounds {
			x.backgrounds[j].decode(d, s.Models[m].inputs)
		}
	}
}
