package reports

import (
	"math"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
)

// gridKind is what a cell of a spreadsheet holds.
type gridKind uint8

const (
	gridText    gridKind = iota
	gridCount            // n, a whole number
	gridMoney            // n, minor units; written in major units
	gridInstant          // n, µs UTC; 0: empty
	gridNumber           // f; NaN: empty
)

// gridValue is one cell of a spreadsheet. Texts are raw: the writers make
// them harmless.
type gridValue struct {
	kind gridKind
	text string
	n    int64
	f    float64
}

func gridOf(s string) gridValue     { return gridValue{kind: gridText, text: s} }
func countOf(n int64) gridValue     { return gridValue{kind: gridCount, n: n} }
func moneyOf(minor int64) gridValue { return gridValue{kind: gridMoney, n: minor} }
func instantOf(us int64) gridValue  { return gridValue{kind: gridInstant, n: us} }
func floatOf(f float64) gridValue   { return gridValue{kind: gridNumber, f: f} }

// number writes the numeric kinds in plain digits with a decimal point, as
// every reader of CSV takes them.
func (v gridValue) number(exponent int) string {
	switch v.kind {
	case gridCount:
		return strconv.FormatInt(v.n, 10)
	case gridMoney:
		return plainMoney(v.n, exponent)
	case gridNumber:
		if math.IsNaN(v.f) {
			return ""
		}
		return strconv.FormatFloat(v.f, 'g', -1, 64)
	}
	return ""
}

// plainMoney writes minor units as major units, exactly: -1234.50.
func plainMoney(minor int64, exponent int) string {
	sign, u := "", uint64(minor)
	if minor < 0 {
		sign, u = "-", -uint64(minor)
	}
	s := strconv.FormatUint(u, 10)
	if exponent == 0 {
		return sign + s
	}
	if len(s) <= exponent {
		s = strings.Repeat("0", exponent+1-len(s)) + s
	}
	return sign + s[:len(s)-exponent] + "." + s[len(s)-exponent:]
}

// isoInstant writes an instant in the plan's zone as ISO 8601 has it, with its
// offset from UTC.
func (r *Report) isoInstant(us int64) string {
	return time.UnixMicro(us).In(r.zone).Format("2006-01-02T15:04:05.999999Z07:00")
}

// gridColumn is one column of a spreadsheet.
type gridColumn[T any] struct {
	head  string
	width int // characters, about
	kind  gridKind
	value func(*T) gridValue
}

// in is a text in the report's language, or in both.
func (r *Report) in(t audit.Text) string { return tongue{lang: r.lang}.plain(t) }

// texts are the columns of a text: one, or one a language where the report has
// both.
func texts[T any](r *Report, name audit.Text, width int, get func(*T) audit.Text) []gridColumn[T] {
	in := func(head, lang string) gridColumn[T] {
		return gridColumn[T]{head, width, gridText, func(row *T) gridValue { return gridOf(get(row).In(lang)) }}
	}
	if r.lang != inBoth {
		return []gridColumn[T]{in(r.in(name), r.lang)}
	}
	return []gridColumn[T]{in(name.En+" (en) / "+name.Zh+"（英文）", "en"), in(name.En+" (zh) / "+name.Zh+"（中文）", "zh")}
}

