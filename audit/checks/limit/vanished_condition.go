package limit

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// number is an amount that an expression of a policy states outright.
type number struct {
	minor int64
	ok    bool
}

type numberKey struct {
	policy int16
	expr   policy.Expr
}

// number returns the amount, in minor units, that an expression of a policy
// states: a number, or the name of a value that is one.
func (s *vanished) number(pol int16, e policy.Expr) (int64, bool) {
	if e == "" || pol < 0 {
		return 0, false
	}
	k := numberKey{pol, e}
	x, seen := s.numbers[k]
	if !seen {
		text := strings.TrimSpace(string(e))
		if v, named := s.policy(pol).Values[text]; named {
			text = strings.TrimSpace(string(v))
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			x = number{units(f, s.scale), true}
		}
		s.numbers[k] = x
	}
	return x.minor, x.ok
}

// promiseOf returns the published promise that a promise event belongs to: the
// one that its condition names, else the only one for the product, or, in an
// export without promise_condition, the only one of its amount.
func (s *vanished) promiseOf(pol int16, condition, product string, amount int64) (string, *policy.Promise) {
	p := s.policy(pol)
	if p == nil {
		return "", nil
	}
	if x, ok := p.Promises[condition]; ok {
		return condition, &x
	}
	var fits, same []string
	for _, name := range slices.Sorted(maps.Keys(p.Promises)) {
		x := p.Promises[name]
		if len(x.Products) > 0 && !slices.Contains(x.Products, product) {
			continue
		}
		fits = append(fits, name)
		if a, ok := s.number(pol, x.Amount); ok && a == amount {
			same = append(same, name)
		}
	}
	if len(fits) > 1 && !s.coded {
		fits = same
	}
	if len(fits) != 1 {
		return "", nil
	}
	x := p.Promises[fits[0]]
	return fits[0], &x
}

// conditions replays the conditions of an unmet promise as of its due date:
// under the version that it was made under, then under the one in force.
func (s *vanished) conditions(a *account, p *promise, v *verdict) {
	l := &s.ledger
	v.frozen = s.frozen(a, p)
	if s.engine == nil || p.policy < 0 {
		return
	}
	code := l.condition.text(a.batch, p.row)
	product := l.product.text(a.batch, p.row)
	now := s.env.Policies.Pick("", product, s.calendar.Start(p.due+1)-1)
	v.item("policy_when_promised", s.policy(p.policy).Version)
	if pol := s.policy(now); pol != nil {
		v.item("policy_on_due_date", pol.Version)
	}
	name := code
	if name == "" && p.spec != nil && p.spec.When != "" {
		name = p.name
	}
	v.judged, v.holds = true, expr.True
	if name == "" && p.spec == nil && !s.coded && s.conditional(p.policy) {
		v.holds = expr.Unknown // which of the published promises it was is not known
	}
	if name != "" {
		v.holds = s.holds(a, p, p.policy, name)
		v.item("condition", name)
		v.item("condition_under_"+s.policy(p.policy).Version, truthText(v.holds))
	}
	if until, ok := s.dayOf(p.spec); ok && p.due >= until {
		v.over = true
		v.item("campaign_end", audit.DateText(until))
	}
	if now < 0 || now == p.policy || v.holds != expr.True {
		return
	}
	s.superseded(a, p, v, now, name, product)
}

// conditional reports whether a published promise of a policy has conditions.
func (s *vanished) conditional(pol int16) bool {
	for _, x := range s.policy(pol).Promises {
		if x.When != "" {
			return true
		}
	}
	return false
}

