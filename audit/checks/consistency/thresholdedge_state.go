package consistency

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/features"
	"evenhand/features/model"
)

// Keys of the cube: what is counted, by which value of a column, under which
// policy, and a bin or a counter.
const (
	edKindShift   = 60
	edValueShift  = 32
	edPolicyShift = 16
	edValueMask   = 1<<(edKindShift-edValueShift) - 1
	edPolicyMask  = 1<<(edValueShift-edPolicyShift) - 1
	edCellMask    = 1<<edPolicyShift - 1

	edBins     = 0 // cell: bin and whether a person overrode
	edChannel  = 1 // cell: bin
	edReviewer = 2
	edCounter  = 3 // cell: edLost …
)

// Counters.
const (
	edSided    = iota // rows with both scores
	edLost            // only the recomputed one reaches the cut-off
	edGained          // only the recorded one does
	edNear            // near the cut-off, with an exact score
	edMoved           // … that rounding moves across
	edConflict        // … and that was denied as if it had not been rounded
	edCounters
)

// binZero is the code of the bin just above the cut-off.
const binZero = maxBins + 1

// edge is the state of thresholdedge.
type edge struct {
	env      *audit.Env
	settings *EdgeSettings
	at       columns

	sort  sorter
	blind int64         // without a score or a cut-off
	names [2]rows.Names // of channels and reviewers
	cube  stats.Cube
	cases cases.List

	// Helpers and scratch, no part of the state.
	engine   *replay.Engine
	rules    []cutRule // by policy
	widths   []float64 // by model + 1
	exact    []func([]model.Value) model.Output
	near     []float64 // by model: how far rounding may move a score
	recorded []bool    // by model + 1: the recorded score is a score
	people   rows.Codes[bool]
	values   []model.Value
	keys     []uint64
}

// cutRule is how a policy's cut-off of the score reads.
type cutRule struct {
	lower bool // lower is better
	fails bool // an equal score does not reach it
}

func newEdge(env *audit.Env) (*edge, error) {
	s := &edge{env: env, settings: env.Settings.(*EdgeSettings)}
	s.at.find(env)
	s.sort = newSorter(env, &s.at)
	s.sort.persons = true
	var err error
	if s.engine, err = replay.New(env, "decisions", false); err != nil {
		return nil, err
	}
	if env.Policies != nil {
		for i := range env.Policies.Policies {
			var c cutRule
			for _, r := range env.Policies.Policies[i].Rules {
				if r.Cutoff != nil && (r.Cutoff.Of == "" || r.Cutoff.Of == "score") {
					c = cutRule{r.Cutoff.Better == "lower", r.Cutoff.Tie == "fail"}
					break
				}
			}
			s.rules = append(s.rules, c)
		}
	}
	s.widths, s.recorded = []float64{1}, []bool{true}
	for i := range env.Models {
		m := &env.Models[i]
		s.widths = append(s.widths, widthOf(m.Model))
		s.recorded = append(s.recorded, m.Spec.Output == "" || m.Spec.Output == "score")
		s.exact = append(s.exact, exactOf(m.Model))
		s.near = append(s.near, max(1, float64(len(m.Model.Inputs()))/2))
	}
	if w := s.settings.Width; w > 0 {
		for i := range s.widths {
			s.widths[i] = w
		}
	}
	return s, nil
}

// widthOf is the width of a bin of a model's scores.
func widthOf(m model.Model) float64 {
	if model.ScoresProbability(m) {
		return 0.01
	}
	if o, ok := m.(model.Odds); ok {
		if d := o.DoublesOdds(); d > 0 && d < 5 {
			return d / 20
		}
	}
	return 1
}

// exactOf returns the model read without rounding; nil when it does not round,
// or the file does not tell.
func exactOf(m model.Model) func([]model.Value) model.Output {
	if a, ok := m.(model.Alternatives); ok {
		for _, x := range a.Alternatives() {
			if x.Name == "not rounded" {
				return x.Row
			}
		}
	}
	return nil
}

