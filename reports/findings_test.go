package reports

import (
	"fmt"

	"evenhand/audit"
)

func addFindings(r *audit.Result) {
	samples := func(prefix string) (s []string) {
		for i := range 20 {
			s = append(s, fmt.Sprintf("%s-%05d", prefix, i*13))
		}
		return s
	}
	metricID := func(name, period, group, reference, check string) string {
		return audit.StableID(check, name, period, "", group, reference)
	}
	r.Findings = []audit.Finding{
		{ID: "c1b2c3d4e5", Check: "vanishedincrease", Severity: audit.S1,
			Title:     audit.T("400 promised increases were lost in the 03:00–03:20 outage of 12 March 2026", "2026年3月12日 03:00–03:20 故障期间，400 笔承诺的提额未入账"),
			What:      audit.T("Each promise fell due within the outage, its conditions were met on replay, and no net change of the limit followed. This is an exact replay; it does not say that other promises were kept.", "每一笔承诺均在故障期间到期，经复算条件已满足，但额度没有净变化。结论来自精确复算；不说明其他承诺均已兑现。"),
			Substance: audit.Unjustified, Disclosure: audit.Misleading, Grade: audit.E1, Cause: "LOST_UPDATE", Rules: []string{"R1.1", "R1.6"},
			Cases: 400, Customers: 391, Amount: 39_871_233, FirstSeen: at(2026, 3, 11, 19), LastSeen: at(2026, 3, 12, 18), Samples: samples("c1b2"),
			Remedy:   audit.T("Apply the shortfall to the listed accounts; make increments idempotent, keyed by promise_id.", "按清单补足差额；以 promise_id 为键保证提额写入幂等。"),
			Customer: audit.T("What was promised, what arrived, why, and by when the difference is made good.", "原承诺提额多少、实际到账多少、原因，以及何时补足。"),
			Clauses:  []audit.Clause{{ID: "us-regb-9", Text: audit.T("12 CFR 1002.9(a)", "美国《B条例》12 CFR 1002.9(a)")}, {ID: "cn-pipl-24", Text: audit.T("PIPL 24", "个人信息保护法 第24条")}}},
		{ID: "b1b2c3d4e5", Check: "denialreason", Severity: audit.S1,
			Title:     audit.T("300 applications were denied by a fault, not by the policy", "300 笔申请因系统故障被拒，而非因政策"),
			What:      audit.T("The engine answered with status TIMEOUT, and a denial was recorded with the reason “insufficient overall score”.", "决策引擎返回 TIMEOUT，却被记为拒绝，理由写作“综合评分不足”。"),
			Substance: audit.Technical, Disclosure: audit.Wrong, Grade: audit.E1, Cause: "TECH", Rules: []string{"R4.6"}, Cases: 300, Customers: 298, Amount: 748_112_900,
			FirstSeen: at(2026, 3, 12, 3), LastSeen: at(2026, 3, 13, 2), Samples: samples("b1b2"),
			Remedy:   audit.T("Decide the listed applications again.", "对清单内申请重新决策。"),
			Customer: audit.T("Your application failed for a technical reason; you need not apply again.", "您的申请因技术原因未能处理，无需重复申请。")},
		{ID: "a1b2c3d4e5", Check: "denialreason", Severity: audit.S3,
			Title:     audit.T("700 denials gave a reason that says nothing specific", "700 笔拒绝所给理由过于笼统"),
			Substance: audit.Justified, Disclosure: audit.Generic, Grade: audit.E1, Cause: "GENERIC_REASON", Rules: []string{"R0.2"}, Cases: 700, Customers: 655,
			FirstSeen: at(2025, 7, 3, 1), LastSeen: at(2026, 6, 17, 1), Samples: samples("a1b2"),
			Remedy: audit.T("State the principal reasons.", "写明主要原因。"), Customer: audit.T("The principal reasons of the denial.", "本次未通过的主要原因。")},
		{ID: "d1b2c3d4e5", Check: "phantomlimit", Severity: audit.S2, Title: audit.T("300 customers saw a limit of which they could draw 1 yuan", "300 位客户看到额度，却只能借出 1 元"),
			Substance: audit.Indeterminate, Disclosure: audit.Misleading, Grade: audit.E2, Cause: "PARTNER_QUOTA", Cases: 300, Customers: 300, Amount: 151_230_000,
			FirstSeen: at(2025, 11, 1, 1), LastSeen: at(2026, 5, 19, 0), Samples: samples("d1b2")},
		{ID: "e1b2c3d4e5", Check: "scorematch", Severity: audit.S2, Title: audit.T("240 recorded scores read income in 元 where the model wants 分", "240 个记录评分把收入的“元”当作“分”"),
			Grade: audit.E1, Cause: "M6_UNIT", Cases: 240, Customers: 240, FirstSeen: at(2025, 9, 1, 2), LastSeen: at(2025, 12, 29, 1), Samples: samples("e1b2")},
		{ID: "f1b2c3d4e5", Check: "scorematch", Severity: audit.S3, Title: audit.T("60 recorded scores are those of another model version", "60 个记录评分来自其他模型版本"),
			Grade: audit.E1, Cause: "M4_VERSION", Cases: 60, Customers: 60, FirstSeen: at(2026, 1, 1, 1), LastSeen: at(2026, 2, 28, 1), Samples: samples("f1b2")},
		{ID: "1111111111", Check: "approvalparity", Severity: audit.S2, Title: audit.T("Applicants under 25 are approved at 0.73 times the rate of those of 25–35", "25 岁以下申请人的通过率仅为 25–35 岁的 0.73 倍"),
			What:  audit.T("A screening ratio, not a legal test. It is not explained by chance; whether it is explained by score is under Fairness.", "这是筛查比率，不是法律判定。差异并非偶然；是否可由评分解释，见“公平性”。"),
			Grade: audit.E3, Metrics: []string{metricID("selection_rate_ratio", "", "age=<25", "age=25-35", "approvalparity")}},
		{ID: "2222222222", Check: "approvalparity", Severity: audit.S3, Title: audit.T("Women were approved at less than 0.8 times the rate of men in three months", "有三个月女性通过率低于男性的 0.8 倍"),
			Grade: audit.E3, Metrics: []string{metricID("selection_rate_ratio", "2026-03", "sex=F", "sex=M", "approvalparity")}},
		{ID: "3333333333", Check: "scoredrift", Severity: audit.S3, Title: audit.T("The score distribution moved past PSI 0.10 in spring 2026", "2026 年春季评分分布的 PSI 超过 0.10"),
			Grade: audit.E3, Metrics: []string{metricID("psi", "2026-06", "", "2025-07", "scoredrift")}},
		{ID: "4444444444", Check: "scoredrift", Severity: audit.S4, Title: audit.T("utilisation and region_code moved most", "utilisation 与 region_code 变化最大"), Grade: audit.E3},
	}
}
