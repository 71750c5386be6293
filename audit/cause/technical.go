package cause

import (
	"regexp"
	"strings"

	"evenhand/audit"
)

// classes are the words that Technical returns, the weightier first: where
// status and error code say different things, a fraud hold outweighs a fault
// (it may look like one), and a fault outweighs the outcome of a rule.
var classes = []string{"fraud", "technical", "partner_quota", "review", "business"}

// Technical returns what an engine's status and error code say about how an
// outcome came to be: "technical" (a fault of systems), "fraud" (a hold),
// "partner_quota", "review", "business" (a rule's outcome), "ok", or "" when
// they are empty or say nothing known. The plan's catalogue of errors comes
// first, then a built-in lexicon.
func Technical(plan *audit.Plan, status, errorCode string) (class string) {
	declared := [2]string{declaredClass(plan, errorCode), declaredClass(plan, status)}
	for _, c := range classes {
		if declared[0] == c || declared[1] == c {
			return c
		}
	}
	guessed := declared
	for i, s := range [2]string{errorCode, status} {
		if guessed[i] == "" {
			guessed[i] = guess(s)
		}
	}
	for _, c := range append(classes, "ok") {
		if guessed[0] == c || guessed[1] == c {
			return c
		}
	}
	return ""
}

// declaredClass is the class that the plan gives a status or code, or "".
func declaredClass(plan *audit.Plan, s string) string {
	if s == "" || plan == nil {
		return ""
	}
	return plan.Errors[s].Class
}

// lexicon tells classes from words; the first class with a word that is
// contained wins. The words are lower case, with spaces for _ and -.
var lexicon = []struct {
	class string
	words []string
}{
	{"fraud", []string{"fraud", "tipping off", "money laundering", "欺诈", "反洗钱", "涉诈"}},
	{"technical", []string{
		"timeout", "time out", "timed out", "timedout", "unavailable", "exception", "connection", "disconnect", "unreachable", "deadlock",
		"overload", "busy", "internal error", "internalerror", "internal server", "server error", "servererror", "system error", "systemerror",
		"sys err", "syserr", "engine error", "engine down", "service down", "service error", "network err", "network fail", "gateway",
		"nullpointer", "null pointer", "out of memory", "crash", "no response", "not responding", "db error", "database", "rpc err", "5xx",
		"系统繁忙", "服务不可用", "系统异常", "系统错误", "系统故障", "服务异常", "服务繁忙", "网络异常", "网络错误", "网络繁忙", "连接失败", "连接异常",
		"接口异常", "接口错误", "超时", "稍后再试", "稍后重试", "数据库",
	}},
	{"partner_quota", []string{"quota", "partner full", "partner limit", "fund full", "funding full", "资金方", "资方", "名额", "额度已满", "配额"}},
	{"review", []string{"review", "manual", "pending", "复核", "人工", "二次审核", "审核中"}},
	{"business", []string{
		"declin", "denied", "deny", "reject", "rule", "cutoff", "cut off", "score", "knockout", "knock out", "eligib", "policy", "exceed", "insufficient",
		"拒绝", "不符合", "未通过", "评分", "不足",
	}},
}

// exact are whole statuses and codes. A bare "error" is the engine's own.
var exact = map[string]string{
	"error": "technical", "err": "technical", "fail": "technical", "failed": "technical", "failure": "technical", "fault": "technical", "aborted": "technical",
	"ok": "ok", "success": "ok", "succeeded": "ok", "successful": "ok", "done": "ok", "complete": "ok", "completed": "ok", "normal": "ok", "finished": "ok",
	"0": "ok", "00": "ok", "000": "ok", "0000": "ok", "200": "ok", "正常": "ok", "成功": "ok", "完成": "ok",
}

// httpFault matches HTTP's server errors.
var httpFault = regexp.MustCompile(`^(http|status|code)? ?5\d\d\b`)

// guess is the class that the lexicon gives a status or code, or "".
func guess(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == ' ' || r == ':' }), " ")
	if c, ok := exact[s]; ok {
		return c
	}
	if httpFault.MatchString(s) {
		return "technical"
	}
	for _, l := range lexicon {
		for _, w := range l.words {
			if strings.Contains(s, w) && !(w == "exception" && strings.Contains(s, "policy")) {
				return l.class
			}
		}
	}
	return ""
}
