package driver

import (
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// Where the export of a table lacks the column of a group dimension and the
// plan has a table of groups, the customer's rows there say the group: the
// batches of row states that compare groups then come with the timelines.

// wantMembership adds what it takes to join the table of groups to the tables
// whose groups somebody wants.
func (r *run) wantMembership(want map[string]*wanted, sources map[string]features.Source) {
	if sources["groups"] == nil {
		return
	}
	joined := false
	for _, name := range []string{"decisions", "limits"} {
		w := want[name]
		if w == nil || !w.groups || !r.lacksGroups(name, sources[name].Fields()) {
			continue
		}
		keys := keyColumns(name)
		w.add(&wanted{columns: keys, timeline: keys})
		joined = true
	}
	if !joined {
		return
	}
	keys := keyColumns("groups")
	keys["probability"] = true
	if want["groups"] == nil {
		want["groups"] = &wanted{columns: map[string]bool{}}
	}
	want["groups"].add(&wanted{columns: keys, rows: true, timeline: keys})
}

// lacksGroups reports whether the export of a table lacks the column of any of
// the plan's group dimensions.
func (r *run) lacksGroups(name string, fields []features.Field) bool {
	reading, err := r.plan.Specs(name, fields, audit.Wanted{Groups: true})
	if err != nil {
		return false // bind tells
	}
	return slices.ContainsFunc(r.plan.Groups, func(g audit.Grouping) bool {
		return slices.Contains(reading.Missing, audit.GroupColumn(g.Name))
	})
}

// member is a group column that is filled from the table of groups.
type member struct {
	column    int // of the table's layout
	dimension string
	values    map[string]string // raw value: group
	missing   []string
}

// members lists the group columns of a reading that the table of groups fills.
func (r *run) members(reading *audit.Reading, l *audit.Layout) []member {
	var out []member
	for _, g := range r.plan.Groups {
		name := audit.GroupColumn(g.Name)
		if !slices.Contains(reading.Missing, name) {
			continue
		}
		m := member{column: l.Index(name), dimension: g.Name, values: g.Values, missing: g.Missing}
		if g.Column != "" {
			m.dimension = g.Column
		}
		out = append(out, m)
	}
	return out
}

// membership fills group columns, for one worker.
type membership struct {
	dimension, value, probability int // columns of table groups
	dicts                         map[[2]int]*features.Dict
	err                           error
}

func newMembership(r *run) *membership {
	t := r.table("groups")
	if t == nil || t.shuffled < 0 {
		return nil
	}
	return &membership{
		dimension: t.layout.Index("dimension"), value: t.layout.Index("value"), probability: t.layout.Index("probability"),
		dicts: map[[2]int]*features.Dict{},
	}
}

// begin makes the group columns of a partition unknown.
func (m *membership) begin(r *run, batches []features.Batch) {
	for _, t := range r.tables {
		for i := range t.members {
			if t.shuffled < 0 {
				continue
			}
			at := [2]int{t.shuffled, i}
			if m.dicts[at] == nil {
				m.dicts[at] = features.NewDict()
			}
			b := &batches[t.shuffled]
			v := &b.Cols[t.members[i].column]
			v.Absent(features.Text, b.N)
			v.Dict, v.Present = m.dicts[at], true
		}
	}
}

// fill writes the customer's groups into its rows of the tables that lack them.
// A proxy, which has a probability, is no group; neither is one of several that
// a dimension declares.
func (m *membership) fill(r *run, tl *audit.Timeline) {
	g := tl.Groups
	for _, t := range r.tables {
		rows := tl.Of(t.name)
		if t.shuffled < 0 || rows.Len() == 0 {
			continue
		}
		for i := range t.members {
			to := &t.members[i]
			v := &rows.Batch.Cols[to.column]
			code := m.codeOf(to, &g, v.Dict)
			if v.Dict.Len() > maxGroups && m.err == nil {
				m.err = r.tooManyGroups(t, to.column)
			}
			for row := rows.Lo; row < rows.Hi; row++ {
				v.Codes[row] = code
			}
		}
	}
}

// codeOf returns the group that the customer's rows g declare for a dimension.
func (m *membership) codeOf(to *member, g *audit.Rows, dict *features.Dict) int32 {
	code := features.Null
	for i := g.Lo; i < g.Hi; i++ {
		dimension, value := g.Batch.Cols[m.dimension].Text(i), g.Batch.Cols[m.value].Text(i)
		if dimension != to.dimension || value == "" || slices.Contains(to.missing, value) || g.Batch.Cols[m.probability].Present && !g.Batch.Cols[m.probability].IsNull(i) {
			continue
		}
		if group, ok := to.values[value]; ok {
			value = group
		}
		c := dict.CodeOf(value)
		if code != features.Null && code != c {
			return features.Null
		}
		code = c
	}
	return code
}
