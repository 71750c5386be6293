package fairness

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/stats"
	"evenhand/features"
)

// million is a probability of 1, as it is summed up.
const million = 1_000_000

// proxyBins is the number of bins of probability that the bounds are made in.
const proxyBins = 100

// What a cell of the cube holds.
const (
	proxyWeight   = iota + 1 // Σp, in millionths
	proxyApproved            // Σp·y
	proxySure                // rows with p of at least certain
	proxySureYes             // those approved
	proxyRows                // rows of a bin of p
	proxyRowsYes             // those approved
	proxyParts
)

// proxy is the state of proxyparity.
type proxy struct {
	env      *audit.Env
	settings *ProxySettings
	certain  int64
	judge    decided.Judge

	at                            int // columns
	dimension, value, probability int
	segments                      []int

	dims   []proxyDim
	slices stats.Keys // "" is all rows, "p2025-03" a period, "sproduct=cash" a segment's value
	cube   stats.Cube // by dimension, slice, group, bin and part
	over   int64      // rows of customers whose probabilities add up to more than 1

	cells [][]share // scratch: by dimension
	at64  []uint64  // scratch: the slices of a row
}

// proxyDim is one group dimension.
type proxyDim struct {
	plan    audit.Grouping
	source  string // its name in table groups
	groups  stats.Keys
	covered int64 // judged rows whose customer has a proxy or group
}

// share is the probability of a group, in millionths.
type share struct {
	group uint64
	p     int64
}

// Keys of the cube.
const (
	partBits, binBits, proxyGroupBits, proxySliceBits = 3, 7, 12, 32
	proxyBinShift                                     = partBits
	proxyGroupShift                                   = proxyBinShift + binBits
	proxySliceShift                                   = proxyGroupShift + proxyGroupBits
	proxyDimShift                                     = proxySliceShift + proxySliceBits
)

func newProxy(env *audit.Env) (*proxy, error) {
	s := &proxy{
		env: env, settings: env.Settings.(*ProxySettings), judge: decided.New(env, false),
		at:        env.Col("decisions", "decided_at"),
		dimension: env.Col("groups", "dimension"), value: env.Col("groups", "value"), probability: env.Col("groups", "probability"),
	}
	s.certain = int64(s.settings.Certain*million + 0.5)
	for _, g := range env.Plan.Groups {
		d := proxyDim{plan: g, source: g.Name}
		if g.Column != "" {
			d.source = g.Column
		}
		s.dims = append(s.dims, d)
	}
	for _, g := range env.Plan.Segments {
		s.segments = append(s.segments, env.Col("decisions", audit.SegmentColumn(g.Name)))
	}
	s.cells = make([][]share, len(s.dims))
	s.slices.ID("")
	return s, nil
}

// Customer counts the decisions of a customer.
func (s *proxy) Customer(t *audit.Timeline) {
	r := t.Decisions
	if r.Len() == 0 {
		return
	}
	judged, approvals := s.judge.Range(r.Batch, r.Lo, r.Hi)
	if len(judged) == 0 {
		return
	}
	s.read(&t.Groups)
	for d := range s.dims {
		shares := s.cells[d]
		if len(shares) == 0 {
			continue
		}
		var sum int64
		for _, c := range shares {
			sum += c.p
		}
		if sum > million+million/1000 {
			s.over += int64(len(judged))
			continue
		}
		s.dims[d].covered += int64(len(judged))
		for k, i := range judged {
			s.at64 = append(s.at64[:0], 0)
			if p := s.env.Periods.Label(s.env.Periods.Of(r.Batch.Cols[s.at].Ints[i])); p != "" {
				s.at64 = append(s.at64, s.slice("p"+p))
			}
			for j, c := range s.segments {
				s.at64 = append(s.at64, s.slice("s"+s.env.Plan.Segments[j].Name+"="+textOr(&r.Batch.Cols[c], i)))
			}
			for _, at := range s.at64 {
				for _, c := range shares {
					s.add(uint64(d)<<proxyDimShift|at<<proxySliceShift|c.group<<proxyGroupShift, c.p, int64(approvals[k]))
				}
			}
		}
	}
}

func (s *proxy) slice(name string) uint64 { return uint64(s.slices.ID(name)) }

func textOr(v *features.Vector, i int32) string {
	if c := v.Codes[i]; c != features.Null {
		return v.Dict.Value(c)
	}
	return unknown
}

// add counts one row, for one group and slice.
func (s *proxy) add(key uint64, p, y int64) {
	s.cube.AddN(key|proxyWeight, p)
	s.cube.AddN(key|proxyApproved, p*y)
	if p >= s.certain {
		s.cube.AddN(key|proxySure, 1)
		s.cube.AddN(key|proxySureYes, y)
	}
	bin := uint64(min(p*proxyBins/million, proxyBins)) << proxyBinShift
	s.cube.AddN(key|bin|proxyRows, 1)
	s.cube.AddN(key|bin|proxyRowsYes, y)
	if bin != 0 { // the weight of bin 0 is what the others leave
		s.cube.AddN(key|bin|proxyWeight, p)
	}
}

