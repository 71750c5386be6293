package trees

// explain adds the shares of a part's groups.
func (p *part) explain(dst, cells [][]float64, n int, s *scratch) {
	p.expandUses(s)
	for lo := 0; lo < n; lo += block {
		keys := s.keys[:min(block, n-lo)]
		for r := range keys {
			keys[r] = ^uint64(0)
		}
		p.narrow(keys, lo, cells, s)
		for i := range p.groups {
			p.groups[i].lookUp(keys, dst, lo)
		}
	}
}

// narrow clears the bits of the keys that the rows' cells fail. Inputs are
// looked up by the interval of their cells, two at a time, where there are
// enough rows for it.
func (p *part) narrow(keys []uint64, lo int, cells [][]float64, s *scratch) {
	waiting := -1
	for i := range p.uses {
		u := &p.uses[i]
		if s.intervals[u.input] == nil {
			u.narrow(keys, cells[u.input][lo:])
			continue
		}
		if waiting < 0 {
			waiting = i
			continue
		}
		v := &p.uses[waiting]
		a, b := s.intervals[v.input][lo:][:len(keys)], s.intervals[u.input][lo:][:len(keys)]
		x, y := s.words[waiting], s.words[i]
		for r := range keys {
			keys[r] &= x[a[r]] & y[b[r]]
		}
		waiting = -1
	}
	if waiting >= 0 {
		a, x := s.intervals[p.uses[waiting].input][lo:][:len(keys)], s.words[waiting]
		for r := range keys {
			keys[r] &= x[a[r]]
		}
	}
}

// narrow clears bits by comparing the cells of a column.
func (u *use) narrow(keys []uint64, col []float64) {
	for r, x := range col[:len(keys)] {
		keys[r] &= u.words[interval(u.cuts, x)]
	}
}

// expandUses spells out the words of the uses that are looked up by interval.
func (p *part) expandUses(s *scratch) {
	s.words = grow(s.words, len(p.uses))
	for i := range p.uses {
		if u := &p.uses[i]; s.intervals[u.input] != nil {
			s.words[i] = grow(s.words[i], int(u.ends[len(u.ends)-1])+2)
			u.expand(s.words[i])
		}
	}
}

// expand spells out the words of a use for all intervals of its input.
func (u *use) expand(dst []uint64) {
	from := 0
	for i, end := range u.ends {
		for ; from <= int(end); from++ {
			dst[from] = u.words[i]
		}
	}
	dst[from] = u.words[len(u.words)-1]
}

// interval is the index of the first cut that is not below x; of NaN, it is
// the one beyond the last.
func interval(cuts []float64, x float64) int {
	if x != x {
		return len(cuts)
	}
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
func (g *group) lookUp(keys []uint64, dst [][]float64, lo int) {
	table, m, n, shift, mask := g.table, len(g.inputs), len(keys), g.shift&63, uint64(1)<<g.bits-1
	j := 0
	for ; j+4 <= m; j += 4 {
		a, b := dst[g.inputs[j]][lo:][:n], dst[g.inputs[j+1]][lo:][:n]
		c, d := dst[g.inputs[j+2]][lo:][:n], dst[g.inputs[j+3]][lo:][:n]
		for r, k := range keys {
			t := (*[4]float64)(table[int(k>>shift&mask)*m+j:])
			a[r] += t[0]
			b[r] += t[1]
			c[r] += t[2]
			d[r] += t[3]
		}
	}
	if j+2 <= m {
		a, b := dst[g.inputs[j]][lo:][:n], dst[g.inputs[j+1]][lo:][:n]
		for r, k := range keys {
			t := (*[2]float64)(table[int(k>>shift&mask)*m+j:])
			a[r] += t[0]
			b[r] += t[1]
		}
		j += 2
	}
	if j < m {
		a := dst[g.inputs[j]][lo:][:n]
		for r, k := range keys {
			a[r] += table[int(k>>shift&mask)*m+j]
		}
	}
}

// fill builds a group's table.
func (g *group) fill(game game, s *scratch) {
	g.table = make([]float64, len(g.inputs)<<g.bits)
	m := len(g.inputs)
	for i := range g.leaves {
		l := &g.leaves[i]
		d := len(l.inputs)
		s.leaf = grow(s.leaf, d<<d)
		game.table(l, s.leaf, s)
		for key := range 1 << g.bits {
			from := s.leaf[int(l.mask(uint64(key)))*d:][:d]
			to := g.table[key*m:][:m]
			for j, c := range l.column {
				to[c] += from[j]
			}
		}
	}
}
