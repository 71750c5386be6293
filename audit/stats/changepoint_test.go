package stats

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// around are the deviations of xs from their mean, of variance 1.
func around(xs []float64) Series {
	var mean float64
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	s := Series{V: make([]float64, len(xs))}
	for i, x := range xs {
		s.R, s.V[i] = append(s.R, x-mean), 1
	}
	return s
}

// TestRuptures holds the segmentation against ruptures' (testdata/changepoint.py).
func TestRuptures(t *testing.T) {
	data, err := os.ReadFile("testdata/changepoint.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		X            []float64
		Least, Count int
		Binseg, Pelt []int
		Best         int
		Gain         float64
	}
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 5 {
		t.Fatalf("%d cases: %v", len(cases), err)
	}
	for i, c := range cases {
		s := around(c.X)
		got := s.BinarySegmentation(c.Least, c.Count)
		slices.Sort(got)
		if !slices.Equal(got, c.Binseg) {
			t.Errorf("case %d: binary segmentation %v, ruptures %v", i, got, c.Binseg)
		}
		one, ok := s.Candidate(c.Least, 1, 0.95)
		if !ok || one.At != c.Best || math.Abs(one.Gain-c.Gain) > 1e-9*c.Gain {
			t.Errorf("case %d: best step at %d with gain %v, ruptures %d, %v", i, one.At, one.Gain, c.Best, c.Gain)
		}
		var found []int
		for _, p := range s.ChangePoints(c.Least, s.Dispersion(), 0.05, 0.95) {
			found = append(found, p.At)
			if p.Lo > p.At || p.Hi < p.At || !(p.P < 0.05) || p.From >= p.At || p.To <= p.At {
				t.Errorf("case %d: %+v", i, p)
			}
		}
		if s.Dispersion() == 1 { // the penalty given to PELT is below it
			continue
		}
		if !slices.Equal(found, c.Pelt) {
			t.Errorf("case %d: change-points %v, PELT %v", i, found, c.Pelt)
		}
	}
}

// TestStepsByChance: a year of days without a change has a change-point with a
// chance of alpha at most, for even and uneven days, seven series lengths.
func TestStepsByChance(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	const rounds, alpha = 600, 0.05
	for _, n := range []int{60, 180, 365, 540} {
		alarms := 0
		for range rounds {
			s := Series{R: make([]float64, n), V: make([]float64, n)}
			for i := range n {
				s.V[i] = 1 + 9*rng.Float64()
				s.R[i] = math.Sqrt(s.V[i]) * rng.NormFloat64()
			}
			if len(s.ChangePoints(14, s.Dispersion(), alpha, 0.95)) > 0 {
				alarms++
			}
		}
		// Three standard errors of the share above the nominal one.
		if share := float64(alarms) / rounds; share > alpha+3*math.Sqrt(alpha*(1-alpha)/rounds) {
			t.Errorf("%d days: %.3f of the series have a change-point", n, share)
		} else {
			t.Logf("%d days: %.3f", n, share)
		}
	}
}

// TestStepInterval: the interval of the place holds it as often as it says, and
// a slope is no step.
func TestStepInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	const rounds = 400
	inside, found, slopes := 0, 0, 0
	for range rounds {
		var step, slope []float64
		for i := range 300 {
			x := rng.NormFloat64()
			level := 0.0
			if i >= 130 {
				level = 0.7
			}
			step, slope = append(step, x+level), append(slope, x+float64(i)*0.008)
		}
		s := around(step)
		for _, p := range s.ChangePoints(14, 1, 0.05, 0.95) {
			if p.At > 90 && p.At < 170 {
				found++
				if p.Lo <= 130 && p.Hi >= 130 {
					inside++
				}
				break
			}
		}
		if len(around(slope).ChangePoints(14, 1, 0.05, 0.95)) > 0 {
			slopes++
		}
	}
	if found < rounds*95/100 || inside < found*92/100 {
		t.Errorf("%d of %d steps found, %d within the interval", found, rounds, inside)
	}
	if slopes > rounds/20 {
		t.Errorf("%d of %d slopes are called steps", slopes, rounds)
	}
}

// TestCusum by hand, and against the lengths of Montgomery's table (two-sided,
// k = 0.5): 168 at h = 4, 465 at h = 5.
func TestCusum(t *testing.T) {
	up, down := Cusum([]float64{0.5, 1.5, 1, -0.25, -2, -1, 3}, 0.5)
	if !slices.Equal(up, []float64{0, 1, 1.5, 0.75, 0, 0, 2.5}) || !slices.Equal(down, []float64{0, 0, 0, 0, 1.5, 2, 0}) {
		t.Errorf("sums %v and %v", up, down)
	}
	for h, want := range map[float64]float64{4: 168, 5: 465} {
		if got := CusumLength(0.5, h); math.Abs(got/want-1) > 0.02 {
			t.Errorf("length at %v: %v, want %v", h, got, want)
		}
	}
	if h := CusumLimit(0.5, 365, 0.05); h < 7.5 || h > 8 {
		t.Errorf("a year's limit is %v", h)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	alarms := 0
	for range 500 {
		z := make([]float64, 365)
		for i := range z {
			z[i] = rng.NormFloat64()
		}
		up, down := Cusum(z, 0.5)
		if max(slices.Max(up), slices.Max(down)) > CusumLimit(0.5, 365, 0.05) {
			alarms++
		}
	}
	if alarms > 40 { // 25 expected
		t.Errorf("%d alarms in 500 years without a change", alarms)
	}
}
