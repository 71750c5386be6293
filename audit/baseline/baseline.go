// Package baseline stores the distributions of a run so that a later one can be
// held against them: counts of coarse bins and of levels, never a row.
//
// A file is JSON, so that anybody can look at what leaves the house, and its
// bytes depend on what it says only. No count in it is of fewer rows than the
// plan's honesty.suppress: see [Coarsen] and [Pool]. Files merge: every count is
// added where the names and the lower edges of bins are equal, and kept beside
// the others where not, so that any order of files gives the same bytes. A bin
// of a merged file then stands at its own lower edge among finer ones: what is
// read off is off by the share of one bin of one file at most, a two-hundredth.
package baseline

import (
	"cmp"
	"fmt"
	"slices"

	"evenhand/audit/stats"
)

// Format and Version open every file.
const (
	Format  = "evenhand-baseline"
	Version = 1
)

// File is a baseline.
type File struct {
	Format  string `json:"format"`
	Version int    `json:"version"`

	Lender   string   `json:"lender"`
	Timezone string   `json:"timezone"`
	Currency string   `json:"currency"`
	From     string   `json:"from"` // first and last day of the rows
	To       string   `json:"to"`
	Plans    []string `json:"plans"`    // SHA-256 of the plans that made it
	Inputs   []string `json:"inputs"`   // digests of the exports
	Models   []Named  `json:"models"`   // scored with them
	Policies []string `json:"policies"` // SHA-256 of the registries of policies
	Least    int64    `json:"least"`    // no count is of fewer rows
	Parts    []Part   `json:"parts"`    // by check
}

// Named is a version and the digest of its file.
type Named struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// Part is what a check stores.
type Part struct {
	Check string `json:"check"`
	// From and To are the first and last day of the rows it is made of, as
	// 2025-03-31.
	From    string   `json:"from"`
	To      string   `json:"to"`
	Numbers []Number `json:"numbers,omitempty"` // by name
	Levels  []Levels `json:"levels,omitempty"`  // by name
}

// Number is the distribution of a number.
type Number struct {
	Name    string `json:"name"`
	Missing int64  `json:"missing"`
	Bins    []Bin  `json:"bins"` // by edge
}

// Bin counts the values from Edge to the next bin's.
type Bin struct {
	Edge float64 `json:"from"`
	N    int64   `json:"n"`
}

// Levels is the distribution of a text.
type Levels struct {
	Name    string  `json:"name"`
	Missing int64   `json:"missing"`
	Other   int64   `json:"other"` // of levels too rare to be named
	Values  []Level `json:"values"`
}

// Level counts a value.
type Level struct {
	Value string `json:"value"`
	N     int64  `json:"n"`
}

// Part returns the part of a check, nil when there is none; f may be nil.
func (f *File) Part(check string) *Part {
	if f == nil {
		return nil
	}
	for i := range f.Parts {
		if f.Parts[i].Check == check {
			return &f.Parts[i]
		}
	}
	return nil
}

// Label names the baseline as a reference: "baseline 2025-01-01/2025-12-31".
func (p *Part) Label() string { return "baseline " + p.From + "/" + p.To }

// Number returns the distribution called name, nil when there is none.
func (p *Part) Number(name string) *Number {
	if p != nil {
		for i := range p.Numbers {
			if p.Numbers[i].Name == name {
				return &p.Numbers[i]
			}
		}
	}
	return nil
}

// Text returns the distribution of the text called name, nil when there is none.
func (p *Part) Text(name string) *Levels {
	if p != nil {
		for i := range p.Levels {
			if p.Levels[i].Name == name {
				return &p.Levels[i]
			}
		}
	}
	return nil
}

// N is the number of rows, missing ones included.
func (n *Number) N() int64 {
	total := n.Missing
	for _, b := range n.Bins {
		total += b.N
	}
	return total
}

// N is the number of rows, missing ones included.
func (l *Levels) N() int64 {
	total := l.Missing + l.Other
	for _, v := range l.Values {
		total += v.N
	}
	return total
}

// Hist returns the distribution as a histogram whose values stand at the lower
// edges of their bins.
func (n *Number) Hist() *stats.Hist {
	h := &stats.Hist{}
	for _, b := range n.Bins {
		h.AddN(b.Edge, b.N)
	}
	h.AddN(nan, n.Missing)
	return h
}

// Onto returns the values of h, each moved down to the lower edge of the bin of
// n that it falls into, up to the first one where it is below all: the one ruler
// under which h and n.Hist() compare. Special codes stay where they are.
func (n *Number) Onto(h *stats.Hist, special []float64) *stats.Hist {
	out := &stats.Hist{}
	out.AddN(nan, h.Missing())
	isSpecial := func(edge float64) bool {
		return slices.ContainsFunc(special, func(s float64) bool { return stats.LowerEdge(s) == edge })
	}
	var edges []float64
	for _, b := range n.Bins {
		if !isSpecial(b.Edge) {
			edges = append(edges, b.Edge)
		}
	}
	i := 0
	for _, b := range h.Bins() {
		if isSpecial(b.Edge) || len(edges) == 0 {
			out.AddN(b.Edge, b.N)
			continue
		}
		for i+1 < len(edges) && edges[i+1] <= b.Edge {
			i++
		}
		out.AddN(edges[i], b.N)
	}
	return out
}

