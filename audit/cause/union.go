package cause

import (
	"cmp"
	"slices"

	"evenhand/audit"
)

// Union returns every cause of both lists once, with the better grade, by
// code: the causes of a finding from those of its cases. Shares are those of
// single cases and are left out.
func Union(a, b []audit.Supported) []audit.Supported {
	out := slices.Clone(a)
	for _, s := range b {
		i := slices.IndexFunc(out, func(x audit.Supported) bool { return x.Code == s.Code })
		if i < 0 {
			out = append(out, s)
		} else if out[i].Grade == audit.NoGrade || s.Grade != audit.NoGrade && s.Grade < out[i].Grade {
			out[i].Grade = s.Grade
		}
	}
	for i := range out {
		out[i].Share = 0
	}
	slices.SortFunc(out, func(x, y audit.Supported) int { return cmp.Compare(x.Code, y.Code) })
	return out
}
