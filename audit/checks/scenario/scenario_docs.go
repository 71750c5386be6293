package scenario

import "evenhand/audit"

const stressDoc = `What would change: a grid around the policy on file

Every decision of the last "months" (12) before as_of that the policy on file
can be replayed for is replayed again under other policies, other applicants or
other systems. Each row stays under the version that it was decided under.
Test rows, prescreens, applications withdrawn or incomplete, rows outside the
window, rows that can't be replayed and rows within the model's tolerance of a
cut-off are left out, each counted by its own guard. Referred applications and
technical errors stay in: they are applicants too.

	today             the replay of the policy on file: what the others are held against
	recorded          what was decided, of the rows approved or denied
	cutoff-40 … +40   all cut-offs of the score shifted, by 5 points; above 0 is stricter
	refer=approved    who falls into a refer band is approved; refer=20, where there is none: a band of 20 points below the cut-off
	off=RULE          one knock-out, or cooling-off time, looks at nobody
	limit×0.8 … ×1.2  the limits' terms scaled, but regulatory caps and partners'
	ladder×0.8 … ×1.2 the growth that a review allows (factor and add) scaled: reviews on record of the window replayed
	income-10%, -20%  dictionary family income: better-higher features fall, better-lower ones are ratios to income and rise
	utilisation+20pp  family utilisation: 20 percentage points more
	lenders+1         family multi_lender: counts (step 1) one up
	outage×1, 2, 5    the technical failures on record, times k: approvals of the replay that they would cost
	own scenarios     as the plan's "own" has them: cutoff, off, limit and features together

Changes of features go in whole steps of the dictionary and end at its least and
most; scores and probabilities are then recomputed. Ratios that the export holds
are shocked as said, not derived anew. A shift of d points moves a cut-off of
points to cut-off + d, and a cut-off of a probability, or of log-odds, by
d·ln 2/pdo in log-odds ("pdo" 20), the stricter way for d > 0.

	scenario_approval_rate           approvals/rows, Wilson interval
	scenario_adverse_impact_ratio    rate of the group / rate of the reference group, Katz log interval
	scenario_swap_in_rate            approved there and not today; scenario_swap_out_rate: the other way round; by group too
	scenario_overlap                 approved both times / approved either time
	scenario_referral_rate           referred to a person
	scenario_expected_bad_rate       mean probability of bad of the approvals
	scenario_exposure                sum of the replayed limits, else of the amounts asked for, in units of the currency
	scenario_expected_loss           sum of probability × exposure × "lgd" (0.5); scenario_expected_loss_rate: over the exposure
	scenario_increase_rate           reviews that raise the limit / reviews; scenario_increase_amount: by how much in all
	scenario_bads_observed_ratio     bads observed / expected, of loans with a known outcome (decisions.bad): how far to trust the rest

The probability of bad is the model's, turned where it is that of good; else the
recorded pd; else the bad rate of known outcomes (decisions.bad) in the same band
of 20 points of distance to the cut-off, and where these are fewer than min_cell
the mean probability of the band, or the nearest band's. Whom the cut-off turned
down has no outcome: below it every number is an extrapolation.

Approvals under a shifted cut-off are read off exact integer counts of the last
shift at which each row is approved, so that no shift is a scan; everything else
is a replay of the edited policy in the same pass. No test is made and nothing
is flagged: these are questions, not measurements. How applicants, competitors
and reviewers would respond is not modelled. Groups under min_cell are
insufficient, groups under suppress withheld. What a person's group is must not
be an input to decisions; it is read here to compare outcomes only.`

