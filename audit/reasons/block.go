package reasons

import (
	"math"

	"evenhand/features"
)

// Block holds the shortfalls of some rows of one model, and the memory of the
// worker that owns it. Its zero value is ready for use.
type Block struct {
	Model *Model
	N     int
	// Lost[k][f][i] is the shortfall of feature f (Model.Features) of row i by
	// method k; nil for a method that was not asked for.
	Lost [Methods][][]float64

	refs   *references
	in     []features.Vector
	ptr    []*features.Vector
	terms  [][]float64 // by input
	memory [Methods][][]float64
	row    []float64
}

// Load computes the shortfalls of rows of a batch by model m, under those of the
// methods that the model has.
func (r *Ranker) Load(b *Block, m int, batch *features.Batch, rows []int32, methods Set) {
	x, refs := r.Models[m], &r.of[m]
	b.Model, b.N, b.refs = x, len(rows), refs
	b.in = x.gather(b.in, batch, rows)
	if x.sum != nil {
		b.terms, b.ptr = x.load(b.terms, b.ptr, b.in, b.N)
	}
	for k := range Methods {
		b.Lost[k] = nil
		if !methods.Has(k) || !refs.has.Has(k) {
			continue
		}
		b.Lost[k] = b.clear(k)
		switch {
		case x.sum != nil:
			b.short(k)
			continue
		case k == Path:
			b.terms, b.ptr = x.load(b.terms, b.ptr, b.in, b.N)
		default:
			b.terms, b.ptr = sized(b.terms, len(b.in), b.N), pointers(b.ptr, b.in)
			refs.against[k].Explain(b.terms, b.ptr, b.N)
		}
		b.worsened(k)
	}
}

func sized(s [][]float64, inputs, n int) [][]float64 {
	if len(s) != inputs {
		s = make([][]float64, inputs)
	}
	for i := range s {
		if cap(s[i]) < n {
			s[i] = make([]float64, n, max(n, features.BatchRows))
		}
		s[i] = s[i][:n]
	}
	return s
}

func pointers(ptr []*features.Vector, in []features.Vector) []*features.Vector {
	ptr = ptr[:0]
	for i := range in {
		ptr = append(ptr, &in[i])
	}
	return ptr
}

// clear returns zeros by feature and row, for method k.
func (b *Block) clear(k Method) [][]float64 {
	b.memory[k] = sized(b.memory[k], len(b.Model.Features), b.N)
	for _, lost := range b.memory[k] {
		clear(lost)
	}
	return b.memory[k]
}

// short sets the shortfalls of a sum by method k: what the references would add.
func (b *Block) short(k Method) {
	x := b.Model
	sign := float64(x.better * x.way)
	for i, terms := range b.terms {
		ref, to := b.refs.terms[k][i], b.Lost[k][x.of[i]]
		to = to[:len(terms)]
		for r, t := range terms {
			to[r] += float64(sign * (ref - t))
		}
	}
}

// worsened sets the shortfalls of a forest by method k: what each contribution
// does to the applicant's harm.
func (b *Block) worsened(k Method) {
	x := b.Model
	sign := -float64(x.better * b.refs.way)
	for i, terms := range b.terms {
		to := b.Lost[k][x.of[i]]
		to = to[:len(terms)]
		for r, t := range terms {
			to[r] += float64(sign * t)
		}
	}
}

// Row copies the shortfalls of row i by method k into dst, one a feature.
func (b *Block) Row(dst []float64, k Method, i int) []float64 {
	dst = dst[:0]
	for _, lost := range b.Lost[k] {
		dst = append(dst, lost[i])
	}
	return dst
}

// Without is the score of row i had the given features the reference of method
// k. score and margin are those of the row.
func (b *Block) Without(k Method, i int, given []bool, score, margin float64) float64 {
	x := b.Model
	if x.sum != nil {
		b.row = b.row[:0]
		for j := range b.terms {
			t := b.terms[j][i]
			if given[x.of[j]] {
				t = b.refs.terms[k][j]
			}
			b.row = append(b.row, t)
		}
		return x.sum.Total(b.row)
	}
	gain := 0.0 // of margin, towards the applicant's good
	for f, lost := range b.Lost[k] {
		if given[f] {
			gain += lost[i]
		}
	}
	gain *= x.better // towards higher scores
	switch {
	case x.Scoring.Spec.Scale != nil:
		return score + float64(gain*x.Scoring.Spec.Scale.PDO/math.Ln2)
	case score > 0 && score < 1 && score != margin:
		steep := 1.0
		if margin != 0 {
			steep = math.Abs(logit(score) / margin)
		}
		return 1 / (1 + math.Exp(-(logit(score) + float64(gain*steep))))
	}
	return score + gain
}

// Top are the features whose shortfall is positive, the largest first, features
// of equal shortfall by name. lost has one value a feature.
func Top(dst []int32, lost []float64) []int32 {
	dst = dst[:0]
	for f, x := range lost {
		if !(x > Tolerance) {
			continue
		}
		dst = append(dst, int32(f))
		for j := len(dst) - 1; j > 0 && lost[dst[j-1]] < x; j-- {
			dst[j-1], dst[j] = dst[j], dst[j-1]
		}
	}
	return dst
}

// Tolerance is how far from 0 a shortfall may be by the rounding of sums alone.
const Tolerance = 1e-9

// Positive is the sum of the positive shortfalls.
func Positive(lost []float64) (sum float64) {
	for _, x := range lost {
		if x > Tolerance {
			sum += x
		}
	}
	return sum
}
