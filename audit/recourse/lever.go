package recourse

import (
	"maps"
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// lever is a mutable feature.
type lever struct {
	name   string
	column int
	up     bool // higher is good
	// Bounds, infinite where the dictionary gives none. What lies outside of
	// them is a code, not a value.
	low, high float64

	step  float64
	cost  float64 // of a step
	grain float64 // values are multiples of 1/grain, but for noise
}

// levers are the features of a layout that the dictionary says a customer can
// change, by name.
func levers(dictionary map[string]audit.FeatureInfo, l *audit.Layout) []lever {
	var out []lever
	for _, name := range slices.Sorted(maps.Keys(dictionary)) {
		f := dictionary[name]
		if !Mutable(f) {
			continue
		}
		c := l.Index(audit.FeatureColumn(name))
		if c < 0 || l.Specs[c].Kind != features.Float {
			continue
		}
		v := lever{name: name, column: c, up: f.Good == "higher", low: math.Inf(-1), high: math.Inf(1), step: f.Step, cost: f.Cost, grain: grain(f.Step)}
		if f.Least != nil {
			v.low = *f.Least
		}
		if f.Most != nil {
			v.high = *f.Most
		}
		if v.cost <= 0 {
			v.cost = 1
		}
		out = append(out, v)
	}
	return out
}

// Mutable reports whether the dictionary says enough of a feature to change it:
// that a customer can, which way is good, and by what steps.
func Mutable(f audit.FeatureInfo) bool {
	return (f.Mutable == "yes" || f.Mutable == "slow") && f.Step > 0 && (f.Good == "higher" || f.Good == "lower")
}

// grain is what decimals of values are kept to: six more than the step's own.
func grain(step float64) float64 {
	scale := 1.0
	for step*scale != math.Trunc(step*scale) && scale < 1e9 {
		scale *= 10
	}
	return scale * 1e6
}

// at is the value k steps from a value. It is without the noise of decimal
// steps: three times 0.1 is 0.3.
func (v *lever) at(from float64, k int32) float64 {
	if k == 0 {
		return from
	}
	x := from - float64(float64(k)*v.step)
	if v.up {
		x = from + float64(float64(k)*v.step)
	}
	if y := x * v.grain; y < 1<<52 && y > -(1<<52) {
		return math.Round(y) / v.grain
	}
	return x
}

// most is the greatest number of steps from a value that stays in bounds.
func (v *lever) most(from float64) int32 {
	const far = 1 << 30
	if from-from != 0 || v.out(from) || v.at(from, 1) == from {
		return 0
	}
	end := v.low
	if v.up {
		end = v.high
	}
	k := int32(far)
	if room := math.Abs(end-from) / v.step; room < far-1 {
		k = int32(room) + 1
	}
	for k > 0 && v.out(v.at(from, k)) {
		k--
	}
	return k
}

func (v *lever) out(x float64) bool { return x < v.low || x > v.high }

// reach is the least number of steps from a value to one that is on the good
// side of a cut, or on it unless beyond; most+1 when there is none.
func (v *lever) reach(from, cut float64, beyond bool, most int32) int32 {
	side := func(k int32) bool {
		x := v.at(from, k)
		if x == cut {
			return !beyond
		}
		return x > cut == v.up
	}
	if cut-cut != 0 {
		if (cut > 0) == v.up || cut != cut {
			return most + 1
		}
		return 0
	}
	d := (cut - from) / v.step
	if !v.up {
		d = -d
	}
	if d > float64(most)+1 {
		return most + 1
	}
	k := int32(max(math.Ceil(d), 0))
	for k > 0 && side(k-1) {
		k--
	}
	for k <= most && !side(k) {
		k++
	}
	return k
}

// cell is the run of steps, the given one among them, that no cut divides.
func (v *lever) cell(from float64, k, most int32, cuts []float64) (lo, hi int32) {
	if most == 0 {
		return 0, 0
	}
	lo, hi = 0, most
	x := v.at(from, k)
	for _, c := range cuts {
		switch {
		case c != c:
		case c == x:
			return k, k
		case c < x == v.up: // the row is past it
			lo = max(lo, v.reach(from, c, true, most))
		default:
			hi = min(hi, v.reach(from, c, false, most)-1)
		}
	}
	return lo, hi
}
