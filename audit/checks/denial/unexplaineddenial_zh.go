package denial

const docZh = `未说明具体原因或与机构自身政策不符的拒绝

对申请人不利的决策（outcome 为 denied 或 approved_lower）分两方面判断：告知了什么，
结果是否正确。测试记录、预筛、申请人撤回和资料不全的申请不参与判断，各自单独计
数；已登记 disclosure_exemption（依规豁免披露）的，以及截至方案的 as_of 告知期限
未到的，不判断告知情况。

	R0.1  ABSENT    期限之内和期限之后均未告知任何原因
	R0.2  GENERIC   所告知的原因全部笼统，没有具体内容
	R0.3  LATE      通知晚于期限
	R0.5  NO_ROUTE  未提供申诉渠道；申诉长期未结；申诉未经人工处理
	R0.6            与政策不符：按政策复算为通过，或额度更高
	R0.7            反复发生：同一客户多次被拒绝而未获告知具体原因
	R0.8            观察：结果正确，但仅因单一因素

每笔拒绝在告知方面只有一个判定，取 ABSENT、GENERIC、LATE、NO_ROUTE 中最先符合的
一个，并列出所触发的全部规则。R0.7 附加在它所计数的拒绝上，每份申请计一笔，本身
不构成判定。

已告知的原因：导出数据有 reasons_shown 的，以其为准；没有的，在 notice_at 有值时
（导出数据没有 notice_at 列的，则一律）取已记录的原因和 reason_text。原因目录标
明为笼统的代码，或代码本身、目录文字与词库相符的代码，视为笼统；目录中没有的代码
视为具体，另行报告。文字在去除笼统用语（内置用语及方案的词库）和无实义词之后没有
任何剩余的，视为笼统；比较时忽略空格、大小写、全角半角和标点。只要有一条具体原
因，该笔拒绝即视为已说明具体原因。笼统用语与其他文字并存的，视为具体，并予计数。

期限为 completed_at 之后 notice_days 个日历日，按方案所定时区计算；没有
completed_at 的，自 submitted_at 起算；仍没有的，自 decided_at 起算。最后一日发
出的通知视为按时。申诉无论已结未结，历时超过 appeal_days 日的，即为逾期。所对应
的决策不在被判断的拒绝之列的申诉，计入单独的指标。以上判定直接依据导出数据（证据
等级 E1）。

方案列有政策的，判断拒绝是否正确：以记录的特征和复算评分，按该笔记录的政策版本复
算。顺序如下：

	TECHNICAL      记录本身即可证明故障（见 technicaldenial）
	INDETERMINATE  欺诈管控或已登记的豁免；没有该版本；缺少政策所需的信息
	JUSTIFIED      复算为拒绝，或额度不高于实际
	INDETERMINATE  临界情况：评分与分数线之差在模型容差以内而不相等
	INDETERMINATE  人工决定与复算不符：有改判记录（D1），或没有记录（D2）
	INDETERMINATE  政策要求转人工而引擎直接拒绝：列为规则 D7 的案例
	UNJUSTIFIED    复算为通过，或额度高出至少一个政策步长（R0.6）

UNJUSTIFIED 的等级为 E1，评分无法复算的为 E2。没有政策时，不认定任何拒绝有误：结
果判定为 INDETERMINATE。JUSTIFIED 的拒绝只因告知问题列为案例。

R0.6 案例的原因，以每次只改变一项再复算的方法查找；最先得出记录结果的为主要原因，
凡能得出的一并列出：

	DATA_UNIT          采用记录评分，而该评分由某一输入单位有误算出（M6）
	SCORE_ERROR        采用记录评分，而该评分与模型不符
	TIE_RULE           评分等于分数线时取相反的处理（D4）
	POLICY_UNDECLARED  同一产品的其他版本（D3），或所记原因对应的规则不在该版本内（D5）
	EXPERIMENT         该笔所属实验的其他分组
	EXPERIMENT_OVERRUN 仅因该笔所属分组而被拒，而该分组已超期或未经批准
	UNEXPLAINED        以上均非（D7）

其他版本只有在一段时间内实际适用过，才构成原因：在同一产品、此前、前后或此后 3 至
30 日内，凡该版本会拒绝而本版本会通过的决定，有一半以上被拒绝。

R0.8 针对没有逾期（history.max_dpd_12m 和 repayment 类特征均为 0）的客户的正确拒
绝，把 multi_lender 类特征逐一设为最优。恰有一项能使复算变为通过（此时
负债水平也在政策限额之内）的，予以计数。这是对规则的观察，不是判定。有还款数据
的，同时给出略低于门槛而获批的客户与全部客户此后的不良率；前者较高的，说明规则有据
可依，不列为问题。

批准或额度高于政策的，属决策不一致，不是判定。

JUSTIFIED 的拒绝，致客户的说明还写明当日若其他条件不变，怎样的改变即已足够：所找到
的至多三项改变的最小组合（见 recourse 的说明；此处每笔拒绝至多复算 300 行），或冷静
期的结束日期。device 类特征和用于分组的特征不参与搜索；没有找到的，不写。

	denials                          对申请人不利的决策笔数
	specific_reason_rate             被判断的拒绝中已说明具体原因的占比；Wilson 区间
	specific_reason_rate_difference  各群体与对照群体之差；Newcombe 区间，Fisher 精确检验或带 Yates 校正的卡方检验
	disclosure_VERDICT               该判定占全部此类决策的比例
	days_to_notice_p50, _p90         精确值，以日历日计（最近秩法）
	unlisted_reason_code_rate        所告知的原因代码中不在目录内的占比
	approval_shift                   固定评分档内通过率在某日的变化，在已登记的各政策版本之内；先以Page的CUSUM定位，
	                                 再作Yates卡方检验，并对日期的选择作校正
	appeal_overdue_rate, appeal_without_human_rate, appeal_fault_unmatched
	unjustified_denial_rate          UNJUSTIFIED 占 UNJUSTIFIED 与 JUSTIFIED 之和的比例
	substance_standing               不利决策按复算结果的分布
	replayed_outcome                 记录结果与复算结果对照
	decision_mismatch_D1 至 _D7、_score 按版本和方向
	policy_not_in_force              版本未生效期间仍按其作出的决定（D3）
	substance_edge_case、single_factor_denials
	single_factor_twins_bad_rate     仅差一步未达门槛而获批者的贷款中逾期 30 日及以上的占比

来源：美国 12 CFR 1002.9(a) 和 (b)(2) 及其范本表格 C-1；个人信息保护法第二十四条
（PIPL 24），其规定仅为应要求予以说明；欧盟 GDPR 第 15(1)(h) 条和第 22 条；领域
设计中的规则 R0.1 至 R0.8。所发现的问题是可用于相关条款的证据，不是依该条款作出
的判断。`
