package reports

import (
	"cmp"
	"strings"

	"evenhand/audit"
)

// sliceKeys are the keys of metrics' slices that are no column of the contract.
var sliceKeys = map[string]string{
	"table": "表", "column": "列", "feature": "特征", "hour": "时刻", "incident": "故障", "side": "方向", "class": "类别", "cause": "原因", "replay": "复算结果",
	"factor": "因素", "series": "序列", "strata": "分层", "mix": "构成", "pair": "配对", "why": "原因", "decile": "评分十分位", "quantile": "分位", "q": "分位",
	"day": "天数", "days": "天数", "kind": "事件", "tenth": "十分位", "model": "模型", "method": "参照", "set": "组合", "distance": "距分数线", "standing": "与政策的关系", "drawable": "可借金额", "after": "之后", "latency": "耗时", "reason": "理由",
	"circumstance": "情形", "latency_p99": "耗时超过 p99", "error": "有错误代码", "peak_load": "最繁忙的小时", "night": "夜间", "weekend": "周末",
	"above the policy": "高于政策", "against the applicant": "对申请人不利", "slowest": "最慢", "(unknown)": "（未知）", "not denied": "未拒绝",
}

// sliceValues are the names that a key of a slice can have, by key; other
// values are the lender's own.
var sliceValues = map[string]map[string]string{
	"series": {"approval": "通过率", "approval_in_band": "评分相同时的通过率", "gap": "群体差异", "override": "人工推翻", "score": "评分", "technical": "技术错误"},
	"strata": {"score_decile": "评分十分位"},
	"mix":    {"all_reasons": "全部理由"},
	"pair":   {"agree": "结果相同", "conflict": "结果相反", "explained": "已有解释", "open": "无法判断"},
	"why":    {"amount": "金额", "edge": "分数线边缘", "history": "历史", "referred": "转人工", "told": "已告知", "undecided": "无法判定"},
	"method": {"declared": "模型声明的参照", "best": "最佳属性", "near_cutoff": "分数线附近的申请人", "applicants": "全部申请人", "neutral": "中性证据", "path": "路径"},
	"replay": {"not denied": "不应拒绝"},
	"side":   {"above": "之上", "below": "之下"},
	"kind":   {"close": "关闭", "decrease": "降额", "default": "违约", "freeze": "冻结"},
}

// slice names the rows a metric is about, without the plan's own words.
func slice(m *audit.Metric) audit.Text {
	var en, zh []string
	for _, p := range []string{m.Period, m.Segment, m.Group} {
		if p == "" {
			continue
		}
		en = append(en, p)
		for i, part := range strings.Split(p, " · ") {
			if i == 0 {
				zh = append(zh, slicePart(part))
			} else {
				zh[len(zh)-1] += " · " + slicePart(part)
			}
		}
	}
	if len(en) == 0 {
		return audit.T("all rows", "全部")
	}
	return audit.T(strings.Join(en, " · "), strings.Join(zh, " · "))
}

// sliceKey is a key of a slice in Chinese: groups have the lender's names.
func sliceKey(key string) string { return cmp.Or(sliceKeys[key], columnWords[key], key) }

// slicePart is one key and value of a slice in Chinese.
func slicePart(part string) string {
	key, value, ok := strings.Cut(part, "=")
	if !ok {
		return part
	}
	return sliceKey(key) + "=" + sliceValue(key, value)
}

func sliceValue(key, value string) string {
	if zh := sliceValues[key][value]; zh != "" {
		return zh
	}
	switch key {
	case "table":
		return word(tableWords, value).Zh
	case "mix", "strata":
		return cmp.Or(columnWords[value], value)
	case "outcome", "replay":
		return enumZh(value)
	}
	return cmp.Or(sliceKeys[value], value)
}

// sliceWords names the rows a metric is about, for a table: what a column holds
// is as it was recorded.
func (r *Report) sliceWords(m *audit.Metric) audit.Text {
	plain := slice(m)
	parts := strings.Split(plain.En, " · ")
	for i, p := range parts {
		key, value, ok := strings.Cut(p, "=")
		if !ok {
			continue
		}
		zh := sliceValue(key, value)
		switch key {
		case "feature", "factor", "column":
			if t, ok := r.feature(value); ok {
				zh = t.Zh
			}
		case "cause":
			zh = r.cause(value).Zh
		case "standing":
			zh = r.said(m.Check, value)
		}
		parts[i] = sliceKey(key) + "=" + zh
	}
	if len(parts) == 1 && !strings.Contains(plain.En, "=") {
		return plain
	}
	return audit.T(plain.En, strings.Join(parts, " · "))
}
