package recourse

const docZh = `对每一笔拒绝，求可使其变为通过的最小改变

对每一笔经政策复算确认的拒绝，求客户可以改变的特征（字典：mutable 为 yes 或 slow，
good 为 higher 或 lower，且有 step）上至多三项改变的最小组合，使按同一政策和模型复
算的结果为 approved 或 approved_lower，且评分不在阈值的容差之内。“最小”依次指：特
征最少、成本最低、按名称排序。一项改变的成本为步数乘以字典中每一步的成本（默认 1）。
改变只沿有利方向、按整步进行，不超出 least 和 most，也不超过“steps”（1000）步；缺失
值和模型的特殊代码不作改变。

以下不计入，各自单独计数：测试记录；复算未予确认的拒绝（复算为通过、转人工、缺少所需
数据，或评分在阈值的容差之内），由 unexplaineddenial 处理；由无须说明理由的规则或
fraud 阶段的规则作出的拒绝；冷静期内的拒绝，只有时间能改变。

对评分卡和逻辑回归模型，搜索是精确的：按上述顺序逐一考察，凡被评分上下界或已知障碍
规则排除的组合一律跳过，首个被复算接受的组合即为最小。树模型没有这样的上下界：按顺
序复算，直至用完“rows”（1000）行，此后逐项选取最能提高评分的改变；由此找到的是一种
办法，未必最小。

	recourse_changes           1、2、3 项改变即可通过的拒绝占比，三项以内均无法通过（≥4，已证明）的占比，以及搜索结束时仍无结论（?）的占比；Wilson 区间
	recourse_unreachable       至多三项改变均无法通过的占比，已证明；Wilson 区间
	recourse_unproved          找到了组合、但未必最小的占比
	recourse_cost              所找到组合的成本：均值，Student 区间
	recourse_cost_quantile     所找到组合成本的分位数 q
	recourse_feature           所找到组合中改变某一特征的占比
	recourse_set               所找到组合中恰好改变这些特征的占比，最常见的 20 种
	recourse_group_cost        某群体的平均成本，Student 区间
	recourse_extra_cost        群体 - 参照群体，Welch 区间和检验
	recourse_group_unreachable        某群体中无法通过的占比，Wilson 区间
	recourse_unreachable_difference   群体 - 参照群体，Newcombe 区间；有单元小于 100 时用 Fisher 精确检验，否则用带 Yates 校正的卡方检验

两项差异均作检验，并计入整份报告的校正。某群体的平均成本比参照群体高出“gap”（2）及以
上，或无法通过的占比高出“share”（0.05）及以上，且校正后的 p 值低于方案的 alpha，即予
标记。行数少于 min_cell 的群体一律不标记；少于 suppress 的予以隐去，如可由其余数字推
算，则再隐去一个。无法通过的占比达到“unreachable”（0.05）时列为发现。

所有发现均为建议。没有改变途径的拒绝并不因此是错的：政策如此规定。但客户力所能及的任
何改变都达不到的阈值值得检视，某一群体须走更长的路亦然。成本由方案给定，不同特征的步
数是否可比取决于这些成本。这里并不说明任何改变是容易的，也不说明下一次申请会通过：其
他特征也会变动，政策也可能改变。

来源：Ustun、Spangher、Liu，“Actionable recourse in linear classification”
（2019）。区间和检验与 scipy（ttest_ind 且 equal_var=False、chi2_contingency、
fisher_exact）和 statsmodels 一致。`
