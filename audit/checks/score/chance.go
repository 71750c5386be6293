package score

import (
	"math"
	"slices"
	"sort"
)

// differences is the material of the chance test of one model: the rows'
// differences, of all of them or, to bound the work, of those of least hash.
type differences struct {
	*judgement
	rows   []int
	views  []view  // of the rows, where the model is additive
	scale  float64 // all rows ÷ rows
	diff   []float64
	sorted []float64

	predicted, defined, explained []float64 // scratch
}

func (j *judgement) differences(open []int, candidates int) *differences {
	const budget, least, most = 1_000_000, 200, 5000 // rescored rows
	n := min(len(open), most, max(least, budget/max(candidates, 1)))
	d := &differences{judgement: j, rows: open[:n], scale: float64(len(open)) / float64(max(n, 1))} // open is in order of hash
	for _, i := range d.rows {
		d.diff = append(d.diff, j.records[i].recorded-j.records[i].recomputed)
	}
	d.sorted = slices.Sorted(slices.Values(d.diff))
	d.predicted = make([]float64, n)
	if n == 0 || candidates == 0 {
		return d
	}
	if m := &j.c.models[j.records[open[0]].model]; m.additive != nil {
		d.views = make([]view, n)
		terms := make([]float64, n*len(m.at))
		for x, i := range d.rows {
			d.views[x] = *j.c.view(j.records[i])
			own := terms[x*len(m.at):][:len(m.at):len(m.at)]
			copy(own, d.views[x].terms)
			d.views[x].terms, d.views[x].in = own, nil
		}
	}
	return d
}

// predict returns the score that row x would have under k, NaN when k does not
// apply to it.
func (d *differences) predict(k *candidate, x int) float64 {
	switch {
	case k.class == m5Stale:
		return d.stale[d.rows[x]]
	case d.views != nil:
		return d.c.predict(k.signature, &d.views[x])
	}
	return d.c.predict(k.signature, d.c.view(d.records[d.rows[x]]))
}

// expected returns the number of rows that k would explain if differences had
// nothing to do with it: for every row to which it applies, how often the
// difference it predicts is seen among the rows for which it predicts another.
// Once that is enough, it does not matter how much more it is.
func (d *differences) expected(k *candidate, enough float64) float64 {
	n := len(d.rows)
	m := &d.c.models[k.model]
	d.defined, d.explained = d.defined[:0], d.explained[:0]
	for x, i := range d.rows {
		r := d.records[i]
		y := d.predict(k, x)
		d.predicted[x] = y - r.recomputed
		if y == y {
			d.defined = append(d.defined, d.predicted[x])
			if m.equal(r.recorded, y) {
				d.explained = append(d.explained, d.diff[x])
			}
		}
	}
	slices.Sort(d.defined)
	slices.Sort(d.explained)
	sum := 0.0
	for x, i := range d.rows {
		p := d.predicted[x]
		width := m.tolerance(d.records[i].recomputed)
		if p != p || math.Abs(p) <= width {
			continue
		}
		elsewhere := within(d.sorted, p, width) - within(d.explained, p, width)
		if elsewhere == 0 {
			continue
		}
		if rows := n - within(d.defined, p, width); rows > 0 {
			sum += float64(elsewhere) / float64(rows)
		}
		if sum*d.scale >= enough {
			break
		}
	}
	return sum * d.scale
}

// within counts the values of sorted xs in [x−width, x+width].
func within(xs []float64, x, width float64) int {
	xs = xs[sort.SearchFloat64s(xs, x-width):]
	most := x + width
	if len(xs) == 0 || xs[0] > most { // mostly
		return 0
	}
	return sort.Search(len(xs), func(i int) bool { return xs[i] > most })
}

// poissonTail returns the probability of n or more events where mean are
// expected: the sum of the series from n on.
func poissonTail(n int, mean float64) float64 {
	if n == 0 || mean >= float64(n) {
		return 1 // not the tail, whatever it is exactly
	}
	if mean <= 0 {
		return 0
	}
	lg, _ := math.Lgamma(float64(n) + 1)
	term := math.Exp(float64(float64(n)*math.Log(mean)) - mean - lg)
	sum := term
	for k := float64(n) + 1; term > sum*1e-12; k++ {
		term *= mean / k
		sum += term
	}
	return min(sum, 1)
}
