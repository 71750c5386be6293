package score

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

func causesOf(r *audit.Result) map[string]int {
	n := map[string]int{}
	for _, c := range r.Cases {
		key := c.Cause
		if c.Item(evSystemic) != "" {
			key += "!"
		}
		n[key]++
	}
	return n
}

// Random differences on a card of whole points coincide with explanations all
// the time; none of them must be named.
func TestRandomDifferencesHaveNoCause(t *testing.T) {
	k := newBook(t, "")
	b := k.batch(6000)
	for i := range b.N {
		d := float64(1 + k.rng.IntN(60))
		if k.rng.IntN(2) == 0 {
			d = -d
		}
		b.Cols[2].Floats[i] += d
	}
	_, r := k.run(t, b)
	got := causesOf(r)
	for cause, n := range got {
		if strings.HasSuffix(cause, "!") {
			t.Errorf("%d random differences were named %s", n, cause)
		}
	}
	// A few coincidences under the systemic size remain.
	if got["M8_UNEXPLAINED"] < 5900*9/10 {
		t.Errorf("causes of random differences: %v", got)
	}
}

// A true cause must be found among random differences, whole.
func TestCauseAmongRandomDifferences(t *testing.T) {
	k := newBook(t, "")
	b := k.batch(3000)
	for i := range b.N {
		b.Cols[2].Floats[i] += float64(1+k.rng.IntN(60)) * float64(1-2*k.rng.IntN(2))
	}
	unit := k.batch(60) // tenure in days where the score was made
	months := append([]float64(nil), unit.Cols[9].Floats...)
	for i, x := range months {
		unit.Cols[9].Floats[i] = x * 30
	}
	k.rescore(unit)
	copy(unit.Cols[2].Floats, unit.Scores.Score)
	copy(unit.Cols[9].Floats, months)
	k.rescore(unit)
	shift := k.batch(250)
	for i := range shift.N {
		shift.Cols[2].Floats[i] += 17
	}
	_, r := k.run(t, b, unit, shift)
	got := causesOf(r)
	wrong := 0
	for i := range unit.N {
		if unit.Cols[2].Floats[i] != unit.Scores.Score[i] {
			wrong++
		}
	}
	if n := got["M6_UNIT!"]; n < wrong || n > wrong+60 {
		t.Errorf("%d rows named M6, want the %d planted and few others: %v", n, wrong, got)
	}
	if n := got["M7_SHIFT!"]; n < 240 || n > 310 {
		t.Errorf("%d rows named M7, want the 250 planted and few others: %v", n, got)
	}
	for _, c := range r.Cases {
		if c.Cause == "M6_UNIT" && c.Item(evSystemic) != "" && c.Item("input") != "tenure_months" {
			t.Fatalf("systemic unit error of %s", c.Item("input"))
		}
	}
}

func TestPoissonTail(t *testing.T) {
	for _, x := range []struct {
		n    int
		mean float64
		want float64 // scipy.stats.poisson.sf(n-1, mean)
	}{
		{1, 0.5, 0.3934693402873665},
		{12, 1, 8.316107426882326e-10},
		{30, 1, 1.4330814167223303e-33},
		{30, 10, 2.509951201527959e-07},
		{200, 166.7, 0.00664675411167259},
		{1000, 700, 1.0158583345333078e-26},
		{240, 166.6, 5.511951488467101e-08},
		{5, 0.001, 8.326391864211505e-18},
	} {
		if got := poissonTail(x.n, x.mean); math.Abs(got-x.want) > 1e-9*x.want {
			t.Errorf("P(X ≥ %d | %g) = %g, want %g", x.n, x.mean, got, x.want)
		}
	}
	if poissonTail(30, 0) != 0 || poissonTail(3, 4) != 1 {
		t.Error("ends of the tail")
	}
}

func TestTolerance(t *testing.T) {
	for _, x := range []struct {
		info  modelInfo
		y, by float64
		want  bool
	}{
		{modelInfo{}, 612, 0, true},
		{modelInfo{}, 612, 1e-9, false}, // whole points are exact
		{modelInfo{}, 612.5, 6e-4, true},
		{modelInfo{}, 612.5, 7e-4, false},
		{modelInfo{fixed: 0.005}, 612.5, 0.0049, true},
		{modelInfo{fixed: 0.005}, 612, 0.006, false},
		{modelInfo{output: probabilityOutput}, 0.25, 0.9e-9, true},
		{modelInfo{output: probabilityOutput}, 0.25, 1.1e-9, false},
		{modelInfo{output: probabilityOutput, single: true}, 0.25, 0.9e-6, true},
		{modelInfo{output: probabilityOutput, single: true}, 0.25, 1.1e-6, false},
		{modelInfo{output: marginOutput}, -3, 0.9e-5, true},
		{modelInfo{output: marginOutput}, -3, 1.1e-5, false},
	} {
		if got := x.info.equal(x.y+x.by, x.y); got != x.want {
			t.Errorf("%+v: %g and %g apart: equal is %v", x.info, x.y, x.by, got)
		}
	}
}

