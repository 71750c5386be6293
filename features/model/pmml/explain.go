package pmml

import (
	"errors"
	"fmt"

	"evenhand/features"
)

// maxTogether bounds the inputs that one characteristic may read for shares of
// its points: 2^n mixtures of a row and a background row are computed.
const maxTogether = 10

// Against prepares a background of records, which it keeps. Those that are not
// recomputable are left out.
func (m *Model) Against(background []*Record) (*Explainer, error) {
	for i := range m.parts {
		if n := len(m.parts[i].reads); n > maxTogether {
			return nil, fmt.Errorf("a characteristic reads %d inputs, too many to share its points (%d); split it", n, maxTogether)
		}
	}
	e := &Explainer{m: m, means: make([]float64, len(m.parts))}
	for _, r := range background {
		margin := m.Margin(r)
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

// Explainer shares the points of each part between the inputs that it reads
// by their exact Shapley values: a part's game is the mean of its points over
// the background, with the row's values for the inputs that are in. It never
// changes, and is shared by all workers.
type Explainer struct {
	m     *Model
	rows  []*Record // as their fields take them
	means []float64 // by part
	base  float64
}

// Explain fills dst[i][:n] with the share of input i in the margin of each row and
// returns the base, the mean margin of the background.
func (e *Explainer) Explain(dst [][]float64, in []*features.Vector, n int) float64 {
	row, mixed := e.m.Record(), e.m.Record()
	games := make([]float64, 1<<maxTogether)
	for at := range n {
		e.m.Load(row, in, at)
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
		row.blame(dst, at)
	}
	return e.base
}

// play fills games with the value of every set of inputs, by bits.
func (e *Explainer) play(p *part, row, mixed *Record, games []float64) {
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
