package limit

const vanishedDocZh = `承诺提额未到账

判断提额承诺（limits 中 kind 为 promise 的事件）、定期提额后停止的情形，以及承诺之后
不久的下调。

	R1.1  承诺未兑现：自承诺之日起至 promise_due 加宽限期止，额度增加少于承诺
	R1.2  节奏停止：至少 7 次提额、间隔至多 2 日，此后在 3 倍间隔内没有提额
	R1.3  承诺之后 30 日内下调，且没有新的不利特征
	R1.5  承诺的兑现期内账务断裂（见检查 ledger）
	R1.6  承诺的提额有记录而没有留下变化：更新丢失
	R1.7  每日到账金额与承诺金额之比，及其变化之处

承诺是否兑现，看兑现期内额度的净变化，按 promise_id 对应，没有的按账户对应；仅有提额
事件并不足够。提额与 10 分钟内的冲正相抵。宽限期取政策的 promise_grace_days，没有的
为 1 个工作日。“最高可提”类承诺，任何提额均视为兑现。截至方案的 as_of 兑现期未满的，
为 NOT_YET。

未兑现承诺的判定，取证据所能确定的第一项。条件以承诺时有效的为准（promise_condition，
没有的取政策的 when），按到期日复算。

	TECHNICAL_ERROR, INCIDENT  尝试因技术性 error_code 失败或超时：TECHNICAL
	LOST_UPDATE                有提额记录，账务没有变化：UNJUSTIFIED
	EXPERIMENT                 已声明实验的分组，在其时段之内：JUSTIFIED
	EXPERIMENT_OVERRUN         在时段之外，或未经批准：UNJUSTIFIED
	POLICY_DECLARED            到期日有效的后续版本终止了承诺：JUSTIFIED
	CONDITION_UNMET            条件不成立：JUSTIFIED
	PRODUCT_CAP, REG_CAP       额度已达上限：JUSTIFIED
	CAMPAIGN_END               已过活动声明的结束日：JUSTIFIED
	UNEXPLAINED                以上均无：UNJUSTIFIED

没有政策，或条件无法求值的，结果判定为 INDETERMINATE（证据等级 E3）。未兑现的承诺为
MISLEADING，除非已告知客户，或承诺的文字载明了条件（condition_stated）。节奏停止属证据
等级 E3：INDETERMINATE。在声明的活动结束日、达到上限，或账户冻结、销户、已告知客户之后
停止的，不作为问题。下调仅在政策载明如何下调额度、且复算不应下调至此时，才为
UNJUSTIFIED。

	promise_kept_rate             到期承诺中已兑现的占比；Wilson 区间
	promise_kept_rate_difference  各群体与对照群体之差；Newcombe 区间，Fisher 检验
	promise_unmet_rate            按原因，占到期承诺的比例
	promise_applied_ratio         到账金额与承诺金额之比，按政策版本、实验分组和小时
	promise_shortfall             到期承诺中未到账的金额，以最小货币单位计
	promise_kept_rate_change      自每日兑现率的 CUSUM 报警之日起，与最初 14 个有承诺到期之日相比的差
	attempt_failure_load_odds     latency_ms 最高十分之一的尝试与其余尝试未果的优势比；按日分层的 Mantel-Haenszel
	cadence_stop_rate             无声停止节奏的账户占比

来源：本审计所回应模式的 001 号文章。所发现的问题是可用于相关条款的证据，不是依该
条款作出的判断。`
