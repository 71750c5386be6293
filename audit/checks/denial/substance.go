package denial

import (
	"math"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/policy"
	"evenhand/audit/replay"
	"evenhand/features"
)

// standing is where a decision stands against the replay of the policy.
type standing uint8

const (
	notReplayed   standing = iota // no policies, or none that the row names
	undecided                     // something that the policy needs is missing
	technical                     // the engine failed
	fraudHeld                     // a fraud hold, or a declared exemption
	right                         // as the policy says, or better for the applicant
	edgeCase                      // the score is within the tolerance of a cut-off
	overridden                    // a person departed from the replay, and said so (D1)
	departed                      // a person departed from the replay, and gave no reason (D2)
	skippedReview                 // denied by the engine, though the policy refers it to a person
	wrong                         // the policy approves, or grants more
	standings
)

var standingNames = [standings]string{
	"not replayed", "undecided", "technical", "fraud hold or exempt", "as the policy says", "edge case",
	"override", "manual departure without a reason", "review by a person skipped", "against the policy",
}

// why is what explains a departure from the policy: bits, in the order in which
// the first that holds is primary.
type why uint8

const (
	whyUnit    why = 1 << iota // the recorded score comes of a value in the wrong unit
	whyScore                   // the recorded score is not the model's
	whyTie                     // a score equal to a cut-off, taken the wrong way
	whyVersion                 // another version of the policy gives the outcome
	whyArm                     // another arm of the row's experiment does
	whyRule                    // a reason on record names a rule that the version does not have
	whyOver                    // only the arm of an experiment that was over, or never approved, denies
	whyNothing                 // nothing found
	allWhys        = 1<<8 - 1
	whyKinds       = 8
	noWhy      why = 0
)

var whyCauses = [whyKinds]string{
	cause.DataUnit, cause.ScoreError, cause.TieRule, cause.PolicyUndeclared, cause.Experiment, cause.PolicyUndeclared, cause.ExperimentOver, cause.Unexplained,
}

// mismatchNames are the classes of decision mismatches by why; see also the
// manual. Errors of scores are scorematch's taxonomy M1 to M8.
var mismatchNames = [whyKinds]string{"score", "score", "D4", "D3", "D7", "D5", "D7", "D7"}

// primary is the index of the first bit that is set.
func (w why) primary() int {
	for k := range whyKinds {
		if w&(1<<k) != 0 {
			return k
		}
	}
	return whyKinds - 1
}

// ruling is what the replay makes of one row.
type ruling struct {
	standing standing
	why      why
	versions uint64 // other policies that give the recorded outcome: bit k is policy k
	short    int64  // minor units withheld, when wrong
	factor   int16  // the single factor that flips a right denial, or -1
}

// replayer judges the rows of batches against the lender's own policy.
type replayer struct {
	env     *audit.Env
	engine  *replay.Engine
	prover  *prover
	steps   []int64  // by policy: what limits are multiples of, in minor units
	arrears []int    // columns that must be 0 for a customer without arrears
	factors []factor // that R0.8 neutralises
	judges  bool     // there is anything to judge by

	decider, override         int // columns
	score, granted, requested int
	decided, experiment, arm  int
	product, reasons          int

	rulings []ruling
	asked   []int              // rows to explain
	flips   []int              // rows to neutralise factors of
	over    []int              // right denials in an arm that should not have ruled
	agreed  []int              // right approvals, to hold other versions against
	several bool               // there is more than one version
	tests   *cause.Experiments // nil: the export has no table of experiments
	blind   []bool             // by policy: it has arms, and the export does not say who was in which
	scratch features.Batch
	models  []int16
	as      []int16
}

func newReplayer(env *audit.Env) *replayer {
	r := &replayer{env: env, prover: newProver(env)}
	for name, at := range map[string]*int{
		"decider": &r.decider, "override_reason": &r.override, "score": &r.score,
		"approved_limit": &r.granted, "requested_amount": &r.requested, "decided_at": &r.decided,
		"experiment_id": &r.experiment, "experiment_arm": &r.arm, "product": &r.product, "reasons": &r.reasons,
	} {
		*at = env.Col("decisions", name)
	}
	if env.Policies == nil {
		return r
	}
	r.judges = true
	for _, p := range env.Policies.Policies {
		r.several = r.several || p.Version != env.Policies.Policies[0].Version
	}
	scale := float64(env.Plan.MoneyScale())
	for i := range env.Policies.Policies {
		p := &env.Policies.Policies[i]
		r.steps = append(r.steps, stepOf(p, scale))
	}
	if env.Lookups["experiments"] != nil {
		r.tests = cause.NewExperiments(env)
	}
	l := env.Layouts["decisions"]
	told := l.Exported("experiment_id") && l.Exported("experiment_arm")
	for i := range env.Policies.Policies {
		r.blind = append(r.blind, !told && len(env.Policies.Policies[i].Arms) > 0)
	}
	r.arrears, r.factors = watched(env)
	return r
}

// stepOf is what the limits of a policy are multiples of, in minor units; 1
// when it is no plain number.
func stepOf(p *policy.Policy, scale float64) int64 {
	if p.Limit != nil {
		if x, ok := plainNumber(string(p.Limit.Step)); ok && x*scale >= 1 {
			return int64(math.Round(x * scale))
		}
	}
	return 1
}

