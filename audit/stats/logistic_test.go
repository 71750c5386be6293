package stats

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

func TestLogistic(t *testing.T) {
	data, err := os.ReadFile("testdata/logistic.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Name          string
			X             [][]float64
			K, N          []int64
			Params, SE, P []float64
			CI            [][2]float64
			LLF, LLNull   float64
			R2            float64 `json:"pseudo_r2"`
		}
	}
	if err := json.Unmarshal(data, &file); err != nil || len(file.Cases) < 5 {
		t.Fatalf("%d cases: %v", len(file.Cases), err)
	}
	for _, c := range file.Cases {
		p := len(c.X[0])
		var x []float64
		for _, row := range c.X {
			x = append(x, row...)
		}
		f := Logistic(x, p, c.K, c.N)
		if !f.Converged || len(f.Aliased) > 0 {
			t.Fatalf("%s: %+v", c.Name, f)
		}
		same := func(what string, got, want float64) {
			t.Helper()
			// The reference inverts the unscaled information: it is good to 1e-9 or so.
			if !(math.Abs(got-want) <= 2e-8*math.Abs(want)) {
				t.Errorf("%s: %s = %.17g, want %.17g", c.Name, what, got, want)
			}
		}
		for i := range c.Params {
			if c.Name == "far from zero" && i == 0 {
				continue // an intercept 1e6 away
			}
			same("a coefficient", f.Params[i], c.Params[i])
			same("its error", f.SE[i], c.SE[i])
			if c.P[i] > 1e-8 {
				same("its p", f.P(i), c.P[i])
			}
			or := f.OddsRatio(i, 0.95)
			same("odds ratio", or.Value, math.Exp(c.Params[i]))
			same("low", or.Interval.Lo, math.Exp(c.CI[i][0]))
			same("high", or.Interval.Hi, math.Exp(c.CI[i][1]))
		}
		same("likelihood", f.LogLik, c.LLF)
		same("null likelihood", f.LogLikNull, c.LLNull)
		same("pseudo R²", f.PseudoR2(), c.R2)
	}
}

// With one dummy the regression is the 2×2 table: the odds ratio and Woolf's
// interval.
func TestLogisticIsWoolf(t *testing.T) {
	tab := Table{90, 218, 154, 1527}
	f := Logistic([]float64{1, 0}, 1, []int64{tab.A, tab.C}, []int64{tab.A + tab.B, tab.C + tab.D})
	want, got := tab.OddsRatio(0.95), f.OddsRatio(1, 0.95)
	for _, x := range [][2]float64{{got.Value, want.Value}, {got.LogSE, want.LogSE}, {got.Interval.Lo, want.Interval.Lo}, {got.Interval.Hi, want.Interval.Hi}} {
		if math.Abs(x[0]/x[1]-1) > 1e-12 {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if math.Abs(got.Value-4.0935898963421895) > 1e-11 {
		t.Errorf("odds ratio %v", got.Value)
	}
	// Approval of white applicants as Wooldridge prints it, to six digits.
	f = Logistic([]float64{1, 0}, 1, []int64{1527, 218}, []int64{1681, 308})
	for _, x := range [][2]float64{{f.Params[0], 0.884685}, {f.Params[1], 1.409422}, {f.SE[1], 0.151151}} {
		if math.Abs(x[0]-x[1]) > 5e-7 {
			t.Errorf("%v, printed %v", x[0], x[1])
		}
	}
}

// What has no estimate must say so, never be a number.
func TestLogisticSeparated(t *testing.T) {
	ten := func(n int) []int64 {
		out := make([]int64, n)
		for i := range out {
			out[i] = 10
		}
		return out
	}
	for _, c := range []struct {
		name string
		x    []float64
		p    int
		k, n []int64
	}{
		{"complete", []float64{1, 2, 3, 4}, 1, []int64{0, 0, 10, 10}, ten(4)},
		{"quasi-complete", []float64{1, 2, 3, 4}, 1, []int64{0, 0, 3, 10}, ten(4)},
		{"a dummy always denied", []float64{0, 0, 0, 1, 1, 0, 1, 1}, 2, []int64{3, 5, 10, 10}, ten(4)},
		{"nobody", []float64{0, 1}, 1, []int64{0, 0}, ten(2)},
		{"everybody", []float64{0, 1}, 1, []int64{10, 10}, ten(2)},
		{"no rows", nil, 1, nil, nil},
	} {
		f := Logistic(c.x, c.p, c.k, c.n)
		if f.Converged {
			t.Errorf("%s: %+v", c.name, f)
		}
		for i := range f.Params {
			if f.Params[i] == f.Params[i] || f.SE[i] == f.SE[i] || f.P(i) == f.P(i) {
				t.Errorf("%s: coefficient %d has a value", c.name, i)
			}
		}
	}
}

// A column that others make up is left out, the last of them.
func TestLogisticAliased(t *testing.T) {
	x := []float64{ // the third is the sum of the first two, the fourth constant
		0, 1, 1, 5,
		1, 0, 1, 5,
		2, 1, 3, 5,
		3, 3, 6, 5,
		1, 4, 5, 5,
	}
	f := Logistic(x, 4, []int64{3, 4, 2, 6, 5}, []int64{10, 9, 8, 11, 12})
	if !f.Converged || len(f.Aliased) != 2 || f.Aliased[0] != 2 || f.Aliased[1] != 3 || f.Params[3] == f.Params[3] || f.Params[1] != f.Params[1] {
		t.Errorf("%+v", f)
	}
}

func BenchmarkLogistic(b *testing.B) {
	const rows, p = 4096, 15
	x := make([]float64, rows*p)
	k, n := make([]int64, rows), make([]int64, rows)
	for i := range rows {
		for c := range p {
			x[i*p+c] = math.Mod(float64((i+1)*(c+7))*0.618034, 1)
		}
		n[i] = 4
		k[i] = int64(4 * math.Mod(float64(i)*0.414213, 1))
	}
	for b.Loop() {
		Logistic(x, p, k, n)
	}
}
