package stats

import "sort"

// Isotonic is a rising function fitted to rates: straight between the points,
// level beyond the ends.
type Isotonic struct {
	X, Y []float64
}

// FitIsotonic returns the rising step of least squares through the rates k/n at
// x, weighted by n, by pooling adjacent violators. x must ascend; points without
// rows are left out. Nil without any.
//
// Source: Ayer et al. (1955). Reference: sklearn.isotonic.IsotonicRegression
// (increasing=True, out_of_bounds='clip').
func FitIsotonic(x []float64, k, n []int64) *Isotonic {
	type block struct {
		k, n  int64
		count int
	}
	var blocks []block
	f := &Isotonic{}
	for i := range x {
		if n[i] == 0 {
			continue
		}
		if m := len(f.X); m > 0 && !(x[i] > f.X[m-1]) {
			panic("stats: the points of an isotonic fit don't ascend")
		}
		f.X = append(f.X, x[i])
		blocks = append(blocks, block{k[i], n[i], 1})
		for m := len(blocks); m > 1; m-- {
			a, b := &blocks[m-2], blocks[m-1]
			if float64(a.k)*float64(b.n) < float64(b.k)*float64(a.n) {
				break
			}
			*a = block{a.k + b.k, a.n + b.n, a.count + b.count}
			blocks = blocks[:m-1]
		}
	}
	if f.X == nil {
		return nil
	}
	for _, b := range blocks {
		for range b.count {
			f.Y = append(f.Y, float64(b.k)/float64(b.n))
		}
	}
	return f
}

// At returns the value of the function at x.
func (f *Isotonic) At(x float64) float64 {
	i := sort.SearchFloat64s(f.X, x)
	switch {
	case i == len(f.X):
		return f.Y[i-1]
	case f.X[i] == x || i == 0:
		return f.Y[i]
	}
	t := (x - f.X[i-1]) / (f.X[i] - f.X[i-1])
	return f.Y[i-1] + float64(t*(f.Y[i]-f.Y[i-1]))
}
