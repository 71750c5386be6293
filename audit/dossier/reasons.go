package dossier

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"evenhand/audit"
	"evenhand/features"
)

// principal is how many reasons a score gives: the most that help anybody
// (12 CFR 1002 Supp. I, 9(b)(2)-1).
const principal = 4

func itoa(n int) string { return strconv.Itoa(n) }

// reasons are the codes recorded, those given to the customer, and those that
// the replay gives.
func (b *builder) reasons(table string, one *features.Batch, d *Decision) []Reason {
	var out []Reason
	of := func(code string) *Reason {
		for i := range out {
			if out[i].Code == code {
				return &out[i]
			}
		}
		x := b.catalogued(code)
		out = append(out, Reason{Code: code, Text: audit.T(cmp.Or(x.En, x.Zh), cmp.Or(x.Zh, x.En)), Generic: x.Generic})
		return &out[len(out)-1]
	}
	_, told := b.number(table, one, "notice_at", 0)
	if table == "limits" {
		if code := b.text(table, one, "reason", 0); code != "" {
			of(code).Recorded = true
		}
		if code := b.text(table, one, "on_screen_reason", 0); code != "" {
			of(code).Given = true
		}
	} else {
		shown, listed := b.codes(one, "reasons_shown")
		recorded, _ := b.codes(one, "reasons")
		for _, code := range recorded {
			r := of(code)
			r.Recorded, r.Given = true, told && !listed
		}
		for _, code := range shown {
			of(code).Given = true
		}
	}
	for _, code := range b.replayedReasons(one, d) {
		of(code).Recompute = true
	}
	return out
}

// catalogued is the entry of a code in the plan's catalogue, or else the first
// entry that stands for a rule or term of that name: evaluations of limits tend
// to record those.
func (b *builder) catalogued(code string) audit.Reason {
	if x, ok := b.env.Plan.Reasons[code]; ok {
		return x
	}
	for _, c := range slices.Sorted(maps.Keys(b.env.Plan.Reasons)) {
		if x := b.env.Plan.Reasons[c]; x.Rule == code {
			return x
		}
	}
	return audit.Reason{}
}

// codes are those of a list of a decision; ok says that the export has the
// column.
func (b *builder) codes(one *features.Batch, column string) (out []string, ok bool) {
	c := b.env.Layouts["decisions"].Index(column)
	if c < 0 || one.Cols[c].Unread() || !one.Cols[c].Present {
		return nil, false
	}
	v := &one.Cols[c]
	for _, k := range v.List(0) {
		if k != features.Null {
			out = append(out, v.Dict.Value(k))
		}
	}
	return out, true
}

// replayedReasons are the codes that stand for an adverse outcome of the
// replay: those of the rule or term that decided, or, for a score, those whose
// features lost most of it.
func (b *builder) replayedReasons(one *features.Batch, d *Decision) []string {
	r := one.Replay
	if r == nil || r.Policy[0] < 0 || r.Outcome[0] == features.Undecided {
		return nil
	}
	p := &b.env.Policies.Policies[r.Policy[0]]
	if d.Table == "limits" {
		return p.TermReasons(int(r.Bound[0]))
	}
	rule := int(r.Rule[0])
	switch codes := p.RuleReasons(rule); {
	case d.Replayed == "approved_lower" && rule < 0:
		return p.TermReasons(int(r.Bound[0]))
	case d.Replayed == "approved":
		return nil
	case len(codes) > 0:
		return codes
	case p.RuleStage(rule) == "score":
		return b.scoreReasons(d.Inputs)
	}
	var out []string
	for _, code := range slices.Sorted(maps.Keys(b.env.Plan.Reasons)) {
		if b.env.Plan.Reasons[code].Rule == p.RuleName(rule) {
			out = append(out, code)
		}
	}
	return out
}

// scoreReasons are the specific codes whose features lost most of the score,
// the largest loss first.
func (b *builder) scoreReasons(inputs []Input) []string {
	type reason struct {
		code string
		lost float64
	}
	var found []reason
	for _, code := range slices.Sorted(maps.Keys(b.env.Plan.Reasons)) {
		x := b.env.Plan.Reasons[code]
		if x.Generic || x.Rule != "" {
			continue
		}
		most := 0.0
		for _, in := range inputs {
			if in.Lost > most && slices.Contains(x.Features, in.Feature) {
				most = in.Lost
			}
		}
		if most > 0 {
			found = append(found, reason{code, most})
		}
	}
	slices.SortStableFunc(found, func(x, y reason) int { return -cmp.Compare(x.lost, y.lost) })
	var out []string
	for _, x := range found[:min(len(found), principal)] {
		out = append(out, x.code)
	}
	return out
}