// read lists the customer's groups, by dimension, with their probabilities.
func (s *proxy) read(g *audit.Rows) {
	for d := range s.dims {
		s.cells[d] = s.cells[d][:0]
	}
	for i := g.Lo; i < g.Hi; i++ {
		dimension, value := g.Batch.Cols[s.dimension].Text(i), g.Batch.Cols[s.value].Text(i)
		d := slices.IndexFunc(s.dims, func(d proxyDim) bool { return d.source == dimension })
		if d < 0 || value == "" || slices.Contains(s.dims[d].plan.Missing, value) {
			continue
		}
		if to, ok := s.dims[d].plan.Values[value]; ok {
			value = to
		}
		p := int64(million)
		if v := &g.Batch.Cols[s.probability]; v.Present && !v.IsNull(i) {
			if x := v.Floats[i]; x > 0 {
				p = int64(min(x, 2)*million + 0.5)
			} else {
				p = 0
			}
		}
		id := uint64(s.dims[d].groups.ID(value))
		if p == 0 || id >= 1<<proxyGroupBits {
			continue
		}
		if k := slices.IndexFunc(s.cells[d], func(c share) bool { return c.group == id }); k >= 0 {
			s.cells[d][k].p += p
		} else {
			s.cells[d] = append(s.cells[d], share{id, p})
		}
	}
}

// Merge adds o's counts.
func (s *proxy) Merge(other audit.State) {
	o := other.(*proxy)
	s.judge.Merge(&o.judge)
	s.over += o.over
	at := s.slices.Merge(&o.slices)
	groups := make([][]int32, len(s.dims))
	for d := range s.dims {
		s.dims[d].covered += o.dims[d].covered
		groups[d] = s.dims[d].groups.Merge(&o.dims[d].groups)
	}
	s.cube.Merge(o.cube.Map(func(k uint64) uint64 { return renumberProxy(k, at, groups) }))
}

// renumberProxy replaces the slice and the group of a key.
func renumberProxy(k uint64, at []int32, groups [][]int32) uint64 {
	d, slice, group, low := unpackProxy(k)
	return d<<proxyDimShift | uint64(at[slice])<<proxySliceShift | uint64(groups[d][group])<<proxyGroupShift | low
}

func unpackProxy(k uint64) (d, slice, group, low uint64) {
	return k >> proxyDimShift, k >> proxySliceShift & (1<<proxySliceBits - 1), k >> proxyGroupShift & (1<<proxyGroupBits - 1), k & (1<<proxyGroupShift - 1)
}

// MarshalBinary encodes the counts, with the names that have any, sorted.
func (s *proxy) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	s.judge.Encode(&e)
	e.Uvarint(uint64(s.over))
	at := make([]bool, s.slices.Len())
	groups := make([][]bool, len(s.dims))
	for d := range s.dims {
		groups[d] = make([]bool, s.dims[d].groups.Len())
	}
	for k := range s.cube.All() {
		d, slice, group, _ := unpackProxy(k)
		at[slice], groups[d][group] = true, true
	}
	slices := ranked(&e, &s.slices, at)
	ids := make([][]int32, len(s.dims))
	for d := range s.dims {
		e.Uvarint(uint64(s.dims[d].covered))
		ids[d] = ranked(&e, &s.dims[d].groups, groups[d])
	}
	e.Value(s.cube.Map(func(k uint64) uint64 { return renumberProxy(k, slices, ids) }))
	return e.Data(), nil
}

// ranked writes the names that are used, sorted, and returns the rank of each.
func ranked(e *stats.Encoder, keys *stats.Keys, used []bool) []int32 {
	ranks := make([]int32, keys.Len())
	var names []string
	for _, id := range keys.Sorted() {
		if used[id] {
			ranks[id] = int32(len(names))
			names = append(names, keys.Value(id))
		}
	}
	e.Strings(names)
	return ranks
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *proxy) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	judge := s.judge
	judge.Decode(d)
	over := d.Natural()
	at := decode(d, 1)
	covered, groups := make([]int64, len(s.dims)), make([]stats.Keys, len(s.dims))
	for i := range s.dims {
		covered[i] = d.Natural()
		groups[i] = decode(d, 1)[0]
	}
	var cube stats.Cube
	d.Value(&cube)
	if d.Err() == nil {
		for k := range cube.All() {
			i, slice, group, _ := unpackProxy(k)
			if i >= uint64(len(s.dims)) || slice >= uint64(at[0].Len()) || group >= uint64(groups[i].Len()) {
				d.Fail("cell %#x has no name", k)
				break
			}
		}
	}
	if err := d.Finish(); err != nil {
		return err
	}
	s.judge, s.over, s.slices, s.cube = judge, over, at[0], cube
	s.slices.ID("") // 0 in any state with rows: "" sorts first
	for i := range s.dims {
		s.dims[i].covered, s.dims[i].groups = covered[i], groups[i]
	}
	return nil
}
