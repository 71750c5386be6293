package fairness

const channelDocZh = `各渠道与合作方的通过情况

经某一渠道而来、或由某一合作方推荐的申请人，可能因该渠道的配额而被拒，与其本人无关。
对 channel 和 partner 两列的每个取值，在同一层内与其他全部取值合计比较通过情况；一层
即同一产品、同一政策版本、记录评分所在的“bands”（10）个分数段之一。所用决策与
approvalparity 相同。

	channel_selection_rate          k/n，Wilson 区间
	channel_conditional_odds_ratio  Mantel-Haenszel 公共比值比，Robins-Breslow-Greenland 区间
	channel_odds_ratio_spread       经 Tarone 校正的 Breslow-Day 统计量；其 p 值并列给出，不作检验

一个分数段约为某产品、某政策版本按评分排序的十分之一行：评分先计入固定边界的小格（不
超过 2048 的整数各占一格，其余一格的宽度为其值的千分之一），小格按其中点归入分数段。
没有评分的行不入任何分数段，不作比较。没有 score 列时只列通过率：各渠道
带来的客群本就不同。

channel_conditional_odds_ratio 高于“odds”（2）或低于 1/odds、通过笔数与比值相等时的预
期相差不少于“excess”（10）、且带连续性校正的 Cochran-Mantel-Haenszel 检验经全报告校正
后仍显著，三者同时满足时予以标记。只有两个取值时只检验落后的一个：另一个是它的镜像。
少于 min_cell 的取值为样本不足，少于 suppress 的予以隐去。

这不是受保护群体之间的比较，也不证明差别对待：只要政策写明并告知客户，机构可以合法地
按渠道作出不同决定。异质性高，说明单一的比值比掩盖了各层之间的差异。数值与
statsmodels StratifiedTable 一致。`
