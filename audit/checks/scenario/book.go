package scenario

import (
	"math"

	"evenhand/audit/stats"
)

// Loans whose probability of bad nobody tells are counted by band, bandWidth
// points of the distance to the cut-off wide: the outcomes of the band stand for
// them. The last band is of those without a cut-off.
const (
	bandWidth = 20
	bandsEach = 5 // to either side of the cut-off
	bands     = 2*bandsEach + 1
)

func bandOf(near int32) int {
	if near >= always {
		return bands - 1
	}
	k := int(near) / bandWidth
	if near < 0 {
		k = -((-int(near) + bandWidth - 1) / bandWidth)
	}
	return min(max(k, -bandsEach), bandsEach-1) + bandsEach
}

// parts of a unit that probabilities, and of a minor unit that losses, are
// counted in: integers, so that no order of rows moves a sum.
const (
	chanceParts = 1e9
	lossParts   = 100
)

// book is a set of loans.
type book struct {
	n, ead  int64
	priced  int64 // loans whose probability of bad is known
	bads    int64 // sum of their probabilities
	loss    int64 // sum of probability × exposure
	bandN   [bands]int64
	bandEAD [bands]int64
}

func (k *book) add(near int32, ead int64, pd float64) {
	k.n++
	ead = max(ead, 0)
	k.ead += ead
	if pd == pd {
		k.priced++
		k.bads += int64(math.Round(pd * chanceParts))
		k.loss += int64(math.Round(pd * float64(ead) * lossParts))
		return
	}
	b := bandOf(near)
	k.bandN[b]++
	k.bandEAD[b] += ead
}

func (k *book) merge(o *book) {
	k.n, k.ead, k.priced, k.bads, k.loss = k.n+o.n, k.ead+o.ead, k.priced+o.priced, k.bads+o.bads, k.loss+o.loss
	for i := range k.bandN {
		k.bandN[i] += o.bandN[i]
		k.bandEAD[i] += o.bandEAD[i]
	}
}

func (k *book) ints() []int64 {
	out := append([]int64{k.n, k.ead, k.priced, k.bads, k.loss}, k.bandN[:]...)
	return append(out, k.bandEAD[:]...)
}

func (k *book) encode(e *stats.Encoder) { e.Ints(k.ints()) }

func (k *book) decode(d *stats.Decoder) {
	x := d.Ints()
	if len(x) != 5+2*bands {
		d.Fail("%d numbers of a book", len(x))
		return
	}
	k.n, k.ead, k.priced, k.bads, k.loss = x[0], x[1], x[2], x[3], x[4]
	copy(k.bandN[:], x[5:])
	copy(k.bandEAD[:], x[5+bands:])
}

// outcomes are what is known of loans that were made, by band.
type outcomes struct {
	known, bad [bands]int64
	told, sum  [bands]int64 // judged decisions whose probability of bad is known, and the sum of these
	priced     int64        // of those whose probability of bad is known too …
	expected   int64        // … the sum of their probabilities, and
	observed   int64        // their bads
}

func (o *outcomes) add(near int32, bad int8, pd float64) {
	b := bandOf(near)
	if pd == pd {
		o.told[b]++
		o.sum[b] += int64(math.Round(pd * chanceParts))
	}
	if bad < 0 {
		return
	}
	o.known[b]++
	o.bad[b] += int64(bad)
	if pd == pd {
		o.priced++
		o.expected += int64(math.Round(pd * chanceParts))
		o.observed += int64(bad)
	}
}

func (o *outcomes) merge(p *outcomes) {
	for i := range o.known {
		o.known[i] += p.known[i]
		o.bad[i] += p.bad[i]
		o.told[i] += p.told[i]
		o.sum[i] += p.sum[i]
	}
	o.priced, o.expected, o.observed = o.priced+p.priced, o.expected+p.expected, o.observed+p.observed
}

func (o *outcomes) encode(e *stats.Encoder) {
	e.Ints(o.known[:])
	e.Ints(o.bad[:])
	e.Ints(o.told[:])
	e.Ints(o.sum[:])
	e.Ints([]int64{o.priced, o.expected, o.observed})
}

func (o *outcomes) decode(d *stats.Decoder) {
	known, bad, told, sum, rest := d.Ints(), d.Ints(), d.Ints(), d.Ints(), d.Ints()
	if len(known) != bands || len(bad) != bands || len(told) != bands || len(sum) != bands || len(rest) != 3 {
		d.Fail("outcomes of %d bands", len(known))
		return
	}
	copy(o.known[:], known)
	copy(o.bad[:], bad)
	copy(o.told[:], told)
	copy(o.sum[:], sum)
	o.priced, o.expected, o.observed = rest[0], rest[1], rest[2]
}

// rates are the bad rates of the bands, for loans whose own probability of bad
// nobody tells: of the band's outcomes where there are least of them, else the
// mean probability of the band's other decisions; where it has neither, that of
// the nearest band that has, the one below of two as near. NaN: none has.
func (o *outcomes) rates(least int64) (out [bands]float64) {
	own := func(b int) float64 {
		switch {
		case b < 0 || b >= bands:
			return math.NaN()
		case o.known[b] >= max(least, 1):
			return float64(o.bad[b]) / float64(o.known[b])
		case o.told[b] > 0:
			return float64(o.sum[b]) / chanceParts / float64(o.told[b])
		}
		return math.NaN()
	}
	for b := range out {
		out[b] = math.NaN()
		for d := 0; d < bands && out[b] != out[b]; d++ {
			if out[b] = own(b - d); out[b] != out[b] {
				out[b] = own(b + d)
			}
		}
	}
	return out
}

// expected are the bads and the loss before LGD, in minor units, that are to be
// expected of a book; NaN where nothing tells.
func (k *book) expected(rates *[bands]float64) (bads, loss float64) {
	bads, loss = float64(k.bads)/chanceParts, float64(k.loss)/lossParts
	for b, n := range k.bandN {
		if n > 0 {
			bads += float64(float64(n) * rates[b])
			loss += float64(float64(k.bandEAD[b]) * rates[b])
		}
	}
	return bads, loss
}
