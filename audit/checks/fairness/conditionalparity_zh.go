package fairness

const conditionalDocZh = `同等条件下各群体的通过情况

总体通过率混合了条件不同的申请人：某群体可能总体落后而在任何分层内都不落后，也可能
总体持平而在每个分层内都落后（辛普森悖论）。本检查先使条件相等再作比较：对通过或拒
绝的决策，在各分层内将每个群体与方案指定的参照群体比较。排除规则与 approvalparity
相同。

保持相等的条件构成一组分层，其名称写在指标的分段中：方案全部分层变量的交叉；每个分
层变量单独；方案的每个分段单独；有记录评分时，还有名为 score_decile 的一
组，即记录评分十分位 × product × policy_version × model_version。十分位取自同一
model_version 中有评分的已判定记录，因为其他模型的评分含义可能不同；按 pandas.qcut
的方式划分，评分保留 13 位有效二进制位（8192 以内的整数完全精确）。缺少分层取值的记录不计入该组，
并在提示中计数。缺少任一群体或任一结果的分层不提供信息，不计入任何合并数字。

	mantel_haenszel_odds_ratio    Σ(ad/n) / Σ(bc/n)，该群体的通过比值与参照群体之比；小于 1 表示通过更少；Robins-Breslow-Greenland 区间
	mantel_haenszel_risk_ratio    Σ(a(c+d)/n) / Σ(c(a+b)/n)，取自相同分层；Greenland-Robins 区间
	cmh_chi2                      Cochran-Mantel-Haenszel 检验，不作连续性校正
	cmh_chi2_corrected            同上，|Σ(a-E)| 减去 1/2
	breslow_day_chi2              各分层比值比是否相同
	tarone_chi2                   同上，带 Tarone 校正
	informative_strata            两个群体、两种结果都有的分层数
	crude_odds_ratio              该组全部记录的比值比，不保持任何条件相等；Woolf 区间
	log_odds_ratio_remaining      ln(合并) / ln(粗)：分层之后仍然存在的粗差距份额；仅在粗区间不含 1 时给出
	simpson_reversal              合并比值比与总体比率说法不同时的合并比值比；若作为其效应量的 crude_odds_ratio 在 1 的另一侧，则为真正的反转

只对 mantel_haenszel_odds_ratio 用校正后的 CMH 作检验，并且只在起决定作用的组中：全部
分层变量的交叉，以及评分；两者都没有 min_cell 条有信息的双方记录时，用单独的分层变
量；仍没有时用分段。因此较细的组能够解释的差距，在较粗的组中不构成发现。没有群体信息的行只比
较、不检验：它们不是一个人群。其效应量为
缺口 Σ(E-a)，即与分层内通过率相等时相比少通过的笔数。低于“odds_ratio”（0.8）、区间
全部低于 1、缺口不少于“shortfall”（10）且校正后的 p 值低于方案的 alpha，同时满足时
予以标记。最小可检出差距为 1 - exp(-(1.96+0.84)/√V)，V 为检验的方差，以比值的份额
计。按期间只给出第一组，不作检验。

寻找反转时，总体比率低于“ratio”（0.8）、缺少“shortfall”笔通过且未校正的 p 值低于
alpha，才算总体存在差距。

只应使政策可以合法使用的条件相等，不应使政策自身决定的内容（如额度）相等，否则会掩
盖差距。未保持相等的条件可能解释其余差距：该数字是筛查，不证明差别对待，也不是法律
判定。伯克利 1973 年录取数据即为一例：总体 0.54，按院系 1.11。数值与 statsmodels 的
StratifiedTable 一致。Mantel 和 Haenszel（1959）、Robins、Breslow 和 Greenland
（1986）、Tarone（1985）。`
