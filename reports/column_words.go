package reports

import (
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// columnWords are the columns of the data contract in Chinese, one for a name
// whatever its table.
var columnWords = map[string]string{
	"account_id": "账户", "amount": "金额", "appeal_id": "申诉编号", "appeal_offered": "是否提供申诉", "application_id": "申请编号", "application_type": "申请类型",
	"approved_by": "批准人", "approved_limit": "批准额度", "arm": "实验分组", "as_of": "快照时间", "at": "时间", "booked_at": "放款时间", "channel": "渠道",
	"closed_at": "结案时间", "completed_at": "资料齐全时间", "currency": "币种", "customer_id": "客户", "decided_at": "决策时间", "decider": "决策方式",
	"decision_id": "决策编号", "dimension": "群体维度", "disclosure_exemption": "披露豁免", "displayed_limit": "页面显示额度", "drawable_limit": "实际可借额度",
	"due_amount": "应还金额", "due_date": "应还日期", "ends_at": "结束时间", "engine_status": "引擎状态", "error_code": "错误码", "error_codes": "错误码",
	"event_id": "事件编号", "experiment_arm": "实验分组", "experiment_id": "实验编号", "granted_amount": "放款金额", "holds": "冻结金额", "human_reviewed": "是否人工复核",
	"incident_id": "故障编号", "installment_no": "期次", "is_test": "是否测试", "kind": "类型", "latency_ms": "耗时（毫秒）", "limit_after": "事件后额度",
	"limit_before": "事件前额度", "limit_override": "实验可改额度", "loan_id": "贷款编号", "model_version": "模型版本", "notice_at": "告知时间", "on_screen_reason": "页面所示原因",
	"opened_at": "提出时间", "outcome": "决策结果", "outstanding": "未还金额", "override_reason": "人工改判理由", "reviewer": "审批人", "bad": "是否坏账", "paid_amount": "已还金额", "paid_at": "还款时间",
	"partner": "合作方", "payment_id": "付款编号", "payoff": "提前结清", "pd": "违约概率", "policy_version": "政策版本", "posted_at": "入账时间", "probability": "概率",
	"product": "产品", "promise_condition": "承诺条件", "promise_due": "承诺到期日", "promise_id": "承诺编号", "promised_amount": "承诺提额", "reason": "记录理由",
	"reason_text": "理由文字", "reasons": "理由代码", "reasons_shown": "告知的理由代码", "region": "地区", "requested_amount": "申请金额", "result": "结果",
	"score": "评分", "services": "受影响服务", "starts_at": "开始时间", "submitted_at": "提交时间", "temporary_until": "临时额度到期时间", "trigger": "触发来源", "value": "群体",
}

// enumWords are the canonical values of the contract that outcomeWords and
// codeWords lack.
var enumWords = map[string]string{
	"new_line": "新开额度", "limit_increase": "提额申请", "drawdown": "支用", "reborrow": "再次借款", "prescreen": "预审",
	"customer": "客户", "schedule": "定期", "risk": "风险", "policy": "政策", "ops": "运营", "experiment": "实验",
	"upheld": "维持原决定", "overturned": "改判", "partial": "部分改判", "pending": "未结",
	"true": "是", "false": "否",
}

// factWords are the facts of a customer's history in Chinese.
var factWords = map[string]string{
	"applications_30d": "近 30 天申请次数", "applications_90d": "近 90 天申请次数", "days_past_due": "当前逾期天数", "days_since_approval": "距上次通过天数",
	"days_since_decrease": "距上次降额天数", "days_since_denial": "距上次被拒天数", "days_since_draw": "距上次借款天数", "days_since_evaluation": "距上次评估天数",
	"days_since_increase": "距上次提额天数", "days_since_payoff": "距上次结清天数", "denials_180d": "近 180 天被拒次数", "draws_180d": "近 180 天借款次数",
	"draws_30d": "近 30 天借款次数", "initial_limit": "初始额度", "late_count_12m": "近 12 个月逾期期数", "limit": "额度", "max_dpd_12m": "近 12 个月最大逾期天数",
	"months_on_book": "在册月数", "on_time_count": "按时还款期数", "on_time_streak": "连续按时还款期数", "open_loans": "未结清贷款笔数", "outstanding": "未还金额",
	"paid_off_loans": "已结清贷款笔数", "utilisation": "额度使用率",
}

// feature names a feature, a fact of the history or a column in both languages.
func (r *Report) feature(name string) (audit.Text, bool) {
	plain := strings.TrimPrefix(name, "history.")
	for _, n := range []string{name, plain} {
		if info, ok := r.plan.Dictionary[n]; ok && info.Zh != "" {
			en := info.En
			if en == "" {
				en = n
			}
			return audit.T(en, info.Zh), true
		}
	}
	for _, words := range []map[string]string{columnWords, factWords} {
		if zh, ok := words[plain]; ok {
			return audit.T(spaced(plain), zh), true
		}
	}
	return audit.Text{}, false
}

// recordedIn is a value of a contract's column: a canonical value in words,
// anything else as it was recorded.
func recordedIn(column, value string) audit.Text {
	for i := range features.Schema {
		c, ok := features.Schema[i].Column(column)
		if ok && (slices.Contains(c.Enum, value) || c.Kind == features.Bool) {
			return audit.T(value, enumZh(value))
		}
	}
	if column == "result" || column == "reason" { // of an evaluation or a draw
		for _, words := range []map[string]audit.Text{codeWords, stageWords} {
			if t, ok := words[value]; ok {
				return audit.T(value, t.Zh)
			}
		}
	}
	return same(value)
}

func enumZh(value string) string {
	for _, words := range []map[string]audit.Text{outcomeWords, codeWords} {
		if t, ok := words[value]; ok {
			return t.Zh
		}
	}
	for _, words := range []map[string]string{enumWords, valueWords} {
		if zh, ok := words[value]; ok {
			return zh
		}
	}
	return value
}

func isColumn(name string) bool { _, ok := columnWords[name]; return ok }

// spaced writes a code as words.
func spaced(code string) string { return strings.ReplaceAll(code, "_", " ") }

// recordedName is the cell of a recorded column or feature: its name as
// recorded, in Chinese after its meaning.
func (r *Report) recordedName(name string) cell {
	c := code(name)
	if t, ok := r.feature(name); ok {
		c.Text = audit.T(name, t.Zh+" "+name)
	}
	return c
}
