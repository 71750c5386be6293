package denial

import "evenhand/audit/checks/internal/enough"

// The evidence of the checks of denials in Chinese (audit.Evidence).

var denialEvidence = map[string]string{
	"clock started": "起算日", "last day for a notice": "应告知的最后一日", itemLate: "逾期天数", itemGiven: "告知的理由", "reasons recorded, not shown": "已记录而未告知的理由",
	itemWording: "笼统的措辞", "appeal offered": "是否告知申诉渠道", "appeal": "申诉", "repeat": "反复拒绝", itemLapse: "披露缺陷", "standing": "与政策的关系",
	itemFactors: "决定性因素", "missing": "缺少的数据", itemOther: "另一政策版本", "denied_where_versions_differ": "版本结果不同时的拒绝", "withheld": "未给金额",

	enough.Prefix + "*": enough.Words[enough.Prefix+"*"], enough.Waiting: enough.Words[enough.Waiting],

	"* (completed_at)": "$1（资料齐全时间）", "* (submitted_at)": "$1（提交时间）", "* (decided_at)": "$1（决策时间）",
	"opened *, still open after * days": "$1 提出，$2 天后仍未结", "opened *, closed after * days": "$1 提出，$2 天后结案",
	"opened *, still open after * days, decided without a human": "$1 提出，$2 天后仍未结，未经人工决定",
	"opened *, closed after * days, decided without a human":     "$1 提出，$2 天后结案，未经人工决定",
	"* denials without a specific reason: *":                     "$1 次无具体理由的拒绝：$2",
	"* of * decisions around":                                    "前后 $2 笔决策中 $1 笔",

	"not replayed": "未复算", "technical": "技术故障", "fraud hold or exempt": "反欺诈管控或豁免", "as the policy says": "与政策一致", "edge case": "临界情形",
	"override": "人工改判", "manual departure without a reason": "人工偏离政策且无理由", "review by a person skipped": "未经应有的人工审核", "against the policy": "与政策不符",
}

var technicalEvidence = map[string]string{
	itemProof: "认定依据", "incident_window": "故障时段", "failures_in_window": "时段内失败", "failures_before": "此前失败", "excess": "失败率之比",
	"* to *": "$1 至 $2", "* of *": "$2 笔中 $1 笔", "* of * in the same hours of * weeks before": "此前 $3 周同一时段 $2 笔中 $1 笔",
	"none before (at least *)": "此前没有失败（至少 $1）", "* (* to *)": "$1（$2 至 $3）",
	"technical status *": "技术状态 $1", "time-out": "超时", "time-out *": "超时 $1", "placeholder score *": "占位评分 $1", "missing score": "缺少评分",
}

var repaidEvidence = map[string]string{
	"settled": "结清时间", "posted": "入账时间", "instalments_on_time": "按时还款期数", "approved_before": "上次通过时间", "change_reason": "政策调整原因",
	"approved when new is": "换用哪些新项目时通过", "flips with": "改变结果的特征", "model_age_months": "模型使用月数", "replayed with corrected features": "按更正后的特征复算",
	"changed *": "变化：@1", "stale *": "未更新：@1",
	"nothing": "均不换", "features": "特征", "model": "模型", "edge case": "临界情形", "review by a person skipped": "未经应有的人工审核",
	"asked for *": "申请 $1", "payoff": "提前结清",
}
