// Package scenario holds the checks of what would change if the policy, the
// applicants or the systems did. They run with the command scenario only, over
// the same plan and the same rows as an audit.
//
// A world reads batches for a check: it says of each row what the policy on
// file decides, and from which shift of the cut-offs on it would decide
// otherwise. Registries are edited, never the rows' meaning: see edit.go and
// shock.go.
package scenario

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/audit/stats"
	"evenhand/features"
)

// decisions is the table that scenarios are about.
const decisions = "decisions"

// needs is what every check of the package reads.
var needs = audit.Needs{
	Tables: []audit.TableNeed{{
		Table:    decisions,
		Required: []string{"decision_id", "decided_at", "outcome"},
		Optional: []audit.Want{
			{Column: "outcome", Probability: true}, // those of the recomputed scores are wanted
			{Column: "product"}, {Column: "application_type"}, {Column: "is_test"}, {Column: "model_version"}, {Column: "policy_version"},
			{Column: "score"}, {Column: "pd"}, {Column: "bad"}, {Column: "requested_amount"}, {Column: "approved_limit"},
			{Column: "experiment_id"}, {Column: "experiment_arm"}, {Column: "engine_status"}, {Column: "error_code"},
		},
		Features: true,
		Groups:   true,
	}},
	Replay: true,
}

// Guards, in the order they apply.
const (
	isTest = iota
	isPrescreen
	isNoDecision
	isOld
	notReplayed
	nearCut
	notApart
	guards
)

var guardNames = [guards]audit.Text{
	isTest:       audit.T("test rows", "测试记录"),
	isPrescreen:  audit.T("prescreens, which are no applications", "预筛，并非申请"),
	isNoDecision: audit.T("withdrawn, incomplete, or of no known outcome", "撤回、资料不全或结果不明"),
	isOld:        audit.T("decided before the window of months, or after the as-of date", "在所取月份之前或截止日之后作出"),
	notReplayed:  audit.T("no policy on file, or something that it needs is not known", "没有对应政策，或缺少政策所需信息"),
	nearCut:      audit.T("score too near to a cut-off for the model's tolerance", "评分与阈值之差在模型容差之内"),
	notApart:     audit.T("cut-offs that can't be told apart from the other rules", "阈值无法与其他规则分开"),
}

// reach is the greatest shift of the cut-offs looked at, in points.
const reach = 100

// Last shifts at which a row is approved, beyond those looked at.
const (
	never  = -reach - 1
	always = reach
)

// width is the number of last shifts: never, then -reach to always.
const width = 2*reach + 2

// world reads the batches of decisions for one state.
type world struct {
	env    *audit.Env
	pdo    float64
	from   int64 // first instant of the window
	signs  []int // by model: 1 when its probability is that of bad, -1 of good, 0 untold
	cuts   []cutRule
	shifts [][]bool // by cut rule and policy: whether shifts move it
	base   *policy.Program
	open   *policy.Program // the cut-offs pass everybody who has a score
	engine *replay.Engine

	outcome, application, test, score, pd, bad, requested, granted, decided, status, errorCode int

	rowsIn   int64
	excluded [guards]int64
	leaves   leaves
	noAmount int64 // rows without an amount to be exposed to

	// Caches and scratch, no part of the state.
	kinds     rows.Codes[uint8]
	tech      rows.Codes[bool]
	techError rows.Codes[bool]
	pre       rows.Codes[bool]
	out       features.Replay
	last      [][]int32   // by cut rule: the last shift that each row of the batch passes
	at        [][]float64 // by cut rule: where each row is cut
	rules     []int16
	facts     facts
	scored    features.Batch

	probability []float64 // of the batch's recomputed scores
}

// facts are what a world says of the judged rows of a batch.
type facts struct {
	rows  []int32
	leaf  []int32
	last  []int32 // last whole shift of the cut-offs, in points, at which it is approved
	near  []int32 // the same were there no other hurdle
	today []bool  // what the policy on file says
	refer []bool  // … it refers
	said  []int8  // as recorded: 1 approved, 0 denied, -1 neither
	tech  []bool  // recorded as a technical failure
	ead   []int64 // exposure in minor units, were it approved
	pd    []float64
	bad   []int8 // 1 bad, 0 good, -1 not known
}

func (f *facts) reset() {
	*f = facts{f.rows[:0], f.leaf[:0], f.last[:0], f.near[:0], f.today[:0], f.refer[:0], f.said[:0], f.tech[:0], f.ead[:0], f.pd[:0], f.bad[:0]}
}

// newWorld returns a world of the months before the as-of date (0: of all
// time); by is a segment to tell leaves apart by, or "". Without policies there
// is nothing to look at, and open is nil.
func newWorld(env *audit.Env, months int, pdo float64, by string) (*world, error) {
	col := func(c string) int { return env.Col(decisions, c) }
	w := &world{env: env, pdo: pdo, from: math.MinInt64,
		outcome: col("outcome"), application: col("application_type"), test: col("is_test"), score: col("score"), pd: col("pd"), bad: col("bad"),
		requested: col("requested_amount"), granted: col("approved_limit"), decided: col("decided_at"), status: col("engine_status"), errorCode: col("error_code"),
	}
	if months > 0 {
		w.from = monthsBefore(env.Plan, months)
	}
	for _, g := range env.Plan.Groups {
		w.leaves.add(col(audit.GroupColumn(g.Name)))
	}
	if by != "" {
		w.leaves.add(col(audit.SegmentColumn(by)))
	}
	if env.Policies == nil {
		return w, nil
	}
	w.findCuts()
	var err error
	if w.engine, err = replay.New(env, decisions, true); err != nil {
		return nil, err
	}
	w.base = w.engine.Program()
	if w.open, err = w.compile(edit{}); err != nil {
		return nil, err
	}
	higher := w.higherIsBetter()
	for i := range env.Models {
		w.signs = append(w.signs, badSign(&env.Models[i], higher))
	}
	return w, nil
}

