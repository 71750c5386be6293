package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const adjustedName = "adjustedparity"

// AdjustedParity compares the odds of denial with the plan's controls held equal.
var AdjustedParity = &audit.Check{
	Name:    adjustedName,
	Title:   audit.T("Denial with controls held equal", "控制变量相同时的拒绝情况"),
	Doc:     adjustedDoc,
	DocZh:   adjustedDocZh,
	Words:   adjustedMetrics,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.FourFifths, clauses.RegBGroups, clauses.PIPL24, clauses.AIActData, clauses.ConsumerDuty),
	Needs: audit.Needs{
		Groups: true,
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"outcome", "decided_at"},
			Optional: []audit.Want{{Column: "application_type"}, {Column: "is_test"}},
			Groups:   true,
			Controls: true,
		}},
	},
	Settings: func() any {
		return &AdjustedSettings{OddsRatio: 1.25, Excess: 10, Errors: "exclude", Designs: 1 << 16}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newAdjusted(env) },
	Conclude: concludeAdjusted,
}

// AdjustedSettings are the parameters of adjustedparity.
type AdjustedSettings struct {
	OddsRatio float64 `yaml:"odds_ratio" doc:"flag odds of denial above this multiple of the reference group's; default 1.25"`
	Excess    float64 `yaml:"excess" doc:"and only with at least this many denials above the reference's; default 10"`
	Errors    string  `yaml:"errors" enum:"exclude,denied" doc:"decisions whose outcome is error: exclude (default) or count as denied"`
	Designs   int     `yaml:"designs" doc:"combinations of group and controls that are kept: with more the regression is of a sample of them; default 65536"`
}

// Validate reports the first setting that makes no sense.
func (s *AdjustedSettings) Validate() error {
	switch {
	case !(s.OddsRatio >= 1):
		return fmt.Errorf("checks: adjustedparity: odds_ratio %v must be at least 1", s.OddsRatio)
	case !(s.Excess >= 0):
		return fmt.Errorf("checks: adjustedparity: excess %v must not be negative", s.Excess)
	case s.Errors != "exclude" && s.Errors != "denied":
		return fmt.Errorf("checks: adjustedparity: errors %q is unknown; use exclude or denied", s.Errors)
	case s.Designs < 1:
		return fmt.Errorf("checks: adjustedparity: designs %d must be at least 1", s.Designs)
	}
	return nil
}

// adjustedMetrics names the metrics of adjustedparity, and its cause.
var adjustedMetrics = map[string]audit.Text{
	adjustedOdds:   audit.T("denial odds ratio, controls held equal", "控制变量相同时的拒绝比值比"),
	adjustedR2:     audit.T("pseudo R² of the regression of denial", "拒绝回归的伪R²"),
	"ADJUSTED_GAP": audit.T("gap in denial with controls held equal", "控制变量相同时的拒绝差距"),
}

const adjustedDoc = `Odds of denial by group with the plan's controls held equal

Strata hold few things equal; a regression holds many. For each group dimension
of the plan, one logistic regression of denial (approved or denied; guards as in
approvalparity) on a dummy for each group but the reference, and on the plan's
controls. The other dimensions are no controls. Maximum likelihood by Newton's
method; statsmodels' Logit gives the same.

	adjusted_odds_ratio   exp(coefficient of the group): odds of denial over the reference's; above 1 the group is denied more; Wald interval
	adjusted_pseudo_r2    1 - log-likelihood / that of the intercept alone (McFadden), by dimension

Numbers are taken as they are; texts as a dummy for each level but the
commonest, at most 20, the rest and those under min_cell rows together. Decisions
without a value of some control are left out and counted by a guard, and so are,
in a dimension, those without a group of it. A control that the export lacks is
not held equal, and the coverage says so; one that the others make up is left
out. Groups under min_cell rows or with one outcome only are insufficient, and
their decisions left out. So are decisions at a level of a text, or at one of two
values of a number, where all were decided alike: they tell nothing of groups.
Where the controls still tell the outcome without error (separation) there is no
estimate, and the result is insufficient.

The odds ratio is tested by Wald's test. It is flagged above "odds_ratio" (1.25)
where its interval lies above 1, the denials above what the same applicants
would have had in the reference group are at least "excess" (10), and the
corrected p-value is below the plan's alpha. The smallest detectable gap is
exp((1.96+0.84)·se) - 1.

Decisions are counted by design, the combination of group and controls. With more
than "designs" (65536) of them, those are kept whose hash begins with 1, 2, 3 …
zero bits, as many as it takes: a sample of designs, each with all its decisions,
the same in whatever order the rows come. It is drawn by the controls and the
group alone, never by outcome, and so has no bias; controls cut into classes
would leave some of the gap that they explain. A warning says that it is one.

A regression is no proof. What the controls leave out may explain the gap; a
control that the lender made, or that stands for the group, may hide it. Hold
equal only what the policy may lawfully use.`
