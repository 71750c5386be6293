package limit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

var stalledGuardNames = [stalledGuards]audit.Text{
	stalledClosed:     audit.T("closed accounts", "已关闭的账户"),
	stalledFrozen:     audit.T("frozen accounts", "已冻结的账户"),
	stalledUnlimited:  audit.T("accounts without a limit on record", "没有额度记录的账户"),
	stalledLate:       audit.T("late within a year, or now", "一年内有逾期或当前逾期"),
	stalledFew:        audit.T("too few instalments due and paid on time in a row", "连续按时还款期数不足"),
	stalledHardship:   audit.T("on a hardship plan", "处于纾困安排中"),
	stalledYoung:      audit.T("too few months on book", "开户月数不足"),
	stalledRose:       audit.T("the limit rose, or was granted, lately", "近期已提额或刚授信"),
	stalledPromised:   audit.T("an increase is promised: whether it comes is judged by vanishedincrement", "已承诺提额：是否兑现由vanishedincrement判断"),
	stalledReview:     audit.T("in a second review, within its time", "处于二次审核期内"),
	stalledUnreplayed: audit.T("the latest evaluation can't be replayed: a value or the policy version is missing", "最近一次评估无法复算：缺少取值或政策版本"),
}

// Names of metrics that Conclude reads.
const (
	stalledWeightMetric = "stalled_repayment_weight"
	stalledBestMetric   = "stalled_repayment_best"
)

// Finish adds the cases, the metrics and the coverage.
func (s *stalledState) Finish(r *audit.Result) {
	cases := s.finished()
	r.Cases = append(r.Cases, cases...)
	m := &stalledMeasures{stalledState: s, r: r}
	if s.settings.Panel {
		s.panel.write(m)
	} else {
		m.cohort(cases)
	}
	s.dues.write(m)
	r.Coverage = append(r.Coverage, s.coverage())
}

// finished returns the cases, once the whole export is known: whether it has
// any evaluations, and how long peers wait.
func (s *stalledState) finished() []audit.Case {
	var out []audit.Case
	peers := s.waits(s.settings.PeerShare, s.settings.Peers)
	for _, k := range s.cases.All() {
		k.Check = stalledName
		if s.n[stalledEvals] == 0 && slices.Contains(k.Rules, "R2.2") {
			// An export without evaluations says nothing of their dates.
			k.Rules = slices.DeleteFunc(k.Rules, func(r string) bool { return r == "R2.2" })
			s.undecided(&k, k.Notes[stalledSince])
			k.Evidence = slices.DeleteFunc(k.Evidence, func(x audit.Item) bool { return x.Name == stalledOverdueItem })
		}
		if s.env.Policies == nil {
			peers.watch(&k)
		}
		if len(k.Rules) == 0 {
			continue // its wait is nothing unusual among its peers
		}
		out = append(out, k.Case)
	}
	return out
}

func (s *stalledState) coverage() audit.Coverage {
	c := audit.Coverage{Check: stalledName, RowsIn: s.n[stalledAccounts], Judged: s.n[stalledAccounts]}
	if s.settings.Panel {
		c.RowsIn = s.panel.n[stalledPanelAccounts]
		c.Judged = s.panel.n[stalledPanelAccounts2]
		c.Excluded = append(c.Excluded, audit.Excluded{Guard: audit.T("accounts with one month only", "仅有一个月数据的账户"), Rows: c.RowsIn - c.Judged})
		c.Why = append(c.Why, audit.T("the limits are a panel, not events: how limits moved is counted, and no account is judged",
			"额度表是逐月快照而非事件：只统计额度变动，不判断单个账户"))
		return c
	}
	for i, name := range stalledGuardNames {
		c.Excluded = append(c.Excluded, audit.Excluded{Guard: name, Rows: s.n[i]})
		c.Judged -= s.n[i]
	}
	if s.env.Policies == nil {
		c.Why = append(c.Why, audit.T("without policies no evaluation is replayed: accounts are only held against their peers (grade E3)",
			"没有政策，无法复算评估：只与同类账户比较（证据等级E3）"))
	}
	if len(s.unread) > 0 {
		names := strings.Join(s.unread, ", ")
		c.Why = append(c.Why, audit.Tf("evaluations are not replayed: the policies read %[1]s, which neither limits nor features of the export have",
			"评估未复算：政策需要读取%[1]s，导出的limits和features均没有", names))
	}
	if s.readsScore && len(s.env.Models) == 0 {
		c.Why = append(c.Why, audit.T("evaluations are not replayed: the policies read a score, and the plan names no model",
			"评估未复算：政策需要评分，而审计方案中没有模型"))
	}
	if s.n[stalledEvals] == 0 && s.n[stalledAccounts] > 0 {
		c.Why = append(c.Why, audit.T("the export has no evaluations of limits: whether they are overdue is not judged",
			"导出数据中没有额度评估事件：不判断评估是否逾期"))
	}
	if s.env.Policies != nil && len(s.record) == 0 {
		c.Why = append(c.Why, audit.T("the dictionary names no feature of the family repayment: whether punctuality carries weight is not tested",
			"字典中没有repayment类特征：不检验按时还款是否有权重"))
	}
	return c
}

