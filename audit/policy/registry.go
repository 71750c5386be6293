package policy

import (
	"math"
	"slices"
	"time"
)

// Registry is every version of the lender's policy, validated. It is read-only,
// and may be shared between workers.
type Registry struct {
	// Policies are as listed, each completed by what it is like;
	// features.Replay.Policy indexes them.
	Policies []Policy
	Digest   string // SHA-256 of the file or of the plan's own text

	zone    *time.Location
	scale   float64 // minor units in a unit of money
	digits  int     // … as decimals
	windows [][]window
}

// window is a time in force, µs UTC: [from, to).
type window struct{ from, to int64 }

// Problem is one thing that is wrong with a registry.
type Problem struct {
	Path string // e.g. "2.rules.1.when": places in lists are counted from 1
	Text string // what is wrong; what to do
}

// New validates policies: days and instants are read in zone, and a unit of
// money has 10^exponent minor units.
func New(policies []Policy, zone *time.Location, exponent int) (*Registry, []Problem) {
	if zone == nil {
		zone = time.UTC
	}
	r := &Registry{Policies: slices.Clone(policies), zone: zone, scale: math.Pow10(exponent), digits: exponent}
	v := &validator{r: r, base: make([]int, len(policies))}
	for i := range r.Policies {
		v.at(i).like(i)
	}
	for i := range r.Policies {
		r.windows = append(r.windows, v.at(i).windows(&r.Policies[i]))
	}
	for i := range r.Policies {
		v.at(i).policy(&r.Policies[i])
	}
	v.overlaps()
	return r, v.sorted()
}

// Pick returns the index of the policy of a version and product, or -1. An
// empty version means that the export does not record versions: then the one
// in force at the instant at (µs UTC) is meant. A policy that names the product
// wins over one for every product.
func (r *Registry) Pick(version, product string, at int64) int16 {
	best := int16(-1)
	for i := range r.Policies {
		p := &r.Policies[i]
		named := slices.Contains(p.Products, product)
		switch {
		case version != "" && p.Version != version, version == "" && !r.in(i, at), len(p.Products) > 0 && !named:
		case named:
			return int16(i)
		case best < 0:
			best = int16(i)
		}
	}
	return best
}

// At returns the policy in force for a product at an instant, µs UTC, or -1.
func (r *Registry) At(product string, at int64) int16 { return r.Pick("", product, at) }

// in reports whether policy i was in force at an instant, to the letter.
func (r *Registry) in(i int, at int64) bool {
	return slices.ContainsFunc(r.windows[i], func(w window) bool { return w.from <= at && at < w.to })
}

// InForce reports whether policy i was in force at an instant, µs UTC, or had
// ended no longer ago than its pipeline_days. Of -1 it is false.
func (r *Registry) InForce(i int16, at int64) bool {
	if i < 0 {
		return false
	}
	late := int64(r.Policies[i].Pipeline) * 24 * 3600 * 1e6
	return slices.ContainsFunc(r.windows[i], func(w window) bool {
		return w.from <= at && (at < w.to || at-w.to < late)
	})
}

// Window is the first time in force of policy i, µs UTC: [from, to). An open
// end is math.MinInt64 or math.MaxInt64.
func (r *Registry) Window(i int16) (from, to int64) {
	return r.windows[i][0].from, r.windows[i][0].to
}

// Concurrent returns two policies that were in force at the same time for the
// same product: then moments can't tell which of them decided.
func (r *Registry) Concurrent() (a, b int16, ok bool) {
	for i := range r.Policies {
		for j := range i {
			if _, both := r.clash(j, i); both {
				return int16(j), int16(i), true
			}
		}
	}
	return -1, -1, false
}

// Bounds are the instants at which policies came into force or ended,
// ascending, µs UTC. Between two of them Pick gives the same for every instant.
func (r *Registry) Bounds() []int64 {
	var out []int64
	for _, ws := range r.windows {
		for _, w := range ws {
			out = append(out, w.from, w.to)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// clash reports whether two policies hold for the same product, with neither
// more particular, at the same time: at the instant returned for one.
func (r *Registry) clash(i, j int) (int64, bool) {
	a, b := r.Policies[i].Products, r.Policies[j].Products
	if (len(a) == 0) != (len(b) == 0) || len(a) > 0 && !slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) }) {
		return 0, false
	}
	for _, x := range r.windows[i] {
		for _, y := range r.windows[j] {
			if from := max(x.from, y.from); from < min(x.to, y.to) {
				return from, true
			}
		}
	}
	return 0, false
}
