package decided

import (
	"testing"

	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/features"
)

// batch is three columns of text rows: outcome, application type, test.
func batch(rows [][3]string) (*features.Batch, *audit.Env) {
	specs := []features.Spec{{Name: "outcome", Kind: features.Text}, {Name: "application_type", Kind: features.Text}, {Name: "is_test", Kind: features.Bool}}
	b := &features.Batch{Table: "decisions", N: len(rows), Cols: []features.Vector{{Dict: features.NewDict()}, {Dict: features.NewDict()}, {}}}
	for _, r := range rows {
		for c := range 2 {
			code := features.Null
			if r[c] != "" {
				code = b.Cols[c].Dict.CodeOf(r[c])
			}
			b.Cols[c].Codes = append(b.Cols[c].Codes, code)
		}
		b.Cols[2].Ints = append(b.Cols[2].Ints, int64(len(r[2])))
	}
	return b, &audit.Env{Layouts: map[string]*audit.Layout{"decisions": audit.NewLayout(specs)}}
}

func TestRows(t *testing.T) {
	b, env := batch([][3]string{
		{"approved", "", ""}, {"denied", "", ""}, {"error", "", ""}, {"denied", "prescreen", ""}, {"approved_lower", "new_line", ""},
		{"denied", "", "t"}, {"withdrawn", "", ""}, {"incomplete", "", ""}, {"referred", "", ""}, {"", "", ""}, {"other:x", "", ""},
	})
	for _, tt := range []struct {
		deny bool
		want map[int32]uint8
	}{
		{false, map[int32]uint8{0: 1, 1: 0, 4: 1}},
		{true, map[int32]uint8{0: 1, 1: 0, 2: 0, 4: 1}},
	} {
		j := New(env, tt.deny)
		rows, approved := j.Rows(b)
		got := map[int32]uint8{}
		for k, i := range rows {
			got[i] = approved[k]
		}
		if len(got) != len(tt.want) {
			t.Errorf("errors deny %v: %v, want %v", tt.deny, got, tt.want)
		}
		for i, a := range tt.want {
			if x, ok := got[i]; !ok || x != a {
				t.Errorf("errors deny %v: row %d is %v (%v), want %v", tt.deny, i, x, ok, a)
			}
		}
		if j.Judged() != int64(len(tt.want)) || j.RowsIn != 11 {
			t.Errorf("judged %d of %d", j.Judged(), j.RowsIn)
		}
		cov := j.Coverage("x")
		var out int64
		for _, e := range cov.Excluded {
			out += e.Rows
			if e.Guard.En == "" || e.Guard.Zh == "" {
				t.Error("a guard has no name")
			}
		}
		if out+cov.Judged != 11 {
			t.Errorf("%d excluded and %d judged of 11", out, cov.Judged)
		}
		var e stats.Encoder
		j.Encode(&e)
		back := New(env, tt.deny)
		d := stats.NewDecoder(e.Data())
		if back.Decode(d); d.Finish() != nil || back.Judged() != j.Judged() || back.RowsIn != 11 {
			t.Error("it does not survive encoding")
		}
		back.Merge(&j)
		if back.Judged() != 2*j.Judged() || back.RowsIn != 22 {
			t.Error("merge does not add")
		}
	}
}
