package stats

import (
	_ "embed"
	"encoding/json"
	"math"
	"testing"
)

// Written by scipy 1.x: ttest_ind(equal_var=False), t.interval and t.sf.
//
//go:embed testdata/welch.json
var welchJSON []byte

func TestWelch(t *testing.T) {
	var ref struct {
		Welch []struct {
			A, B            []float64
			Level, T, P, DF float64
			Low, High       float64
			MeanLow         float64 `json:"mean_low"`
			MeanHigh        float64 `json:"mean_high"`
		}
		SF [][3]float64
	}
	if err := json.Unmarshal(welchJSON, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Welch) < 8 || len(ref.SF) < 40 {
		t.Fatalf("%d and %d reference values", len(ref.Welch), len(ref.SF))
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-9*math.Abs(want)) && !(math.Abs(got-want) <= 1e-300) {
			t.Errorf("%s = %.17g, want %.17g", what, got, want)
		}
	}
	for _, c := range ref.Welch {
		var a, b Moments
		a.AddSlice(c.A)
		b.AddSlice(c.B)
		_, i, test := Welch(&a, &b, c.Level)
		near("statistic", test.Statistic, c.T)
		near("p", test.P, c.P)
		near("low", i.Lo, c.Low)
		near("high", i.Hi, c.High)
		if test.DF != int(c.DF) {
			t.Errorf("df %d, want %v", test.DF, c.DF)
		}
		if m := MeanInterval(&a, c.Level); c.A[0] != c.A[1] {
			near("low of the mean", m.Lo, c.MeanLow)
			near("high of the mean", m.Hi, c.MeanHigh)
		}
	}
	for _, c := range ref.SF {
		near("sf", StudentSF(c[0], c[1]), c[2])
	}
	var one, two Moments
	one.Add(1)
	two.AddSlice([]float64{2, 2})
	if d, i, test := Welch(&one, &two, 0.95); d != -1 || i.Lo == i.Lo || test.P == test.P {
		t.Errorf("one value against two: %v %v %v", d, i, test)
	}
	if d, _, test := Welch(&two, &two, 0.95); d != 0 || test.P == test.P {
		t.Errorf("no variance: %v %v", d, test)
	}
}
