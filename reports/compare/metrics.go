package compare

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/reports"
)

// Metrics is what became of the numbers that both reports have.
type Metrics struct {
	Method     string   `json:"method"`     // "exact" on the same data, else "Benjamini-Hochberg"
	Alpha      float64  `json:"alpha"`      // its false discovery rate
	Level      float64  `json:"level"`      // of the intervals of change
	LeastGap   float64  `json:"least_gap"`  // least change of shares that counts
	LeastPart  float64  `json:"least_part"` // least relative change of ratios and other numbers that counts
	Both       int      `json:"in_both"`
	OnlyOld    int      `json:"only_old"`
	OnlyNew    int      `json:"only_new"`
	Compared   int      `json:"compared"`   // with an interval each: the tests of this comparison
	Untested   int      `json:"untested"`   // without one, insufficient or suppressed in either
	Changed    int      `json:"changed"`    // by more than chance and enough to matter
	Restricted int      `json:"restricted"` // surely changed, but by too little to matter
	Changes    []Metric `json:"changes"`    // the changed ones; of all that were compared when asked for
	all        []Metric
}

// Metric is a number of both reports.
type Metric struct {
	ID        string `json:"id"`
	Check     string `json:"check"`
	Name      string `json:"name"`
	Period    string `json:"period"`
	Segment   string `json:"segment"`
	Group     string `json:"group"`
	Reference string `json:"reference"`
	Rows      string `json:"rows"` // same_data, same_period or maybe_overlapping

	Old       float64 `json:"old"`
	New       float64 `json:"new"`
	OldN      int64   `json:"old_n"`
	NewN      int64   `json:"new_n"`
	OldStatus string  `json:"old_status"`
	NewStatus string  `json:"new_status"`
	// Scale says what Change is: "difference", new − old, or "ratio", new ÷ old.
	Scale     string   `json:"scale"`
	Change    float64  `json:"change"`
	Low       *float64 `json:"low"` // interval of Change; null on the same data
	High      *float64 `json:"high"`
	Interval  string   `json:"interval"` // newcombe, mover, mover_log, or "" on the same data
	P         *float64 `json:"p"`
	PAdjusted *float64 `json:"p_adjusted"`
	Changed   bool     `json:"changed"`
	Direction string   `json:"direction"` // worse, better or other: as seen from the threshold that it is past
	old, new  audit.Metric
}

// compareMetrics compares the metrics that both reports have, in one family of
// tests. On the same data there is no chance in a difference: it is exact.
func compareMetrics(old, new *Report, same bool) Metrics {
	out := Metrics{Method: "Benjamini-Hochberg", Alpha: Alpha, Level: Level, LeastGap: LeastGap, LeastPart: LeastPart}
	if same {
		out.Method = "exact"
	}
	for _, id := range slices.Sorted(maps.Keys(new.Metrics)) {
		n := new.Metrics[id]
		o, ok := old.Metrics[id]
		if !ok {
			out.OnlyNew++
			continue
		}
		out.Both++
		m := Metric{ID: id, Check: n.Check, Name: n.Name, Period: n.Period, Segment: n.Segment, Group: n.Group, Reference: n.Reference,
			Old: o.Value, New: n.Value, OldN: o.N, NewN: n.N, OldStatus: o.Status.String(), NewStatus: n.Status.String(), old: o, new: n}
		switch {
		case same:
			m.Rows = "same_data"
		case n.Period != "":
			m.Rows = "same_period"
		default:
			m.Rows = "maybe_overlapping"
		}
		if !m.measure(same) {
			out.Untested++
			continue
		}
		out.all = append(out.all, m)
	}
	out.Compared, out.OnlyOld = len(out.all), len(old.Metrics)-out.Both
	out.judge(same)
	slices.SortStableFunc(out.all, func(a, b Metric) int {
		rank := map[string]int{"worse": 0, "better": 1, "other": 2}
		return cmp.Or(cmp.Compare(rank[a.Direction], rank[b.Direction]), cmp.Compare(pOf(a), pOf(b)), cmp.Compare(a.Check, b.Check),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Segment, b.Segment), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Period, b.Period), cmp.Compare(a.ID, b.ID))
	})
	out.Changes = []Metric{}
	for _, m := range out.all {
		if m.Changed {
			out.Changes = append(out.Changes, m)
		}
	}
	out.Changed = len(out.Changes)
	return out
}

func pOf(m Metric) float64 {
	if m.PAdjusted == nil {
		return 0
	}
	return *m.PAdjusted
}

// judge corrects all comparisons together and says which are news.
func (ms *Metrics) judge(same bool) {
	p := make([]float64, len(ms.all))
	for i, m := range ms.all {
		p[i] = math.NaN()
		if m.P != nil {
			p[i] = *m.P
		}
	}
	adjusted := stats.BenjaminiHochberg(p)
	for i := range ms.all {
		m := &ms.all[i]
		sure := same && m.Old != m.New
		if m.P != nil {
			m.PAdjusted = &adjusted[i]
			none := 0.0
			if m.Scale == "ratio" {
				none = 1
			}
			sure = adjusted[i] <= ms.Alpha && (*m.Low > none || *m.High < none)
		}
		m.Direction = m.direction()
		if sure && !m.matters() {
			ms.Restricted++
		}
		m.Changed = sure && m.matters()
	}
}

