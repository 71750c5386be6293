package trees

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
)

// grown is a random forest: all ways of treating cells, inputs repeated on
// paths, covers of zero, trees of one leaf.
type grown struct {
	inputs, trees, depth int
	single               bool
	zeros                bool // covers of zero
}

func (o grown) forest(rng *rand.Rand) *Forest {
	f := &Forest{Inputs: o.inputs, Base: rng.NormFloat64(), Single: o.single}
	for range o.trees {
		t := Tree{}
		var grow func(depth int) (int32, float64)
		grow = func(depth int) (int32, float64) {
			if depth == o.depth || depth > 0 && rng.IntN(5) == 0 || rng.IntN(20) == 0 {
				t.Leaves = append(t.Leaves, rng.NormFloat64())
				c := float64(1 + rng.IntN(50))
				if o.zeros && rng.IntN(4) == 0 {
					c = 0
				}
				t.Covers = append(t.Covers, c)
				return ^int32(len(t.Leaves) - 1), c
			}
			at := len(t.Splits)
			s := Split{Input: int32(rng.IntN(o.inputs)), Threshold: float64(rng.IntN(7) - 3)}
			if o.single {
				s.How = Below | MissingNaN
			} else {
				s.How = [...]How{0, MissingNaN, MissingZero}[rng.IntN(3)]
			}
			if rng.IntN(2) == 0 {
				s.How |= DefaultLeft
			}
			if rng.IntN(3) == 0 {
				s.How |= Categorical
				s.Set = []uint32{rng.Uint32() & 31}
				if o.single {
					s.How |= InRight
				}
			}
			t.Splits = append(t.Splits, s)
			l, cl := grow(depth + 1)
			r, cr := grow(depth + 1)
			t.Splits[at].Left, t.Splits[at].Right, t.Splits[at].Cover = l, r, cl+cr
			return int32(at), cl + cr
		}
		grow(0)
		f.Trees = append(f.Trees, t)
	}
	return f
}

func randomRow(rng *rand.Rand, inputs int) []float64 {
	row := make([]float64, inputs)
	for i := range row {
		switch rng.IntN(8) {
		case 0:
			row[i] = math.NaN()
		case 1:
			row[i] = 0
		default:
			row[i] = float64(rng.IntN(17)-8) / 2
		}
	}
	return row
}

// expected is the definition of ByCovers: what the forest says when only the
// inputs known are.
func expected(f *Forest, row []float64, known func(input int32) bool) float64 {
	sum := 0.0
	for k := range f.Trees {
		t := &f.Trees[k]
		var walk func(at int32) float64
		walk = func(at int32) float64 {
			if at < 0 {
				return t.Leaves[^at]
			}
			s := &t.Splits[at]
			if known(s.Input) {
				if s.GoesLeft(row[s.Input]) {
					return walk(s.Left)
				}
				return walk(s.Right)
			}
			if s.Cover == 0 {
				return (walk(s.Left) + walk(s.Right)) / 2
			}
			return (walk(s.Left)*t.cover(s.Left) + walk(s.Right)*t.cover(s.Right)) / s.Cover
		}
		at := int32(0)
		if len(t.Splits) == 0 {
			at = ^at
		}
		sum += walk(at)
	}
	return sum + f.Base
}

// exactMargin is the margin without the rounding of float32 sums.
func exactMargin(f *Forest, row []float64) float64 {
	return expected(f, row, func(int32) bool { return true })
}

// replaced is the definition of Against.
func replaced(f *Forest, row []float64, background [][]float64, known func(input int32) bool) float64 {
	sum := 0.0
	for _, b := range background {
		mixed := make([]float64, len(row))
		for i := range mixed {
			if mixed[i] = b[i]; known(int32(i)) {
				mixed[i] = row[i]
			}
		}
		sum += exactMargin(f, mixed)
	}
	return sum / float64(len(background))
}