// Update counts the rows of a batch.
func (s *edge) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	list, approved := s.sort.decisions(b, 0, b.N)
	if b.Replay == nil || len(list) == 0 {
		s.blind += int64(len(list))
		return
	}
	cuts := s.engine.Cutoffs(b, b.Replay.Policy, nil)
	score := b.Cols[s.at.score].Floats
	decider, override := &b.Cols[s.at.decider], &b.Cols[s.at.override]
	overrides := s.people.Of(decider, func(v string) bool { return v == "override" })
	channels, reviewers := s.names[0].Of(&b.Cols[s.at.channel]), s.names[1].Of(&b.Cols[s.at.reviewer])
	channel, reviewer := b.Cols[s.at.channel].Codes, b.Cols[s.at.reviewer].Codes
	s.keys = s.keys[:0]
	for j, i := range list {
		m, own, again := scoredBy(b, i), score[i], math.NaN()
		if !s.recorded[m+1] {
			own = math.NaN()
		}
		if m >= 0 {
			again = b.Scores.Score[i]
		}
		used := own
		if used != used {
			used = again
		}
		cut := cuts[i]
		if used != used || cut != cut {
			s.blind++
			continue
		}
		p := b.Replay.Policy[i]
		rule := s.rules[p]
		policy := uint64(p) << edPolicyShift
		bin := s.binOf(rule, used-cut, s.widths[m+1])
		over := uint64(0)
		if c := decider.Codes[i]; c != features.Null && overrides[c] || override.Codes[i] != features.Null {
			over = 1
		}
		s.keys = append(s.keys, policy|bin<<1|over)
		if bin > 0 && bin < 2*binZero {
			s.keys = append(s.keys,
				edChannel<<edKindShift|uint64(channels[channel[i]+1])<<edValueShift|policy|bin,
				edReviewer<<edKindShift|uint64(reviewers[reviewer[i]+1])<<edValueShift|policy|bin)
		}
		if own == own && again == again {
			s.counter(policy, edSided)
			switch mine, theirs := rule.reaches(own, cut), rule.reaches(again, cut); {
			case !mine && theirs:
				s.counter(policy, edLost)
			case mine && !theirs:
				s.counter(policy, edGained)
			}
		}
		if m >= 0 && s.exact[m] != nil && math.Abs(again-cut) <= s.near[m] {
			s.rounded(b, i, m, cut, approved[j] == 1, policy, rule)
		}
	}
	s.cube.AddSlice(s.keys)
}

func (s *edge) counter(policy uint64, k uint64) {
	s.keys = append(s.keys, edCounter<<edKindShift|policy|k)
}

// reaches reports whether a score passes a cut-off.
func (c cutRule) reaches(score, cut float64) bool {
	return score > cut && !c.lower || score < cut && c.lower || score == cut && !c.fails
}

// binOf is the code of the bin of a distance from the cut-off; those beyond the
// histogram are at its ends.
func (s *edge) binOf(c cutRule, d, width float64) uint64 {
	if c.lower {
		d = -d
	}
	x := math.Floor(d / width)
	if d == 0 && c.fails {
		x--
	}
	return uint64(min(max(x, -binZero), binZero-1) + binZero)
}

// rounded looks at a row whose score is near the cut-off, as it is before
// rounding.
func (s *edge) rounded(b *features.Batch, i int32, m int16, cut float64, approved bool, policy uint64, rule cutRule) {
	s.counter(policy, edNear)
	s.values = s.values[:0]
	inputs := s.env.Models[m].Model.Inputs()
	for k, c := range s.engine.Inputs(m) {
		v := &b.Cols[c]
		x := model.Value{Null: v.IsNull(int(i))}
		if inputs[k].Kind == model.Categorical {
			x.Text = v.Text(int(i))
		} else {
			x.Num = v.Floats[i]
		}
		s.values = append(s.values, x)
	}
	exact := s.exact[m](s.values).Score
	again := b.Scores.Score[i]
	if exact != exact || rule.reaches(exact, cut) == rule.reaches(again, cut) {
		return
	}
	s.counter(policy, edMoved)
	out := b.Replay.Outcome[i]
	if approved || !rule.reaches(again, cut) || out > passesLower || s.person(b, i) {
		return
	}
	s.counter(policy, edConflict)
	r := s.at.read(b, i)
	r.replayed, r.recomputed = out, again
	k := r.start(edgeName)
	k.Rules, k.Cause = []string{"TE2"}, edgeRounding
	k.Causes = []audit.Supported{{Code: edgeRounding, Grade: audit.E3}}
	k.Evidence = []audit.Item{
		{Name: itemReplayed, Value: r.outcomeWord()}, {Name: "score", Value: dash(plain(r.score))}, {Name: itemExact, Value: plain(exact)},
		{Name: itemRounded, Value: plain(again)}, {Name: itemCutoff, Value: plain(cut)},
	}
	s.cases.Add(&k)
}

func (s *edge) person(b *features.Batch, i int32) bool {
	return isPerson(b.Cols[s.at.decider].Text(int(i))) || b.Cols[s.at.override].Codes[i] != features.Null
}
