package denial

const repaidDocZh = `结清后再借被拒

针对这样的拒绝：客户已按时结清某一产品的全部各期，90天内再次申请同一产品、金额没有大幅
提高，且此前获批过。结清与逾期均由repayments（及导出的payments）推算，不取自任何字段。

	R4.1  入账滞后：快照仍显示结清已了结的内容，更正特征后的复算结果为通过
	R4.2  与上次通过相比的变化：对特征、模型、政策八种组合逐一复算，给出精确的Shapley份额
	R4.3  行为误读：还款良好，仅消费行为特征即使通过变为拒绝：对规则的观察项
	R4.4  模型陈旧：已在用超过18个月
	R4.5  结清惩罚：同评分、同政策下，结清后的通过比值低于其他申请
	R4.6  技术错误被记录为拒绝（见technicaldenial）
	R4.7  偏好收紧：此前版本的政策通过，现行已登记版本不通过

一笔拒绝的结论取下列第一项成立者：有逐条技术证据为TECHNICAL；复算通过为UNJUSTIFIED，
原因同unexplaineddenial；更正后复算通过为UNJUSTIFIED，原因DATA_STALE；由人工另行决定为
INDETERMINATE；复算拒绝为JUSTIFIED，并给出份额。没有政策或没有此前快照时，只列出先后顺序，
不作不成立判定。

特征的更正：该特征在结清入账之前取得（<feature>__available_at），或其值等于入账前本机构
历史所示，而历史现在所示不同；依据是字典为其指明的事实，或features表中较晚的一行。导出数据
载明特征取得时间的为E1，否则为E2。

份额不低于绝对份额之和的一半者为“主要原因”，否则为MIXED。FEATURES按失分最多的特征、或
作出拒绝的规则所属类别命名。

	repaid_denied                 被审视的拒绝笔数
	repaid_denial_rate            占结清后再借申请的比例；Wilson区间
	posting_lag_p50, _p99         还款到入账的小时数，精确
	payoff_approval_odds_ratio    结清后与其他申请的通过比值比，按评分档与政策分层；Mantel-Haenszel

来源：本审计所回应的投诉004。问题是某一条款的证据，不是依该条款作出的裁断。`
