package model

import (
	"errors"
	"fmt"
	"math"

	"evenhand/features"
)

// maxTogether bounds the inputs that one characteristic may read for shares of
// its points: 2^n mixtures of a row and a background row are computed.
const maxTogether = 10

// Against prepares a background. Rows that are not recomputable are left out.
func (m *pmmlRows) Against(background [][]Value) (Explainer, error) {
	for i := range m.parts {
		if n := len(m.parts[i].reads); n > maxTogether {
			return nil, fmt.Errorf("a characteristic reads %d inputs, too many to share its points (%d); split it", n, maxTogether)
		}
	}
	e := &pmmlExplainer{m: m, means: make([]float64, len(m.parts))}
	for _, v := range background {
		r := m.record()
		for i, f := range m.fields {
			r.in[i] = f.take(v[i])
		}
		margin := m.sum(r)
		if margin != margin {
			continue
		}
		e.rows = append(e.rows, r)
		e.base += margin
		for i := range m.parts {
			e.means[i] += m.parts[i].value(r)
		}
	}
	n := float64(len(e.rows))
	if n == 0 {
		return nil, errors.New("there is no recomputable row to measure contributions from")
	}
	e.base /= n
	for i := range e.means {
		e.means[i] /= n
	}
	return e, nil
}

// pmmlExplainer shares the points of each part between the inputs that it reads
// by their exact Shapley values: a part's game is the mean of its points over
// the background, with the row's values for the inputs that are in.
type pmmlExplainer struct {
	m     *pmmlRows
	rows  []*record // as their fields take them
	means []float64 // by part
	base  float64
}

func (e *pmmlExplainer) Explain(dst [][]float64, in []*features.Vector, n int) float64 {
	row, mixed := e.m.record(), e.m.record()
	games := make([]float64, 1<<maxTogether)
	for at := range n {
		e.m.load(row, in, at)
		clear(row.derived)
		for i := range dst {
			dst[i][at] = 0
		}
		for k := range e.m.parts {
			switch p := &e.m.parts[k]; len(p.reads) {
			case 0:
			case 1:
				dst[p.reads[0]][at] += p.value(row) - e.means[k]
			default:
				e.play(p, row, mixed, games)
				for j, i := range p.reads {
					dst[i][at] += shapley(games, len(p.reads), j)
				}
			}
		}
		for i := range e.m.inputs {
			if row.in[i].is == invalid {
				dst[i][at] = math.NaN()
			}
		}
	}
	return e.base
}

// play fills games with the value of every set of inputs, by bits.
func (e *pmmlExplainer) play(p *pmmlPart, row, mixed *record, games []float64) {
	for set := range 1 << len(p.reads) {
		games[set] = 0
		for _, b := range e.rows {
			for j, i := range p.reads {
				if mixed.in[i] = b.in[i]; set>>j&1 == 1 {
					mixed.in[i] = row.in[i]
				}
			}
			clear(mixed.derived)
			games[set] += p.value(mixed)
		}
		games[set] /= float64(len(e.rows))
	}
}

// shapley is player j's value in a game of n.
func shapley(games []float64, n, j int) float64 {
	sum := 0.0
	for set := range 1 << n {
		if set>>j&1 == 1 {
			continue
		}
		// |set|! (n-1-|set|)! / n! = 1 / (n · C(n-1, |set|))
		size, ways := 0, 1.0
		for i := range n {
			size += set >> i & 1
		}
		for i := range size {
			ways = ways * float64(n-1-i) / float64(i+1)
		}
		sum += (games[set|1<<j] - games[set]) / (float64(n) * ways)
	}
	return sum
}
