package fairness

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

const (
	adjustedOdds = "adjusted_odds_ratio"
	adjustedR2   = "adjusted_pseudo_r2"
)

// Finish fits one regression a dimension.
func (s *adjusted) Finish(r *audit.Result) {
	cov := s.judge.Coverage(adjustedName)
	switch {
	case len(s.env.Plan.Controls) == 0:
		cov.Judged = 0
		cov.Why = append(cov.Why, audit.T("the plan names no controls", "审计方案没有声明控制变量"))
	case len(s.controls) == 0:
		cov.Judged = 0
		cov.Why = append(cov.Why, audit.T("none of the plan's controls is in the export", "导出中没有任何控制变量"))
	default:
		cov.Judged -= s.missing
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: audit.T("a control has no value", "某个控制变量没有取值"), Rows: s.missing})
		if len(s.absent) > 0 {
			list := strings.Join(s.absent, ", ")
			cov.Why = append(cov.Why, audit.T("controls that are not in the export are not held equal: "+list, "导出中没有的控制变量未能保持相等："+list))
		}
	}
	if cov.Judged > 0 {
		c := s.canonical()
		for d := range s.env.Plan.Groups {
			if g := &s.env.Plan.Groups[d]; g.Reference != "" {
				s.write(r, s.model(c, d), g)
			}
		}
	}
	r.Coverage = append(r.Coverage, cov)
}

// model sets up the regression of a dimension. Rows without a group of it are
// left out.
func (s *adjusted) model(c *adjCanonical, dim int) *adjModel {
	m := &adjModel{adjCanonical: c, controls: s.controls, least: s.env.Plan.Honesty.MinCell, in: make([]bool, len(c.rows.n))}
	for _, values := range c.groups {
		if v := values[dim]; v != "" {
			m.groups = append(m.groups, v)
		}
	}
	slices.Sort(m.groups)
	m.groups = slices.Compact(m.groups)
	m.groupOf = make([]int32, len(c.groups))
	for i, values := range c.groups {
		if m.groupOf[i] = -1; values[dim] != "" {
			at, _ := slices.BinarySearch(m.groups, values[dim])
			m.groupOf[i] = int32(at)
		}
	}
	m.ref = index(m.groups, s.env.Plan.Groups[dim].Reference)
	for i, g := range c.rows.group {
		m.in[i] = m.groupOf[g] >= 0
	}
	if s.rows.level > 0 {
		m.warnings = append(m.warnings, audit.Tf("more than %d designs: the regression is of a sample of one design in %d, with all its decisions",
			"组合超过%d种：回归取自每%d种组合抽取1种的样本，含其全部决策", s.rows.room, int64(1)<<min(s.rows.level, 62)))
	}
	return m
}

// solve fits the model; it reports false where there is nothing to fit.
func (m *adjModel) solve() bool {
	if m.ref < 0 {
		return false
	}
	m.settle()
	if !m.enough(m.ref) {
		return false
	}
	if m.layOut(); m.groupFrom == len(m.columns) {
		return false
	}
	x, denied, n := m.matrix()
	m.fit = stats.Logistic(x, len(m.columns), denied, n)
	if m.dropped > 0 {
		m.warnings = append(m.warnings, audit.Tf("%d decisions that a single control tells without error are left out",
			"%d笔决策的结果由单个控制变量完全决定，不计入", m.dropped))
	}
	if len(m.fit.Aliased) > 0 {
		var names []string
		for _, c := range m.fit.Aliased {
			if col := m.columns[c]; col.control >= 0 {
				names = append(names, m.controls[col.control].name)
			}
		}
		if names = slices.Compact(names); len(names) > 0 {
			list := strings.Join(names, ", ")
			m.warnings = append(m.warnings, audit.T("left out, since other controls say the same: "+list, "与其他控制变量重复，未计入："+list))
		}
	}
	if !m.fit.Converged {
		m.warnings = append(m.warnings, audit.T("the controls tell the outcome without error (separation): there is no estimate",
			"控制变量可完全决定结果（分离）：无法估计"))
	}
	return true
}

// write adds the metrics of a dimension.
func (s *adjusted) write(r *audit.Result, m *adjModel, dim *audit.Grouping) {
	if m.ref < 0 {
		return
	}
	all := make([]int64, len(m.groups)) // rows before anything is taken out
	for i, is := range m.in {
		if is {
			all[m.group(i)] += m.adjCanonical.rows.n[i]
		}
	}
	withheld := shares.Withheld(all, s.env.Plan.Honesty.Suppress)
	ok := m.solve()
	if ok && m.fit.Converged {
		x := audit.NewMetric(adjustedName, adjustedR2)
		x.Group, x.Value, x.N = dim.Name, m.fit.PseudoR2(), m.fit.N
		x.Effect, x.EffectOf = m.fit.LogLik, "log_likelihood"
		x.Warnings = m.warnings
		r.Metrics = append(r.Metrics, x)
	}
	for g, name := range m.groups {
		if g == m.ref || all[g] == 0 {
			continue
		}
		x := audit.NewMetric(adjustedName, adjustedOdds)
		x.Group, x.Reference = dim.Name+"="+name, dim.Name+"="+m.groups[m.ref]
		x.Threshold = s.settings.OddsRatio
		at := -1
		if ok {
			at = slices.IndexFunc(m.columns, func(c adjColumn) bool { return c.control < 0 && c.group == g })
			x.Warnings = append(x.Warnings, m.warnings...)
		}
		switch {
		case withheld[g] || withheld[m.ref]:
			x.Warnings = nil
			x.Suppress()
		case at < 0:
			x.N, x.Reach = all[g], audit.Insufficient
		default:
			s.fill(&x, m, g, at)
		}
		r.Metrics = append(r.Metrics, x)
	}
}

