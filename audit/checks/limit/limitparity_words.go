package limit

import "evenhand/audit"

// Names of metrics that Conclude reads.
const (
	lpDecreaseRatio = "decrease_rate_ratio"
	lpNoticeGap     = "notice_before_decrease_rate_difference"
	lpPhantomGap    = "phantom_account_rate_difference"
	lpInitialRatio  = "initial_limit_ratio"
	lpSizeRatio     = "increase_size_ratio"
)

// limitParityMetrics names the metrics of limitparity, and its cause.
var limitParityMetrics = map[string]audit.Text{
	"decreases_per_account_year":                audit.T("decreases per account-year", "每账户年降额次数"),
	lpDecreaseRatio:                             audit.T("ratio of decreases per account-year, within strata", "每账户年降额次数之比（层内）"),
	"notice_before_decrease_rate":               audit.T("decreases told of in time", "按时告知的降额占比"),
	lpNoticeGap:                                 audit.T("difference in first decreases told of in time", "首次降额按时告知占比的差异"),
	"phantom_account_rate":                      audit.T("accounts with a phantom limit", "出现虚额的账户占比"),
	lpPhantomGap:                                audit.T("difference in accounts with a phantom limit", "出现虚额账户占比的差异"),
	"phantom_hours_per_account_year":            audit.T("hours of phantom limits per account-year", "每账户年虚额小时数"),
	"phantom_hours_per_account_year_difference": audit.T("difference in hours of phantom limits", "虚额小时数的差异"),
	"initial_limit_geometric_mean":              audit.T("first limit, geometric mean", "初始额度（几何平均）"),
	lpInitialRatio:                              audit.T("ratio of first limits, within strata", "初始额度之比（层内）"),
	"increase_size_geometric_mean":              audit.T("size of increases against the limit, geometric mean", "提额幅度（几何平均）"),
	lpSizeRatio:                                 audit.T("ratio of sizes of increases, within strata", "提额幅度之比（层内）"),
	"promise_shortfall_per_customer":            audit.T("promised money that is missing, per customer", "每客户承诺而未到账的金额"),
	"promise_shortfall_per_customer_difference": audit.T("difference in missing promised money", "未到账金额的差异"),
	"LIMIT_GAP":                                 audit.T("gap in how limits are kept", "额度管理差距"),
}
