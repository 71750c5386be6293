package scenario

import (
	"fmt"
	"strconv"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/features"
)

// limits is the table of the reviews that a ladder is about.
const limits = "limits"

// ladderNeed is what scenarios of the ladder read.
var ladderNeed = audit.TableNeed{
	Table: limits, IfPresent: true, Required: []string{"at"},
	Optional: []audit.Want{{Column: "kind"}, {Column: "limit_before"}, {Column: "product"}, {Column: "model_version"}, {Column: "policy_version"}, {Column: "score"}},
	Features: true,
}

// steps are the factors of the growth that a ladder allows; the first is today's.
var steps = [...]float64{1, 0.8, 0.9, 1.1, 1.2}

// ladder replays reviews of limits under other factors.
type ladder struct {
	world        *world
	kind, before int
	at           int
	programs     [len(steps)]*policy.Program
	out          features.Replay
	is           rows.Codes[bool]

	reviews int64
	raised  [len(steps)]int64
	added   [len(steps)]int64 // minor units
}

// newLadder returns nil where the export has no reviews, or no policy a ladder.
func newLadder(w *world) *ladder {
	l := w.env.Layouts[limits]
	if l == nil || w.open == nil || !l.Exported("kind") || !l.Exported("limit_before") {
		return nil
	}
	for i := range w.env.Policies.Policies {
		if w.env.Policies.Policies[i].Ladder != nil {
			return &ladder{world: w, kind: l.Index("kind"), before: l.Index("limit_before"), at: l.Index("at")}
		}
	}
	return nil
}

// climb scales the growth that a ladder allows.
func (e *edit) climb(p *policy.Policy) {
	if p.Ladder == nil || e.growth == 0 || e.growth == 1 {
		return
	}
	g, by := *p.Ladder, policy.Expr(strconv.FormatFloat(e.growth, 'f', -1, 64))
	if g.Factor != "" {
		g.Factor = times(g.Factor, by)
	}
	if g.Add != "" {
		g.Add = times(g.Add, by)
	}
	p.Ladder = &g
}

// Update replays the reviews of a batch of limits.
func (l *ladder) Update(b *features.Batch) {
	kinds, before, at := &b.Cols[l.kind], &b.Cols[l.before], &b.Cols[l.at]
	is := l.is.Of(kinds, func(s string) bool { return s == "evaluate" })
	to := l.world.env.Plan.AsOfMicros()
	judged := func(i int) bool {
		c := kinds.Codes[i]
		return c != features.Null && is[c] && b.Replay != nil && b.Replay.Policy[i] >= 0 && b.Replay.Outcome[i] != features.Undecided && !b.Replay.Edge[i] &&
			!before.IsNull(i) && !at.IsNull(i) && at.Ints[i] >= l.world.from && at.Ints[i] <= to
	}
	some := false
	for i := range b.N {
		if judged(i) {
			l.reviews++
			some = true
		}
	}
	if !some {
		return
	}
	for k, by := range steps {
		out := b.Replay
		if k > 0 {
			if l.programs[k] == nil {
				l.programs[k] = l.compile(by)
			}
			l.programs[k].Replay(b, b.Replay.Policy[:b.N], nil, &l.out)
			out = &l.out
		}
		for i := range b.N {
			if judged(i) && out.Outcome[i] <= 1 && out.Limit[i] > before.Ints[i] {
				l.raised[k]++
				l.added[k] += out.Limit[i] - before.Ints[i]
			}
		}
	}
}

func (l *ladder) compile(by float64) *policy.Program {
	r, err := l.world.edited(edit{growth: by, closed: true})
	if err == nil {
		var p *policy.Program
		if p, err = r.Compile(limits, replay.Resolver(l.world.env.Plan, l.world.env.Layouts[limits], limits)); err == nil {
			return p
		}
	}
	panic(err.Error())
}

func (l *ladder) merge(o *ladder) {
	if l == nil {
		return
	}
	l.reviews += o.reviews
	for k := range steps {
		l.raised[k] += o.raised[k]
		l.added[k] += o.added[k]
	}
}

func (l *ladder) encode(e *stats.Encoder) {
	if l != nil {
		e.Varint(l.reviews)
		e.Ints(l.raised[:])
		e.Ints(l.added[:])
	}
}

func (l *ladder) decode(d *stats.Decoder) {
	if l == nil {
		return
	}
	l.reviews = d.Varint()
	raised, added := d.Ints(), d.Ints()
	if len(raised) != len(steps) || len(added) != len(steps) {
		d.Fail("a ladder of %d factors", len(raised))
		return
	}
	copy(l.raised[:], raised)
	copy(l.added[:], added)
}

// tell adds the metrics of the ladder.
func (l *ladder) tell(r *audit.Result) {
	if l == nil || l.reviews == 0 {
		return
	}
	rate := rating{env: l.world.env}
	for k, by := range steps {
		name := "today"
		if k > 0 {
			name = fmt.Sprintf("ladder×%.1f", by)
		}
		m := stressMetric("scenario_increase_rate", name)
		rate.share(&m, l.raised[k], l.reviews)
		r.Metrics = append(r.Metrics, m)
		m = stressMetric("scenario_increase_amount", name)
		m.N, m.Value = l.raised[k], float64(l.added[k])/float64(l.world.env.Plan.MoneyScale())
		if m.N < l.world.env.Plan.Honesty.MinCell {
			m.Reach = audit.Insufficient
		}
		r.Metrics = append(r.Metrics, m)
	}
}
