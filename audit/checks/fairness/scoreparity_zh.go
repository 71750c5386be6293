package fairness

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
