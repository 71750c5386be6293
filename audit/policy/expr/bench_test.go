package expr

import (
	"math/rand/v2"
	"testing"

	"evenhand/features"
)

// paced are the expressions that speed and memory are measured on.
var paced = []struct{ name, src string }{
	{"condition", "i >= 9 && s != 'cash'"},
	{"cutoff", "score >= {'cash': 565, 'line': 568}[s]"},
	{"amount", "m * 3"},
	{"choice", "s in ['a', 'cash'] && known(f) ? min(m * 3, 200000 - m) : floor(f / 100) * 100"},
	{"instants", "days(at, day) >= 30 || at < timestamp('2025-01-01T00:00:00+08:00')"},
	{"texts", "s.startsWith('ca') || s == t || {'cash': s, 'line': 'b'}[t] == 'a'"},
}

// pacedBatch is a full batch in which one cell in fifty is null.
func pacedBatch() *features.Batch {
	b := randomBatch(rand.New(rand.NewPCG(7, 8)), nil, features.BatchRows, true)
	for c := range b.Cols {
		v := &b.Cols[c]
		for i := range b.N {
			switch {
			case i%50 == 7:
			case v.Kind == features.Text && v.Codes[i] == features.Null && v.Present:
				v.Codes[i] = v.Dict.CodeOf("cash")
			case v.Kind == features.Float && v.Floats[i] != v.Floats[i]:
				v.Floats[i] = 3
			case v.Valid != nil:
				v.Valid[i] = true
			}
		}
	}
	return b
}

// TestAllocations: once it has seen a batch, an expression allocates nothing.
func TestAllocations(t *testing.T) {
	b := pacedBatch()
	for _, p := range paced {
		e, err := Compile(p.src, randomEnv())
		if err != nil {
			t.Fatal(err)
		}
		if !e.Kernel() {
			t.Errorf("%s has no kernel", p.src)
		}
		e.Truths(b)
		e.Numbers(b)
		if n := testing.AllocsPerRun(10, func() { e.Truths(b); e.Numbers(b) }); n != 0 {
			t.Errorf("%s: %v allocations a batch", p.src, n)
		}
	}
}

func BenchmarkKernel(b *testing.B) {
	batch := pacedBatch()
	for _, p := range paced {
		b.Run(p.name, func(b *testing.B) {
			e, err := Compile(p.src, randomEnv())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if e.IsNumber() {
					e.Numbers(batch)
				} else {
					e.Truths(batch)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch.N), "ns/row")
		})
	}
}

// BenchmarkCEL is what the same costs row by row.
func BenchmarkCEL(b *testing.B) {
	batch := pacedBatch()
	for _, p := range paced {
		b.Run(p.name, func(b *testing.B) {
			t, _, err := built(p.src, randomEnv())
			if err != nil {
				b.Fatal(err)
			}
			s, err := newSlow(t)
			if err != nil {
				b.Fatal(err)
			}
			e := &Expr{kind: t.kind, slow: s}
			b.ReportAllocs()
			for b.Loop() {
				if e.IsNumber() {
					e.Numbers(batch)
				} else {
					e.Truths(batch)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch.N), "ns/row")
		})
	}
}
