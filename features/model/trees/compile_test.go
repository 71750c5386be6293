package trees

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// thicket grows random forests whose splits have every How, on thresholds and
// categories that coincide now and then.
type thicket struct {
	rng                   *rand.Rand
	inputs, leaves, trees int
	single, fine          bool
}

func (g thicket) forest() *Forest {
	f := &Forest{Inputs: g.inputs, Base: g.rng.NormFloat64(), Single: g.single}
	for range g.trees {
		f.Trees = append(f.Trees, g.tree(1+g.rng.IntN(g.leaves)))
	}
	return f
}

func (g thicket) tree(leaves int) (t Tree) {
	t.Leaves, t.Covers = []float64{g.rng.NormFloat64()}, []float64{1}
	type slot struct {
		split int
		right bool
	}
	at := []slot{{-1, false}} // the parent of each leaf
	for len(t.Leaves) < leaves {
		k := g.rng.IntN(len(at))
		s, i := g.split(), int32(len(t.Splits))
		s.Left, s.Right = ^int32(k), ^int32(len(t.Leaves))
		switch p := at[k]; {
		case p.split < 0:
		case p.right:
			t.Splits[p.split].Right = i
		default:
			t.Splits[p.split].Left = i
		}
		t.Splits = append(t.Splits, s)
		at[k] = slot{int(i), false}
		at = append(at, slot{int(i), true})
		t.Leaves, t.Covers = append(t.Leaves, g.rng.NormFloat64()), append(t.Covers, 1)
	}
	return t
}

func (g thicket) split() Split {
	s := Split{Input: int32(g.rng.IntN(g.inputs)), How: How(g.rng.IntN(64)), Threshold: g.number(), Cover: 1}
	if s.How&Categorical != 0 {
		for range g.rng.IntN(4) {
			s.Set = append(s.Set, g.rng.Uint32()&g.rng.Uint32())
		}
	}
	return s
}

// number is a threshold or a cell.
func (g thicket) number() float64 {
	if g.fine {
		return float64(float32(g.rng.NormFloat64()))
	}
	some := []float64{0, 1, -1, 2, 33, 0.5, -0.5, 1e-36, -1e-36, ZeroThreshold, -ZeroThreshold, math.Nextafter(ZeroThreshold, 1),
		math.Nextafter(-ZeroThreshold, -1), math.MaxFloat32, -math.MaxFloat32, 1e-45, math.Copysign(0, -1), 40, 70, 95, 96, 64, 63, 31, 32}
	return some[g.rng.IntN(len(some))]
}

func (g thicket) cell() float64 {
	x := g.number()
	switch g.rng.IntN(12) {
	case 0:
		return math.NaN()
	case 1:
		x = math.Nextafter(x, math.Inf(1))
	case 2:
		x = math.Nextafter(x, math.Inf(-1))
	case 3:
		x = math.Inf(g.rng.IntN(2)*2 - 1)
	case 4:
		x = float64(g.rng.IntN(100) - 2)
	}
	return x
}

// read is a cell as the margins' definition takes it.
func (g thicket) read(x float64) float64 {
	if g.single {
		return float64(float32(x))
	}
	if x >= -ZeroThreshold && x <= ZeroThreshold {
		return 0
	}
	return x
}

// TestCompile compares margins in batches with their definition.
func TestCompile(t *testing.T) {
	for seed := range uint64(60) {
		g := thicket{rng: rand.New(rand.NewPCG(seed, 1)), inputs: 1 + int(seed%7), trees: 1 + int(seed%9), single: seed%2 == 0, fine: seed%3 == 0}
		g.leaves = []int{1, 2, 16, 32, 64, 65, 200}[seed%7]
		if seed > 50 {
			g.trees, g.leaves = 40, 60 // several stretches
		}
		testCompiled(t, fmt.Sprint("seed ", seed), g, g.forest(), 1500)
	}
}

