// Package recourse finds the smallest change that would have turned a denial,
// by replay.
//
// A change moves a mutable feature of the plan's dictionary, in the direction
// that is good, by whole steps, within its bounds and by no more than
// Limits.Steps. Smallest is: fewest features first, then the least cost (steps
// times the cost of a step), then by name. A value that is missing, out of the
// dictionary's bounds or a special code of the model is a matter of documents,
// and is not changed; nor is any changed to such a code.
//
// The search is exact where the model is a sum of one term per input. It takes
// the problem for an easier one first, with only what stood in the way of the
// row as it is (a hurdle, see policy.Hurdle), and as candidates only the values
// at which that hurdle or the model can change its mind. The cheapest set that
// the score's bounds and the hurdles known so far allow is replayed, together
// with those of many other rows. If the replay accepts it, nothing smaller can
// do; otherwise it names the next hurdle, which makes the problem harder by just
// that, until one is accepted or none is left. Models that are no such sum, as
// forests are, have no bounds of the score: there the sets are replayed in their
// order as far as the budget goes, and what is found beyond is marked as maybe
// not the smallest.
package recourse

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/features"
)

// MaxChanges is the most features that a set changes: a customer told of more
// has been told nothing.
const MaxChanges = 3

// Status is what a search came to.
type Status uint8

const (
	// Unreachable: no set of at most MaxChanges changes is accepted. Proved.
	Unreachable Status = iota
	// Found: Changes are accepted by replay; the smallest that are if Proved.
	Found
	// Unfinished: the budget ended before a set was found or ruled out.
	Unfinished
	// Waiting: a cooling-off time decides; nothing but time changes that.
	Waiting
	// Exempt: what decides, now or after any change, need not be explained.
	Exempt
)

// Change is one change of one mutable feature.
type Change struct {
	Lever    int // index in Searcher.Names
	Feature  string
	From, To float64
	Steps    int     // of the dictionary's step
	Cost     float64 // steps times the dictionary's cost of one
}

// Result is what a search found for one row.
type Result struct {
	Status Status
	Proved bool // nothing smaller is accepted; of Unreachable: nothing is
	// Of Found: the changes by name of the feature, and their cost.
	Changes []Change
	Cost    float64
	// Rule is what is in the way whatever changes, as features.Replay.Rule has
	// it, or what decides of Waiting and Exempt; -1 when no single thing is.
	Rule int16
	Days int // of Waiting: days until the cooling-off time is over
	Rows int // replayed in the search
}

// Limits bound a search. The zero value stands for the defaults.
type Limits struct {
	Rows  int // replayed per denial; default 1000
	Steps int // greatest change of a feature, in steps; default 1000
	Nodes int // sets weighed per denial, without replay; default 1,000,000
}

func (l Limits) withDefaults() Limits {
	if l.Rows <= 0 {
		l.Rows = 1000
	}
	if l.Steps <= 0 {
		l.Steps = 1000
	}
	if l.Nodes <= 0 {
		l.Nodes = 1000000
	}
	return l
}

// Searcher searches the batches of one table. It belongs to one worker.
type Searcher struct {
	engine   *replay.Engine
	env      *audit.Env
	table    string
	limits   Limits
	levers   []lever // by name
	models   []scorer
	variants []*variant // made when first met
	columns  []int      // that a replay reads
	good     [256]bool  // by outcome of a decision
	chunk    int

	// Of the batch being searched.
	batch    *features.Batch
	serial   int
	of       []int32 // variant of each row
	problems []*problem
	bench    bench
}

// New returns a searcher of the batches of a table, "decisions" or "limits",
// that replays with an engine of that table. The engine belongs to the searcher
// from there on: what it put into a batch is overwritten. The plan must have
// policies.
func New(engine *replay.Engine, env *audit.Env, table string, limits Limits) *Searcher {
	s := &Searcher{engine: engine, env: env, table: table, limits: limits.withDefaults(), columns: engine.Columns()}
	s.levers = levers(env.Plan.Dictionary, env.Layouts[table])
	for i := range env.Models {
		s.models = append(s.models, newScorer(env.Models[i].Model, engine.Inputs(int16(i)), s.levers))
	}
	s.chunk = chunk
	for i := range s.models {
		if slices.Contains(s.models[i].every, true) {
			s.chunk = smallChunk
		}
	}
	s.variants = make([]*variant, engine.Program().VariantCount())
	for i, name := range features.Outcomes {
		s.good[i] = name == "approved" || name == "approved_lower"
	}
	return s
}

// Names are the features that can be changed, sorted: the dictionary says so,
// and the batches have them. Without any, every row is Unreachable.
func (s *Searcher) Names() []string {
	out := make([]string, len(s.levers))
	for i := range s.levers {
		out[i] = s.levers[i].name
	}
	return out
}

// How many rows are searched at a time: enough to fill a batch of replays, few
// enough for their candidates to stay in the cache. Where every step of a
// feature is a candidate there are thousands of these a row.
const chunk, smallChunk = 512, 32

// Search searches rows of a batch whose Replay says denied, or referred, and
// calls found for each in its order. On limits a row is good when its limit is
// above now, one for each row: the present limit; nil on decisions. The result
// is overwritten after found returns. b.Scores and b.Replay must not be the
// searcher's engine's own.
func (s *Searcher) Search(b *features.Batch, rows []int32, now []int64, found func(row int, r *Result)) {
	s.batch = b
	s.serial++
	s.of = slices.Grow(s.of[:0], b.N)[:b.N]
	s.engine.Variants(b, b.Replay.Policy, s.of)
	for len(rows) > 0 {
		n := min(len(rows), s.chunk)
		for len(s.problems) < n {
			s.problems = append(s.problems, newProblem(s))
		}
		open := 0
		for k, row := range rows[:n] {
			p := s.problems[k]
			p.now = 0
			if now != nil {
				p.now = now[k]
			}
			if p.open(int(row)); !p.done {
				open++
			}
		}
		if open > 0 {
			s.solve(s.problems[:n])
		}
		for k, row := range rows[:n] {
			found(int(row), &s.problems[k].result)
		}
		rows = rows[n:]
		if now != nil {
			now = now[n:]
		}
	}
}

// policyOf is the policy of a problem.
func (s *Searcher) policyOf(i int16) *policy.Policy { return &s.env.Policies.Policies[i] }
