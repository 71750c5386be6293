package limit

// The evidence of the checks of limits in Chinese (audit.Evidence).

var vanishedEvidence = map[string]string{
	"promised": "承诺提额", "promised_on": "承诺日期", "last_day": "兑现最后一日", "applied": "实际提额", "up_to": "承诺为至多", "came_late": "迟到的提额", "came_on": "到账日期",
	"held": "冻结状态", "condition_stated": "承诺是否写明条件", "condition": "条件", "condition_under_*": "$1 版本下的条件", "amount_under_*": "$1 版本下的金额", "cap_under_*": "$1 版本下的上限",
	"cap": "上限", "campaign_end": "活动结束日", "ended_by": "终止承诺的版本", "policy_when_promised": "承诺时的政策", "policy_on_due_date": "到期日的政策",
	"lost_event": "丢失的提额事件", "attempt": "提额尝试时间", "error_class": "错误类别", "failed_in_incident": "故障期间失败", "limit_at_the_end": "期末额度", "limit_of_the_arm": "实验分组额度",
	"increases": "提额次数", "spacing_days": "提额间隔天数", "last_increase": "最后一次提额", "days_without": "未提额天数", "policy_from_about_then": "当时前后生效的政策", "incident_about_then": "当时前后的故障",
	"promise": "承诺事件", "replayed_limit": "复算额度",

	"holds": "成立", "does not hold": "不成立", "not known": "无法判断", "frozen or on hold on the due date": "到期日处于冻结或管控中",
	"* of *, in the weeks before * of *": "$2 次中 $1 次，此前数周 $4 次中 $3 次",
	"technical":                          "技术故障", "fraud": "反欺诈", "business": "业务拒绝",
	"+* due *": "+$1，$2 到期", "* no notice": "$1，无通知",
}

var stalledEvidence = map[string]string{
	stalledStreakItem: "连续按时还款期数", "months_on_book": "在册月数", stalledWaitItem: "距上次提额天数", stalledLimitItem: "当前额度", stalledDueItem: "复算应有额度",
	"limit_by_corrected_replay": "按更新后数据复算的额度", "limit_without_experiment": "不计实验的复算额度", "material_gap": "认定差额的下限", stalledBindingItem: "约束项",
	stalledNextItem: "下次评估不晚于", stalledEvalItem: "评估时间", stalledOverdueItem: "应评估日期", "evaluation_result": "评估结果", "evaluation_reason": "评估理由",
	"held_since": "差额起始日", "edge": "临界情形", stalledPeersItem: "同类账户组", "peers": "同类账户提额次数", "peers_longest_usual_wait_days": "同类账户最长常见等待天数",
	stalledStepItem + "*": "下一步：@1", "next_step_steps": "达到下一步所需档数", "stale *": "未更新：@1",

	"none within reach": "可及范围内没有", "the score lies within the model's tolerance of a cut-off": "评分在临界值的容差之内",
	"* -> *, known since *": "$1 -> $2，$3 起可得",
	"keep":                  "维持", "keep *": "维持 @1", "increase": "提额", "increase *": "提额 @1", "decrease": "降额", "decrease *": "降额 @1", "replay *": "复算 $1", "due *": "应还日 $1",
}

var phantomEvidence = map[string]string{
	"drawable": "当时可借", "drawable_before": "此前可借", "entitled": "按记录应可借", "outstanding_and_holds": "未还与冻结金额", "observations": "观察次数", "last_seen": "最后一次出现",
	"seen_over": "消除时间", "reason_on_screen": "页面是否说明原因", "limit_changed_at": "额度变更时间", "declared": "实验是否声明", "approved": "实验是否经批准", "limit_override": "实验是否可改额度",
	"ends": "计划结束时间", "ended": "应结束时间", "held_by": "管控项", "held_at_most_days": "管控最长天数", "new_user_drawable": "新用户可借", "frozen_at": "冻结时间", "incident_excess": "故障期间失败是否显著增多",
	"displayed *": "显示 $1", "drawable *": "可借 $1", "requested *": "申请 $1", "granted *": "放款 $1", "before *": "事件前 $1", "after *": "事件后 $1", "code *": "代码 $1",
}

var ledgerEvidence = map[string]string{
	"notice_due": "应告知的最后一日", "days_late": "逾期天数", "limit_expected": "应有的事件前额度", "gap": "差异", "lost": "丢失方式", "other_write": "另一写入", "further instalments": "其余期数",
	"installment * paid": "第 $1 期实还金额", "installment * paid_at": "第 $1 期还款日", "installment * unpaid": "第 $1 期未还清",
	"the event itself changes nothing": "事件本身没有改变额度", "overwritten by another write of the same limit_before": "被另一笔事件前额度相同的写入覆盖",
	"the ledger goes on from the limit before it": "账务仍从其事件前额度延续", "recorded *, by payments *": "记录 $1，按流水 $2",
	"* no notice": "$1，无通知", "* paid": "$1，实还金额不符", "* paid_at": "$1，还款日不符", "* unpaid": "$1，未还清",
}
