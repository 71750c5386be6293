package denial

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
)

// factor is a feature that R0.8 neutralises: one of other lenders' loans, set
// to its best.
type factor struct {
	name   string
	column int
	best   float64
	worse  float64 // one step to the worse, or 0
}

// watched returns the columns that show arrears, and the factors, by name. No
// columns: arrears are not known, and nothing is watched.
func watched(env *audit.Env) (arrears []int, factors []factor) {
	l := env.Layouts["decisions"]
	if c := l.Index(audit.HistoryColumn("max_dpd_12m")); c >= 0 {
		arrears = append(arrears, c)
	}
	var names []string
	for name := range env.Plan.Dictionary {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f := env.Plan.Dictionary[name]
		c := l.Index(audit.FeatureColumn(name))
		if c < 0 || l.Specs[c].Kind != features.Float {
			continue
		}
		switch f.Family {
		case "repayment":
			if f.Good == "lower" {
				arrears = append(arrears, c)
			}
		case "multi_lender":
			best := math.NaN()
			switch {
			case f.Good == "lower" && f.Least != nil:
				best = *f.Least
			case f.Good == "lower":
				best = 0
			case f.Good == "higher" && f.Most != nil:
				best = *f.Most
			}
			step := f.Step
			if step <= 0 {
				step = 1
			}
			switch f.Good {
			case "higher":
				step = -step
			case "lower":
			default:
				step = 0
			}
			factors = append(factors, factor{name, c, best, step})
		}
	}
	if len(arrears) == 0 {
		return nil, nil
	}
	return arrears, factors
}

// clean reports whether row i is known to be without arrears.
func (r *replayer) clean(b *features.Batch, i int) bool {
	for _, c := range r.arrears {
		if !(b.Cols[c].Floats[i] <= 0) {
			return false
		}
	}
	return true
}

// neutralise replays right denials with one factor at its best, for each in
// turn. That the replay then approves says that the debt burden is within the
// policy's own limit as well.
func (r *replayer) neutralise(b *features.Batch) {
	e, n := r.start(), len(r.flips)
	s := r.gather(b, r.flips)
	r.as, r.models = r.as[:0], r.models[:0]
	for _, i := range r.flips {
		m := int16(-1)
		if b.Scores != nil {
			m = b.Scores.Model[i]
		}
		r.as, r.models = append(r.as, b.Replay.Policy[i]), append(r.models, m)
	}
	kept := make([]float64, n)
	for k, f := range r.factors {
		v := s.Cols[f.column].Floats
		copy(kept, v)
		for j := range v {
			v[j] = f.best
		}
		e.ReplayAs(s, r.models, r.as)
		for j, i := range r.flips {
			if out := s.Replay.Outcome[j]; (out == outApproved || out == outLower) && !s.Replay.Edge[j] && kept[j] != f.best {
				x := &r.rulings[i]
				switch {
				case x.factor == -1:
					x.factor = int16(k)
				default:
					x.factor = several // more than one would do: none is the single one
				}
			}
		}
		copy(v, kept)
	}
}

// several marks a denial that more than one factor flips by itself.
const several = int16(-2)

// watchFindings are the watches on rules that turn a single factor into a
// denial, one a factor. A rule that the later repayment of the nearest approvals
// bears out is none.
func watchFindings(env *audit.Env, ms, twins []*audit.Metric) []audit.Finding {
	var names []string
	by := map[string][]*audit.Metric{}
	for _, m := range ms {
		name := strings.TrimPrefix(m.Group, "factor=")
		if by[name] == nil {
			names = append(names, name)
		}
		by[name] = append(by[name], m)
	}
	slices.Sort(names)
	var out []audit.Finding
	for _, name := range names {
		f := watchFinding(env, name, by[name])
		borneOut := false // customers just below the threshold did go bad more often
		for _, m := range twins {
			if m.Group != "factor="+name {
				continue
			}
			f.Metrics = append(f.Metrics, m.ID())
			if m.Status == audit.Insufficient {
				continue
			}
			borneOut = m.Value*float64(m.NRef) > float64(m.KRef)
			f.What.En += fmt.Sprintf(" Of %s loans of customers who were approved one step below the threshold, %s were later %d days past due or more; of all loans %s.",
				audit.Thousands(m.N), audit.Percent(m.K, m.N), badDays, audit.Percent(m.KRef, m.NRef))
			f.What.Zh += fmt.Sprintf("仅差一步未达门槛而获批的客户，其%s笔贷款中此后逾期%d日及以上的占%s；全部贷款中占%s。",
				audit.Thousands(m.N), badDays, audit.Percent(m.K, m.N), audit.Percent(m.KRef, m.NRef))
		}
		if !borneOut {
			out = append(out, f)
		}
	}
	return out
}

func watchFinding(env *audit.Env, name string, ms []*audit.Metric) audit.Finding {
	zh, en := name, name
	if f, ok := env.Plan.Dictionary[name]; ok {
		zh, en = cmp.Or(f.Zh, name), cmp.Or(f.En, name)
	}
	code := cause.Family(env.Plan, name)
	f := audit.Finding{
		ID: audit.StableID(checkName, watchMetric, name), Check: checkName, Severity: audit.S4, Grade: audit.E1, Cause: code,
		Causes: []audit.Supported{{Code: code, Grade: audit.E1}}, Rules: []string{"R0.8"}, Substance: audit.Justified,
		Remedy: audit.T("Compare the later repayment of approved customers just below the threshold with that of others, and reconsider the rule, or refer such applications to a person.",
			"比较略低于门槛而获批客户此后的还款情况，重新考虑该规则，或将此类申请转人工。"),
	}
	var k, n int64
	var parts []string
	for _, m := range ms {
		k, n = k+m.K, n+m.N
		parts = append(parts, versionOf(m)+" "+audit.Thousands(m.K))
		f.Metrics = append(f.Metrics, m.ID())
	}
	f.Harm = k
	f.Title = audit.Text{
		En: fmt.Sprintf("Watch: %s would be approvals but for one factor, %s", audit.Plural(k, "denial"), en),
		Zh: fmt.Sprintf("观察：%s笔拒绝仅因一项因素（%s），否则复算为通过", audit.Thousands(k), zh),
	}
	f.What = audit.Text{
		En: fmt.Sprintf("Of %s denials that the policy gives, %s flip in the replay when this factor alone is at its best, on customers without arrears whose debt burden the policy accepts. The denials are right under the policy; whether the policy is too strict is a matter for its owner. By policy version: %s.",
			audit.Thousands(n), audit.Thousands(k), strings.Join(parts, ", ")),
		Zh: fmt.Sprintf("政策给出的%s笔拒绝中，有%s笔在仅将该因素设为最优时复算为通过，且客户没有逾期、负债水平也在政策限额之内。这些拒绝符合政策；政策是否过严由其负责人判断。按政策版本：%s。",
			audit.Thousands(n), audit.Thousands(k), strings.Join(parts, "、")),
	}
	return f
}
