package governance

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
)

// byFeature makes one finding of each feature of which a metric is flagged.
func (c *concluder) byFeature(metric string, make func(feature string, of []named) audit.Finding) []audit.Finding {
	by := map[string][]named{}
	var order []string
	for _, m := range c.of(metric) {
		if m.Status < audit.Warn {
			continue
		}
		if by[m.feature()] == nil {
			order = append(order, m.feature())
		}
		by[m.feature()] = append(by[m.feature()], m)
	}
	slices.Sort(order)
	var out []audit.Finding
	for _, feature := range order {
		f := make(feature, by[feature])
		if c.table == limits {
			f.Title.En += " (limit evaluations)"
			f.Title.Zh += "（额度评估）"
		}
		out = append(out, f)
	}
	return out
}

func (c *concluder) missing(feature string, of []named) audit.Finding {
	worst := slices.MaxFunc(of, func(a, b named) int {
		switch x, y := math.Abs(a.Value), math.Abs(b.Value); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	severity := audit.S4
	var total int64
	var parts []string
	for _, m := range of {
		if m.Value > 0 {
			severity = audit.S3
		}
		where := m.version()
		if m.Period != "" {
			where += " " + m.Period
		} else {
			total += m.K
		}
		parts = append(parts, fmt.Sprintf("%s: %s (%s / %s)", where, points(m.Value), audit.Thousands(m.K), audit.Thousands(m.N)))
	}
	f := c.finding(missingCause, feature, severity, of...)
	f.Harm = max(total, worst.K)
	more := audit.T("more", "高于")
	if worst.Value < 0 {
		more = audit.T("less", "低于")
	}
	f.Title = audit.Text{
		En: fmt.Sprintf("Input %s is missing %s often than in training (%s of rows of model %s%s)", feature, more.En, audit.Percent(worst.K, worst.N), worst.version(), in(" in ", worst.Period)),
		Zh: fmt.Sprintf("输入 %s 的缺失率%s训练数据（模型 %s%s 为 %s）", feature, more.Zh, worst.version(), in(" ", worst.Period), audit.Percent(worst.K, worst.N)),
	}
	f.What = said(
		fmt.Sprintf("Its missing rate differs from the training data's by %s or more, in percentage points:", points(worst.Threshold)),
		fmt.Sprintf("其缺失率与训练数据相差 %s 或以上（百分点）：", points(worst.Threshold)), parts)
	f.What.En += " What the model has learnt of missing values may not hold for these rows."
	f.What.Zh += "模型对缺失值所学到的规律未必适用于这些记录。"
	return f
}

func (c *concluder) foreign(feature string, of []named) audit.Finding {
	f := c.finding(foreignCause, feature, audit.S4, of...)
	var parts []string
	for _, m := range of {
		f.Harm += m.K
		parts = append(parts, fmt.Sprintf("%s: %s / %s (%s)", m.version(), audit.Thousands(m.K), audit.Thousands(m.N), audit.Percent(m.K, m.N)))
	}
	f.Title = audit.Tf("Input %[1]s has values that the training data did not have (%[2]s)", "输入 %[1]s 含有训练数据中没有的取值（%[3]s 行）", feature, count(f.Harm, "row", "rows"), audit.Thousands(f.Harm))
	f.What = said("Numbers outside the range that the model file tells of its training data, or levels it did not have, by version:",
		"超出模型文件所载训练数据范围的数值，或训练数据中没有的类别，按版本：", parts)
	f.What.En += " A model does not extrapolate: such values count as the nearest it knows, or as missing."
	f.What.Zh += "模型不会外推：这类取值被当作最接近的已知值或缺失值处理。"
	return f
}

func (c *concluder) constant(feature string, of []named) audit.Finding {
	f := c.finding(constantCause, feature, audit.S4, of...)
	var parts []string
	empty := true
	for _, m := range of {
		f.Harm += m.N
		value := "∅"
		if m.K > 0 {
			empty, value = false, "="
			if m.Value == m.Value {
				value = strconv.FormatFloat(m.Value, 'g', -1, 64)
			}
		}
		parts = append(parts, fmt.Sprintf("%s: %s (n = %s)", m.version(), value, audit.Thousands(m.N)))
	}
	f.Title = audit.Tf("Input %[1]s has the same value in all rows", "输入 %[1]s 在所有记录中取值相同", feature)
	if empty {
		f.Severity = audit.S3
		f.Title = audit.Tf("Input %[1]s has no value in any row", "输入 %[1]s 在所有记录中均为空", feature)
	}
	f.What = said("By version (∅: no value; =: one level):", "按版本（∅：无取值；=：同一类别）：", parts)
	f.What.En += " The model can tell nobody apart by it; a feed may be stuck at its default."
	f.What.Zh += "模型无法据此区分任何人；数据源可能停留在默认值。"
	return f
}

// said joins an introduction and parts to a sentence.
func said(en, zh string, parts []string) audit.Text {
	const most = 12
	rest := audit.Text{}
	if n := len(parts) - most; n > 0 {
		rest = audit.Tf("; and %d more", "；另有 %d 项", n)
		parts = parts[:most]
	}
	return audit.T(en+" "+strings.Join(parts, "; ")+rest.En+".", zh+strings.Join(parts, "；")+rest.Zh+"。")
}

// in is text after a word, or nothing.
func in(word, s string) string {
	if s == "" {
		return ""
	}
	return word + s
}

// points writes a share as percentage points.
func points(x float64) string {
	return strconv.FormatFloat(100*x, 'f', 1, 64)
}
