package trees

// explainPart adds the shares of a part's groups.
func (e *Explainer) explainPart(p *part, dst, cells [][]float64, n int, s *scratch) {
	s.tables = s.tables[:0]
	room := 0
	for i := range p.groups {
		g := &p.groups[i]
		if g.table == nil && g.bits <= tableBits && 1<<g.bits <= n {
			room += g.size()
		}
	}
	s.built = grow(s.built, room)
	free := s.built
	for i := range p.groups {
		g := &p.groups[i]
		t := g.table
		if t == nil && g.bits <= tableBits && 1<<g.bits <= n {
			t, free = free[:g.size():g.size()], free[g.size():]
			e.fill(g, t, s)
		}
		s.tables = append(s.tables, t)
	}
	for lo := 0; lo < n; lo += block {
		hi := min(lo+block, n)
		keys := s.keys[:hi-lo]
		for r := range keys {
			keys[r] = ^uint64(0)
		}
		for i := range p.uses {
			u := &p.uses[i]
			u.narrow(keys, cells[u.input][lo:hi])
		}
		for i := range p.groups {
			if t := s.tables[i]; t != nil {
				p.groups[i].lookUp(t, keys, dst, lo)
			} else {
				e.compute(&p.groups[i], keys, dst, lo, s)
			}
		}
	}
}

// narrow clears the bits of the keys that the cells of a column fail.
func (u *use) narrow(keys []uint64, col []float64) {
	col = col[:len(keys)]
	nan := u.words[len(u.words)-1]
	switch len(u.cuts) {
	case 2:
		c, below, above := u.cuts[0], u.words[0], u.words[1]
		for r, x := range col {
			w := above
			if x <= c {
				w = below
			}
			if x != x {
				w = nan
			}
			keys[r] &= w
		}
	case 3:
		c0, c1, w0, w1, w2 := u.cuts[0], u.cuts[1], u.words[0], u.words[1], u.words[2]
		for r, x := range col {
			w := w2
			if x <= c1 {
				w = w1
			}
			if x <= c0 {
				w = w0
			}
			if x != x {
				w = nan
			}
			keys[r] &= w
		}
	default:
		for r, x := range col {
			if x != x {
				keys[r] &= nan
				continue
			}
			keys[r] &= u.words[cutOf(u.cuts, x)]
		}
	}
}

// cutOf is the index of the first cut that is not below x.
func cutOf(cuts []float64, x float64) int {
	at, n := 0, len(cuts)
	for n > 1 {
		half := n / 2
		if x > cuts[at+half-1] {
			at += half
		}
		n -= half
	}
	return at
}

// lookUp adds the entries of the rows' keys.
func (g *group) lookUp(table []float64, keys []uint64, dst [][]float64, lo int) {
	m, shift, mask := len(g.inputs), g.shift&63, uint64(1)<<g.bits-1
	n := len(keys)
	j := 0
	for ; j+1 < m; j += 2 {
		a, b := dst[g.inputs[j]][lo:lo+n], dst[g.inputs[j+1]][lo:lo+n]
		for r, k := range keys {
			at := int(k>>shift&mask)*m + j
			a[r] += table[at]
			b[r] += table[at+1]
		}
	}
	if j < m {
		a := dst[g.inputs[j]][lo : lo+n]
		for r, k := range keys {
			a[r] += table[int(k>>shift&mask)*m+j]
		}
	}
}

// compute adds the shares of rows that have no table to look in.
func (e *Explainer) compute(g *group, keys []uint64, dst [][]float64, lo int, s *scratch) {
	m := len(g.inputs)
	s.group = grow(s.group, m)
	for r, k := range keys {
		e.entry(g, g.key(k), s.group, s)
		for j, x := range s.group {
			dst[g.inputs[j]][lo+r] += x
		}
	}
}

// entry computes one row of a group's table: leaf after leaf, as fill does.
func (e *Explainer) entry(g *group, key uint64, dst []float64, s *scratch) {
	clear(dst)
	for i := range g.leaves {
		l := &g.leaves[i]
		s.mask[0] = l.mask(key)
		s.leaf = grow(s.leaf, len(l.inputs))
		e.game.shares(l, s.mask, s.leaf, s)
		for j, c := range l.column {
			dst[c] += s.leaf[j]
		}
	}
}

func (g *group) size() int { return len(g.inputs) << g.bits }

// fill computes a group's table.
func (e *Explainer) fill(g *group, dst []float64, s *scratch) {
	clear(dst)
	m := len(g.inputs)
	for i := range g.leaves {
		l := &g.leaves[i]
		d := len(l.inputs)
		s.leaf = grow(s.leaf, d<<d)
		e.game.table(l, s.leaf, s)
		for key := range 1 << g.bits {
			from := s.leaf[int(l.mask(uint64(key)))*d:][:d]
			to := dst[key*m:][:m]
			for j, c := range l.column {
				to[c] += from[j]
			}
		}
	}
}
