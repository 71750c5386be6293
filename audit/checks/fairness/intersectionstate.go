package fairness

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/stats"
	"evenhand/features"
)

// cross is the state of intersection.
type cross struct {
	env      *audit.Env
	settings *CrossSettings
	judge    decided.Judge

	columns []crossColumn // the dimensions, then the segments
	dims    int
	// tables are the crossings counted: all dimensions at once, then all and a
	// segment, then the pairs, which stay empty while the first holds all.
	tables []crossTable

	// Scratch: the packed rows of a batch, the combinations of them that were met
	// last and how often, and the values of one.
	keys   []uint64
	recent [1 << recentBits]stats.Cell
	values []uint64
}

// recentBits is the size of a memory that combinations share by their hash: most
// rows are of a few hundred, and each goes to the tables once a batch.
const recentBits = 10

// crossColumn numbers the values of a dimension or segment: those alone that
// judged rows have, so that the numbers used don't depend on how rows are cut.
type crossColumn struct {
	plan   audit.Grouping
	column int
	keys   stats.Keys
	dict   *features.Dict
	of     []int32 // by code+1: the number of the value, or -1
}

// crossTable counts rows by their values in some columns, and outcome.
type crossTable struct {
	columns []int
	width   uint // bits of a key for each column
	cube    stats.Cube
	cells   int  // keys in use
	over    bool // too many: nothing is counted
}

func newCross(env *audit.Env) (*cross, error) {
	s := &cross{env: env, settings: env.Settings.(*CrossSettings)}
	if err := s.settings.Validate(); err != nil {
		return nil, err
	}
	s.judge = decided.New(env, s.settings.Errors == "denied")
	for _, g := range env.Plan.Groups {
		s.columns = append(s.columns, crossColumn{plan: g, column: env.Col("decisions", audit.GroupColumn(g.Name))})
	}
	s.dims = len(s.columns)
	for _, g := range env.Plan.Segments {
		s.columns = append(s.columns, crossColumn{plan: g, column: env.Col("decisions", audit.SegmentColumn(g.Name))})
	}
	s.values = make([]uint64, len(s.columns))
	if s.dims < 2 {
		return s, nil
	}
	var all []int
	for d := range s.dims {
		all = append(all, d)
	}
	s.table(all)
	for i := s.dims; i < len(s.columns); i++ {
		s.table(append(slices.Clone(all), i))
	}
	for a := range s.dims {
		for b := a + 1; b < s.dims; b++ {
			s.table([]int{a, b})
		}
	}
	return s, nil
}

func (s *cross) table(columns []int) {
	s.tables = append(s.tables, crossTable{columns: columns, width: uint(min(24, 62/len(columns)))})
}

// segments is the number of segments.
func (s *cross) segments() int { return len(s.columns) - s.dims }

// pairs are the tables of pairs.
func (s *cross) pairs() []crossTable {
	if len(s.tables) == 0 {
		return nil
	}
	return s.tables[1+s.segments():]
}

// Update counts the rows of a batch.
func (s *cross) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	judged, approved := s.judge.Rows(b)
	if len(s.tables) == 0 {
		return
	}
	width := uint(min(24, 62/len(s.columns)))
	s.keys = s.keys[:0]
	for _, a := range approved {
		s.keys = append(s.keys, uint64(a))
	}
	packed := true
	for i := range s.columns {
		c := &s.columns[i]
		c.pack(s.keys, b, judged, 1+width*uint(i))
		packed = packed && c.keys.Len() <= 1<<width
	}
	if !packed { // row by row
		for j, i := range judged {
			for c := range s.columns {
				s.values[c] = uint64(s.columns[c].of[b.Cols[s.columns[c].column].Codes[i]+1])
			}
			s.add(uint64(approved[j]), 1)
		}
		return
	}
	for _, k := range s.keys {
		at := &s.recent[k*0x9E3779B97F4A7C15>>(64-recentBits)]
		if at.Key != k {
			s.flush(at, width)
			at.Key = k
		}
		at.N++
	}
	for i := range s.recent {
		s.flush(&s.recent[i], width)
	}
}

