package stats

import "math"

// at is the probability that stands for a bin: its lower edge where every
// probability was one, else the middle of the bin.
func (r *Reliability) at(bin int) float64 {
	edge := math.Float64frombits(uint64(bin+relFirst) << relShift)
	if !r.inexact || bin == relBins-1 {
		return edge
	}
	if bin == 0 { // what is below, too
		return edge
	}
	return (edge + math.Float64frombits(uint64(bin+relFirst+1)<<relShift)) / 2
}

// Levels lists the bins in use: the probability that stands for each, the rows
// without the event and those with it, by rising probability.
func (r *Reliability) Levels() (p []float64, others, events []int64) {
	for i := range relBins {
		var n [2]int64
		for e := range n {
			if r.counts[e] != nil {
				n[e] = r.counts[e][i]
			}
		}
		if n[0]+n[1] > 0 {
			p, others, events = append(p, r.at(i)), append(others, n[0]), append(events, n[1])
		}
	}
	return p, others, events
}

// Hists are the probabilities of the rows with the event and of the others, as
// far as the bins tell: for what needs their order alone, such as [AUC].
func (r *Reliability) Hists() (events, others *Hist) {
	events, others = &Hist{}, &Hist{}
	for i := range relBins {
		edge := math.Float64frombits(uint64(i+relFirst) << relShift)
		for e, h := range []*Hist{others, events} {
			if r.counts[e] != nil {
				h.AddN(edge, r.counts[e][i])
			}
		}
	}
	return events, others
}

// ObservedExpected returns the ratio of the events seen to those foreseen. The
// interval is Wilson's of the rate, by the mean probability; the test is that
// the probabilities are right on the whole, z = (O − E)/√Σp(1−p). NaN without
// rows, or where no event is foreseen.
//
// Source: Spiegelhalter (1986) for the variance. Reference: by hand in numpy.
func (r *Reliability) ObservedExpected(level float64) (ratio float64, i Interval, t Test) {
	n, k, e := r.N(), r.Events(), r.Expected()
	if n == 0 || e == 0 {
		return nan, notEstimable, notTestable
	}
	w := Wilson(k, n, level)
	mean := e / float64(n)
	z := (float64(k) - e) / math.Sqrt(r.Variance())
	return float64(k) / e, Interval{w.Lo / mean, w.Hi / mean}, Test{Statistic: z, P: TwoSided(z)}
}

// Recalibration is the logistic regression of the event on the log-odds that
// were foreseen: intercept 0 and slope 1 are perfect; a slope below 1 means
// that the probabilities are too far apart.
type Recalibration struct {
	Intercept, Slope     float64
	InterceptSE, SlopeSE float64
}

// Recalibrate fits ln odds = intercept + slope·logit(p) by Newton's method over
// the bins, to 1e-10, in at most 50 steps; NaN where that does not converge, as
// when the probabilities tell the events apart without fault, or when there is
// but one of them. The middle of a bin stands for its probabilities, which
// changes the slope by less than 0.001.
//
// Source: Cox (1958). Reference: statsmodels Logit.
func (r *Reliability) Recalibrate() Recalibration {
	p, others, events := r.Levels()
	none := Recalibration{nan, nan, nan, nan}
	if len(p) < 2 {
		return none
	}
	x := make([]float64, len(p))
	for i, q := range p {
		q = min(q, 1-0x1p-20)
		x[i] = math.Log(q / (1 - q))
	}
	a, b := 0.0, 1.0
	for range 50 {
		var g0, g1, h00, h01, h11 float64
		for i := range x {
			n := float64(others[i] + events[i])
			mu := 1 / (1 + math.Exp(-(a + float64(b*x[i]))))
			d := float64(events[i]) - float64(n*mu)
			w := n * mu * (1 - mu)
			g0 += d
			g1 += float64(d * x[i])
			h00 += w
			h01 += float64(w * x[i])
			h11 += float64(w * x[i] * x[i])
		}
		det := float64(h00*h11) - float64(h01*h01)
		if !(det > 1e-12*h00*h11) {
			return none
		}
		da := (float64(h11*g0) - float64(h01*g1)) / det
		db := (float64(h00*g1) - float64(h01*g0)) / det
		if math.Abs(da) > 1e3 || math.Abs(db) > 1e3 {
			return none
		}
		a, b = a+da, b+db
		if math.Abs(da)+math.Abs(db) < 1e-10 {
			return Recalibration{a, b, math.Sqrt(h11 / det), math.Sqrt(h00 / det)}
		}
	}
	return none
}

