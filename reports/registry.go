package reports

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
)

// registered reports whether a metric is told by the registry's table, or is
// one of its many parts: of the check governance only what is flagged goes into
// the table of metrics.
func registered(m *audit.Metric) bool {
	return m.Check == "governance" && m.Status < audit.Warn
}

// registryTable is the registry of models and what they were used for, a column a
// version, as there are more facts than versions; nil when nobody looked.
func (r *Report) registryTable() *table {
	t := &table{Head: head(
		audit.T("model", "模型"), audit.T("format", "格式"), audit.T("SHA-256", "SHA-256"), audit.T("as approved", "与登记一致"),
		audit.T("trained on", "训练数据"), audit.T("in service", "在用期"), audit.T("decisions", "决策数"), audit.T("first to last", "首末决策"),
		audit.T("outside service", "在用期之外"), audit.T("age, months", "月龄"), audit.T("inputs with a value", "输入有值"), audit.T("limit evaluations", "额度评估"),
	)}
	for i := range r.models {
		if m := &r.models[i]; m.Usage != nil {
			t.Rows = append(t.Rows, r.registryRow(m))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	t.Note = audit.T("Times end before the second date; that of first to last is the last day. Age: least / median / greatest, in whole months from the end of the training data (or from the first day of service) to the decision. Inputs with a value: of all inputs of scored decisions, and the input that has the fewest. Every number is in metrics.arrow, check governance.",
		"期间不含第二个日期，首末决策则含末日。月龄：自训练数据截止（或上线）至决策的整月数，依次为最小 / 中位 / 最大。输入有值：占已评分决策全部输入的比例，以及有值最少的输入。全部数字见 metrics.arrow 中的 governance。")
	t.prune()
	t.turn()
	return t
}

func (r *Report) registryRow(m *ModelInput) []cell {
	u := m.Usage
	name := m.Spec.Label()
	if m.Spec.Product != "" {
		name += " · " + m.Spec.Product
	}
	approved := plainCell(none)
	if want := m.Spec.SHA256; want != "" {
		approved = cell{Text: audit.T("yes", "是"), Class: "pass"}
		if !strings.EqualFold(want, m.SHA256) {
			approved = cell{Text: audit.T("no: edited", "否：已改动"), Class: "fail"}
		}
	}
	period, outside, age, values, evaluations := plainCell(none), plainCell(none), plainCell(none), plainCell(none), plainCell(none)
	if u.Rows > 0 {
		date := func(us int64) string { return time.UnixMicro(us).In(r.zone).Format(time.DateOnly) }
		period = cell{Text: same(date(u.First) + " – " + date(u.Last)), Keep: true}
	}
	if u.Window && u.Rows > 0 {
		outside = plainCell(thousands(u.Outside))
		if u.Outside > 0 {
			outside = plainCell(thousands(u.Outside) + " (" + percentOf(u.Outside, u.Rows) + ")")
		}
	}
	if u.AgeMedian >= 0 && u.Rows > 0 {
		age = plainCell(fmt.Sprintf("%d / %d / %d", u.AgeMin, u.AgeMedian, u.AgeMax))
	}
	if u.Cells > 0 {
		s := percentOf(u.Values, u.Cells)
		if u.LeastValues < u.Scored {
			s += " (" + u.LeastInput + " " + percentOf(u.LeastValues, u.Scored) + ")"
		}
		values = plainCell(s)
	}
	if u.LimitRows > 0 {
		evaluations = plainCell(thousands(u.LimitRows))
	}
	return []cell{code(name), plainCell(m.Format), code(short(m.SHA256)), approved,
		between(m.Spec.TrainedFrom, m.Spec.TrainedTo), between(m.Spec.Deployed, m.Spec.Retired),
		plainCell(thousands(u.Rows)), period, outside, age, values, evaluations}
}

// between writes [from, to) as the plan has it.
func between(from, to string) cell {
	if from == "" && to == "" {
		return plainCell(none)
	}
	return cell{Text: same(strings.TrimSpace(from + " – " + to)), Keep: true}
}

// percentOf writes k of n as a share with one decimal, the same in both
// languages.
func percentOf(k, n int64) string {
	return strconv.FormatFloat(100*float64(k)/float64(n), 'f', 1, 64) + nbsp + "%"
}
