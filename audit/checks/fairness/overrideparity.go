package fairness

import (
	"fmt"

	"evenhand/audit"
)

const overrideName = "overrideparity"

// OverrideParity compares how often humans depart from the policy, by group and
// by reviewer.
var OverrideParity = &audit.Check{
	Name:    overrideName,
	Title:   audit.T("Overrides by group and reviewer", "人工改判：按群体与审核员"),
	Doc:     overrideDoc,
	DocZh:   overrideDocZh,
	Words:   overrideWords,
	Chapter: "fairness",
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
	Settings: func() any { return &OverrideSettings{Odds: 2, Shortfall: 10, Margin: 0.1, Bands: 10} },
	New:      func(env *audit.Env) (audit.State, error) { return newOverride(env) },
	Conclude: concludeOverride,
}

// OverrideSettings are the parameters of overrideparity.
type OverrideSettings struct {
	Odds      float64 `yaml:"odds" doc:"flag a group whose odds of a favourable override are one in this many of the reference group's, or of an unfavourable one this many times those; default 2"`
	Shortfall float64 `yaml:"shortfall" doc:"and only when at least this many decisions lie between; default 10"`
	Margin    float64 `yaml:"margin" doc:"flag a reviewer whose rate of overrides is surely more than this above that of all; default 0.1"`
	Bands     int     `yaml:"bands" doc:"bands of score within a product and policy version; default 10"`
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
	case s.Bands < 1 || s.Bands > 100:
		return fmt.Errorf("checks: overrideparity: bands %d must be between 1 and 100", s.Bands)
	}
	return nil
}

// The two sides of an override: what the policy says, and a human departs from.
const (
	lowSide  = iota // the policy denies, a human approves
	highSide        // the policy approves, a human denies
	sides
)

var sideNames = [sides]string{"low_side", "high_side"}

var overrideWords = map[string]audit.Text{
	"low_side_override_rate":                    audit.T("policy denials that a human approved", "政策拒绝而人工通过的比例"),
	"high_side_override_rate":                   audit.T("policy approvals that a human denied", "政策通过而人工拒绝的比例"),
	"low_side_override_odds_ratio":              audit.T("odds of a favourable override against the reference group", "有利改判对照参照群体的比值比"),
	"high_side_override_odds_ratio":             audit.T("odds of an unfavourable override against the reference group", "不利改判对照参照群体的比值比"),
	"reviewer_low_side_override_rate":           audit.T("reviewer: policy denials approved", "审核员：政策拒绝而予以通过的比例"),
	"reviewer_high_side_override_rate":          audit.T("reviewer: policy approvals denied", "审核员：政策通过而予以拒绝的比例"),
	"reviewer_low_side_override_rate_shrunken":  audit.T("reviewer: policy denials approved, shrunken", "审核员：政策拒绝而予以通过的比例（收缩估计）"),
	"reviewer_high_side_override_rate_shrunken": audit.T("reviewer: policy approvals denied, shrunken", "审核员：政策通过而予以拒绝的比例（收缩估计）"),
	overrideGap:     audit.T("overrides differ by group at equal score", "同等评分下人工改判因群体而异"),
	overrideOutlier: audit.T("a reviewer overrides unlike all others", "个别审核员的改判与众不同"),
}

const overrideDoc = `Overrides by group and reviewer

Where a human decides, the policy's even hand can be lost. A low-side override
approves what the policy denies, a high-side one denies what it approves. The
decisions are those that approvalparity judges, with a decider.

What the policy says is the replayed outcome. Rows that the policy refers to a
human, or whose score lies at a cut-off within tolerance, have none. Without a
policy in force for the row, decider tells: what "auto" decided is what the
policy said, and an "override" says that it was the opposite; what a "manual"
decision departs from is then not known. A departure that no human made is no
override (scorematch tells of those), and is left out. All left out are counted.

	low_side_override_rate, high_side_override_rate              overrides / what the policy denies, or approves, whoever saw it; Wilson interval
	low_side_override_odds_ratio, high_side_override_odds_ratio  Mantel-Haenszel common odds ratio against the reference group, Robins-Breslow-Greenland interval
	reviewer_low_side_override_rate, and reviewer_high_side      overrides / such decisions as the reviewer saw, Wilson interval
	the same with _shrunken                                      (k+a)/(n+a+b), with the posterior's central interval

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

What a human knows and the score does not may explain an override; reviewers may
be sent different cases. It says where to look, and of nobody that he is
prejudiced. Reviewers are pseudonyms. Groups and reviewers under min_cell are
insufficient, those under suppress withheld. Values agree with statsmodels
StratifiedTable and scipy.`
