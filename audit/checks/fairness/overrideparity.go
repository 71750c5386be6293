package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const overrideName = "overrideparity"

// OverrideParity compares how often humans depart from the policy, and what they
// approve of what it leaves to them, by group and by reviewer.
var OverrideParity = &audit.Check{
	Name:    overrideName,
	Title:   audit.T("Overrides by group and reviewer", "人工改判：按群体与审核员"),
	Doc:     overrideDoc,
	DocZh:   overrideDocZh,
	Words:   overrideWords,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.PIPL24, clauses.InternetLoans22, clauses.AIActOversight, clauses.RegBGroups),
	Needs: audit.Needs{
		Replay: true,
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"outcome", "decided_at", "product", "decider"},
			Optional: []audit.Want{
				{Column: "application_type"}, {Column: "is_test"},
				{Column: "policy_version", Effect: audit.T("decisions of different policy versions are compared as if they were of one", "不同政策版本的决策按同一版本比较")},
				{Column: "score", Effect: audit.T("groups are not compared at equal score", "无法在同等评分下比较群体")},
				{Column: "reviewer", Effect: audit.T("overrides are not told by reviewer", "无法按审核员统计人工改判")},
			},
			Groups: true,
		}},
	},
	Settings: func() any {
		return &OverrideSettings{Odds: 2, Shortfall: 10, Margin: 0.1, ReferralMargin: 0.1, Bands: 10}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newOverride(env) },
	Conclude: concludeOverride,
}

// OverrideSettings are the parameters of overrideparity.
type OverrideSettings struct {
	Odds           float64 `yaml:"odds" doc:"flag a group whose odds of a favourable override are one in this many of the reference group's, or of an unfavourable one this many times those; default 2"`
	Shortfall      float64 `yaml:"shortfall" doc:"and only when at least this many decisions lie between; default 10"`
	Margin         float64 `yaml:"margin" doc:"flag a reviewer whose rate of overrides is surely more than this above that of all; default 0.1"`
	ReferralMargin float64 `yaml:"referral_margin" doc:"flag a reviewer whose rate of approvals among the applications that the policy refers is at least this far from the others', and a group whose rate is at least this far below the reference group's; default 0.1"`
	Bands          int     `yaml:"bands" doc:"bands of score within a product and policy version; default 10"`
}

// Validate reports the first setting that makes no sense.
func (s *OverrideSettings) Validate() error {
	switch {
	case !(s.Odds > 1):
		return fmt.Errorf("checks: overrideparity: odds %v must be above 1", s.Odds)
	case s.Shortfall < 0:
		return fmt.Errorf("checks: overrideparity: shortfall %v must not be negative", s.Shortfall)
	case !(s.Margin >= 0 && s.Margin < 1):
		return fmt.Errorf("checks: overrideparity: margin %v must be at least 0 and below 1", s.Margin)
	case !(s.ReferralMargin > 0 && s.ReferralMargin < 1):
		return fmt.Errorf("checks: overrideparity: referral_margin %v must be above 0 and below 1", s.ReferralMargin)
	case s.Bands < 1 || s.Bands > 100:
		return fmt.Errorf("checks: overrideparity: bands %d must be between 1 and 100", s.Bands)
	}
	return nil
}

// The sides: what the policy says. From the first two a human may depart.
const (
	lowSide  = iota // the policy denies, a human approves
	highSide        // the policy approves, a human denies
	referral        // the policy leaves it to a human
	sides
)

var sideNames = [sides]string{"low_side", "high_side", "referral"}

// What part of a side was overridden, or approved; of reviewers too.
var (
	sideRates     = [sides]string{"low_side" + rateSuffix, "high_side" + rateSuffix, referralRate}
	reviewerRates = [sides]string{reviewerPrefix + "low_side" + rateSuffix, reviewerPrefix + "high_side" + rateSuffix, referralRate}
)

