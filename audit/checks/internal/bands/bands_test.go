package bands

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"evenhand/audit/stats"
)

func same(stratum, cell uint32) (uint32, uint32) { return stratum, cell }

func TestBinsAreOrdered(t *testing.T) {
	xs := []float64{math.Inf(-1), -1e300, -2048, -1.5, -1e-300, 0, 1e-300, 0.1, 0.5, 1, 2, 300, 301, 2047, 2048, 1e300, math.Inf(1)}
	for i := 1; i < len(xs); i++ {
		if binOf(xs[i-1]) >= binOf(xs[i]) {
			t.Errorf("%v and %v: bins %d and %d", xs[i-1], xs[i], binOf(xs[i-1]), binOf(xs[i]))
		}
	}
	if binOf(math.NaN()) != unscored || binOf(math.Inf(-1)) == unscored {
		t.Error("a missing score has no bin of its own")
	}
	if binOf(math.Copysign(0, -1)) != binOf(0) {
		t.Error("minus zero is not zero")
	}
	for i := -2048; i < 2048; i++ {
		if binOf(float64(i)) == binOf(float64(i)+1) {
			t.Errorf("%d and %d share a bin", i, i+1)
		}
		if i >= 0 && edge(binOf(float64(i))) != float64(i) {
			t.Errorf("edge of the bin of %d is %v", i, edge(binOf(float64(i))))
		}
	}
}

func TestKey(t *testing.T) {
	for _, k := range [][2]uint32{{0, 0}, {MaxStrata - 1, 0}, {0, MaxCells - 1}, {7, 9}} {
		if s, c := Unkey(Key(k[0], k[1])); s != k[0] || c != k[1] {
			t.Errorf("%v comes back as %d, %d", k, s, c)
		}
	}
}

func TestCut(t *testing.T) {
	var c Counts
	for score := range 100 { // twice each, cells 1 and 2
		c.AddSlice([]uint64{Key(3, 1), Key(3, 2)}, []float64{float64(score), float64(score)})
	}
	c.AddSlice([]uint64{Key(3, 1), Key(1, 5)}, []float64{math.NaN(), 7})
	c.AddSlice([]uint64{Key(2, 4), Key(2, 4)}, nil)
	got := c.Cut(10)
	if len(got) != 13 {
		t.Fatalf("%d bands, want 13: %+v", len(got), got)
	}
	if b := got[0]; b.Stratum != 1 || b.Number != 5 || b.Low != 7 || b.High != 7 || !slices.Equal(b.Cells, []Cell{{5, 1}}) {
		t.Errorf("a stratum of one score: %+v", b)
	}
	if b := got[1]; b.Stratum != 2 || b.Number != -1 || !math.IsNaN(b.Low) || !slices.Equal(b.Cells, []Cell{{4, 2}}) {
		t.Errorf("a stratum without scores: %+v", b)
	}
	if b := got[2]; b.Stratum != 3 || b.Number != -1 || !slices.Equal(b.Cells, []Cell{{1, 1}}) {
		t.Errorf("rows without a score: %+v", b)
	}
	for i, b := range got[3:] {
		if b.Stratum != 3 || b.Number != i || b.Low != float64(10*i) || b.High != float64(10*i+9) || !slices.Equal(b.Cells, []Cell{{1, 10}, {2, 10}}) {
			t.Errorf("band %d: %+v", i, b)
		}
	}
	tables := Tables(got, func(cell uint32) (Side, bool) { return map[uint32]Side{1: Group, 2: Reference}[cell], cell == 1 })
	if len(tables) != 10 || tables[0] != (stats.Table{A: 10, D: 10}) {
		t.Errorf("tables: %v", tables)
	}
}

// Equal scores stay together, even where they are more than a tenth.
func TestCutKeepsTies(t *testing.T) {
	var c Counts
	for range 90 {
		c.AddSlice([]uint64{Key(0, 0)}, []float64{600})
	}
	for i := range 10 {
		c.AddSlice([]uint64{Key(0, 0)}, []float64{float64(700 + i)})
	}
	got := c.Cut(10)
	if len(got) != 2 || got[0].Number != 4 || got[0].Cells[0].N != 90 || got[1].Number != 9 {
		t.Errorf("%+v", got)
	}
}

// However rows are spread over states, the encoding is the same.
func TestMerge(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var whole Counts
	parts := make([]Counts, 3)
	for range 500 {
		k, x := Key(uint32(rng.IntN(3)), uint32(rng.IntN(4))), math.Round(rng.Float64()*300)
		whole.AddSlice([]uint64{k}, []float64{x})
		// Parts number strata the other way around.
		s, cell := Unkey(k)
		parts[rng.IntN(3)].AddSlice([]uint64{Key(2-s, cell)}, []float64{x})
	}
	var merged Counts
	for i := range parts {
		merged.Merge(&parts[i], func(s, c uint32) (uint32, uint32) { return 2 - s, c })
	}
	var a, b stats.Encoder
	whole.Encode(&a, same)
	merged.Encode(&b, same)
	if !bytes.Equal(a.Data(), b.Data()) {
		t.Error("parts do not make the whole")
	}
	var back Counts
	d := stats.NewDecoder(b.Data())
	if back.Decode(d); d.Finish() != nil {
		t.Fatal(d.Err())
	}
	var n int64
	back.Each(func(_, _ uint32, m int64) { n += m })
	if n != 500 {
		t.Errorf("%d rows come back", n)
	}
}

func BenchmarkAddSlice(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	const rows = 4096
	strata, scores, keys := make([]uint64, rows), make([]float64, rows), make([]uint64, rows)
	for i := range rows {
		strata[i], scores[i] = Key(uint32(rng.IntN(6)), uint32(rng.IntN(10))), math.Round(300+rng.NormFloat64()*60)
	}
	var c Counts
	for b.Loop() {
		copy(keys, strata)
		c.AddSlice(keys, scores)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
