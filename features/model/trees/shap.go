package trees

import "math"

// Explainer tells what each input adds to the margin of a row: its Shapley
// values, exactly. It never changes, and is shared by all workers.
//
// # The two games
//
// A Shapley value is a mean, over the orders in which the inputs become known,
// of what an input adds when it does. What the forest says while only the
// inputs S are known is the question that has two answers:
//
//   - ByCovers, the libraries' own: a split whose input is unknown sends the
//     row both ways, in the shares of the training data that went there
//     (Lundberg, Erion and Lee 2018, "Consistent individualized feature
//     attribution for tree ensembles", algorithm 2; LightGBM's pred_contrib
//     and XGBoost's pred_contribs);
//   - Against, interventional: the unknown inputs are those of a background
//     row, and the background's mean is taken (Lundberg and others 2020, "From
//     local explanations to global understanding with explainable AI for
//     trees").
//
// # How it is computed
//
// Both games are sums over leaves, and one leaf is a game of the few inputs on
// its path alone. A row enters that game only by its mask: for each of those
// inputs, whether its value keeps to the path. So a leaf is a table from masks
// to shares, and explaining a row is finding masks and adding up entries.
// Leaves below one split share most of their mask: neighbours are put together
// in a group, whose key is the mask of the path to the group and one bit for
// each split within, as long as that does not make the table larger.
//
// The smallest tables are kept, as many as fit in TableBytes. Other leaves are
// explained by walking down the trees for each row, in polynomial time whatever
// the length of their paths (see coverWalk and backgroundWalk). Which leaves
// those are depends on the forest alone, so that a row's contributions are the
// same bit for bit in any batch.
//
// # How exact it is
//
// Nothing cancels, neither in tables nor in walks, and the sums are float64. In
// forests of 100 trees with 255 leaves each, and of 30 trees 20 splits deep,
// tables and walks agree within 1e-14, base and contributions add up to the
// margin within 3e-14. On the libraries' own answers the differences are theirs:
// 1e-14 from LightGBM with 31 leaves a tree and 4e-12 with 255, where its
// algorithm divides; 2e-6 from XGBoost, and 2e-5 where trees are 20 deep, as it
// computes in float32.
type Explainer struct {
	inputs int
	base   float64
	parts  []part
	// cuts are the last values of the intervals of each input that no split
	// tells apart, ascending; the last is +Inf.
	cuts  [][]float64
	walks []walk
}

const (
	// TableBytes is the most memory that an Explainer's tables take.
	TableBytes = 64 << 20
	// tableBits is the most bits of a table's key.
	tableBits = 12
	// block is how many rows are explained at a time: few enough for their
	// keys to stay in the nearest cache.
	block = 512
)

// game is what the leaves are worth.
type game interface {
	// table fills dst with the shares of a leaf's inputs, for all masks one after
	// the other.
	table(l *leaf, dst []float64, s *scratch)
	// walk prepares the walk over those leaves of a tree that are to be walked,
	// by their index.
	walk(t *Tree, leaves []leaf, walked []bool) walk
}

// walk explains leaves of one tree that have no tables.
type walk interface {
	// explain adds the shares of n rows.
	explain(dst, cells [][]float64, n int)
}

// scratch is the memory of one call.
type scratch struct {
	// intervals are columns of the rows' intervals, by input; nil: there are
	// too few rows to look up words by interval.
	intervals [][]uint16
	words     [][]uint64 // by use of a part, by interval
	keys      []uint64

	leaf              []float64 // shares of a leaf for all of its masks
	factors, products []float64 // of coverGame
	counts, sums      []int64   // of backgroundGame
}

// grow makes room in s for n, without keeping what was there.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// Base is the margin while no input is known: base and contributions together
// are the margin.
func (e *Explainer) Base() float64 { return e.base }

// Explain fills dst[i][:n] with the contributions of input i to the margins of
// n rows, whose cells are the columns cells[i][:n]. It allocates per call,
// never per row.
func (e *Explainer) Explain(dst, cells [][]float64, n int) {
	for i := range e.inputs {
		clear(dst[i][:n])
	}
	if n == 0 {
		return
	}
	s := &scratch{keys: make([]uint64, min(n, block))}
	e.findIntervals(cells, n, s)
	for i := range e.parts {
		e.parts[i].explain(dst, cells, n, s)
	}
	for _, w := range e.walks {
		w.explain(dst, cells, n)
	}
}

// findIntervals fills the intervals of the rows, for the inputs where that is
// less work than comparing cells in each part.
func (e *Explainer) findIntervals(cells [][]float64, n int, s *scratch) {
	s.intervals = make([][]uint16, e.inputs)
	for i, cuts := range e.cuts {
		if len(cuts) == 0 || len(cuts) > math.MaxUint16 || len(cuts) > n {
			continue
		}
		col := make([]uint16, n)
		for r, x := range cells[i][:n] {
			col[r] = uint16(interval(cuts, x))
		}
		s.intervals[i] = col
	}
}

// part is a run of groups whose keys fit in one word together.
type part struct {
	uses    []use
	groups  []group
	effects []effect // while it is being made
}

// use is what one input does to the words of a part: the run of values that a
// cell lies in says which bits it leaves.
type use struct {
	input int32
	// cuts are the last values of the runs, ascending; the last is +Inf.
	cuts []float64
	// ends are the intervals of the input that the runs end with.
	ends []int32
	// words has one entry a run, and one for NaN.
	words []uint64
}

// group is a subtree, or a part of one, whose leaves are looked up together.
type group struct {
	leaves []leaf
	bits   int
	shift  int     // of the key in the part's word
	inputs []int32 // of the columns of the table
	// table has one row a key, one entry an input.
	table []float64
}

// leaf is one leaf as a game of the inputs on its path.
type leaf struct {
	index  int // in the forest
	tree   int
	inputs []int32 // distinct, from the root
	steps  []step
	value  float64
	// The row keeps to the path in input i where its group's key has all bits
	// of left[i] and none of right[i].
	left, right []uint64
	column      []int32 // of input i in the group's table
}

// step is one split on the path to a leaf.
type step struct {
	split *Split
	at    int32 // the split's index
	left  bool
	slot  int32 // of the split's input among the leaf's
}

// mask is the leaf's mask in rows with a key of its group.
func (l *leaf) mask(key uint64) uint64 {
	m := uint64(0)
	for i, left := range l.left {
		if key&left == left && key&l.right[i] == 0 {
			m |= 1 << i
		}
	}
	return m
}
