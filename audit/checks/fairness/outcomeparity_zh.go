package fairness

const outcomeDocZh = `各群体的还款结果与校准

每笔决策的结果：导出中有 decisions.bad 时取自该列；否则由指明该决策的贷款
（repayments.decision_id）的还款推算：自首次放款起 outcome.months 个月（12）之
内、按届时已入账的还款计算逾期达到 outcome.bad_days 天（90）即为坏。截至 as_of 表
现期仍未结束的贷款，无论好坏一律遮蔽，因为坏的总是先显现。未指明决策的贷款只计数，
不关联。

被拒绝的申请人大多没有结果，因此此处多数数字注明“仅限已放款”：只适用于获批者，而
获批者并非全体申请人的样本。若导出也有被拒绝决策的结果（回溯数据），则全部使用，
覆盖范围中会予以说明。

决策的误判，以坏为正类：被拒绝即判为坏；设置 threshold（对 pd）或 score_below（对
记录评分）时，以该阈值为准。没有此类阈值时，需要被拒绝决策的结果。

	true_positive_rate, false_positive_rate   名称同 fairlearn；Wilson 区间
	fnr_difference, fpr_difference            群体 - 参照群体，Newcombe 区间；作检验
	equalized_odds_difference                 两项比率在群体间极差的较大者（fairlearn，agg worst_case）
	equalized_odds_difference_mean            两者均值（agg mean）；两个 _ratio 同理
	equal_opportunity_difference              true_positive_rate 的极差
	approve_demographic_parity_ratio          判为好的最低占比 / 最高占比
	tpr tnr fpr fnr for fdr npv precision ppr pprev prev 及各自的 _disparity   同 Aequitas：与参照群体之比

以获批和好为有利结果（名称同 AIF360），各群体对参照群体：disparate_impact、
statistical_parity_difference、average_odds_difference（带符号）、
average_abs_odds_difference、error_rate_difference、
equal_opportunity_difference_favourable，以及以同样词尾命名的假阳性、错误遗漏和错
误发现率之差；对全部行为 theil_index 和 generalized_entropy_index（2 阶）。两个库
以同一名称指称不同数字时，本检查使用两个名称。

对所有结果已知的行，按群体，以及按群体和决策期间：

	bad_rate, bad_rate_difference             Wilson、Newcombe 区间
	bad_rate_bounds                           没有结果的被拒绝者无一变坏、或全部变坏时的坏账率
	observed_expected_ratio                   坏账数 / pd 之和；Wilson 区间除以平均 pd；与其余全部比较后检验（见下）
	calibration_intercept, calibration_slope  对 pd 的对数比值作逻辑回归再校准
	expected_calibration_error                10 个等宽区间
	brier_score, log_loss, roc_auc, gini, ks  roc_auc 用 DeLong 区间
	calibration_curve, calibration_deciles    按 pd 区间的坏账占比；效应量为该区间的平均 pd

pd 为记录值，没有时为本次运行对各行复算的概率。没有样本的比率为无法估计，绝不记为
0：旁列 n+ 与 n-。只对全部行、每个群体各一次检验 fnr_difference、fpr_difference
（单元小于 100 时用 Fisher 检验，否则用带 Yates 校正的卡方检验）和
observed_expected_ratio。差距达到“gap”（0.1），或实际/预期本身及其与其余全部之比均超出
“low”（0.8）至“high”（1.25），且校正后的 p 值低于 alpha 时予以标记：以 O/E 为全部行的
实际/预期，z = (o - e*O/E) / sqrt(O/E * v * (1 - e/E))，v 为该群体的 pd(1 - pd) 之和。
模型对所有人同样偏离时，由检查 performance 说明。按期间或分段的数字只展示，不检验。

行数少于 min_cell 的群体为样本不足，少于 suppress 的予以隐去，可能泄露它们的单元也
隐去；群体有一项比率的分母少于 suppress 时，其预测的全部比率均予隐去。极差不计未知群体，也不计
分母少于 min_cell 的群体。校准偏离说明 pd 对某群体不准，不说明原因；
坏账率不同时，误判率相等与校准相等不可兼得。

凡为计数或求和的函数者，与 fairlearn、aif360、aequitas、scikit-learn 和
statsmodels 一致至 1e-9；roc_auc 和 ks 由直方图（宽 0.025 %）读出，误差不超过
0.0005；按期间者由六十四分之一（64th）倍频的区间读出，误差不超过 0.01，pd 在 0.0001 至
0.99 之间时斜率与截距亦然：低于 2^-14 的 pd 按 2^-14 计。calibration_curve 与校准误差的
区间右端闭合。`
