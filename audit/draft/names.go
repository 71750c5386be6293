package draft

import (
	"strings"
	"unicode"
)

// normal is a name as it is compared: lower case, letters and digits only.
func normal(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// tokens cuts a name into lower-case words, at anything that is no letter or
// digit and where camelCase changes case.
func tokens(name string) []string {
	var b strings.Builder
	var last rune
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(last) || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			b.WriteByte(' ')
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
		last = r
	}
	return strings.Fields(b.String())
}

// synonyms are lenders' names of canonical columns, the likeliest first; the
// canonical name itself comes before them all.
var synonyms = map[string]map[string]string{
	"decisions": {
		"decision_id":          "decision_no 决策编号 审批编号 审批流水号",
		"application_id":       "app_id apply_id apply_no application_no application_number loan_application_id request_id order_id order_no sk_id_prev 申请编号 申请号 申请单号 进件编号 进件号 订单号",
		"customer_id":          customers,
		"account_id":           accounts,
		"product":              products,
		"application_type":     "apply_type request_type 申请类型",
		"submitted_at":         "apply_time apply_date application_time application_date applied_at submit_time submission_date created_at create_time 申请时间 申请日期 提交时间 进件时间",
		"completed_at":         "complete_time completed_time 资料齐全时间",
		"decided_at":           "decision_time decision_date decision_at decision_ts approve_time approval_date approval_time audit_time action_date days_decision 审批时间 审批日期 决策时间 授信时间",
		"requested_amount":     "apply_amount apply_amt request_amount amount_requested loan_amount loan_amnt loanamt amount amt amt_application credit_amount 申请金额 申请额度 贷款金额 借款金额",
		"approved_limit":       "approved_amount approve_amount approval_amount approve_limit granted_amount credit_limit credit_line limit_amount limit_amt credit_amt amt_credit 授信额度 审批额度 批准金额 审批金额 额度",
		"currency":             currencies,
		"decider":              "decision_type decision_mode decision_maker decided_by 审批方式 决策方式",
		"override_reason":      "override_code 人工干预原因",
		"reviewer":             "reviewer_id underwriter underwriter_id analyst_id 审批人 审批员 信审员",
		"model_version":        modelVersions,
		"policy_version":       policyVersions,
		"score":                "credit_score model_score risk_score app_score application_score a_score 评分 信用分 模型分 风险评分",
		"pd":                   "prob_default probability_of_default default_probability p_default 违约概率",
		"reasons":              "reason reason_code reason_codes deny_reason denial_reason reject_reason reject_code decline_reason adverse_reasons code_reject_reason 拒绝原因 拒绝码 拒绝原因码 原因码",
		"reason_text":          "reason_desc reason_description reject_reason_text reject_desc denial_text 拒绝原因描述 拒绝说明",
		"notice_at":            "notice_time notice_date notified_at notify_time notification_date letter_date 通知时间 告知时间",
		"disclosure_exemption": "exemption 豁免",
		"engine_status":        "decision_status system_status 引擎状态",
		"error_code":           "err_code fail_code 错误码",
		"latency_ms":           "latency duration_ms elapsed_ms cost_ms 耗时",
		"channel":              channels,
		"region":               "state state_code addr_state province city county county_code 地区 省份 城市 区域",
		"partner":              "partner_id merchant lender_id originator 合作方 渠道方",
		"experiment_id":        "experiment exp_id 实验编号",
		"experiment_arm":       "arm variant bucket 实验组",
		"bad":                  "bad_flag is_bad default_flag defaulted default 坏账标志 违约标志 是否违约",
		"is_test":              "test test_flag is_test_user 是否测试",
	},
	"repayments": {
		"loan_id":        loans,
		"installment_no": "instalment_no installment_number instalment_number num_instalment_number period_no period term_no installment_num seq 期数 期次 期号",
		"customer_id":    customers,
		"account_id":     accounts,
		"product":        products,
		"decision_id":    "application_id app_id apply_no 申请编号",
		"due_date":       "due_day due_dt due_at due_time repay_date plan_date schedule_date days_instalment 应还日期 应还日 到期日",
		"due_amount":     "due_amt amount_due installment_amount instalment_amount amt_instalment plan_amount 应还金额 应还总额",
		"paid_at":        "paid_date pay_date paid_time payment_date repaid_at actual_date settle_date days_entry_payment 实还日期 还款日期 还款时间 实还时间",
		"paid_amount":    "paid_amt amount_paid payment_amount amt_payment actual_amount repaid_amount 实还金额 还款金额",
		"posted_at":      "posted_date post_date post_time 入账时间 入账日期",
		"payoff":         "early_payoff prepaid is_payoff 提前结清",
		"booked_at":      "book_date disbursed_at loan_date 放款时间 放款日期",
		"currency":       currencies,
	},
	"payments": {
		"payment_id":     "pay_id transaction_id txn_id trans_id 交易号 流水号 还款流水号",
		"loan_id":        loans,
		"paid_at":        "paid_date pay_date paid_time payment_date payment_time transaction_date txn_time 还款时间 还款日期 交易时间",
		"posted_at":      "posted_date post_date 入账时间",
		"amount":         "amt pay_amount payment_amount paid_amount 还款金额 交易金额",
		"installment_no": "instalment_no period_no 期数",
		"kind":           "payment_type pay_type type txn_type 还款类型 交易类型",
	},
	"limits": {
		"event_id":         "id log_id record_id 流水号 记录编号",
		"account_id":       accounts,
		"customer_id":      customers,
		"product":          products,
		"at":               "event_time event_at event_date occurred_at change_time adjust_time changed_at 变更时间 调额时间 发生时间",
		"kind":             "event event_type event_kind change_type adjust_type type action reason 变更类型 调额类型 事件类型",
		"limit_before":     "before_limit old_limit limit_old previous_limit 调整前额度 变更前额度",
		"limit_after":      "after_limit new_limit limit_new amt_credit_limit_actual credit_limit limit_amount 调整后额度 变更后额度 授信额度",
		"displayed_limit":  "display_limit shown_limit 展示额度 显示额度",
		"drawable_limit":   "available_limit usable_limit avail_limit 可用额度 可借额度",
		"on_screen_reason": "display_reason 展示原因",
		"outstanding":      "balance used_limit amt_balance 已用额度 在贷余额",
		"holds":            "hold_amount frozen_amount 冻结金额",
		"promised_amount":  "promised_increment promise_amount 承诺额度 承诺提额",
		"promise_due":      "promise_date 承诺到期日",
		"requested_amount": "apply_amount draw_amount 申请金额 支用金额",
		"granted_amount":   "granted approve_amount 批准金额",
		"loan_id":          "contract_id 借据号",
		"temporary_until":  "temp_until 临时额度到期",
		"model_version":    modelVersions,
		"policy_version":   policyVersions,
		"reason":           "change_reason adjust_reason 变更原因 调额原因",
		"error_code":       "err_code 错误码",
		"notice_at":        "notice_time notified_at notify_time 通知时间",
		"currency":         currencies,
	},
	"appeals": {
		"appeal_id":      "complaint_id ticket_id case_id 申诉编号 投诉编号",
		"decision_id":    "application_id app_id 申请编号",
		"opened_at":      "open_time created_at create_time filed_at 申诉时间 受理时间",
		"closed_at":      "close_time resolved_at resolve_time 结案时间 办结时间",
		"result":         "outcome resolution 申诉结果 处理结果",
		"human_reviewed": "manual_review is_manual 是否人工",
	},
	"incidents": {
		"incident_id": "outage_id 事件编号 故障编号",
		"starts_at":   "start_time started_at start begin_time 开始时间",
		"ends_at":     "end_time ended_at end resolved_at 结束时间",
		"services":    "service system 服务 系统",
		"error_codes": "error_code 错误码",
	},
	"experiments": {
		"experiment_id": "experiment exp_id 实验编号",
		"arm":           "variant bucket group 实验组",
		"starts_at":     "start_time start_date start 开始时间",
		"ends_at":       "end_time end_date end 结束时间",
		"approved_by":   "approver 审批人",
	},
	"groups": {
		"customer_id": customers,
		"dimension":   "attribute dim 维度",
		"value":       "group label 取值 分组",
		"probability": "prob weight 概率",
	},
	"features": {
		"customer_id": customers,
		"as_of":       "snapshot_date snapshot_at snapshot_time observation_date 快照日期 观察日",
	},
}

