package reports

import (
	"io"
	"slices"

	"evenhand/audit"
)

var xlsxFormat = Format{
	Name: "xlsx", File: "cases.xlsx", Extra: true,
	Doc:   "a workbook of findings, cases, metrics and coverage, where no cell is a formula",
	Write: writeXLSX,
}

// sheetRows is how many rows a sheet of Excel has, head included.
var sheetRows = 1_048_576

// writeXLSX writes the sheets one after another, row by row: nothing of the
// workbook is held in memory or in a temporary file, where ids could be left
// behind.
func writeXLSX(r *Report, w io.Writer) error {
	b := newWorkbook(w, r.money.Exponent)
	notes := &xlsxNotes{}
	name := func(en, zh string) string {
		if r.lang == inBoth {
			return en + " " + zh
		}
		return r.in(audit.T(en, zh))
	}
	addSheet(r, b, notes, name("Findings", "问题"), findingsFormat.File, r.findingGrid(), r.res.Findings)
	addSheet(r, b, notes, name("Cases", "案例"), casesFormat.File, r.caseGrid(), r.res.Cases)
	metrics := r.res.Metrics
	if len(metrics) > roomFor() {
		all := len(metrics)
		metrics = slices.DeleteFunc(slices.Clone(metrics), func(m audit.Metric) bool { return m.Status < audit.Warn })
		notes.add(audit.Tf("Of %[1]s metrics the sheet has the %[2]s that are flagged; all are in metrics.arrow.", "%[1]s 个指标中，本表仅列越限或预警的 %[2]s 个；全部见 metrics.arrow。",
			thousands(int64(all)), thousands(int64(len(metrics)))))
	}
	addSheet(r, b, notes, name("Metrics", "指标"), metricsFormat.File, r.metricGrid(), metrics)
	addSheet(r, b, notes, name("Coverage", "覆盖范围"), coverageFormat.File, r.coverageGrid(), r.res.Coverage)
	lines := r.readMe(notes.texts)
	addSheet(r, b, notes, name("Read me", "说明"), "", readMeGrid(r), lines)
	return b.close()
}

// roomFor is how many rows fit under the head of a sheet, with a row to spare
// for saying what did not.
func roomFor() int { return sheetRows - 2 }

// xlsxNotes are what the workbook leaves out.
type xlsxNotes struct{ texts []audit.Text }

func (n *xlsxNotes) add(t audit.Text) { n.texts = append(n.texts, t) }

// addSheet writes rows; what does not fit is counted in the last row of the
// sheet and in the notes, with the file that has all of them.
func addSheet[T any](r *Report, b *workbook, notes *xlsxNotes, name, file string, columns []gridColumn[T], rows []T) {
	shown := rows[:min(len(rows), roomFor())]
	widths, heads := make([]int, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		widths[i], heads[i] = c.width, c.head
	}
	b.sheet(name, widths, len(shown)+1)
	b.head(heads)
	for i := range shown {
		b.row()
		for _, c := range columns {
			b.cell(r, c.value(&shown[i]), file)
		}
	}
	if left := len(rows) - len(shown); left > 0 {
		t := audit.Tf("%[1]s further rows do not fit into a sheet of Excel; all %[2]s are in %[3]s", "另有 %[1]s 行超出 Excel 工作表容量；全部 %[2]s 行见 %[3]s",
			thousands(int64(left)), thousands(int64(len(rows))), file)
		if file == casesFormat.File {
			t = audit.T(t.En+" and in "+csvFormat.File+" (-format csv)", t.Zh+"，以及 "+csvFormat.File+"（-format csv）")
		}
		b.row()
		b.cell(r, gridOf(r.in(t)), file)
		notes.add(audit.T(name+": "+t.En+".", name+"："+t.Zh+"。"))
	}
	if n := b.cut; n > 0 {
		notes.add(audit.Tf("%[1]s: %[2]s texts are longer than a cell of Excel holds and end in …; they are whole in %[3]s.", "%[1]s：有 %[2]s 处文字超出 Excel 单元格容量，以 … 结尾；全文见 %[3]s。",
			name, thousands(int64(n)), file))
	}
}

// readMe says what the workbook is, and what it is not.
func (r *Report) readMe(notes []audit.Text) []audit.Text {
	lender := r.plan.Lender
	out := []audit.Text{
		audit.T("Credit decision audit: "+lender, "信贷决策审计："+lender), audit.T("As of "+r.plan.AsOf, "截止 "+r.plan.AsOf), r.verdict,
		same("plan SHA-256 " + r.plan.Digest), same("data SHA-256 " + r.data), same("result SHA-256 " + r.digest),
		audit.T("Sheets: findings ranked by harm, the cases behind them, the metrics, and which checks ran on how much.", "工作表：按损害程度排列的问题、相应案例、指标，以及各项检查的运行情况。"),
		audit.T("Every row is also in the Arrow file of the same name in the report, which is the record; this workbook is for reading.", "每一行也在报告中同名的 Arrow 文件内，以其为准；本工作簿仅供阅读。"),
		audit.Tf("Amounts are in %[1]s, and in its minor units beside. Times are those of %[2]s.", "金额以 %[1]s 计，并列出最小货币单位。时间为 %[2]s 当地时间。", r.money.Code, r.zone.String()),
		audit.T("No cell is a formula: a text that begins like one has an apostrophe before it.", "所有单元格均非公式：形似公式的文字前加有撇号。"),
		audit.T("An empty number is not estimable, not applicable, or withheld because a cell is too small to publish.", "数字为空表示无法估计、不适用，或因样本过小而隐去。"),
		w("Screening figures, not legal conclusions. Evidence grades: E1 exact replay, E2 replay within tolerance, E3 statistical, E4 circumstantial."),
	}
	return append(out, notes...)
}

func readMeGrid(r *Report) []gridColumn[audit.Text] {
	return texts(r, audit.T("about this workbook", "关于本工作簿"), 110, func(t *audit.Text) audit.Text { return *t })
}
