package fairness

const crossDocZh = `交叉群体通过率

两个群体各自表现良好时，同属两者的人未必如此。对 approvalparity 所判断的决策，按方
案中群体列的每一对计数；群体列有三个及以上时，再按全部列同时交叉计数。组合写作
sex×age=F×<25。没有取值的行归入群体“(unknown)”，其组合只列出，不作比较。

	selection_rate                      该组合的 k/n，Wilson 区间
	selection_rate_shrunken             (k+a)/(n+a+b)，后验分布的中央区间
	intersection_selection_rate_ratio   通过率 / 参照组合通过率，Katz 对数区间
	intersection_best_ratio             通过率 / 行数足够的组合中的最高通过率
	smallest_intersection               未隐去的最小组合的行数
	demographic_parity_difference, demographic_parity_ratio   同 approvalparity，按组合计算
	smoothed_empirical_differential_fairness                  同上

参照组合由方案的各参照群体组成。在每个分段的每个取值内，只对最完整的交叉中行数足够
的组合给出 intersection_selection_rate_ratio。

收缩估计是贝塔-二项分布的经验贝叶斯估计：设 p 为全部 N 行的通过率，m 为组合数，
S = sum n(k/n - p)^2，按 Kleinman 矩估计
rho = (S - p(1-p)(m-1)) / (p(1-p)(N - sum n^2/N - (m-1)))，
a = p(1/rho - 1)，b = (1-p)(1/rho - 1)，rho 至多取 0.5。行数少的组合向总体通过率靠拢；rho 不大于
0 时，各组合的差异不超过偶然所致，一律取 p。该区间不含 a、b 本身的不确定性。

只对 intersection_selection_rate_ratio 作检验和标记：低于“ratio”（0.8），且比单个群体差距的乘积
更差。预期通过率为参照组合的通过率乘以每个群体列中该群体对其参照群体的比率（同样的
行，仅取小于 1 者）；效应量为超额缺口 n*expected - k，须不少于“shortfall”（10）。
没有这条规则，每个组合都会把其中最差群体的差距重述一遍。p 值取两者中较大的：该组合
对参照组合的检验（有单元小于 100 时用 Fisher 精确检验，否则用带 Yates 校正的卡方检
验），以及 k 对预期通过率的二项检验（单侧加倍，预期通过率视为已知）。

列数更多的被标记组合，与其所属的被标记组合一并说明。组合数超过“cells”（4096）的交
叉不计入，并予以说明。少于 min_cell 的组合为样本不足。最完整的交叉中少于 suppress
的组合予以隐去，若由群体合计或分段各取值可推算得出，则连带隐去其他组合；两两交叉只
用其余的行计算，因此相减也无从得知；其余的行不足 95 % 时，该两两组合予以隐去。

与 approvalparity 一样，这些比率只是筛查，不是法律判定，也不说明差异的原因。数值与
fairlearn（多个敏感特征）、AIF360（多个受保护属性）和 scipy 一致。`
