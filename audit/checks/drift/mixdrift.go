package drift

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

// MixDrift compares what was decided, why, by whom and through which channel
// with a reference period.
var MixDrift = &audit.Check{
	Name:    mixName,
	Title:   audit.T("Drift of reasons, outcomes and channels", "理由、结果与渠道构成漂移"),
	Doc:     mixDoc,
	DocZh:   mixDocZh,
	Words:   mixMetrics,
	Chapter: "drift",
	Clauses: clauses.IDs(clauses.SR262, clauses.InternetLoansModels),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    table,
			Required: []string{"decided_at", "outcome"},
			Optional: []audit.Want{
				{Column: "reasons", Effect: audit.T("the mix of reasons isn't compared", "无法比较理由构成")},
				{Column: "decider", Effect: audit.T("overrides and manual decisions aren't compared", "无法比较人工与推翻决策的占比")},
				{Column: "product"}, {Column: "channel"}, {Column: "partner"}, {Column: "model_version"}, {Column: "policy_version"},
				{Column: "engine_status"}, {Column: "error_code"}, {Column: "application_type"}, {Column: "is_test"},
			},
		}},
		Lookups: []audit.TableNeed{{Table: "incidents", Required: []string{"incident_id", "starts_at", "ends_at"}}},
	},
	Settings: func() any {
		return &MixSettings{MinRows: 100, Warn: 0.10, Fail: 0.25, Levels: 20, Approval: 0.05, Override: 0.02, Manual: 0.05, Technical: 0.01}
	},
	New: func(env *audit.Env) (audit.State, error) {
		set := env.Settings.(*MixSettings)
		periods, err := (&Settings{Reference: set.Reference, Every: set.Every}).periods(env)
		if err != nil {
			return nil, err
		}
		return newMix(env, set, periods), nil
	},
	Conclude: mixConclude,
}

const mixName = "mixdrift"

// MixSettings are mixdrift's parameters.
type MixSettings struct {
	Reference string  `yaml:"reference" doc:"label of the reference period, e.g. 2025-01; default the first one with min_rows rows. With a baseline: that"`
	Every     string  `yaml:"every" doc:"length of the periods compared: month, quarter …; default the plan's period, but month for day and week"`
	MinRows   int64   `yaml:"min_rows" doc:"periods with fewer rows are insufficient"`
	Warn      float64 `yaml:"warn" doc:"PSI of a mix from which a period warns, if it is also past what chance gives"`
	Fail      float64 `yaml:"fail" doc:"PSI of a mix from which a period fails, if it is also past what chance gives"`
	Levels    int     `yaml:"levels" doc:"values with bins of their own; the rarer ones share a bin"`
	Approval  float64 `yaml:"approval" doc:"change of the approval rate from which a period warns, if it is no chance"`
	Override  float64 `yaml:"override" doc:"the same of the share of decisions overridden"`
	Manual    float64 `yaml:"manual" doc:"the same of the share decided by hand"`
	Technical float64 `yaml:"technical" doc:"the same of the share with a technical error"`
}

// Validate implements the plan's check of settings.
func (s *MixSettings) Validate() error {
	for _, x := range []float64{s.Warn, s.Fail, s.Approval, s.Override, s.Manual, s.Technical} {
		if !(x > 0) {
			return fmt.Errorf("thresholds must be above 0")
		}
	}
	if s.Fail < s.Warn {
		return fmt.Errorf("fail must not be below warn")
	}
	return nil
}

const mixDoc = `Drift of reasons, outcomes and channels

For each period, the mix of the first reason given for denials, of channels, of
partners and of products is compared with the reference period by the population
stability index, with half a row added to every bin: a bin for each of the 20
commonest values in the reference, one for all others, one for none. A mix is
flagged when its PSI is past warn (0.10; fail 0.25) and past the 95 % point of
chance, χ²(0.95; B − 1) · (1/N + 1/M), and Pearson's χ² over the same bins still
says so after the correction over the whole report. The mixes of all reasons of
a denial, of outcomes and of who decided are given and not tested: a denial with
three reasons counts three times, and the others are tested by their rates.

Rates: approval_rate, approved or approved lower out of these and denied;
override_rate and manual_rate, out of the decisions whose decider is known;
technical_rate, decisions with outcome error or with an engine status or error
code of class technical. Each has its Wilson interval, and its difference from
the reference period Newcombe's. A difference is flagged when it reaches 0.05
for approvals and manual decisions, 0.02 for overrides and 0.01 for technical
errors, and Fisher's test (χ² with Yates' correction from 100 in every cell) says
so after the correction.

Reasons and approvals are compared within each model version and each policy
version too, against the version's own first period: a new version changes them
by design, and what moves within one was decided by nobody. What moved over all
rows and within none of the versions compared is told and no finding; so are
technical errors in periods with an incident. Test rows and prescreens are left
out. Periods under min_rows are insufficient. With a baseline of an earlier run
(-baseline) every period is held against that.

It says that applicants, channels, systems or the practice of deciding changed,
not that a decision is wrong; grade E3.

Source: Siddiqi, Credit Risk Scorecards. Reference: scipy.stats
chi2_contingency, statsmodels proportion.`

// mixMetrics names the metrics of mixdrift.
var mixMetrics = map[string]audit.Text{
	mixPSI:                      audit.T("population stability index of a mix (PSI)", "构成的群体稳定性指数（PSI）"),
	"approval_rate":             audit.T("approval rate", "通过率"),
	"override_rate":             audit.T("share of decisions overridden", "被推翻决策占比"),
	"manual_rate":               audit.T("share decided by hand", "人工决策占比"),
	"technical_rate":            audit.T("share with a technical error", "技术错误占比"),
	"approval_rate_difference":  audit.T("change of the approval rate", "通过率的变化"),
	"override_rate_difference":  audit.T("change of the share overridden", "被推翻占比的变化"),
	"manual_rate_difference":    audit.T("change of the share decided by hand", "人工决策占比的变化"),
	"technical_rate_difference": audit.T("change of the share with a technical error", "技术错误占比的变化"),
	"DRIFT":                     audit.T("drift", "漂移"),
}
