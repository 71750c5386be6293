package consistency

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const conditionsName = "conditions"

// Conditions compares the circumstances of denials that no policy names.
var Conditions = &audit.Check{
	Name:     conditionsName,
	Title:    audit.T("Circumstances of the moment", "决策时刻的情形"),
	Doc:      conditionsDoc,
	DocZh:    conditionsDocZh,
	Words:    conditionsWords,
	Chapter:  "consistency",
	Clauses:  clauses.IDs(clauses.PIPL24, clauses.AIActAccuracy),
	Settings: func() any { return &ConditionsSettings{Odds: 1.5, Excess: 10, NightFrom: 22, NightTo: 6} },
	Needs: audit.Needs{
		Models: false, Replay: true,
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"outcome", "decided_at", "product"},
			Optional: []audit.Want{
				{Column: "application_type"}, {Column: "is_test"}, {Column: "decider"}, {Column: "override_reason"},
				{Column: "policy_version"}, {Column: "model_version"}, {Column: "engine_status"}, {Column: "score"},
				{Column: "error_code", Effect: audit.T("error codes are not compared", "不比较错误代码")},
				{Column: "latency_ms", Effect: audit.T("slow decisions are not compared", "不比较耗时长的决策")},
			},
			Features: true,
		}},
		Lookups: []audit.TableNeed{{
			Table:    "incidents",
			Required: []string{"incident_id", "starts_at", "ends_at"},
			Optional: []audit.Want{{Column: "services"}, {Column: "error_codes"}},
		}},
	},
	New:      func(env *audit.Env) (audit.State, error) { return newConditions(env) },
	Conclude: concludeConditions,
}

// ConditionsSettings are the parameters of conditions.
type ConditionsSettings struct {
	Odds      float64 `yaml:"odds" doc:"flag a common odds ratio of denial from here on; default 1.5"`
	Excess    float64 `yaml:"excess" doc:"and only when at least this many denials are above what the strata expect; default 10"`
	NightFrom int     `yaml:"night_from" doc:"first hour of the night, in the plan's time zone; default 22"`
	NightTo   int     `yaml:"night_to" doc:"first hour of the day; default 6"`
}

func (s *ConditionsSettings) validate() error {
	switch {
	case !(s.Odds >= 1):
		return fmt.Errorf("checks: conditions: odds %v must be at least 1", s.Odds)
	case !(s.Excess >= 0):
		return fmt.Errorf("checks: conditions: excess %v must not be negative", s.Excess)
	case s.NightFrom < 0 || s.NightFrom > 23 || s.NightTo < 0 || s.NightTo > 23 || s.NightFrom == s.NightTo:
		return fmt.Errorf("checks: conditions: night_from %d and night_to %d must be two different hours from 0 to 23", s.NightFrom, s.NightTo)
	}
	return nil
}

const conditionsDoc = `Circumstances of the moment

A policy does not deny because it is night, or because the engine was slow. This
check compares denials with what was there at the moment of the decision:

	latency_p99   latency_ms above the 99th percentile of its product
	error         an error_code on record that the plan's errors, or a built-in lexicon, do not know as a rule's outcome
	peak_load     one of the busiest tenth of the hours, by decisions on record in the hour
	night         decided from "night_from" (22) to "night_to" (6), in the plan's time zone
	weekend       decided on a Saturday or Sunday, workdays of the plan or not

Like is compared with like: strata are product, application_type, policy_version,
what the replayed policy says (where the plan has one) and the tenth of the stratum
that the score lies in, recomputed where a model applies, else as recorded; rows
without a score are a stratum of their own. For peak_load, whose hours are known
only in the end, scores are cut eight times a doubling instead. Overrides and
decisions by a person are left out, since people work by day; fraud holds, test
rows, prescreens and what is no decision too, each by its own guard.

	circumstance_odds             Mantel-Haenszel common odds ratio of denial, Robins-Breslow-Greenland interval; k/n and k_ref/n_ref are the crude counts
	nontechnical_odds             the same without the technical failures that were recorded as denials
	circumstance_incident_share   share of the denials under a circumstance that lie in the window of an incident
	latency_p99                   the threshold of latency by product, in ms

One test a circumstance: Cochran-Mantel-Haenszel, with continuity correction. The
effect is the excess: denials under the circumstance less those that the strata
expect, Σ(a − E a). A circumstance is flagged when the common odds ratio is at least
"odds" (1.5), the excess at least "excess" (10), and the corrected p-value below the
plan's alpha; an odds ratio that is infinite, because nobody else was denied in its
strata, is withheld and flagged by the excess. Fewer rows than min_cell on a side are
insufficient. Latency is counted in bins, 16 a doubling, and the threshold is the
first edge that at most 1 % of the product's decisions reach. Busiest hours are
those of at least so many decisions that no more than a tenth of the hours with any
has; where hours are too much alike for that there are none.

A finding is of grade E3: an association, after what was held equal, and no proof of
a cause, nor of any single denial being wrong. It is of severity S3 where it stays
when technical failures are left out, and else S4: then technicaldenial has the
denials themselves.

Source: domain design, consistency; Mantel and Haenszel 1959; Robins, Breslow and
Greenland 1986. Values agree with statsmodels (StratifiedTable.oddsratio_pooled,
oddsratio_pooled_confint, test_null_odds).`
