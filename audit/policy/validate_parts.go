package policy

import (
	"fmt"
	"maps"
	"slices"
)

func (v *validator) rules(p *Policy) {
	seen := map[string]bool{}
	for i := range p.Rules {
		r, path := &p.Rules[i], fmt.Sprintf("rules.%d.", i+1)
		v.id(seen, path+"id", r.ID)
		switch {
		case r.When == "" && r.Cutoff == nil:
			v.wrong(path+"when", "the rule has neither a condition nor a cut-off; give when: or cutoff:")
		case r.When != "" && r.Cutoff != nil:
			v.wrong(path+"when", "the rule has a condition and a cut-off; make two rules of it")
		}
		if p.Order == "worst" && r.Then == "approve" {
			v.wrong(path+"then", "with order: worst no rule approves, for a later one could deny; use for: to leave applications out")
		}
		if c := r.Cutoff; c != nil {
			v.cutoff(path+"cutoff.", r, c)
		}
		v.codes(path+"reasons", r.Reasons)
	}
}

func (v *validator) cutoff(path string, r *Rule, c *Cutoff) {
	if c.Approve == "" {
		v.wrong(path+"approve", "approve is missing; give the score from which on an application passes")
	}
	if r.Then == "approve" {
		v.wrong(path[:len(path)-len("cutoff.")]+"then", "a cut-off passes what reaches it to the next rule; write then: deny or refer, or a condition instead")
	}
	if c.ReferTie != "" && c.Refer == "" {
		v.wrong(path+"refer_tie", "there is no refer cut-off that it could speak of; remove it")
	}
	a, okA := decimal(c.Approve)
	f, okF := decimal(c.Refer)
	if !okA || !okF {
		return
	}
	if x := a.Cmp(f); c.Better != "lower" && x < 0 || c.Better == "lower" && x > 0 {
		v.wrong(path+"refer", "the refer cut-off %s is better than the approve cut-off %s; swap them", c.Refer, c.Approve)
	}
}

// id checks that a name is there, and unique.
func (v *validator) id(seen map[string]bool, path, id string) {
	switch {
	case id == "":
		v.wrong(path, "id is missing; give a name that the report can use")
	case seen[id]:
		v.wrong(path, "the name %q is taken; give each its own", id)
	}
	seen[id] = true
}

// codes checks a list of reason codes.
func (v *validator) codes(path string, codes []string) {
	for i, c := range codes {
		if c == "" || slices.Contains(codes[:i], c) {
			v.wrong(path, "reason code %q is empty or listed twice; list each once", c)
		}
	}
}

func (v *validator) cooling(p *Policy) {
	seen := map[string]bool{}
	for i := range p.Rules {
		seen[p.Rules[i].ID] = true
	}
	for i := range p.Cooling {
		c, path := &p.Cooling[i], fmt.Sprintf("cooling_off.%d.", i+1)
		v.id(seen, path+"id", c.ID)
		if c.After == "" {
			v.wrong(path+"after", "after is missing; say what starts the time: payoff, denial, approval, increase or decrease")
		}
		if c.Days <= 0 {
			v.wrong(path+"days", "%d days are no time; give the days it lasts", c.Days)
		}
		v.codes(path+"reasons", c.Reasons)
	}
}

func (v *validator) limit(l *Limit) {
	if l == nil {
		return
	}
	seen := map[string]bool{}
	for i := range l.Terms {
		t, path := &l.Terms[i], fmt.Sprintf("limit.min_of.%d.", i+1)
		v.id(seen, path+"id", t.ID)
		switch {
		case t.Value == "" && t.Matrix == nil:
			v.wrong(path+"value", "the term has neither a value nor a matrix; give one")
		case t.Value != "" && t.Matrix != nil:
			v.wrong(path+"value", "the term has a value and a matrix; make two terms of it")
		}
		if t.Matrix != nil {
			v.matrix(path+"matrix.", t.Matrix)
		}
		v.codes(path+"reasons", t.Reasons)
	}
	v.ascending("limit.amounts", l.Amounts)
	if l.Step != "" && l.Amounts != nil {
		v.wrong("limit.step", "there are a step and a list of amounts; keep one")
	}
	if l.Amounts != nil && l.Round != "" && l.Round != "down" {
		v.wrong("limit.round", "amounts are taken downwards; remove round:")
	}
	if x, ok := decimal(l.Step); ok && x.Sign() <= 0 {
		v.wrong("limit.step", "a step of %s leads nowhere; give the amount that limits are multiples of", l.Step)
	}
	if len(l.Terms) == 0 && l.Requested == "ignore" {
		v.wrong("limit.min_of", "nothing bounds the limit; give terms, or remove requested: ignore")
	}
	if l.Below == "minimum" && l.Minimum == "" {
		v.wrong("limit.below", "there is no minimum to grant; give minimum:")
	}
	v.codes("limit.below_reasons", l.Reasons)
	v.codes("limit.lower_reasons", l.Lower)
}

// ascending checks a list of amounts, as far as they are plain numbers.
func (v *validator) ascending(path string, xs []Expr) {
	for i := 1; i < len(xs); i++ {
		a, okA := decimal(xs[i-1])
		b, okB := decimal(xs[i])
		if okA && okB && a.Cmp(b) >= 0 {
			v.wrong(fmt.Sprintf("%s.%d", path, i+1), "%s is not more than %s before it; list the amounts in ascending order", xs[i], xs[i-1])
		}
	}
}