const (
	customers      = "cust_id customer_no client_id client_no user_id uid member_id applicant_id borrower_id party_id person_id sk_id_curr 客户号 客户编号 客户id 用户id 用户编号 会员号"
	accounts       = "acct_id account_no acct_no line_id credit_line_id 账户号 账号 账户编号"
	loans          = "loan_no contract_id contract_no iou_no due_bill_no application_id sk_id_prev 借据号 借据编号 合同号 贷款编号"
	products       = "product_id product_code product_type product_name loan_type credit_type name_contract_type 产品 产品编号 产品名称 产品代码"
	channels       = "source_channel channel_code channel_type apply_channel 渠道 进件渠道 渠道编号"
	currencies     = "ccy currency_code curr 币种"
	modelVersions  = "model_ver model_id model 模型版本"
	policyVersions = "policy_ver strategy_version rule_version policy_id policy 策略版本 规则版本"
)

// outcomes are names of the column that says what was decided, the likeliest
// first: among these the values decide.
const outcomes = "outcome decision decision_result credit_decision final_decision final_result approval_result action_taken action loan_status " +
	"application_status apply_status name_contract_status approval_status status result verdict " +
	"approved approve is_approved approval accepted accept denied deny is_denied reject rejected is_rejected declined is_declined creditability " +
	"审批结果 审批状态 决策结果 授信结果 申请状态 申请结果 审批结论 是否通过 是否拒绝"

// negatives are the names of 0/1 columns that are 1 when it was denied.
const negatives = "denied deny is_denied reject rejected is_rejected declined is_declined 是否拒绝"

// signs are the columns of which a table has at least one, and hints the words
// of its file names.
var signs = map[string]struct{ columns, hints string }{
	"decisions":   {"outcome", "decision application loanapp loans hmda approval credit 审批 申请 进件 授信"},
	"repayments":  {"due_date due_amount", "repay instal 还款计划 还款"},
	"payments":    {"payment_id", "payment txn transaction 流水 还款流水"},
	"limits":      {"limit_before limit_after displayed_limit drawable_limit promised_amount", "limit line 额度 调额"},
	"appeals":     {"appeal_id", "appeal complaint 申诉 投诉"},
	"incidents":   {"incident_id", "incident outage 故障"},
	"experiments": {"arm", "experiment 实验"},
	"groups":      {"dimension", "group 分组"},
	"features":    {"as_of", "feature snapshot 特征 快照"},
}
