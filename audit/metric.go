package audit

import (
	"cmp"
	"math"
)

// Metric is a number about a slice of the rows and a group, with everything
// needed to believe it. NaN means "not estimable" or "not applicable".
type Metric struct {
	Check string
	Name  string // snake_case, as fairlearn spells it where it has the metric

	Period    string // "2025-03"; "" = all periods
	Segment   string // "product=cash"; "" = all rows
	Group     string // "sex=F"; "" = all rows
	Reference string // "sex=M": what it is compared with; or the reference period

	Value     float64
	Low, High float64 // interval
	Level     float64 // of the interval, e.g. 0.95
	Interval  string  // its method, e.g. "wilson"

	K, N       int64 // numerator and denominator of the group
	KRef, NRef int64 // of the reference

	Test      string  // "fisher", "chi2_yates" …; "" = none
	P         float64 // raw
	PAdjusted float64 // over the whole report; set by Settle
	Effect    float64 // effect size, and
	EffectOf  string  // what it is, e.g. "shortfall"
	Gap       float64 // minimum detectable gap at these sizes (80 % power)

	Threshold float64 // what Value was held against
	// Reach is the status the effect alone would give; Settle vetoes it with
	// the corrected p-value. Insufficient marks cells under the plan's minimum.
	Reach      Status
	Status     Status // set by Settle
	Suppressed bool   // a cell is too small to publish: values are withheld
	Warnings   []Text
}

// NewMetric returns a metric with every number not applicable.
func NewMetric(check, name string) Metric {
	n := math.NaN()
	return Metric{Check: check, Name: name, Value: n, Low: n, High: n, Level: n, P: n, PAdjusted: n, Effect: n, Gap: n, Threshold: n, Reach: Pass}
}

// ID is the metric's stable id: its row key in metrics.arrow.
func (m *Metric) ID() string {
	return StableID(m.Check, m.Name, m.Period, m.Segment, m.Group, m.Reference)
}

func (a *Metric) compare(b Metric) int {
	return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Segment, b.Segment),
		cmp.Compare(a.Group, b.Group), cmp.Compare(a.Reference, b.Reference), cmp.Compare(a.Period, b.Period))
}

// Suppress withholds the numbers of m, so that a small cell can't be read off.
func (m *Metric) Suppress() {
	n := math.NaN()
	m.Suppressed, m.Reach = true, Insufficient
	m.Value, m.Low, m.High, m.P, m.Effect, m.Gap = n, n, n, n, n, n
	m.K, m.N, m.KRef, m.NRef = 0, 0, 0, 0
}
