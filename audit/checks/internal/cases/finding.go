package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/rows"
)

// samples is the most case keys that a finding names.
const samples = 20

// Fill adds up what the cases of a finding say, and gives them its id: how
// many cases and customers, what is at stake and owed, from when to when, the
// rules that fired, the causes supported, and the weakest grade.
func Fill(f *audit.Finding, list []*audit.Case) {
	customers := map[string]bool{}
	for _, c := range list {
		c.Finding = f.ID
		f.Cases++
		customers[c.Customer] = true
		f.Amount += c.Amount
		f.Exposure += c.Amount * c.Days
		if c.Remedy != "" && c.Remedy != "tell" {
			f.Owed++
		}
		if c.At != 0 && (f.FirstSeen == 0 || c.At < f.FirstSeen) {
			f.FirstSeen = c.At
		}
		f.LastSeen = max(f.LastSeen, c.At)
		f.Grade = max(f.Grade, c.Grade)
		f.Rules = append(f.Rules, c.Rules...)
		f.Causes = cause.Union(f.Causes, c.Causes)
	}
	f.Customers = int64(len(customers))
	slices.Sort(f.Rules)
	f.Rules = slices.Compact(f.Rules)
	f.Samples = Sample(list)
}

// Sample returns the keys of up to 20 cases, chosen by hash: no order of the
// rows shows through.
func Sample(list []*audit.Case) []string {
	least := rows.NewSample(samples, strings.Compare)
	for _, c := range list {
		if h := rows.HashString(0, c.Key); least.Wants(h) {
			least.Add(h, c.Key)
		}
	}
	var out []string
	for _, it := range least.Items() {
		if len(out) == 0 || out[len(out)-1] != it.Value {
			out = append(out, it.Value)
		}
	}
	return out
}

// Largest lists the five greatest counts, each with its name, and how many there
// are in all.
func Largest(counts map[string]int64) []string {
	type entry struct {
		name string
		n    int64
	}
	var all []entry
	for name, n := range counts {
		all = append(all, entry{name, n})
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name)) })
	const most = 5
	var out []string
	for _, e := range all[:min(len(all), most)] {
		name := e.name
		if name == "" {
			name = "(none)"
		}
		out = append(out, name+" "+audit.Thousands(e.n))
	}
	if len(all) > most {
		out = append(out, fmt.Sprintf("… (%d)", len(all)))
	}
	return out
}