// superseded looks whether the version in force on the due date ends a promise
// whose conditions hold as promised.
func (s *vanished) superseded(a *account, p *promise, v *verdict, now int16, name, product string) {
	later := s.policy(now)
	if p.spec != nil {
		x, ok := later.Promises[p.name]
		until, dated := s.dayOf(&x)
		least, stated := s.number(now, x.Amount)
		switch {
		case !ok || len(x.Products) > 0 && !slices.Contains(x.Products, product):
			v.ended = true
			v.item("ended_by", later.Version)
			return
		case dated && p.due >= until && !v.over:
			v.ended = true
			v.item("ended_by", later.Version)
			v.item("campaign_end", audit.DateText(until))
			return
		case stated && p.amount != none && least < p.amount && p.applied >= least:
			v.ended = true
			v.item("ended_by", later.Version)
			v.item("amount_under_"+later.Version, money(least, s.scale))
			return
		}
		if most, ok := s.number(now, x.Cap); ok && a.limitAt(p.stop-1) != none && a.limitAt(p.stop-1) >= most {
			if was, had := s.number(p.policy, p.spec.Cap); !had || most < was {
				v.ended = true
				v.item("ended_by", later.Version)
				v.item("cap_under_"+later.Version, money(most, s.scale))
				return
			}
		}
		if name == "" && x.When != "" {
			name = p.name
		}
	}
	if name == "" {
		return
	}
	t := s.holds(a, p, now, name)
	v.item("condition_under_"+later.Version, truthText(t))
	switch t {
	case expr.False:
		v.ended = true
		v.item("ended_by", later.Version)
	case expr.Unknown:
		v.holds = expr.Unknown
	}
}

// dayOf returns the first day on which a promise's campaign is over.
func (s *vanished) dayOf(p *policy.Promise) (int64, bool) {
	if p == nil || p.Until == "" {
		return 0, false
	}
	return parseDay(p.Until)
}

// holds evaluates a condition under a policy on the due date: at its start and
// at the end of the window. Where they differ, nobody can say.
func (s *vanished) holds(a *account, p *promise, pol int16, name string) expr.Truth {
	first := s.evaluate(a, p, pol, name, s.calendar.Start(p.due))
	if last := s.evaluate(a, p, pol, name, p.stop-1); last != first {
		return expr.Unknown
	}
	return first
}

func truthText(t expr.Truth) string {
	switch t {
	case expr.True:
		return "holds"
	case expr.False:
		return "does not hold"
	}
	return "not known"
}

// evaluate evaluates a condition over the promise's row as of a moment: with
// the limit, the features and the history of then.
func (s *vanished) evaluate(a *account, p *promise, pol int16, name string, at int64) expr.Truth {
	x := &s.scratch
	x.load(a.batch, p.row)
	l := &s.ledger
	for i := a.lo; i < a.hi && l.at.int(a.batch, i) <= at; i++ {
		x.carry(a.batch, i)
	}
	if r := s.timeline.Features; r.Batch != nil {
		for i := r.Lo; i < r.Hi && s.scratch.asOf.int(r.Batch, i) <= at; i++ {
			x.snapshot(r.Batch, i)
		}
	}
	limit := a.limitAt(at)
	x.put(l.before, limit)
	x.put(l.after, limit)
	x.put(l.at, at)
	if len(x.facts) > 0 {
		s.reader.Fill(s.past(), "limits", &x.batch, 0, 1, []int64{at}, x.facts, x.cols)
	}
	s.engine.Score(&x.batch)
	t := s.engine.Condition(&x.batch, []int16{pol}, name)
	if len(t) == 0 {
		return expr.Unknown
	}
	return t[0]
}

// scratch is a batch of one row of limits, to ask the policies about.
type scratch struct {
	batch         features.Batch
	carried       []int    // columns that later rows bring up to date
	pairs         [][2]int // snapshot column, limits column
	asOf, account column
	facts         []string
	cols          []int
}

func (x *scratch) prepare(env *audit.Env) {
	l := env.Layouts["limits"]
	x.batch = features.Batch{Table: "limits", N: 1, Cols: make([]features.Vector, len(l.Specs)), Period: []int32{-1}}
	x.asOf, x.account = columnOf(env, "features", "as_of"), columnOf(env, "limits", "account_id")
	for i, spec := range l.Specs {
		x.batch.Cols[i].Absent(spec.Kind, 1)
		if fact, ok := strings.CutPrefix(spec.Name, audit.HistoryColumn("")); ok {
			x.facts, x.cols = append(x.facts, fact), append(x.cols, i)
			continue
		}
		switch spec.Name {
		case "score", "model_version", "outstanding", "holds":
			x.carried = append(x.carried, i)
		}
		if strings.HasPrefix(spec.Name, audit.FeatureColumn("")) {
			x.carried = append(x.carried, i)
			if j := env.Layouts["features"].Index(spec.Name); j >= 0 {
				x.pairs = append(x.pairs, [2]int{j, i})
			}
		}
	}
}

