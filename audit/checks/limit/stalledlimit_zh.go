package limit

const stalledDocZh = `按时还款但额度长期未提高

逐个账户判断，每个账户一个案例：客户按时还款而额度没有提高。判断范围：开户满
6 个月，最近 6 期到期款均按时还清，一年内（该客户任一借款）没有逾期，未关闭、未
冻结、不在纾困安排中，且连续 180 天或 2 次评估没有达到 min_step（100 个货币单位
或额度的 1 %）的提额。按时是指在政策的 grace_days 宽限期内。上次提额之后另有提
额承诺的账户交由 vanishedincrement 判断。每项排除均予计数；覆盖表中的行指账户。

	R2.1  复算最近一次评估：政策给出的额度是否高于现有额度？
	R2.2  超过 1.5 个周期没有评估：程序性问题，INDETERMINATE
	R2.3  政策规定的开户期、观察期或周期未到：NOT_YET，并给出日期
	R2.4  无论还款记录变好还是变差，评估均不改变：关于设计的发现
	R2.5  没有政策时：停滞时间长于 95 % 的同类账户：提示关注，等级 E3

复算使额度提高达到实质差距 max(min_step, 额度的 5 %) 时，R2.1 为 UNJUSTIFIED。金
额为目前所缺的差额，天数自首次出现差额的评估日起算。原因取下列中证据最先支持的
一项。

	TECHNICAL_ERROR     评估或其后的提额因技术故障失败：TECHNICAL
	LOST_UPDATE         提额有记录但未生效
	SCORE_ERROR         记录评分并非模型算出，且按记录评分复算额度不提高
	DATA_STALE          按快照复算额度不提高，按评估时已知的数据则提高
	EXPERIMENT_OVERRUN  仅因试验分组而未提额，且试验已结束或未经批准
	UNEXPLAINED         无上述情形

较新的取值是指 __available_at 更晚的值，来自特征历史或其他评估（等级 E1）；快照
未说明其取值何时可知的，必须与较早的历史行一致（等级 E2）。人工评估（trigger 为
ops）以及评分处于分界点模型容差之内的，为 INDETERMINATE。处于已批准试验期内的分
组为 JUSTIFIED（EXPERIMENT）。评估决定的提额可在 apply_days（7 天）内到账，
除非前一次评估已应提额。只有
带快照的评估才会复算，政策需要评分的还须有评分：缺少取值的约束项不起约束作用。

复算额度不提高时，按约束项判为 JUSTIFIED：SCORE_BAND、INCOME_CAP、
EXPOSURE_CAP、PRODUCT_CAP、REG_CAP、LADDER_STEP、NEW_USER_STRATEGY、
CONDITION_UNMET；或按记录为 OPT_OUT、INACTIVE。对字典中客户可以改变的每个特征，
找出使复算到达下一档所需的最少步数（先倍增，再折半，至多 2048 步；其余不变）。合
理的额度也列为案例，因为客户会询问，但不构成发现。

R2.5 与同产品、额度处于同一个二的幂区间、还款良好的账户比较：停滞时间超过
Kaplan-Meier 估计降到 5 % 的那一天时提示关注。按其构造，即使一切正常，被提示的也
至多为该比例。

	stalled_accounts                被判断的账户数
	stalled_VERDICT_rate            该判定的占比；Wilson 区间；UNJUSTIFIED 另按群体和分段列出
	stalled_bound_CAUSE             合理的账户中受该项约束的占比
	stalled_evaluation_overdue_rate, stalled_shortfall_total
	stalled_days_since_increase_p50, _p90
	stalled_steps_to_next_p50, _p90 最接近的特征所需步数
	stalled_repayment_best          最好的还款记录会改变额度的占比
	stalled_repayment_weight        还款记录变好或变差会改变额度、评分或约束项的占比
	instalments, instalments_late, instalments_late_30, instalments_short, instalments_unpaid
	                                还款行数：晚于到期日 0 天或 30 天以上还款、少还、未还

panel: true 表示额度表每账户每月一行，不是事件。此时只统计：limit_accounts、
limit_accounts_2plus（两个月以上）、limit_raised、limit_lowered、limit_unchanged
（末月与首月相比）、limit_stalled_12m_clean（12 个月未变且从未逾期）和
limit_stalled_12m_clean_util50（outstanding / limit 的均值不低于 0.5）。

客户未曾申请的停滞，在法律上不属于不利决策。来源：本审计所回应的文章 002。`
