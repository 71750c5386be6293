package drift

const perfDocZh = `各批次的模型表现

按模型版本和批次（决策所在季度，设置 every），考察结果已知的决策中违约概率的表现：
取记录的 pd，没有时取本次运行对各行复算的概率。决策结果的认定与检查 outcomeparity
相同：decisions.bad，否则由还款推算，outcome.months 之内逾期达到
outcome.bad_days 即为坏。批次中只要有一笔贷款的表现期尚未结束，整个批次即予遮蔽，
因为坏的总是先于好的显现。

	roc_auc, gini, ks              roc_auc 用 DeLong 区间
	roc_auc_difference             与基准批次之差；检验为两个 DeLong 方差的 z
	observed_expected_ratio        坏账数 / pd 之和，Wilson 区间除以平均 pd；检验 z = (O - E) / sqrt(pd(1 - pd) 之和)
	brier_score, log_loss, expected_calibration_error（10 个等宽区间）
	calibration_intercept, calibration_slope   对 pd 的对数比值作逻辑回归再校准
	bad_rate                       Wilson 区间
	bad_rate_drift                 坏账与成熟批次的 Cramer's V；卡方检验

结果出现之前，对每个被遮蔽的批次作基于置信度的估计（CBPE）：以该模型的全部成熟批
次，用保序回归校准 pd；把被遮蔽各行的校准概率视为真实，由各阈值下真、假阳性的期望
数得到

	estimated_roc_auc              以期望数计算的 DeLong 区间；与成熟批次的 AUC 作检验
	estimated_bad_rate
	estimated_accuracy, estimated_f1, estimated_true_positive, estimated_false_positive, estimated_false_negative, estimated_true_negative
	                               以 pd 的设置 threshold 为界，后四项为占行数的比例

它能看出申请人变得更难或更易区分，却看不出 pd 与实际结果的关系是否改变：那只有结果
本身才能显示。NannyML 仅在随机切分表明有益时才校准，本检查一律校准；其区间为基准样
本的三倍标准误，本检查为被遮蔽批次在方案置信水平下的区间。

AUC 低于基准达到“drop”（0.05）、实际/预期超出“low”（0.8）至“high”（1.25）、
bad_rate_drift 达到 0.1，且校正后的 p 值低于 alpha 时予以标记。行数少于 min_rows 的
批次为样本不足；对 AUC 和斜率，坏样本或好样本少于 min_cell 的批次亦然。有多个模型版
本时各自检验，合计只作展示；总行数少于 min_rows 的版本不计入。

一切数字只适用于获批者：被拒绝者没有结果时，阈值变动本身就会改变 AUC，覆盖范围会注
明“仅限已放款”。凡为求和者与 scikit-learn 和 statsmodels 一致至 1e-9；roc_auc、
ks、斜率和估计值由宽六十四分之一（64th）倍频的区间读出，误差不超过 0.005。校准相同
时，估计值与 NannyML 一致至 1e-6。`
