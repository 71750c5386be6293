package ingest

import "evenhand/audit"

// ingestMetrics names the metrics of ingest, and its causes, which are the same in capitals.
var ingestMetrics = map[string]audit.Text{
	"duplicate_key":            audit.T("duplicate keys", "主键重复"),
	"orphan_key":               audit.T("orphan keys", "孤立外键"),
	"mixed_currency":           audit.T("mixed currencies in an account", "账户内币种混杂"),
	"after_as_of":              audit.T("rows after the as-of date", "晚于截止日的行"),
	"decided_before_submitted": audit.T("decided before submitted", "决策早于提交"),
	"notice_before_decision":   audit.T("notice before decision", "告知早于决策"),
	"empty_table":              audit.T("tables without rows", "空表"),
	"unknown_value":            audit.T("values outside a closed vocabulary", "词表之外的取值"),
	"null_required":            audit.T("nulls where none are allowed", "不允许为空而为空"),
	"unit_smell":               audit.T("ratio of medians that hints at another unit", "疑似单位不同的中位数之比"),
	"feature_after_decision":   audit.T("features available only after the decision", "决策之后才可用的特征"),
	"DUPLICATE_KEY":            audit.T("duplicate keys", "主键重复"),
	"ORPHAN_KEY":               audit.T("orphan keys", "孤立外键"),
	"MIXED_CURRENCY":           audit.T("mixed currencies in an account", "账户内币种混杂"),
	"AFTER_AS_OF":              audit.T("rows after the as-of date", "晚于截止日的行"),
	"DECIDED_BEFORE_SUBMITTED": audit.T("decided before submitted", "决策早于提交"),
	"NOTICE_BEFORE_DECISION":   audit.T("notice before decision", "告知早于决策"),
	"EMPTY_TABLE":              audit.T("tables without rows", "空表"),
	"UNKNOWN_VALUE":            audit.T("values outside a closed vocabulary", "词表之外的取值"),
	"NULL_REQUIRED":            audit.T("nulls where none are allowed", "不允许为空而为空"),
	"UNIT_SMELL":               audit.T("ratio of medians that hints at another unit", "疑似单位不同的中位数之比"),
	"FEATURE_AFTER_DECISION":   audit.T("features available only after the decision", "决策之后才可用的特征"),
}
