package fairness

const overrideDocZh = `人工改判：按群体与审核员

凡由人决定之处，政策的一视同仁都可能落空。低侧改判（low-side）是政策拒绝而人工通过，高
侧改判（high-side）是政策通过而人工拒绝。转人工（referral）是政策交由人决定。所用决策为
approvalparity 所判断且有 decider 的决策。

政策结论取重放结果。评分在容差内落在阈值上的行，没有政策结论。该行没有生效政策时，由
decider 判断：“auto”的结果即政策结论，“override”说明政策结论相反；此时“manual”偏离了什
么、是否由政策转人工，均无从得知，不计入。并非由人作出的偏离不是改判（见 scorematch），
与并非由人决定的转人工一样不计入。未计入的各有计数。

	low_side_override_rate, high_side_override_rate              改判 / 政策拒绝（或通过）的全部决策，不论是否经人工；Wilson 区间
	low_side_override_odds_ratio, high_side_override_odds_ratio  对参照群体的 Mantel-Haenszel 公共比值比，Robins-Breslow-Greenland 区间
	reviewer_low_side_override_rate, 及 reviewer_high_side      改判 / 该审核员经手的此类决策，Wilson 区间
	上述指标加 _shrunken                                         (k+a)/(n+a+b)，后验分布的中央区间
	referral_approval_rate                                       通过 / 由人决定的转人工申请：全体、各群体、各审核员；Wilson 区间
	referral_approval_rate_difference                            群体与参照群体之差，Newcombe 区间；效应量为分层差
	referral_approval_rate_shrunken                              审核员的收缩估计 (k+a)/(n+a+b)；效应量为分层差

总体与群体的比例把未经人工的决策计为未改判：谁能得到人工审核，本身就是差异的一部分。
群体在同一层内比较；一层即同一产品、同一政策版本、记录评分所在的“bands”（10）个分数段
之一（同 channelparity，在政策拒绝或通过的决策中划分）；没有评分的行不作比较。没有 score
列时，仅以产品和版本分层，并在结论中说明。有利改判的比值低于参照群体的
1/odds（2），或不利改判的比值高于 odds 倍；与各层按参照群体比例计算的改判数相差不少于
“shortfall”（10）笔；且带连续性校正的 Cochran-Mantel-Haenszel 检验经全报告校正后仍显
著，三者同时满足时予以标记。

审核员按其经手且有政策重放结果的决策比较；没有重放结果，就无法分辨依照政策行事的人。
收缩估计为 intersection 所用的贝塔-二项估计（Kleinman 矩）：决策少的审核员向全体比例靠
拢。收缩区间整体高出全体审核员比例超过“margin”（0.1），且对其他全部审核员的 Fisher 精确
检验校正后显著时，予以标记；比他人更依照政策行事不予标记。被标记的审核员另按群体列出比
例。

转人工申请的评分本就处于窄带之内，故按产品和政策版本分层。分层差为 (k-e)/n，e 是按其他
人在各层的比例应通过的笔数，只计双方都有的层。群体的比例，无论粗差还是分层差，均低于参照
群体至少“referral_margin”（0.1），且带连续性校正的 Cochran-Mantel-Haenszel 检验校正后显著
（只有一层时为 Fisher 精确检验），予以标记。审核员以同一检验对照其他全部审核员：收缩估计高
于或低于全体至少“referral_margin”，且分层差同向达到该幅度，予以标记；被分派其他产品的审核
员只在这些产品内比较。只要有人在 alpha 水平上（未校正）与众不同，即先剔除其中 p 值最小的一
人，再比较其余的人，以免个别偏离使他人看似偏离。每人只有一次检验。

评分之外、由人所知的情况可能解释改判或转人工的结果；分派给各审核员的案件也可能不同。结果
只说明应当查看何处，不说明任何人有偏见，也不说明两名审核员中谁对。审核员均为假名。少于 min_cell 的群体和审核员为样本不足，少
于 suppress 的予以隐去。数值与 statsmodels StratifiedTable 和 scipy 一致。`
