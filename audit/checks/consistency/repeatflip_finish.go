package consistency

import (
	"fmt"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// Metrics and causes of repeatflip.
const (
	flipRate      = "repeat_flip_rate"
	flipDirection = "repeat_flip_direction"
	flipAside     = "repeat_pair_set_aside"

	flipCause     = "REPEAT_FLIP"
	flipDirCause  = "LOPSIDED_FLIPS"
	unknownValue  = "(unknown)"
	channelPrefix = "channel="
)

var flipWords = map[string]audit.Text{
	flipRate:      audit.T("repeat applications with another outcome", "重复申请结果反转"),
	flipDirection: audit.T("flips from an approval to a denial", "由通过变拒绝的反转"),
	flipAside:     audit.T("repeat applications set aside", "另列的重复申请"),
	flipCause:     audit.T("the same question, another answer", "同样的申请，不同的答复"),
	flipDirCause:  audit.T("flips mostly go one way", "反转多朝一个方向"),
}

var flipEvidence = evidenceWords(nil)

// Finish adds the cases, the metrics and the coverage.
func (s *flips) Finish(r *audit.Result) {
	cov := s.sort.coverage(flipName,
		audit.Excluded{Guard: audit.T("further rows of one decision", "同一决定的重复记录"), Rows: s.repeated},
		audit.Excluded{Guard: twNames[twBlind], Rows: s.blind})
	r.Coverage = append(r.Coverage, cov)
	list := s.cases.All()
	for i := range list {
		list[i].Check = flipName
		r.Cases = append(r.Cases, list[i].Case)
	}
	if cov.Judged == 0 {
		return
	}
	s.slice(r, flipKey{flAll, ""}, "", "", "", true, false)
	for _, k := range s.slices(flPeriod) {
		if k.value != "" {
			s.rate(r, k, k.value, "", "", false)
		}
	}
	for _, k := range s.slices(flProduct) {
		s.slice(r, k, "", "product="+orUnknown(k.value), "", false, false)
	}
	if s.env.Layouts["decisions"].Exported("channel") {
		for _, k := range s.slices(flChannel) {
			s.slice(r, k, "", channelPrefix+orUnknown(k.value), "", true, false)
		}
	}
	for g := range s.groups {
		s.ofGroup(r, g)
	}
	for i, n := range s.aside {
		m := audit.NewMetric(flipName, flipAside)
		m.Group, m.Value, m.K, m.N = "why="+flipAsides[i], float64(n), n, n
		r.Metrics = append(r.Metrics, m)
	}
}

func orUnknown(s string) string {
	if s == "" {
		return unknownValue
	}
	return s
}

// ofGroup adds the slices of a group dimension, without those too small to
// publish.
func (s *flips) ofGroup(r *audit.Result, g int) {
	keys := s.slices(flGroup + uint8(g))
	sizes := make([]int64, len(keys))
	for i, k := range keys {
		sizes[i] = total(s.pairs[k])
	}
	withheld := shares.Withheld(sizes, s.env.Plan.Honesty.Suppress)
	for i, k := range keys {
		s.slice(r, k, "", "", s.env.Plan.Groups[g].Name+"="+orUnknown(k.value), true, withheld[i])
	}
}

func total(t *[pairCells]int64) (n int64) {
	for _, x := range t {
		n += x
	}
	return n
}

// slice adds both rates of a slice of the pairs.
func (s *flips) slice(r *audit.Result, k flipKey, period, segment, group string, tested, hidden bool) {
	s.rate(r, k, period, segment, group, hidden)
	t := s.pairs[k]
	if t == nil {
		return
	}
	h := s.env.Plan.Honesty
	m := audit.NewMetric(flipName, flipDirection)
	m.Period, m.Segment, m.Group = period, segment, group
	shares.Set(&m, t[toDenial], t[toDenial]+t[toApproval], audit.Honesty{Level: h.Level})
	m.Threshold, m.Effect, m.EffectOf = 0.5, float64(t[toDenial]-t[toApproval]), "flips_beyond"
	switch {
	case m.N == 0 || total(t) < h.MinCell:
		m.Reach = audit.Insufficient
	case tested && m.N >= s.settings.Lopsided: // fewer can't be flagged
		m.Test = "mcnemar"
		if m.N < 25 {
			m.Test = "mcnemar_exact"
		}
		m.P = stats.McNemar(t[toDenial], t[toApproval]).P
		if d := t[toDenial] - t[toApproval]; max(d, -d) >= s.settings.Lopsided {
			m.Reach = audit.Warn
		}
	}
	if hidden {
		m.Suppress()
	}
	r.Metrics = append(r.Metrics, m)
}

func (s *flips) rate(r *audit.Result, k flipKey, period, segment, group string, hidden bool) {
	m := audit.NewMetric(flipName, flipRate)
	m.Period, m.Segment, m.Group = period, segment, group
	var n, flipped int64
	if t := s.pairs[k]; t != nil {
		n, flipped = total(t), t[toDenial]+t[toApproval]
	}
	shares.Set(&m, flipped, n, s.env.Plan.Honesty)
	if hidden {
		m.Suppress()
	}
	r.Metrics = append(r.Metrics, m)
}

// concludeFlips makes one finding of all flips, and one of each direction that
// is flagged.
func concludeFlips(env *audit.Env, list []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	var rate *audit.Metric
	var lopsided []*audit.Metric
	for i := range metrics {
		m := &metrics[i]
		switch {
		case m.Name == flipRate && m.Period == "" && m.Segment == "" && m.Group == "":
			rate = m
		case m.Name == flipDirection && m.Status >= audit.Warn:
			lopsided = append(lopsided, m)
		}
	}
	if len(list) > 0 && rate != nil {
		out = append(out, flipFinding(env, list, rate))
	}
	if len(lopsided) > 0 {
		out = append(out, lopsidedFinding(lopsided))
	}
	return out
}

func flipFinding(env *audit.Env, list []audit.Case, rate *audit.Metric) audit.Finding {
	f := audit.Finding{
		ID: audit.StableID(flipName, flipCause), Check: flipName, Cause: flipCause, Substance: audit.Indeterminate, Clauses: likeClauses, Metrics: []string{rate.ID()},
	}
	all := make([]*audit.Case, len(list))
	versions, differs := map[string]int64{}, map[string]int64{}
	var pass, right int64
	for i := range list {
		c := &list[i]
		all[i] = c
		versions[c.PolicyVersion]++
		switch {
		case c.Substance == audit.Justified:
			right++
		case passed(c):
			pass++
		}
		for _, name := range []string{"channel", "partner", "reviewer", "error_code", "engine_status", "score"} {
			if c.Item(name) != "" {
				differs[name]++
			}
		}
	}
	cases.Fill(&f, all)
	f.Grade, f.Severity = audit.E3, severityOf(f.Customers)
	f.Title = audit.Text{
		En: fmt.Sprintf("%s within %d days with nothing changed got another answer", audit.Plural(f.Cases, "repeat application"), env.Settings.(*FlipSettings).Days),
		Zh: fmt.Sprintf("%s笔重复申请在%d天内条件未变而结果反转", audit.Thousands(f.Cases), env.Settings.(*FlipSettings).Days),
	}
	f.What = audit.Text{
		En: fmt.Sprintf("Same customer, product, versions, inputs of model and rules: %s of %s flipped. By policy version: %s.",
			audit.Thousands(rate.K), audit.Plural(rate.N, "pair"), strings.Join(cases.Largest(versions), ", ")),
		Zh: fmt.Sprintf("同一客户、产品、版本及模型与规则的输入：%s对中有%s对反转。按政策版本：%s。",
			audit.Thousands(rate.N), audit.Thousands(rate.K), strings.Join(cases.Largest(versions), "、")),
	}
	if len(differs) > 0 {
		f.What.En += " What differed besides: " + strings.Join(cases.Largest(differs), ", ") + "."
		f.What.Zh += "此外的差异：" + strings.Join(cases.Largest(differs), "、") + "。"
	}
	settledText(&f.What, pass)
	if right > 0 {
		f.What.En += fmt.Sprintf(" The replay denies %s of them: there the approval was above the policy.", audit.Thousands(right))
		f.What.Zh += fmt.Sprintf("其中%s笔复算为拒绝：高于政策的是通过的一笔。", audit.Thousands(right))
	}
	if env.Policies == nil {
		f.Severity = audit.S4
		f.What.En += " Without policies nobody can say what else was looked at: something that the export lacks may have changed."
		f.What.Zh += "没有政策时无法得知还看了什么：导出之外的数据可能有变。"
	}
	f.What.En += " A flip shows that one of two answers was wrong, not which, nor why."
	f.What.Zh += "反转只说明两个答复之一有误，不说明是哪一个，也不说明原因。"
	f.Remedy = audit.T("Trace each pair through the engine's log, and let a repeat application without any change have the former answer unless a rule in the registry says otherwise.",
		"沿引擎日志逐对追查；条件未变的重复申请应沿用先前的答复，除非登记的规则另有规定。")
	f.Customer = audit.T("You applied twice with the same details and got two answers. A person will look at both; the outcome is open.",
		"您以相同资料两次申请而得到不同答复。我们将安排人工复核两次结果；结果以实际为准。")
	return f
}

func lopsidedFinding(ms []*audit.Metric) audit.Finding {
	f := audit.Finding{
		ID: audit.StableID(flipName, flipDirCause), Check: flipName, Severity: audit.S4, Grade: audit.E3, Cause: flipDirCause, Clauses: likeClauses,
		Causes: []audit.Supported{{Code: flipDirCause, Grade: audit.E3}},
	}
	var en, zh []string
	for _, m := range ms {
		f.Metrics = append(f.Metrics, m.ID())
		f.Harm = max(f.Harm, m.K, m.N-m.K)
		where := audit.T("all pairs", "全部")
		if w := m.Segment + m.Group; w != "" {
			where = audit.T(w, w)
		}
		en = append(en, fmt.Sprintf("%s %s of %s to a denial (p %s)", where.En, audit.Thousands(m.K), audit.Thousands(m.N), audit.PText(m.PAdjusted)))
		zh = append(zh, fmt.Sprintf("%s %s笔中%s笔变为拒绝（p %s）", where.Zh, audit.Thousands(m.N), audit.Thousands(m.K), audit.PText(m.PAdjusted)))
	}
	f.Title = audit.T("Repeat applications flip more often one way than the other", "重复申请的反转多朝一个方向")
	f.What = audit.Text{
		En: "Flips with nothing changed should go either way equally often, were they noise: " + strings.Join(en, "; ") + ". The direction says that something changed between the two decisions, not what.",
		Zh: "条件未变时，若属噪声，两个方向的反转应大致相等：" + strings.Join(zh, "；") + "。方向说明两次决定之间有所变化，不说明是什么。",
	}
	f.Remedy = audit.T("Look for what changed between the two decisions: a release, an unregistered rule, a penalty on repeat applications.",
		"查明两次决定之间的变化：版本发布、未登记的规则，或对重复申请的惩罚。")
	return f
}
