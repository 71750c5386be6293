package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const conditionalName = "conditionalparity"

// ConditionalParity compares approval between groups within strata.
var ConditionalParity = &audit.Check{
	Name:    conditionalName,
	Title:   audit.T("Approval at equal circumstances", "同等条件下的通过率"),
	Doc:     conditionalDoc,
	DocZh:   conditionalDocZh,
	Words:   conditionalMetrics,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.FourFifths, clauses.RegBGroups, clauses.PIPL24, clauses.AIActData, clauses.ConsumerDuty),
	Needs: audit.Needs{
		Groups: true,
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"outcome", "decided_at"},
			Optional: []audit.Want{
				{Column: "application_type"}, {Column: "is_test"}, {Column: "product"}, {Column: "policy_version"}, {Column: "model_version"},
				{Column: "score", Effect: audit.T("approval is not compared at equal score", "不在评分相同时比较通过率")},
			},
			Groups: true,
		}},
	},
	Settings: func() any {
		return &ConditionalSettings{OddsRatio: 0.8, Ratio: 0.8, Shortfall: 10, Errors: "exclude", Cells: condCells}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newConditional(env) },
	Conclude: concludeConditional,
}

// ConditionalSettings are the parameters of conditionalparity.
type ConditionalSettings struct {
	OddsRatio float64 `yaml:"odds_ratio" doc:"flag odds of approval within strata below this share of the reference group's; default 0.8"`
	Ratio     float64 `yaml:"ratio" doc:"overall approval rates below this share of the reference group's count as a gap when reversals are looked for; default 0.8 (four fifths)"`
	Shortfall float64 `yaml:"shortfall" doc:"and only when at least this many approvals are missing; default 10"`
	Errors    string  `yaml:"errors" enum:"exclude,denied" doc:"decisions whose outcome is error: exclude (default) or count as denied"`
	Cells     int     `yaml:"cells" doc:"cells kept of scores by group, product and policy version: with more, scores lose digits until they fit; default 262144"`
}

// Validate reports the first setting that makes no sense.
func (s *ConditionalSettings) Validate() error {
	switch {
	case !(s.OddsRatio > 0 && s.OddsRatio <= 1):
		return fmt.Errorf("checks: conditionalparity: odds_ratio %v must be above 0 and at most 1", s.OddsRatio)
	case !(s.Ratio > 0 && s.Ratio <= 1):
		return fmt.Errorf("checks: conditionalparity: ratio %v must be above 0 and at most 1", s.Ratio)
	case !(s.Shortfall >= 0):
		return fmt.Errorf("checks: conditionalparity: shortfall %v must not be negative", s.Shortfall)
	case s.Errors != "exclude" && s.Errors != "denied":
		return fmt.Errorf("checks: conditionalparity: errors %q is unknown; use exclude or denied", s.Errors)
	case s.Cells < 1:
		return fmt.Errorf("checks: conditionalparity: cells %d must be at least 1", s.Cells)
	}
	return nil
}

func condTooMany(n int) error {
	return fmt.Errorf("plan: strata and segments make %d ways to hold things equal and at most %d fit; list fewer", n, condMaxSets)
}

const conditionalDoc = `Approval by group where the circumstances are equal

Overall rates mix unlike applicants: a group may be behind overall and in no
stratum, or level overall and behind in every one (Simpson's paradox). This
check holds things equal before it compares: decisions approved or denied, of
each group against the plan's reference group, within strata. Guards are those
of approvalparity.

What is held equal, each a set of strata named in the metric's segment: all of
the plan's strata crossed; each of them alone; each segment of the plan alone;
and, named score_decile, the decile of the recorded score × product ×
policy_version × model_version, where scores are recorded. Deciles are of the
judged rows of a model_version that have a score, since another model's scores
may mean something else; they are cut as pandas.qcut does, on scores kept to 13
significant bits (every integer up to 8192 exactly).
Rows without a value of what is held equal are left out of that set and counted
in a warning. Strata without both groups or without both outcomes tell
nothing and are left out of all pooled figures.

	mantel_haenszel_odds_ratio    Σ(ad/n) / Σ(bc/n), odds of approval of the group over the reference's; below 1 the group is approved less; Robins-Breslow-Greenland interval
	mantel_haenszel_risk_ratio    Σ(a(c+d)/n) / Σ(c(a+b)/n), of the same strata; Greenland-Robins interval
	cmh_chi2                      Cochran-Mantel-Haenszel, without continuity correction
	cmh_chi2_corrected            the same with |Σ(a-E)| lowered by 1/2
	breslow_day_chi2              whether the odds ratio is the same in all strata
	tarone_chi2                   the same with Tarone's correction
	informative_strata            strata with both groups and both outcomes
	crude_odds_ratio              of all rows of the set, nothing held equal; Woolf interval
	log_odds_ratio_remaining      ln(pooled) / ln(crude): the share of the crude gap that the strata leave; only where the crude interval is off 1
	simpson_reversal              the pooled odds ratio, where it and the overall rates say different things; a reversal proper where crude_odds_ratio, its effect, is on the other side of 1

Only mantel_haenszel_odds_ratio is tested, by the corrected CMH, and only in the
sets that decide: all strata crossed, and the score; where neither has min_cell
rows of both groups that tell, the single strata; without those the segments.
What a finer set explains is thus no finding in a coarser one. Rows without a
group are compared and not tested: they are no group of people. Its effect is the
shortfall Σ(E-a): approvals missing against equal rates within strata. It is
flagged when it is below "odds_ratio" (0.8), its interval lies below 1, the
shortfall is at least "shortfall" (10) and the corrected p-value below the
plan's alpha. The smallest detectable gap is 1 - exp(-(1.96+0.84)/√V), V the
variance of the test: as a share of the odds. By period the first set is given
without a test.

Overall rates count as a gap, when reversals are looked for, below "ratio" (0.8)
with "shortfall" approvals missing and an uncorrected p-value below alpha.

Hold equal only what the policy may lawfully use, and nothing that it decides
itself, such as the limit: that hides gaps. What is not held equal may explain
the rest: the figure is a screen, not proof of unequal treatment, and no legal
test. Berkeley's admissions of 1973 are its example: 0.54 overall, 1.11 by
department. Values agree with statsmodels' StratifiedTable. Mantel and Haenszel
(1959), Robins, Breslow and Greenland (1986), Tarone (1985).`
