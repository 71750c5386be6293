package replay

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/features"
)

// versions finds the policy of each row: by its policy_version and product, or
// by its moment and product when the export has no policy_version. Text is
// looked up once per pair of codes, not per row.
type versions struct {
	registry *policy.Registry
	version  int // columns, or -1
	product  int
	at       int
	bounds   []int64 // nil: rows tell by policy_version

	dicts  [2]*features.Dict
	sizes  [2]int
	stride int
	pick   []int16 // by (version code+1, or era)*stride + product code+1
}

// newVersions returns the finder for a table. It is an error when the export
// records no versions, and two of them were in force at the same time.
func newVersions(r *policy.Registry, l *audit.Layout, table string) (*versions, error) {
	v := &versions{registry: r, version: l.Index("policy_version"), product: l.Index("product"), at: l.Index(Moments[table])}
	if l.Exported("policy_version") {
		return v, nil
	}
	if a, b, both := r.Concurrent(); both {
		return nil, fmt.Errorf("table %s of the export has no policy_version, and policies %s and %s were in force at the same time; map policy_version under tables.%s.columns, or end one where the other begins",
			table, r.Policies[a].Label(), r.Policies[b].Label(), table)
	}
	v.version, v.bounds = -1, r.Bounds()
	return v, nil
}

// policies sets the policy of each row, -1 where there is none.
func (v *versions) policies(b *features.Batch, out []int16) {
	var vs, ps *features.Vector
	if v.version >= 0 {
		vs = &b.Cols[v.version]
	}
	if v.product >= 0 {
		ps = &b.Cols[v.product]
	}
	v.tabulate(dict(vs), dict(ps))
	switch {
	case v.bounds != nil:
		at := b.Cols[v.at].Ints
		for i := range out {
			out[i] = v.pick[era(v.bounds, at[i])*v.stride+int(code(ps, i)+1)]
		}
	default:
		for i := range out {
			out[i] = v.pick[int(code(vs, i)+1)*v.stride+int(code(ps, i)+1)]
		}
	}
}

// tabulate brings pick up to date with the dictionaries, which only grow.
func (v *versions) tabulate(vs, ps *features.Dict) {
	size := func(d *features.Dict) int {
		if d == nil {
			return 0
		}
		return d.Len()
	}
	sizes := [2]int{size(vs), size(ps)}
	if v.bounds != nil {
		sizes[0] = len(v.bounds)
	}
	dicts := [2]*features.Dict{vs, ps}
	if v.pick != nil && dicts == v.dicts && sizes == v.sizes {
		return
	}
	v.dicts, v.sizes, v.stride = dicts, sizes, sizes[1]+1
	v.pick = grow(v.pick, (sizes[0]+1)*v.stride)
	for p := range v.stride {
		product := ""
		if p > 0 {
			product = ps.Value(int32(p - 1))
		}
		for k := range sizes[0] + 1 {
			x := int16(-1)
			switch {
			case v.bounds != nil:
				if k > 0 { // before the first bound nothing was in force
					x = v.registry.Pick("", product, v.bounds[k-1])
				}
			case k > 0 && vs.Value(int32(k-1)) != "":
				x = v.registry.Pick(vs.Value(int32(k-1)), product, 0)
			}
			v.pick[k*v.stride+p] = x
		}
	}
}

// era is the number of bounds up to an instant. There are few: a scan will do.
func era(bounds []int64, at int64) int {
	n := 0
	for _, b := range bounds {
		if at >= b {
			n++
		}
	}
	return n
}

func dict(v *features.Vector) *features.Dict {
	if v == nil {
		return nil
	}
	return v.Dict
}

func code(v *features.Vector, i int) int32 {
	if v == nil {
		return features.Null
	}
	return v.Codes[i]
}
