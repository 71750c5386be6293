package svg

import "math"

// Scale maps values lo…hi to positions a…b; values outside are put at the ends.
type Scale struct {
	Lo, Hi float64
	A, B   Px
}

func (s Scale) At(v float64) Px {
	if s.Hi == s.Lo {
		return (s.A + s.B) / 2
	}
	t := min(max((v-s.Lo)/(s.Hi-s.Lo), 0), 1)
	return s.A + Px(float64(t*float64(s.B-s.A)))
}

func (s Scale) Inside(v float64) bool { return v >= s.Lo && v <= s.Hi }

// NewScale widens lo…hi to whole ticks, and returns these.
func NewScale(lo, hi float64, n int, a, b Px) (Scale, []float64) {
	if !(hi > lo) {
		lo, hi = lo-0.5, hi+0.5
	}
	step := niceStep((hi - lo) / float64(n))
	first, last := math.Floor(lo/step+1e-9), math.Ceil(hi/step-1e-9)
	var ticks []float64
	for i := first; i <= last; i++ {
		ticks = append(ticks, float64(i*step))
	}
	return Scale{Lo: float64(first * step), Hi: float64(last * step), A: a, B: b}, ticks
}

// niceStep is the least of 1, 2, 5 times a power of ten that is no less than x.
func niceStep(x float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*p >= x*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}
