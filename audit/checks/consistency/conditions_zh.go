package consistency

const conditionsDocZh = `决策时刻的情形

政策不会因为是夜间、或引擎缓慢而拒绝。本检查把拒绝与决策时刻的情形对照：

	latency_p99   latency_ms 高于该产品的第 99 百分位
	error         记录了 error_code，且方案的 errors 或内置词库不认为它是规则的结果
	peak_load     属于最繁忙的十分之一小时，按该小时记录的决策数
	night         在方案时区的 "night_from"（22）点至 "night_to"（6）点之间决定
	weekend       在周六或周日决定，不论方案的 workdays

只在同类之间比较：分层为产品、application_type、policy_version、按政策复算的结果
（方案有政策时）以及评分所在的十分位；有模型的用复算评分，否则用记录评分；没有评分
的自成一层。peak_load 的小时要到最后才知道，评分改按每翻倍八档切分。人工改判和人工决
定不参与，因为人在白天工作；欺诈管控、测试记录、预筛和并非决策的记录也不参与，各自
计数。

	circumstance_odds             拒绝的 Mantel-Haenszel 合并优势比，Robins-Breslow-Greenland 区间；k/n 与 k_ref/n_ref 为粗计数
	nontechnical_odds             同上，剔除被记为拒绝的技术故障
	circumstance_incident_share   该情形下的拒绝中，处于事故时段的占比
	latency_p99                   各产品的耗时阈值，毫秒

每种情形一次检验：Cochran-Mantel-Haenszel，带连续性校正。效应为超额：该情形下的拒绝
减去各层的期望，Σ(a − E a)。合并优势比不低于 "odds"（1.5）、超额不少于 "excess"
（10）、且校正后 p 值低于方案的 alpha 时标记；因各层中无其他人被拒而为无穷大的优势
比不给出数值，按超额标记。任何一侧少于 min_cell 的为数据不足。耗时按每翻倍 16 档计
数，阈值是该产品至多 1 % 的决策达到的第一个档位边界。最繁忙的小时，是决策数达到某
数、且有决策的小时中至多十分之一达到该数的小时；各小时过于接近时则没有。

问题的证据等级为 E3：在控制上述因素后的关联，不证明原因，也不证明任何一笔拒绝有误。
剔除技术故障后仍成立的为 S3，否则为 S4：那时拒绝本身见 technicaldenial。

来源：领域设计中的一致性部分；Mantel 与 Haenszel 1959；Robins、Breslow 与 Greenland
1986。数值与 statsmodels 一致（StratifiedTable.oddsratio_pooled、
oddsratio_pooled_confint、test_null_odds）。`