// Beyond classify_max the sample is the same however the rows come, and the
// count stays exact.
func TestSampleOfMismatches(t *testing.T) {
	k := newBook(t, "checks: {scorematch: {classify_max: 50}}\n")
	var batches []*features.Batch
	for range 8 {
		b := k.batch(100)
		for i := range b.N {
			b.Cols[2].Floats[i] += 1000.5
		}
		batches = append(batches, b)
	}
	one, r := k.run(t, batches...)
	want, _ := one.MarshalBinary()
	if len(r.Cases) != 50 || r.Coverage[0].Judged != 800 || len(r.Coverage[0].Why) != 1 {
		t.Errorf("%d cases of %d rows, why %v", len(r.Cases), r.Coverage[0].Judged, r.Coverage[0].Why)
	}
	var sum int64
	for _, m := range r.Metrics {
		if m.Name == mismatchRate {
			sum += m.K
		}
	}
	if sum != 800 {
		t.Errorf("classes add up to %d rows of 800", sum)
	}
	left, right := newState(k.env), newState(k.env)
	for i := len(batches) - 1; i >= 0; i-- {
		[]*state{left, right}[i%3%2].Update(batches[i])
	}
	right.Merge(left)
	if got, _ := right.MarshalBinary(); string(got) != string(want) {
		t.Error("the sample depends on the order of rows")
	}
}

// A row whose model is known but could not score it lacks an input; one whose
// model is not known lacks a model. Neither is a mismatch.
func TestNotRecomputable(t *testing.T) {
	k := newBook(t, "")
	b := k.batch(100)
	for i := range 3 {
		b.Scores.Model[i] = -1
	}
	v := &b.Cols[4]
	for i := 3; i < 8; i++ {
		b.Scores.Model[i], v.Codes[i] = -1, v.Dict.CodeOf("m0")
	}
	_, r := k.run(t, b)
	got := map[string]int64{}
	for _, m := range r.Metrics {
		if strings.HasPrefix(m.Name, notRecomputable) {
			got[m.Name+" "+m.Segment] = m.K
		}
	}
	want := map[string]int64{notRecomputable + " ": 8, unscorableInputs + " model_version=m1": 3, unknownVersion + " model_version=m0": 5}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if c := r.Coverage[0]; c.Judged != 92 || len(r.Cases) != 0 {
		t.Errorf("%d rows judged, %d cases", c.Judged, len(r.Cases))
	}
	f := ScoreMatch.Conclude(k.env, r.Cases, r.Metrics)
	if len(f) != 1 || f[0].Rules[0] != "M9" || !strings.Contains(f[0].What.En, "m0 (5)") || !strings.Contains(f[0].What.En, "m1 (3)") {
		t.Errorf("findings %+v", f)
	}
}

func TestUpdateAllocatesNothing(t *testing.T) {
	k := newBook(t, "")
	b := k.batch(4096)
	s := newState(k.env)
	s.Update(b)
	if n := testing.AllocsPerRun(10, func() { s.Update(b) }); n != 0 {
		t.Errorf("%v allocations a batch without mismatches", n)
	}
}

func BenchmarkUpdate(b *testing.B) {
	k := newBook(b, "")
	batch := k.batch(features.BatchRows)
	s := newState(k.env)
	b.ReportAllocs()
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(float64(b.N)*features.BatchRows/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkMismatch is the cost of a batch in which every row is explained.
func BenchmarkMismatch(b *testing.B) {
	k := newBook(b, "")
	batch := k.batch(features.BatchRows)
	for i := range batch.N {
		batch.Cols[2].Floats[i] += 41.25
	}
	for b.Loop() {
		newState(k.env).Update(batch)
	}
	b.ReportMetric(float64(b.N)*features.BatchRows/b.Elapsed().Seconds(), "rows/s")
}
