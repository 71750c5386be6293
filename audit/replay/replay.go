// Package replay recomputes scores and replays policies over batches: as the
// rows record it, or under another model or version of the policy.
package replay

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// Engine recomputes and replays the batches of one table. It belongs to one
// worker, or to one state; what it puts into a batch is overwritten by its next
// call.
type Engine struct {
	scorer   *scorer // nil: the plan has no model
	program  *policy.Program
	policies *policy.Registry
	models   []audit.ScoringModel
	version  int // columns, or -1
	product  int
	at       int
	undated  bool // the export does not record policy versions

	as     []int16 // policy of each row
	edge   []float64
	replay features.Replay
	picked map[[2]int32]int16 // by version and product code, of the dicts below
	dicts  [2]*features.Dict
}

// Moments names the column of decisions and limits that says when a row
// happened.
var Moments = map[string]string{"decisions": "decided_at", "limits": "at"}

// New returns an engine for the batches of a table, "decisions" or "limits".
// probability says whether Scores.Probability is to be filled. The error, a
// sentence, says why the plan does not fit the export.
func New(env *audit.Env, table string, probability bool) (*Engine, error) {
	l := env.Layouts[table]
	e := &Engine{policies: env.Policies, models: env.Models, version: l.Index("policy_version"), product: l.Index("product"), at: l.Index(Moments[table])}
	if len(env.Models) > 0 {
		var er *eras
		if versioned(env.Models) && !exported(l, "model_version") {
			var err error
			if er, err = newEras(env.Plan, env.Models, e.at); err != nil {
				return nil, err
			}
		}
		e.scorer = newScorer(env.Models, l, er, probability)
	}
	if env.Policies != nil {
		var err error
		if e.program, err = env.Policies.Compile(table, Resolver(env.Plan, l, table)); err != nil {
			return nil, err
		}
		e.undated = !exported(l, "policy_version")
	}
	return e, nil
}

// Resolver says what names mean to the policies' expressions over a table laid
// out by l: `score` the recomputed score, else a column of the contract that
// is no id, else a feature, else a fact of the customer's history.
func Resolver(plan *audit.Plan, l *audit.Layout, table string) func(name string) (expr.Column, bool) {
	scale := float64(plan.MoneyScale())
	return func(name string) (expr.Column, bool) {
		if name == "score" {
			return expr.Column{Index: l.Index("score"), Kind: features.Float, Score: true}, true
		}
		for _, column := range []string{name, audit.FeatureColumn(name), audit.HistoryColumn(trimHistory(name))} {
			i := l.Index(column)
			if i < 0 || l.Specs[i].Kind == features.Opaque || l.Specs[i].Kind == features.TextList {
				continue
			}
			c := expr.Column{Index: i, Kind: l.Specs[i].Kind}
			if c.Kind == features.Money {
				c.Scale = scale
			}
			return c, true
		}
		return expr.Column{}, false
	}
}

// Score fills b.Scores, when the plan has models.
func (e *Engine) Score(b *features.Batch) {
	if e.scorer != nil {
		e.scorer.score(b, nil)
	}
}

// Replay fills b.Replay with what the policy that each row records says, when
// the plan has policies. b.Scores must be filled.
func (e *Engine) Replay(b *features.Batch) {
	if e.program != nil {
		e.run(b, e.Policies(b))
	}
}

// ReplayAs fills b.Scores and b.Replay as if models[i] and policies[i] had been
// in force for row i; -1 is none, and nil what the row records.
func (e *Engine) ReplayAs(b *features.Batch, models, policies []int16) {
	if e.scorer != nil {
		e.scorer.score(b, models)
	}
	if e.program == nil {
		return
	}
	if policies == nil {
		policies = e.Policies(b)
	}
	e.run(b, policies)
}

func (e *Engine) run(b *features.Batch, policies []int16) {
	e.edge = grow(e.edge, b.N)
	for i := range e.edge {
		e.edge[i] = 0
		if b.Scores != nil && b.Scores.Model[i] >= 0 {
			e.edge[i] = e.models[b.Scores.Model[i]].Tolerance(b.Scores.Score[i])
		}
	}
	e.replay.Grow(b.N)
	b.Replay = &e.replay
	e.program.Replay(b, policies, e.edge, b.Replay)
}

// Condition evaluates a promise condition over rows of the limits table: see
// policy.Program.Condition.
func (e *Engine) Condition(b *features.Batch, policies []int16, name string) []expr.Truth {
	if e.program == nil {
		return nil
	}
	return e.program.Condition(b, policies, name)
}

// Policies returns the policy that each row records, or that was in force at
// its moment when the export has no policy_version; -1 where there is none.
func (e *Engine) Policies(b *features.Batch) []int16 {
	e.as = grow(e.as, b.N)
	var vs, ps *features.Vector
	if e.version >= 0 && !e.undated {
		vs = &b.Cols[e.version]
	}
	if e.product >= 0 {
		ps = &b.Cols[e.product]
	}
	if d := [2]*features.Dict{dict(vs), dict(ps)}; e.picked == nil || d != e.dicts {
		e.picked, e.dicts = map[[2]int32]int16{}, d
	}
	last, have := [2]int32{}, false
	var pick int16
	for i := range b.N {
		k := [2]int32{code(vs, i), code(ps, i)}
		if e.undated {
			e.as[i] = e.policies.Pick("", text(ps, i), b.Cols[e.at].Ints[i])
			continue
		}
		if !have || k != last {
			var ok bool
			if pick, ok = e.picked[k]; !ok {
				pick = -1
				if v := text(vs, i); v != "" {
					pick = e.policies.Pick(v, text(ps, i), 0)
				}
				e.picked[k] = pick
			}
			last, have = k, true
		}
		e.as[i] = pick
	}
	return e.as
}

// Scored is the number of rows that each model scored.
func (e *Engine) Scored() []int64 {
	if e.scorer == nil {
		return nil
	}
	return slices.Clone(e.scorer.rows)
}

func dict(v *features.Vector) *features.Dict {
	if v == nil {
		return nil
	}
	return v.Dict
}

func code(v *features.Vector, i int) int32 {
	if v == nil {
		return features.Null
	}
	return v.Codes[i]
}

func text(v *features.Vector, i int) string {
	if v == nil {
		return ""
	}
	return v.Text(i)
}

// exported reports whether the export has a column of the layout.
func exported(l *audit.Layout, column string) bool {
	i := l.Index(column)
	return i >= 0 && (len(l.Specs[i].From) > 0 || l.Specs[i].Constant != nil || l.Specs[i].RowID)
}

const history = "history."

// trimHistory returns the fact that history.NAME names; "" for another name,
// which no column is called by.
func trimHistory(name string) string {
	if len(name) > len(history) && name[:len(history)] == history {
		return name[len(history):]
	}
	return ""
}
