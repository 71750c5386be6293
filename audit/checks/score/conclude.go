package score

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/clauses"
)

// conclude clusters the cases: each systemic explanation is a finding, and so
// is what is left of each class. M9 makes one from its metrics.
func conclude(env *audit.Env, cases []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	for _, table := range []string{decisions, limits} {
		// Cases and metrics of one table at a time, under the names that those
		// of decisions have.
		var of []*audit.Case
		for i := range cases {
			if cases[i].Table == table {
				of = append(of, &cases[i])
			}
		}
		var ms []audit.Metric
		ids := map[string]string{}
		for _, m := range metrics {
			own := m.ID()
			plain, limit := strings.CutPrefix(m.Name, metricOf(limits, ""))
			if limit != (table == limits) {
				continue
			}
			m.Name = plain
			ms = append(ms, m)
			ids[m.ID()] = own
		}
		for _, f := range concludeTable(env, table, of, ms) {
			for i, id := range f.Metrics {
				f.Metrics[i] = ids[id]
			}
			out = append(out, f)
		}
	}
	return out
}

func concludeTable(env *audit.Env, table string, cases []*audit.Case, metrics []audit.Metric) []audit.Finding {
	set := env.Settings.(*Settings)
	clusters := map[string][]*audit.Case{}
	for i := range cases {
		key := cases[i].Item(evSignature)
		if key == "" {
			key = cases[i].Item(evClass)
		}
		clusters[key] = append(clusters[key], cases[i])
	}
	overall := metric(metrics, matchRate, "")
	var out []audit.Finding
	for _, key := range slices.Sorted(maps.Keys(clusters)) {
		out = append(out, cluster(env, set, key, clusters[key], overall, metrics, len(cases)))
	}
	if f := unscoredFinding(set, table, metrics); f != nil {
		out = append(out, *f)
	}
	if table == limits {
		for i := range out {
			f := &out[i]
			f.Title.En += " (limit evaluations)"
			f.Title.Zh += "（额度评估）"
		}
	}
	return out
}

func findingID(table, key string) string {
	if table == limits {
		return audit.StableID(name, table, key)
	}
	return audit.StableID(name, key)
}

// metric returns the metric of a segment, all periods; nil when there is none.
func metric(ms []audit.Metric, name, segment string) *audit.Metric {
	for i := range ms {
		if ms[i].Name == name && ms[i].Segment == segment && ms[i].Period == "" {
			return &ms[i]
		}
	}
	return nil
}

func cluster(env *audit.Env, set *Settings, key string, cases []*audit.Case, overall *audit.Metric, metrics []audit.Metric, listed int) audit.Finding {
	first := cases[0]
	f := audit.Finding{
		ID: findingID(first.Table, key), Check: name, Cause: first.Cause, Rules: slices.Clone(first.Rules),
		Substance: audit.Indeterminate, Disclosure: audit.NotAssessed, Grade: audit.E1,
		Cases: int64(len(cases)), FirstSeen: first.At, LastSeen: first.At,
		Clauses: []audit.Clause{clauses.SR262.Cite("outcomes analysis", "结果分析"), clauses.InternetLoansModels.Cite("", "")},
	}
	customers := map[string]bool{}
	sample := rows.NewSample(20, strings.Compare)
	for _, c := range cases {
		c.Finding = f.ID
		f.FirstSeen, f.LastSeen = min(f.FirstSeen, c.At), max(f.LastSeen, c.At)
		if c.Customer != "" {
			customers[c.Customer] = true
		}
		sample.Add(rows.HashString(0, c.Key), c.Key)
	}
	f.Customers = int64(len(customers))
	for _, it := range sample.Items() {
		f.Samples = append(f.Samples, it.Value)
	}
	f.Metrics = []string{overall.ID()}
	for _, m := range metrics {
		if m.Name == mismatchRate && m.Group == "class="+f.Rules[0] {
			f.Metrics = append(f.Metrics, m.ID())
		}
	}

	systemic := first.Item(evSystemic) != ""
	// With a sample of the mismatches, each case stands for several rows.
	mismatches := overall.N - overall.K
	share := float64(len(cases)) / float64(listed) * float64(mismatches) / float64(overall.N)
	minor := f.Rules[0] == "M1" || f.Rules[0] == "M2"
	switch {
	case minor && share >= set.Share:
		f.Severity = audit.S3
	case minor:
		f.Severity = audit.S4
	case systemic || share > set.Share:
		f.Severity = audit.S2
	default:
		f.Severity = audit.S3
	}
	f.Title, f.What = words(cases, overall, systemic)
	if t := concentration(env, cases, metrics); !t.IsZero() && (systemic || len(cases) >= 30) {
		f.What.En += " " + t.En
		f.What.Zh += t.Zh
	}
	f.Remedy, f.Customer = remedies[f.Rules[0]], customerText
	return f
}

