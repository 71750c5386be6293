package reports

import (
	"math"

	"evenhand/audit"
)

// testTally counts what became of the numbers of one name that are held
// against something.
type testTally struct {
	Check        string `json:"check"`
	Metric       string `json:"metric"`
	Test         string `json:"test"` // "" where the effect alone decides
	Run          int    `json:"run"`
	Vetoed       int    `json:"vetoed"` // past the threshold, but not distinguishable from chance
	Flagged      int    `json:"flagged"`
	Insufficient int    `json:"insufficient"`
	Suppressed   int    `json:"suppressed"`
	// LeastP is the smallest corrected p-value; null where none was made.
	LeastP *float64 `json:"least_p_adjusted"`
}

// testTallies lists which tests were made, check by check, in the order of the
// metrics.
func (r *Report) testTallies() []testTally {
	type kind struct{ check, name, test string }
	at := map[kind]int{}
	out := []testTally{}
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		if m.Test == "" && m.Status == audit.Pass && m.Reach == audit.Pass && !m.Suppressed {
			continue // a number that nothing is held against
		}
		k := kind{m.Check, m.Name, m.Test}
		j, ok := at[k]
		if !ok {
			j = len(out)
			at[k] = j
			out = append(out, testTally{Check: m.Check, Metric: m.Name, Test: m.Test})
		}
		t := &out[j]
		switch {
		case m.Suppressed:
			t.Suppressed++
		case m.Status == audit.Insufficient:
			t.Insufficient++
		case !math.IsNaN(m.P):
			t.Run++
			if t.LeastP == nil || m.PAdjusted < *t.LeastP {
				p := m.PAdjusted
				t.LeastP = &p
			}
		}
		switch {
		case m.Status >= audit.Warn:
			t.Flagged++
		case m.Reach >= audit.Warn && m.Status == audit.Pass:
			t.Vetoed++
		}
	}
	return out
}

// testTable is the table of tests: which were made, how many their corrected
// p-value vetoed, and what was too small to test or to show.
func (r *Report) testTable() table {
	t := table{Head: right(head(audit.T("check", "检查"), audit.T("metric", "指标"), audit.T("test", "检验"),
		audit.T("run", "已检验"), audit.T("least p, corrected", "最小校正后 p"), audit.T("vetoed by p", "被 p 值否决"), audit.T("flagged", "越限或预警"),
		audit.T("insufficient", "样本不足"), audit.T("suppressed", "隐去")), 3, 4, 5, 6, 7, 8)}
	blank := func(n int) cell {
		if n == 0 {
			return num("")
		}
		return num(itoa(n))
	}
	last := ""
	row := func(n testTally, metric audit.Text) {
		test, least := n.Test, num("")
		if test == "" {
			test = none
		}
		if n.LeastP != nil {
			least = num(pvalue(*n.LeastP))
		}
		check := words(audit.Text{})
		if n.Check != last {
			check, last = words(r.titleOf(n.Check)), n.Check
		}
		t.Rows = append(t.Rows, []cell{check, words(metric), code(test),
			blank(n.Run), least, blank(n.Vetoed), blank(n.Flagged), blank(n.Insufficient), blank(n.Suppressed)})
	}
	// What is neither tested nor flagged is told in one row a check.
	var rest testTally
	flush := func() {
		if rest.Insufficient+rest.Suppressed > 0 {
			row(rest, audit.T("other numbers", "其他指标"))
		}
	}
	for _, n := range r.testTallies() {
		if n.Check != rest.Check {
			flush()
			rest = testTally{Check: n.Check}
		}
		if n.Test == "" && n.Flagged == 0 {
			rest.Insufficient += n.Insufficient
			rest.Suppressed += n.Suppressed
			continue
		}
		row(n, r.metricName(n.Metric))
	}
	flush()
	return t
}

// testSentence says how all tests were corrected together, and what is withheld.
func (r *Report) testSentence() audit.Text {
	t, h := r.res.Tests, r.plan.Honesty
	rate := audit.T("a false discovery rate", "错误发现率")
	if t.Method != "Benjamini-Hochberg" {
		rate = audit.T("a family-wise error rate", "族错误率")
	}
	q := decimal(t.Alpha)
	vetoed := 0
	for _, n := range r.testTallies() {
		vetoed += n.Vetoed
	}
	out := audit.T(
		"The run made "+plural(int64(t.Run), "significance test", "significance tests")+", corrected together by "+t.Method+" at "+rate.En+" of "+q+
			"; "+plural(int64(t.Flagged), "number was", "numbers were")+" flagged, "+itoa(vetoed)+" past the threshold "+verb(vetoed, "was", "were")+" vetoed as noise, "+
			itoa(t.Insufficient)+" had too few rows to say anything, "+itoa(t.Suppressed)+
			" are withheld. A flag needs an effect past its threshold; the corrected p-value only vetoes noise.",
		"本次共进行 "+itoa(t.Run)+" 项显著性检验，按 "+t.Method+" 方法统一校正，"+rate.Zh+"为 "+q+"；其中 "+itoa(t.Flagged)+
			" 项越限或预警，"+itoa(vetoed)+" 项虽越过阈值但被判为偶然，"+itoa(t.Insufficient)+" 项样本不足，"+itoa(t.Suppressed)+" 项隐去。只有效应越过阈值才会标记；校正后的 p 值仅用于排除偶然。")
	if h.Suppress > 0 {
		out.En += " Cells of fewer than " + itoa(int(h.MinCell)) + " rows are insufficient; those of fewer than " + itoa(int(h.Suppress)) +
			" are not published, and wherever one of them could be had by subtraction another is withheld with it."
		out.Zh += "少于 " + itoa(int(h.MinCell)) + " 行的单元样本不足；少于 " + itoa(int(h.Suppress)) + " 行的不予公布，且在可由相减得出之处再隐去一个。"
	}
	return out
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
