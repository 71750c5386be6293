package denial

import (
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// proof is what shows that a denial was none.
type proof uint8

const (
	noProof    proof = iota
	byStatus         // the engine's status or error code is a technical one
	byTimeout        // it ran into its time limit, and no rule's outcome is recorded
	bySentinel       // the score is a placeholder
	byNoScore        // the score that the policy needs is missing
	proofs
)

// prover looks for proof in rows of decisions. Both checks on denials use it:
// a technical failure is no wrong decision.
type prover struct {
	settings *TechnicalSettings
	scored   bool     // the export has scores
	hard     [][]bool // by policy and rule: it needs no score
	engine   engineClasses

	at                                    [5]int
	absent                                [5]features.Vector // of columns that the check doesn't read
	status, code, latency, score, version *features.Vector
}

// newProver returns a prover with the settings of technicaldenial in the plan,
// whichever check it is for.
func newProver(env *audit.Env) *prover {
	p := &prover{engine: engineClasses{plan: env.Plan}, scored: env.Layouts["decisions"].Exported("score")}
	var ok bool
	if p.settings, ok = env.Plan.Settings(technicalName).(*TechnicalSettings); !ok {
		p.settings = technicalDefaults()
	}
	for k, name := range []string{"engine_status", "error_code", "latency_ms", "score", "model_version"} {
		p.at[k] = env.Layouts["decisions"].Index(name)
	}
	if env.Policies != nil {
		for _, x := range env.Policies.Policies {
			var hard []bool
			for _, r := range x.Rules {
				hard = append(hard, r.Cutoff == nil && r.Stage != "score")
			}
			for range x.Cooling {
				hard = append(hard, true)
			}
			p.hard = append(p.hard, hard)
		}
	}
	return p
}

// bind points the prover at a batch.
func (p *prover) bind(b *features.Batch) {
	for k, to := range []**features.Vector{&p.status, &p.code, &p.latency, &p.score, &p.version} {
		if p.at[k] >= 0 {
			*to = &b.Cols[p.at[k]]
			continue
		}
		p.absent[k].Absent([]features.Kind{features.Text, features.Text, features.Int, features.Float, features.Text}[k], b.N)
		*to = &p.absent[k]
	}
	p.engine.bind(p.status, p.code)
}

// proof returns what shows that the denial of row i is a technical fault. A
// status or code is proof by itself; the others give way to a hard rule of the
// policy, which denies without a score.
func (p *prover) proof(b *features.Batch, i int) proof {
	engine := p.engine.of(i)
	switch {
	case engine == technicalFault:
		return byStatus
	case engine == otherClass || engine == fraudHold || p.deniedHard(b, i):
		return noProof
	}
	score := p.score.Floats[i]
	lost := p.scored && score != score && p.version.Codes[i] != features.Null // a score was asked for
	failed := engine == unsaid && (p.status.Codes[i] != features.Null || p.code.Codes[i] != features.Null)
	if limit := p.settings.TimeoutMS; limit > 0 && !p.latency.IsNull(i) && p.latency.Ints[i] >= limit && (failed || lost) {
		return byTimeout
	}
	if score == score && slices.Contains(p.settings.Sentinels, score) && !p.genuine(b, i, score) {
		return bySentinel
	}
	// A missing score is proof only where the policy needs one: its replay,
	// with the recomputed score, comes to the score rules.
	if lost && b.Replay != nil && b.Replay.Outcome[i] != features.Undecided {
		return byNoScore
	}
	return noProof
}

// genuine reports whether a score of row i that looks like a placeholder may be
// the model's own: it is recomputed, or so small that without a model it could
// be one of log-odds.
func (p *prover) genuine(b *features.Batch, i int, score float64) bool {
	if b.Scores == nil || b.Scores.Model[i] < 0 {
		return score > -10 && score < 10
	}
	return b.Scores.Score[i] == score
}

// deniedHard reports whether the policy denies row i by a rule that needs no
// score.
func (p *prover) deniedHard(b *features.Batch, i int) bool {
	r := b.Replay
	if r == nil || r.Policy[i] < 0 || r.Rule[i] < 0 || r.Outcome[i] != outDenied {
		return false
	}
	hard := p.hard[r.Policy[i]]
	return int(r.Rule[i]) < len(hard) && hard[r.Rule[i]]
}
