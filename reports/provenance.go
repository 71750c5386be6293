package reports

import (
	"strings"
	"unicode/utf8"

	"evenhand/audit"
)

// coverageTable is what ran, and on how much.
func (r *Report) coverageTable() table {
	t := table{Head: right(head(audit.T("check", "检查"), audit.T("status", "状态"), audit.T("why", "说明"),
		audit.T("rows in", "输入行数"), audit.T("set aside", "排除"), audit.T("judged", "判定行数"), audit.T("cases", "案例数")), 3, 5, 6)}
	seen := map[string]bool{}
	for _, c := range r.res.Coverage {
		seen[c.Check] = true
		var en, zh []string
		for _, e := range c.Excluded {
			if e.Rows != 0 {
				en, zh = append(en, e.Guard.En+": "+thousands(e.Rows)), append(zh, e.Guard.Zh+"："+thousands(e.Rows))
			}
		}
		t.Rows = append(t.Rows, []cell{
			{Text: r.titleOf(c.Check), Href: "#check-" + c.Check}, {Text: coverageWords[c.Status], Class: c.Status},
			words(joinTexts(c.Why)), num(thousands(c.RowsIn)),
			words(audit.T(strings.Join(en, "; "), strings.Join(zh, "；"))), num(thousands(c.Judged)), num(thousands(c.Cases))})
	}
	for _, c := range r.checks {
		if !seen[c.Name] {
			t.Rows = append(t.Rows, []cell{{Text: c.Title, Href: "#check-" + c.Name}, {Text: coverageWords["skipped"], Class: "skipped"},
				words(audit.T("not asked for", "未要求运行")), num(none), plainCell(""), num(none), num(none)})
		}
	}
	return t
}

// suppressedTable shows withheld cells as such.
func (r *Report) suppressedTable() *table {
	t := table{Head: metricHead}
	for i := range r.res.Metrics {
		if r.res.Metrics[i].Suppressed {
			t.Rows = append(t.Rows, r.metricRow(&r.res.Metrics[i]))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	t.cut("metrics.arrow", r.room)
	t.prune()
	return &t
}

// inputTable lists the files read.
func (r *Report) inputTable() table {
	t := table{Head: right(head(audit.T("table", "表"), audit.T("file", "文件"), audit.T("rows", "行数"), audit.T("row groups", "行组"),
		audit.T("bytes", "字节数"), audit.T("written by", "写入程序"), audit.T("SHA-256", "SHA-256")), 2, 3, 4)}
	for _, tab := range r.tables {
		for _, f := range tab.Files {
			t.Rows = append(t.Rows, []cell{plainCell(tab.Name), plainCell(f.Path), num(thousands(f.Rows)), num(itoa(f.RowGroups)),
				num(thousands(f.Size)), plainCell(clip(f.CreatedBy, 600)), code(f.SHA256)})
		}
	}
	t.cut("manifest.json", r.room)
	return t
}

// cellTable says in words what was odd about cells.
func (r *Report) cellTable() *table {
	t := table{Head: right(head(audit.T("column", "列"), audit.T("cells", "单元格"), audit.T("nulls", "空值"), audit.T("what was noticed", "发现的情况")), 1, 2)}
	for _, tab := range r.tables {
		for _, c := range r.cells(tab.Tally) {
			if notes := c.notes(); !notes.IsZero() {
				t.Rows = append(t.Rows, []cell{code(tab.Name + "." + c.Column), num(thousands(c.Cells)), num(thousands(c.Nulls)), words(notes)})
			}
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	t.cut("summary.json", r.room)
	return &t
}

// notes puts the counts of a column in words; empty when nothing was odd.
func (c *cellSummary) notes() audit.Text {
	var ts []audit.Text
	say := func(n int64, one, many, zh string) {
		if n > 0 {
			ts = append(ts, number(n, one, many, zh))
		}
	}
	say(c.Bad, "cell could not be read as the contract says: taken as null", "cells could not be read as the contract says: taken as null", "个单元格不符合数据约定：按空值处理")
	say(c.BadNull, "null where the contract forbids one", "nulls where the contract forbids them", "个空值出现在不允许为空的列")
	say(c.NaN, "NaN", "NaNs", "个 NaN（非数值）")
	say(c.Missing, "cell with a declared missing code: taken as null", "cells with a declared missing code: taken as null", "个单元格为已声明的缺失代码：按空值处理")
	say(c.Rounded, "money cell in a double, rounded to the minor unit", "money cells in doubles, rounded to the minor unit", "个金额以浮点数存储：已四舍五入到最小货币单位")
	say(c.Truncated, "instant in a unit coarser than a microsecond: precision was lost before the export", "instants in a unit coarser than a microsecond: precision was lost before the export", "个时刻的单位粗于微秒：导出前精度已丢失")
	const most = 8
	for i, o := range c.Unmapped {
		if i == most {
			ts = append(ts, audit.Tf("%d further values outside the vocabulary: see summary.json", "另有 %d 个取值不在词表内：见 summary.json", len(c.Unmapped)-most))
			break
		}
		v := clip(o.Name, 400)
		n := number(o.Count, "row", "rows", "行")
		ts = append(ts, audit.T("“"+v+"” is outside the vocabulary: "+n.En, "“"+v+"”不在词表内："+n.Zh))
	}
	say(c.Withheld, "row with a rare value outside the vocabulary, not shown", "rows with rare values outside the vocabulary, not shown", "行为词表外的罕见取值，不予列出")
	return joinTexts(ts)
}

func (r *Report) modelTable() *table {
	if len(r.models) == 0 {
		return nil
	}
	t := table{Head: right(head(audit.T("version", "版本"), audit.T("name", "名称"), audit.T("format", "格式"), audit.T("file", "文件"), audit.T("rows scored", "评分行数"), audit.T("SHA-256", "SHA-256")), 4)}
	for _, m := range r.models {
		t.Rows = append(t.Rows, []cell{code(m.Version), plainCell(m.Name), plainCell(m.Format), plainCell(base(m.File)), num(thousands(m.Rows)), code(m.SHA256)})
	}
	return &t
}

func (r *Report) digestTable() table {
	t := table{Head: head(audit.T("digest", "摘要"), audit.T("of what", "计算范围"), audit.T("SHA-256", "SHA-256"))}
	t.Rows = [][]cell{
		{words(w("Result")), words(w("SHA-256 over findings, cases, metrics and coverage")), code(r.digest)},
		{words(w("Data")), words(w("SHA-256 over the names and contents of the input files")), code(r.data)},
		{words(w("Plan")), words(w("SHA-256 of the plan")), code(r.plan.Digest)},
		{words(audit.T("Ids", "编号")), words(r.idWords()), code(r.ids.KeyID)},
	}
	return t
}

// planText is the plan in full, or as much of it as there is room for: its
// digest says what it was.
func (r *Report) planText() (string, audit.Text) {
	s := strings.ReplaceAll(r.plan.Source, "\r\n", "\n")
	if len(s) <= r.room.plan {
		return s, audit.Text{}
	}
	n := r.room.plan
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	shown, all := thousands(int64(n)), thousands(int64(len(s)))
	return s[:n], audit.T(
		"The first "+shown+" of "+all+" bytes; the SHA-256 of the whole plan is "+r.plan.Digest+".",
		"此处为前 "+shown+" 字节，共 "+all+" 字节；方案全文的 SHA-256 为 "+r.plan.Digest+"。")
}