var overrideWords = map[string]audit.Text{
	"low_side_override_rate":                    audit.T("policy denials that a human approved", "政策拒绝而人工通过的比例"),
	"high_side_override_rate":                   audit.T("policy approvals that a human denied", "政策通过而人工拒绝的比例"),
	"low_side_override_odds_ratio":              audit.T("odds of a favourable override against the reference group", "有利改判对照参照群体的比值比"),
	"high_side_override_odds_ratio":             audit.T("odds of an unfavourable override against the reference group", "不利改判对照参照群体的比值比"),
	"reviewer_low_side_override_rate":           audit.T("reviewer: policy denials approved", "审核员：政策拒绝而予以通过的比例"),
	"reviewer_high_side_override_rate":          audit.T("reviewer: policy approvals denied", "审核员：政策通过而予以拒绝的比例"),
	"reviewer_low_side_override_rate_shrunken":  audit.T("reviewer: policy denials approved, shrunken", "审核员：政策拒绝而予以通过的比例（收缩估计）"),
	"reviewer_high_side_override_rate_shrunken": audit.T("reviewer: policy approvals denied, shrunken", "审核员：政策通过而予以拒绝的比例（收缩估计）"),
	referralRate:     audit.T("approvals of what the policy refers to a human", "政策转人工申请的通过比例"),
	referralShrunken: audit.T("reviewer: approvals of referred applications, shrunken", "审核员：转人工申请的通过比例（收缩估计）"),
	referralGap:      audit.T("referred applications approved: difference to the reference group", "转人工申请通过比例与参照群体之差"),
	referralCause:    audit.T("approvals of referred applications differ by group", "转人工申请的通过比例因群体而异"),
	overrideGap:      audit.T("overrides differ by group at equal score", "同等评分下人工改判因群体而异"),
	overrideOutlier:  audit.T("a reviewer overrides unlike all others", "个别审核员的改判与众不同"),
}

const overrideDoc = `Overrides by group and reviewer

Where a human decides, the policy's even hand can be lost. A low-side override
approves what the policy denies, a high-side one denies what it approves. A
referral is what the policy leaves to a human. The decisions are those that
approvalparity judges, with a decider.

What the policy says is the replayed outcome. Rows whose score lies at a cut-off
within tolerance have none. Without a policy in force for the row, decider
tells: what "auto" decided is what the policy said, and an "override" says that
it was the opposite; what a "manual" decision departs from is then not known, nor
whether the policy referred it, and it is left out. A departure that no human
made is no override (scorematch tells of those), and is left out, as is a
referral that no human decided. All left out are counted.

	low_side_override_rate, high_side_override_rate              overrides / what the policy denies, or approves, whoever saw it; Wilson interval
	low_side_override_odds_ratio, high_side_override_odds_ratio  Mantel-Haenszel common odds ratio against the reference group, Robins-Breslow-Greenland interval
	reviewer_low_side_override_rate, and reviewer_high_side      overrides / such decisions as the reviewer saw, Wilson interval
	the same with _shrunken                                      (k+a)/(n+a+b), with the posterior's central interval
	referral_approval_rate                                       approved / referrals decided by a human: of all, by group, by reviewer; Wilson interval
	referral_approval_rate_difference                            a group's less the reference group's, Newcombe interval; effect: the stratified difference
	referral_approval_rate_shrunken                              a reviewer's, (k+a)/(n+a+b); effect: the stratified difference

The rates of all and of groups count decisions that no human saw as not
overridden: who is seen by a human is part of the difference. Groups are
compared within strata: a product, a policy version, and one of "bands" (10)
bands of the recorded score, as in channelparity, of what the policy denies, or
approves; rows without a score are not compared. Without the column score the
strata are products and versions, and the findings say so. The odds ratio is flagged when a group's favourable overrides have odds
below 1/odds (2) of the reference group's, or its unfavourable ones above odds
times; at least "shortfall" (10) decisions lie between the group's overrides and
those at the reference group's rate in each stratum; and the
Cochran-Mantel-Haenszel test with continuity correction is significant after the
report's correction.

Reviewers are compared by the decisions that they saw and whose policy outcome
was replayed; without it, a human who follows the policy can't be told. Their
shrunken rate is the beta-binomial estimate of intersection, by Kleinman's
moments: a reviewer of few decisions is drawn to the rate of all. One is flagged
when the shrunken interval lies wholly more than "margin" (0.1) above the rate of
all reviewers, and Fisher's exact test against all other reviewers is significant
after correction; to follow the policy more than others do is no finding. Of
flagged reviewers the rates by group are given.

Referrals lie in a narrow band of scores: their strata are products and policy
versions. The stratified difference is (k-e)/n, where e is what would be
approved at the others' rate in each stratum, over strata that both have. A
group is flagged when its rate is at least "referral_margin" (0.1) below the
reference group's, crude and stratified, and the Cochran-Mantel-Haenszel test
with continuity correction is significant after correction (Fisher's exact test
where there is but one stratum). A reviewer is flagged by the same test against
all other reviewers when his shrunken rate is at least "referral_margin" above or
below that of all, and his stratified difference is so to the same side: one who
is sent other products is compared within them. While one is apart at alpha,
uncorrected, he with the least p is set aside and the rest compared without him:
one who is far off must not make the others seem so. Each has one test.

What a human knows and the score does not may explain an override or a
referral's end; reviewers may be sent different cases. It says where to look, and
of nobody that he is prejudiced, or which of two reviewers is right. Reviewers are pseudonyms. Groups and reviewers under min_cell are
insufficient, those under suppress withheld. Values agree with statsmodels
StratifiedTable and scipy.`
