package consistency

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/stats"
)

// finish adds the result of both passes; the second is nil when no cell has both
// sides.
func (s *twins) finish(r *audit.Result, second *twinsSecond) {
	var more []audit.Excluded
	for i, n := range s.taken {
		more = append(more, audit.Excluded{Guard: twNames[i], Rows: n})
	}
	cov := s.sort.coverage(twinsName, more...)
	var splits int64
	denials, approvals := map[string]int64{}, map[string]int64{}
	rowsOf := map[string]int64{}
	if second != nil {
		if n := int64(len(s.split)); n < s.splits {
			cov.Why = append(cov.Why, audit.Tf("%d cells seemed to have both outcomes, and %d were looked into", "%d个单元看似结果不一，其中%d个得到核查", s.splits, n))
		}
		for _, k := range second.ordered() {
			c := second.cells[k]
			if c.n[0] == 0 || c.n[1] == 0 {
				continue
			}
			splits++
			odd := k.pass == 1 || k.pass == 2 && c.n[1] <= c.n[0]
			version := c.rows[0].Items()[0].Value.policy
			for i, v := range []string{"", version} {
				if i > 0 && v == "" {
					continue
				}
				rowsOf[v] += c.n[0] + c.n[1]
				if odd {
					denials[v] += c.n[1]
				} else {
					approvals[v] += c.n[0]
				}
			}
			if k.pass == 1 {
				r.Cases = append(r.Cases, second.ofCell(c)...)
			}
		}
	}
	if s.env.Policies == nil {
		cov.Why = append(cov.Why, audit.T("without policies nobody can say what else was looked at: cells with both outcomes are counted, and no denial is listed",
			"没有政策时无法得知还看了什么：结果不一的单元只作计数，不列出拒绝"))
	}
	r.Coverage = append(r.Coverage, cov)
	if cov.Judged == 0 {
		return
	}
	h := s.env.Plan.Honesty
	share := func(name string, k, n int64) audit.Metric {
		m := audit.NewMetric(twinsName, name)
		m.K, m.N = k, n
		if n > 0 {
			m.Value = float64(k) / float64(n)
			i := stats.Wilson(k, n, h.Level)
			m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, h.Level, "wilson"
		} else {
			m.Reach = audit.Insufficient
		}
		return m
	}
	m := share(splitRate, min(splits, s.paired), s.paired)
	if splits > 0 && s.env.Policies != nil {
		m.Reach = audit.Warn
	}
	r.Metrics = append(r.Metrics, m)
	m = share(twinRate, min(s.pairedRows, cov.Judged), cov.Judged)
	r.Metrics = append(r.Metrics, m)
	count := func(name, segment, group string, k, n int64) {
		m := audit.NewMetric(twinsName, name)
		m.Segment, m.Group, m.Value, m.K, m.N = segment, group, float64(k), k, n
		r.Metrics = append(r.Metrics, m)
	}
	for _, v := range sortedKeys(rowsOf) {
		segment := ""
		if v != "" {
			segment = "policy_version=" + v
		}
		count(splitDenials, segment, "", denials[v], rowsOf[v])
		count(splitApprovals, segment, "", approvals[v], rowsOf[v])
	}
	if second != nil {
		for i, n := range second.aside {
			count(splitAside, "", "why="+twAsideNames[i], n, n)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// ofCell are the cases of a cell: its denials, each with an approved twin.
func (s *twinsSecond) ofCell(c *cellRows) []audit.Case {
	var out []audit.Case
	twin := &c.rows[0].Items()[0].Value
	list := s.inputs.shown(s.modelOf(twin.model, twin.product))
	for _, it := range c.rows[1].Items() {
		d := &it.Value
		k := d.start(twinsName)
		k.Rules, k.Cause = []string{"TW1"}, splitCause
		k.Causes = []audit.Supported{{Code: splitCause, Grade: audit.E3}}
		k.Evidence = append(d.evidence(s.env, twin, list),
			audit.Item{Name: itemTwinsPassed, Value: strconv.FormatInt(c.n[0], 10)}, audit.Item{Name: itemTwinsDenied, Value: strconv.FormatInt(c.n[1], 10)})
		out = append(out, k.Case)
	}
	return out
}

// modelOf is the model of the plan that has the most to say of a version and a
// product, for the names of its inputs; -1: none.
func (x *twinsRows) modelOf(version, product string) int16 {
	return modelNamed(x.env, version, product)
}

func modelNamed(env *audit.Env, version, product string) int16 {
	best := int16(-1)
	for i := range env.Models {
		m := &env.Models[i].Spec
		if (m.Version == "" || m.Version == version) && (m.Product == "" || m.Product == product) && (best < 0 || m.Product != "") {
			best = int16(i)
		}
	}
	return best
}

// concludeTwins makes one finding of all denials: what they have in common is
// that something besides the rules on record decided.
func concludeTwins(env *audit.Env, list []audit.Case, metrics []audit.Metric) []audit.Finding {
	if len(list) == 0 {
		return nil
	}
	f := audit.Finding{
		ID: audit.StableID(twinsName, splitCause), Check: twinsName, Cause: splitCause, Substance: audit.Indeterminate, Grade: audit.E3, Clauses: likeClauses,
	}
	all := make([]*audit.Case, len(list))
	versions, products := map[string]int64{}, map[string]int64{}
	var settled int64
	for i := range list {
		c := &list[i]
		all[i] = c
		versions[c.PolicyVersion]++
		products[c.Product]++
		if passed(c) {
			settled++
		}
	}
	cases.Fill(&f, all)
	f.Severity = severityOf(f.Customers)
	denials, cells := f.Cases, int64(0)
	for i := range metrics {
		m := &metrics[i]
		switch {
		case m.Name == splitDenials && m.Segment == "":
			denials = m.K
		case m.Name == splitRate:
			cells = m.K
		default:
			continue
		}
		f.Metrics = append(f.Metrics, m.ID())
	}
	f.Title = audit.Text{
		En: deniedWords(denials) + " although one that the rules can't tell from it was approved",
		Zh: fmt.Sprintf("%s笔申请被拒，而规则无法与之区分的申请获批", audit.Thousands(denials)),
	}
	f.What = audit.Text{
		En: fmt.Sprintf("Same product and versions, same bins of the card, same side of every threshold, no person's hand: %s with both outcomes. By policy version: %s; by product: %s.",
			audit.Plural(cells, "cell"), strings.Join(cases.Largest(versions), ", "), strings.Join(cases.Largest(products), ", ")),
		Zh: fmt.Sprintf("产品与版本相同、评分卡分箱相同、每个阈值同侧、无人工干预：%s个单元结果不一。按政策版本：%s；按产品：%s。",
			audit.Thousands(cells), strings.Join(cases.Largest(versions), "、"), strings.Join(cases.Largest(products), "、")),
	}
	settledText(&f.What, settled)
	f.What.En += " Twins show that one of two was decided otherwise than the rules on record say, not why."
	f.What.Zh += "孪生申请只说明两者之一未按登记的规则决定，不说明原因。"
	f.Remedy = audit.T("Trace each pair through the engine's log: a rule or a list outside the registry, another score than the model's, a time-out taken for a denial. Then hold the engine to the registry by a replay before each release.",
		"沿引擎日志逐对追查：登记之外的规则或名单、与模型不符的评分、被当作拒绝的超时。此后每次发布前以复算核对引擎与政策登记。")
	f.Customer = likeCustomer
	return []audit.Finding{f}
}

// likeCustomer is what the customers of findings of this family may be told.
var likeCustomer = audit.T("An application that our rules treat like yours had another result. Yours will be looked at again by a person; the outcome is open.",
	"与您条件相同的申请得到了不同的结果。我们将安排人工复核；结果以实际为准。")

// passed reports whether the replay lets a case pass: then unexplaineddenial
// judges it.
func passed(c *audit.Case) bool {
	w := c.Item(itemReplayed)
	return w == "approved" || w == "approved_lower"
}

// settledText adds how many cases another check judges.
func settledText(t *audit.Text, n int64) {
	if n == 0 {
		return
	}
	t.En += fmt.Sprintf(" The replay lets %s of them pass: unexplaineddenial judges those, and there is no second verdict here.", audit.Thousands(n))
	t.Zh += fmt.Sprintf("其中%s笔复算为通过：由unexplaineddenial作出结论，此处不重复认定。", audit.Thousands(n))
}

// deniedWords is "3 applications were denied" in English.
func deniedWords(n int64) string {
	if n == 1 {
		return "1 application was denied"
	}
	return audit.Thousands(n) + " applications were denied"
}
