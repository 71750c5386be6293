package dossier

import (
	"cmp"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/recourse"
	"evenhand/features"
)

// replay says what the policy in force makes of a row, step by step, and, when
// that is adverse, what would change it. one is a batch of the row.
func (b *builder) replay(table string, one *features.Batch, d *Decision) {
	evaluation := table == "limits"
	if evaluation && b.text(table, one, "kind", 0) != "evaluate" {
		return
	}
	r := one.Replay
	if b.env.Policies == nil || r == nil {
		d.Why = audit.T("The plan names no policy: the outcome can't be replayed.", "方案未列出政策：无法复算结果。")
		return
	}
	if r.Policy[0] < 0 {
		version := b.text(table, one, "policy_version", 0)
		d.Why = audit.Tf("The plan has no policy %[1]s for this product: the outcome can't be replayed.", "方案中没有适用于该产品的政策 %[1]s：无法复算结果。", version)
		if version == "" {
			d.Why = audit.T("No policy of the plan can be told to be the one that decided: the outcome can't be replayed.", "无法确定由方案中的哪一版政策作出：无法复算结果。")
		}
		return
	}
	p := &b.env.Policies.Policies[r.Policy[0]]
	steps, _ := b.engines[table].Explain(one, r.Policy[0], 0)
	d.Policy = p.Label()
	d.Rule, d.Edge, d.Limit = p.RuleName(int(r.Rule[0])), r.Edge[0], r.Limit[0]
	d.Path = path(p, steps, evaluation || d.Limit >= 0)
	if d.Limit >= 0 {
		d.Bound = p.TermName(int(r.Bound[0]))
	}
	if evaluation {
		d.Now = b.present(one)
		d.Next = next(p, steps, d.Now)
	}
	if r.Outcome[0] == features.Undecided {
		d.Rule, d.Why = "", b.undecided(one, steps)
		return
	}
	if !evaluation {
		d.Replayed = features.Outcomes[r.Outcome[0]]
	}
	if b.model(one) == nil && slices.ContainsFunc(d.Path, readsScore) {
		d.Why = audit.T("No model of the plan scored the row: the replay takes the recorded score, and can't tell what would change it.",
			"方案中没有模型能为该行评分：复算采用记录的评分，无法说明怎样会改变结果。")
		return
	}
	b.recourse(table, one, d)
}

func readsScore(r Rule) bool {
	return r.Decides && slices.ContainsFunc(r.Reads, func(v policy.Value) bool { return v.Name == "score" })
}

// present is the limit before an evaluation, as the policies' replay sees it.
func (b *builder) present(one *features.Batch) int64 {
	if v, ok := b.number("limits", one, "limit_before", 0); ok {
		return v
	}
	c := b.env.Layouts["limits"].Index(audit.HistoryColumn("limit"))
	if c < 0 || one.Cols[c].Unread() || one.Cols[c].IsNull(0) {
		return -1
	}
	return int64(one.Cols[c].Floats[0]*float64(b.env.Plan.MoneyScale()) + 0.5)
}

// next is the ladder's next step above the present limit, -1 for none.
func next(p *policy.Policy, steps []policy.Step, now int64) int64 {
	for _, s := range steps {
		if s.Kind == "growth" && p.TermKind(int(s.Index)) == "step" && s.Amount > now && now >= 0 {
			return s.Amount
		}
	}
	return -1
}

// undecided says what a replay lacks.
func (b *builder) undecided(one *features.Batch, steps []policy.Step) audit.Text {
	var names []string
	for _, s := range steps {
		if s.Says != "missing" {
			continue
		}
		for _, v := range s.Reads {
			if v.Missing && !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		return audit.Tf("The outcome can't be replayed: the policy needs %[1]s, and the row has no value.", "无法复算结果：政策需要 %[1]s，而该行没有取值。", strings.Join(names, ", "))
	}
	if b.model(one) == nil {
		return audit.T("The outcome can't be replayed: no model of the plan scored the row.", "无法复算结果：方案中没有模型能为该行评分。")
	}
	return audit.T("The outcome can't be replayed: the policy leaves it open.", "无法复算结果：政策未作规定。")
}

// searchRows is how many replays one dossier may take: it is one row, and worth
// more than a row of an audit.
const searchRows = 20000

// recourse looks for the smallest change that a replay accepts, where a
// decision is adverse by replay or a limit stays.
func (b *builder) recourse(table string, one *features.Batch, d *Decision) {
	var now []int64
	switch {
	case table == "limits" && d.Now >= 0 && d.Limit >= 0 && d.Limit <= d.Now:
		now = []int64{d.Now}
	case table == "decisions" && (d.Replayed == "denied" || d.Replayed == "referred"):
	default:
		return
	}
	if b.searchers[table] == nil {
		b.searchers[table] = recourse.New(b.engines[table], b.env, table, recourse.Limits{Rows: searchRows})
	}
	b.searchers[table].Search(one, []int32{0}, now, func(_ int, r *recourse.Result) {
		if r.Status == recourse.Exempt {
			return // what need not be explained is not a matter of advice
		}
		d.Searched, d.Recourse, d.Proved, d.Days = true, r.Status, r.Proved, r.Days
		d.Changes = slices.Clone(r.Changes)
	})
}

// path are the steps with what the policy writes of them. What bounds a limit
// is left out where the replay grants none, unless it is what decided.
func path(p *policy.Policy, steps []policy.Step, limited bool) []Rule {
	var out []Rule
	for _, s := range steps {
		r := Rule{Step: s, Condition: condition(p, &s)}
		switch s.Kind {
		case "term", "growth":
			if !limited && !s.Decides {
				continue
			}
			r.Stage = p.TermKind(int(s.Index))
		default:
			r.Stage = p.RuleStage(int(s.Index))
		}
		out = append(out, r)
	}
	return out
}

// condition is what a step looks at, in the policy's own words.
func condition(p *policy.Policy, s *policy.Step) string {
	i := int(s.Index)
	text := func(x policy.Expr) string { return strings.Join(strings.Fields(string(x)), " ") }
	scoped := func(scope, x policy.Expr) string {
		if scope == "" {
			return text(x)
		}
		return text(scope) + ": " + text(x)
	}
	switch s.Kind {
	case "rule", "cutoff":
		r := &p.Rules[i]
		if c := r.Cutoff; c != nil {
			than := " >= "
			if c.Better == "lower" {
				than = " <= "
			}
			return scoped(r.For, cmp.Or(c.Of, "score")+policy.Expr(than)+c.Approve)
		}
		return scoped(r.For, r.When)
	case "cooling_off":
		c := &p.Cooling[i-len(p.Rules)]
		return scoped(c.For, policy.Expr("history.days_since_"+c.After+" <= "+itoa(c.Days)))
	case "term":
		t := p.Term(i)
		if m := t.Matrix; m != nil {
			of := "matrix of " + string(cmp.Or(m.Rows.Of, "score"))
			if m.Columns != nil {
				of += " and " + string(cmp.Or(m.Columns.Of, "score"))
			}
			return scoped(t.For, policy.Expr(of))
		}
		return scoped(t.For, t.Value)
	}
	l := p.Ladder
	if l == nil {
		return ""
	}
	switch p.TermKind(i) {
	case "scope":
		return text(l.For)
	case "conditions":
		return text(l.When)
	case "tenure":
		return "history.months_on_book >= " + itoa(l.Tenure)
	case "factor":
		return "limit * " + text(l.Factor)
	case "add":
		return "limit + " + text(l.Add)
	}
	return ""
}
