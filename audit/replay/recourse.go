package replay

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// Change is one change of one mutable feature.
type Change struct {
	Feature  string
	From, To float64 // From is NaN when the value is missing
	Steps    int     // of the dictionary's step
}

// Bounds of the search: a customer can act on near changes, not on the whole
// range of a feature.
const (
	singleSteps = 60 // values tried of one feature
	pairSteps   = 12 // and of each feature of a pair
)

// Recourse finds the smallest set of at most two changes of mutable features
// that makes the replay of a row good, by trying them: fewest features first,
// then fewest steps, then by name. good judges row i of the replayed batch.
// Mutable are the features that the plan's dictionary says are (yes or slow),
// with a direction that is good and a step. nil means that there is none within
// the bounds of the search. row is a batch of that one row, in the engine's
// layout; models and policies are as in ReplayAs.
func (e *Engine) Recourse(plan *audit.Plan, l *audit.Layout, row *features.Batch, model, policy int16, good func(b *features.Batch, i int) bool) []Change {
	var levers []lever
	for _, name := range sortedNames(plan.Dictionary) {
		if v, ok := newLever(plan.Dictionary[name], name, l, row); ok {
			levers = append(levers, v)
		}
	}
	if found := e.try(row, singles(levers), model, policy, good); found != nil {
		return found
	}
	return e.try(row, pairs(levers), model, policy, good)
}

// lever is a mutable feature with the values to try, nearest first.
type lever struct {
	name   string
	column int
	from   float64
	values []float64
	steps  []int
}

func newLever(f audit.FeatureInfo, name string, l *audit.Layout, row *features.Batch) (lever, bool) {
	v := lever{name: name, column: l.Index(audit.FeatureColumn(name))}
	if f.Mutable != "yes" && f.Mutable != "slow" || f.Step <= 0 || f.Good != "higher" && f.Good != "lower" || v.column < 0 {
		return v, false
	}
	col := &row.Cols[v.column]
	if col.Kind != features.Float || len(col.Floats) == 0 || math.IsNaN(col.Floats[0]) {
		return v, false // a missing value is a matter of documents, not of change
	}
	v.from = col.Floats[0]
	end := math.Inf(1)
	if f.Good == "higher" && f.Most != nil {
		end = *f.Most
	}
	if f.Good == "lower" {
		end = math.Inf(-1)
		if f.Least != nil {
			end = *f.Least
		}
	}
	// Steps grow with the distance, so that far values are reached with few
	// tries: 1, 2, 3 … 20, then by a fifth more each.
	for n, tried := 1, 0; tried < singleSteps; tried++ {
		x := v.from + float64(float64(n)*f.Step)
		if f.Good == "lower" {
			x = v.from - float64(float64(n)*f.Step)
		}
		x = tidy(x, f.Step)
		past := f.Good == "higher" && x > end || f.Good == "lower" && x < end
		if past {
			break
		}
		v.values, v.steps = append(v.values, x), append(v.steps, n)
		if n < 20 {
			n++
		} else {
			n += n / 5
		}
	}
	return v, len(v.values) > 0
}

// tidy takes away the noise of decimal steps: 0.30000000000000004 is 0.3.
func tidy(x, step float64) float64 {
	scale := 1.0
	for step*scale != math.Trunc(step*scale) && scale < 1e9 {
		scale *= 10
	}
	return math.Round(x*scale*1000) / (scale * 1000)
}

// candidate is a set of changes to try; its cost is in steps.
type candidate struct {
	changes []Change
	columns []int
	cost    int
}

func singles(levers []lever) []candidate {
	var out []candidate
	for _, v := range levers {
		for k, x := range v.values {
			out = append(out, candidate{[]Change{{v.name, v.from, x, v.steps[k]}}, []int{v.column}, v.steps[k]})
		}
	}
	return ordered(out)
}

func pairs(levers []lever) []candidate {
	var out []candidate
	for i, a := range levers {
		for _, b := range levers[i+1:] {
			for x := 0; x < len(a.values); x += stride(len(a.values)) {
				for y := 0; y < len(b.values); y += stride(len(b.values)) {
					out = append(out, candidate{
						[]Change{{a.name, a.from, a.values[x], a.steps[x]}, {b.name, b.from, b.values[y], b.steps[y]}},
						[]int{a.column, b.column}, a.steps[x] + b.steps[y]})
				}
			}
		}
	}
	return ordered(out)
}

func stride(n int) int { return max(1, n/pairSteps) }

func ordered(c []candidate) []candidate {
	slices.SortStableFunc(c, func(a, b candidate) int { return a.cost - b.cost })
	return c
}

// try replays candidates, cheapest first, a batch at a time, and returns the
// first that is good.
func (e *Engine) try(row *features.Batch, all []candidate, model, policy int16, good func(*features.Batch, int) bool) []Change {
	for len(all) > 0 {
		n := min(len(all), 512)
		var b features.Batch
		b.Table = row.Table
		for range n {
			b.Append(row)
		}
		for i, c := range all[:n] {
			for k, col := range c.columns {
				b.Cols[col].Floats[i] = c.changes[k].To
			}
		}
		e.ReplayAs(&b, repeated(model, n), repeated(policy, n))
		for i := range n {
			if good(&b, i) {
				return all[i].changes
			}
		}
		all = all[n:]
	}
	return nil
}

func repeated(x int16, n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = x
	}
	return out
}

func sortedNames(m map[string]audit.FeatureInfo) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
