package consistency

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const dominatedName = "dominated"

// Dominated finds denials beside approvals of applicants who were worse.
var Dominated = &audit.Check{
	Name:     dominatedName,
	Title:    audit.T("Denied, though weaker applicants were approved", "条件更弱者通过，本人却被拒绝"),
	Doc:      dominatedDoc,
	DocZh:    dominatedDocZh,
	Words:    dominatedWords,
	Evidence: audit.Evidence(dominatedEvidence),
	IDs:      []string{itemTwin, domWitnessIs + "#"},
	Chapter:  "consistency",
	Clauses:  clauses.IDs(clauses.PIPL24, clauses.GDPR22, clauses.AIActAccuracy),
	Needs: audit.Needs{
		Replay: true,
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"decision_id", "customer_id", "product", "decided_at", "outcome"},
			Optional: []audit.Want{
				{Column: "application_type"}, {Column: "is_test"}, {Column: "decider"}, {Column: "override_reason"}, {Column: "policy_version"},
				{Column: "model_version"}, {Column: "experiment_id"}, {Column: "experiment_arm"}, {Column: "engine_status"}, {Column: "error_code"},
				{Column: "score"}, {Column: "requested_amount"},
			},
			Features: true, Groups: true,
		}},
	},
	Settings: func() any {
		return &DominatedSettings{Witnesses: 3, Days: 30, Many: 100, Most: 100_000, Share: 0.05, Band: 20, Sheets: 50}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newDominance(env) },
	Conclude: concludeDominated,
}

// DominatedSettings are the parameters of dominated.
type DominatedSettings struct {
	Witnesses int64   `yaml:"witnesses" doc:"weaker approvals that a denial needs to be listed; default 3"`
	Days      int64   `yaml:"days" doc:"days before and after the denial that they may lie; default 30"`
	Many      int64   `yaml:"many" doc:"customers from which on a finding that no replay could check is of severity S2; default 100"`
	Most      int     `yaml:"most" doc:"approvals that are kept to be compared, half as many denials, and an eighth as many of each in the marginal band; beyond that the least by the hash of decision_id; default 100000"`
	Share     float64 `yaml:"share" doc:"without a policy: share of 100 denials or more beyond which dominated ones are counted and not listed, since decisions must have read something else; default 0.05"`
	Band      float64 `yaml:"band" doc:"points on either side of the cut-off that are the marginal band of the comparison files; default 20"`
	Sheets    int     `yaml:"sheets" doc:"comparison sheets written for each group; default 50"`
}

func (s *DominatedSettings) validate() error {
	switch {
	case s.Witnesses < 1:
		return fmt.Errorf("checks: dominated: witnesses %d must be at least 1", s.Witnesses)
	case s.Days < 0 || s.Days > 3660:
		return fmt.Errorf("checks: dominated: days %d must be from 0 to 3660", s.Days)
	case s.Most < 8 || s.Most > 10_000_000:
		return fmt.Errorf("checks: dominated: most %d must be from 8 to 10000000", s.Most)
	case !(s.Share >= 0 && s.Share <= 1):
		return fmt.Errorf("checks: dominated: share %v must be between 0 and 1", s.Share)
	case !(s.Band >= 0):
		return fmt.Errorf("checks: dominated: band %v must not be negative", s.Band)
	case s.Sheets < 0:
		return fmt.Errorf("checks: dominated: sheets %d must not be negative", s.Sheets)
	case s.Many < 1:
		return fmt.Errorf("checks: dominated: many %d must be at least 1", s.Many)
	}
	return nil
}

const dominatedDoc = `Denied, though weaker applicants were approved

A denied applicant is dominated by an approved one who is no better on anything
that the decision reads, and worse by one bin or more on something. Nobody can be
denied and dominate an approval under a policy that goes one way on each feature,
so that a dominated denial was either not decided by the policy, or the policy
and the model go another way than the plan's dictionary says.

What a decision reads are the inputs of its model and what its policy looks at. An
input of a card is compared by its points, where the dictionary gives it no
direction, or the card goes the direction (good: higher, lower) that it gives: so
missing values, codes and texts have an order too. Other numbers are compared in the
dictionary's direction; what has none, and texts, must be equal, and missing values
and special values of a model go with their like only. So must product,
application_type, policy_version, model_version, experiment_id and experiment_arm be
equal. requested_amount counts, less being better, unless the policy is known and
turns nobody down for it; what only the terms of a limit read, unless the replay says
that the limit turned nobody down. Bins are those of the model and the values at which
the policy changes its mind; between two of them applicants are alike, and on an edge
neither bin is presumed. Where any value may make a difference, as in a regression,
values are compared as they are, and a bin is the dictionary's step, or a decile.

Without a policy, knock-outs are not known: where more than "share" (0.05) of 100
denials or more are dominated, the decisions must have read something else, and none
is listed. Without a model too, the features of the plan's decisions table are
compared, as far as the dictionary gives a direction.

A case has at least "witnesses" (3) such approvals of other customers within "days"
(30) days, either way. It lists the three that are worse by the most bins, added up
over the features, among the first 100 in time, and what is worse about each.
Overrides, decisions by a person, test rows, technical errors, fraud holds and times
of cooling off are left out, each counted by its own guard; so are approvals that the
replayed policy does not give, which witness nothing. The comparison is exact:
approvals lie in the order of time, one bit each, and a denial is held against all of
them at once by the AND of one bit set a feature, over its own window. Beyond "most"
(100000) approvals, and half as many denials that the policy does not confirm, those
of the least hash of decision_id are held against each other, which the coverage says:
what is found is still true, and something may be missed.

	dominated_denial_rate   share of the denials compared that are dominated; by product and by what the replay says; Wilson interval
	dominance_depth         bins by which the worst witness is worse: median, with the range
	non_monotone_denials    dominated denials that the policy confirms, by feature that the card rewards for being worse
	marginal_overlap_rate   share of a group's denials in the marginal band that are at least as good as an approved applicant of the reference group; Wilson interval

Verdicts. A dominated denial that the replay contradicts is a case of
unexplaineddenial, which judges it; here it gets its witnesses, grade E3, no amount
and no remedy of its own. One that no replay could check is a case of grade E3,
never UNJUSTIFIED, for review by a person: what was read besides is not known. One
that the replay confirms is no false denial; all of them make one finding (S4), that
the model or the policy goes another way than the dictionary.

Comparison files follow the interagency fair lending examination procedures of the
FFIEC (2009). For each group column: the marginal band is the cut-off of the row's
policy ±"band" (20) points of the score; the benchmark is the weakest approved
applicant of the reference group in it, by score; the overlap are the denied
applicants of a group who are at least as good as an approved one of the reference
group: who scored no less and are no worse on anything that the policy reads, equals
included, within "days". Decisions by a person are in the files. Up to "sheets" (50)
pairs a group, chosen by hash, go to comparisons.arrow: the denied applicant beside
the weakest such approval, input by input, and whether the approved one is no better
on any of them (everywhere). They are for file review by a person, and no finding;
overlap is not tested. Groups under the plan's suppress are withheld. Without a policy
with a cut-off of the score there is no band, and nothing is written.

Source: domain design, consistency; FFIEC Interagency Fair Lending Examination
Procedures, August 2009, part III (comparative file review).`
