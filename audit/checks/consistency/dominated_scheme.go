package consistency

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/features"
	"evenhand/features/model"
)

// domDim is one column that decisions of a model and a policy may read.
type domDim struct {
	column int
	name   string // of the feature, column or fact
	kind   features.Kind
	// sign is 1 where more is better for the applicant, -1 where less is, and 0
	// where the plan's dictionary gives no direction: then two applicants can be
	// compared only where they have the same.
	sign int
	// edges are the places at which the model or the policy may change its mind.
	// Between two of them values make no difference, unless any says that every
	// value may make one.
	edges    []float64
	specials []float64 // values that stand for themselves, such as codes for what is not known
	any      bool
	step     float64 // the dictionary's, a bin where there are no edges; 0: deciles
	// points, of an input of a card, says what a value is worth: values are
	// compared by that, so that codes and levels have an order too.
	points model.Additive
	input  int
	// limit says that terms of a limit alone read it: they turn nobody down whom
	// the replay approves, or denies by a rule.
	limit bool
	model bool // it is an input of the model, which the score stands for
}

// domScheme is what decisions of one model and one policy are compared on.
type domScheme struct {
	dims     []domDim
	ordered  []int // dims with a direction, but for the score that stands for inputs
	directed bool
	// byScore compares the score in place of the model's inputs.
	byScore *domScheme
}

// domSchemes makes the scheme of each model and policy once.
type domSchemes struct {
	env    *audit.Env
	engine *replay.Engine
	made   map[[2]int16]*domScheme
	last   *domScheme // of key
	key    [2]int16
}

// of returns the scheme of a model and a policy, -1 for none.
func (s *domSchemes) of(m, p int16) *domScheme {
	k := [2]int16{m, p}
	if s.last != nil && s.key == k {
		return s.last
	}
	s.key = k
	if s.last = s.made[k]; s.last != nil {
		return s.last
	}
	if s.engine == nil {
		e, err := replay.New(s.env, "decisions", false)
		if err != nil {
			panic(dominatedName + ": " + err.Error()) // the driver has made the same one
		}
		s.engine, s.made = e, map[[2]int16]*domScheme{}
	}
	x := s.build(m, p)
	s.made[k], s.last = x, x
	return x
}

// build gathers what the model and the policy read, and the amount asked for
// where the policy does not tell that it plays no part.
func (s *domSchemes) build(m, p int16) *domScheme {
	x := &domScheme{}
	if m >= 0 {
		for i, c := range s.env.Models[m].Inputs {
			if c >= 0 {
				x.dims = append(x.dims, s.input(m, p, i, c))
			}
		}
	}
	of := map[int]*domDim{}
	limits := map[int]*domDim{}
	from := func(of map[int]*domDim) func(int) *domDim {
		return func(column int) *domDim {
			if of[column] == nil {
				of[column] = s.dim(column)
			}
			return of[column]
		}
	}
	get := from(of)
	asked := s.env.Col("decisions", "requested_amount")
	plays := true
	if p >= 0 {
		s.reads(m, p, get, from(limits))
		l := s.env.Policies.Policies[p].Limit
		plays = l != nil && (l.Requested == "deny" || l.Requested == "refer")
	}
	if m < 0 && p < 0 {
		for c, spec := range s.env.Layouts["decisions"].Specs {
			if strings.HasPrefix(spec.Name, audit.FeatureColumn("")) {
				get(c).any = true
			}
		}
	}
	if plays && s.env.Layouts["decisions"].Exported("requested_amount") {
		get(asked).any = true
	}
	for c, d := range limits {
		if d.limit = true; of[c] == nil || d.sign != 0 {
			x.dims = append(x.dims, *d)
		}
	}
	for _, d := range of {
		x.dims = append(x.dims, *d)
	}
	x.dims = slices.DeleteFunc(x.dims, func(d domDim) bool {
		// Moments are held to the window of days.
		return d.kind == features.Instant || d.kind == features.Opaque || d.kind == features.TextList ||
			d.points == nil && !d.any && len(d.edges) == 0 && d.kind != features.Text
	})
	slices.SortFunc(x.dims, func(a, b domDim) int {
		return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.column, b.column), cmp.Compare(domOne(a.points == nil), domOne(b.points == nil)), cmp.Compare(domOne(a.limit), domOne(b.limit)))
	})
	// A code of the model, such as -9 for never, is one to the policy too.
	for i := range x.dims {
		for k := range x.dims {
			if x.dims[i].column == x.dims[k].column && x.dims[k].model && !x.dims[i].model {
				x.dims[i].specials = x.dims[k].specials
			}
		}
	}
	// The score comes last, and is compared in place of the inputs only.
	x.dims = append(x.dims, domDim{column: -1, name: "score", kind: features.Float, sign: domBetter(s.env, p), any: true})
	x.byScore = &domScheme{dims: x.dims}
	for i := range x.dims {
		d := &x.dims[i]
		slices.Sort(d.edges)
		d.edges = slices.Compact(d.edges)
		if d.sign == 0 {
			continue
		}
		if !d.model {
			x.byScore.ordered = append(x.byScore.ordered, i)
		}
		if d.column >= 0 {
			x.ordered = append(x.ordered, i)
			x.directed = x.directed || d.column != asked
		}
	}
	return x
}

