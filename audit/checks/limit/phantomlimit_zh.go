package limit

const phantomDocZh = `显示有额度却借不出

将客户看到的可借额度（displayed_limit）与实际可借金额（drawable_limit）对照，并将
两者与客户应有的额度对照：台账额度减去已借金额，再减去冻结金额。

	R3.1  虚显：显示不低于100，应有额度可借，而实际可借不超过1或应有额度的5 %，出现两次或超过一天
	R3.2  占位值：某一可借金额的出现次数远高于其邻近金额
	R3.3  展示滞后：展示早于最近一次额度变动超过一小时
	R3.4  不超过展示额度的借款因技术原因被拒
	R3.5  静默削减：可借金额下降一半或以上，而没有任何额度事件

一段“虚显区间”是同一账户连续出现的、显示多于可借的展示；案例以其中第一次展示为准。
只出现一次且不足一小时的属于滞后，视为充分。更长的区间若页面没有说明原因，无论起因为何，
一律为MISLEADING。

虚显的原因取证据能够确定的下列第一项：

	TECHNICAL_ERROR, INCIDENT  区间内的展示或借款带有技术错误码：TECHNICAL；处于事故之内且失败明显超额：INCIDENT
	EXPERIMENT                 已批准的测试分组，在其计划期间内：JUSTIFIED
	EXPERIMENT_OVERRUN         超过计划结束时间，或未经批准：UNJUSTIFIED
	SECOND_REVIEW              代码表明为二次审核：review_days之内为JUSTIFIED，见其超过者为UNJUSTIFIED
	PARTNER_QUOTA, DEVICE_RISK, FRAUD_HOLD, REG_CAP, PRODUCT_CAP  代码表明为已声明的限额或冻结：JUSTIFIED
	NEW_USER_STRATEGY          已声明的新客户规则：JUSTIFIED
	SCORE_ERROR                记录的评分与复算不符：UNJUSTIFIED
	DISPLAY_LAG                展示停留在最近一次额度变动之前：UNJUSTIFIED
	SENTINEL_VALUE             占位值（R3.2）：UNJUSTIFIED
	UNEXPLAINED                以上均无：UNJUSTIFIED

只有台账、已借金额和机构政策俱全，才作UNJUSTIFIED判定；缺少任何一项，结论为
INDETERMINATE。代码取自reason、error_code和on_screen_reason，按审计方案的errors:和
政策的quotas:解释。

	display_gap_rate         显示多于可借的展示占比；Wilson区间
	display_misleading_rate  处于页面未说明原因的区间内的展示占比
	phantom_account_rate     出现虚显的账户占比；Wilson区间
	phantom_days             虚显天数，按原因
	drawable_spike           该可借金额的展示次数与邻近金额之比；Poisson
	draw_technical_rate      展示额度之内的借款因技术原因被拒的占比

来源：本审计所回应的投诉003。问题是某一条款的证据，不是依该条款作出的裁断。`
