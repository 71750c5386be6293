package drift

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"evenhand/audit"
)

// found is a flagged change-point with its interval, in days.
type found struct {
	*audit.Metric
	day, lo, hi int64
}

// seriesWords name the series, with a capital.
var seriesWords = map[string]audit.Text{
	"series=approval":         audit.T("The approval rate", "通过率"),
	"series=approval_in_band": audit.T("The approval rate at equal score", "评分相同时的通过率"),
	"series=override":         audit.T("The share of decisions overridden", "被推翻决策占比"),
	"series=technical":        audit.T("The share with a technical error", "技术错误占比"),
	"series=score":            audit.T("The mean score", "评分均值"),
	"series=gap":              audit.T("The difference between groups", "群体差异"),
}

// changeConclude makes one finding of the change-points that nothing declared
// explains and whose intervals touch.
func changeConclude(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	near, long := int64(env.Settings.(*ChangeSettings).Near), int64(env.Settings.(*ChangeSettings).Days/2)
	var marks []mark
	scored := false
	within := map[string]*audit.Metric{}
	key := func(m *audit.Metric) string { return m.Segment + "\x1f" + m.Group + "\x1f" + m.Period }
	for i := range metrics {
		m := &metrics[i]
		switch m.Name {
		case markMetric:
			marks = append(marks, mark{dayOf(m.Period), m.Segment})
		case withinMetric:
			within[key(m)] = m
		case stepMetric:
			scored = scored || m.Segment == "series=approval_in_band"
		}
	}
	var open []found
	for i := range metrics {
		m := &metrics[i]
		if m.Name != stepMetric || m.Status < audit.Warn || m.Segment == "series=approval" && scored {
			continue
		}
		f := found{Metric: m, day: dayOf(m.Period)}
		f.lo, f.hi = f.day, f.day
		if w := within[key(m)]; w != nil {
			f.lo, f.hi = f.day+int64(w.Low), f.day+int64(w.High)
		}
		if !explained(f, marks, near, long) {
			open = append(open, f)
		}
	}
	slices.SortStableFunc(open, func(a, b found) int { return int(a.lo - b.lo) })
	var out []audit.Finding
	for lo := 0; lo < len(open); {
		hi, end := lo+1, open[lo].hi
		for hi < len(open) && open[hi].lo <= end+near {
			end = max(end, open[hi].hi)
			hi++
		}
		out = append(out, stepFinding(env.Plan.Calendar(), open[lo:hi], len(marks) > 0))
		lo = hi
	}
	return out
}

// explained reports whether a mark lies within near days of the interval. An
// incident's first and last day make one span, which must be long days for what
// is no technical error.
func explained(f found, marks []mark, near, long int64) bool {
	span := map[string][2]int64{}
	for _, m := range marks {
		if strings.HasPrefix(m.what, "incident=") {
			x, ok := span[m.what]
			if !ok {
				x = [2]int64{m.day, m.day}
			}
			span[m.what] = [2]int64{min(x[0], m.day), max(x[1], m.day)}
		} else if m.day >= f.lo-near && m.day <= f.hi+near {
			return true
		}
	}
	for _, x := range span {
		if x[0] <= f.hi+near && x[1] >= f.lo-near && (f.Segment == "series=technical" || x[1]-x[0] >= long-1) {
			return true
		}
	}
	return false
}

func dayOf(date string) int64 {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic("drift: " + date + " is no day")
	}
	return t.Unix() / (24 * 3600)
}

// stepFinding describes change-points at about one day; days are the plan's.
// registry says that the
// plan or the data has days to hold them against.
func stepFinding(days *audit.Calendar, open []found, registry bool) audit.Finding {
	slices.SortStableFunc(open, func(a, b found) int { return rankOf(a.Segment) - rankOf(b.Segment) })
	main := open[0]
	f := audit.Finding{Check: changeName, Severity: audit.S3, Grade: audit.E3, Cause: "STEP", Clauses: monitoring(),
		ID: audit.StableID(changeName, main.Segment, main.Group, main.Period)}
	if main.Segment == "series=approval_in_band" && registry {
		f.Severity = audit.S2
	}
	f.FirstSeen, f.LastSeen = days.Start(main.lo), days.Start(main.hi)
	var en, zh []string
	for _, x := range open {
		f.Metrics = append(f.Metrics, x.ID())
		w := seriesWords[x.Segment]
		if x.Group != "" {
			w = audit.T("The approval rate of "+x.Group+" against "+x.Reference, x.Group+" 相对 "+x.Reference+" 的通过率")
		}
		step := fmt.Sprintf("%+.1f", 100*x.Value)
		stepEn, stepZh := step+" percentage points", step+" 个百分点"
		if x.Segment == "series=score" {
			stepEn, stepZh = fmt.Sprintf("%+.4g", x.Value), fmt.Sprintf("%+.4g", x.Value)
		}
		en = append(en, fmt.Sprintf("%s stepped by %s on %s (between %s and %s, 95 %%; corrected p %s)", w.En, stepEn, x.Period, audit.DateText(x.lo), audit.DateText(x.hi), audit.PText(x.PAdjusted)))
		zh = append(zh, fmt.Sprintf("%s于 %s 跃变 %s（95 %% 区间为 %s 至 %s；校正后 p %s）", w.Zh, x.Period, stepZh, audit.DateText(x.lo), audit.DateText(x.hi), audit.PText(x.PAdjusted)))
	}
	w := seriesWords[main.Segment]
	if main.Group != "" {
		w = audit.T("The approval rate of "+main.Group+" against "+main.Reference, main.Group+" 相对 "+main.Reference+" 的通过率")
	}
	up := audit.T("rose", "上升")
	if main.Value < 0 {
		up = audit.T("fell", "下降")
	}
	f.Title = audit.T(w.En+" "+up.En+" at once about "+main.Period+", and nothing declared explains it", w.Zh+"在 "+main.Period+" 前后骤然"+up.Zh+"，无已申报的原因可以解释")
	f.What.En = strings.Join(en, ". ") + "."
	f.What.Zh = strings.Join(zh, "；") + "。"
	if registry {
		f.What.En += " No model or policy comes into force at the time, and no incident on record explains a level that lasts."
		f.What.Zh += "其时没有模型或政策生效，也没有系统事件足以解释持续的水平。"
	} else {
		f.What.En += " The plan has no registry and no incidents to hold it against."
		f.What.Zh += "审计方案中没有可供对照的登记和系统事件。"
	}
	f.What.En += " It is a screening number of grade E3: it does not say that anybody changed a policy, or that a decision is wrong; a source of data, a partner or applicants who differ in what the score does not see can do the same."
	f.What.Zh += "这是筛查指标（证据等级 E3）：并不说明有人改动了政策，也不说明某个决策有误；数据来源、合作方或评分看不到的申请人差异同样可能造成这一结果。"
	f.Remedy = audit.T(
		"Ask what was released, switched or instructed in these days. If it was a change of policy, register it with its day and reason; if not, re-decide the applications that it concerns.",
		"查问这几天发布、切换或指示了什么。如系政策变更，应补登其日期与理由；如不是，应对受影响的申请重新决策。")
	if main.Value < 0 && strings.HasPrefix(main.Segment, "series=approval") {
		f.Harm = int64(-main.Value * float64(main.N))
	}
	return f
}

// rankOf puts the series that says most first.
func rankOf(segment string) int {
	return slices.Index([]string{"series=approval_in_band", "series=approval", "series=technical", "series=override", "series=gap", "series=score"}, segment)
}
