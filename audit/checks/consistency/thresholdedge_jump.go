package consistency

import (
	"math"

	"evenhand/audit/stats"
)

// jump is the break of a histogram at a cut-off.
type jump struct {
	below, above float64 // heights at the cut-off
	ratio        float64 // above / below; NaN unless both are positive
	low, high    float64 // interval of the ratio
	p            float64 // of the difference
	rows, over   int64   // in the window, and of them above
}

// jumpOf fits a line to each half of the counts, the bins below the cut-off and
// those above, and compares their heights at the cut-off. Half a bin is the
// distance of the nearest ones. Reference: numpy, testdata/bunching.py.
func jumpOf(counts []int64, level float64) jump {
	k := len(counts) / 2
	j := jump{ratio: math.NaN(), low: math.NaN(), high: math.NaN(), p: math.NaN()}
	below, rssBelow := line(counts[:k], -float64(k)+0.5)
	above, rssAbove := line(counts[k:], 0.5)
	j.below, j.above = below, above
	for i, n := range counts {
		j.rows += n
		if i >= k {
			j.over += n
		}
	}
	df := float64(2*k - 4)
	if !(df > 0) || j.rows == 0 {
		return j
	}
	sigma2 := max((rssBelow+rssAbove)/df, float64(j.rows)/float64(2*k))
	// The variance of a height at 0, of k points at 0.5 … k - 0.5.
	mean, n := float64(k)/2, float64(k)
	v := sigma2 * (1/n + float64(mean*mean)/(n*(float64(n*n)-1)/12))
	t := (above - below) / math.Sqrt(2*v)
	j.p = min(1, 2*stats.StudentSF(math.Abs(t), df))
	if above > 0 && below > 0 {
		j.ratio = above / below
		c := critical(level, df)
		j.low, j.high = fieller(above, below, float64(c*c)*v)
	}
	return j
}

// fieller is Fieller's interval of the ratio of two independent heights, whose
// variance times the square of t is c: it holds 1 just when the test of their
// difference does not reject. It is NaN where it has no bounds.
func fieller(above, below, c float64) (low, high float64) {
	q := float64(below*below) - c
	root := float64(above*below)*float64(above*below) - float64((float64(above*above)-c)*q)
	if !(q > 0) || root < 0 {
		return math.NaN(), math.NaN()
	}
	root = math.Sqrt(root)
	return (float64(above*below) - root) / q, (float64(above*below) + root) / q
}

// line is the height at 0 of the line through counts at first, first + 1 …, and
// the sum of its squared residuals.
func line(counts []int64, first float64) (height, rss float64) {
	n := float64(len(counts))
	var sum, cross float64
	mid := first + (n-1)/2
	for i, y := range counts {
		sum += float64(y)
		cross += float64((first + float64(i) - mid) * float64(y))
	}
	slope, mean := cross/(n*(float64(n*n)-1)/12), sum/n
	for i, y := range counts {
		r := float64(y) - mean - float64(slope*(first+float64(i)-mid))
		rss += float64(r * r)
	}
	return mean - float64(slope*mid), rss
}

// critical is t with P(|T| <= t) = level of Student's distribution.
func critical(level, df float64) float64 {
	lo, hi := 0.0, 1.0
	for stats.StudentSF(hi, df) > (1-level)/2 && hi < 1e9 {
		hi *= 2
	}
	for range 200 {
		mid := (lo + hi) / 2
		if stats.StudentSF(mid, df) > (1-level)/2 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}
