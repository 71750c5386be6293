package cause

import (
	"cmp"
	"slices"

	"evenhand/audit"
)

// List collects the causes that the evidence of one case supports. Its zero
// value is empty and ready.
type List struct {
	entries []entry
}

type entry struct {
	audit.Supported
	decisive bool
}

// Add adds a cause that the evidence decides for. A grade of E4, an overlap in
// time alone, decides nothing: the cause is listed only.
func (l *List) Add(code string, grade audit.Grade) {
	l.put(code, grade, 0, grade != audit.E4 && grade != audit.NoGrade)
}

// Mention adds a cause that is supported but does not decide.
func (l *List) Mention(code string, grade audit.Grade) { l.put(code, grade, 0, false) }

// Shares adds what Primary returned: causes with their shares of a replayed
// change. None but the primary one decides.
func (l *List) Shares(primary string, causes []audit.Supported) {
	for _, s := range causes {
		l.put(s.Code, s.Grade, s.Share, s.Code == primary)
	}
	if primary == Mixed {
		l.put(Mixed, audit.E1, 0, true)
	}
}

// put adds a cause, or strengthens the one of the same code.
func (l *List) put(code string, grade audit.Grade, share int64, decisive bool) {
	Rank(code) // panics on an unknown one
	for i := range l.entries {
		if e := &l.entries[i]; e.Code == code {
			if e.Grade == audit.NoGrade || grade != audit.NoGrade && grade < e.Grade {
				e.Grade = grade
			}
			if share != 0 {
				e.Share = share
			}
			e.decisive = e.decisive || decisive
			return
		}
	}
	l.entries = append(l.entries, entry{audit.Supported{Code: code, Grade: grade, Share: share}, decisive})
}

// Has reports whether the list has a cause.
func (l *List) Has(code string) bool {
	return slices.ContainsFunc(l.entries, func(e entry) bool { return e.Code == code })
}

// Primary returns the first decisive cause in the engine's order, or else
// Unexplained.
func (l *List) Primary() string {
	best := Rank(Unexplained)
	for _, e := range l.entries {
		if r := Rank(e.Code); e.decisive && r < best {
			best = r
		}
	}
	return words[best].code
}

// Supported returns the causes in the engine's order, without the words Mixed
// and Unexplained, which are no causes.
func (l *List) Supported() []audit.Supported {
	var out []audit.Supported
	for _, e := range l.entries {
		if e.Code != Mixed && e.Code != Unexplained {
			out = append(out, e.Supported)
		}
	}
	slices.SortFunc(out, func(a, b audit.Supported) int { return cmp.Compare(Rank(a.Code), Rank(b.Code)) })
	return out
}

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