// input describes an input of a model: by the points of a card that goes the
// dictionary's way, or where the dictionary gives no direction, else by its bins.
func (s *domSchemes) input(m, p int16, i, column int) domDim {
	d := s.dim(column)
	d.model = true
	mo := s.env.Models[m].Model
	edges, binned := mo.(model.Edges)
	if binned {
		d.edges = slices.Clone(edges.Edges(i))
	}
	if sp, ok := mo.(model.Specials); ok {
		d.specials = sp.Specials(i)
	}
	d.any = !binned || len(d.edges) == 0
	sum, ok := mo.(model.Additive)
	if !ok || model.SharesMargin(mo) {
		return *d
	}
	better := domBetter(s.env, p)
	text := mo.Inputs()[i].Kind == model.Categorical
	switch {
	case text, d.sign == 0:
	case d.any || !monotone(sum, i, d.edges, d.sign*better):
		return *d
	}
	d.points, d.input, d.sign = sum, i, better
	return *d
}

// monotone reports whether the points of an input never fall as its value goes
// the way of sign.
func monotone(sum model.Additive, input int, edges []float64, sign int) bool {
	last := math.NaN()
	for k := 0; k <= len(edges); k++ {
		var x float64
		switch {
		case k == 0:
			x = edges[0] - 1
		case k == len(edges):
			x = edges[k-1] + 1
		default:
			x = (edges[k-1] + edges[k]) / 2
		}
		points := sum.Term(input, model.Value{Num: x}) * float64(sign)
		if points < last || points != points {
			return false
		}
		last = points
	}
	return true
}

// domBetter is 1 where a policy's cut-off holds higher scores for better, or
// nothing says otherwise, else -1.
func domBetter(env *audit.Env, p int16) int {
	if p >= 0 {
		for _, rule := range env.Policies.Policies[p].Rules {
			if c := rule.Cutoff; c != nil && (c.Of == "" || c.Of == "score") && c.Better == "lower" {
				return -1
			}
		}
	}
	return 1
}

// reads adds what the replay of a policy looks at, but for times of cooling off,
// which have a guard of their own; the score only where no model recomputes it.
func (s *domSchemes) reads(m, p int16, get, limit func(int) *domDim) {
	program := s.engine.Program()
	for v := range int32(program.VariantCount()) {
		if program.VariantPolicy(v) != p {
			continue
		}
		all := program.Hurdles(v)
		for _, h := range all[:len(all)-1] { // the last one stands for all of them
			if h.Rule >= 0 && s.env.Policies.Policies[p].RuleStage(int(h.Rule)) == "cooling_off" {
				continue
			}
			for _, r := range h.Reads {
				if h.Rule >= 0 {
					s.read(&r, m, p, get)
				} else {
					s.read(&r, m, p, limit)
				}
			}
		}
	}
}