func testCompiled(t *testing.T, name string, g thicket, f *Forest, rows int) {
	t.Helper()
	if err := f.Check(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	c := f.Compile()
	if c == nil {
		t.Fatalf("%s: not compiled", name)
	}
	columns := make([][]float64, f.Inputs)
	for i := range columns {
		for range rows {
			columns[i] = append(columns[i], g.cell())
		}
	}
	var b Block
	b.Use(c)
	got, cells := make([]float64, rows), make([]float64, f.Inputs)
	for lo := 0; lo < rows; lo += BlockRows {
		hi := min(rows, lo+BlockRows)
		for _, i := range c.Used() {
			c.Numbers(&b, int(i), columns[i][lo:hi])
		}
		c.Margins(got[lo:hi], &b)
	}
	for r := range rows {
		refused := false
		for i := range cells {
			cells[i] = g.read(columns[i][r])
			refused = refused || g.single && math.IsInf(cells[i], 0) && c.cuts[i].used
		}
		want := f.Margin(cells)
		if one := c.Margin(cells); math.Float64bits(one) != math.Float64bits(want) {
			t.Fatalf("%s: row %v: margin %v alone, want %v", name, cells, one, want)
		}
		if refused {
			want = math.NaN()
		}
		if math.Float64bits(got[r]) != math.Float64bits(want) && (got[r] == got[r] || want == want) {
			t.Fatalf("%s: row %v: margin %v, want %v", name, cells, got[r], want)
		}
	}
}

// TestLookup looks numbers up among others, spread well and badly.
func TestLookup(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	kinds := map[int]int{}
	for n := range 400 {
		var at []float64
		for range n {
			x := math.Exp(rng.NormFloat64() * []float64{0.01, 1, 10}[n%3])
			if n%5 == 0 && rng.IntN(3) == 0 || n%11 == 0 {
				x = -x
			}
			if at = append(at, x); n%2 == 0 {
				at = append(at, 0, -ZeroThreshold, math.Nextafter(ZeroThreshold, 1))
			}
		}
		slices.Sort(at)
		at = slices.Compact(at)
		l := newLookup(at)
		if kinds[l.most]++; l.start == nil {
			kinds[-1]++
		}
		cells := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1e-300, -1e-300, math.MaxFloat64}
		for _, x := range at {
			cells = append(cells, x, math.Nextafter(x, 1e300), math.Nextafter(x, -1e300), x*rng.Float64()*2)
		}
		got := make([]uint16, len(cells))
		l.fill(got, cells, 60000)
		for r, x := range cells {
			want := 0
			for _, y := range at {
				if x >= y {
					want++
				}
			}
			if x == x && (search(l.steps, key(x)) != want || int(got[r]) != want) || x != x && got[r] != 60000 {
				t.Fatalf("%d numbers: %v: found %d, %d are at most it", len(at), x, got[r], want)
			}
		}
	}
	if kinds[-1] == 0 || kinds[1] == 0 || kinds[3] == 0 {
		t.Errorf("not all ways to look up were tried: %v", kinds)
	}
}

// TestCompileStretches has so many thresholds that several stretches are due.
func TestCompileStretches(t *testing.T) {
	for _, single := range []bool{false, true} {
		g := thicket{rng: rand.New(rand.NewPCG(3, 3)), inputs: 3, leaves: 64, trees: 60, single: single, fine: true}
		f := g.forest()
		if c := f.Compile(); len(c.stretches) < 3 {
			t.Fatalf("%d stretches", len(c.stretches))
		}
		testCompiled(t, "stretches", g, f, 3000)
	}
	g := thicket{rng: rand.New(rand.NewPCG(4, 4)), inputs: 1, leaves: 2000, trees: 1, fine: true}
	f := &Forest{Inputs: 1, Trees: []Tree{g.tree(2000)}}
	if f.Compile() != nil {
		t.Error("a tree of 1,999 thresholds of one input has too many classes")
	}
}

// FuzzCompile draws the forest from the fuzzer's numbers.
func FuzzCompile(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint8(5), uint8(31), uint8(9), false, true)
	f.Add(uint64(7), uint64(8), uint8(2), uint8(200), uint8(3), true, false)
	f.Fuzz(func(t *testing.T, a, b uint64, inputs, leaves, trees uint8, single, fine bool) {
		g := thicket{rng: rand.New(rand.NewPCG(a, b)), inputs: 1 + int(inputs%20), leaves: 1 + int(leaves), trees: 1 + int(trees%30), single: single, fine: fine}
		testCompiled(t, "fuzz", g, g.forest(), 200)
	})
}

// BenchmarkForest scores rows of random numbers with forests of common sizes.
func BenchmarkForest(b *testing.B) {
	for _, bb := range []struct {
		leaves int
		single bool
	}{{31, false}, {32, true}, {64, true}, {127, false}} {
		b.Run(fmt.Sprintf("leaves=%d/single=%v", bb.leaves, bb.single), func(b *testing.B) {
			g := thicket{rng: rand.New(rand.NewPCG(1, 1)), inputs: 25, leaves: 1, trees: 100, single: bb.single, fine: true}
			f := &Forest{Inputs: 25, Single: bb.single}
			for range g.trees {
				f.Trees = append(f.Trees, g.tree(bb.leaves))
			}
			c := f.Compile()
			columns := make([][]float64, f.Inputs)
			for i := range columns {
				for range BlockRows {
					columns[i] = append(columns[i], g.rng.NormFloat64())
				}
			}
			var block Block
			block.Use(c)
			dst := make([]float64, BlockRows)
			b.ReportAllocs()
			for b.Loop() {
				for _, i := range c.Used() {
					c.Numbers(&block, int(i), columns[i])
				}
				c.Margins(dst, &block)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/BlockRows, "ns/row")
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/BlockRows/float64(g.trees), "ns/tree")
		})
	}
}
