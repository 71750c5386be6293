package consistency

import (
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/replay"
	"evenhand/features"
	"evenhand/features/model"
)

// input is a column that goes into a row's vector.
type input struct {
	name string // as the plan knows it
	col  int
	kind features.Kind
	step float64   // numbers are multiples of it; 0: as they are
	cuts []float64 // only the place among these counts; nil: the value itself
	info audit.FeatureInfo
}

// inputs are what decisions are made on: the inputs of the models and of the
// rules. Which cells they make is the vector of a row.
type inputs struct {
	env    *audit.Env
	at     *columns
	engine *replay.Engine // nil: made on first use

	// binned says that cells are what the models and rules can tell apart, in
	// place of values.
	binned bool
	// by[m+1] are the inputs of rows that model m scored; by[0] of rows that
	// none did.
	by      [][]input
	show    [][]input // … with their values, for people
	cards   []bool    // model m is a card, whose points are its bins
	score   bool      // the recorded score is an input: nothing recomputes it
	periods bool      // versions are not recorded: rows of one period only are alike
	asOf    bool      // … but the registry tells which policy was in force
	some    bool      // there are inputs at all

	// Scratch.
	hashes [6]rows.Codes[uint64]
	texts  map[int]*rows.Codes[uint64]
	keys   []uint64
	points [][]float64
	in     []*features.Vector
	extra  []int16
}

// Columns that tell rows apart whatever they hold.
func (x *inputs) idents() [6]int {
	return [6]int{x.at.product, x.at.policy, x.at.model, x.at.application, x.at.experiment, x.at.arm}
}

// newInputs returns the inputs of decisions. binned asks for cells of bins
// where there is a policy, whose rules tell what else counts.
func newInputs(env *audit.Env, at *columns, engine *replay.Engine, binned bool) *inputs {
	x := &inputs{env: env, at: at, engine: engine, binned: binned && env.Policies != nil && len(env.Models) > 0, texts: map[int]*rows.Codes[uint64]{}}
	l := env.Layouts["decisions"]
	var rules []input
	if env.Policies != nil {
		rules = x.ofRules(l)
	}
	var all []input // every feature of the export
	for i, s := range l.Specs {
		if name, ok := strings.CutPrefix(s.Name, audit.FeatureColumn("")); ok && !strings.HasSuffix(name, "__available_at") && s.Kind != features.Opaque && s.Kind != features.TextList {
			all = append(all, x.input(name, i))
		}
	}
	x.by = make([][]input, len(env.Models)+1)
	x.cards, x.show = make([]bool, len(env.Models)), make([][]input, len(x.by))
	for m := range x.by {
		var list []input
		switch {
		case m == 0 || env.Policies == nil:
			list = slices.Clone(all)
		default:
			list = slices.Clone(rules)
			if x.cards[m-1] = x.binned && isCard(env.Models[m-1].Model); !x.cards[m-1] {
				for _, c := range engine.Inputs(int16(m - 1)) {
					list = append(list, x.input(featureName(env, c), c))
				}
			}
		}
		if m == 0 {
			list = append(list, rules...)
		}
		x.by[m] = tidy(list)
		x.show[m] = slices.Clone(x.by[m])
		if m > 0 && x.cards[m-1] {
			for _, c := range engine.Inputs(int16(m - 1)) {
				x.show[m] = append(x.show[m], x.input(featureName(env, c), c))
			}
			x.show[m] = tidy(x.show[m])
		}
	}
	x.score = l.Exported("score")
	x.some = x.score || len(all) > 0
	if !l.Exported("policy_version") {
		x.asOf = env.Policies != nil
		x.periods = !x.asOf
	}
	x.periods = x.periods || !l.Exported("model_version") && len(env.Models) == 0
	return x
}

// input describes a column.
func (x *inputs) input(name string, col int) input {
	info := x.env.Plan.Dictionary[name]
	return input{name: name, col: col, kind: x.env.Layouts["decisions"].Specs[col].Kind, step: info.Step, info: info}
}