// start returns the engine: made late, since states that only merge need none.
func (r *replayer) start() *replay.Engine {
	if r.engine == nil {
		e, err := replay.New(r.env, "decisions", false)
		if err != nil {
			panic("unexplaineddenial: " + err.Error()) // the driver has made the same one
		}
		r.engine = e
	}
	return r.engine
}

// Outcomes as the contract numbers them.
const (
	outApproved uint8 = iota
	outLower
	outDenied
	outReferred
)

// rule judges every row of a batch: recorded is the outcome on record of each,
// an index into features.Outcomes or 255, and exempt says which rows nobody is
// told about.
func (r *replayer) rule(b *features.Batch, recorded []uint8, exempt func(i int) bool) []ruling {
	r.rulings = r.rulings[:0]
	r.asked, r.flips, r.agreed, r.over = r.asked[:0], r.flips[:0], r.agreed[:0], r.over[:0]
	r.prover.bind(b)
	for i := range b.N {
		x := ruling{factor: -1}
		if recorded[i] <= outReferred {
			x.standing, x.short = r.stand(b, i, recorded[i])
			switch {
			case recorded[i] != outDenied && recorded[i] != outLower:
				switch {
				case x.standing == wrong:
					r.asked = append(r.asked, i)
				case x.standing == right && recorded[i] == outApproved && (r.several || len(r.factors) > 0):
					r.agreed = append(r.agreed, i)
				}
			case x.standing == technical:
			case r.prover.engine.of(i) == fraudHold || exempt(i):
				x.standing = fraudHeld
			case x.standing == wrong || x.standing == skippedReview:
				r.asked = append(r.asked, i)
			case x.standing == right && recorded[i] == outDenied && b.Replay.Outcome[i] == outDenied && r.outlived(b, i):
				r.over = append(r.over, i)
			case x.standing == right && recorded[i] == outDenied && b.Replay.Outcome[i] == outDenied && len(r.factors) > 0 && r.clean(b, i):
				r.flips = append(r.flips, i)
			}
		}
		r.rulings = append(r.rulings, x)
	}
	if len(r.asked) > 0 {
		r.explain(b, recorded)
	}
	if len(r.over) > 0 {
		r.withoutArm(b, recorded)
	}
	if len(r.flips) > 0 {
		r.neutralise(b)
	}
	return r.rulings
}

// stand compares what is on record of row i with the replay, and returns the
// minor units withheld. An approval above the policy is wrong too.
func (r *replayer) stand(b *features.Batch, i int, recorded uint8) (standing, int64) {
	adverse := recorded == outDenied || recorded == outLower
	if adverse && r.prover.proof(b, i) != noProof {
		return technical, 0
	}
	if b.Replay == nil || b.Replay.Policy[i] < 0 {
		return notReplayed, 0
	}
	out, limit := b.Replay.Outcome[i], b.Replay.Limit[i]
	if out == features.Undecided || out > outReferred {
		return undecided, 0
	}
	departs, short := r.departs(b, i, recorded, out, limit)
	switch {
	case !departs:
		return right, 0
	case b.Replay.Edge[i]:
		return edgeCase, 0
	}
	if said, person := r.person(b, i); person {
		if said || out == outReferred { // a person decides what is referred
			return overridden, 0
		}
		return departed, 0
	}
	if adverse && out == outReferred {
		return skippedReview, 0
	}
	if adverse && r.blind[b.Replay.Policy[i]] {
		return undecided, 0 // an arm may have ruled
	}
	return wrong, short
}

// departs reports whether the outcome on record of row i departs from a
// replayed one: adverse ones to the applicant's harm, others to the lender's.
func (r *replayer) departs(b *features.Batch, i int, recorded, out uint8, limit int64) (bool, int64) {
	step := int64(1)
	if p := b.Replay.Policy[i]; p >= 0 {
		step = r.steps[p]
	}
	granted, known := money(&b.Cols[r.granted], i)
	asked, asks := money(&b.Cols[r.requested], i)
	switch recorded {
	case outDenied:
		if out == outDenied {
			return false, 0
		}
		short := asked
		if limit >= 0 && (!asks || limit < asked) {
			short = limit
		}
		return true, short
	case outLower:
		if out == outReferred || out == outDenied {
			return false, 0 // granted more than the policy gives
		}
		if limit < 0 && out == outApproved && asks {
			limit = asked
		}
		if asks {
			limit = min(limit, asked)
		}
		if !known || limit < 0 {
			return false, 0
		}
		return limit-granted >= step, limit - granted
	case outApproved:
		if out == outDenied || out == outReferred {
			return true, 0
		}
		return known && limit >= 0 && granted-limit >= step, 0
	}
	return false, 0
}

// person reports whether a person decided row i, and whether that is recorded
// as an override or with a reason.
func (r *replayer) person(b *features.Batch, i int) (said, person bool) {
	who := b.Cols[r.decider].Text(i)
	said = who == "override" || b.Cols[r.override].Codes[i] != features.Null
	return said, said || who == "manual"
}

func money(v *features.Vector, i int) (int64, bool) {
	if v.IsNull(i) {
		return 0, false
	}
	return v.Ints[i], true
}
