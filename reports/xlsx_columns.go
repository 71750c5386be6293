package reports

import (
	"strings"

	"evenhand/audit"
)

// gridMaker makes the columns of a sheet in the report's language.
type gridMaker[T any] struct{ r *Report }

func (g gridMaker[T]) value(en, zh string, width int, kind gridKind, get func(*T) gridValue) gridColumn[T] {
	return gridColumn[T]{g.r.in(audit.T(en, zh)), width, kind, get}
}

func (g gridMaker[T]) text(en, zh string, width int, get func(*T) string) gridColumn[T] {
	return g.value(en, zh, width, gridText, func(row *T) gridValue { return gridOf(get(row)) })
}

func (g gridMaker[T]) said(en, zh string, width int, get func(*T) audit.Text) gridColumn[T] {
	return g.text(en, zh, width, func(row *T) string { return g.r.in(get(row)) })
}

func (g gridMaker[T]) count(en, zh string, get func(*T) int64) gridColumn[T] {
	return g.value(en, zh, 12, gridCount, func(row *T) gridValue { return countOf(get(row)) })
}

func (g gridMaker[T]) number(en, zh string, get func(*T) float64) gridColumn[T] {
	return g.value(en, zh, 12, gridNumber, func(row *T) gridValue { return floatOf(get(row)) })
}

func (g gridMaker[T]) instant(en, zh string, get func(*T) int64) gridColumn[T] {
	return g.value(en, zh, 20, gridInstant, func(row *T) gridValue { return instantOf(get(row)) })
}

// findingGrid is findings.arrow in words.
func (r *Report) findingGrid() []gridColumn[finding] {
	g, zone := gridMaker[finding]{r}, r.zone.String()
	return concat([]gridColumn[finding]{
		g.text("severity", "级别", 9, func(f *finding) string { return f.Severity.String() }),
		g.said("level", "级别说明", 16, func(f *finding) audit.Text { return levelWords[f.Severity.Level()] }),
	}, texts(r, audit.T("finding", "问题"), 70, func(f *finding) audit.Text { return f.Title }), []gridColumn[finding]{
		g.count("cases", "案例数", func(f *finding) int64 { return f.Cases }),
		g.count("customers", "客户数", func(f *finding) int64 { return f.Customers }),
		g.count("people harmed, where there are no cases", "受影响人数（无案例时）", func(f *finding) int64 { return f.Harm }),
		g.value("at stake", "涉及金额", 16, gridMoney, func(f *finding) gridValue { return moneyOf(f.Amount) }),
		g.text("currency", "币种", 8, func(*finding) string { return r.money.Code }),
		g.count("at stake, minor units", "涉及金额（最小单位）", func(f *finding) int64 { return f.Amount }),
		g.count("owed a remedy", "须补救案例", func(f *finding) int64 { return f.Owed }),
		g.instant("first seen ("+zone+")", "首次出现（"+zone+"）", func(f *finding) int64 { return f.FirstSeen }),
		g.instant("last seen ("+zone+")", "最近出现（"+zone+"）", func(f *finding) int64 { return f.LastSeen }),
		g.text("outcome", "结果判定", 16, func(f *finding) string { return f.Substance.String() }),
		g.said("outcome, in words", "结果判定说明", 30, func(f *finding) audit.Text { return substanceWords[f.Substance] }),
		g.text("disclosure", "披露判定", 16, func(f *finding) string { return f.Disclosure.String() }),
		g.said("disclosure, in words", "披露判定说明", 22, func(f *finding) audit.Text { return disclosureWords[f.Disclosure] }),
		g.text("evidence grade", "证据等级", 10, func(f *finding) string { return f.Grade.String() }),
		g.text("cause", "原因代码", 20, func(f *finding) string { return f.Cause }),
		g.said("cause, in words", "原因", 30, func(f *finding) audit.Text { return r.causeText(f.Cause) }),
		g.text("causes", "全部原因", 30, func(f *finding) string { return causeList(f.Causes) }),
		g.text("rules", "规则", 14, func(f *finding) string { return strings.Join(f.Rules, "; ") }),
		g.text("waived by", "豁免", 14, func(f *finding) string {
			if f.Waived == nil {
				return ""
			}
			return f.Waived.ID + "; " + f.Waived.Owner + "; " + f.Waived.Expires + "; " + f.Waived.Reason
		}),
	}, texts(r, audit.T("what is known", "已知情况"), 70, func(f *finding) audit.Text { return f.What }),
		texts(r, audit.T("what the lender must fix", "机构须整改"), 60, func(f *finding) audit.Text { return f.Remedy }),
		texts(r, audit.T("what the customer may be told", "可如实告知客户"), 60, func(f *finding) audit.Text { return f.Customer }),
		texts(r, audit.T("clauses it is evidence for", "可作为证据的条款"), 50, func(f *finding) audit.Text {
			var ts []audit.Text
			for _, c := range f.Clauses {
				ts = append(ts, audit.T(c.En, c.Zh))
			}
			return joinTexts(ts)
		}),
		[]gridColumn[finding]{
			g.text("check", "检查", 18, func(f *finding) string { return f.Check }),
			g.said("check, in words", "检查名称", 34, func(f *finding) audit.Text { return r.titleOf(f.Check) }),
			g.text("id", "编号", 14, func(f *finding) string { return f.ID }),
		})
}

