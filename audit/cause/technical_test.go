package cause_test

import (
	"testing"

	"evenhand/audit"
	"evenhand/audit/cause"
)

func TestTechnical(t *testing.T) {
	plan := &audit.Plan{Errors: map[string]audit.ErrorCode{
		"E17": {Class: "business"}, "E18": {Class: "technical"}, "E19": {Class: "fraud"}, "E20": {Class: "partner_quota"}, "E21": {Class: "review"},
		"DONE": {Class: "ok"}, "TIMEOUT": {Class: "business"},
	}}
	for _, test := range []struct{ status, code, want string }{
		{"", "", ""},
		{"", "E17", "business"},
		{"", "E18", "technical"},
		{"E19", "E18", "fraud"}, // a hold may look like a fault
		{"DONE", "E18", "technical"},
		{"DONE", "", "ok"},
		{"TIMEOUT", "", "business"},  // the plan's word
		{"error", "E17", "business"}, // … outweighs a guess
		{"error", "E20", "partner_quota"},
		{"error", "E21", "review"},
		{"DONE", "SYS_TIMEOUT", "technical"}, // a status of OK does not undo an error
		{"ok", "E18", "technical"},

		{"OK", "", "ok"}, {"Success", "0", "ok"}, {"成功", "", "ok"}, {"200", "", "ok"},
		{"ERROR", "", "technical"}, {"failed", "", "technical"},
		{"", "SYS_TIMEOUT", "technical"}, {"timed_out", "", "technical"}, {"", "SocketTimeoutException", "technical"}, {"", "SERVICE_UNAVAILABLE", "technical"},
		{"", "503", "technical"}, {"", "HTTP_502", "technical"}, {"http 500", "", "technical"}, {"", "5xx", "technical"}, {"", "R500", ""}, {"", "E5012", ""},
		{"", "SYSTEM_BUSY", "technical"}, {"系统繁忙", "", "technical"}, {"", "服务不可用，请稍后再试", "technical"}, {"", "connection reset", "technical"},
		{"", "partner_timeout", "technical"}, {"", "POLICY_EXCEPTION", "business"},
		{"", "FRAUD_HOLD", "fraud"}, {"", "反欺诈拦截", "fraud"}, {"error", "fraud_suspected", "fraud"},
		{"", "PARTNER_QUOTA", "partner_quota"}, {"", "资金方额度不足", "partner_quota"}, {"", "FUND_FULL", "partner_quota"},
		{"", "SECOND_REVIEW", "review"}, {"", "人工复核", "review"}, {"PENDING", "", "review"},
		{"", "RULE_REJECT", "business"}, {"declined", "", "business"}, {"评分不足", "", "business"}, {"ok", "RULE_7", "business"},
		{"", "X-77", ""}, {"ok", "X-77", "ok"}, {"running", "", ""},
	} {
		if got := cause.Technical(plan, test.status, test.code); got != test.want {
			t.Errorf("status %q, code %q: %q, want %q", test.status, test.code, got, test.want)
		}
	}
	if got := cause.Technical(nil, "", "SYS_TIMEOUT"); got != "technical" {
		t.Errorf("without a plan: %q", got)
	}
}