// shapley is the definition of Shapley values, over all 2^n sets.
func shapley(n int, v func(known func(int32) bool) float64) (base float64, phi []float64) {
	values := make([]float64, 1<<n)
	for s := range values {
		values[s] = v(func(i int32) bool { return s>>i&1 != 0 })
	}
	factorial := func(n int) float64 { return math.Gamma(float64(n) + 1) }
	phi = make([]float64, n)
	for i := range phi {
		for s := range values {
			if s>>i&1 == 0 {
				k := bits.OnesCount(uint(s))
				phi[i] += factorial(k) * factorial(n-k-1) / factorial(n) * (values[s|1<<i] - values[s])
			}
		}
	}
	return values[0], phi
}

func columnsOf(rows [][]float64, inputs int) [][]float64 {
	cols := make([][]float64, inputs)
	for i := range cols {
		cols[i] = make([]float64, len(rows))
		for r := range rows {
			cols[i][r] = rows[r][i]
		}
	}
	return cols
}

func explained(e *Explainer, rows [][]float64) [][]float64 {
	dst := make([][]float64, e.inputs)
	for i := range dst {
		dst[i] = make([]float64, len(rows))
	}
	e.Explain(dst, columnsOf(rows, e.inputs), len(rows))
	return dst
}

func close64(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

var kinds = []grown{
	{inputs: 1, trees: 3, depth: 4},
	{inputs: 3, trees: 4, depth: 7, single: true},
	{inputs: 6, trees: 3, depth: 5},
	{inputs: 8, trees: 3, depth: 6, zeros: true},
	{inputs: 9, trees: 2, depth: 8, single: true, zeros: true},
}

// check compares both explainers with the definitions.
func check(t *testing.T, f *Forest, rng *rand.Rand, name string) {
	t.Helper()
	rows, background := make([][]float64, 5), make([][]float64, 1+rng.IntN(6))
	for i := range rows {
		rows[i] = randomRow(rng, f.Inputs)
	}
	for i := range background {
		background[i] = randomRow(rng, f.Inputs)
	}
	// With all tables, with few, with none.
	for game, e := range map[string]*Explainer{
		"covers": ByCovers(f), "covers, 2000 bytes": byCovers(f, 2000), "covers, no table": byCovers(f, 0),
		"background": Against(f, background), "background, 2000 bytes": against(f, background, 2000), "background, no table": against(f, background, 0),
	} {
		got := explained(e, rows)
		for r, row := range rows {
			base, want := shapley(f.Inputs, func(known func(int32) bool) float64 {
				if strings.HasPrefix(game, "covers") {
					return expected(f, row, known)
				}
				return replaced(f, row, background, known)
			})
			if !close64(e.Base(), base, 1e-12) {
				t.Fatalf("%s: %s: base %v, by the definition %v", name, game, e.Base(), base)
			}
			sum := e.Base()
			for i := range want {
				if sum += got[i][r]; !close64(got[i][r], want[i], 1e-12) {
					t.Fatalf("%s: %s: input %d of %v: %v, by the definition %v", name, game, i, row, got[i][r], want[i])
				}
			}
			if !close64(sum, exactMargin(f, row), 1e-12) {
				t.Fatalf("%s: %s: %v adds up to %v, not the margin %v", name, game, row, sum, exactMargin(f, row))
			}
		}
	}
}

func TestByDefinition(t *testing.T) {
	for k, kind := range kinds {
		for seed := range uint64(12) {
			rng := rand.New(rand.NewPCG(seed, uint64(k)))
			check(t, kind.forest(rng), rng, fmt.Sprintf("%+v seed %d", kind, seed))
		}
	}
}

func FuzzByDefinition(f *testing.F) {
	for k := range kinds {
		f.Add(uint64(k), uint8(k), uint8(2), uint8(4), k%2 == 0, k%3 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, inputs, trees, depth uint8, single, zeros bool) {
		rng := rand.New(rand.NewPCG(seed, 1))
		kind := grown{inputs: 1 + int(inputs)%7, trees: 1 + int(trees)%4, depth: int(depth) % 7, single: single, zeros: zeros}
		check(t, kind.forest(rng), rng, fmt.Sprintf("%+v", kind))
	})
}

// Whatever the batch, with or without tables, a row's contributions are the same bit for bit.
func TestSameInAnyBatch(t *testing.T) {
	for k, kind := range append(kinds, grown{inputs: 20, trees: 2, depth: 9}, grown{inputs: 30, trees: 1, depth: 16}) {
		rng := rand.New(rand.NewPCG(7, uint64(k)))
		f := kind.forest(rng)
		rows := make([][]float64, 1300)
		for i := range rows {
			rows[i] = randomRow(rng, f.Inputs)
		}
		for game, e := range map[string]*Explainer{
			"covers": ByCovers(f), "covers, 2000 bytes": byCovers(f, 2000), "covers, no table": byCovers(f, 0), "background": Against(f, rows[:50]), "background, no table": against(f, rows[:50], 0),
		} {
			want := explained(e, rows)
			same := func(how string, lo int, got [][]float64) {
				for i := range got {
					for r := range got[i] {
						if math.Float64bits(got[i][r]) != math.Float64bits(want[i][lo+r]) {
							t.Fatalf("%+v: %s %s: row %d, input %d: %v instead of %v", kind, game, how, lo+r, i, got[i][r], want[i][lo+r])
						}
					}
				}
			}
			for lo := 0; lo < len(rows); {
				hi := min(lo+1+rng.IntN(400), len(rows))
				same("split", lo, explained(e, rows[lo:hi]))
				lo = hi
			}
			for lo := range 40 {
				same("alone", lo, explained(e, rows[lo:lo+1]))
			}
		}
	}
}

// Inputs that change nothing have no share, and inputs that the forest treats
// alike have the same.
func TestAxioms(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		f := grown{inputs: 4, trees: 3, depth: 6}.forest(rng)
		// Twice the forest, the second time with inputs 0 and 1 exchanged; and
		// an input 4 whose splits have the same leaf on either side.
		twin := f.Trees
		for _, t := range f.Trees {
			u := Tree{Leaves: t.Leaves, Covers: t.Covers}
			for _, s := range t.Splits {
				if s.Input < 2 {
					s.Input = 1 - s.Input
				}
				u.Splits = append(u.Splits, s)
			}
			twin = append(twin, u)
		}
		twin = append(twin, Tree{
			Splits: []Split{{Input: 2, Left: 1, Right: ^0, Cover: 9}, {Input: 4, Left: ^1, Right: ^2, Cover: 6}},
			Leaves: []float64{1, 5, 5}, Covers: []float64{3, 2, 4},
		})
		f = &Forest{Inputs: 6, Trees: twin}
		rows, background := make([][]float64, 20), make([][]float64, 10)
		for i := range rows {
			rows[i] = randomRow(rng, 6)
			rows[i][1] = rows[i][0]
		}
		for i := range background {
			background[i] = randomRow(rng, 6)
			background[i][1] = background[i][0]
		}
		for name, e := range map[string]*Explainer{"covers": ByCovers(f), "covers, no table": byCovers(f, 0), "background": Against(f, background), "background, no table": against(f, background, 0)} {
			got := explained(e, rows)
			for r := range rows {
				if !close64(got[0][r], got[1][r], 1e-13) {
					t.Errorf("%s: equal inputs have %v and %v", name, got[0][r], got[1][r])
				}
				if !close64(got[4][r], 0, 1e-15) || got[5][r] != 0 {
					t.Errorf("%s: inputs without effect have %v and %v", name, got[4][r], got[5][r])
				}
			}
		}
	}
}

