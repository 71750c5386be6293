package ingest

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// smell looks for amounts in the wrong unit: it counts the values of each
// amount by size, product and period.
type smell struct {
	columns  []pastInfo
	product  int
	periodic bool // whether periods are long enough to tell apart

	names  rows.Names // products
	parts  []part
	index  [][]int32  // by product and period+1: 1 + the part's number, or 0
	counts [][]*sizes // by column and part
	slots  []int32    // scratch: the part of each row
}

// part is one product in one period.
type part struct{ product, period int32 }

// sizes counts the positive values of one column and part.
type sizes [sizeBins]int64

// Bins are a quarter of an octave wide and span 2^-16 to 2^48.
const (
	sizeBins  = 256
	firstSize = (1023 - 16) << 2 // exponent and two bits of the fraction
)

func sizeOf(x float64) int {
	return int(min(max(int64(math.Float64bits(x)>>50)-firstSize, 0), sizeBins-1))
}

// newSmell returns nil when the table has no amounts to look at.
func newSmell(env *audit.Env, t *tableInfo) *smell {
	s := &smell{product: t.layout.Index("product"), periodic: env.Plan.Period != "day" && env.Plan.Period != "week"}
	prefix := audit.FeatureColumn("")
	for c, spec := range t.layout.Specs {
		feature := strings.HasPrefix(spec.Name, prefix)
		if mapped(spec) && (spec.Kind == features.Money || feature && spec.Kind == features.Float) {
			s.columns = append(s.columns, pastInfo{strings.TrimPrefix(spec.Name, prefix), c})
		}
	}
	if s.columns == nil {
		return nil
	}
	s.counts = make([][]*sizes, len(s.columns))
	return s
}

// part returns the number of a part.
func (s *smell) part(product, period int32) int32 {
	for int(product) >= len(s.index) {
		s.index = append(s.index, nil)
	}
	for int(period)+1 >= len(s.index[product]) {
		s.index[product] = append(s.index[product], 0)
	}
	k := &s.index[product][period+1]
	if *k == 0 {
		s.parts = append(s.parts, part{product, period})
		*k = int32(len(s.parts))
	}
	return *k - 1
}

func (s *smell) update(b *features.Batch) {
	if cap(s.slots) < b.N {
		s.slots = make([]int32, b.N)
	}
	s.slots = s.slots[:b.N]
	var ids, codes []int32
	if s.product >= 0 && b.Cols[s.product].Present {
		ids, codes = s.names.Of(&b.Cols[s.product]), b.Cols[s.product].Codes
	}
	none := int32(0)
	if ids == nil {
		none = s.names.ID("")
	}
	last, slot := part{-1, -1}, int32(0)
	for i := range s.slots {
		p := part{none, -1}
		if ids != nil {
			p.product = ids[codes[i]+1]
		}
		if s.periodic && b.Period != nil {
			p.period = b.Period[i]
		}
		if p != last {
			last, slot = p, s.part(p.product, p.period)
		}
		s.slots[i] = slot
	}
	for k, c := range s.columns {
		v := &b.Cols[c.col]
		if !v.Present {
			continue
		}
		for p := range s.parts {
			s.counter(k, int32(p))
		}
		counts := s.counts[k]
		if v.Kind == features.Float {
			for i, x := range v.Floats[:b.N] {
				if x > 0 {
					counts[s.slots[i]][sizeOf(x)]++
				}
			}
			continue
		}
		for i, x := range v.Ints[:b.N] { // 0 where null
			if x > 0 {
				counts[s.slots[i]][sizeOf(float64(x))]++
			}
		}
	}
}

func (s *smell) counter(column int, part int32) *sizes {
	for int(part) >= len(s.counts[column]) {
		s.counts[column] = append(s.counts[column], new(sizes))
	}
	return s.counts[column][part]
}

func (s *smell) merge(o *smell) {
	ids := s.names.Merge(&o.names)
	for k := range o.counts {
		for p, c := range o.counts[k] {
			to := s.counter(k, s.part(ids[o.parts[p].product], o.parts[p].period))
			to.add(c)
		}
	}
}

func (c *sizes) add(o *sizes) {
	for i, n := range o {
		c[i] += n
	}
}

// suspect is a product or period whose values are about 100 times, or about a
// hundredth of, those of all others.
type suspect struct {
	column, part string // part: "product=cash" or "period=2025-03"
	ratio        float64
	n            int64
}

// suspects returns them by column, products first.
func (s *smell) suspects(periods *audit.Periods, least int64) []suspect {
	var out []suspect
	for k, c := range s.columns {
		products, months := map[string]*sizes{}, map[string]*sizes{}
		add := func(m map[string]*sizes, name string, c *sizes) {
			if name == "" {
				return
			}
			if m[name] == nil {
				m[name] = new(sizes)
			}
			m[name].add(c)
		}
		for p, n := range s.counts[k] {
			add(products, s.names.Value(s.parts[p].product), n)
			add(months, periods.Label(s.parts[p].period), n)
		}
		for _, split := range []struct {
			kind string
			m    map[string]*sizes
		}{{"product=", products}, {"period=", months}} {
			var all sizes
			names := make([]string, 0, len(split.m))
			for name, c := range split.m {
				names = append(names, name)
				all.add(c)
			}
			slices.Sort(names)
			for _, name := range names {
				mine, others := *split.m[name], all
				for i, n := range mine {
					others[i] -= n
				}
				a, n := median(&mine)
				b, m := median(&others)
				if n < least || m < least {
					continue
				}
				if r := a / b; r >= 50 && r <= 200 || r >= 1.0/200 && r <= 1.0/50 {
					out = append(out, suspect{c.name, split.kind + name, r, n})
				}
			}
		}
	}
	return out
}

// median returns the lower edge of the bin that holds the median, and the
// count.
func median(c *sizes) (x float64, n int64) {
	for _, k := range c {
		n += k
	}
	below := int64(0)
	for i, k := range c {
		if below += k; 2*below >= n && n > 0 {
			return math.Float64frombits(uint64(i+firstSize) << 50), n
		}
	}
	return math.NaN(), 0
}

func (s *smell) encode(e *stats.Encoder) {
	for k := range s.counts {
		var used []int
		for p, c := range s.counts[k] {
			if *c != (sizes{}) {
				used = append(used, p)
			}
		}
		slices.SortFunc(used, func(a, b int) int {
			x, y := s.parts[a], s.parts[b]
			return cmp.Or(strings.Compare(s.names.Value(x.product), s.names.Value(y.product)), cmp.Compare(x.period, y.period))
		})
		e.Count(len(used))
		for _, p := range used {
			e.String(s.names.Value(s.parts[p].product))
			e.Varint(int64(s.parts[p].period))
			e.Ints(s.counts[k][p][:])
		}
	}
}

func (s *smell) decode(d *stats.Decoder) {
	const last = 1 << 16 // there are fewer periods
	s.names, s.parts, s.index = rows.Names{}, nil, nil
	for k := range s.counts {
		s.counts[k] = nil
		for n := d.Count(3); n > 0 && d.Err() == nil; n-- {
			product, period, counts := d.String(), d.Varint(), d.Ints()
			if len(counts) != sizeBins || period < -1 || period > last {
				d.Fail("sizes of an amount")
				return
			}
			copy(s.counter(k, s.part(s.names.ID(product), int32(period)))[:], counts)
		}
	}
}