// caseGrid is cases.arrow in words: codes beside what they mean, money in
// major and minor units, lists in one cell.
func (r *Report) caseGrid() []gridColumn[kase] {
	text := func(en, zh string, width int, get func(*kase) string) gridColumn[kase] {
		return gridColumn[kase]{r.in(audit.T(en, zh)), width, gridText, func(c *kase) gridValue { return gridOf(get(c)) }}
	}
	said := func(en, zh string, width int, get func(*kase) audit.Text) gridColumn[kase] {
		return text(en, zh, width, func(c *kase) string { return r.in(get(c)) })
	}
	value := func(en, zh string, width int, kind gridKind, get func(*kase) gridValue) gridColumn[kase] {
		return gridColumn[kase]{r.in(audit.T(en, zh)), width, kind, get}
	}
	zone := r.zone.String()
	return concat([]gridColumn[kase]{
		text("check", "检查", 18, func(c *kase) string { return c.Check }),
		said("check, in words", "检查名称", 34, func(c *kase) audit.Text { return r.titleOf(c.Check) }),
		text("table", "数据表", 12, func(c *kase) string { return c.Table }),
		text("key", "编号", 24, func(c *kase) string { return c.Key }),
		text("customer", "客户", 24, func(c *kase) string { return c.Customer }),
		text("account", "账户", 24, func(c *kase) string { return c.Account }),
		value("at ("+zone+")", "时间（"+zone+"）", 20, gridInstant, func(c *kase) gridValue { return instantOf(c.At) }),
		text("product", "产品", 12, func(c *kase) string { return c.Product }),
		text("policy version", "政策版本", 14, func(c *kase) string { return c.PolicyVersion }),
		text("model version", "模型版本", 14, func(c *kase) string { return c.ModelVersion }),
		text("outcome", "结果判定", 16, func(c *kase) string { return c.Substance.String() }),
		said("outcome, in words", "结果判定说明", 30, func(c *kase) audit.Text { return substanceWords[c.Substance] }),
		text("disclosure", "披露判定", 16, func(c *kase) string { return c.Disclosure.String() }),
		said("disclosure, in words", "披露判定说明", 22, func(c *kase) audit.Text { return disclosureWords[c.Disclosure] }),
		text("evidence grade", "证据等级", 10, func(c *kase) string { return c.Grade.String() }),
		text("rules", "规则", 14, func(c *kase) string { return strings.Join(c.Rules, "; ") }),
		text("cause", "原因代码", 20, func(c *kase) string { return c.Cause }),
		said("cause, in words", "原因", 30, func(c *kase) audit.Text { return r.causeText(c.Cause) }),
		text("causes", "全部原因", 30, func(c *kase) string { return causeList(c.Causes) }),
		value("amount", "金额", 14, gridMoney, func(c *kase) gridValue { return moneyOf(c.Amount) }),
		text("currency", "币种", 8, func(*kase) string { return r.money.Code }),
		value("amount, minor units", "金额（最小单位）", 16, gridCount, func(c *kase) gridValue { return countOf(c.Amount) }),
		value("days", "天数", 8, gridCount, func(c *kase) gridValue { return countOf(c.Days) }),
		text("remedy", "补救", 18, func(c *kase) string { return c.Remedy }),
	}, texts(r, audit.T("evidence", "证据"), 60, func(c *kase) audit.Text { return r.items(c.Check, c.Evidence) }),
		texts(r, audit.T("events", "事件"), 60, r.eventText),
		[]gridColumn[kase]{text("finding", "问题编号", 14, func(c *kase) string { return c.Finding })})
}

func (r *Report) causeText(code string) audit.Text {
	if code == "" {
		return audit.Text{}
	}
	return r.cause(code)
}

// causeList writes causes with their grades and shares: "LATE E1 62.5 %; …".
func causeList(causes []audit.Supported) string {
	var parts []string
	for _, c := range causes {
		s := strings.TrimSpace(c.Code + " " + c.Grade.String())
		if c.Share != 0 {
			s += " " + strconv.FormatFloat(float64(c.Share)/1e4, 'f', 1, 64) + " %"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ")
}

// eventText writes the evidence timeline of a case on one line.
func (r *Report) eventText(c *kase) audit.Text {
	var en, zh []string
	for i := range c.Events {
		e := &c.Events[i]
		what, note := happened(e.What), r.note(c.Check, e.Note)
		at := ""
		if e.At != 0 {
			at = r.isoInstant(e.At) + " "
		}
		en = append(en, strings.TrimSpace(at+what.En+" "+e.Key+" "+note.En))
		zh = append(zh, strings.TrimSpace(at+what.Zh+" "+e.Key+" "+note.Zh))
	}
	return audit.T(strings.Join(en, "; "), strings.Join(zh, "；"))
}