// A path of more inputs than a word has bits, with splits of all kinds.
func TestWidePaths(t *testing.T) {
	const depth = 150
	f := &Forest{Inputs: depth, Trees: make([]Tree, 1)}
	tr := &f.Trees[0]
	for i := range depth {
		tr.Splits = append(tr.Splits, Split{Input: int32(i), Left: int32(i + 1), Right: ^int32(i), How: MissingNaN, Cover: float64(2 * (depth + 1 - i))})
		tr.Leaves, tr.Covers = append(tr.Leaves, 0), append(tr.Covers, 2)
	}
	tr.Splits[depth-1].Left = ^int32(depth)
	tr.Leaves, tr.Covers = append(tr.Leaves, 1), append(tr.Covers, 2)
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	row, other := make([]float64, depth), make([]float64, depth)
	for i := range row {
		row[i], other[i] = -1, 1
	}
	// All inputs together lead to the one leaf that counts, and beside a row
	// that never keeps to the path, all are equal.
	got := explained(Against(f, [][]float64{other}), [][]float64{row})
	for i := range got {
		if !close64(got[i][0], 1.0/depth, 1e-15) {
			t.Errorf("input %d: %v instead of 1/%d", i, got[i][0], depth)
		}
	}
	for name, e := range map[string]*Explainer{"covers": ByCovers(f), "background": Against(f, [][]float64{other, row, other})} {
		for _, x := range [][]float64{row, other} {
			got := explained(e, [][]float64{x})
			sum := e.Base()
			for i := range got {
				sum += got[i][0]
			}
			if !close64(sum, f.Margin(x), 1e-13) {
				t.Errorf("%s: %v instead of %v", name, sum, f.Margin(x))
			}
		}
	}
}