// metricGrid is metrics.arrow in words.
func (r *Report) metricGrid() []gridColumn[metric] {
	g := gridMaker[metric]{r}
	return concat([]gridColumn[metric]{
		g.said("status", "结论", 12, func(m *metric) audit.Text { return statusWords[m.Status] }),
		g.text("check", "检查", 18, func(m *metric) string { return m.Check }),
		g.text("metric", "指标代码", 30, func(m *metric) string { return m.Name }),
		g.said("metric, in words", "指标", 40, func(m *metric) audit.Text { return r.metricName(m.Name) }),
		g.text("period", "期间", 10, func(m *metric) string { return m.Period }),
		g.text("segment", "细分", 20, func(m *metric) string { return m.Segment }),
		g.text("group", "群体", 20, func(m *metric) string { return m.Group }),
		g.text("compared with", "对照", 20, func(m *metric) string { return m.Reference }),
		g.number("value", "数值", func(m *metric) float64 { return m.Value }),
		g.number("interval from", "区间下限", func(m *metric) float64 { return m.Low }),
		g.number("interval to", "区间上限", func(m *metric) float64 { return m.High }),
		g.number("level of the interval", "区间水平", func(m *metric) float64 { return m.Level }),
		g.text("method of the interval", "区间方法", 14, func(m *metric) string { return m.Interval }),
		g.number("held against", "阈值", func(m *metric) float64 { return m.Threshold }),
		g.count("k", "分子 k", func(m *metric) int64 { return m.K }),
		g.count("n", "样本量 n", func(m *metric) int64 { return m.N }),
		g.count("k of the reference", "对照分子", func(m *metric) int64 { return m.KRef }),
		g.count("n of the reference", "对照样本量", func(m *metric) int64 { return m.NRef }),
		g.text("test", "检验", 14, func(m *metric) string { return m.Test }),
		g.number("p", "p 值", func(m *metric) float64 { return m.P }),
		g.number("p, corrected", "校正后 p", func(m *metric) float64 { return m.PAdjusted }),
		g.number("effect", "效应", func(m *metric) float64 { return m.Effect }),
		g.text("effect of", "效应含义", 16, func(m *metric) string { return m.EffectOf }),
		g.number("smallest detectable gap", "最小可检出差距", func(m *metric) float64 { return m.Gap }),
		g.said("withheld", "隐去", 10, func(m *metric) audit.Text {
			if m.Suppressed {
				return audit.T("yes", "是")
			}
			return audit.Text{}
		}),
	}, texts(r, audit.T("caveats", "注意"), 40, func(m *metric) audit.Text { return joinTexts(m.Warnings) }),
		[]gridColumn[metric]{g.text("row", "行号", 14, (*metric).ID)})
}

// coverageGrid is coverage.arrow in words.
func (r *Report) coverageGrid() []gridColumn[coverage] {
	g := gridMaker[coverage]{r}
	return concat([]gridColumn[coverage]{
		g.text("check", "检查", 18, func(c *coverage) string { return c.Check }),
		g.said("check, in words", "检查名称", 50, func(c *coverage) audit.Text { return r.titleOf(c.Check) }),
		g.said("status", "状态", 14, func(c *coverage) audit.Text { return coverageText(c.Status) }),
		g.count("rows in", "读入行数", func(c *coverage) int64 { return c.RowsIn }),
		g.count("rows judged", "判定行数", func(c *coverage) int64 { return c.Judged }),
		g.count("cases", "案例数", func(c *coverage) int64 { return c.Cases }),
	}, texts(r, audit.T("why", "说明"), 60, func(c *coverage) audit.Text { return joinTexts(c.Why) }),
		texts(r, audit.T("rows left out", "排除的行"), 60, func(c *coverage) audit.Text {
			var ts []audit.Text
			for _, e := range c.Excluded {
				n := thousands(e.Rows)
				ts = append(ts, audit.T(e.Guard.En+" "+n, e.Guard.Zh+" "+n))
			}
			return joinTexts(ts)
		}))
}
