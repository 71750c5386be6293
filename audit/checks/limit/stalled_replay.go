package limit

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/features"
)

// stalledLever is a feature with the direction that is good.
type stalledLever struct {
	name   string
	info   audit.FeatureInfo
	column int // of limits
}

// stalledFacts are the facts of the history that tell how a customer repays,
// and whether more is better.
var stalledFacts = map[string]string{
	"on_time_streak": "higher", "on_time_count": "higher", "late_count_12m": "lower", "max_dpd_12m": "lower", "days_past_due": "lower",
}

// bindLevers finds the columns of the features that customers can change, and
// of those that tell how they repay.
func (s *stalledState) bindLevers() {
	l, d := s.env.Layouts["limits"], s.env.Plan.Dictionary
	for at, spec := range l.Specs {
		if spec.Kind != features.Float {
			continue
		}
		name, fact := "", ""
		if n, ok := stalledPrefix(spec.Name, audit.FeatureColumn("")); ok {
			name = n
		} else if n, ok := stalledPrefix(spec.Name, audit.HistoryColumn("")); ok {
			name, fact = "history."+n, n
		} else {
			continue
		}
		info, known := d[name]
		if !known && fact != "" {
			info = d[fact]
		}
		if good := stalledFacts[fact]; good != "" && info.Good == "" {
			info.Good, info.Family = good, "repayment"
		}
		v := stalledLever{name: name, info: info, column: at}
		directed := info.Good == "higher" || info.Good == "lower"
		if directed && info.Step > 0 && (info.Mutable == "yes" || info.Mutable == "slow") {
			s.levers = append(s.levers, v)
		}
		if directed && info.Family == "repayment" {
			s.record = append(s.record, v)
		}
	}
	byName := func(a, b stalledLever) int {
		if a.name < b.name {
			return -1
		}
		return 1
	}
	slices.SortFunc(s.levers, byName)
	slices.SortFunc(s.record, byName)
}

func stalledPrefix(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return "", false
}

// bindReads finds what the replay of evaluations reads of them. A term of a
// limit that lacks its value does not bind unless the policy says otherwise:
// where the export has no snapshot at all, every term would be lifted.
func (s *stalledState) bindReads() {
	if s.env.Policies == nil {
		return
	}
	l, table := s.env.Layouts["limits"], features.TableNamed("limits")
	for _, name := range s.env.Policies.Names("limits") {
		if name == "score" {
			s.readsScore = true
			continue
		}
		if _, ok := table.Column(name); ok || strings.HasPrefix(name, "history.") || name == "application_type" {
			continue
		}
		feature := audit.FeatureColumn(name)
		if at := l.Index(feature); at >= 0 && (len(l.Specs[at].From) > 0 || s.env.Layouts["features"].Index(feature) >= 0) {
			s.reads = append(s.reads, at)
		} else {
			s.unread = append(s.unread, name)
		}
	}
}

// readable reports whether row i has what a replay of it reads: a score, if the
// policies ask for one, and a snapshot with a value in it.
func (s *stalledState) readable(i int) bool {
	b := s.t.Limits.Batch
	if len(s.unread) > 0 || s.readsScore && (b.Scores == nil || b.Scores.Model[i] < 0 || math.IsNaN(b.Scores.Score[i])) {
		return false
	}
	for _, c := range s.reads {
		if v := &b.Cols[c]; (len(v.Floats) > i || len(v.Codes) > i) && !v.IsNull(i) {
			return true
		}
	}
	return len(s.reads) == 0
}

// copies makes n copies of row i of the limits the scratch batch.
func (s *stalledState) copies(i, n int) *features.Batch {
	from := s.t.Limits.Batch
	b := &s.scratch
	b.Table, b.N, b.Row, b.Period, b.Scores, b.Replay = from.Table, 0, from.Row, nil, nil, nil
	if len(b.Cols) == len(from.Cols) {
		for c := range b.Cols {
			v := &b.Cols[c]
			*v = features.Vector{Kind: from.Cols[c].Kind, Present: from.Cols[c].Present, Dict: from.Cols[c].Dict,
				Codes: v.Codes[:0], Ints: v.Ints[:0], Floats: v.Floats[:0], Bytes: v.Bytes[:0], Offsets: v.Offsets[:0]}
		}
	} else {
		b.Cols = nil
	}
	row := from.Slice(i, i+1)
	for range n {
		b.Append(&row)
	}
	return b
}

// again replays the scratch batch, as recorded but for what was changed in it.
func (s *stalledState) again(b *features.Batch) {
	if s.engine == nil {
		e, err := replay.New(s.env, "limits", false)
		if err != nil {
			panic("limit: " + err.Error()) // the driver has made one before
		}
		s.engine = e
	}
	s.engine.ReplayAs(b, nil, nil)
}

