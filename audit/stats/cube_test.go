package stats

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCubeCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	want := map[uint64]int64{}
	var c Cube
	for range 20000 {
		// Packed keys: few distinct values, far apart.
		k := uint64(rng.IntN(20))<<56 | uint64(rng.IntN(5))<<32 | uint64(rng.IntN(30))
		n := int64(rng.IntN(5) - 1)
		want[k] += n
		c.AddN(k, n)
	}
	var keys []uint64
	for k, n := range want {
		if c.N(k) != n {
			t.Fatalf("cell %x: %d, want %d", k, c.N(k), n)
		}
		if n != 0 {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	i := 0
	for k, n := range c.All() {
		if k != keys[i] || n != want[k] {
			t.Fatalf("cell %d is %x: %d", i, k, n)
		}
		i++
	}
	if i != len(keys) || c.N(1<<63) != 0 || new(Cube).N(5) != 0 {
		t.Error("cells too many or too few")
	}
	var margin int64
	for k, n := range want {
		if k>>56 == 3 {
			margin += n
		}
	}
	if got := c.Map(func(k uint64) uint64 { return k >> 56 }).N(3); got != margin {
		t.Errorf("margin %d, want %d", got, margin)
	}
}

func TestCubeZeroIsNone(t *testing.T) {
	var a, b Cube
	a.AddN(7, 3)
	a.AddN(7, -3)
	a.AddN(0, 1)
	a.AddN(0, -1)
	sameBytes(t, "cube", &a, &b)
}

func BenchmarkCubeAdd(b *testing.B) {
	rng := rand.New(rand.NewPCG(13, 14))
	keys := make([]uint64, 4096)
	for i := range keys {
		keys[i] = uint64(rng.IntN(36))<<40 | uint64(rng.IntN(6))<<16 | uint64(rng.IntN(8)) | 1<<8
	}
	var c Cube
	for b.Loop() {
		c.AddSlice(keys)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/key")
}
