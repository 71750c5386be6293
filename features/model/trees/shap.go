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
// explained in polynomial time, whatever the length of their paths: ByCovers
// walks the trees (see walk); Against counts the background's masks for the
// mask of each row, or builds a table anew in each call that explains enough
// rows to be worth it, by the same operations. So a row's contributions are the
// same bit for bit in any batch.
type Explainer struct {
	inputs int
	base   float64
	parts  []part
	wide   []leaf // on paths of more than 64 inputs
	// cuts are the last values of the intervals of each input that no split
	// tells apart, ascending; the last is +Inf.
	cuts  [][]float64
	walks []*walk // over leaves without tables, of ByCovers
	game  game
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
	// shares sets dst[i] to the share of the leaf's input i, for rows with the
	// mask.
	shares(l *leaf, mask []uint64, dst []float64, s *scratch)
	// table fills dst with the shares of all masks, one after the other.
	table(l *leaf, dst []float64, s *scratch)
}

// scratch is the memory of one call.
type scratch struct {
	// intervals are columns of the rows' intervals, by input; nil: there are
	// too few rows to look up words by interval.
	intervals [][]uint16
	words     [][]uint64 // by use of a part, by interval
	keys      []uint64
	mask      []uint64
	leaf      []float64 // shares of a leaf, or of its masks
	group     []float64 // shares of a group
	tables    [][]float64
	built     []float64 // the tables that this call built

	factors, products []float64 // of coverGame
	counts            []int64   // of backgroundGame
	sums              []int64
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
	s := &scratch{keys: make([]uint64, min(n, block)), mask: make([]uint64, 1)}
	e.findIntervals(cells, n, s)
	for i := range e.parts {
		e.explainPart(&e.parts[i], dst, cells, n, s)
	}
	for _, w := range e.walks {
		w.explain(dst, cells, n)
	}
	for i := range e.wide {
		e.explainWide(&e.wide[i], dst, cells, n, s)
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
	keep   bool
	// table has one row a key, one entry an input; nil: it is not kept.
	table []float64
}

// leaf is one leaf as a game of the inputs on its path.
type leaf struct {
	inputs []int32 // distinct, from the root
	steps  []step
	value  float64
	game   int // index of what the game knows about it
	// The row keeps to the path in input i where its group's key has all bits
	// of left[i] and none of right[i].
	left, right []uint64
	column      []int32 // of input i in the group's table
}

// step is one split on the path to a leaf.
type step struct {
	split *Split
	left  bool
	slot  int32 // of the split's input among the leaf's
}

func (g *group) key(word uint64) uint64 {
	if g.bits == 64 {
		return word
	}
	return word >> g.shift & (1<<g.bits - 1)
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

// explainWide adds the shares of one leaf whose mask takes several words.
func (e *Explainer) explainWide(l *leaf, dst, cells [][]float64, n int, s *scratch) {
	d := len(l.inputs)
	mask := make([]uint64, (d+63)/64)
	s.leaf = grow(s.leaf, d)
	for r := range n {
		l.wideMask(mask, func(input int32) float64 { return cells[input][r] })
		e.game.shares(l, mask, s.leaf, s)
		for j, i := range l.inputs {
			dst[i][r] += s.leaf[j]
		}
	}
}

// wideMask sets the mask of a row of any length, by the definition.
func (l *leaf) wideMask(mask []uint64, cell func(input int32) float64) {
	for i := range mask {
		mask[i] = ^uint64(0)
	}
	if odd := len(l.inputs) % 64; odd != 0 {
		mask[len(mask)-1] = 1<<odd - 1
	}
	for _, st := range l.steps {
		if st.split.GoesLeft(cell(st.split.Input)) != st.left {
			mask[st.slot/64] &^= 1 << (st.slot % 64)
		}
	}
}
