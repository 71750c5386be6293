package stats

// ChiSquare returns Pearson's χ² test of independence of the rows and columns
// of a table of counts, without correction. Rows and columns that are empty
// say nothing and don't count towards the degrees of freedom,
// (rows−1)(columns−1). It is NaN when fewer than two of either are left. All
// rows must be equally long.
//
// Reference: scipy.stats.chi2_contingency(correction=False), which refuses
// empty rows and columns.
func ChiSquare(table [][]int64) Test {
	var n float64
	rows := make([]float64, len(table))
	var cols []float64
	for i, row := range table {
		checkCounts(row...)
		if cols == nil {
			cols = make([]float64, len(row))
		}
		if len(row) != len(cols) {
			panic("stats: rows of a table differ in length")
		}
		for j, x := range row {
			rows[i] += float64(x)
			cols[j] += float64(x)
			n += float64(x)
		}
	}
	df := (used(rows) - 1) * (used(cols) - 1)
	if used(rows) < 2 || used(cols) < 2 {
		return notTestable
	}
	var x float64
	for i, row := range table {
		for j, o := range row {
			if e := rows[i] * cols[j] / n; e > 0 {
				d := float64(o) - e
				x += d * d / e
			}
		}
	}
	return Test{x, ChiSquareSF(x, df), df}
}

func used(totals []float64) int {
	n := 0
	for _, t := range totals {
		if t > 0 {
			n++
		}
	}
	return n
}
