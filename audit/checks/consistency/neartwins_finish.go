package consistency

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/shares"
	"evenhand/audit/stats"
)

// Metrics, causes and evidence of neartwins.
const (
	nearRate     = "neartwin_conflict_rate"
	nearPairs    = "neartwin_pairs"
	nearKNN      = "consistency_knn_gower"
	nearReplay   = "consistency_knn_gower_replay"
	nearCompared = "neartwin_rows_compared"
	nearCapped   = "neartwin_cells_capped"

	nearCause = "NEAR_TWINS_DIFFER"

	itemDistance  = "distance"
	itemConflicts = "near_twins_in_conflict"
)

var nearWords = map[string]audit.Text{
	nearRate:     audit.T("decisions in conflict with a near twin", "与相近申请冲突的决定"),
	nearPairs:    audit.T("pairs of near twins", "相近申请各对"),
	nearKNN:      audit.T("consistency with the nearest neighbours", "与最近邻居的一致性"),
	nearReplay:   audit.T("consistency with the nearest neighbours, as replayed", "与最近邻居的一致性（复算）"),
	nearCompared: audit.T("decisions compared", "参与比较的决定"),
	nearCapped:   audit.T("cells compared in part", "部分比较的格数"),
	nearCause:    audit.T("near twins decided differently", "条件相近而结果不同"),
}

var nearEvidence = evidenceWords(map[string]string{itemDistance: "距离", itemConflicts: "冲突的相近申请"})

// Finish adds the cases, the metrics and the coverage.
func (s *near) Finish(r *audit.Result) {
	var more []audit.Excluded
	for i, n := range s.taken {
		more = append(more, audit.Excluded{Guard: twNames[i], Rows: n})
	}
	cov := s.sort.coverage(nearName, more...)
	s.order()
	if n := int64(len(s.rows)); n < s.seen {
		cov.Why = append(cov.Why, audit.Tf("a sample of %s of %s decisions is compared, some bands of the score whole: see checks: neartwins: rows",
			"%[2]s笔决定中抽取%[1]s笔比较，整段保留部分评分段：见checks: neartwins: rows", audit.Thousands(n), audit.Thousands(s.seen)))
	}
	r.Coverage = append(r.Coverage, cov)
	if cov.Judged == 0 {
		return
	}
	c := s.compare()
	h := s.env.Plan.Honesty
	m := audit.NewMetric(nearName, nearRate)
	shares.Set(&m, int64(len(c.conflicts)), c.near, h)
	if len(c.conflicts) > 0 && m.Reach == audit.Pass {
		m.Reach = audit.Warn
	}
	r.Metrics = append(r.Metrics, m)
	count := func(name, group string, k, n int64) {
		m := audit.NewMetric(nearName, name)
		m.Group, m.Value, m.K, m.N = group, float64(k), k, n
		r.Metrics = append(r.Metrics, m)
	}
	var all int64
	for _, n := range c.pairs {
		all += n
	}
	for k, n := range c.pairs {
		count(nearPairs, "pair="+nearKinds[k], n, all)
	}
	count(nearCompared, "", int64(len(s.rows)), s.seen)
	count(nearCapped, "", c.capped, c.capped)
	for _, x := range []struct {
		name string
		of   *stats.Moments
	}{{nearKNN, &c.knn}, {nearReplay, &c.replayed}} {
		m := audit.NewMetric(nearName, x.name)
		m.N, m.K = x.of.N(), x.of.N()
		if m.N < h.MinCell {
			m.Reach = audit.Insufficient
		}
		if m.N > 0 {
			m.Value = x.of.Mean()
			i := stats.MeanInterval(x.of, h.Level)
			m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, h.Level, "student_t"
			r.Metrics = append(r.Metrics, m)
		}
	}
	s.addCases(r, c)
}

// addCases adds the denials in conflict that the replay lets pass.
func (s *near) addCases(r *audit.Result, c *comparison) {
	var list []int32
	for i := range c.conflicts {
		list = append(list, i)
	}
	slices.Sort(list)
	done := map[string]bool{}
	for _, i := range list {
		d, x := &s.rows[i], c.conflicts[i]
		if d.approved || done[d.id] {
			continue
		}
		done[d.id] = true
		o := &s.rows[x.other]
		k := d.start(nearName)
		k.Rules, k.Cause = []string{"NT1"}, nearCause
		k.Causes = []audit.Supported{{Code: nearCause, Grade: audit.E3}}
		d.values, o.values = d.shown(), o.shown()
		k.Evidence = append(d.evidence(s.env, &o.row, s.dims[d.by+1]),
			audit.Item{Name: itemDistance, Value: strconv.FormatFloat(x.distance, 'f', 4, 64)}, audit.Item{Name: itemConflicts, Value: strconv.FormatInt(x.pairs, 10)})
		r.Cases = append(r.Cases, k.Case)
	}
}

// shown are the values of the inputs as text.
func (r *nearRow) shown() []string {
	out := make([]string, len(r.nums))
	for k, x := range r.nums {
		out[k] = cmp.Or(r.words[k], numberText(x))
	}
	return out
}

func numberText(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// concludeNear makes one finding of all conflicts.
func concludeNear(env *audit.Env, list []audit.Case, metrics []audit.Metric) []audit.Finding {
	if len(list) == 0 {
		return nil
	}
	f := audit.Finding{
		ID: audit.StableID(nearName, nearCause), Check: nearName, Cause: nearCause, Substance: audit.Indeterminate, Clauses: likeClauses,
	}
	all := make([]*audit.Case, len(list))
	versions := map[string]int64{}
	var settled int64
	for i := range list {
		all[i] = &list[i]
		versions[list[i].PolicyVersion]++
		settled += int64(btoi(passed(all[i])))
	}
	cases.Fill(&f, all)
	f.Severity = severityOf(f.Customers)
	for i := range metrics {
		if n := metrics[i].Name; n == nearRate || n == nearKNN || n == nearReplay {
			f.Metrics = append(f.Metrics, metrics[i].ID())
		}
	}
	f.Title = audit.Text{
		En: deniedWords(f.Cases) + " although a nearly equal one was approved, and the policy makes the same of both",
		Zh: fmt.Sprintf("%s笔申请被拒，而条件相近的申请获批，政策对二者并无区别", audit.Thousands(f.Cases)),
	}
	f.What = audit.Text{
		En: fmt.Sprintf("Same product and versions, the model's inputs within %g of their range on average, the same side of every threshold. By policy version: %s. Pairs that the cut-off of the score explains are not counted.",
			env.Settings.(*NearSettings).Distance, strings.Join(cases.Largest(versions), ", ")),
		Zh: fmt.Sprintf("产品与版本相同，模型输入平均相差不超过极差的%g，每个阈值同侧。按政策版本：%s。由评分分数线解释的各对不计。",
			env.Settings.(*NearSettings).Distance, strings.Join(cases.Largest(versions), "、")),
	}
	settledText(&f.What, settled)
	f.Remedy = audit.T("Read each pair side by side: what differs besides the inputs is where to look first.",
		"逐对并列核查：输入之外的差异是首先要查的地方。")
	f.Customer = likeCustomer
	return []audit.Finding{f}
}