// flush adds a combination that was met at.N times to the tables.
func (s *cross) flush(at *stats.Cell, width uint) {
	if at.N == 0 {
		return
	}
	for c := range s.columns {
		s.values[c] = at.Key >> (1 + width*uint(c)) & (1<<width - 1)
	}
	s.add(at.Key&1, at.N)
	at.N = 0
}

// add adds n rows of s.values to the tables.
func (s *cross) add(approved uint64, n int64) {
	for i := range 1 + s.segments() {
		s.addN(&s.tables[i], s.values, approved, n)
	}
	if s.tables[0].over {
		for i := range s.pairs() {
			s.addN(&s.pairs()[i], s.values, approved, n)
		}
	}
}

// pack adds the numbers of the rows' values, shifted, to keys.
func (c *crossColumn) pack(keys []uint64, b *features.Batch, judged []int32, shift uint) {
	v := &b.Cols[c.column]
	if c.dict != v.Dict || len(c.of) == 0 {
		c.dict, c.of = v.Dict, append(c.of[:0], -1)
	}
	for len(c.of) <= v.Dict.Len() {
		c.of = append(c.of, -1)
	}
	for j, i := range judged {
		code := v.Codes[i]
		if c.of[code+1] < 0 {
			name := unknown
			if code != features.Null {
				name = v.Dict.Value(code)
			}
			c.of[code+1] = c.keys.ID(name)
		}
		keys[j] |= uint64(c.of[code+1]) << shift
	}
}

// wide closes a table one of whose columns has more values than its keys hold.
func (s *cross) wide(t *crossTable) bool {
	for _, c := range t.columns {
		if s.columns[c].keys.Len() > 1<<t.width {
			s.fold(t)
			return true
		}
	}
	return false
}

// fold closes a table that is too large; what the whole holds goes to the pairs.
func (s *cross) fold(t *crossTable) {
	t.over = true
	if t == &s.tables[0] {
		for k, n := range t.cube.All() {
			values := t.unpack(k)
			for i := range s.pairs() {
				s.addN(&s.pairs()[i], values, k&1, n)
			}
		}
	}
	t.cube, t.cells = stats.Cube{}, 0
}

// addN adds n rows of values, by column, to a table that is not closed.
func (s *cross) addN(t *crossTable, values []uint64, approved uint64, n int64) {
	if t.over || s.wide(t) {
		return
	}
	k := t.pack(values, approved)
	if t.cube.N(k) == 0 {
		if t.cells++; t.cells > 2*s.settings.Cells {
			s.fold(t)
			return
		}
	}
	t.cube.AddN(k, n)
}

// pack makes a key of values by column.
func (t *crossTable) pack(values []uint64, approved uint64) uint64 {
	for i, c := range t.columns {
		approved |= values[c] << (1 + t.width*uint(i))
	}
	return approved
}

// Merge adds o's counts.
func (s *cross) Merge(other audit.State) {
	o := other.(*cross)
	s.judge.Merge(&o.judge)
	ids := make([][]int32, len(s.columns))
	for i := range s.columns {
		ids[i] = s.columns[i].keys.Merge(&o.columns[i].keys)
	}
	values := make([]uint64, len(s.columns))
	for i := range s.tables {
		t, from := &s.tables[i], &o.tables[i]
		if !t.over && from.over {
			s.fold(t)
		}
		if !t.over {
			s.wide(t)
		}
		for k, n := range from.cube.All() {
			for j, c := range t.columns {
				values[c] = uint64(ids[c][from.value(k, j)])
			}
			s.addN(t, values, k&1, n)
			if i == 0 && t.over { // what o has in its whole goes to the pairs here
				for j := range s.pairs() {
					s.addN(&s.pairs()[j], values, k&1, n)
				}
			}
		}
	}
}

// unpack returns the values of a key of the whole, whose columns are the
// dimensions in their order.
func (t *crossTable) unpack(k uint64) []uint64 {
	values := make([]uint64, len(t.columns))
	for i := range values {
		values[i] = t.value(k, i)
	}
	return values
}

// value returns the number that a key has for the i-th column of a table.
func (t *crossTable) value(k uint64, i int) uint64 {
	return k >> (1 + t.width*uint(i)) & (1<<t.width - 1)
}
