package consistency

import (
	"cmp"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/checks/internal/shares"
)

// sheets writes the comparison files: for each group dimension the denied
// applicants of every group within the marginal band, beside the weakest
// approved applicant of the reference group whom they are at least as good as.
func (s *dominance) sheets(r *audit.Result, cov *audit.Coverage) {
	if len(s.env.Plan.Groups) == 0 {
		return
	}
	yes, no := s.read(domNearYes), s.read(domNearNo)
	for k, set := range map[int]*domSet{domNearYes: yes, domNearNo: no} {
		if n := s.kept[k].Count(); n > int64(len(s.kept[k].Items())) && k == domNearNo {
			cov.Why = append(cov.Why, audit.Tf("comparison files: %s of %s denials in the marginal band, the least by the hash of decision_id",
				"对照档案：取边际区间内%[2]s笔拒绝中的%[1]s笔，按decision_id的散列值选取", audit.Thousands(int64(len(set.list))), audit.Thousands(n)))
		}
	}
	for g := range s.env.Plan.Groups {
		if s.env.Plan.Groups[g].Reference != "" {
			s.dimension(r, g, yes, no)
		}
	}
}

// domPair is a denial, the approval that it is set beside, and how many there
// were to choose from.
type domPair struct {
	denied, approved *domRecord
	controls         int64
}

// dimension writes the overlap and the sheets of one group dimension.
func (s *dominance) dimension(r *audit.Result, g int, yes, no *domSet) {
	plan := &s.env.Plan.Groups[g]
	controls := s.index(yes, true, func(x *domRecord) bool { return x.groups[g] == plan.Reference })
	if len(controls.indexes) == 0 {
		return
	}
	size := map[string]int64{}
	pairs := map[string][]domPair{}
	for _, x := range no.list {
		group := x.groups[g]
		size[group]++
		ix := controls.indexes[x.stratum]
		if ix == nil {
			continue
		}
		p := domPair{denied: x}
		ix.below(x, s.settings.Days*dayMicros, func(y *domRecord, _ int64) bool {
			p.controls++
			if p.approved == nil || s.weaker(y, p.approved) {
				p.approved = y
			}
			return false
		})
		if p.controls > 0 {
			pairs[group] = append(pairs[group], p)
		}
	}
	var groups []string
	for group := range size {
		groups = append(groups, group)
	}
	slices.Sort(groups)
	var sizes []int64
	for _, group := range groups {
		sizes = append(sizes, size[group])
	}
	hidden := shares.Withheld(sizes, s.env.Plan.Honesty.Suppress)
	for i, group := range groups {
		m := audit.NewMetric(dominatedName, domOverlap)
		m.Group = plan.Name + "=" + group
		if group != plan.Reference {
			m.Reference = plan.Name + "=" + plan.Reference
		}
		shares.Set(&m, int64(len(pairs[group])), size[group], s.env.Plan.Honesty)
		if hidden[i] {
			m.Suppress()
		} else if group != plan.Reference {
			n := s.write(r, g, group, pairs[group], controls)
			if all := len(pairs[group]); n < all {
				m.Warnings = append(m.Warnings, audit.Tf("%d of %d sheets are written, chosen by the hash of decision_id", "共%[2]d份对照，写出%[1]d份，按decision_id的散列值选取", n, all))
			}
		}
		r.Metrics = append(r.Metrics, m)
	}
}

// weaker reports whether a is weaker than b by score; among equals the first by
// hash.
func (s *dominance) weaker(a, b *domRecord) bool {
	if a.score != b.score {
		return (a.score < b.score) == (domBetter(s.env, a.policy) > 0)
	}
	return cmp.Or(cmp.Compare(rows.HashString(domSeed, a.id), rows.HashString(domSeed, b.id)), strings.Compare(a.id, b.id)) < 0
}

// write writes up to so many sheets of a group, and returns how many.
func (s *dominance) write(r *audit.Result, g int, group string, pairs []domPair, controls *domSet) int {
	plan := &s.env.Plan.Groups[g]
	slices.SortFunc(pairs, func(a, b domPair) int {
		return cmp.Or(cmp.Compare(rows.HashString(domSeed, a.denied.id), rows.HashString(domSeed, b.denied.id)), strings.Compare(a.denied.id, b.denied.id))
	})
	pairs = pairs[:min(len(pairs), s.settings.Sheets)]
	for _, p := range pairs {
		benchmark := true
		for _, y := range controls.strata[p.denied.stratum] {
			benchmark = benchmark && !s.weaker(y, p.approved)
		}
		c := audit.Comparison{
			Check: dominatedName, Dimension: plan.Name, Group: group, Reference: plan.Reference,
			Product: p.denied.product, PolicyVersion: p.denied.policyName, ModelVersion: p.denied.modelName, Cutoff: p.denied.cutoff,
			Denied: p.denied.side(), Approved: p.approved.side(), Benchmark: benchmark, Controls: p.controls,
		}
		scheme := s.schemes.of(p.denied.model, p.denied.policy)
		_, c.Everywhere = scheme.compare(p.approved, p.denied, make([][]float64, len(scheme.dims)))
		seen := ""
		for _, k := range scheme.ordered {
			d := &scheme.dims[k]
			a, b := p.approved.levels[k], p.denied.levels[k]
			if d.limit || d.points == nil && d.name == seen {
				continue // what a card gave points for is not said twice
			}
			seen = d.name
			item := audit.ComparedItem{Name: d.name, Denied: s.shown(scheme, k, p.denied), Approved: s.shown(scheme, k, p.approved), Better: "same"}
			switch {
			case a < b:
				item.Better = "denied"
			case a > b:
				item.Better = "approved"
			}
			c.Items = append(c.Items, item)
		}
		r.Comparisons = append(r.Comparisons, c)
	}
	return len(pairs)
}

func (r *domRecord) side() audit.Compared {
	return audit.Compared{Key: r.id, Customer: r.customer, At: r.at, Outcome: outcomeName(r.outcome), Decider: r.decider, Score: r.score}
}
