package reports

import (
	"math"
	"slices"

	"evenhand/audit"
)

// table is a table of the page. It is complete without a script: rows come in
// their published order.
type table struct {
	Head []cell
	Rows [][]cell
	Note audit.Text // what the table leaves out
	By   string     // id of the element that names it
	From string     // where the rows are, shown on hover
}

type cell struct {
	Text  audit.Text
	Num   bool   // right-aligned
	Code  bool   // an id or code
	Long  bool   // a code that may be broken
	Keep  bool   // not to be broken
	Class string // of a status: fail, warn …
	Href  string
	Marks *marks     // of the row that begins with this cell
	Over  audit.Text // a heading above the row that begins with this cell
	Row   string     // id of a metric: the cell is that of its row
	Place bool       // links to the metric lead here
	Whole string     // of a code that is shown in part
}

func head(names ...audit.Text) []cell {
	cells := make([]cell, len(names))
	for i, n := range names {
		cells[i] = cell{Text: n}
	}
	return cells
}

func words(t audit.Text) cell { return cell{Text: t} }
func plainCell(s string) cell { return cell{Text: same(s)} }
func code(s string) cell      { return cell{Text: same(s), Code: true, Long: len(s) > 20} }

// metricCode is the id of a metric's row in metrics.arrow.
func metricCode(m *audit.Metric) cell { return cell{Text: same(m.ID()), Row: m.ID()} }

func num(s string) cell         { return cell{Text: same(s), Num: true} }
func numText(t audit.Text) cell { return cell{Text: t, Num: true} }

// cell is a value in a table.
func (u unit) cell(v float64) cell { return numText(u.value(v)) }

// right marks the columns of a head that hold numbers.
func right(head []cell, columns ...int) []cell {
	for _, c := range columns {
		head[c].Num = true
	}
	return head
}

// cut keeps the first rows of a table, as many as there is room for, and says
// where all of them are.
func (t *table) cut(file string, room room) { t.cutAt(room.rows, file) }

func (t *table) cutAt(shown int, file string) {
	if len(t.Rows) <= shown {
		return
	}
	n := thousands(int64(len(t.Rows)))
	t.Rows = t.Rows[:shown]
	t.Note = audit.T("The first "+itoa(shown)+" rows; all "+n+" are in "+file+".", "此处为前 "+itoa(shown)+" 行；全部 "+n+" 行见 "+file+"。")
}

// turn makes rows of the columns: the first cell of each row becomes the head.
func (t *table) turn() {
	first := []cell{t.Head[0]}
	var rows [][]cell
	for _, row := range t.Rows {
		first = append(first, row[0])
	}
	for c := 1; c < len(t.Head); c++ {
		turned := []cell{t.Head[c]}
		for _, row := range t.Rows {
			turned = append(turned, row[c])
		}
		rows = append(rows, turned)
	}
	t.Head, t.Rows = first, rows
}

// prune drops the columns in which no row says anything.
func (t *table) prune() {
	if len(t.Rows) == 0 {
		return
	}
	for c := len(t.Head) - 1; c > 0; c-- {
		said := slices.ContainsFunc(t.Rows, func(row []cell) bool { s := row[c].Text.En; return s != "" && s != none })
		if said {
			continue
		}
		t.drop(c)
	}
}

var metricHead = right(head(
	audit.T("metric", "指标"), audit.T("rows", "范围"), audit.T("compared with", "对照"),
	audit.T("value", "数值"), audit.T("interval", "区间"), audit.T("n", "样本量 n"),
	audit.T("p, corrected", "校正后 p"), audit.T("held against", "阈值"), audit.T("status", "结论"), audit.T("row", "行号"),
), 3, 4, 5, 6, 7)

// metricRow is one metric in a table of any chapter.
func (r *Report) metricRow(m *audit.Metric) []cell {
	u := unitOf(m)
	status := cell{Text: statusWords[m.Status], Class: m.Status.String()}
	if m.Suppressed {
		withheld := words(audit.T("withheld", "隐去"))
		withheld.Num = true
		return []cell{words(r.metricName(m.Name)), words(r.sliceWords(m)), plainCell(m.Reference), withheld, num(none), num(none), num(none),
			u.cell(m.Threshold), {Text: audit.T("suppressed", "样本过小，隐去"), Class: "insufficient"}, metricCode(m)}
	}
	n := num(thousands(m.N))
	if m.N == 0 && math.IsNaN(m.Value) {
		n = num("0")
	}
	return []cell{words(r.metricName(m.Name)), words(r.sliceWords(m)), plainCell(m.Reference),
		u.cell(m.Value), num(u.bracket(m.Low, m.High)), n,
		num(pvalue(m.PAdjusted)), u.cell(m.Threshold), status, metricCode(m)}
}

