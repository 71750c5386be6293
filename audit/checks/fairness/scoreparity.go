package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const scoreName = "scoreparity"

// ScoreParity compares the scores and the initial limits of groups.
var ScoreParity = &audit.Check{
	Name:    scoreName,
	Title:   audit.T("Scores and initial limits by group", "各群体的评分与初始额度"),
	Doc:     scoreDoc,
	DocZh:   scoreDocZh,
	Words:   scoreMetrics,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.FourFifths, clauses.RegBGroups, clauses.PIPL24, clauses.AIActData, clauses.ConsumerDuty),
	Needs: audit.Needs{
		Groups: true,
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"outcome", "decided_at"},
			Optional: []audit.Want{
				{Column: "application_type"}, {Column: "is_test"}, {Column: "product"}, {Column: "policy_version"}, {Column: "model_version"},
				{Column: "score", Effect: audit.T("recorded scores are not compared", "不比较记录评分")},
				{Column: "approved_limit", Effect: audit.T("initial limits are not compared", "不比较初始额度")},
			},
			Groups:   true,
			Features: true, // recomputed scores
		}},
	},
	Settings: func() any { return &ScoreSettings{SMD: 30, Ratio: 0.8, Cells: condCells} },
	New:      func(env *audit.Env) (audit.State, error) { return newScoreParity(env) },
	Conclude: concludeScore,
}

// ScoreSettings are the parameters of scoreparity.
type ScoreSettings struct {
	SMD   float64 `yaml:"smd" doc:"watch standardised mean differences from this on, in hundredths of a standard deviation; default 30"`
	Ratio float64 `yaml:"ratio" doc:"line drawn for the adverse impact ratio by quantile; default 0.8"`
	Cells int     `yaml:"cells" doc:"cells kept of scores, and of limits, by group: with more, they lose digits until they fit; default 262144"`
}

// Validate reports the first setting that makes no sense.
func (s *ScoreSettings) Validate() error {
	switch {
	case !(s.SMD > 0):
		return fmt.Errorf("checks: scoreparity: smd %v must be above 0", s.SMD)
	case !(s.Ratio > 0 && s.Ratio <= 1):
		return fmt.Errorf("checks: scoreparity: ratio %v must be above 0 and at most 1", s.Ratio)
	case s.Cells < 1:
		return fmt.Errorf("checks: scoreparity: cells %d must be at least 1", s.Cells)
	}
	return nil
}

// scoreMetrics names the metrics of scoreparity, and its cause.
var scoreMetrics = map[string]audit.Text{
	smdPooled:                    audit.T("standardised mean difference of score", "评分标准化均值差"),
	smdPooled + ofRecomputed:     audit.T("standardised mean difference of recomputed score", "复算评分标准化均值差"),
	smdPopulation:                audit.T("standardised mean difference of score, deviation of all", "评分标准化均值差（全体标准差）"),
	smdPopulation + ofRecomputed: audit.T("standardised mean difference of recomputed score, deviation of all", "复算评分标准化均值差（全体标准差）"),
	airQuantile:                  audit.T("adverse impact ratio by quantile of score", "按评分分位的影响比率"),
	airQuantile + ofRecomputed:   audit.T("adverse impact ratio by quantile of recomputed score", "按复算评分分位的影响比率"),
	limitQuantile:                audit.T("quantile of initial limits", "初始额度分位数"),
	limitGap:                     audit.T("gap between quantiles of initial limits", "初始额度分位数差距"),
	limitGapHeld:                 audit.T("gap between quantiles of initial limits within strata", "分层内初始额度分位数差距"),
	"SCORE_GAP":                  audit.T("gap in scores", "评分差距"),
}

const scoreDoc = `Scores and initial limits by group, against the plan's reference group

Decisions approved or denied (guards as in approvalparity) that have a score,
recorded or recomputed by the plan's models; and, of initial limits, those
approved with an approved_limit whose application_type is new_line or unknown.

	standardized_mean_difference             100·(mean - reference mean) / s, s the pooled sample deviation; negative: the group's mean is lower
	standardized_mean_difference_population  the same with the deviation of all decisions, the default of solas disparity
	adverse_impact_ratio_by_quantile         share of the group at or past the score that the best tenth, two tenths … of all reach, over the reference's share; Katz log interval
	initial_limit_quantile                   the 0.1, 0.5 and 0.9 quantile of initial limits, as numpy.quantile; interval between order statistics
	initial_limit_quantile_gap               group's less the reference's
	initial_limit_quantile_gap_conditional   mean of the gaps within strata, weighted n1·n0/(n1+n0)

The names end in _recomputed for recomputed scores. Scores of two models may be
on different scales, so each model_version (and product, where the plan's models
are of one) is compared by itself: shares count scores past the cut of their own
model, and differences are the mean of each model's, weighted n1·n0/(n1+n0).
Higher scores of a model count as better where those approved have the higher
mean, and lower ones otherwise; where models differ in that, negative is worse.

Only standardized_mean_difference is tested, of recorded scores where there are
any: by Welch's test, and by a normal test of the mean of several models. It is on watch where the group's scores are worse by "smd" (30,
that is 0.3 deviations) or more and the corrected p-value is below the plan's
alpha; its interval is Hedges and Olkin's. Rows without a group are compared and
not tested. The smallest detectable gap is 100·(1.96+0.84)·√(1/n1+1/n0).

Means and deviations are exact. Quantiles and shares are read off scores and
limits kept to 13 significant bits: every integer up to 8192 exactly, others
below by less than 0.025 %, and with fewer bits where there are more than
"cells" (262144) of them by group. Limits are in units of a hundred minor ones.

Strata of limits are the plan's strata crossed with product and policy_version;
those with fewer than "suppress" limits on a side are left out. The interval of a
gap adds the squared distances to the ends of both quantiles' own intervals
(MOVER, Donner and Zou 2010), that of the weighted mean those of its gaps. An
initial limit belongs to the approved only: the gap says nothing of those denied.

A score may differ between groups as what it predicts does. The figures are
screens, not legal tests. Values agree with numpy and scipy, and with solas
disparity in definition.`