// Around returns the interval x ± z·se.
func Around(x, se, level float64) Interval {
	z := critical(level)
	return Interval{x - float64(z*se), x + float64(z*se)}
}

// Quantiles cuts the rows into n bins of as equal size as the bins let, by rising
// probability: a calibration curve whose points weigh the same. Bins may be
// fewer. The mean probability is read off the bins.
//
// Reference: sklearn.calibration.calibration_curve(strategy='quantile'), within
// the width of a bin.
func (r *Reliability) Quantiles(n int) (out []CurveBin) {
	p, others, events := r.Levels()
	total, seen, next := r.N(), int64(0), int64(1)
	var b CurveBin
	var sum float64
	for i := range p {
		m := others[i] + events[i]
		b.N, b.K = b.N+m, b.K+events[i]
		sum += float64(p[i] * float64(m))
		seen += m
		if seen*int64(n) < total*next {
			continue
		}
		next = seen*int64(n)/total + 1 // a level that swallows cuts stands for them
		b.Mean = sum / float64(b.N)
		out = append(out, b)
		b, sum = CurveBin{}, 0
	}
	return out
}

// AppendBinary appends the canonical encoding to b.
func (r *Reliability) AppendBinary(b []byte) ([]byte, error) {
	e := NewEncoder(b)
	e.Byte(relTag)
	sum := func(f fixed) { e.Uvarint(f.hi); e.Uvarint(f.lo) }
	for _, t := range r.tenths {
		e.Uvarint(uint64(t.n))
		e.Uvarint(uint64(t.k))
		sum(t.p)
	}
	sum(r.square)
	sum(r.events)
	sum(r.loss)
	for i, counts := range r.counts {
		e.Uvarint(uint64(r.missing[i]))
		used := 0
		for _, n := range counts {
			if n != 0 {
				used++
			}
		}
		e.Count(used)
		last := 0
		for bin, n := range counts {
			if n != 0 {
				e.Uvarint(uint64(bin - last))
				e.Uvarint(uint64(n))
				last = bin
			}
		}
	}
	e.Bool(r.inexact)
	return e.Data(), nil
}

// MarshalBinary is AppendBinary to nothing.
func (r *Reliability) MarshalBinary() ([]byte, error) { return r.AppendBinary(nil) }

// UnmarshalBinary makes r what b encodes; r is unchanged on error.
func (r *Reliability) UnmarshalBinary(b []byte) error {
	d := NewDecoder(b)
	d.Tag(relTag)
	var t Reliability
	sum := func() fixed { return fixed{d.Uvarint(), d.Uvarint()} }
	var n [2]int64
	for i := range t.tenths {
		x := tenth{n: d.Natural(), k: d.Natural(), p: sum()}
		if x.k > x.n {
			d.Fail("more events than rows")
		}
		n[0], n[1] = n[0]+x.n-x.k, n[1]+x.k
		t.tenths[i] = x
	}
	t.square, t.events, t.loss = sum(), sum(), sum()
	for e := range t.counts {
		t.missing[e] = d.Natural()
		bin, seen := uint64(0), int64(0)
		for i := range d.Count(2) {
			step, c := d.Uvarint(), d.Natural()
			bin += min(step, relBins)
			if step == 0 && i > 0 || bin >= relBins || c == 0 || c > n[e]-seen {
				d.Fail("bad bin of a reliability")
				return d.Err()
			}
			if t.counts[e] == nil {
				t.counts[e] = make([]int64, relBins)
			}
			t.counts[e][bin] = c
			seen += c
		}
		if seen != n[e] {
			d.Fail("bins of a reliability don't add up")
		}
	}
	t.inexact = d.Bool()
	if err := d.Finish(); err != nil {
		return err
	}
	*r = t
	return nil
}
