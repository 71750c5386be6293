package recourse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// unknown names the group of rows that have none.
const unknown = "(unknown)"

// topSets is how many of the most frequent sets are published.
const topSets = 20

func (s *state) level() float64 { return s.env.Plan.Honesty.Level }

// turned is the number of denials that some change turns.
func (s *state) turned() (n int64) {
	for _, k := range s.found {
		n += k
	}
	return n
}

// Finish adds the metrics and the coverage.
func (s *state) Finish(r *audit.Result) {
	cov := audit.Coverage{Check: checkName, RowsIn: s.rowsIn, Judged: s.rowsIn}
	for i, n := range s.excluded {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: guardNames[i], Rows: n})
		cov.Judged -= n
	}
	cov.Why = s.gaps()
	if s.open+s.unproved > 0 {
		cov.Why = append(cov.Why, audit.Tf("the search ended at %[1]d replays a denial: %[2]s denials without a set found or ruled out, %[3]s with one that may not be the smallest; raise checks: recourse: rows",
			"每笔拒绝的搜索至多复算 %[1]d 次：%[2]s 笔尚无结论，%[3]s 笔所得组合未必最小；可调高 checks: recourse: rows",
			s.settings.Rows, audit.Thousands(s.open), audit.Thousands(s.unproved)))
	}
	n := s.turned() + s.dead + s.open
	if n > 0 {
		for i, k := range s.found {
			s.rate(r, "recourse_changes", fmt.Sprintf("class=%d", i+1), k, n)
		}
		s.rate(r, "recourse_changes", "class=≥4", s.dead, n)
		if s.open > 0 {
			s.rate(r, "recourse_changes", "class=?", s.open, n)
		}
		s.rate(r, "recourse_unreachable", "", s.dead, n)
		s.rate(r, "recourse_unproved", "", s.unproved, n)
	}
	if s.turned() > 0 {
		s.costMetrics(r)
		s.setMetrics(r)
	}
	for d := range s.dims {
		g := &s.dims[d]
		if !g.has(g.plan.Reference) && n > 0 {
			cov.Why = append(cov.Why, audit.Tf("no denial that was searched has %[1]s=%[2]s: the groups of %[1]s are not compared",
				"经搜索的拒绝中没有%[1]s=%[2]s：%[1]s的各群体不作比较", g.plan.Name, cmp.Or(g.plan.Reference, "?")))
		}
		s.groupMetrics(r, g)
	}
	r.Coverage = append(r.Coverage, cov)
}

