package reports

import (
	"slices"
	"strconv"
	"strings"
)

// laid is a table as the template writes it: columns that hold nothing but
// numbers are named once, on the table, instead of in every cell.
type laid struct {
	table
	Class string
}

// mostNamed is how many columns the style sheet knows by name.
const mostNamed = 14

func layOut(t table) laid {
	l := laid{table: t}
	var names []string
	l.Rows = slices.Clone(t.Rows)
	for i, row := range l.Rows {
		l.Rows[i] = slices.Clone(row)
	}
	for c := range min(len(t.Head), mostNamed) {
		if !t.Head[c].Num || slices.ContainsFunc(t.Rows, func(row []cell) bool { return c >= len(row) || !row[c].Num }) {
			continue
		}
		names = append(names, "n"+strconv.Itoa(c+1))
		for _, row := range l.Rows {
			row[c].Num = false
		}
	}
	l.Class = strings.Join(names, " ")
	return l
}