const stressDocZh = `结果会怎样变化：围绕现行政策的情景网格

对as_of之前最近“months”（12）个月内可复算的每笔决定，在其他政策、其他客群或其他系统状态下重新复算。每笔记录仍适用其当时的政策版本。测试记录、预筛、撤回或资料不全的申请、窗口之外的记录、无法复算的记录以及与阈值之差在模型容差之内的记录均剔除，并各自计数。转人工与技术错误保留：其申请人同样是申请人。

	today             现行政策的复算：其他情景与之比较
	recorded          实际记录的决定，仅计通过或拒绝者
	cutoff-40 … +40   所有评分阈值移动，步长 5 分；大于 0 为更严
	refer=approved    落入转人工区间者视为通过；refer=20：没有该区间时，在阈值以下设 20 分的区间
	off=RULE          某条一票否决规则或冷静期不再适用于任何人
	limit×0.8 … ×1.2  额度各项按比例缩放，监管与资金方上限除外
	ladder×0.8 … ×1.2 复评允许的增幅（factor 与 add）按比例缩放：复算窗口内有记录的复评
	income-10%, -20%  字典类别 income：越高越好的特征下降，越低越好的特征视为与收入之比而上升
	utilisation+20pp  字典类别 utilisation：增加 20 个百分点
	lenders+1         字典类别 multi_lender：计数（step 1）加一
	outage×1, 2, 5    已记录的技术故障乘以 k：其所损失的复算通过数
	自定情景           按方案“own”所列：cutoff、off、limit 与 features 可并用

特征按字典的整数步长变化，并止于 least 与 most；评分与概率随后重新计算。导出中已有的比率直接按上述变动，不重新推导。移动 d 分时，分数阈值变为阈值 + d；概率或对数优势比的阈值在对数优势比上移动 d·ln 2/pdo（“pdo” 20），d > 0 为更严。

	scenario_approval_rate           通过数/行数，Wilson 区间
	scenario_adverse_impact_ratio    群体通过率/参照群体通过率，Katz 对数区间
	scenario_swap_in_rate            该情景通过而现行不通过；scenario_swap_out_rate：反之；亦按群体给出
	scenario_overlap                 两者均通过/任一通过
	scenario_referral_rate           转人工
	scenario_expected_bad_rate       通过者违约概率的均值
	scenario_exposure                复算额度之和，无额度时为申请金额，以货币单位计
	scenario_expected_loss           概率 × 敞口 × “lgd”（0.5）之和；scenario_expected_loss_rate：除以敞口
	scenario_increase_rate           提额的复评/复评；scenario_increase_amount：提额合计
	scenario_bads_observed_ratio     结果已知（decisions.bad）贷款的实际坏账/预期坏账：其余数字可信到何种程度

违约概率取模型所给，若为“好”的概率则取其补；否则取记录的 pd；否则取与阈值距离同一 20 分档内已知结果（decisions.bad）的坏账率，不足 min_cell 时取该档概率均值或最近一档。被阈值拒绝者没有结果：阈值以下的数字均为外推。

移动阈值后的通过数由精确的整数计数读出（每行最后一个仍通过的移动量），因此移动阈值不增加扫描；其余情景均在同一遍中复算修改后的政策。不作检验，亦不标记：这里提出的是问题，而非测量。未模拟申请人、竞争者与审核人员的反应。低于 min_cell 的群体样本不足，低于 suppress 的群体隐去。个人所属群体不得作为决策的输入；此处仅用于比较结果。`

const reverseDoc = `What it would take: the smallest shift that breaks a limit

Over the same decisions as stress (the last "months", 12), the smallest shift of
all cut-offs of the score, in whole points up to 100 either way, at which

	reverse_air_score_shift            a group's adverse impact ratio falls below "ratio" (0.8), by direction
	reverse_air_recovery_score_shift   the ratio of a group that is below it today comes back to it
	reverse_approvals_score_shift      approvals fall below "approvals" (0.9) of today's
	reverse_loss_score_shift           the expected loss exceeds "loss", or where that is 0 today's by more than "rise" (0.1)

A shift above 0 is stricter. The answers are exact for whole points: they are read
off the integer counts of the last shift at which each row is approved, and are
what a replay of each shifted policy would give. No value means that no shift
within reach does it. A ratio need not be monotone in the shift: what is given is
the first shift at which it breaks, not the last.

Probabilities of bad, losses, cut-offs of probabilities ("pdo" 20, "lgd" 0.5) and
guards are those of stress. Only groups with min_cell rows, against a reference
group that has them too, are looked at. Behavioural response is not modelled, no
test is made, and nothing is flagged.`

const reverseDocZh = `要变到什么程度：使某一上限被突破的最小移动

在与 stress 相同的决定上（最近“months”，12 个月），求所有评分阈值的最小移动（整数分，双向各至多 100 分），使得：

	reverse_air_score_shift            某群体的不利影响比率低于“ratio”（0.8），按方向给出
	reverse_air_recovery_score_shift   现已低于该值的群体，其比率恢复到该值
	reverse_approvals_score_shift      通过数低于现行的“approvals”（0.9）
	reverse_loss_score_shift           预期损失超过“loss”；其为 0 时，超过现行“rise”（0.1）以上

大于 0 的移动为更严。对整数分而言结果精确：由每行最后一个仍通过的移动量的整数计数读出，与逐一复算移动后的政策一致。没有数值表示范围内的移动均不会如此。比率未必随移动单调变化：所给为首次突破的移动，而非最后一次。

违约概率、损失、概率阈值（“pdo” 20，“lgd” 0.5）与剔除规则同 stress。仅计达到 min_cell 行、且参照群体亦达到的群体。未模拟行为反应，不作检验，亦不标记。`