// stalledMeasures writes the metrics.
type stalledMeasures struct {
	*stalledState
	r *audit.Result
}

func (m *stalledMeasures) add(x audit.Metric) { m.r.Metrics = append(m.r.Metrics, x) }

// count is a number of things, and countOf one out of n with its share's
// interval left out: the value is the number itself.
func (m *stalledMeasures) count(name string, n int64) { m.countOf(name, n, n) }

func (m *stalledMeasures) countOf(name string, k, n int64) {
	x := audit.NewMetric(stalledName, name)
	x.Value, x.K, x.N = float64(k), k, n
	m.add(x)
}

// sum is an amount in units.
func (m *stalledMeasures) sum(name string, minor, n int64) {
	x := audit.NewMetric(stalledName, name)
	x.Value, x.K, x.N = float64(minor)/float64(m.scale), n, n
	m.add(x)
}

// rate is k/n with its interval.
func (m *stalledMeasures) rate(name string, k, n int64) audit.Metric {
	x := audit.NewMetric(stalledName, name)
	shares.Set(&x, k, n, m.env.Plan.Honesty)
	return x
}

// cohort writes the metrics of the accounts judged.
func (m *stalledMeasures) cohort(cases []audit.Case) {
	n := m.n[stalledCohort]
	m.count("stalled_accounts", n)
	verdicts := map[audit.Substance]int64{}
	bound := map[string]int64{}
	var justified, overdue, shortfall int64
	for i := range cases {
		c := &cases[i]
		verdicts[c.Substance]++
		overdue += stalledTruth(slices.Contains(c.Rules, "R2.2"))
		if c.Substance == audit.Unjustified || c.Substance == audit.Technical {
			shortfall += c.Amount
		}
		if c.Substance == audit.Justified {
			justified++
			bound[c.Cause]++
		}
	}
	for _, v := range []audit.Substance{audit.Unjustified, audit.Technical, audit.Justified, audit.NotYet, audit.Indeterminate} {
		m.add(m.rate("stalled_"+strings.ToLower(v.String())+"_rate", verdicts[v], n))
	}
	var codes []string
	for c := range bound {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	for _, c := range codes {
		m.add(m.rate("stalled_bound_"+strings.ToLower(c), bound[c], justified))
	}
	if m.n[stalledEvals] > 0 {
		m.add(m.rate("stalled_evaluation_overdue_rate", overdue, n))
	}
	m.sum("stalled_shortfall_total", shortfall, n)
	m.quantiles("stalled_days_since_increase", stalledWait)
	m.quantiles("stalled_steps_to_next", stalledDistance)
	if m.env.Policies != nil && len(m.record) > 0 {
		k := m.n[stalledReplayed]
		m.add(m.rate(stalledBestMetric, m.n[stalledSensitive], k))
		m.add(m.rate(stalledWeightMetric, m.n[stalledWeighed], k))
	}
	for i := range m.group {
		m.groups(&m.group[i])
	}
}

// quantiles writes the median and the ninth decile of what the cube counts, by
// the nearest rank.
func (m *stalledMeasures) quantiles(name string, kind uint64) {
	var cells []stats.Cell
	var n int64
	for key, k := range m.cube.All() {
		if key>>stalledShift == kind {
			cells = append(cells, stats.Cell{Key: key & (1<<stalledShift - 1), N: k})
			n += k
		}
	}
	for _, q := range []float64{.5, .9} {
		x := audit.NewMetric(stalledName, fmt.Sprintf("%s_p%.0f", name, 100*q))
		x.K, x.N = n, n
		var sum int64
		for _, c := range cells {
			if sum += c.N; sum >= int64(math.Ceil(q*float64(n))) {
				x.Value = float64(c.Key)
				break
			}
		}
		if n < m.env.Plan.Honesty.MinCell {
			x.Reach = audit.Insufficient
		}
		m.add(x)
	}
}

// groups writes how often accounts of each group are found unjustified.
func (m *stalledMeasures) groups(g *stalledGroup) {
	if g.column < 0 && !g.product {
		return
	}
	type cell struct {
		label  string
		k, n   int64
		hidden bool
	}
	var cells []*cell
	for _, v := range g.judged.Values() {
		cells = append(cells, &cell{label: v.Name, k: g.wrong.Of(v.Name), n: v.N})
	}
	slices.SortFunc(cells, func(a, b *cell) int { return cmp.Compare(a.label, b.label) })
	sizes := make([]int64, len(cells))
	for i, c := range cells {
		sizes[i] = c.n
	}
	for i, hidden := range shares.Withheld(sizes, m.env.Plan.Honesty.Suppress) {
		cells[i].hidden = hidden
	}
	for _, c := range cells {
		x := m.rate("stalled_unjustified_rate", c.k, c.n)
		label := g.name + "=" + stalledOr(c.label, "(unknown)")
		if g.segment {
			x.Segment = label
		} else {
			x.Group = label
		}
		if c.hidden {
			x.Suppress()
		}
		m.add(x)
	}
}

// stalledSteps reads back the number of steps in a case's evidence.
func stalledSteps(c *audit.Case) (int, bool) {
	n, err := strconv.Atoi(c.Item("next_step_steps"))
	return n, err == nil
}
