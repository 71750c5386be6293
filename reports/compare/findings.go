package compare

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"evenhand/audit"
	"evenhand/reports"
)

// compareFindings matches findings by id and says what became of each.
func compareFindings(old, new *Report, moved map[string]*Metric) []Finding {
	before := map[string]*audit.Finding{}
	for i := range old.Findings {
		before[old.Findings[i].ID] = &old.Findings[i]
	}
	out := []Finding{}
	for i := range new.Findings {
		n := &new.Findings[i]
		f := finding(n, new.Waived[n.ID])
		o := before[n.ID]
		if o == nil {
			f.State, f.Why = New, whyNew(old, n.Check)
		} else {
			delete(before, n.ID)
			f.matched(o, n, moved)
		}
		out = append(out, f)
	}
	for i := range old.Findings {
		o := &old.Findings[i]
		if before[o.ID] == nil {
			continue
		}
		f := finding(o, old.Waived[o.ID])
		f.State, f.Why = gone(old, new, o)
		out = append(out, f)
	}
	order(out)
	return out
}

func finding(f *audit.Finding, waived bool) Finding {
	return Finding{ID: f.ID, Check: f.Check, Severity: f.Severity.String(), Level: f.Severity.Level(), Title: f.Title, Waived: waived,
		Changes: []Change{}, Cases: f.Cases, Customers: f.Customers, Amount: f.Amount, Metrics: []string{}}
}

// whyNew says when a new finding need not be a new fault.
func whyNew(old *Report, check string) audit.Text {
	status, judged, _ := coverageOf(old.Summary, check)
	switch {
	case status == "" || status == "skipped":
		return audit.T("its check did not run in the old report: the fault may be older", "旧报告未运行该项检查：问题可能早已存在")
	case judged == 0:
		return audit.T("its check judged nothing in the old report: the fault may be older", "该项检查在旧报告中未作出任何判定：问题可能早已存在")
	}
	return audit.Text{}
}

// gone tells whether a finding that is no more was fixed: its check must have
// been able to see it again.
func gone(old, new *Report, f *audit.Finding) (State, audit.Text) {
	status, judged, why := coverageOf(new.Summary, f.Check)
	_, before, whyBefore := coverageOf(old.Summary, f.Check)
	switch {
	case status == "":
		return NotComparable, audit.T("its check is not part of the new report", "新报告不含该项检查")
	case status == "skipped":
		return NotComparable, because(audit.T("its check did not run", "该项检查未运行"), why)
	case judged == 0:
		return NotComparable, audit.T("its check judged no rows", "该项检查未判定任何行")
	case float64(judged) < LeastRows*float64(before):
		return NotComparable, audit.Tf("its check judged %[1]s rows, and %[2]s before", "该项检查判定 %[1]s 行，此前为 %[2]s 行", reports.Count(judged), reports.Count(before))
	}
	for _, w := range why {
		if !slices.Contains(whyBefore, w) {
			return NotComparable, because(audit.T("its check had less to go by than before", "该项检查的依据少于此前"), []audit.Text{w})
		}
	}
	if first := new.Summary.FirstPeriod; f.LastSeen != 0 && first != "" && periodLike(f.LastSeen, first) < first {
		return Fixed, audit.Tf("its cases lie before the new report's first period, %[1]s: none like them since, which does not say that they were put right",
			"其案例均早于新报告的首个期间（%[1]s）：此后未再出现，但不表示原案例已获纠正", first)
	}
	return Fixed, audit.Text{}
}

// because is a sentence with its reasons after it.
func because(said audit.Text, why []audit.Text) audit.Text {
	for i, w := range why {
		if i == 0 {
			said = audit.T(said.En+": "+w.En, said.Zh+"："+w.Zh)
		} else {
			said = audit.T(said.En+"; "+w.En, said.Zh+"；"+w.Zh)
		}
	}
	return said
}