// gaps says what the plan lacks for a search to be whole.
func (s *state) gaps() (why []audit.Text) {
	if s.env.Policies == nil {
		return []audit.Text{audit.T("the plan names no policy: nothing can be replayed", "方案未列出政策：无法复算")}
	}
	if len(s.levers) == 0 {
		return []audit.Text{audit.T("the plan's dictionary declares no feature that customers can change (mutable, good and step): nothing can be searched",
			"方案字典未声明任何客户可改变的特征（mutable、good、step）：无法搜索")}
	}
	known := map[string]bool{}
	var missing []string
	for i := range s.env.Models {
		m := &s.env.Models[i]
		for _, in := range m.Model.Inputs() {
			name := m.Spec.Feature(in.Name)
			if _, ok := s.env.Plan.Dictionary[name]; !ok && !known[name] {
				known[name] = true
				missing = append(missing, name)
			}
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		n := len(missing)
		list := strings.Join(missing[:min(n, 5)], ", ")
		why = append(why, audit.Tf("%[1]d inputs of the models are not in the plan's dictionary, and count as nothing that a customer can change: %[2]s",
			"%[1]d 个模型变量未列入方案字典，视为客户不可改变：%[2]s", n, list))
	}
	return why
}

func metric(name, group string) audit.Metric {
	m := audit.NewMetric(checkName, name)
	m.Group = group
	return m
}

// rate adds the share k of n denials.
func (s *state) rate(r *audit.Result, name, group string, k, n int64) {
	m := metric(name, group)
	shares.Set(&m, k, n, s.env.Plan.Honesty)
	if name == "recourse_unreachable" {
		if m.Threshold = s.settings.Unreachable; m.Value >= m.Threshold && k > 0 {
			m.Reach = audit.Warn
		}
	}
	s.small(&m)
	r.Metrics = append(r.Metrics, m)
}

// small marks a metric of too few denials to judge.
func (s *state) small(m *audit.Metric) {
	if m.N < s.env.Plan.Honesty.MinCell {
		m.Reach = audit.Insufficient
	}
}

// mean returns the mean of costs.
func (s *state) mean(name, group string, x *stats.Moments) audit.Metric {
	m := metric(name, group)
	m.N, m.Value = x.N(), x.Mean()
	m.Level, m.Interval = s.level(), "student"
	i := stats.MeanInterval(x, s.level())
	m.Low, m.High = i.Lo, i.Hi
	return m
}

func (s *state) costMetrics(r *audit.Result) {
	all := s.mean("recourse_cost", "", &s.cost)
	s.small(&all)
	r.Metrics = append(r.Metrics, all)
	qs := []float64{0.1, 0.25, 0.5, 0.75, 0.9, 0.99}
	for i, x := range s.costs.Quantiles(qs...) {
		m := metric("recourse_cost_quantile", fmt.Sprintf("q=%v", qs[i]))
		m.N, m.Value = s.costs.N(), x
		if !s.costs.Exact() {
			m.Warnings = append(m.Warnings, audit.T("to the width of the histogram's bins", "精确到直方图的组距"))
		}
		s.small(&m)
		r.Metrics = append(r.Metrics, m)
	}
}

// setMetrics adds the most frequent sets, and features in them.
func (s *state) setMetrics(r *audit.Result) {
	n := s.turned()
	type named struct {
		name string
		n    int64
	}
	features := make([]int64, len(s.levers))
	var sets []named
	for t, k := range s.sets {
		var names []string
		for _, l := range t {
			if l > 0 {
				features[l-1] += k
				names = append(names, s.levers[l-1])
			}
		}
		sets = append(sets, named{strings.Join(names, " + "), k})
	}
	for l, k := range features {
		if k > 0 {
			s.rate(r, "recourse_feature", "feature="+s.levers[l], k, n)
		}
	}
	slices.SortFunc(sets, func(a, b named) int { return cmp.Or(-cmp.Compare(a.n, b.n), cmp.Compare(a.name, b.name)) })
	for _, x := range sets[:min(len(sets), topSets)] {
		s.rate(r, "recourse_set", "set="+x.name, x.n, n)
	}
}

func (g *dimension) has(group string) bool {
	id := slices.IndexFunc(g.seen(), func(id int32) bool { return g.names.Value(id) == group })
	return group != "" && id >= 0
}

// groupMetrics adds the costs and shares unreachable of groups, and compares
// them with the reference group's.
func (s *state) groupMetrics(r *audit.Result, g *dimension) {
	ids := g.seen()
	hidden := s.hidden(g, ids)
	var ref *cell
	refAt := -1
	for i, id := range ids {
		if g.plan.Reference != "" && g.names.Value(id) == g.plan.Reference {
			ref, refAt = &g.cells[id], i
		}
	}
	label := func(i int) string { return g.plan.Name + "=" + cmp.Or(g.names.Value(ids[i]), unknown) }
	honest := &s.env.Plan.Honesty
	for i, id := range ids {
		c := &g.cells[id]
		add := func(m audit.Metric, withheld bool, sizes ...int64) {
			for _, n := range sizes {
				if n < honest.MinCell {
					m.Reach = audit.Insufficient
				}
			}
			if withheld {
				m.Suppress()
			}
			r.Metrics = append(r.Metrics, m)
		}
		m := s.mean("recourse_group_cost", label(i), &c.cost)
		add(m, hidden[i] || m.N < honest.Suppress && m.N > 0, m.N)
		m = metric("recourse_group_unreachable", label(i))
		shares.Set(&m, c.dead, c.n, *honest)
		add(m, hidden[i], c.n)
		if ref == nil || c == ref || g.names.Value(id) == "" {
			continue // nobody is compared with rows of no group
		}
		m = metric("recourse_extra_cost", label(i))
		m.Reference, m.N, m.NRef, m.Threshold = label(refAt), c.cost.N(), ref.cost.N(), s.settings.Gap
		m.Level, m.Interval, m.Test = s.level(), "welch", "welch"
		d, between, test := stats.Welch(&c.cost, &ref.cost, s.level())
		m.Value, m.Low, m.High, m.P = d, between.Lo, between.Hi, test.P
		m.Effect, m.EffectOf = d, "cost"
		if d >= m.Threshold && d > 0 {
			m.Reach = audit.Warn
		}
		few := func(n int64) bool { return n > 0 && n < honest.Suppress }
		add(m, hidden[i] || hidden[refAt] || few(m.N) || few(m.NRef), m.N, m.NRef)

		m = metric("recourse_unreachable_difference", label(i))
		m.Reference, m.Threshold = label(refAt), s.settings.Share
		shares.Compare(&m, c.dead, c.n, ref.dead, ref.n, *honest)
		m.Effect, m.EffectOf = float64(c.dead)-float64(float64(c.n)*float64(ref.dead)/float64(ref.n)), "denials"
		if m.Value >= m.Threshold && m.Value > 0 {
			m.Reach = audit.Warn
		}
		add(m, hidden[i] || hidden[refAt], m.N, m.NRef)
	}
}

// hidden tells which groups are withheld.
func (s *state) hidden(g *dimension, ids []int32) []bool {
	sizes := make([]int64, len(ids))
	for i, id := range ids {
		sizes[i] = g.cells[id].n
	}
	return shares.Withheld(sizes, s.env.Plan.Honesty.Suppress)
}
