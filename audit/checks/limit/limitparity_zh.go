package limit

const limitParityDocZh = `各群体的降额、告知、显示额度与承诺

各群体持有额度期间的情况：按审计方案中的每个群体列与参照群体比较；按产品和渠道只列数
值，不作比较。群体取客户最近一次决定所载，其次取额度表或群体表所载。群体不明的账户列为
“(unknown)”，只列数值，不作比较：它们可能来自其他系统，而不是一个人群。

	decreases_per_account_year        降额次数 / 正常开立（未冻结、未违约）年数；Poisson 精确区间
	decrease_rate_ratio               层内上述比率之比：人时 Mantel-Haenszel，Greenland-Robins 区间，按离散度放宽；作检验
	notice_before_decrease_rate       不晚于降额当日告知的降额占比；Wilson 区间
	notice_before_decrease_rate_difference   各账户首次降额告知占比之差；Newcombe 区间；作检验
	phantom_account_rate              有额度显示的账户中出现虚额的占比；Wilson 区间
	phantom_account_rate_difference   其差；Newcombe 区间；作检验
	phantom_hours_per_account_year    虚额小时数 / 有额度显示账户的年数；线性化区间
	phantom_hours_per_account_year_difference   其差；正态区间
	initial_limit_geometric_mean      初始额度的几何平均
	initial_limit_ratio               层内几何平均之比：对数均值差的指数；作检验
	increase_size_geometric_mean      首次提额幅度（提额 / 提额前额度）的几何平均
	increase_size_ratio               层内几何平均之比；作检验
	promise_shortfall_per_customer    到期未到账的承诺金额 / 客户数；正态区间
	promise_shortfall_per_customer_difference   其差；正态区间

持续有效并降低额度的降额才计入：临时额度到期、10 分钟内撤回、客户要求以及违约（逾期
达到审计方案的 bad_days）期间的降额均不计。提额自 min_step（100 个货币单位或额度的 1 %）
起计；每个账户只取首次，否则逐日提额的账户会压过其他账户。虚额的定义与设置同 phantomlimit：连续显示中可借不超过 1 或 5 %，且超出正常延
迟；小时数自首次显示起，至显示恢复为止，未见恢复的至最后一次显示。承诺差额与
vanishedincrement 的 promise_shortfall 同一口径：已到期且有日期和金额的承诺，减去归
属于它的提额，不论原因；原因由该检查逐案判断。停滞额度所缺的差额见 stalledlimit。

分层变量为产品、记录评分的分段（score_band，20 分）和审计方案的分层，取开户时最近一次决
定的值。只有政策输入可以作为分层变量，额度本身由政策给出，不得作为分层变量。层内对
数差以 n*nref/(n+nref) 加权，方差不等；任一方不足两个的层不计。同一账户屡次降额时，各次并不独立：离散度 sum((k - r*t)^2) /
sum(k)（按账户计算）高于 1 时，比率的区间和检验据此放宽。对数保留四位小数，小
时计到四分之一。

每项检验对参照群体只作一次：降额用人时 Mantel-Haenszel 卡方；占比用 Fisher 精确检
验，四格均达到 100 时用 Yates 校正卡方；几何平均之比用 z 检验。标记条件：降额比率高
于 1/“ratio”（1.25）且至少多出“excess”（10）次；告知占比低“notice_gap”（0.1）；虚额
占比高“phantom_gap”（0.05）；初始额度或提额幅度低于“ratio”（0.8）；且校正后 p 值均
须低于审计方案的 alpha。告知与虚额占比不分层：政策输入不能作为理由。证据等级为 E3：只
说明各群体情况不同，不说明原因，也不说明任何一个账户因此受到错误对待。

计数与合计均为按群体和层的整数，任何拆分方式结果逐字节相同。数值与 scipy、
statsmodels（占比、精确区间）以及 numpy 按定义计算的结果（比率、分层）一致。`
