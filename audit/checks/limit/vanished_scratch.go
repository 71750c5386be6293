package limit

import (
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// scratch is a batch of one row of limits, to ask the policies about.
type scratch struct {
	batch         features.Batch
	carried       []int    // columns that later rows bring up to date
	pairs         [][2]int // snapshot column, limits column
	asOf, account column
	facts         []string
	cols          []int
}

func (x *scratch) prepare(env *audit.Env) {
	l := env.Layouts["limits"]
	x.batch = features.Batch{Table: "limits", N: 1, Cols: make([]features.Vector, len(l.Specs)), Period: []int32{-1}}
	x.asOf, x.account = columnOf(env, "features", "as_of"), columnOf(env, "limits", "account_id")
	for i, spec := range l.Specs {
		x.batch.Cols[i].Absent(spec.Kind, 1)
		if fact, ok := strings.CutPrefix(spec.Name, audit.HistoryColumn("")); ok {
			x.facts, x.cols = append(x.facts, fact), append(x.cols, i)
			continue
		}
		switch spec.Name {
		case "score", "model_version", "outstanding", "holds":
			x.carried = append(x.carried, i)
		}
		if strings.HasPrefix(spec.Name, audit.FeatureColumn("")) {
			x.carried = append(x.carried, i)
			if j := env.Layouts["features"].Index(spec.Name); j >= 0 {
				x.pairs = append(x.pairs, [2]int{j, i})
			}
		}
	}
}

// load makes the row a copy of row i of a batch of limits.
func (x *scratch) load(b *features.Batch, i int) {
	for c := range x.batch.Cols {
		to := &x.batch.Cols[c]
		to.Absent(to.Kind, 1)
		copyCell(to, &b.Cols[c], i)
	}
	if id := x.account.id(b, i); id != nil { // facts are of the account's, too
		v := &x.batch.Cols[x.account]
		v.Bytes, v.Valid, v.Present = append(v.Bytes[:0], id...), nil, true
		v.Offsets = append(v.Offsets[:0], 0, uint32(len(id)))
	}
}

// carry brings the row up to date with row i of limits.
func (x *scratch) carry(b *features.Batch, i int) {
	for _, c := range x.carried {
		copyCell(&x.batch.Cols[c], &b.Cols[c], i)
	}
}

// snapshot brings the row up to date with row i of features.
func (x *scratch) snapshot(b *features.Batch, i int) {
	for _, p := range x.pairs {
		copyCell(&x.batch.Cols[p[1]], &b.Cols[p[0]], i)
	}
}

// put sets an amount or instant of the row.
func (x *scratch) put(c column, n int64) {
	if c < 0 || n == none {
		return
	}
	v := &x.batch.Cols[c]
	v.Ints[0], v.Valid, v.Present = n, nil, true
}

// copyCell sets row 0 of v to row i of another column, unless that is null.
// Identifiers are left out: expressions can't read them.
func copyCell(v, from *features.Vector, i int) {
	switch {
	case from.Kind != v.Kind, v.Kind == features.Opaque, v.Kind == features.TextList:
	case v.Kind == features.Text:
		if i < len(from.Codes) && from.Codes[i] != features.Null {
			v.Codes[0], v.Present = v.Dict.CodeOf(from.Text(i)), true
		}
	case v.Kind == features.Float:
		if i < len(from.Floats) && !from.IsNull(i) {
			v.Floats[0], v.Present = from.Floats[i], true
		}
	case i < len(from.Ints) && !from.IsNull(i):
		v.Ints[0], v.Valid, v.Present = from.Ints[i], nil, true
	}
}
