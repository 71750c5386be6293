package compare

import (
	"math"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/reports"
)

// Words names metrics and causes in both languages, by check and name.
type Words map[string]map[string]audit.Text

// WordsOf takes the words of checks.
func WordsOf(checks []*audit.Check) Words {
	out := Words{}
	for _, c := range checks {
		out[c.Name] = c.Words
	}
	return out
}

func (w Words) of(check, name string) audit.Text {
	if t, ok := w[check][name]; ok {
		return t
	}
	s := strings.ReplaceAll(name, "_", " ")
	return audit.T(s, s)
}

// Options says how a comparison is written.
type Options struct {
	Words Words
	Lang  string // "en", "zh" or "both"; the terminal and Markdown take both for English
	All   bool   // list what is unchanged too
}

var stateWords = map[State]audit.Text{
	New: audit.T("new", "新增"), Worse: audit.T("worse", "加重"), NotComparable: audit.T("not comparable", "不可比"),
	Fixed: audit.T("fixed", "已消除"), Better: audit.T("better", "减轻"), Unchanged: audit.T("unchanged", "未变"),
}

var stateNotes = map[State]audit.Text{
	New:           audit.T("in the new report only", "仅见于新报告"),
	Worse:         audit.T("in both, and more serious, larger or surer", "两份均有，且更严重、更大或更确定"),
	NotComparable: audit.T("gone, but its check could not have seen it again: not called fixed", "已不见，但该项检查无从再次发现：不称为已消除"),
	Fixed:         audit.T("gone, and its check ran again on comparable rows", "已不见，且该项检查在可比的行上再次运行"),
	Better:        audit.T("in both, and less serious, smaller or less sure", "两份均有，但较轻、较小或较不确定"),
	Unchanged:     audit.T("the same in both", "两份相同"),
}

var fieldWords = map[string]audit.Text{
	"severity": audit.T("severity", "严重程度"), "substance": audit.T("verdict on the outcome", "结果判定"),
	"disclosure": audit.T("verdict on disclosure", "披露判定"), "grade": audit.T("evidence", "证据等级"),
	"cases": audit.T("cases", "案例"), "customers": audit.T("customers", "客户"), "harm": audit.T("people harmed", "受影响人数"),
	"amount_minor": audit.T("money at stake", "涉及金额"),
}

var whatWords = map[string]audit.Text{
	"plan": audit.T("plan", "审计方案"), "data": audit.T("data", "数据"), "policies": audit.T("policies", "政策"), "binary": audit.T("program", "程序"),
	"schema": audit.T("layout", "格式版本"), "model": audit.T("model", "模型"), "table": audit.T("rows of", "行数"), "check": audit.T("check", "检查"),
}

var directionWords = map[string]audit.Text{
	"worse": audit.T("further past the threshold", "离阈值更远"), "better": audit.T("back towards the threshold", "趋向阈值"), "other": audit.T("moved", "变动"),
}

// headline counts the findings by state.
func (d *Diff) headline() audit.Text {
	var en, zh []string
	for _, c := range d.Counts {
		w := stateWords[c.State]
		n := strconv.Itoa(c.Count)
		s := audit.T(n+" "+w.En, w.Zh+" "+n)
		if c.Waived > 0 {
			s.En += " (" + strconv.Itoa(c.Waived) + " waived)"
			s.Zh += "（其中豁免 " + strconv.Itoa(c.Waived) + "）"
		}
		en, zh = append(en, s.En), append(zh, s.Zh)
	}
	return audit.T(strings.Join(en, ", "), strings.Join(zh, "，"))
}

// title names the two reports.
func (d *Diff) title() audit.Text {
	lender := d.New.Lender
	if lender == "" {
		lender = "evenhand"
	}
	return audit.Tf("%[1]s: as of %[3]s against as of %[2]s", "%[1]s：截止 %[3]s 与截止 %[2]s 的对比", lender, d.Old.AsOf, d.New.AsOf)
}

// overlap says how the rows of the two reports relate.
func (d *Diff) overlap() audit.Text {
	p := d.Periods
	if d.Rows == "same_data" {
		return audit.T("Both reports are of the same data: every difference comes from plan, models, policies or program, and numbers are compared exactly",
			"两份报告所用数据相同：任何差异均来自方案、模型、政策或程序，指标按精确值比较")
	}
	said := audit.T("Overall numbers are of two runs, over rows that may overlap; their intervals take the rows for different ones, which makes them wide rather than narrow",
		"总体指标来自两次运行，所涉行可能重叠；区间按互不重叠计算，只会偏宽，不会偏窄")
	if len(p.Common)+len(p.OnlyOld)+len(p.OnlyNew) == 0 {
		return said
	}
	return audit.T(said.En+". Periods in both: "+span(p.Common, "none")+"; only in the old report: "+span(p.OnlyOld, "none")+"; only in the new one: "+span(p.OnlyNew, "none"),
		said.Zh+"。共同期间："+span(p.Common, "无")+"；仅旧报告："+span(p.OnlyOld, "无")+"；仅新报告："+span(p.OnlyNew, "无"))
}

