package scenario

import (
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

// Finish adds the metrics of the candidates, and the coverage.
func (s *lda) Finish(r *audit.Result) {
	w := s.world
	cov := w.coverage(ldaName)
	defer func() { r.Coverage = append(r.Coverage, cov) }()
	var people []*applicant
	for _, it := range s.sample.Items() {
		people = append(people, it.Value)
	}
	if len(people) == 0 || len(w.cuts) == 0 {
		return
	}
	b := s.bench(people)
	if n := int64(len(people)); n < s.sample.Count() {
		cov.Why = append(cov.Why, audit.Tf("candidates are measured on %[1]s of %[2]s decisions, drawn by a hash of their ids", "备选方案在按编号哈希抽取的%[1]s笔决定上衡量（共%[2]s笔）",
			audit.Thousands(n), audit.Thousands(s.sample.Count())))
	}
	all := b.candidates()
	base := &all[0]
	if base.air != base.air {
		cov.Why = append(cov.Why, audit.T("no group, or no reference group, has enough decisions: there is no adverse impact ratio to raise", "没有任何群体或参照群体有足够的决定：没有可改善的不利影响比率"))
		return
	}
	cov.Why = append(cov.Why, b.gaps(base)...)
	listed := audit.NewMetric(ldaName, "lda_listed_share")
	listed.K, listed.N = int64(min(len(all)-1, s.settings.Most)), int64(len(all)-1)
	if listed.N > 0 {
		listed.Value = float64(listed.K) / float64(listed.N)
	}
	r.Metrics = append(r.Metrics, listed)
	for i := range all[:min(len(all), s.settings.Most+1)] {
		b.tell(r, &all[i])
	}
}

// gaps says what is not known of the candidates.
func (b *bench) gaps(base *candidate) (why []audit.Text) {
	if base.auc != base.auc {
		why = append(why, audit.T("too few outcomes are known for an AUC: candidates with other points are held to today's expected bads instead", "已知结果过少，无法计算AUC：改变分值的备选方案改以现行预期坏账为限"))
	}
	if !b.told {
		why = append(why, audit.T("neither models nor outcomes tell a probability of bad: losses of candidates are not told", "模型与结果均未给出违约概率：不计算备选方案的损失"))
	}
	if b.approximate() {
		why = append(why, audit.T("models that are no sum of points, such as trees: a characteristic is dropped, or weighed anew, by its contributions to the margin, an approximation to another model", "非加总型模型（如树模型）：按特征对边际的贡献去掉或重新加权，仅为对另一模型的近似"))
	}
	return why
}

// approximate reports whether any model is no sum of terms.
func (b *bench) approximate() bool {
	return slices.ContainsFunc(b.people, func(a *applicant) bool { return a.terms != nil && a.way&wayAdditive == 0 })
}

// tell adds the metrics of a candidate.
func (b *bench) tell(r *audit.Result, c *candidate) {
	metric := func(name string) audit.Metric {
		m := audit.NewMetric(ldaName, name)
		m.Segment = "candidate=" + c.name
		return m
	}
	m := metric("lda_approval_rate")
	b.rate.share(&m, c.approved, int64(len(b.people)))
	m.Warnings = append(m.Warnings, c.what)
	if c.scale != nil && b.approximate() {
		m.Warnings = append(m.Warnings, audit.T("by contributions to the margin of a model that is no sum: an approximation", "按非加总型模型边际的贡献计算：近似"))
	}
	r.Metrics = append(r.Metrics, m)

	for k := range b.rate.dims {
		d := &b.rate.dims[k]
		for i, g := range d.groups {
			if d.ref < 0 || i == d.ref {
				continue
			}
			name := "lda_adverse_impact_ratio"
			group := d.plan.Name + "=" + g
			if group == c.worst {
				least := metric("lda_least_adverse_impact_ratio")
				b.impact(&least, c, d, i, d.ref)
				whom, against := group, d.groups[d.ref]
				if least.Value > 1 {
					b.impact(&least, c, d, d.ref, i)
					whom, against = d.plan.Name+"="+against, g
				}
				least.Group, least.Reference = "", ""
				least.Warnings = append(least.Warnings, audit.Tf("of %[1]s against %[2]s", "%[1]s相对%[2]s", whom, against))
				r.Metrics = append(r.Metrics, least)
			}
			m := metric(name)
			b.impact(&m, c, d, i, d.ref)
			if d.hidden[i] || d.hidden[d.ref] {
				m.Suppress()
			}
			r.Metrics = append(r.Metrics, m)
		}
	}
	number := func(name string, v float64) {
		if v != v {
			return
		}
		m := metric(name)
		m.Value, m.N = v, c.approved
		if m.N < b.env.Plan.Honesty.MinCell {
			m.Reach = audit.Insufficient
		}
		r.Metrics = append(r.Metrics, m)
	}
	number("lda_expected_bad_rate", c.badRate)
	number("lda_expected_loss", c.loss/float64(b.env.Plan.MoneyScale()))
	number("lda_expected_loss_rate", c.lossRate)
	if c.name != "today" {
		number("lda_auc_change", c.auc)
		number("lda_cutoff_score_shift", c.shiftAll)
	}
	number("lda_dominated_by", float64(c.dominated))
}

func (b *bench) impact(m *audit.Metric, c *candidate, d *dimension, i, ref int) {
	approved := func(leaf int) int64 { return c.n[leaf] }
	b.rate.impact(m, d.of(i, approved), d.n[i], d.of(ref, approved), d.n[ref])
	m.Group, m.Reference = d.plan.Name+"="+d.groups[i], d.plan.Name+"="+d.groups[ref]
}

// gain is by how much a candidate must raise the least ratio to be pointed out,
// and wanting where that ratio must be today.
const gain, wanting = 0.01, 0.9

// concludeLDA points out, at the lowest severity, a candidate that approves no
// fewer, raises the least ratio and is expected to lose no more. Approximations
// to other models are not pointed out.
func concludeLDA(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	type told struct{ approvals, air, loss *audit.Metric }
	by := map[string]*told{}
	for i := range metrics {
		m := &metrics[i]
		name := strings.TrimPrefix(m.Segment, "candidate=")
		if by[name] == nil {
			by[name] = &told{}
		}
		switch m.Name {
		case "lda_approval_rate":
			by[name].approvals = m
		case "lda_least_adverse_impact_ratio":
			by[name].air = m
		case "lda_expected_loss":
			by[name].loss = m
		}
	}
	today := by["today"]
	if today == nil || today.approvals == nil || today.air == nil || today.loss == nil || !(today.air.Value < wanting) {
		return nil
	}
	best := ""
	for _, name := range sortedNames(by) {
		c := by[name]
		if name == "today" || c.approvals == nil || c.air == nil || c.loss == nil || c.air.Status == audit.Insufficient || len(c.approvals.Warnings) != 1 {
			continue
		}
		if c.approvals.K >= today.approvals.K && c.loss.Value <= today.loss.Value && c.air.Value >= today.air.Value+gain &&
			(best == "" || c.air.Value > by[best].air.Value) {
			best = name
		}
	}
	if best == "" {
		return nil
	}
	c := by[best]
	n3 := func(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }
	what := c.approvals.Warnings[0]
	return []audit.Finding{{
		ID: audit.StableID(ldaName, "candidate"), Check: ldaName, Severity: audit.S4, Grade: audit.E4, Cause: "CANDIDATE_FOR_REVIEW",
		Metrics: []string{today.air.ID(), c.air.ID(), c.approvals.ID(), c.loss.ID()},
		Title: audit.Tf("A candidate for review: %[1]s, with a least adverse impact ratio of %[2]s instead of %[3]s, no fewer approvals and no more expected loss",
			"供评审的备选方案：%[1]s，最低不利影响比率由%[3]s变为%[2]s，通过数不减少，预期损失不增加", best, n3(c.air.Value), n3(today.air.Value)),
		What: audit.Tf("%[1]s: %[3]s approvals of %[4]s against %[5]s today. Measured on the decisions of this export, among many candidates, of which the best looks better than it is; applicants' behaviour is not modelled. This is no advice, and says nothing of any single decision. What a person's group is must not be an input to decisions.",
			"%[2]s：%[4]s笔中通过%[3]s笔，现行为%[5]s笔。此数在本次导出的决定上、从许多备选中选出，最优者看上去会好于实际；未模拟客户行为变化。此非建议，也不说明任何单笔决定。个人所属群体不得作为决策的输入。",
			what.En, what.Zh, audit.Thousands(c.approvals.K), audit.Thousands(c.approvals.N), audit.Thousands(today.approvals.K)),
		Remedy: audit.T("Review the candidate: whether it serves the same business need, out of this sample and out of time; record why it was taken up or not.",
			"评审该备选方案：在样本外与时间外，它能否满足同样的业务需要；并记录采纳或不采纳的理由。"),
		Clauses: []audit.Clause{
			clauses.AIActData.Cite("examination for possible bias", "检查可能的偏差"),
			clauses.PIPL24.Cite("fair results", "结果公平公正"),
		},
	}}
}
