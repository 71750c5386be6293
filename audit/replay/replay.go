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
	versions *versions
	models   []audit.ScoringModel

	as      []int16 // policy of each row
	edge    []float64
	cutoffs []float64
	replay  features.Replay
}

// Moments names the column of decisions and limits that says when a row
// happened.
var Moments = map[string]string{"decisions": "decided_at", "limits": "at"}

// New returns an engine for the batches of a table, "decisions" or "limits".
// probability says whether Scores.Probability is to be filled. The error, a
// sentence, says why the plan does not fit the export.
func New(env *audit.Env, table string, probability bool) (*Engine, error) {
	l := env.Layouts[table]
	e := &Engine{models: env.Models}
	if len(env.Models) > 0 {
		var er *eras
		if versioned(env.Models) && !l.Exported("model_version") {
			var err error
			if er, err = newEras(env.Plan, env.Models, table, l.Index(Moments[table])); err != nil {
				return nil, err
			}
		}
		e.scorer = newScorer(env.Models, l, er, probability)
	}
	if env.Policies != nil {
		var err error
		if e.versions, err = newVersions(env.Policies, l, table); err != nil {
			return nil, err
		}
		if e.program, err = env.Policies.Compile(table, Resolver(env.Plan, l, table)); err != nil {
			return nil, err
		}
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
	b.Replay = &e.replay
	e.program.Replay(b, policies, e.tolerances(b), b.Replay)
}

// tolerances are the distances within which the batch's recomputed scores can't
// be told from a cut-off.
func (e *Engine) tolerances(b *features.Batch) []float64 {
	e.edge = grow(e.edge, b.N)
	for i := range e.edge {
		e.edge[i] = 0
		if b.Scores != nil && b.Scores.Model[i] >= 0 {
			e.edge[i] = e.models[b.Scores.Model[i]].Tolerance(b.Scores.Score[i])
		}
	}
	return e.edge
}

// Condition evaluates a promise condition over rows of the limits table: see
// policy.Program.Condition.
func (e *Engine) Condition(b *features.Batch, policies []int16, name string) []expr.Truth {
	if e.program == nil {
		return nil
	}
	return e.program.Condition(b, policies, name)
}

// Amounts computes an amount of the policies over rows of the limits table: see
// policy.Program.Amounts.
func (e *Engine) Amounts(b *features.Batch, policies []int16, what policy.Amount, name string) []int64 {
	if e.program == nil {
		return nil
	}
	return e.program.Amounts(b, policies, what, name)
}

// Explain returns the steps of the replay of one row of a batch whose Scores are
// filled, and its outcome: see policy.Program.Explain.
func (e *Engine) Explain(b *features.Batch, as int16, row int) ([]policy.Step, features.Replay) {
	if e.program == nil {
		as = -1
	}
	if as < 0 {
		var none features.Replay
		none.Grow(1)
		return nil, none
	}
	return e.program.Explain(b, as, e.tolerances(b)[row], row)
}

// Policies returns the policy that each row records, or that was in force at
// its moment when the export has no policy_version; -1 where there is none. It
// is overwritten by the engine's next call; nil without policies.
func (e *Engine) Policies(b *features.Batch) []int16 {
	if e.versions == nil {
		return nil
	}
	e.as = grow(e.as, b.N)
	e.versions.policies(b, e.as)
	return e.as
}

// Cutoffs are the scores from which on a rule lets each row pass: see
// policy.Program.Cutoffs. They are overwritten by the engine's next call; nil
// without policies.
func (e *Engine) Cutoffs(b *features.Batch, policies, rules []int16) []float64 {
	if e.program == nil {
		return nil
	}
	e.cutoffs = grow(e.cutoffs, b.N)
	e.program.Cutoffs(b, policies, rules, e.cutoffs)
	return e.cutoffs
}

// Scored is the number of rows that each model scored.
func (e *Engine) Scored() []int64 {
	if e.scorer == nil {
		return nil
	}
	return slices.Clone(e.scorer.rows)
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