const ldaDoc = `Less discriminatory alternatives: candidates for review

Looks for changes of the cut-offs and of the points of scores that approve as many,
at no more risk, with a higher least adverse impact ratio: the lowest ratio of any
group with min_cell decisions against its reference group, or of that against the
group, so that no group's disadvantage is exchanged for another's. Candidates are measured
on a sample of "sample" (20000) decisions by a hash of decision_id, all of them
where there are fewer, from the last "months" (12).

	cutoff±5 … ±20        all cut-offs shifted: the trade that needs no search
	VALUE±5 … ±20         the cut-off of one value of the segment "by" (default product) against the others; all then shifted
	                      so that approvals, or expected bads, are as today
	drop=FEATURE, ×0.5 …  a characteristic dropped (neutral points for everybody), or its points' spread scaled by 0.5 to 1.5
	points-1, -2 …        local search: in each of "moves" (6) moves the points of one attribute go up or down by "points_step" (2)

Candidates with other points are shifted to today's approvals, as nearly as ties
allow. They must hold the AUC over known outcomes (decisions.bad) to within
"auc_loss" (0.005), or, where these are too few, today's expected bads. Neutral are
the points that the model's file gives for a weight of evidence of 0, else the
sample's mean. Of models that are no sum of terms, such as trees, a characteristic's
contributions to the margin are taken: an approximation to another model.

	lda_approval_rate                approvals/sample, Wilson interval; its note says what the candidate is
	lda_least_adverse_impact_ratio   the least ratio, Katz log interval; lda_adverse_impact_ratio: each group's
	lda_expected_bad_rate            and lda_expected_loss, lda_expected_loss_rate ("lgd" 0.5): as in stress, limits as today
	lda_auc_change                   AUC less today's; lda_cutoff_score_shift: shift of all cut-offs, in points
	lda_dominated_by                 number of candidates that approve no fewer, at no lower least ratio and no more loss, and better in one; 0: on the frontier

At most "most" (40) are listed, the frontier first, those that come to the same once:
lda_listed_share is how many of all. Where today's least ratio is
below 0.9, the lowest severity points out one candidate that approves no fewer at no more expected loss and raises the least
ratio by 0.01 or more; approximations are never pointed out. The best of many looks better than it is: re-measure it out
of sample and out of time, with the model refitted, before anything else.

These are candidates for review, never advice. Group data are read to measure
outcomes and to choose among candidates; they must not be an input to decisions,
and no candidate uses them as one. No test is made; behaviour is not modelled.`

const ldaDocZh = `歧视性更低的替代方案：供评审的备选

寻找对阈值与评分分值的改动，使通过数相当、风险不增，而最低不利影响比率更高：即任一达到 min_cell 笔决定的群体相对其参照群体、或参照群体相对该群体的最低比率，以免以一个群体的不利换取另一个群体的有利。备选在最近“months”（12）个月内、按 decision_id 的哈希抽取的“sample”（20000）笔决定上衡量，不足则取全部。

	cutoff±5 … ±20        所有阈值移动：无须搜索的权衡
	VALUE±5 … ±20         分组“by”（默认 product）某一取值的阈值相对其他移动；再整体移动，
	                      使通过数或预期坏账与现行相同
	drop=FEATURE, ×0.5 …  去掉某一特征（所有人取中性分），或将其分值差距按 0.5 至 1.5 缩放
	points-1, -2 …        局部搜索：共“moves”（6）步，每步将一个属性的分值上调或下调“points_step”（2）

改变分值的备选整体移动至现行通过数（在同分允许的范围内最接近）。其在已知结果（decisions.bad）上的AUC下降不得超过“auc_loss”（0.005）；已知结果过少时，以现行预期坏账为限。中性分取模型文件中证据权重为 0 的分值，否则取样本均值。非加总型模型（如树模型）取特征对边际的贡献：仅为对另一模型的近似。

	lda_approval_rate                通过数/样本，Wilson 区间；附注说明备选内容
	lda_least_adverse_impact_ratio   最低比率，Katz 对数区间；lda_adverse_impact_ratio：各群体的比率
	lda_expected_bad_rate            以及 lda_expected_loss、lda_expected_loss_rate（“lgd” 0.5）：同 stress，额度同现行
	lda_auc_change                   AUC减现行；lda_cutoff_score_shift：所有阈值的移动，以分计
	lda_dominated_by                 通过数不少、最低比率不低、损失不多且至少一项更优的备选个数；0：位于前沿

至多列出“most”（40）个，前沿在先，结果相同者只列一次：lda_listed_share 为所列占全部之比。现行最低比率低于 0.9 时，以最低严重级别指出一个通过数不减、预期损失不增、且最低比率提高 0.01 及以上的备选；近似方案不予指出。从众多备选中选出的最优者看上去会好于实际：在采取任何行动之前，应重新拟合模型，并在样本外与时间外重新衡量。

这些是供评审的备选，绝非建议。群体数据用于衡量结果与在备选之间选择；不得作为决策的输入，任何备选均未如此使用。不作检验；未模拟行为。`

