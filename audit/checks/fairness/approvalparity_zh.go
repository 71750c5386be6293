package fairness

const parityDocZh = `各群体通过率与方案指定的对照群体比较

对方案中的每个群体列，计算通过的决策（outcome 为 approved 或 approved_lower）在
通过与拒绝的决策总数中的占比。测试记录、预筛、申请人撤回、资料不全和转人工的申请
不是对申请人作出的决策，不计入，各自单独计数。outcome 为 error 的同样不计入，因
为如实记录技术错误的机构并未因此拒绝任何人；设置“errors: denied”则将其计为拒绝。

全部结果取自同一个整数立方体（期间或分段取值、群体、是否通过），因此数据行如何切
分都不会改变任何一位数字。所有比较均按全部行、各期间、各分段的每个取值分别进行。

	selection_rate                  k/n，Wilson 区间
	selection_rate_difference       通过率 - 对照群体通过率，Newcombe 区间
	selection_rate_ratio            通过率 / 对照群体通过率：影响比率 AIR，Katz 对数区间
	selection_rate_odds_ratio       通过比值（odds）/ 对照群体通过比值，Woolf 区间
	selection_rate_ratio_bounds     群体未知的行按最不利和最有利方式归属时，该比率的上下界
	selection_rate_ratio_score_interval   同一比率，Miettinen-Nurminen 得分区间；仅按全部行计算
	demographic_parity_difference   行数足够的各群体中，最高通过率 - 最低通过率
	demographic_parity_ratio        上述群体中，最低通过率 / 最高通过率
	disparate_impact                其他已知群体合计的通过率 / 对照群体通过率，Katz 对数区间
	statistical_parity_difference   其他已知群体合计的通过率 - 对照群体通过率，Newcombe 区间
	smoothed_empirical_differential_fairness   任意两个群体获批（或被拒）机会之比的 |ln| 最大值，通过率平滑为 (k+1/2)/(n+1)

指标沿用给出该数字的软件库的名称：selection_rate、demographic_parity_difference 和
demographic_parity_ratio 取自 fairlearn；disparate_impact、
statistical_parity_difference 和 smoothed_empirical_differential_fairness 取自
AIF360。AIF360 比较的是两组群体，因此前两项针对对照群体以外的所有人；若只给一个群
体，其数值就是此处的 selection_rate_ratio 和 selection_rate_difference，不再重复列
出。fairlearn 的 selection_rate_ratio(between_groups) 即 demographic_parity_ratio；
solas disparity 的影响比率即 selection_rate_ratio。AIF360 不排除任何群体；此处
行数过少的群体不计入，并予以说明。

只对 selection_rate_ratio 作检验，使每项比较在整份报告的显著性校正
（Benjamini-Hochberg）中只计一次：2x2 列联表中有单元小于 100 时用 Fisher 精确检
验，否则用带 Yates 校正的卡方检验。其效应量为通过缺口，即 n*对照群体通过率 - k，
以通过笔数计。比率低于“ratio”（0.8）、缺口不少于“shortfall”（10）且校正后的 p 值
低于方案的 alpha，三者同时满足时予以标记。

行数少于方案 min_cell 的群体为样本不足，一律不标记。行数少于 suppress 的群体予以
隐去；如果单个被隐去的单元可由其余数字推算得出，则再隐去一个，适用范围包括：同一
切片的各群体之间，同一群体的全部行与各期间之间，同一群体与其在某分段各取值之间。
没有群体信息的行自成一个群体“(unknown)”，列出比率、比值与上下界；各群体之间的差与比不计入
它，也不计入被隐去的群体，“其余已知群体合计”亦然；行数过少时同样隐去，但不连带隐去其他群
体。

该比率只是筛查，不是法律判定：五分之四规则原为招聘检验的惯例（29 CFR
1607.4(D)）；美国 B 条例（Regulation B）在联邦层面自 2026-07-21 起不再采用效果检
验。它只说明通过率存在差异，不说明原因；差距可能源于政策可以合法使用的因素，而通
过率相等也可能掩盖差别对待。数值与 fairlearn（通过率、均等指标）、AIF360（差别影
响、统计均等、差分公平性）、solas disparity（比率、缺口：按其公式）、scipy 和
statsmodels（检验、区间）一致。`