// load makes the row a copy of row i of a batch of limits.
func (x *scratch) load(b *features.Batch, i int) {
	for c := range x.batch.Cols {
		to := &x.batch.Cols[c]
		to.Absent(to.Kind, 1)
		copyCell(to, &b.Cols[c], i)
	}
	if id := x.account.id(b, i); id != nil { // facts are of the account's, too
		v := &x.batch.Cols[x.account]
		v.Bytes, v.Valid, v.Present = append(v.Bytes[:0], id...), nil, true
		v.Offsets = append(v.Offsets[:0], 0, uint32(len(id)))
	}
}

// carry brings the row up to date with row i of limits.
func (x *scratch) carry(b *features.Batch, i int) {
	for _, c := range x.carried {
		copyCell(&x.batch.Cols[c], &b.Cols[c], i)
	}
}

// snapshot brings the row up to date with row i of features.
func (x *scratch) snapshot(b *features.Batch, i int) {
	for _, p := range x.pairs {
		copyCell(&x.batch.Cols[p[1]], &b.Cols[p[0]], i)
	}
}

// put sets an amount or instant of the row.
func (x *scratch) put(c column, n int64) {
	if c < 0 || n == none {
		return
	}
	v := &x.batch.Cols[c]
	v.Ints[0], v.Valid, v.Present = n, nil, true
}

// copyCell sets row 0 of v to row i of another column, unless that is null.
// Identifiers are left out: expressions can't read them.
func copyCell(v, from *features.Vector, i int) {
	switch {
	case from.Kind != v.Kind, v.Kind == features.Opaque, v.Kind == features.TextList:
	case v.Kind == features.Text:
		if i < len(from.Codes) && from.Codes[i] != features.Null {
			v.Codes[0], v.Present = v.Dict.CodeOf(from.Text(i)), true
		}
	case v.Kind == features.Float:
		if i < len(from.Floats) && !from.IsNull(i) {
			v.Floats[0], v.Present = from.Floats[i], true
		}
	case i < len(from.Ints) && !from.IsNull(i):
		v.Ints[0], v.Valid, v.Present = from.Ints[i], nil, true
	}
}

// frozen reports whether the account was frozen through the whole of the due
// date and grace.
func (s *vanished) frozen(a *account, p *promise) bool {
	l, frozen := &s.ledger, false
	for i := a.lo; i < a.hi && l.at.int(a.batch, i) < p.stop; i++ {
		switch l.kind.text(a.batch, i) {
		case "freeze":
			frozen = true
		case "unfreeze":
			frozen = false
		}
	}
	return frozen
}

// caps looks whether the limit was at a cap, as the policy in force on the due
// date states it.
func (s *vanished) caps(a *account, p *promise, v *verdict) {
	limit := a.limitAt(p.stop - 1)
	if limit == none || p.policy < 0 || v.ended {
		return
	}
	v.item("limit_at_the_end", money(limit, s.scale))
	reached := func(pol int16, e policy.Expr, code string) bool {
		most, ok := s.number(pol, e)
		if !ok || limit < most {
			return false
		}
		v.capped = code
		v.item("cap", money(most, s.scale))
		return true
	}
	if p.spec != nil && reached(p.policy, p.spec.Cap, cause.ProductCap) {
		return
	}
	if pol := s.policy(p.policy); pol.Limit != nil {
		for _, t := range pol.Limit.Terms {
			if t.For != "" {
				continue
			}
			if t.Kind == "regulatory" && reached(p.policy, t.Value, cause.RegulatoryCap) || t.Kind == "product" && reached(p.policy, t.Value, cause.ProductCap) {
				return
			}
		}
	}
}

// parseDay reads a day, or the day of an instant, as days since 1970-01-01.
func parseDay(s string) (int64, bool) {
	t, err := time.Parse(time.DateOnly, s[:min(len(s), len(time.DateOnly))])
	return t.Unix() / (24 * 3600), err == nil
}