var (
	stressWords = map[string]audit.Text{
		"scenario_approval_rate":        audit.T("approval rate by scenario", "各情景通过率"),
		"scenario_adverse_impact_ratio": audit.T("adverse impact ratio by scenario", "各情景不利影响比率"),
		"scenario_swap_in_rate":         audit.T("swapped in: approved there, not today", "换入：该情景通过而现行不通过"),
		"scenario_swap_out_rate":        audit.T("swapped out: approved today, not there", "换出：现行通过而该情景不通过"),
		"scenario_overlap":              audit.T("approved both times, of those approved either time", "两者均通过占任一通过之比"),
		"scenario_referral_rate":        audit.T("share referred to a person", "转人工比例"),
		"scenario_expected_bad_rate":    audit.T("expected bad rate of approvals", "通过者预期坏账率"),
		"scenario_exposure":             audit.T("exposure of approvals, in units of the currency", "通过者敞口（货币单位）"),
		"scenario_expected_loss":        audit.T("expected loss, in units of the currency", "预期损失（货币单位）"),
		"scenario_expected_loss_rate":   audit.T("expected loss over exposure", "预期损失占敞口之比"),
		"scenario_increase_rate":        audit.T("reviews that raise the limit", "提额的复评比例"),
		"scenario_increase_amount":      audit.T("sum of increases, in units of the currency", "提额合计（货币单位）"),
		"scenario_bads_observed_ratio":  audit.T("bads observed over bads expected", "实际坏账与预期坏账之比"),
	}
	reverseWords = map[string]audit.Text{
		"reverse_air_score_shift":          audit.T("smallest shift that brings the adverse impact ratio below the limit, points", "使不利影响比率低于下限的最小移动（分）"),
		"reverse_air_recovery_score_shift": audit.T("smallest shift that brings the adverse impact ratio back to the limit, points", "使不利影响比率恢复到下限的最小移动（分）"),
		"reverse_approvals_score_shift":    audit.T("smallest shift that brings approvals below the limit, points", "使通过数低于下限的最小移动（分）"),
		"reverse_loss_score_shift":         audit.T("smallest shift that brings the expected loss above the limit, points", "使预期损失超过上限的最小移动（分）"),
	}
	ldaWords = map[string]audit.Text{
		"lda_approval_rate":              audit.T("approval rate of the candidate", "备选方案通过率"),
		"lda_least_adverse_impact_ratio": audit.T("least adverse impact ratio of any group", "各群体中最低的不利影响比率"),
		"lda_adverse_impact_ratio":       audit.T("adverse impact ratio under the candidate", "备选方案下的不利影响比率"),
		"lda_expected_bad_rate":          audit.T("expected bad rate of approvals", "通过者预期坏账率"),
		"lda_expected_loss":              audit.T("expected loss, in units of the currency", "预期损失（货币单位）"),
		"lda_expected_loss_rate":         audit.T("expected loss over exposure", "预期损失占敞口之比"),
		"lda_auc_change":                 audit.T("change of the AUC over known outcomes", "已知结果上AUC的变化"),
		"lda_cutoff_score_shift":         audit.T("shift of all cut-offs, points", "所有阈值的移动（分）"),
		"lda_listed_share":               audit.T("candidates listed, of those measured", "所列备选占全部备选之比"),
		"lda_dominated_by":               audit.T("candidates that dominate it", "支配该方案的备选个数"),
		"CANDIDATE_FOR_REVIEW":           audit.T("an alternative that may be less discriminatory", "歧视性可能更低的替代方案"),
	}
)
