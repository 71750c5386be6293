package limit

import (
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
)

var phantomWords = map[string]audit.Text{
	"display_gap_rate":        audit.T("displays that show more than can be drawn", "显示多于可借的展示占比"),
	"display_misleading_rate": audit.T("displays without a reason for the difference", "未说明差异原因的展示占比"),
	"phantom_account_rate":    audit.T("accounts with a phantom limit", "出现虚显额度的账户占比"),
	"phantom_days":            audit.T("days of phantom limits", "虚显额度天数"),
	"drawable_spike":          audit.T("frequency of a drawable amount against its neighbours", "某一可借金额相对邻近金额的频次"),
	"draw_technical_rate":     audit.T("draws declined for technical reasons", "因技术原因被拒的借款占比"),
}

// phantomReasons says to a customer why less can be drawn than is displayed.
var phantomReasons = map[string]audit.Text{
	cause.TechnicalError: audit.T("a technical fault of our systems", "我方系统技术故障"),
	cause.Incident:       audit.T("an incident of our systems", "我方系统故障"),
	cause.DisplayLag:     audit.T("the page still showed an earlier limit", "页面仍显示先前的额度"),
	cause.Sentinel:       audit.T("a wrong value in our systems", "我方系统数值错误"),
	cause.ScoreError:     audit.T("an error in our internal assessment", "我方内部评估有误"),
	cause.ExperimentOver: audit.T("a test that should have ended", "一项本应结束的测试"),
	cause.Experiment:     audit.T("a test of limited duration", "一项限期测试"),
	cause.SecondReview:   audit.T("a second review", "二次审核"),
	cause.PartnerQuota:   audit.T("the quota of the funding bank", "资金方额度"),
	cause.NewUser:        audit.T("the rule for new customers", "新客户规则"),
	cause.RegulatoryCap:  audit.T("a regulatory cap", "监管上限"),
	cause.ProductCap:     audit.T("the cap of the product", "产品上限"),
	cause.Unexplained:    audit.T("a reason that we are looking into", "原因正在核查"),
}

// phantomLetter is what the customer of a case may be told.
func phantomLetter(_ *audit.Plan, c *audit.Case) audit.Text {
	value := c.Item
	why, ok := phantomReasons[c.Cause]
	if !ok {
		return audit.Text{} // a hold whose rules are not for telling
	}
	if requested := value("requested"); requested != "" {
		return audit.T(
			"Your request to draw "+requested+" failed because of "+why.En+". It was not a judgment of your credit, and there is no need to apply again and again.",
			"您申请借款"+requested+"未成功，原因："+why.Zh+"。这不是对您信用的评价，无需反复申请。")
	}
	en := "The page showed " + value("displayed") + "; " + value("drawable") + " could be drawn. The reason for the difference: " + why.En + "."
	zh := "页面额度" + value("displayed") + "，当时可借" + value("drawable") + "，差异原因：" + why.Zh + "。"
	switch {
	case value("seen_over") != "":
		en += " It was over by " + value("seen_over") + "."
		zh += "该差异截至" + value("seen_over") + "已消除。"
	case value("ends") != "":
		en += " It is planned to end on " + day10(value("ends")) + "."
		zh += "计划于" + day10(value("ends")) + "结束。"
	}
	switch c.Cause {
	case cause.TechnicalError, cause.Incident, cause.Sentinel, cause.ScoreError, cause.DisplayLag, cause.ExperimentOver:
		en += " It was not a judgment of your credit, and there is no need to apply again and again."
		zh += "这不是对您信用的评价，无需反复申请。"
	}
	return audit.T(en, zh)
}

// day10 is the day of a written instant.
func day10(s string) string { d, _, _ := strings.Cut(s, " "); return d }
