package shuffle

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Hashes come back by set, ascending, each in one partition only, whatever the
// memory and the workers.
func TestHashes(t *testing.T) {
	for _, x := range []struct {
		memory, expect  int64
		workers, n, all int // hashes of a set; of values at most
	}{
		{0, 0, 1, 30_000, 1 << 30}, {0, 0, 3, 30_000, 5000}, {1, 0, 1, 2000, 100}, {64 << 10, 0, 3, 30_000, 1 << 30},
		{1 << 20, 1 << 30, 3, 30_000, 20_000}, {64 << 10, 1 << 40, 2, 30_000, 1}, {0, 0, 2, 0, 1},
	} {
		t.Run(fmt.Sprintf("%+v", x), func(t *testing.T) {
			const sets = 5
			dir := t.TempDir()
			h := NewHashes(sets, Options{Memory: x.memory, Expect: x.expect, Workers: x.workers, Dir: dir})
			want := make([][]uint64, sets)
			var mu sync.Mutex
			var group sync.WaitGroup
			for n := range x.workers {
				group.Go(func() {
					w := h.Writer()
					rng := rand.New(rand.NewPCG(uint64(n), 3))
					pick := rand.New(rand.NewPCG(9, 3)) // the same values everywhere
					for set := range sets - 1 {         // the last stays empty
						var mine []uint64
						for range x.n {
							mine = append(mine, hash(fmt.Appendf(nil, "%d", pick.IntN(x.all))))
						}
						if x.n > 0 {
							mine = append(mine, 0, 1<<64-1, 1<<63)
							for i := range uint64(x.n) { // these share high bytes
								mine = append(mine, i*7919%4096)
							}
						}
						mu.Lock()
						want[set] = append(want[set], mine...)
						mu.Unlock()
						for rest := mine; len(rest) > 0; {
							k := min(len(rest), rng.IntN(5000))
							if err := w.Add(set, rest[:k]); err != nil {
								t.Error(err)
							}
							rest = rest[k:]
						}
					}
					if err := w.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			for _, hashes := range want {
				slices.Sort(hashes)
			}
			got := make([][]uint64, sets)
			r := [2]*HashReader{h.Reader(), h.Reader()}
			for p := range h.Partitions() { // they come in the order of hashes
				out, err := r[p%2].Load(p)
				if err != nil {
					t.Fatal(err)
				}
				for set := range out {
					got[set] = append(got[set], out[set]...)
				}
			}
			for set := range sets {
				if !slices.Equal(got[set], want[set]) {
					t.Errorf("set %d: %d hashes come back of %d, or other ones", set, len(got[set]), len(want[set]))
				}
			}
			if spilled := h.Spilled() > 0; spilled != (x.memory > 0 && x.n > 0) {
				t.Errorf("%d bytes were spilled", h.Spilled())
			}
			if x.expect > 0 && h.Partitions() != 1<<mostBits {
				t.Errorf("%d partitions", h.Partitions())
			}
			if err := h.Close(); err != nil {
				t.Error(err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		})
	}
}

func TestHashesFail(t *testing.T) {
	h := NewHashes(1, Options{Memory: 1, Dir: t.TempDir() + "/absent"})
	w := h.Writer()
	err := w.Add(0, make([]uint64, 1000))
	if err == nil || !strings.Contains(err.Error(), "temporary files") {
		t.Errorf("error %v", err)
	}
	if again := w.Close(); again == nil {
		t.Error("the error is forgotten")
	}
	if _, err := h.Reader().Load(0); err == nil {
		t.Error("hashes are loaded that were lost")
	}
	h.Close()
}

func TestAddAllocatesNothing(t *testing.T) {
	h := NewHashes(2, Options{Memory: 1 << 20, Dir: t.TempDir()})
	defer h.Close()
	w := h.Writer()
	hashes := make([]uint64, 4096)
	for i := range hashes {
		hashes[i] = hash(fmt.Appendf(nil, "%d", i))
	}
	add := func() {
		if err := w.Add(1, hashes); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 { // until blocks are used again
		add()
	}
	if n := testing.AllocsPerRun(100, add); n > 100 { // streams begin anew after each spill
		t.Errorf("%v allocations for %d hashes", n, len(hashes))
	}
}

func BenchmarkHashes(b *testing.B) {
	const n = 1 << 21
	hashes := make([]uint64, n)
	for i := range hashes {
		hashes[i] = hash(fmt.Appendf(nil, "%d", i))
	}
	for _, memory := range []int64{0, 8 << 20} {
		b.Run(fmt.Sprintf("memory=%dMiB", memory>>20), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h := NewHashes(2, Options{Memory: memory, Dir: b.TempDir()})
				w := h.Writer()
				for chunk := range slices.Chunk(hashes, 4096) {
					if err := w.Add(1, chunk); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				r := h.Reader()
				for p := range h.Partitions() {
					if _, err := r.Load(p); err != nil {
						b.Fatal(err)
					}
				}
				h.Close()
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "hashes/s")
		})
	}
}
