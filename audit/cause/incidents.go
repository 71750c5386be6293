package cause

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// OneIncident is one row of the table of incidents.
type OneIncident struct {
	ID              string
	From, To        int64    // µs UTC, both inside
	Services, Codes []string // sorted
}

// Holds reports whether an instant lies in the incident's window.
func (x *OneIncident) Holds(at int64) bool { return x.From <= at && at <= x.To }

// Incidents are the lender's incidents, by start.
type Incidents struct {
	List []OneIncident

	spans []span  // by start
	until []int64 // the greatest end among spans[:i+1]
}

// span is the window of an incident, or its like some weeks earlier.
type span struct {
	from, to int64
	incident int
	before   bool
}

const (
	week = 7 * 24 * 3600 * 1_000_000 // µs
	// weeksBefore is how many earlier weeks an incident is held against.
	weeksBefore = 4
)

// NewIncidents reads the lookup table of incidents; there are none without it.
// The check must have asked for it among its lookups.
func NewIncidents(env *audit.Env) *Incidents {
	in := &Incidents{}
	b, l := env.Lookups["incidents"], env.Layouts["incidents"]
	if b == nil {
		return in
	}
	column := func(name string) *features.Vector {
		if i := l.Index(name); i >= 0 {
			return &b.Cols[i]
		}
		return nil
	}
	id, from, to, codes, services := column("incident_id"), column("starts_at"), column("ends_at"), column("error_codes"), column("services")
	for i := range b.N {
		if from.IsNull(i) || to.IsNull(i) || to.Ints[i] < from.Ints[i] {
			continue
		}
		x := OneIncident{From: from.Ints[i], To: to.Ints[i], Services: texts(services, i), Codes: texts(codes, i)}
		if id != nil {
			x.ID = string(id.Opaque(i))
		}
		in.List = append(in.List, x)
	}
	slices.SortFunc(in.List, func(a, b OneIncident) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), strings.Compare(a.ID, b.ID),
			slices.Compare(a.Codes, b.Codes), slices.Compare(a.Services, b.Services))
	})
	for k, x := range in.List {
		for w := range int64(weeksBefore + 1) {
			in.spans = append(in.spans, span{x.From - w*week, x.To - w*week, k, w > 0})
		}
	}
	slices.SortFunc(in.spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	last := int64(math.MinInt64)
	for _, s := range in.spans {
		last = max(last, s.to)
		in.until = append(in.until, last)
	}
	return in
}

// texts are the values of a list, sorted.
func texts(v *features.Vector, i int) []string {
	if v == nil {
		return nil
	}
	var out []string
	for _, c := range v.List(i) {
		if c != features.Null {
			out = append(out, v.Dict.Value(c))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// At returns the incident whose window holds an instant, or -1: among several
// the first that names the error code, else the first.
func (in *Incidents) At(at int64, code string) int {
	out := -1
	for k := range in.List {
		if x := &in.List[k]; x.From > at {
			break
		} else if x.Holds(at) {
			if x.Names(code) {
				return k
			}
			if out < 0 {
				out = k
			}
		}
	}
	return out
}

// Names reports whether the incident raised an error code.
func (x *OneIncident) Names(code string) bool {
	_, ok := slices.BinarySearch(x.Codes, code)
	return ok && code != ""
}