// span lists a few labels, or the ends of many.
func span(labels []string, none string) string {
	switch n := len(labels); {
	case n == 0:
		return none
	case n <= 3:
		return strings.Join(labels, ", ")
	default:
		return labels[0] + " … " + labels[n-1] + " (" + strconv.Itoa(n) + ")"
	}
}

// tested says what was compared, and how it was corrected.
func (d *Diff) tested() audit.Text {
	m := &d.Metrics
	if m.Method == "exact" {
		return audit.Tf("%[1]s numbers compared exactly; %[2]s changed by enough to matter, %[3]s by less; %[4]s not comparable",
			"精确比较指标 %[1]s 项；变动足够大的 %[2]s 项，较小的 %[3]s 项；不可比 %[4]s 项",
			count(m.Compared), count(m.Changed), count(m.Restricted), count(m.Untested))
	}
	return audit.Tf("%[1]s numbers compared, corrected together (%[5]s, %[6]s); %[2]s changed by more than chance and enough to matter, %[3]s by less; %[4]s without an interval, too small or withheld",
		"比较指标 %[1]s 项，一并校正（%[5]s，%[6]s）；超出偶然且足够大的变动 %[2]s 项，较小的 %[3]s 项；无区间、样本不足或隐去的 %[4]s 项",
		count(m.Compared), count(m.Changed), count(m.Restricted), count(m.Untested), m.Method, strconv.FormatFloat(m.Alpha, 'g', -1, 64))
}

func count(n int) string { return reports.Count(int64(n)) }

// value writes one side of a change of a finding.
func (d *Diff) value(c Change, s string) audit.Text {
	switch c.Field {
	case "severity", "grade":
		if s == "" {
			return audit.T("–", "–")
		}
		return audit.T(s, s)
	case "substance", "disclosure":
		return reports.Wording(s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return audit.T(s, s)
	}
	if c.Field == "amount_minor" {
		return reports.Money(d.New.Currency, n)
	}
	return audit.T(reports.Count(n), reports.Count(n))
}

// changes is what changed of a finding, in one line.
func (d *Diff) changes(f *Finding) audit.Text {
	var en, zh []string
	for _, c := range f.Changes {
		w, a, b := fieldWords[c.Field], d.value(c, c.Old), d.value(c, c.New)
		en, zh = append(en, w.En+" "+a.En+" → "+b.En), append(zh, w.Zh+" "+a.Zh+" → "+b.Zh)
	}
	if n := len(f.Metrics); n > 0 {
		t := audit.Tf("%[1]d of its numbers changed", "其中 %[1]d 项指标变动", n)
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	return audit.T(strings.Join(en, "; "), strings.Join(zh, "；"))
}

// rows names the rows of a metric.
func (m *Metric) rows() audit.Text {
	t := reports.MetricRows(&audit.Metric{Period: m.Period, Segment: m.Segment, Group: m.Group})
	if m.Reference != "" {
		t = audit.T(t.En+" against "+m.Reference, t.Zh+"，对照 "+m.Reference)
	}
	return t
}

// values writes old → new.
func (m *Metric) values() audit.Text {
	a, b := reports.MetricValue(&m.old, m.Old), reports.MetricValue(&m.new, m.New)
	return audit.T(a.En+" → "+b.En, a.Zh+" → "+b.Zh)
}

// change writes the change with its interval.
func (m *Metric) change() audit.Text {
	write := func(v float64) audit.Text {
		if m.Scale == "ratio" {
			s := "×" + strconv.FormatFloat(v, 'f', 3, 64)
			return audit.T(s, s)
		}
		return reports.MetricDifference(&m.new, v)
	}
	t := write(m.Change)
	if m.Low == nil || math.IsNaN(*m.Low) {
		return t
	}
	bare := func(v float64) string { s, _, _ := strings.Cut(write(v).En, "\u00a0"); return s } // the unit was just said
	interval := " [" + bare(*m.Low) + ", " + bare(*m.High) + "]"
	return audit.T(t.En+interval, t.Zh+interval)
}

// p writes the corrected p-value.
func (m *Metric) p() string {
	if m.PAdjusted == nil {
		return "–"
	}
	return reports.PValue(*m.PAdjusted)
}

// sides writes what changed between the runs: digests short.
func (b *Between) sides() (audit.Text, audit.Text) {
	write := func(s string) audit.Text {
		switch {
		case s == "":
			return audit.T("none", "无")
		case b.What == "check":
			return reports.Wording(s)
		case b.What == "table":
			n, _ := strconv.ParseInt(s, 10, 64)
			return audit.T(reports.Count(n), reports.Count(n))
		case b.What == "model":
			var short []string
			for _, d := range strings.Fields(s) {
				short = append(short, d[:min(12, len(d))])
			}
			s = strings.Join(short, " ")
		case b.What != "binary" && len(s) == 64:
			s = s[:12]
		}
		return audit.T(s, s)
	}
	return write(b.Old), write(b.New)
}
