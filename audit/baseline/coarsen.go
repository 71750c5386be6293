package baseline

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit/stats"
)

var nan = math.NaN()

// bins is about how many bins a number is stored in.
const bins = 200

// Coarsen returns the distribution of h in bins of at least least rows: about
// 200 of equal size, finer where many rows share a value, and one for each of
// the special codes. The lowest bin begins at the mean of its values, so that
// the least value of all is not told, and every edge is rounded down to 1/4096
// of it. Fewer than least missing values, or rows with a special code, are
// counted with the largest bin: so they can't be had by subtraction from the
// total either. It reports false when there are fewer than least rows.
func Coarsen(name string, h *stats.Hist, special []float64, least int64) (Number, bool) {
	least = max(least, 1)
	n := Number{Name: name, Missing: h.Missing()}
	if h.N() < least {
		return n, false
	}
	step := max(least, h.N()/bins)
	var codes []Bin
	open := Bin{}
	shut := func() {
		if open.N > 0 {
			n.Bins = append(n.Bins, open)
		}
		open = Bin{}
	}
	var lost int64
	for _, b := range h.Bins() {
		if slices.ContainsFunc(special, func(s float64) bool { return stats.LowerEdge(s) == b.Edge }) {
			codes = append(codes, Bin{b.Edge, b.N})
			continue
		}
		if math.IsInf(b.Edge, 0) {
			lost += b.N // no place on a ruler: counted with the largest bin
			continue
		}
		if open.N >= least && b.N >= step {
			shut() // many rows at one value are told apart from those below
		}
		if open.N == 0 {
			open.Edge = b.Edge
		}
		open.N += b.N
		if open.N >= step {
			shut()
		}
	}
	if open.N > 0 {
		if open.N < least && len(n.Bins) > 0 {
			n.Bins[len(n.Bins)-1].N += open.N
		} else {
			shut()
		}
	}
	if len(n.Bins) > 0 && n.Bins[0].N > 0 {
		n.Bins[0].Edge = lowest(n.Bins, h, special)
	}
	for _, c := range codes {
		if c.N >= least {
			n.Bins = append(n.Bins, c)
		} else {
			lost += c.N
		}
	}
	if n.Missing < least {
		lost, n.Missing = lost+n.Missing, 0
	}
	if len(n.Bins) == 0 {
		return n, false
	}
	slices.SortFunc(n.Bins, func(a, b Bin) int { return cmp.Compare(a.Edge, b.Edge) })
	most := 0
	for i, b := range n.Bins {
		if b.N > n.Bins[most].N {
			most = i
		}
	}
	n.Bins[most].N += lost
	return n, n.Bins[most].N >= least
}

// lowest is where the first bin is said to begin: the mean of its values,
// rounded down, but below the second.
func lowest(b []Bin, h *stats.Hist, special []float64) float64 {
	var sum float64
	var n int64
	for _, x := range h.Bins() {
		if len(b) > 1 && x.Edge >= b[1].Edge {
			break
		}
		if math.IsInf(x.Edge, 0) || slices.ContainsFunc(special, func(s float64) bool { return stats.LowerEdge(s) == x.Edge }) {
			continue
		}
		sum += float64(x.Edge * float64(x.N))
		n += x.N
	}
	return stats.LowerEdge(sum / float64(n))
}

// readable returns the levels by value, each once, with what is no UTF-8
// replaced: JSON has no other text.
func readable(values []Level) []Level {
	out := make([]Level, len(values))
	for i, v := range values {
		out[i] = Level{strings.ToValidUTF8(v.Value, "\uFFFD"), v.N}
	}
	slices.SortFunc(out, func(a, b Level) int { return cmp.Compare(a.Value, b.Value) })
	n := 0
	for i, v := range out {
		if i > 0 && v.Value == out[n-1].Value {
			out[n-1].N += v.N
			continue
		}
		out[n] = v
		n++
	}
	return out[:n]
}

// Pool returns the distribution of levels: those of fewer than least rows are
// counted together as other, and where that is still fewer, with the commonest
// level, as are fewer than least missing values. The empty value is missing. It
// reports false when no level is left.
func Pool(name string, values []Level, least int64) (Levels, bool) {
	least = max(least, 1)
	l := Levels{Name: name, Values: []Level{}}
	for _, v := range readable(values) {
		switch {
		case v.Value == "":
			l.Missing += v.N
		case v.N < least:
			l.Other += v.N
		default:
			l.Values = append(l.Values, v)
		}
	}
	if len(l.Values) == 0 {
		return l, false
	}
	most := 0
	for i, v := range l.Values {
		if v.N > l.Values[most].N {
			most = i
		}
	}
	for _, few := range []*int64{&l.Other, &l.Missing} {
		if *few < least {
			l.Values[most].N += *few
			*few = 0
		}
	}
	return l, true
}