// fill puts the estimate of a group, of column at, into its metric.
func (s *adjusted) fill(x *audit.Metric, m *adjModel, g, at int) {
	group, ref := m.rows[g], m.rows[m.ref]
	x.K, x.N, x.KRef, x.NRef = group.k, group.n, ref.k, ref.n
	if !m.fit.Converged || math.IsNaN(m.fit.Params[at+1]) {
		if m.fit.Converged {
			x.Warnings = append(x.Warnings, audit.T("the controls make up the group: it can't be told apart from them", "控制变量与该群体重合，无法区分"))
		}
		x.Reach = audit.Insufficient
		return
	}
	level := s.env.Plan.Honesty.Level
	or := m.fit.OddsRatio(at+1, level)
	x.Value, x.Level, x.Interval = or.Value, level, "wald"
	between(x, or.Interval)
	x.Test, x.P = "wald", m.fit.P(at+1)
	x.Effect, x.EffectOf = m.excess(g, at), "excess_denials"
	z := stats.NormalQuantile(1-testAlpha/2) + stats.NormalQuantile(testPower)
	x.Gap = math.Exp(z*or.LogSE) - 1
	if x.Value > x.Threshold && x.Low > 1 && x.Effect >= s.settings.Excess {
		x.Reach = audit.Fail
	}
}

// excess is how many denials of the group there are above what its members would
// have as members of the reference group.
func (m *adjModel) excess(g, at int) float64 {
	x, _, n := m.matrix()
	p := len(m.columns)
	sum := 0.0
	row := 0
	for _, i := range m.order {
		if !m.in[i] {
			continue
		}
		if m.group(i) == g {
			eta := m.fit.Params[0]
			for c, b := range m.fit.Params[1:] {
				if !math.IsNaN(b) {
					eta += float64(x[row*p+c] * b)
				}
			}
			with, without := 1/(1+math.Exp(-eta)), 1/(1+math.Exp(m.fit.Params[at+1]-eta))
			sum += float64(float64(n[row]) * (with - without))
		}
		row++
	}
	return sum
}

// concludeAdjusted makes one finding of each group that is flagged.
func concludeAdjusted(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	var held []string
	for _, c := range env.Plan.Controls {
		if env.Layouts["decisions"].Exported(audit.FeatureColumn(c)) {
			held = append(held, c)
		}
	}
	for i := range metrics {
		m := &metrics[i]
		if m.Name != adjustedOdds || m.Status < audit.Warn {
			continue
		}
		f := audit.Finding{
			ID: audit.StableID(adjustedName, m.Group, m.Reference), Check: adjustedName,
			Severity: audit.S2, Grade: audit.E3, Cause: "ADJUSTED_GAP", Clauses: parityClauses,
			Harm: int64(math.Round(m.Effect)), Metrics: ids(m),
			Remedy: audit.T(
				"See whether the controls are all that the policy may lawfully go by; if they are, compare denied members of the group with approved ones of the reference at equal predicted odds, and find what decided. Keep only what predicts repayment. Re-audit the next period.",
				"核对控制变量是否涵盖政策可以合法使用的全部内容；如已涵盖，在预测比值相同的情况下，将该群体的被拒者与参照群体的通过者逐一比较，查明起决定作用的因素；只保留确能预测还款的部分；下一期复审。"),
			Customer: audit.T(
				"This figure is about groups and says nothing about a single decision. You may ask for the reasons of your own decision and for a human review.",
				"该数字反映群体情况，不说明任何一笔决定。您可以要求说明您本人申请结果的原因，并申请人工复核。"),
		}
		f.Title = audit.Tf("With the plan's controls held equal the odds of denial of %[1]s are %[2]s times %[3]s's, n = %[4]s",
			"在控制变量相同时，%[1]s的拒绝比值是%[3]s的%[2]s倍，n = %[4]s", m.Group, ratioText(m.Value), groupOf(m.Reference), audit.Thousands(m.N))
		controls := strings.Join(held, ", ")
		f.What = audit.Tf(
			"Logistic regression of denial on the group and %[1]s: %[2]g %% interval %[3]s to %[4]s, corrected p %[5]s; %.0[6]f denials above what the same applicants would have had in the reference group. It is a screening figure, not a legal test: what the controls leave out may explain it, and a control that itself stands for the group may hide more.",
			"以拒绝为因变量，对群体与%[1]s作逻辑回归：%[2]g %%区间%[3]s至%[4]s，校正后p值%[5]s；与同样的申请人属于参照群体时相比多拒绝%.0[6]f笔。这是筛查数字，不是法律判定：控制变量未涵盖的内容可能解释该差距，而代表群体的控制变量可能掩盖更多。",
			controls, 100*m.Level, ratioText(m.Low), ratioText(m.High), audit.PText(m.PAdjusted), m.Effect)
		for _, w := range m.Warnings {
			f.What.En += " Note: " + w.En + "."
			f.What.Zh += "注：" + w.Zh + "。"
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b audit.Finding) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
