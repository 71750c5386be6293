package fairness

import (
	"fmt"

	"evenhand/audit"
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

const adjustedDocZh = `在方案的控制变量相同时各群体的拒绝比值

分层只能使少数条件相等，回归可以使许多条件相等。对方案的每个群体维度各作一个逻辑回
归：以拒绝为因变量（通过或拒绝；排除规则同 approvalparity），自变量为除参照群体外
各群体的虚拟变量和方案的控制变量。其他维度不作控制变量。用牛顿法求最大似然，与
statsmodels 的 Logit 一致。

	adjusted_odds_ratio   exp(群体系数)：拒绝比值与参照群体之比；大于 1 表示拒绝更多；Wald 区间
	adjusted_pseudo_r2    1 - 对数似然 / 仅含截距的对数似然（McFadden），按维度

数值照原样使用；文本除最常见取值外每个取值一个虚拟变量，最多 20 个，其余取值和少于
min_cell 行的取值合并。缺少任一控制变量取值的决策不计入，由排除规则计数；某一维度内
没有群体信息的也不计入。导出中没有的控制变量不保持相等，并在覆盖情况中说明；与其他
控制变量重复的不计入。少于 min_cell 行或只有一种结果的群体为样本不足，其决策不计入。
某文本取值、或只有两个取值的数值的某一取值上，全部决策结果相同的，也不计入：它们不提
供群体信息。若控制变量仍可完全决定结果（分离），则无法估计，结果为样本不足。

比值比用 Wald 检验。高于“odds_ratio”（1.25）、区间全部高于 1、与同样的申请人属于参
照群体时相比多出的拒绝不少于“excess”（10）笔，且校正后的 p 值低于方案的 alpha，同时
满足时予以标记。最小可检出差距为 exp((1.96+0.84)·se) - 1。

决策按组合（群体与控制变量取值）计数。组合超过“designs”（65536）种时，只保留哈希值
开头有 1、2、3 …… 个零位的组合，位数取刚好够用者：这是组合的一个样本，每种组合含其
全部决策，与记录的先后次序无关。抽样只取决于控制变量和群体，与结果无关，因此没有偏
差；若将控制变量切成区间，则会残留部分本可解释的差距。提示中会说明这是样本。

回归不是证明。控制变量未涵盖的内容可能解释差距；由机构自行决定的、或代表群体的控制
变量可能掩盖差距。只应使政策可以合法使用的条件相等。`
