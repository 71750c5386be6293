package fairness

import (
	"fmt"

	"evenhand/audit"
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

const scoreDocZh = `各群体的评分和初始额度与方案指定的对照群体比较

取通过或拒绝的决策（排除规则同 approvalparity）中有评分的，评分为记录评分或由方案
模型复算；初始额度取通过且有 approved_limit、application_type 为 new_line 或未知者。

	standardized_mean_difference             100·(均值 - 参照均值) / s，s 为合并样本标准差；负值表示该群体均值较低
	standardized_mean_difference_population  同上，用全部决策的标准差，即 solas disparity 的默认
	adverse_impact_ratio_by_quantile         评分达到全体最好一成、两成……分界的份额，与参照群体之比；Katz 对数区间
	initial_limit_quantile                   初始额度的 0.1、0.5、0.9 分位数，同 numpy.quantile；次序统计量区间
	initial_limit_quantile_gap               该群体减参照群体
	initial_limit_quantile_gap_conditional   分层内差距的均值，权重 n1·n0/(n1+n0)

复算评分的名称以 _recomputed 结尾。两个模型的评分尺度可能不同，因此按 model_version
（方案的模型分产品时还按产品）各自比较：份额统计超过本模型分界的评分，差异为各模型差
异的均值，权重 n1·n0/(n1+n0)。某模型通过者均值较高时，其评分以高为好，否则以低为好；
各模型不一致时，负值表示较差。

只对 standardized_mean_difference 作检验，有记录评分时取记录评分：用 Welch 检验，多个
模型的均值用正态检验。该群体评分差
“smd”（30，即 0.3 个标准差）或更多，且校正后的 p 值低于方案的 alpha 时，予以关注；
区间取 Hedges 和 Olkin。没有群体信息的行只比较、不检验。最小可检出差距为
100·(1.96+0.84)·√(1/n1+1/n0)。

均值和标准差完全精确。分位数和份额取自保留 13 位有效二进制位的评分和额度：8192 以内
的整数完全精确，其余偏低不超过 0.025 %；各群体合计超过“cells”（262144）个单元时位
数更少。额度以一百个最小货币单位计。

额度的分层为方案分层变量与 product、policy_version 的交叉；任一方少于“suppress”个额
度的分层不计入。差距的区间由双方分位数各自区间端点距离的平方相加而得（MOVER，Donner
和 Zou 2010），加权均值的区间由各分层差距的区间相加而得。初始额度只属于通过者：该差
距不说明被拒者的情况。

群体间评分不同，可能是因为所预测的结果不同。这些数字是筛查，不是法律判定。数值与
numpy、scipy 一致，定义与 solas disparity 一致。`