// The two trees of the paper, with the shares it gives.
func TestPublishedExample(t *testing.T) {
	// Fever and cough, 0 or 1, each combination a quarter of the data.
	a := Tree{
		Splits: []Split{{Input: 0, Left: 1, Right: 2, Threshold: 0.5, How: MissingNaN, Cover: 4},
			{Input: 1, Left: ^0, Right: ^1, Threshold: 0.5, How: MissingNaN, Cover: 2},
			{Input: 1, Left: ^2, Right: ^3, Threshold: 0.5, How: MissingNaN, Cover: 2}},
		Leaves: []float64{0, 0, 0, 80}, Covers: []float64{1, 1, 1, 1},
	}
	b := Tree{
		Splits: []Split{{Input: 1, Left: 1, Right: 2, Threshold: 0.5, How: MissingNaN, Cover: 4},
			{Input: 0, Left: ^0, Right: ^1, Threshold: 0.5, How: MissingNaN, Cover: 2},
			{Input: 0, Left: ^2, Right: ^3, Threshold: 0.5, How: MissingNaN, Cover: 2}},
		Leaves: []float64{0, 0, 10, 90}, Covers: []float64{1, 1, 1, 1},
	}
	for _, c := range []struct {
		tree               Tree
		base, fever, cough float64
	}{{a, 20, 30, 30}, {b, 25, 30, 35}} {
		f := &Forest{Inputs: 2, Trees: []Tree{c.tree}}
		everyone := [][]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
		for name, e := range map[string]*Explainer{"covers": ByCovers(f), "background": Against(f, everyone)} {
			got := explained(e, [][]float64{{1, 1}})
			if e.Base() != c.base || got[0][0] != c.fever || got[1][0] != c.cough {
				t.Errorf("%s: base %v, fever %v, cough %v instead of %v", name, e.Base(), got[0][0], got[1][0], c)
			}
		}
	}
}

func TestLegendre(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 16, 33, 64, 128, 200} {
		points := legendre(n)
		for degree := range 2 * n {
			sum := 0.0
			for _, p := range points {
				sum += p.weight * math.Pow(p.at, float64(degree))
			}
			if want := 1 / float64(degree+1); !close64(sum, want, 1e-14) {
				t.Fatalf("%d points: ∫ t^%d = %v instead of %v", n, degree, sum, want)
			}
		}
	}
}