// tidy sorts inputs by column and leaves one of each, the one by value where
// there are two.
func tidy(list []input) []input {
	slices.SortStableFunc(list, func(a, b input) int {
		if a.col != b.col {
			return a.col - b.col
		}
		return btoi(a.cuts != nil) - btoi(b.cuts != nil)
	})
	return slices.CompactFunc(list, func(a, b input) bool { return a.col == b.col })
}

func btoi(x bool) int {
	if x {
		return 1
	}
	return 0
}

// ofRules are the inputs of the policies' rules. Facts of the history are none:
// two applications of a customer can't have them in common, and the replay looks
// at them. Neither are the score, which the models' inputs make, nor the columns
// that tell rows apart anyway. In bins, what only the limit's terms read is
// left out too: what follows for the decision is the replay's to say.
func (x *inputs) ofRules(l *audit.Layout) []input {
	p := x.engine.Program()
	type use struct {
		any, rule bool
		cuts      []float64
	}
	uses := map[int]*use{}
	for _, c := range p.Columns() {
		uses[c] = &use{}
	}
	for v := range int32(p.VariantCount()) {
		for _, h := range p.Hurdles(v) {
			if h.Rule < 0 {
				continue
			}
			for _, r := range h.Reads {
				for _, c := range r.Cuts {
					for _, k := range c.Columns {
						if u := uses[k]; u != nil {
							u.any, u.rule = true, true
						}
					}
				}
				u := uses[r.Column]
				if u == nil || r.Score {
					continue
				}
				u.rule, u.any = true, u.any || r.Any
				for _, c := range r.Cuts {
					u.any = u.any || c.Of != nil
					u.cuts = append(u.cuts, c.Value)
				}
			}
		}
	}
	var out []input
	for c, u := range uses {
		s := l.Specs[c]
		name := strings.TrimPrefix(s.Name, audit.FeatureColumn(""))
		ident := slices.Contains([]int{x.at.product, x.at.policy, x.at.model, x.at.application, x.at.experiment, x.at.arm, x.at.score}, c) || c == x.at.requested && !x.binned
		if ident || strings.HasPrefix(s.Name, audit.HistoryColumn("")) || s.Kind == features.Opaque || s.Kind == features.TextList || x.binned && !u.rule {
			continue
		}
		in := x.input(name, c)
		if x.binned && !u.any && s.Kind == features.Float {
			slices.Sort(u.cuts)
			in.cuts = append([]float64{}, slices.Compact(u.cuts)...)
		}
		out = append(out, in)
	}
	return tidy(out)
}

// readsAmount reports whether a policy reads the amount asked for.
func readsAmount(env *audit.Env) bool {
	return env.Policies == nil || slices.Contains(env.Policies.Names("decisions"), "requested_amount")
}

// isCard reports whether a model's inputs have bins, each with points of its
// own that add up to the score.
func isCard(m model.Model) bool {
	e, ok := m.(model.Edges)
	if _, sum := m.(model.Additive); !ok || !sum {
		return false
	}
	for i, in := range m.Inputs() {
		if in.Kind == model.Numeric && e.Edges(i) != nil {
			return true
		}
	}
	return false
}

// only makes list all that is looked at, besides what tells rows apart anyway.
func (x *inputs) only(list []input) {
	for m := range x.by {
		x.by[m] = list
	}
	x.cards, x.score = make([]bool, len(x.cards)), false
}

// featureName is the name of the feature of a column of decisions.
func featureName(env *audit.Env, col int) string {
	return strings.TrimPrefix(env.Layouts["decisions"].Specs[col].Name, audit.FeatureColumn(""))
}

// shown are the inputs of rows of a model (-1: of none) for people to see.
func (x *inputs) shown(m int16) []input { return x.show[m+1] }

// scoredBy returns the model of each row; -1: none.
func scoredBy(b *features.Batch, i int32) int16 {
	if b.Scores == nil {
		return -1
	}
	return b.Scores.Model[i]
}