// periodLike names the period of an instant in the form of label; in UTC, so
// that the hours beside midnight may count to the next one.
func periodLike(us int64, label string) string {
	t := time.UnixMicro(us).UTC()
	switch {
	case len(label) == 4:
		return t.Format("2006")
	case len(label) == 7 && label[5] == 'Q':
		return fmt.Sprintf("%d-Q%d", t.Year(), (int(t.Month())+2)/3)
	case len(label) == 7:
		return t.Format("2006-01")
	case len(label) == 8 && label[5] == 'W':
		y, w := t.ISOWeek()
		return fmt.Sprintf("%d-W%02d", y, w)
	case len(label) == 10:
		return t.Format("2006-01-02")
	}
	return label
}

// matched compares a finding that both reports have. A finding about numbers
// is as bad as they are: what follows from them, such as the harm, changes
// with every sample, and is no news by itself.
func (f *Finding) matched(o, n *audit.Finding, moved map[string]*Metric) {
	numbers := o.Cases == 0 && n.Cases == 0
	f.word("severity", o.Severity.String(), n.Severity.String(), int(n.Severity)-int(o.Severity))
	f.word("substance", o.Substance.String(), n.Substance.String(), against(n.Substance)-against(o.Substance))
	f.word("disclosure", o.Disclosure.String(), n.Disclosure.String(), wrong(n.Disclosure)-wrong(o.Disclosure))
	f.word("grade", o.Grade.String(), n.Grade.String(), sure(n.Grade)-sure(o.Grade))
	f.number("cases", o.Cases, n.Cases, numbers)
	f.number("customers", o.Customers, n.Customers, numbers)
	f.number("harm", o.Harm, n.Harm, numbers)
	f.number("amount_minor", o.Amount, n.Amount, numbers)
	worse, better := false, false
	for _, id := range n.Metrics {
		m := moved[id]
		if m == nil {
			continue
		}
		f.Metrics = append(f.Metrics, id)
		worse, better = worse || numbers && m.Direction == "worse", better || numbers && m.Direction == "better"
	}
	for _, c := range f.Changes {
		if c.Field == "severity" { // what the lender decides by
			f.State = State(c.Direction)
			return
		}
		worse, better = worse || c.Direction == "worse", better || c.Direction == "better"
	}
	switch {
	case worse:
		f.State = Worse
	case better:
		f.State = Better
	default:
		f.State = Unchanged
	}
}

func (f *Finding) word(field, old, new string, rise int) {
	if old != new {
		f.Changes = append(f.Changes, Change{field, old, new, directionOf(rise)})
	}
}

func (f *Finding) number(field string, old, new int64, estimated bool) {
	if old == new {
		return
	}
	d := "worse"
	if new < old {
		d = "better"
	}
	if estimated {
		d = "other"
	}
	f.Changes = append(f.Changes, Change{field, strconv.FormatInt(old, 10), strconv.FormatInt(new, 10), d})
}

func directionOf(rise int) string {
	switch {
	case rise > 0:
		return "worse"
	case rise < 0:
		return "better"
	}
	return "other"
}

// against ranks a verdict on the outcome by how much it is against the lender.
func against(s audit.Substance) int {
	switch s {
	case audit.Unjustified, audit.Technical:
		return 2
	case audit.Indeterminate, audit.NotYet:
		return 1
	}
	return 0
}

// wrong ranks a verdict on what was told by how much it is against the lender.
func wrong(d audit.Disclosure) int {
	switch d {
	case audit.Wrong, audit.Absent, audit.Misleading, audit.NoRoute:
		return 3
	case audit.Generic, audit.Late:
		return 2
	case audit.NotAssessed, audit.NotDue:
		return 1
	}
	return 0
}

// sure ranks grades by how sure they are: a surer finding is a worse one.
func sure(g audit.Grade) int {
	if g == audit.NoGrade {
		return 0
	}
	return int(audit.E4-g) + 1
}
