package stats

import (
	"math"
	"math/bits"
)

// Reliability holds what came of probabilities of an event: enough for the
// Brier score, the log loss, observed by expected and the ten uniform bins to
// the last digits, and for all that only needs the order or the shape of the
// probabilities (AUC, KS, slope) to a 64th of an octave. It merges bit for bit
// and takes the same memory for any number of rows, some 15 kB.
//
// Sums are kept in fixed point, which is exact down to 2^-63 for each row.
type Reliability struct {
	tenths               [10]tenth
	square, events, loss fixed // Σp², Σp over events, Σ −ln of what happened
	counts               [2][]int64
	missing              [2]int64
	inexact              bool // a probability is not the lower edge of its bin
}

// tenth is one of ten uniform bins.
type tenth struct {
	n, k int64
	p    fixed
}

// Bins are those of the top 6 bits of the fraction, from 2^-14 up to 1; what is
// smaller falls into the first.
const (
	relShift = 46
	relFirst = (1023 - 14) << 6
	relBins  = 14<<6 + 1
	relTag   = 'R'
	lossUnit = 1 << 57
	unitUnit = 1 << 63
)

// fixed is a sum of numbers in fixed point.
type fixed struct{ hi, lo uint64 }

func (f *fixed) add(x uint64) {
	var c uint64
	f.lo, c = bits.Add64(f.lo, x, 0)
	f.hi += c
}

func (f *fixed) merge(o fixed) {
	var c uint64
	f.lo, c = bits.Add64(f.lo, o.lo, 0)
	f.hi += o.hi + c
}

func (f fixed) value(unit float64) float64 {
	return (float64(float64(f.hi)*(1<<64)) + float64(f.lo)) / unit
}

// Point is one probability with what happened, ready to be added to any number
// of Reliabilities.
type Point struct {
	p, square, loss uint64
	bin             int32 // -1: no probability
	tenth, event    uint8
	exact           bool
}

// tenthEdges are numpy.linspace(0, 1, 11).
var tenthEdges = func() (e [11]float64) {
	for i := range e {
		e[i] = float64(i) * 0.1
	}
	e[10] = 1
	return e
}()

// PointOf returns the point of a probability; NaN and what is outside [0, 1] is
// missing. The log loss clips at the spacing of 1, as sklearn does.
func PointOf(p float64, event bool) Point {
	var pt Point
	if event {
		pt.event = 1
	}
	if !(p >= 0 && p <= 1) {
		pt.bin = -1
		return pt
	}
	b := math.Float64bits(p + 0)
	pt.bin = max(int32(b>>relShift)-relFirst, 0)
	pt.exact = b&(1<<relShift-1) == 0 && (pt.bin > 0 || p == 0x1p-14)
	t := min(int(p*10), 9)
	// The bins of calibration_curve are open below and closed above.
	for t > 0 && p <= tenthEdges[t] {
		t--
	}
	for t < 9 && p > tenthEdges[t+1] {
		t++
	}
	pt.tenth = uint8(t)
	pt.p = uint64(p * unitUnit)
	pt.square = uint64(float64(p*p) * unitUnit)
	const eps = 0x1p-52
	q := min(max(p, eps), 1-eps)
	if !event {
		q = 1 - q
	}
	pt.loss = uint64(-math.Log(q) * lossUnit)
	return pt
}

// Event is 1 when the event happened, else 0.
func (pt *Point) Event() int { return int(pt.event & 1) }

// Add adds a probability with what happened.
func (r *Reliability) Add(p float64, event bool) {
	pt := PointOf(p, event)
	r.AddPoint(&pt)
}

// AddPoint adds a point.
func (r *Reliability) AddPoint(pt *Point) {
	e := pt.event & 1
	if pt.bin < 0 {
		r.missing[e]++
		return
	}
	t := &r.tenths[pt.tenth]
	t.n++
	t.k += int64(e)
	t.p.add(pt.p)
	r.square.add(pt.square)
	r.loss.add(pt.loss)
	if e == 1 {
		r.events.add(pt.p)
	}
	c := r.counts[e]
	if c == nil {
		c = make([]int64, relBins)
		r.counts[e] = c
	}
	c[pt.bin]++
	r.inexact = r.inexact || !pt.exact
}

// Merge adds what o has gathered.
func (r *Reliability) Merge(o *Reliability) {
	for i := range r.tenths {
		a, b := &r.tenths[i], &o.tenths[i]
		a.n, a.k = a.n+b.n, a.k+b.k
		a.p.merge(b.p)
	}
	r.square.merge(o.square)
	r.events.merge(o.events)
	r.loss.merge(o.loss)
	for e := range r.counts {
		r.missing[e] += o.missing[e]
		if o.counts[e] == nil {
			continue
		}
		if r.counts[e] == nil {
			r.counts[e] = make([]int64, relBins)
		}
		for i, n := range o.counts[e] {
			r.counts[e][i] += n
		}
	}
	r.inexact = r.inexact || o.inexact
}

// N is the number of probabilities, Events how many had the event, and Missing
// how many rows came without a probability.
func (r *Reliability) N() (n int64) {
	for i := range r.tenths {
		n += r.tenths[i].n
	}
	return n
}

func (r *Reliability) Events() (k int64) {
	for i := range r.tenths {
		k += r.tenths[i].k
	}
	return k
}

func (r *Reliability) Missing() int64 { return r.missing[0] + r.missing[1] }

// Expected is the sum of the probabilities: the events that they foresee.
func (r *Reliability) Expected() float64 {
	var f fixed
	for i := range r.tenths {
		f.merge(r.tenths[i].p)
	}
	return f.value(unitUnit)
}

// Variance is that of the number of events if the probabilities are right,
// Σp(1−p).
func (r *Reliability) Variance() float64 { return r.Expected() - r.square.value(unitUnit) }

// Brier is the mean squared error of the probabilities. Reference:
// sklearn.metrics.brier_score_loss.
func (r *Reliability) Brier() float64 {
	return (r.square.value(unitUnit) - 2*r.events.value(unitUnit) + float64(r.Events())) / float64(r.N())
}

// LogLoss is the mean of −ln of the probability given to what happened.
// Reference: sklearn.metrics.log_loss.
func (r *Reliability) LogLoss() float64 { return r.loss.value(lossUnit) / float64(r.N()) }

// CurveBin is one bin of a calibration curve.
type CurveBin struct {
	N, K int64
	Mean float64 // mean probability
}

// Curve is the calibration curve over ten uniform bins of the probability,
// empty ones included. Reference: sklearn.calibration.calibration_curve
// (n_bins=10, strategy='uniform'), which drops the empty ones.
func (r *Reliability) Curve() (bins [10]CurveBin) {
	for i, t := range r.tenths {
		bins[i] = CurveBin{t.n, t.k, t.p.value(unitUnit) / float64(t.n)}
	}
	return bins
}

// ECE is the expected calibration error over the ten uniform bins,
// Σ nᵢ/n·|mean y − mean p|. Reference: by hand in numpy.
func (r *Reliability) ECE() float64 {
	n, sum := float64(r.N()), 0.0
	for _, b := range r.Curve() {
		if b.N > 0 {
			sum += float64(float64(b.N) / n * math.Abs(float64(b.K)/float64(b.N)-b.Mean))
		}
	}
	return sum + 0/n // no rows: NaN
}