// stalledLimitOf is the limit that a replay arrives at, or none.
func stalledLimitOf(b *features.Batch, i int) int64 {
	if b.Replay == nil || b.Replay.Policy[i] < 0 || b.Replay.Limit[i] < 0 || b.Replay.Outcome[i] == features.Undecided {
		return none
	}
	return b.Replay.Limit[i]
}

// underScore reports whether the policy raises the limit materially at the
// recorded score of an evaluation; true when that can't be said.
func (s *stalledState) underScore(w *stalledAccount, i int, recorded float64) bool {
	b := s.copies(i, 1)
	s.again(b)
	if b.Scores == nil {
		return true
	}
	b.Scores.Score[0] = recorded
	s.engine.Replay(b)
	return stalledLimitOf(b, 0) == none || s.more(b, 0, w)
}

// binding returns the cause and the name of the constraint that binds the
// replayed limit; the cause is empty when only time has to pass.
func (s *stalledState) binding(i int) (code, name string) {
	r := s.t.Limits.Batch.Replay
	p := &s.env.Policies.Policies[r.Policy[i]]
	at := int(r.Bound[i])
	kind := p.TermKind(at)
	if kind == "min_increase" {
		// Something allows a rise, of less than is made: that binds.
		if x := s.relax(i); x >= 0 {
			at, kind = x, p.TermKind(x)
		}
	}
	switch kind {
	case "tenure":
		return "", kind
	case "conditions":
		if f := p.TermFactors(at); len(f) == 1 && f[0] == "score" {
			return cause.ScoreBand, kind
		}
		return cause.ConditionUnmet, kind
	}
	if code := stalledKinds[kind]; code != "" {
		return code, p.TermName(at)
	}
	return cause.LadderStep, p.TermName(at)
}

// stalledKinds is the cause that a kind of term stands for.
var stalledKinds = map[string]string{
	"score_band": cause.ScoreBand, "income": cause.IncomeCap, "exposure": cause.ExposureCap, "product": cause.ProductCap,
	"regulatory": cause.RegulatoryCap, "partner": cause.PartnerQuota, "new_user": cause.NewUser, "experiment": cause.Experiment,
	"other": cause.ThresholdRule, "scope": cause.ThresholdRule,
}

// relax returns what binds the limit of row i when small increases are made
// too, or -1.
func (s *stalledState) relax(i int) int {
	if s.relaxed == nil {
		env := *s.env
		list := slices.Clone(s.env.Policies.Policies)
		for k := range list {
			if l := list[k].Ladder; l != nil {
				x := *l
				x.MinStep, x.MinShare = "", ""
				list[k].Ladder = &x
			}
		}
		exponent := 0
		for scale := s.scale; scale > 1; scale /= 10 {
			exponent++
		}
		registry, problems := policy.New(list, s.env.Plan.Zone(), exponent)
		if len(problems) > 0 {
			panic("limit: policies without a least increase: " + problems[0].Text)
		}
		env.Policies = registry
		e, err := replay.New(&env, "limits", false)
		if err != nil {
			panic("limit: " + err.Error())
		}
		s.relaxed = e
	}
	b := s.copies(i, 1)
	s.relaxed.ReplayAs(b, nil, nil)
	if stalledLimitOf(b, 0) == none {
		return -1
	}
	return int(b.Replay.Bound[0])
}

// weigh replays the latest evaluation with the best repayment record, and with
// a worse one, and counts whether anything changes.
func (s *stalledState) weigh(w *stalledAccount, i int) {
	if len(s.record) == 0 {
		return
	}
	b := s.copies(i, 3)
	for v := range s.record {
		x := &s.record[v]
		now := b.Cols[x.column].Floats
		if len(now) < 3 {
			continue
		}
		now[1], now[2] = x.extremes(now[0])
	}
	s.again(b)
	if stalledLimitOf(b, 0) == none {
		return
	}
	s.n[stalledReplayed]++
	s.n[stalledSensitive] += stalledTruth(stalledLimitOf(b, 1) != stalledLimitOf(b, 0))
	r := b.Replay
	s.n[stalledWeighed] += stalledTruth(stalledLimitOf(b, 1) != stalledLimitOf(b, 0) || stalledLimitOf(b, 2) != stalledLimitOf(b, 0) || r.Outcome[2] != r.Outcome[0] ||
		r.Rule[2] != r.Rule[0] || r.Bound[2] != r.Bound[0] || b.Scores != nil && b.Scores.Score[2] != b.Scores.Score[0])
}

// extremes are the best value of a feature and a bad one.
func (v *stalledLever) extremes(now float64) (best, worst float64) {
	step := max(v.info.Step, 1)
	if math.IsNaN(now) {
		now = 0
	}
	low, high := min(now, 0), max(now, 0)+60*step
	if v.info.Least != nil {
		low = *v.info.Least
	}
	if v.info.Most != nil {
		high = *v.info.Most
	}
	if v.info.Good == "higher" {
		return high, low
	}
	return low, high
}
