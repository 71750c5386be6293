package reports

import (
	"strings"

	"evenhand/audit"
)

// The vocabulary in words, by the constants of package audit.
var (
	levelWords = map[string]audit.Text{
		"fail": audit.T("decide now", "须决策"), "warn": audit.T("attention", "须关注"), "info": audit.T("for information", "供参考"),
		"pass": audit.T("no findings", "未发现问题"), "none": audit.T("not audited", "未审查"), "insufficient": audit.T("insufficient", "样本不足"), "waived": audit.T("waived", "已豁免"),
	}
	severityWords = []audit.Text{ // S4 … S1
		audit.T("advice", "改进建议"), audit.T("minor", "较轻"), audit.T("serious", "严重"), audit.T("grave", "重大"),
	}
	substanceWords = []audit.Text{
		audit.T("cannot be determined", "无法判定"),
		audit.T("not justified by the lender's own policy", "按机构自身政策不成立"),
		audit.T("justified by the lender's own policy", "符合机构自身政策"),
		audit.T("window still open", "期限未到"),
		audit.T("technical fault", "技术故障所致"),
	}
	disclosureWords = []audit.Text{
		audit.T("not assessed", "未评估"), audit.T("adequate", "披露充分"), audit.T("generic reason", "理由笼统"),
		audit.T("wrong reason", "理由错误"), audit.T("told late", "告知逾期"), audit.T("not told", "未告知"),
		audit.T("misleading", "误导性展示"), audit.T("no route to appeal", "无有效申诉渠道"), audit.T("not yet due", "未到告知期限"),
		audit.T("exempt", "依规豁免"),
	}
	gradeWords = []audit.Text{
		audit.T("no grade", "无等级"), audit.T("exact replay", "精确复算"), audit.T("replay within tolerance", "容差内复算"),
		audit.T("statistical", "统计推断"), audit.T("circumstantial", "间接证据"),
	}
	statusWords = []audit.Text{
		audit.T("insufficient", "样本不足"), audit.T("pass", "通过"), audit.T("warn", "预警"), audit.T("fail", "越限"),
	}
	coverageWords = map[string]audit.Text{
		"ran": audit.T("ran", "已运行"), "degraded": audit.T("degraded", "降级运行"), "skipped": audit.T("skipped", "未运行"),
	}
)

// chapters are the parts of the report that show checks, in their order.
var chapters = []struct {
	Name  string
	Title audit.Text
	About audit.Text
}{
	{"replication", audit.T("Replication", "复算"), audit.T("Are the recorded scores and decisions the ones that model and policy give?", "记录的评分与决策，是否就是模型与政策算出的结果？")},
	{"denials", audit.T("Denials", "拒绝"), audit.T("Was each denial right, and was the customer told why, in time?", "每一笔拒绝是否成立？是否及时、具体地告知了客户？")},
	{"limits", audit.T("Limits", "额度"), audit.T("Did limits move as promised, and could they be drawn as displayed?", "额度是否按承诺变动？显示的可借额度能否借出？")},
	{"fairness", audit.T("Fairness", "公平性"), audit.T("Do groups fare differently? A ratio is a screen, not a legal test.", "不同群体的结果是否不同？比率只是筛查，不是法律判定。")},
	{"consistency", audit.T("Consistency", "一致性"), audit.T("Were equal applicants treated equally?", "相同的申请人是否得到相同的对待？")},
	{"drift", audit.T("Drift", "漂移"), audit.T("Do the applicants and the scores still look like those the model was built on?", "申请人和评分是否仍与建模时相似？")},
	{"scenarios", audit.T("Scenarios", "情景"), audit.T("What would change if the policy, the applicants or the systems did? Candidates for review, never advice.", "如果政策、客群或系统发生变化，结果会怎样？仅为供评审的备选，不是建议。")},
	{"ingest", audit.T("Data quality", "数据质量"), audit.T("Is the export itself consistent?", "导出的数据本身是否一致？")},
}

// cause names a cause code, "" when only the code is known.
func (r *Report) cause(code string) audit.Text {
	if t, ok := r.words[code]; ok {
		return t
	}
	return same(strings.ToLower(strings.ReplaceAll(code, "_", " ")))
}

// metricName names a metric, or the whole that metrics are shares of.
func (r *Report) metricName(name string) audit.Text {
	if t, ok := r.words[name]; ok {
		return t
	}
	if name == disclosures {
		return audit.T("what denied customers were told", "对被拒客户的披露")
	}
	return same(strings.ReplaceAll(name, "_", " "))
}
