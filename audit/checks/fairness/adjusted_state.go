package fairness

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// adjControl is a feature that is held equal.
type adjControl struct {
	name   string
	column int
	// Of texts, numbered as names has them; texts by number, their hashes.
	text   bool
	names  rows.Names
	hashes []uint64
}

// adjusted is the state of adjustedparity.
type adjusted struct {
	env      *audit.Env
	settings *AdjustedSettings

	judge    decided.Judge
	groups   condTuple // of all group dimensions
	controls []adjControl
	absent   []string // controls that the export lacks

	missing int64 // judged rows without a value of some control
	rows    adjRows

	// Caches and scratch, no part of the state.
	groupHash []uint64 // by combination of groups
	group     []int32
	hash      []uint64
	values    []uint64 // column by column
	bad       []bool
	row       []uint64
}

func newAdjusted(env *audit.Env) (*adjusted, error) {
	s := &adjusted{env: env, settings: env.Settings.(*AdjustedSettings)}
	s.judge = decided.New(env, s.settings.Errors == "denied")
	var dims []int
	for _, g := range env.Plan.Groups {
		dims = append(dims, env.Col("decisions", audit.GroupColumn(g.Name)))
	}
	s.groups = newCondTuple(dims...)
	layout := env.Layouts["decisions"]
	for _, name := range env.Plan.Controls {
		c := audit.FeatureColumn(name)
		if !layout.Exported(c) {
			s.absent = append(s.absent, name)
			continue
		}
		at := env.Col("decisions", c)
		s.controls = append(s.controls, adjControl{name: name, column: at, text: layout.Specs[at].Kind == features.Text})
	}
	s.rows = adjRows{width: len(s.controls), room: s.settings.Designs}
	return s, nil
}

// Update counts the rows of a batch.
func (s *adjusted) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	judged, approvals := s.judge.Rows(b)
	if len(s.controls) == 0 {
		return
	}
	n := len(judged)
	s.group = s.groups.of(s.group, b, judged)
	s.hashGroups()
	s.hash = slices.Grow(s.hash[:0], n)[:n]
	s.bad = slices.Grow(s.bad[:0], n)[:n]
	s.values = slices.Grow(s.values[:0], n*len(s.controls))[:n*len(s.controls)]
	for j, g := range s.group {
		s.hash[j], s.bad[j] = s.groupHash[g], false
	}
	for c := range s.controls {
		s.take(&s.controls[c], b, judged, s.values[c*n:(c+1)*n])
	}
	s.row = slices.Grow(s.row[:0], len(s.controls))[:len(s.controls)]
	for j := range judged {
		if s.bad[j] {
			s.missing++
			continue
		}
		if h := s.hash[j]; s.rows.kept(h) {
			for c := range s.row {
				s.row[c] = s.values[c*n+j]
			}
			s.rows.add(h, s.group[j], s.row, int64(1-approvals[j]), 1)
		}
	}
	s.rows.fit()
}

// take reads the values of a control, as bits of numbers or numbers of texts,
// chains them to the hashes and marks rows that have none.
func (s *adjusted) take(c *adjControl, b *features.Batch, judged []int32, to []uint64) {
	v := &b.Cols[c.column]
	switch {
	case c.text:
		ids := c.names.Of(v)
		c.hashTexts()
		for j, i := range judged {
			id := ids[v.Codes[i]+1]
			to[j] = uint64(id)
			s.hash[j] = rows.HashInt(s.hash[j], int64(c.hashes[id]))
			s.bad[j] = s.bad[j] || v.Codes[i] == features.Null
		}
	case v.Kind == features.Float:
		for j, i := range judged {
			x := v.Floats[i] + 0 // −0 is 0
			to[j] = math.Float64bits(x)
			s.hash[j] = rows.HashInt(s.hash[j], int64(to[j]))
			s.bad[j] = s.bad[j] || !(math.Abs(x) <= math.MaxFloat64)
		}
	default:
		for j, i := range judged {
			to[j] = math.Float64bits(float64(v.Ints[i]))
			s.hash[j] = rows.HashInt(s.hash[j], int64(to[j]))
			s.bad[j] = s.bad[j] || v.Valid != nil && !v.Valid[i]
		}
	}
}

// hashTexts hashes the texts that are new.
func (c *adjControl) hashTexts() {
	for len(c.hashes) < c.names.Len() {
		c.hashes = append(c.hashes, rows.HashString(1, c.names.Value(int32(len(c.hashes)))))
	}
}

// hashGroups hashes the combinations of groups that are new.
func (s *adjusted) hashGroups() {
	for len(s.groupHash) < s.groups.len() {
		h := uint64(2)
		for _, v := range s.groups.values(int32(len(s.groupHash))) {
			h = rows.HashString(h, v)
		}
		s.groupHash = append(s.groupHash, h)
	}
}

// hashOf is the hash of a design, by what it says and not by its numbers.
func (s *adjusted) hashOf(group int32, values []uint64) uint64 {
	h := s.groupHash[group]
	for i, v := range values {
		if c := &s.controls[i]; c.text {
			v = c.hashes[v]
		}
		h = rows.HashInt(h, int64(v))
	}
	return h
}

// Merge adds o's counts.
func (s *adjusted) Merge(other audit.State) {
	o := other.(*adjusted)
	s.judge.Merge(&o.judge)
	s.missing += o.missing
	groups := s.groups.merge(&o.groups)
	texts := make([][]int32, len(s.controls))
	for i := range s.controls {
		if s.controls[i].text {
			texts[i] = s.controls[i].names.Merge(&o.controls[i].names)
		}
	}
	if o.rows.level > s.rows.level {
		s.rows.raise(o.rows.level)
	}
	row := make([]uint64, len(s.controls))
	for i := range o.rows.n {
		copy(row, o.rows.of(i))
		for c, ids := range texts {
			if ids != nil {
				row[c] = uint64(ids[row[c]])
			}
		}
		s.rows.add(o.rows.hash[i], groups[o.rows.group[i]], row, o.rows.denied[i], o.rows.n[i])
	}
	s.rows.fit()
}
