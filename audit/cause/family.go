package cause

import (
	"strings"

	"evenhand/audit"
)

// families are the causes of the dictionary's families. What the rest is about
// (income, tenure, other) has no cause of its own: it is Features.
var families = map[string]string{
	"multi_lender": MultiLender,
	"repayment":    RepaymentAnomaly,
	"info_change":  InfoChange,
	"inquiry":      InquiryBurst,
	"purpose":      PurposeMisuse,
	"spending":     SpendVolatility,
	"utilisation":  Utilisation,
	"device":       DeviceRisk,
}

// familyWords tell a feature's cause from its name, where the dictionary says
// nothing. The first that the name contains wins; the name has _ at both ends.
var familyWords = []struct{ word, code string }{
	{"inquir", InquiryBurst}, {"enquir", InquiryBurst}, {"query_cnt", InquiryBurst}, {"查询", InquiryBurst},
	{"multi_lend", MultiLender}, {"other_lend", MultiLender}, {"other_loan", MultiLender}, {"other_balance", MultiLender},
	{"other_bank", MultiLender}, {"platforms", MultiLender}, {"lenders", MultiLender}, {"loan_cnt", MultiLender}, {"loans_30d", MultiLender},
	{"open_loans", MultiLender}, {"多头", MultiLender},
	{"dpd", RepaymentAnomaly}, {"delinq", RepaymentAnomaly}, {"overdue", RepaymentAnomaly}, {"past_due", RepaymentAnomaly},
	{"_late_", RepaymentAnomaly}, {"arrears", RepaymentAnomaly}, {"repay", RepaymentAnomaly}, {"逾期", RepaymentAnomaly}, {"还款", RepaymentAnomaly},
	{"phone_change", InfoChange}, {"address_change", InfoChange}, {"info_change", InfoChange}, {"profile_change", InfoChange}, {"_changed_", InfoChange}, {"变更", InfoChange},
	{"device", DeviceRisk}, {"login", DeviceRisk}, {"_geo", DeviceRisk}, {"_ip_", DeviceRisk}, {"设备", DeviceRisk},
	{"utilis", Utilisation}, {"utiliz", Utilisation}, {"usage_ratio", Utilisation}, {"使用率", Utilisation},
	{"spend", SpendVolatility}, {"volatil", SpendVolatility}, {"consum", SpendVolatility}, {"scene", SpendVolatility}, {"消费", SpendVolatility},
	{"purpose", PurposeMisuse}, {"use_of_funds", PurposeMisuse}, {"用途", PurposeMisuse},
}

// Family returns the cause that a change of a feature stands for: by the
// family that the plan's dictionary gives, else by the feature's name, else
// Features.
func Family(plan *audit.Plan, feature string) string {
	if info, ok := plan.Dictionary[feature]; ok && info.Family != "" {
		if code, ok := families[info.Family]; ok {
			return code
		}
		return Features
	}
	name := "_" + strings.ToLower(feature) + "_"
	for _, w := range familyWords {
		if strings.Contains(name, w.word) {
			return w.code
		}
	}
	return Features
}