// measure fills in the change and its interval; false: there is nothing to
// compare.
func (m *Metric) measure(same bool) bool {
	o, n := &m.old, &m.new
	if o.Suppressed || n.Suppressed || !finite(o.Value) || !finite(n.Value) || o.Status == audit.Insufficient || n.Status == audit.Insufficient {
		return false
	}
	m.Scale, m.Change = "difference", n.Value-o.Value
	ratio := onLogScale(m.Name) && o.Value > 0 && n.Value > 0
	if ratio {
		m.Scale, m.Change = "ratio", n.Value/o.Value
	}
	switch {
	case !finite(m.Change):
		return false
	case same:
		return true
	case share(o) && share(n):
		m.Interval = "newcombe"
		return m.interval(n.Value-o.Value, stats.Newcombe(n.K, n.N, o.K, o.N, Level), false)
	case !confidence(o) || !confidence(n):
		return false
	case ratio && o.Low > 0 && n.Low > 0:
		m.Interval = "mover_log"
		a, b := math.Log(n.Value), math.Log(o.Value)
		return m.interval(a-b, stats.Mover(a, atLevel(a, math.Log(n.Low), math.Log(n.High), n.Level), b, atLevel(b, math.Log(o.Low), math.Log(o.High), o.Level)), true)
	default:
		m.Scale, m.Change, m.Interval = "difference", n.Value-o.Value, "mover"
		return m.interval(m.Change, stats.Mover(n.Value, atLevel(n.Value, n.Low, n.High, n.Level), o.Value, atLevel(o.Value, o.Low, o.High, o.Level)), false)
	}
}

// interval keeps the interval of a change d around it, and the p-value that
// agrees with it: that of the standard error which the end nearer to no change
// stands for.
func (m *Metric) interval(d float64, i stats.Interval, log bool) bool {
	half := d - i.Lo
	if d < 0 {
		half = i.Hi - d
	}
	if !finite(i.Lo) || !finite(i.Hi) || !(half > 0) {
		return false
	}
	p := stats.TwoSided(math.Abs(d) / half * stats.NormalQuantile((1+Level)/2))
	if log {
		i.Lo, i.Hi = math.Exp(i.Lo), math.Exp(i.Hi)
	}
	if !finite(i.Lo) || !finite(i.Hi) {
		return false
	}
	m.Low, m.High, m.P = &i.Lo, &i.Hi, &p
	return true
}

// atLevel is the interval of a value at Level, where its report made it at
// another one.
func atLevel(v, low, high, level float64) stats.Interval {
	if level == Level {
		return stats.Interval{Lo: low, Hi: high}
	}
	f := stats.NormalQuantile((1+Level)/2) / stats.NormalQuantile((1+level)/2)
	return stats.Interval{Lo: v - float64(f*(v-low)), Hi: v + float64(f*(high-v))}
}

// share reports whether a metric is k of n, so that its interval needs no
// trust in that of the report.
func share(m *audit.Metric) bool {
	return m.N > 0 && m.K >= 0 && m.K <= m.N && (m.Interval == "wilson" || m.Interval == "clopper_pearson") &&
		math.Abs(m.Value-float64(m.K)/float64(m.N)) < 1e-9
}

// bounds are intervals that say between what a number lies, whatever the
// sample: no statement about chance.
var bounds = []string{"range", "denied_outcomes", "unknown_groups", "frechet_bounds"}

// confidence reports whether a metric has an interval that is one of chance.
func confidence(m *audit.Metric) bool {
	return m.Interval != "" && !slices.Contains(bounds, m.Interval) && finite(m.Low) && finite(m.High) && m.Level > 0 && m.Level < 1
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// onLogScale reads a metric's name: ratios, odds and geometric means change by
// factors.
func onLogScale(name string) bool {
	for _, part := range strings.Split(name, "_") {
		switch part {
		case "ratio", "odds", "geometric":
			return !strings.HasSuffix(name, "_difference") && !strings.HasPrefix(name, "log_")
		}
	}
	return name == "disparate_impact" || strings.HasPrefix(name, "adverse_impact")
}

// matters reports whether the change is large enough to be news.
func (m *Metric) matters() bool {
	switch {
	case m.Scale == "ratio":
		return math.Abs(math.Log(m.Change)) >= math.Log1p(LeastPart)
	case reports.MetricShares(&m.new):
		return math.Abs(m.Change) >= LeastGap
	}
	return math.Abs(m.Change) >= float64(LeastPart*max(math.Abs(m.Old), math.Abs(m.New)))
}

// direction tells whether the number moved away from the threshold that it is
// or was past: worse, or better. Others just moved.
func (m *Metric) direction() string {
	flagged := &m.new
	if flagged.Status < audit.Warn {
		flagged = &m.old
	}
	side := flagged.Value - flagged.Threshold
	if flagged.Status < audit.Warn || !finite(side) || side == 0 || m.New == m.Old {
		return "other"
	}
	if (m.New > m.Old) == (side > 0) {
		return "worse"
	}
	return "better"
}

// moved lists the changed metrics by id.
func (ms *Metrics) moved() map[string]*Metric {
	out := map[string]*Metric{}
	for i := range ms.Changes {
		out[ms.Changes[i].ID] = &ms.Changes[i]
	}
	return out
}

// All lists every comparison as if it were news.
func (ms *Metrics) All() { ms.Changes = ms.all }