func (s *domSchemes) read(r *policy.Read, m, p int16, get func(int) *domDim) {
	cuts := func(d *domDim) {
		d.any = d.any || r.Any
		for _, c := range r.Cuts {
			if c.Of == nil {
				x := c.Value
				if d.kind == features.Money {
					x *= float64(s.env.Plan.MoneyScale()) // policies are written in units
				}
				d.edges = append(d.edges, x)
				continue
			}
			d.any = true
			for _, column := range c.Columns {
				if column >= 0 {
					get(column).any = true
				}
			}
		}
	}
	switch {
	case r.Score && m >= 0:
		for _, c := range r.Cuts {
			for _, column := range c.Columns {
				if column >= 0 && column != r.Column {
					get(column).any = true
				}
			}
		}
	case r.Column < 0:
	case r.Score:
		d := get(r.Column)
		d.any, d.sign = true, domBetter(s.env, p)
		cuts(d)
	default:
		cuts(get(r.Column))
	}
}

// dim describes a column as the plan's dictionary does.
func (s *domSchemes) dim(column int) *domDim {
	spec := s.env.Layouts["decisions"].Specs[column]
	name := spec.Name
	for _, prefix := range []string{audit.FeatureColumn(""), audit.HistoryColumn("")} {
		name = strings.TrimPrefix(name, prefix)
	}
	d := &domDim{column: column, name: name, kind: spec.Kind}
	if spec.Kind == features.Text {
		return d
	}
	info := s.env.Plan.Dictionary[name]
	switch {
	case name == "requested_amount" || info.Good == "lower":
		d.sign = -1 // who asks for more asks for what is harder to grant
	case info.Good == "higher":
		d.sign = 1
	}
	d.step = info.Step
	return d
}

// worth is what a card gives for a value, or a word, of its input: NaN where it
// has no rule for it.
func (d *domDim) worth(x float64, word string) float64 {
	v := model.Value{Num: x, Text: word}
	if d.kind == features.Text {
		v.Null = word == ""
	} else {
		v.Null = x != x
	}
	return d.points.Term(d.input, v)
}

// value is the number in row i of a column; NaN for null.
func (d *domDim) value(v *features.Vector, i int) float64 {
	switch {
	case v.Kind == features.Float:
		return v.Floats[i]
	case v.Valid != nil && !v.Valid[i]:
		return math.NaN()
	}
	return float64(v.Ints[i])
}

// special reports whether a value stands for itself.
func (d *domDim) special(x float64) bool {
	for _, s := range d.specials {
		if x == s {
			return true
		}
	}
	return false
}

// level is the place of a value among the dimension's bins, more being better:
// twice the number of edges below it, and one more on an edge, whose bin depends
// on which end of it is closed. Where any value may make a difference it is the
// value itself.
func (d *domDim) level(x float64) float64 {
	if d.any || x != x {
		return x * float64(d.sign)
	}
	k, on := slices.BinarySearch(d.edges, x)
	l := 2 * k
	if on {
		l++
	}
	return float64(l * d.sign)
}

// below is how many bins y is worse than r in dimension k, whichever ends of the
// bins are closed; 0 where it is not, or by less than one. Without edges a bin is
// a step of the dictionary, else a decile, and no more than one is counted.
func (s *domScheme) below(k int, y, r *domRecord, deciles [][]float64) int64 {
	d := &s.dims[k]
	a, b := y.levels[k], r.levels[k]
	if !(a < b) {
		return 0
	}
	lo, hi := min(y.values[k], r.values[k]), max(y.values[k], r.values[k])
	i, onLo := slices.BinarySearch(d.edges, lo)
	j, onHi := slices.BinarySearch(d.edges, hi)
	bins := int64(min(j-i, j-i+domOne(onHi)-domOne(onLo)))
	switch {
	case d.points != nil && (lo != lo || d.special(lo) || d.special(hi)):
		return 1
	case d.points != nil:
		return max(bins, 1)
	case len(d.edges) > 0:
		return bins
	case d.step > 0:
		return int64(domOne(b-a >= d.step))
	}
	i, _ = slices.BinarySearch(deciles[k], a)
	j, _ = slices.BinarySearch(deciles[k], b)
	return int64(domOne(j > i))
}

func domOne(b bool) int {
	if b {
		return 1
	}
	return 0
}