// metricTable lists metrics, the flagged ones first, under the names of what
// they measure.
func (r *Report) metricTable(ms []*audit.Metric) table {
	t := table{Head: metricHead}
	for _, want := range []audit.Status{audit.Fail, audit.Warn, audit.Pass, audit.Insufficient} {
		for _, m := range ms {
			if m.Status == want {
				t.Rows = append(t.Rows, r.metricRow(m))
			}
		}
	}
	r.keepBehind(&t)
	t.prune()
	t.fold()
	return t
}

// keepBehind cuts a table of metrics, but keeps the rows that findings with a
// card are about: their links lead there.
func (r *Report) keepBehind(t *table) {
	behind := map[string]bool{}
	for i := range r.res.Findings[:min(len(r.res.Findings), r.room.cards)] {
		for _, id := range r.res.Findings[i].Metrics {
			behind[id] = true
		}
	}
	var further [][]cell
	for _, row := range t.Rows[min(len(t.Rows), r.room.rows):] {
		if behind[row[len(row)-1].Row] && len(further) < 2*r.room.cards {
			further = append(further, row)
		}
	}
	t.cut("metrics.arrow", r.room)
	if t.Rows = append(t.Rows, further...); len(further) > 0 {
		t.Note = audit.T(t.Note.En+" Below them are "+itoa(len(further))+" more that findings are about.", t.Note.Zh+"其下另列问题所涉的 "+itoa(len(further))+" 行。")
	}
}

// chartTable is the data of a chart: what all rows share is in its title and
// description.
func (r *Report) chartTable(ms []*audit.Metric) table {
	t := table{Head: metricHead}
	for _, m := range ms {
		t.Rows = append(t.Rows, r.metricRow(m))
	}
	t.cut("metrics.arrow", r.room)
	for _, c := range []int{metricThreshold, metricReference, metricColumn} {
		if !slices.ContainsFunc(t.Rows, func(row []cell) bool { return row[c].Text != t.Rows[0][c].Text }) {
			t.drop(c)
		}
	}
	t.prune()
	return t
}

// fold turns the first column into headings over the rows that share it.
func (t *table) fold() {
	t.Head = t.Head[1:]
	for i, row := range t.Rows {
		if i == 0 || row[0].Text != t.Rows[i-1][0].Text {
			row[1].Over = row[0].Text
		}
	}
	for i := range t.Rows {
		t.Rows[i] = t.Rows[i][1:]
	}
}

// drop takes a column out.
func (t *table) drop(c int) {
	t.Head = slices.Delete(slices.Clone(t.Head), c, c+1)
	for i := range t.Rows {
		t.Rows[i] = slices.Delete(t.Rows[i], c, c+1)
	}
}

// Columns of a metric's row, before any is dropped.
const (
	metricColumn, metricReference, metricThreshold = 0, 2, 7
)

// caseTable lists cases of a finding: what all of them share is on its card,
// and evidence they share is below the table.
func (r *Report) caseTable(f *audit.Finding, cs []*audit.Case) table {
	t := table{Head: right(head(
		audit.T("key", "编号"), audit.T("at", "时间"), audit.T("product", "产品"), audit.T("policy", "政策"), audit.T("model", "模型"),
		audit.T("outcome", "结果判定"), audit.T("disclosure", "披露判定"), audit.T("grade", "等级"),
		audit.T("amount, "+r.money.Code, "金额（"+r.money.zh+"）"), audit.T("what was read", "所见证据")), 8)}
	shared := sharedEvidence(cs)
	if len(shared) > 0 {
		s := clipText(r.items(f.Check, shared), 3000)
		t.Note = audit.T("In each: "+s.En+".", "均为："+s.Zh+"。")
	}
	for _, c := range cs {
		row := []cell{r.id(c.Key), {Text: same(r.instant(c.At)), Keep: true}, plainCell(c.Product), plainCell(c.PolicyVersion), plainCell(c.ModelVersion),
			{}, {}, {}, num(none), words(clipText(r.items(c.Check, without(c.Evidence, shared)), 3000))}
		if c.Substance != f.Substance {
			row[5] = words(substanceWords[c.Substance])
		}
		if c.Disclosure != f.Disclosure {
			row[6] = words(disclosureWords[c.Disclosure])
		}
		if c.Grade != f.Grade {
			row[7] = plainCell(c.Grade.String())
		}
		if c.Amount != 0 {
			row[8] = num(r.money.number(c.Amount))
		}
		t.Rows = append(t.Rows, row)
	}
	t.From = "cases.arrow: check=" + f.Check
	t.prune()
	return t
}

// sharedEvidence is what several cases all have.
func sharedEvidence(cs []*audit.Case) []audit.Item {
	if len(cs) < 2 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(cs[0].Evidence), func(e audit.Item) bool {
		return slices.ContainsFunc(cs, func(c *audit.Case) bool { return !slices.Contains(c.Evidence, e) })
	})
}

func without(items, shared []audit.Item) []audit.Item {
	return slices.DeleteFunc(slices.Clone(items), func(e audit.Item) bool { return slices.Contains(shared, e) })
}
