package limit

import (
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// vanishedMetrics names the metrics of vanishedincrement.
var vanishedMetrics = map[string]audit.Text{
	"promise_kept_rate":            audit.T("promises kept", "承诺兑现率"),
	"promise_kept_rate_difference": audit.T("difference in promises kept", "承诺兑现率的差异"),
	"promise_kept_rate_change":     audit.T("change of the promises kept on a day", "承诺兑现率在某日的变化"),
	"promise_unmet_rate":           audit.T("unmet promises by cause", "未兑现的承诺占比（按原因）"),
	"promise_applied_ratio":        audit.T("promised money that was applied", "承诺金额的到账比例"),
	"promise_shortfall":            audit.T("promised money that is missing", "承诺而未到账的金额"),
	"promise_not_due":              audit.T("promises not yet due", "未到期的承诺"),
	"promise_up_to":                audit.T("promises of up to an amount", "以最高金额表述的承诺"),
	"attempt_failure_load_odds":    audit.T("odds of an unmet promise under the highest load", "高负载下承诺未兑现的比值比"),
	"cadence_stop_rate":            audit.T("regular increases that stopped without a word", "规律提额无故停止的占比"),
	"cadence_quiet_end_rate":       audit.T("regular increases that ended for a reason on record", "规律提额因在案原因结束的占比"),
}

// ledgerMetrics names the metrics of ledger, and its causes.
var ledgerMetrics = map[string]audit.Text{
	"ledger_break_rate":    audit.T("events that do not follow from the ledger", "账务断裂的事件占比"),
	"lost_update_rate":     audit.T("changes that left no trace", "未生效的变更占比"),
	"write_collision_rate": audit.T("changes overwritten within seconds", "数秒内被覆盖的变更占比"),
	"silent_decrease_rate": audit.T("decreases without a notice in time", "未按时告知的降额占比"),
	"decrease_guard":       audit.T("decreases that need no notice", "无需告知的降额"),
	"record_mismatch_rate": audit.T("loans whose payments and record differ", "流水与还款记录不符的借款占比"),
	"NO_NOTICE":            audit.T("no notice", "未告知"),
	"LATE_NOTICE":          audit.T("late notice", "告知逾期"),
	"RECORD_MISMATCH":      audit.T("payments and record that differ", "流水与还款记录不符"),
}

// stalledMetrics names the metrics of stalledlimit: one for each cause that may
// hold a limit, and these.
var stalledMetrics = func() map[string]audit.Text {
	out := map[string]audit.Text{
		"stalled_accounts":                audit.T("accounts judged", "判断的账户数"),
		"stalled_unjustified_rate":        audit.T("standing still against the policy", "与政策不符的额度停滞占比"),
		"stalled_technical_rate":          audit.T("standing still for a technical failure", "因技术故障而停滞的占比"),
		"stalled_justified_rate":          audit.T("standing still by the policy", "符合政策的额度停滞占比"),
		"stalled_not_yet_rate":            audit.T("evaluation not yet due", "未到评估时间的占比"),
		"stalled_indeterminate_rate":      audit.T("standing still, not known why", "停滞原因无法判定的占比"),
		"stalled_evaluation_overdue_rate": audit.T("overdue evaluations", "逾期未评估的占比"),
		"stalled_shortfall_total":         audit.T("limits short of the replay, in all", "额度低于复算结果的合计"),
		"stalled_days_since_increase_p50": audit.T("days since the last increase, median", "距上次提额天数（中位数）"),
		"stalled_days_since_increase_p90": audit.T("days since the last increase, 90th percentile", "距上次提额天数（90 分位）"),
		"stalled_steps_to_next_p50":       audit.T("steps to the next limit, median", "距下一档步数（中位数）"),
		"stalled_steps_to_next_p90":       audit.T("steps to the next limit, 90th percentile", "距下一档步数（90 分位）"),
		"stalled_repayment_best":          audit.T("limits that the best repayment record changes", "最佳还款记录可改变的额度占比"),
		"stalled_repayment_weight":        audit.T("accounts for which any repayment record matters", "还款记录有影响的账户占比"),
		"instalments":                     audit.T("instalments", "还款期数"),
		"instalments_late":                audit.T("instalments paid late", "逾期还款期数"),
		"instalments_late_30":             audit.T("instalments paid more than 30 days late", "逾期超过 30 天的期数"),
		"instalments_short":               audit.T("instalments paid in part", "未足额还款期数"),
		"instalments_unpaid":              audit.T("instalments not paid", "未还款期数"),
		"instalments_due_total":           audit.T("money due, in all", "应还金额合计"),
		"instalments_paid_total":          audit.T("money paid, in all", "已还金额合计"),
		"limit_rows":                      audit.T("rows of the panel", "面板行数"),
		"limit_accounts":                  audit.T("accounts of the panel", "面板账户数"),
		"limit_accounts_2plus":            audit.T("accounts with two months or more", "有两个月以上记录的账户数"),
		"limit_raised":                    audit.T("limits raised", "额度上调的账户"),
		"limit_lowered":                   audit.T("limits lowered", "额度下调的账户"),
		"limit_unchanged":                 audit.T("limits unchanged", "额度不变的账户"),
		"limit_stalled_12m_clean":         audit.T("unchanged for 12 months and never past due", "12 个月不变且从未逾期的账户"),
		"limit_stalled_12m_clean_util50":  audit.T("of these, half the limit or more in use", "其中额度使用过半的账户"),
		"limit_rows_past_due":             audit.T("rows past due", "逾期行数"),
		"limit_rows_past_due_30":          audit.T("rows 30 days past due or more", "逾期 30 天以上行数"),
		"limit_total":                     audit.T("limits, in all", "额度合计"),
		"outstanding_total":               audit.T("outstanding, in all", "未还金额合计"),
	}
	for _, code := range cause.Codes() {
		w := cause.Words(code)
		out["stalled_bound_"+strings.ToLower(code)] = audit.T("standing still, held by "+w.En, "额度停滞的约束："+w.Zh)
	}
	return out
}()
