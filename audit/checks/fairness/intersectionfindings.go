package fairness

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
)

// crossGap is what was flagged about one combination of groups.
type crossGap struct {
	groups  map[string]string // by column
	overall *audit.Metric     // over all rows, where it is flagged there
	slices  []*audit.Metric   // values of segments that it is flagged in
	finer   []*audit.Metric   // flagged combinations of more columns
}

// concludeCross makes one finding of each flagged combination that isn't part
// of a coarser flagged one.
func concludeCross(_ *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	gaps := map[string]*crossGap{}
	var order []string
	for i := range metrics {
		m := &metrics[i]
		if m.Name != crossRatio || m.Status < audit.Warn {
			continue
		}
		g := gaps[m.Group]
		if g == nil {
			g = &crossGap{groups: groupsOf(m.Group)}
			gaps[m.Group] = g
			order = append(order, m.Group)
		}
		if m.Segment == "" {
			g.overall = m
		} else {
			g.slices = append(g.slices, m)
		}
	}
	slices.SortFunc(order, func(a, b string) int { // coarse ones first
		if d := len(gaps[a].groups) - len(gaps[b].groups); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var out []audit.Finding
	var told []*crossGap
	for _, name := range order {
		g := gaps[name]
		if i := slices.IndexFunc(told, func(x *crossGap) bool { return x.holds(g) }); i >= 0 {
			if g.overall != nil {
				told[i].finer = append(told[i].finer, g.overall)
			}
			told[i].finer = append(told[i].finer, g.slices...)
			continue
		}
		told = append(told, g)
	}
	for _, g := range told {
		out = append(out, g.finding())
	}
	return out
}

// groupsOf reads the label of a combination.
func groupsOf(label string) map[string]string {
	columns, groups, _ := strings.Cut(label, "=")
	c, g := strings.Split(columns, "×"), strings.Split(groups, "×")
	if len(c) != len(g) {
		return map[string]string{columns: groups} // a group has the sign in its name
	}
	out := map[string]string{}
	for i := range c {
		out[c[i]] = g[i]
	}
	return out
}

// holds reports whether everybody in o is in g too.
func (g *crossGap) holds(o *crossGap) bool {
	if len(g.groups) >= len(o.groups) || g.overall == nil {
		return false
	}
	for column, group := range g.groups {
		if o.groups[column] != group {
			return false
		}
	}
	return true
}

func (g *crossGap) finding() audit.Finding {
	m, severity, part := g.overall, audit.S2, "overall"
	if m == nil {
		m, severity, part = g.slices[0], audit.S3, "slices"
		for _, s := range g.slices {
			if s.Value < m.Value {
				m = s
			}
		}
	}
	f := finding(m, severity, part)
	f.ID, f.Check, f.Cause = audit.StableID(crossName, m.Group, m.Reference, part), crossName, crossCause
	f.Harm = int64(math.Round(m.Effect))
	f.Metrics = ids(m)
	for _, s := range g.slices {
		if s != m {
			f.Metrics = append(f.Metrics, s.ID())
		}
	}
	f.Metrics = append(f.Metrics, ids(g.finer...)...)
	in, zai := "", ""
	if m.Segment != "" {
		in, zai = " in "+m.Segment, "在"+m.Segment
	}
	f.Title = audit.Tf(
		"Approval rate of %[1]s is %[2]s of %[3]s's%[4]s: more than the gaps of its groups make",
		"%[1]s%[5]s的通过率是%[3]s的%[2]s倍：超出各单个群体差距所能解释的程度",
		m.Group, ratioText(m.Value), groupOf(m.Reference), in, zai)
	args := []any{audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), ratioText(m.Value),
		strconv.FormatFloat(100*m.Level, 'f', -1, 64), ratioText(m.Low), ratioText(m.High), m.Threshold, audit.PText(m.PAdjusted), m.Effect}
	what := audit.Tf(
		"%s of %s approved against %s of %s; ratio %s (%s %% interval %s to %s), below %g; corrected p %s. Beyond what the gaps of its single groups multiply to, %.0f approvals are missing.",
		"%[2]s笔中%[1]s笔通过，参照组合%[4]s笔中%[3]s笔；比率%[5]s（%[6]s %%区间%[7]s至%[8]s），低于%[9]g；校正后p值%[10]s。扣除各单个群体差距相乘所能解释的部分，仍少通过%.0[11]f笔。",
		args...)
	en, zh := what.En, what.Zh
	var others []*audit.Metric
	for _, s := range g.slices {
		if s != m {
			others = append(others, s)
		}
	}
	if len(others) > 0 {
		en += " Also flagged in " + slicesText(others, ", ") + "."
		zh += "以下切片同样被标记：" + slicesText(others, "、") + "。"
	}
	if len(g.finer) > 0 {
		en += " Part of it, and flagged as well: " + finerText(g.finer, ", ") + "."
		zh += "其中同样被标记的有：" + finerText(g.finer, "、") + "。"
	}
	f.What = audit.T(en+notLegalEn, zh+notLegalZh)
	return f
}

// finerText lists combinations with their ratios, the first half dozen of them.
func finerText(ms []*audit.Metric, separator string) string {
	const most = 6
	var out []string
	for _, m := range ms[:min(len(ms), most)] {
		name := m.Group
		if m.Segment != "" {
			name += " (" + m.Segment + ")"
		}
		out = append(out, name+" "+ratioText(m.Value))
	}
	text := strings.Join(out, separator)
	if len(ms) > most {
		text += " … (" + strconv.Itoa(len(ms)) + ")"
	}
	return text
}
