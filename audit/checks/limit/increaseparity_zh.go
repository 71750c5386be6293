package limit

const increaseDocZh = `各群体首次提额等待时间

按审计方案中的每个群体列（与参照群体相比）以及总体，统计账户等待首次提额的时间。群体
取客户最近一次决定所载，其次取额度表或群体表所载。群体不明的账户列为“(unknown)”，
只列数值，不作比较：它们可能来自其他系统，而不是一个人群。

账户自授信之日（或其后 min_tenure 天）起处于等待；在导出起始日“from”之前开立的账
户自该日起计入（左截断）。首次提额须不低于 min_step（100 个货币单位或额度的 1 %）
且持续有效：失败、未留痕、10 分钟内撤回的提额以及临时提额均不计。降额、关闭、冻结
或违约（逾期达到审计方案的 bad_days）使等待以其他方式结束，与提额相竞争。截至导出时仍
在等待的为删失。

	increases_per_account_year   提额次数 / 正常开立（未冻结、未违约）年数；Poisson 精确区间
	increase_rate_ratio          上述比率之比；精确区间（给定合计的二项分布）
	cumulative_incidence         截至某日已提额的比例，计入竞争事件：Aalen-Johansen，delta 方差，log-log 区间
	at_risk                      截至该日仍在等待的账户数
	cumulative_incidence_ratio   第 182 天与第 365 天累积发生率之比；delta 法对数区间
	median_days_to_increase      半数账户已提额的首日；Brookmeyer-Crowley 区间
	restricted_mean_time_lost, restricted_mean_time_lost_difference
	                             前 365 天中处于提额之后的平均天数，即发生率曲线下面积，及其差
	kaplan_meier_estimate, restricted_mean_survival_time, restricted_mean_survival_time_difference
	                             视同没有竞争事件；仅在以其他方式结束的等待低于 2 % 时列出
	competing_event_rate         以其他方式结束的占比，另按类别列出；Wilson 区间
	hazard_ratio                 分层的原因别风险比，Cox 模型，Efron 处理同日事件；另分 0-182 天与 182-365 天：两者不同则风险不成比例
	observed_to_expected_increases  提额数 / 若层内风险相等时的期望数（log-rank）
	discrete_hazard_ratio, discrete_hazard_odds_ratio
	                             逐次评估的离散风险，层与评估次序为加性效应：互补双对数、logit

分层变量为产品、记录评分的分段（score_band，20 分）和审计方案的分层，取授信时最近一次
决定的值。只有政策输入可以作为分层变量。额度本身不得作为分层变量：它由政策给出，
保持其相等会掩盖所要查明的差距；审计方案中读取额度的分层变量不予采用。导出中没有评估
时，以 cycle_days（90 天）为一个周期。第 24 次以后的评估并入第 24 次。

只对第 365 天的 cumulative_incidence_ratio 作检验（分层 log-rank），使每项比较在全
报告的校正中只计一次。标记条件：低于“ratio”（0.8），层内风险比亦低于该值，少于应有
的提额达到“shortfall”（10）次，且校正后 p 值低于审计方案的 alpha。证据等级为 E3：只说
明在这些输入相同时各群体等待时间不同，不说明原因，也不说明任何一个账户受到了错误
对待。政策的其他输入可能解释该差距。

每账户年提额次数的区间将各次提额视为独立；账户每隔数日提额时区间偏窄，故不作检验。

统计量为按群体、层、日和结束类别的整数计数，每日一格，任何拆分方式结果逐字节相同。
日期按审计方案时区；观察区间为 (进入, 结束]，与 R 相同。曲线在等待人数少于 suppress 处
截止。“panel: true”表示额度表每账户每月一行。数值与 lifelines（曲线、log-rank、
Cox）和 statsmodels（分层、延迟进入、离散风险）一致。`