// Merge returns the baseline of all rows of several files. They must be of one
// lender, and no export may be in two of them.
func Merge(files ...*File) (*File, error) {
	if len(files) == 0 {
		return nil, nil
	}
	out := &File{Format: Format, Version: Version, Lender: files[0].Lender, Timezone: files[0].Timezone, Currency: files[0].Currency,
		From: files[0].From, To: files[0].To, Least: files[0].Least}
	for _, f := range files {
		if err := f.Fits(out.Lender, out.Timezone, out.Currency); err != nil {
			return nil, err
		}
		for _, d := range f.Inputs {
			if slices.Contains(out.Inputs, d) {
				return nil, fmt.Errorf("the same export, %.12s…, is in two baselines; name one of them", d)
			}
		}
		out.Inputs = append(out.Inputs, f.Inputs...)
		out.Plans = append(out.Plans, f.Plans...)
		out.Models = append(out.Models, f.Models...)
		out.Policies = append(out.Policies, f.Policies...)
		out.From, out.To, out.Least = min(out.From, f.From), max(out.To, f.To), min(out.Least, f.Least)
		for i := range f.Parts {
			p := &f.Parts[i]
			if have := out.Part(p.Check); have != nil {
				have.add(p)
			} else {
				out.Parts = append(out.Parts, p.clone())
			}
		}
	}
	out.sort()
	return out, nil
}

// Fits reports how a file is of another lender than the plan's.
func (f *File) Fits(lender, zone, currency string) error {
	for _, x := range []struct{ what, have, want string }{{"lender", f.Lender, lender}, {"time zone", f.Timezone, zone}, {"currency", f.Currency, currency}} {
		if x.have != x.want {
			return fmt.Errorf("the baseline is of %s %q, not %q; name one of the same book", x.what, x.have, x.want)
		}
	}
	return nil
}

func (p *Part) clone() Part {
	c := Part{Check: p.Check, From: p.From, To: p.To}
	c.add(p)
	return c
}

// add adds the counts of o.
func (p *Part) add(o *Part) {
	p.From, p.To = min(p.From, o.From), max(p.To, o.To)
	for i := range o.Numbers {
		n := p.Number(o.Numbers[i].Name)
		if n == nil {
			p.Numbers = append(p.Numbers, Number{Name: o.Numbers[i].Name})
			n = &p.Numbers[len(p.Numbers)-1]
		}
		n.Missing += o.Numbers[i].Missing
		n.Bins = append(n.Bins, o.Numbers[i].Bins...)
		slices.SortFunc(n.Bins, func(a, b Bin) int { return cmp.Compare(a.Edge, b.Edge) })
		last := 0
		for k := 1; k < len(n.Bins); k++ {
			if n.Bins[k].Edge == n.Bins[last].Edge {
				n.Bins[last].N += n.Bins[k].N
				continue
			}
			last++
			n.Bins[last] = n.Bins[k]
		}
		n.Bins = n.Bins[:min(last+1, len(n.Bins))]
	}
	for i := range o.Levels {
		l := p.Text(o.Levels[i].Name)
		if l == nil {
			p.Levels = append(p.Levels, Levels{Name: o.Levels[i].Name})
			l = &p.Levels[len(p.Levels)-1]
		}
		l.Missing, l.Other = l.Missing+o.Levels[i].Missing, l.Other+o.Levels[i].Other
		for _, v := range o.Levels[i].Values {
			if k := slices.IndexFunc(l.Values, func(x Level) bool { return x.Value == v.Value }); k >= 0 {
				l.Values[k].N += v.N
			} else {
				l.Values = append(l.Values, v)
			}
		}
	}
}

// sort puts everything in its one order.
func (f *File) sort() {
	for _, s := range []*[]string{&f.Plans, &f.Inputs, &f.Policies} {
		slices.Sort(*s)
		*s = slices.Compact(*s)
	}
	slices.SortFunc(f.Models, func(a, b Named) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.SHA256, b.SHA256))
	})
	f.Models = slices.Compact(f.Models)
	slices.SortFunc(f.Parts, func(a, b Part) int { return cmp.Compare(a.Check, b.Check) })
	for i := range f.Parts {
		p := &f.Parts[i]
		slices.SortFunc(p.Numbers, func(a, b Number) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(p.Levels, func(a, b Levels) int { return cmp.Compare(a.Name, b.Name) })
		for j := range p.Levels {
			slices.SortFunc(p.Levels[j].Values, func(a, b Level) int { return cmp.Compare(a.Value, b.Value) })
		}
	}
}
