package reports

import "evenhand/audit"

// ui has the page's own words: a template says {{w "Findings"}} and gets both
// languages. A word that is not here is an error of the template.
var ui = map[string]string{
	"Credit decision audit": "信贷决策审计", "Scenarios of the credit policy": "信贷政策情景分析", "Both": "双语", "Contents": "目录", "Overview": "总览",
	"Period": "审计期间", "As of": "截止日", "all of the export": "全部导出数据", "Plan": "审计方案", "Data": "数据", "Result": "结果",
	"Rows read": "读取行数", "Rows judged": "判定行数", "Unreadable cells": "无法读取的单元格",
	"counted in the table's widest check": "按每张表中判定最多的检查计",
	"read as null, and counted":           "按空值读取并计数",
	"The five complaints":                 "五类投诉", "Model and groups": "模型与群体",
	"Findings": "发现的问题", "Coverage and method": "覆盖范围与方法", "Provenance": "来源与可追溯",
	"No findings. What was audited, and on how much, is under": "未发现问题。审计了什么、覆盖多少，见",
	"Ranked by harm: severity, then cases, then money.":        "按损害程度排序：先严重级别，再案例数，再金额。",
	"cases": "案例数", "customers": "客户数", "at stake": "涉及金额", "first seen": "首次出现", "last seen": "最近出现",
	"amount x days": "金额 × 天数", "owed a remedy": "须补救案例",
	"Causes the evidence supports": "证据支持的原因", "For example, to the customer of": "例如，告知该案例的客户",
	"Evidence timeline of": "证据时间线：",
	"Outcome":              "结果判定", "Disclosure": "披露判定", "Evidence": "证据等级", "Cause": "原因", "Check": "检查",
	"What is known, how surely, and what it is not":      "已知什么、有多确定、不能说明什么",
	"What the lender must fix":                           "机构须整改",
	"What the customer may be told":                      "可如实告知客户",
	"Clauses and the audits that give evidence for them": "条款与可提供证据的检查",
	"Clauses it is evidence for":                         "可作为证据的条款",
	"Rows in metrics.arrow:":                             "metrics.arrow 中的行：", ".": "。", "Skip to the report": "跳至报告正文",
	"Data of this chart": "本图数据", "Nothing to report: no check of this version belongs here.": "本章无内容：本版本没有对应的检查。",
	"Nothing was asked: scenarios are replayed by evenhand scenario, into a report of their own.": "未作情景分析：由 evenhand scenario 另行复算，另出报告。",

	"Which checks ran, and on how much": "运行了哪些检查，覆盖多少行",
	"Significance tests":                "显著性检验",
	"What each check does":              "各项检查的方法",
	"Inputs":                            "输入文件",
	"What was odd about cells":          "单元格异常",
	"Nothing was odd about any cell.":   "没有单元格异常。",
	"Models":                            "模型",
	"No model recomputed any score.":    "没有模型参与复算。",
	"The plan in full":                  "审计方案全文",
	"Binary":                            "程序版本",
	"Digests":                           "摘要值",
	"Notes":                             "备注",

	"Verdicts": "判定", "Reasons": "原因", "Rule path": "规则路径", "Remedy owed": "须补救", "Timeline": "时间线", "Inputs and contributions": "输入与贡献",
	"The row as recorded": "记录原文", "points": "分数", "share of the margin": "对评分边际的贡献", "lost of the score": "失去的分数",
	"can be changed": "可改变", "known since": "可得时间",
	"No check found this customer wronged; what ran, and on how much, is in the report's coverage.": "没有检查判定该客户受到不当对待；运行了哪些检查、覆盖多少，见报告的覆盖范围。",

	"Waived findings": "已豁免的问题", "No finding but waived ones.": "除已豁免的以外，未发现问题。",
	"A waiver takes a finding out of the gates' sight; it changes no number and no verdict on any case.": "豁免只使问题不计入门禁，不改变任何数字，也不改变任何案例的判定。",
	"Gates": "门禁", "Waivers": "豁免", "Waived by": "豁免编号", "Owner": "责任方", "until": "截至", "Reason": "理由",
	"Further findings":       "其余问题",
	"Sample cases":           "案例样本",
	"Metrics":                "指标",
	"No metric is withheld.": "没有被隐去的指标。",
	"Suppressed cells":       "被隐去的单元",
	"no lender named":        "未填写机构名称",
	"Everything here follows from the inputs and the plan: no clock, host, path or worker count enters it.": "本报告完全由输入与方案决定：与时间、主机、路径、并行度无关。",
	"SHA-256 over findings, cases, metrics and coverage":                                                    "对问题、案例、指标与覆盖范围计算的 SHA-256",
	"SHA-256 over the names and contents of the input files":                                                "对输入文件名与内容计算的 SHA-256",
	"SHA-256 of the plan":      "审计方案的 SHA-256",
	"Charts of this chapter":   "图表",
	"Comparison files":         "对照档案",
	"Models in use":            "在用模型",
	"Findings of this chapter": "本章问题",
	"Screening figures, not legal conclusions. Evidence grades: E1 exact replay, E2 replay within tolerance, E3 statistical, E4 circumstantial.": "本报告为筛查结果，不构成法律结论。证据等级：E1 精确复算，E2 容差内复算，E3 统计推断，E4 间接证据。",
}

// w returns the page's own word in both languages.
func w(en string) audit.Text {
	zh, ok := ui[en]
	if !ok {
		panic("reports: no Chinese for " + en)
	}
	return audit.T(en, zh)
}