// Kinds of recorded outcomes.
const (
	approvedOutcome uint8 = iota
	deniedOutcome
	openOutcome // referred, or a technical error
	noOutcome
	errorOutcome
)

func kindOf(outcome string) uint8 {
	switch outcome {
	case "approved", "approved_lower":
		return approvedOutcome
	case "denied":
		return deniedOutcome
	case "referred":
		return openOutcome
	case "error":
		return errorOutcome
	}
	return noOutcome
}

// look judges the rows of a batch. What it returns is overwritten by its next
// call.
func (w *world) look(b *features.Batch) *facts {
	f := &w.facts
	f.reset()
	w.rowsIn += int64(b.N)
	w.sort(b)
	if len(f.rows) == 0 || w.open == nil {
		w.excluded[notReplayed] += int64(len(f.rows))
		f.reset()
		return f
	}
	if len(w.env.Models) > 0 && (b.Scores == nil || len(b.Scores.Probability) < b.N) {
		w.scored = *b // timelines come without probabilities
		w.engine.Score(&w.scored)
		w.probability = w.scored.Scores.Probability[:b.N]
	} else if b.Scores != nil {
		w.probability = b.Scores.Probability
	}
	policies := b.Replay.Policy[:b.N]
	w.lasts(b, w.base, policies, false)
	w.open.Replay(b, policies, nil, &w.out)
	kept := f.rows[:0]
	outcomes := &b.Cols[w.outcome]
	kinds := w.kinds.Of(outcomes, kindOf)
	w.leaves.names(b)
	for _, row := range f.rows {
		i := int(row)
		today := b.Replay.Outcome[i] <= 1
		near := w.lastOf(i, policies[i], w.out.Outcome[i], w.out.Rule[i], nil)
		last := near
		if w.out.Outcome[i] > 1 {
			last = never
		}
		if today != (last >= 0) {
			w.excluded[notApart]++
			continue
		}
		kept = append(kept, row)
		kind := kinds[outcomes.Codes[i]]
		said := int8(-1)
		switch kind {
		case approvedOutcome:
			said = 1
		case deniedOutcome:
			said = 0
		}
		f.leaf = append(f.leaf, w.leaves.of(b, i))
		f.last, f.near = append(f.last, last), append(f.near, near)
		f.today, f.said = append(f.today, today), append(f.said, said)
		f.refer = append(f.refer, b.Replay.Outcome[i] == 3)
		f.tech = append(f.tech, kind != approvedOutcome && (kind == errorOutcome || w.technical(b, i)))
		f.ead = append(f.ead, w.exposure(b, &w.out, i))
		f.pd = append(f.pd, w.chance(b, w.probability, i))
		f.bad = append(f.bad, w.known(b, i, said))
	}
	f.rows = kept
	return f
}

// sort lists the rows that no guard takes out.
func (w *world) sort(b *features.Batch) {
	f := &w.facts
	out, app, test, at := &b.Cols[w.outcome], &b.Cols[w.application], &b.Cols[w.test], &b.Cols[w.decided]
	kinds := w.kinds.Of(out, kindOf)
	pre := w.pre.Of(app, func(s string) bool { return s == "prescreen" })
	to := w.env.Plan.AsOfMicros()
	for i := range b.N {
		r, c := b.Replay, out.Codes[i]
		switch {
		case test.Ints[i] != 0:
			w.excluded[isTest]++
		case app.Codes[i] != features.Null && pre[app.Codes[i]]:
			w.excluded[isPrescreen]++
		case c == features.Null || kinds[c] == noOutcome:
			w.excluded[isNoDecision]++
		case at.IsNull(i) || at.Ints[i] < w.from || at.Ints[i] > to:
			w.excluded[isOld]++
		case r == nil || r.Policy[i] < 0 || r.Outcome[i] == features.Undecided:
			w.excluded[notReplayed]++
		case r.Edge[i]:
			w.excluded[nearCut]++
		default:
			f.rows = append(f.rows, int32(i))
		}
	}
}

func (w *world) merge(o *world) []int32 {
	w.rowsIn += o.rowsIn
	w.noAmount += o.noAmount
	for i, n := range o.excluded {
		w.excluded[i] += n
	}
	return w.leaves.merge(&o.leaves)
}

// encode writes the counts; the leaves are written by their caller.
func (w *world) encode(e *stats.Encoder) {
	e.Varint(w.rowsIn)
	e.Varint(w.noAmount)
	e.Ints(w.excluded[:])
}

func (w *world) decode(d *stats.Decoder) {
	w.rowsIn, w.noAmount = d.Varint(), d.Varint()
	excluded := d.Ints()
	if len(excluded) != guards {
		d.Fail("%d guards instead of %d", len(excluded), guards)
		return
	}
	copy(w.excluded[:], excluded)
}

// coverage is the coverage of a check over the world.
func (w *world) coverage(check string) audit.Coverage {
	cov := audit.Coverage{Check: check, RowsIn: w.rowsIn, Judged: w.rowsIn}
	for i, n := range w.excluded {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: guardNames[i], Rows: n})
		cov.Judged -= n
	}
	switch {
	case w.env.Policies == nil:
		cov.Why = append(cov.Why, audit.T("the plan names no policy: nothing can be replayed", "方案未列出政策：无法复算"))
	case len(w.cuts) == 0:
		cov.Why = append(cov.Why, audit.T("no policy has a cut-off of the score: there is none to shift", "没有任何政策设有评分阈值：没有可移动的阈值"))
	}
	return cov
}
