package policy

import (
	"math"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// find sets the band of each of n rows, -1 where it is missing and the axis
// does not say what it is then. There are a handful of cuts: a scan will do.
func (a *axis) find(n int) {
	a.band = grow(a.band, n)
	band := a.band
	switch xs := a.of.v; {
	case a.of.x == nil:
		one := a.of.constant
		for i := range band {
			band[i] = int32(a.at(one))
		}
	case a.texts > 0:
		for i, x := range xs[:n] {
			band[i] = int32(a.at(x))
		}
	case a.right:
		for i, x := range xs[:n] {
			k := int32(0)
			for _, cut := range a.cuts {
				if x > cut {
					k++
				}
			}
			band[i] = k
		}
		a.unknown(xs)
	default:
		for i, x := range xs[:n] {
			k := int32(0)
			for _, cut := range a.cuts {
				if x >= cut {
					k++
				}
			}
			band[i] = k
		}
		a.unknown(xs)
	}
}

// unknown sets the band of missing values.
func (a *axis) unknown(xs []float64) {
	for i := range a.band {
		if xs[i] != xs[i] {
			a.band[i] = int32(a.missing)
		}
	}
}

// at is the band of one value.
func (a *axis) at(x float64) int {
	switch {
	case a.texts > 0 && x >= 0:
		return int(x)
	case a.texts == 0 && len(a.cuts) == 0:
		return 0
	case a.texts > 0, x != x:
		return a.missing
	}
	n := 0
	for _, cut := range a.cuts {
		if x > cut || x == cut && !a.right {
			n++
		}
	}
	return n
}

// mark marks the wanted rows within tolerance of a cut point, and not on it.
func (a *axis) mark(want []bool, in []expr.Truth, tolerance []float64, edge []bool) {
	for i := range want {
		t := tolerance[i]
		if t <= 0 || !want[i] || in != nil && in[i] == expr.False {
			continue
		}
		x := a.of.at(i)
		for _, cut := range a.cuts {
			if d := x - cut; d != 0 && d <= t && d >= -t {
				edge[i] = true
			}
		}
	}
}

func (m *matrix) load(b *features.Batch) {
	m.rows.of.load(b)
	m.columns.of.load(b)
	m.times.load(b)
	for i := range m.cells {
		m.cells[i].load(b)
	}
	m.rows.find(b.N)
	m.columns.find(b.N)
}

// amounts sets the amount of each row, NaN where it is missing.
func (m *matrix) amounts(out []float64) {
	columns := int32(m.columns.bands())
	across := m.columns.band
	for i, r := range m.rows.band[:len(out)] {
		c := across[i]
		switch {
		case r < 0 || c < 0:
			out[i] = math.NaN()
		case m.fixed != nil:
			out[i] = m.fixed[r*columns+c]
		default:
			out[i] = m.cells[r*columns+c].at(i)
		}
	}
	if m.times.set {
		for i := range out {
			out[i] *= m.times.at(i)
		}
	}
}
