package drift

import (
	"cmp"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// The mixes, in the order of their encoding. Reasons are those of denials.
const (
	mixOutcome = iota
	mixDecider
	mixChannel
	mixPartner
	mixProduct
	mixReason
	mixMentions
	mixTechnical // "yes" or "no"
	mixes
)

// mixKeys name the mixes in metrics and baselines; mixColumns are what they are
// read of.
var (
	mixKeys    = [mixes]string{"outcome", "decider", "channel", "partner", "product", "reason", "all_reasons", "technical"}
	mixColumns = [mixes]string{"outcome", "decider", "channel", "partner", "product", "reasons", "reasons", "outcome"}
)

// mix is mixdrift's statistic: the counts of each mix by slot.
type mix struct {
	env     *audit.Env
	set     *MixSettings
	periods *audit.Periods
	own     bool

	at, app, test, status, code int
	cols                        [mixes]int

	rows, tested, prescreens, undated int64
	first, last                       int64
	models, policies                  rows.Names
	slots                             []slot
	tallies                           [mixes]tally

	// Scratch.
	keys     []int32 // slot of each row, -1: left out
	of       []int32 // slot of each row that is denied
	modelCol int
	polCol   int
	screen   rows.Codes[bool]
	denied   rows.Codes[bool]
	failed   rows.Codes[bool]
	pairs    [2]rows.Codes[bool]
}

// slot is a period and the versions that decided.
type slot struct {
	period        int32
	model, policy int32
	rows          int64
}

func newMix(env *audit.Env, set *MixSettings, periods *audit.Periods) *mix {
	s := &mix{env: env, set: set, periods: periods, own: periods != env.Periods,
		at: env.Col(table, "decided_at"), app: env.Col(table, "application_type"), test: env.Col(table, "is_test"),
		status: env.Col(table, "engine_status"), code: env.Col(table, "error_code"),
		modelCol: env.Col(table, "model_version"), polCol: env.Col(table, "policy_version")}
	for i, c := range mixColumns {
		s.cols[i] = env.Col(table, c)
	}
	return s
}

// has tells whether the export has what a mix is read of.
func (s *mix) has(i int) bool { return s.env.Layouts[table].Exported(mixColumns[i]) }

// slotOf returns the number of a slot.
func (s *mix) slotOf(k slot) int32 {
	for i := len(s.slots) - 1; i >= 0; i-- {
		if x := &s.slots[i]; x.period == k.period && x.model == k.model && x.policy == k.policy {
			return int32(i)
		}
	}
	s.slots = append(s.slots, k)
	return int32(len(s.slots) - 1)
}

func (s *mix) Update(b *features.Batch) {
	s.rows += int64(b.N)
	if cap(s.keys) < b.N {
		s.keys, s.of = make([]int32, b.N), make([]int32, b.N)
	}
	s.keys, s.of = s.keys[:b.N], s.of[:b.N]
	s.setSlots(b)
	outcome := &b.Cols[s.cols[mixOutcome]]
	denied := s.denied.Of(outcome, func(v string) bool { return v == "denied" })
	for i, k := range s.keys {
		s.of[i] = -1
		if c := outcome.Codes[i]; k >= 0 && c != features.Null && denied[c] {
			s.of[i] = k
		}
	}
	for m := mixOutcome; m <= mixProduct; m++ {
		if v := &b.Cols[s.cols[m]]; v.Present {
			s.count(m, v, s.keys)
		}
	}
	if v := &b.Cols[s.cols[mixReason]]; v.Present {
		s.countReasons(v)
	}
	s.countTechnical(b)
}

// count counts a text column by slot.
func (s *mix) count(m int, v *features.Vector, keys []int32) {
	s.tallies[m].add(v, keys, len(s.slots))
}

// countReasons counts the first reason of each denial, and all of them.
func (s *mix) countReasons(v *features.Vector) {
	first, all := &s.tallies[mixReason], &s.tallies[mixMentions]
	a, b := first.names.Of(v), all.names.Of(v)
	first.grow(len(s.slots))
	all.grow(len(s.slots))
	for i, k := range s.of {
		if k < 0 {
			continue
		}
		lo, hi := v.Offsets[i], v.Offsets[i+1]
		if lo == hi {
			first.n[k][a[0]]++
			all.n[k][b[0]]++
			continue
		}
		first.n[k][a[v.Codes[lo]+1]]++
		for _, c := range v.Codes[lo:hi] {
			all.n[k][b[c+1]]++
		}
	}
}

// countTechnical counts the decisions with a technical error.
func (s *mix) countTechnical(b *features.Batch) {
	t := &s.tallies[mixTechnical]
	no, yes := t.names.ID("no"), t.names.ID("yes")
	t.grow(len(s.slots))
	outcome, status, code := &b.Cols[s.cols[mixTechnical]], &b.Cols[s.status], &b.Cols[s.code]
	failed := s.failed.Of(outcome, func(v string) bool { return v == "error" })
	byStatus := s.pairs[0].Of(status, func(v string) bool { return cause.Technical(s.env.Plan, v, "") == "technical" })
	byCode := s.pairs[1].Of(code, func(v string) bool { return cause.Technical(s.env.Plan, "", v) == "technical" })
	for i, k := range s.keys {
		if k < 0 {
			continue
		}
		is := no
		if c := outcome.Codes[i]; c != features.Null && failed[c] {
			is = yes
		}
		if c := status.Codes[i]; c != features.Null && byStatus[c] {
			is = yes
		}
		if c := code.Codes[i]; c != features.Null && byCode[c] {
			is = yes
		}
		t.n[k][is]++
	}
}

// setSlots makes keys the slot of each row, -1 for rows left out.
func (s *mix) setSlots(b *features.Batch) {
	at, app, test := &b.Cols[s.at], &b.Cols[s.app], &b.Cols[s.test]
	screen := s.screen.Of(app, func(v string) bool { return v == "prescreen" })
	models, policies := s.models.Of(&b.Cols[s.modelCol]), s.policies.Of(&b.Cols[s.polCol])
	mc, pc := b.Cols[s.modelCol].Codes, b.Cols[s.polCol].Codes
	var last slot
	lastKey := int32(-1)
	for i := range b.N {
		s.keys[i] = -1
		period := int32(-1)
		switch {
		case !s.own:
			period = b.Period[i]
		case at.Valid == nil || at.Valid[i]:
			period = s.periods.Of(at.Ints[i])
		}
		switch {
		case test.Ints[i] != 0:
			s.tested++
			continue
		case app.Codes[i] != features.Null && screen[app.Codes[i]]:
			s.prescreens++
			continue
		case period < 0:
			s.undated++
			continue
		}
		k := slot{period: period, model: models[mc[i]+1], policy: policies[pc[i]+1]}
		if lastKey < 0 || k != last {
			last, lastKey = k, s.slotOf(k)
		}
		s.keys[i] = lastKey
		s.slots[lastKey].rows++
		if t := at.Ints[i]; s.first == 0 || t < s.first {
			s.first = t
		}
		s.last = max(s.last, at.Ints[i])
	}
}

func (s *mix) Merge(other audit.State) {
	o := other.(*mix)
	s.rows, s.tested, s.prescreens, s.undated = s.rows+o.rows, s.tested+o.tested, s.prescreens+o.prescreens, s.undated+o.undated
	if o.first != 0 && (s.first == 0 || o.first < s.first) {
		s.first = o.first
	}
	s.last = max(s.last, o.last)
	models, policies := s.models.Merge(&o.models), s.policies.Merge(&o.policies)
	to := make([]int32, len(o.slots))
	for i, x := range o.slots {
		to[i] = s.slotOf(slot{period: x.period, model: models[x.model], policy: policies[x.policy]})
		s.slots[to[i]].rows += x.rows
	}
	for m := range s.tallies {
		s.tallies[m].merge(&o.tallies[m], to, len(s.slots))
	}
}

// inOrder are the slots by period and versions.
func (s *mix) inOrder() []int {
	out := make([]int, len(s.slots))
	for i := range out {
		out[i] = i
	}
	slices.SortFunc(out, func(i, j int) int {
		a, b := s.slots[i], s.slots[j]
		return cmp.Or(cmp.Compare(a.period, b.period), strings.Compare(s.models.Value(a.model), s.models.Value(b.model)),
			strings.Compare(s.policies.Value(a.policy), s.policies.Value(b.policy)))
	})
	return out
}

// sum adds the counts of a mix over the slots that want tells.
func (s *mix) sum(m int, want func(slot) bool) (c rows.Counts) {
	t := &s.tallies[m]
	for _, i := range s.inOrder() {
		if i >= len(t.n) || !want(s.slots[i]) {
			continue
		}
		for id, n := range t.n[i] {
			if n != 0 {
				c.AddN(t.names.Value(int32(id)), n)
			}
		}
	}
	return c
}

const mixTag = 'x'

// MarshalBinary implements audit.State.
func (s *mix) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(mixTag)
	e.Ints([]int64{s.rows, s.tested, s.prescreens, s.undated, s.first, s.last})
	e.Count(len(s.slots))
	for _, i := range s.inOrder() {
		x := s.slots[i]
		e.Count(int(x.period))
		e.String(s.models.Value(x.model))
		e.String(s.policies.Value(x.policy))
		e.Varint(x.rows)
		for m := range s.tallies {
			c := s.sum(m, func(y slot) bool { return y.period == x.period && y.model == x.model && y.policy == x.policy })
			c.Encode(e)
		}
	}
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State. s must be new, of the same plan.
func (s *mix) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(mixTag)
	if n := d.Ints(); len(n) == 6 {
		s.rows, s.tested, s.prescreens, s.undated, s.first, s.last = n[0], n[1], n[2], n[3], n[4], n[5]
	} else {
		d.Fail("%d counts instead of 6", len(n))
	}
	for n := d.Count(4); n > 0 && d.Err() == nil; n-- {
		p := period(d, 0)
		before := len(s.slots)
		k := s.slotOf(slot{period: p, model: s.models.ID(d.String()), policy: s.policies.ID(d.String())})
		if p < 0 || int(k) != before {
			d.Fail("a slot is there twice")
			break
		}
		s.slots[k].rows = d.Varint()
		for m := range s.tallies {
			s.tallies[m].decode(d, k)
		}
	}
	return d.Finish()
}