func (v *validator) matrix(path string, m *Matrix) {
	rows, columns := v.axis(path+"rows.", &m.Rows), 1
	if m.Columns != nil {
		columns = v.axis(path+"columns.", m.Columns)
	}
	if len(m.Cells) != rows {
		v.wrong(path+"cells", "there are %d rows of cells for %d bands; give a list for each band, lowest first", len(m.Cells), rows)
	}
	for i, row := range m.Cells {
		if len(row) != columns {
			v.wrong(fmt.Sprintf("%scells.%d", path, i+1), "there are %d cells for %d bands; give an amount for each", len(row), columns)
		}
	}
}

// axis returns the number of bands.
func (v *validator) axis(path string, a *Axis) int {
	bands := len(a.Cuts) + 1
	if len(a.Values) > 0 {
		bands = len(a.Values)
		if len(a.Cuts) > 0 || a.Closed != "" {
			v.wrong(path+"values", "there are values, and cuts or closed:; keep one kind of band")
		}
		if a.Of == "" {
			v.wrong(path+"of", "of is missing; name the column that holds the texts")
		}
		for i, x := range a.Values {
			if slices.Contains(a.Values[:i], x) {
				v.wrong(path+"values", "%q is listed twice; list each once", x)
			}
		}
	} else if len(a.Cuts) == 0 {
		v.wrong(path+"cuts", "there are no cut points; give some, or values:")
	}
	for i := 1; i < len(a.Cuts); i++ {
		if a.Cuts[i] <= a.Cuts[i-1] {
			v.wrong(path+"cuts", "%v is not more than %v before it; list the cut points in ascending order", a.Cuts[i], a.Cuts[i-1])
		}
	}
	if a.Missing != nil && (*a.Missing < 0 || *a.Missing >= bands) {
		v.wrong(path+"missing", "there is no band %d; the bands are 0 to %d", *a.Missing, bands-1)
	}
	return bands
}

func (v *validator) ladder(p *Policy) {
	l := p.Ladder
	if l == nil {
		return
	}
	v.days("ladder.cycle_days", l.CycleDays)
	v.days("ladder.window_days", l.Window)
	v.days("ladder.tenure_months", l.Tenure)
	v.ascending("ladder.steps", l.Steps)
	if l.Climb != "" && len(l.Steps) == 0 {
		v.wrong("ladder.climb", "there are no steps to climb; give steps:, or remove it")
	}
	if x, ok := decimal(l.Factor); ok && x.Cmp(one) <= 0 {
		v.wrong("ladder.factor", "%s times the present limit is no increase; give a factor above 1", l.Factor)
	}
	if x, ok := decimal(l.MinShare); ok && x.Sign() < 0 {
		v.wrong("ladder.min_increase_share", "%s is less than nothing; give a share, e.g. 0.05", l.MinShare)
	}
	if len(l.Steps) == 0 && l.Factor == "" && l.Add == "" && (p.Limit == nil || len(p.Limit.Terms) == 0) {
		v.wrong("ladder", "nothing says how high a review may go; give steps:, factor:, add: or the policy's limit:")
	}
}

func (v *validator) days(path string, n int) {
	if n < 0 {
		v.wrong(path, "%d is less than none; leave it out", n)
	}
}

func (v *validator) promises(p *Policy) {
	for _, k := range slices.Sorted(maps.Keys(p.Promises)) {
		x, path := p.Promises[k], "promises."+k+"."
		v.days(path+"every_days", x.Cadence)
		v.window(path+"from", x.From, path+"until", x.Until)
		if _, twice := p.Conditions[k]; twice && x.When != "" {
			v.wrong("conditions."+k, "the promise %s has conditions of its own; keep one", k)
		}
	}
}

func (v *validator) others(p *Policy) {
	if n := p.NewUser; n != nil {
		if (n.When == "") == (n.Months <= 0) {
			v.wrong("new_user.months", "it does not say who is new; give months: above 0, or when:, not both")
		}
		v.codes("new_user.reasons", n.Reasons)
	}
	seen := map[string]bool{}
	for i := range p.Quotas {
		q, path := &p.Quotas[i], fmt.Sprintf("quotas.%d.", i+1)
		v.id(seen, path+"id", q.ID)
		v.codes(path+"codes", q.Codes)
		v.days(path+"max_days", q.MaxDays)
		if len(q.Codes) == 0 {
			v.wrong(path+"codes", "codes are missing; list the reason or error codes that declare the quota")
		}
		if q.Kind == "" {
			v.wrong(path+"kind", "kind is missing; say whose quota it is: partner, regulatory, product, risk or review")
		}
	}
	for _, e := range slices.Sorted(maps.Keys(p.Arms)) {
		if len(p.Arms[e].Arms) == 0 {
			v.wrong("experiments."+e+".arms", "the experiment has no arms; list them")
		}
	}
	t := &p.Terms
	v.days("terms.grace_days", t.GraceDays)
	v.days("terms.promise_grace_days", t.PromiseGrace)
	v.days("terms.notice_days", t.NoticeDays)
	v.days("terms.appeal_days", t.AppealDays)
	v.days("terms.review_days", t.ReviewDays)
	v.days("terms.decrease_notice_days", t.DecreaseLead)
}
