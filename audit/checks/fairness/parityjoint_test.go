package fairness

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"evenhand/features"
)

// randomBatch has rows of so many groups, products and periods, some unknown.
func randomBatch(rng *rand.Rand, n, groups, products, periods int) *features.Batch {
	var counts []count
	for range n {
		group := ""
		if g := rng.IntN(groups + 1); g > 0 {
			group = fmt.Sprint("g", g)
		}
		counts = append(counts, count{group, rng.IntN(2), 1, fmt.Sprint("p", rng.IntN(products))})
	}
	b := batchOf(counts)
	for i := range b.Period {
		b.Period[i] = int32(rng.IntN(periods)) - 1
	}
	return b
}

// TestJoint compares counting all at once with counting table by table, while
// groups, segment values and periods turn up, and until they are too many.
func TestJoint(t *testing.T) {
	env := newEnv(t, "sex", "g1")
	rng := rand.New(rand.NewPCG(1, 1))
	one, _ := newParity(env)
	two, _ := newParity(env)
	two.joint.off = true
	wasOn, wasOff := false, false
	for i := range 60 {
		k := 1 + i*i/40
		b := randomBatch(rng, 200, k, k, 1+i/2)
		one.Update(b)
		two.Update(b)
		wasOn, wasOff = wasOn || !one.joint.off, wasOff || one.joint.off
		if i%7 == 0 {
			part, _ := newParity(env)
			part.Update(b)
			one.Merge(part)
			two.Merge(part)
		}
		if i%5 == 0 {
			got, _ := one.MarshalBinary()
			want, _ := two.MarshalBinary()
			if string(got) != string(want) {
				t.Fatalf("batch %d: counting at once (off: %v) gives another state", i, one.joint.off)
			}
		}
		if i%11 == 0 {
			data, _ := one.MarshalBinary()
			one, _ = newParity(env)
			if err := one.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !wasOn || !wasOff {
		t.Errorf("the test is vacuous: counted at once %v, table by table %v", wasOn, wasOff)
	}
}

// BenchmarkUpdateTables is BenchmarkUpdate with more combinations than are
// counted at once.
func BenchmarkUpdateTables(b *testing.B) {
	env := newEnv(b, "sex", "g1")
	batch := randomBatch(rand.New(rand.NewPCG(2, 2)), features.BatchRows, 3, 3, 12)
	s, _ := newParity(env)
	s.joint.off = true
	b.ReportAllocs()
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(float64(b.N)*features.BatchRows/b.Elapsed().Seconds(), "rows/s")
}
