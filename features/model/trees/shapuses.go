package trees

import (
	"math"
	"slices"
)

// effect is the bits of a part's word that a split clears, as it sends a row
// to the left or to the right.
type effect struct {
	split       *Split
	left, right uint64
}

// learn notes the splits that decide the bits of a group.
func (p *part) learn(g *group, b *bundle) {
	for _, st := range g.leaves[0].steps[:b.depth] {
		bit := uint64(1) << (int(st.slot) + g.shift)
		if st.left {
			p.note(st.split, 0, bit)
		} else {
			p.note(st.split, bit, 0)
		}
	}
	above := b.above()
	for i, s := range b.splits {
		p.note(s, 0, 1<<(above+i+g.shift))
	}
}

func (p *part) note(s *Split, left, right uint64) {
	for i := range p.effects {
		if e := &p.effects[i]; e.split == s {
			e.left |= left
			e.right |= right
			return
		}
	}
	p.effects = append(p.effects, effect{s, left, right})
}

// compileUses turns the effects of splits into words, input by input.
func (p *part) compileUses() {
	slices.SortStableFunc(p.effects, func(a, b effect) int { return int(a.split.Input) - int(b.split.Input) })
	for len(p.effects) > 0 {
		n := 1
		for n < len(p.effects) && p.effects[n].split.Input == p.effects[0].split.Input {
			n++
		}
		p.uses = append(p.uses, newUse(p.effects[:n]))
		p.effects = p.effects[n:]
	}
	p.effects = nil
}

// newUse asks the splits of one input about each run of values that they do
// not tell apart.
func newUse(effects []effect) use {
	u := use{input: effects[0].split.Input}
	for _, e := range effects {
		u.cuts = e.split.appendCuts(u.cuts)
	}
	for i, c := range u.cuts {
		u.cuts[i] = math.Nextafter(c, math.Inf(-1)) // what is below c is up to the number before it
	}
	u.cuts = append(u.cuts, math.Inf(1))
	slices.Sort(u.cuts)
	u.cuts = slices.Compact(u.cuts)
	word := func(x float64) uint64 {
		w := ^uint64(0)
		for _, e := range effects {
			if e.split.GoesLeft(x) {
				w &^= e.left
			} else {
				w &^= e.right
			}
		}
		return w
	}
	for _, x := range u.cuts {
		u.words = append(u.words, word(x))
	}
	u.words = append(u.words, word(math.NaN()))
	return u
}
