package cause

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// The parameters of Page's CUSUM, in standard deviations: half the shift that
// it is tuned to find, and the sum at which it alarms.
const (
	Slack = 0.5
	Alarm = 5
)

// Shift is a change of level in a series.
type Shift struct {
	Since int // index of the first value after the change, as the sums have it
	At    int // index of the value at which the alarm went off
	Up    bool
}

// CUSUM runs Page's two-sided cumulative sums over x, against a level of mean
// and standard deviation sd:
//
//	up(i)   = max(0, up(i-1)   + (x(i)-mean)/sd - Slack)
//	down(i) = max(0, down(i-1) - (x(i)-mean)/sd - Slack)
//
// and returns the first shift at which either exceeds Alarm. NaN values are
// passed over. It finds nothing when sd is not above 0.
//
// Source: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954).
func CUSUM(x []float64, mean, sd float64) (Shift, bool) {
	if !(sd > 0) || math.IsInf(sd, 1) {
		return Shift{}, false
	}
	var up, down float64
	upFrom, downFrom := 0, 0 // where the sums last left 0
	for i, v := range x {
		if math.IsNaN(v) {
			continue
		}
		z := (v - mean) / sd
		if up == 0 {
			upFrom = i
		}
		if down == 0 {
			downFrom = i
		}
		up, down = max(0, up+z-Slack), max(0, down-z-Slack)
		switch {
		case up > Alarm && up >= down:
			return Shift{Since: upFrom, At: i, Up: true}, true
		case down > Alarm:
			return Shift{Since: downFrom, At: i}, true
		}
	}
	return Shift{}, false
}

// Daily counts outcomes day by day within bands of the score, each a fixed
// range, so that a change of who applies is not taken for a change of policy.
// Its zero value is empty and ready; it is mergeable.
type Daily struct{ counts stats.Cube }

// firstDay keeps days non-negative within a key: it is in 1790.
const firstDay = -(1 << 16)

// Add counts a row of a band (0 to 32,767) on a day; yes says how it came out.
func (d *Daily) Add(band int, day int64, yes bool) {
	k := uint64(band)<<18 | uint64(day-firstDay)&(1<<17-1)<<1
	if yes {
		k |= 1
	}
	d.counts.Add(k)
}

// Merge adds the counts of o.
func (d *Daily) Merge(o *Daily) { d.counts.Merge(&o.counts) }

// MarshalBinary encodes the counts.
func (d *Daily) MarshalBinary() ([]byte, error) { return d.counts.MarshalBinary() }

// UnmarshalBinary decodes what MarshalBinary encoded.
func (d *Daily) UnmarshalBinary(b []byte) error { return d.counts.UnmarshalBinary(b) }

// Day is one day of one band.
type Day struct{ Day, N, Yes int64 }

// Bands returns the bands that have rows, ascending.
func (d *Daily) Bands() []int {
	var out []int
	for k := range d.counts.All() {
		if b := int(k >> 18); len(out) == 0 || out[len(out)-1] != b {
			out = append(out, b)
		}
	}
	return out
}

// Series returns the days of a band that have rows, ascending.
func (d *Daily) Series(band int) []Day {
	var out []Day
	for k, n := range d.counts.All() {
		if int(k>>18) != band {
			continue
		}
		day := int64(k>>1&(1<<17-1)) + firstDay
		if len(out) == 0 || out[len(out)-1].Day != day {
			out = append(out, Day{Day: day})
		}
		x := &out[len(out)-1]
		x.N += n
		if k&1 == 1 {
			x.Yes += n
		}
	}
	return out
}

// ChangePoint looks for a lasting change of the rate of yes in a series of
// days. The first base days give the level: their pooled rate p. Each later
// day is held against it in its own standard deviation, √(p(1−p)/n), times the
// spread that the base days had beyond that, if any. A rate of 0 or 1 in the
// base days counts as half a row off it. It returns the first day of the new
// level, and its direction.
func ChangePoint(series []Day, base int) (day int64, up, ok bool) {
	if base < 2 || len(series) <= base {
		return 0, false, false
	}
	var n, yes int64
	for _, d := range series[:base] {
		n, yes = n+d.N, yes+d.Yes
	}
	if n == 0 {
		return 0, false, false
	}
	p := min(max(float64(yes), 0.5), float64(n)-0.5) / float64(n)
	z := make([]float64, len(series))
	var squares stats.Sum
	for i, d := range series {
		z[i] = math.NaN()
		if d.N > 0 {
			rate := float64(d.Yes) / float64(d.N)
			z[i] = (rate - p) / math.Sqrt(float64(p*(1-p))/float64(d.N))
			if i < base {
				squares.AddSquare(z[i])
			}
		}
	}
	spread := max(1, math.Sqrt(squares.Value()/float64(base-1)))
	s, ok := CUSUM(z[base:], 0, spread)
	if !ok {
		return 0, false, false
	}
	return series[base+s.Since].Day, s.Up, true
}

// DeclaredWithin is how many days from a change of policy to the version that
// declares it, either way.
const DeclaredWithin = 2

// Declared reports whether the registry declares a change around a day: some
// other version came into force for a product within DeclaredWithin days of it.
func Declared(env *audit.Env, calendar *audit.Calendar, product string, day int64) bool {
	if env.Policies == nil {
		return false
	}
	before := env.Policies.Pick("", product, calendar.Start(day-DeclaredWithin)-1)
	for d := day - DeclaredWithin; d <= day+DeclaredWithin; d++ {
		if env.Policies.Pick("", product, calendar.Start(d+1)-1) != before {
			return true
		}
	}
	return false
}
