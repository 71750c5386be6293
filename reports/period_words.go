package reports

import (
	"fmt"
	"strings"
	"time"

	"evenhand/audit"
)

// periodWords writes the label of a period for a reader; a label of another
// form stays as it is. Tables and axes keep the label: it is the row's key.
func periodWords(label string) audit.Text {
	if t, err := time.Parse("2006-01-02", label); err == nil {
		return audit.T(t.Format("2 January 2006"), fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day()))
	}
	if t, err := time.Parse("2006-01", label); err == nil {
		return audit.T(t.Format("January 2006"), fmt.Sprintf("%d年%d月", t.Year(), t.Month()))
	}
	if _, err := time.Parse("2006", label); err == nil {
		return audit.T(label, label+"年")
	}
	var year, n int
	if _, err := fmt.Sscanf(label, "%d-W%d", &year, &n); err == nil {
		return audit.Tf("week %[2]d of %[1]d", "%[1]d年第%[2]d周", year, n)
	}
	if _, err := fmt.Sscanf(label, "%d-Q%d", &year, &n); err == nil {
		return audit.Tf("quarter %[2]d of %[1]d", "%[1]d年第%[2]d季度", year, n)
	}
	return same(label)
}

// spanWords writes the first and the last period of the audit.
func (r *Report) spanWords() audit.Text {
	first, last := r.span()
	from, to := periodWords(first), periodWords(last)
	switch {
	case first == "":
		return w("all of the export")
	case first == last:
		return from
	}
	return audit.T(from.En+" to "+to.En, from.Zh+"至"+to.Zh)
}

// timedSlice names the rows of a metric for a tile: its period in words.
func (r *Report) timedSlice(m *audit.Metric) audit.Text {
	t, period := r.sliceWords(m), periodWords(m.Period)
	if m.Period == "" {
		return t
	}
	return audit.T(strings.Replace(t.En, m.Period, period.En, 1), strings.Replace(t.Zh, m.Period, period.Zh, 1))
}