// concentration tells where the cases of a cluster lie when the rows at large
// don't: the value of a dimension, or the range of periods, that holds 90 % of
// them but less than 60 % of all rows.
func concentration(env *audit.Env, cases []*audit.Case, metrics []audit.Metric) audit.Text {
	const most, least = 0.9, 0.6
	all := metric(metrics, matchRate, "").N
	var en, zh []string
	for _, d := range dimensions {
		var counts rows.Counts
		for _, c := range cases {
			v := c.Product
			if d != "product" {
				v = c.Item(d)
			}
			counts.AddN(v, 1)
		}
		top, _ := rows.Top(counts.Values())
		m := metric(metrics, matchRate, d+"="+top.Name)
		if top.Name == "" || m == nil || float64(top.N) < most*float64(len(cases)) || float64(m.N) >= least*float64(all) {
			continue
		}
		mine, theirs := audit.Percent(top.N, int64(len(cases))), audit.Percent(m.N, all)
		en = append(en, fmt.Sprintf("%s of them have %s=%s, as %s of all rows do", mine, d, top.Name, theirs))
		zh = append(zh, fmt.Sprintf("其中 %s 的 %s=%s（全部记录中占 %s）", mine, d, top.Name, theirs))
	}
	if r := periodRange(env, cases, metrics, most, least); r != nil {
		en = append(en, fmt.Sprintf("%s of them fall into %s, as %s of all rows do", r.mine, r.periods(" to "), r.theirs))
		zh = append(zh, fmt.Sprintf("其中 %s 发生在 %s（全部记录中占 %s）", r.mine, r.periods(" 至 "), r.theirs))
	}
	if en == nil {
		return audit.Text{}
	}
	return audit.T("Where: "+strings.Join(en, "; ")+".", "集中于："+strings.Join(zh, "；")+"。")
}

type span struct{ first, last, mine, theirs string }

func (s *span) periods(to string) string {
	if s.first == s.last {
		return s.first
	}
	return s.first + to + s.last
}

// periodRange returns the shortest run of periods with the share most of the
// cases, the earliest of several; nil when it has the share least of all rows.
func periodRange(env *audit.Env, cases []*audit.Case, metrics []audit.Metric, most, least float64) *span {
	type period struct {
		label   string
		n, mine int64
	}
	byLabel := map[string]int64{}
	for _, c := range cases {
		byLabel[env.Periods.Label(env.Periods.Of(c.At))]++
	}
	var ps []period
	var all int64
	for _, m := range metrics { // sorted by period within a name and segment
		if m.Name == matchRate && m.Segment == "" && m.Period != "" {
			ps = append(ps, period{m.Period, m.N, byLabel[m.Period]})
			all += m.N
		}
	}
	slices.SortFunc(ps, func(a, b period) int { return cmp.Compare(a.label, b.label) })
	var best *span
	bestLen := len(ps)
	for lo := range ps {
		var mine, n int64
		for hi := lo; hi < len(ps) && hi-lo < bestLen; hi++ {
			mine, n = mine+ps[hi].mine, n+ps[hi].n
			if float64(mine) < most*float64(len(cases)) {
				continue
			}
			bestLen = hi - lo
			best = nil
			if float64(n) < least*float64(all) {
				best = &span{ps[lo].label, ps[hi].label, audit.Percent(mine, int64(len(cases))), audit.Percent(n, all)}
			}
			break
		}
	}
	return best
}

// unscoredFinding is the finding of M9, nil when every row was recomputed.
func unscoredFinding(set *Settings, table string, metrics []audit.Metric) *audit.Finding {
	all := metric(metrics, notRecomputable, "")
	if all == nil || all.K == 0 {
		return nil
	}
	f := &audit.Finding{
		ID: findingID(table, "M9"), Check: name, Severity: audit.S3, Cause: "M9_NOT_RECOMPUTABLE", Rules: []string{"M9"},
		Substance: audit.Indeterminate, Disclosure: audit.NotAssessed, Grade: audit.E1,
		Metrics: []string{all.ID()}, Remedy: remedies["M9"],
	}
	if float64(all.K) > set.Share*float64(all.N) {
		f.Severity = audit.S2
	}
	list := func(metric string) string {
		var parts []string
		for _, m := range metrics {
			if m.Name == metric {
				v := strings.TrimPrefix(m.Segment, "model_version=")
				if v == "" {
					v = "∅"
				}
				parts = append(parts, fmt.Sprintf("%s (%d)", v, m.K))
				f.Metrics = append(f.Metrics, m.ID())
			}
		}
		return strings.Join(parts, ", ")
	}
	f.Title = audit.Tf("Could not be recomputed: %d recorded scores", "%d 条记录评分无法复算", all.K)
	f.What = audit.Tf("%d of %d recorded scores (%s) have no recomputed score beside them.", "%[1]d 条（共 %[2]d 条，占 %[3]s）有记录评分而无复算评分。", all.K, all.N, audit.Percent(all.K, all.N))
	if s := list(unknownVersion); s != "" {
		f.What.En += " The plan has no model for the versions " + s + "."
		f.What.Zh += "审计方案中没有以下模型版本：" + s + "。"
	}
	if s := list(unscorableInputs); s != "" {
		f.What.En += " The model has no rule for an input, such as a null it does not expect, on rows of the versions " + s + "."
		f.What.Zh += "以下版本的部分记录存在模型无法处理的输入（例如未预期的空值）：" + s + "。"
	}
	return f
}
