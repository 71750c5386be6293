package gate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
)

// insufficient is the gate on checks that had nothing to look at.
func (e *evaluation) insufficient() {
	if e.Plan.Gates.Insufficient != "fail" {
		return
	}
	g := e.gate("gates.insufficient", audit.T("every check to have run and judged a row", "每项检查都已运行并至少判定一行"))
	var skipped, idle []string
	for _, c := range e.Checks {
		switch cov := e.coverage(c.Name); {
		case slices.Contains(e.Plan.Skip, c.Name):
		case cov == nil || cov.Status == "skipped":
			skipped = append(skipped, c.Name)
		case cov.Judged == 0:
			idle = append(idle, c.Name)
		}
	}
	g.Passed = len(skipped)+len(idle) == 0
	if g.Passed {
		g.Saw = audit.T("so", "符合")
		return
	}
	var en, zh []string
	say := func(names []string, e, z string) {
		if len(names) == 0 {
			return
		}
		slices.Sort(names)
		shown := strings.Join(names[:min(len(names), Most)], ", ")
		n := audit.Thousands(int64(len(names)))
		if len(names) > Most {
			shown += " …"
		}
		en, zh = append(en, n+" "+e+" ("+shown+")"), append(zh, n+" 项"+z+"（"+strings.ReplaceAll(shown, ", ", "、")+"）")
	}
	say(skipped, "skipped", "未运行")
	say(idle, "without a row judged", "未判定任何行")
	g.Saw = audit.T(strings.Join(en, " and "), strings.Join(zh, "，"))
}

// required are the gates on checks that must have looked at enough.
func (e *evaluation) required() {
	for i, r := range e.Plan.Gates.Require {
		rows := cmp.Or(r.Rows, 1)
		g := e.gate("gates.require."+strconv.Itoa(i+1), audit.T(
			r.Check+" to have run and judged at least "+audit.Plural(rows, "row"), "检查 "+r.Check+" 已运行并至少判定 "+audit.Thousands(rows)+" 行"))
		switch cov := e.coverage(r.Check); {
		case !e.has(r.Check):
			g.elsewhere()
		case cov == nil:
			g.Passed, g.Saw = false, audit.T("that it did not run", "该检查未运行")
		case cov.Status == "skipped":
			g.Passed, g.Saw = false, audit.T("that it was skipped", "该检查未运行")
			if len(cov.Why) > 0 {
				g.Saw.En += ": " + cov.Why[0].En
				g.Saw.Zh += "：" + cov.Why[0].Zh
			}
		default:
			g.Passed = cov.Judged >= rows
			g.Saw = audit.T(audit.Plural(cov.Judged, "row")+" judged", "判定 "+audit.Thousands(cov.Judged)+" 行")
		}
	}
}

// refused is the gate on unreadable cells.
func (e *evaluation) refused() {
	most := e.Plan.Gates.RefusedCells
	if most == nil {
		return
	}
	g := e.gate("gates.refused_cells", audit.T("at most "+audit.Plural(*most, "unreadable cell"), "无法读取的单元格不多于 "+audit.Thousands(*most)+" 个"))
	var n int64
	for _, t := range e.Result.Tallies {
		for _, c := range t.Columns {
			n += c.Bad + c.BadNull
		}
	}
	g.Passed = n <= *most
	g.Saw = audit.T(audit.Thousands(n), "有 "+audit.Thousands(n)+" 个")
}

func (e *evaluation) coverage(check string) *audit.Coverage {
	for i := range e.Result.Coverage {
		if e.Result.Coverage[i].Check == check {
			return &e.Result.Coverage[i]
		}
	}
	return nil
}
