// Package shares puts shares, and their differences between groups, into
// metrics, and tells which groups are too few to publish.
package shares

import (
	"evenhand/audit"
	"evenhand/audit/stats"
)

// fisherBelow is the least cell of a 2×2 table from which on the chi-square
// test takes the place of Fisher's exact one.
const fisherBelow = 100

// Set makes m the share k/n with its Wilson interval, insufficient where n is
// below the plan's min_cell. Without rows the value stays NaN.
func Set(m *audit.Metric, k, n int64, h audit.Honesty) {
	m.K, m.N = k, n
	if n > 0 {
		m.Value = float64(k) / float64(n)
	}
	i := stats.Wilson(k, n, h.Level)
	m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, h.Level, "wilson"
	if n < h.MinCell {
		m.Reach = audit.Insufficient
	}
}

// Compare makes m the difference k/n - kRef/nRef with Newcombe's interval and
// its test: Fisher's exact one where a cell of the table is below 100, else
// chi-square with Yates' correction. Neither n nor nRef may be 0.
func Compare(m *audit.Metric, k, n, kRef, nRef int64, h audit.Honesty) {
	t := stats.TableOf(k, n, kRef, nRef)
	m.K, m.N, m.KRef, m.NRef = k, n, kRef, nRef
	m.Value = t.Difference()
	i := stats.Newcombe(k, n, kRef, nRef, h.Level)
	m.Low, m.High, m.Level, m.Interval = i.Lo, i.Hi, h.Level, "newcombe"
	if min(t.A, t.B, t.C, t.D) < fisherBelow {
		m.Test, m.P = "fisher", t.Fisher()
	} else {
		m.Test, m.P = "chi2_yates", t.ChiSquare(true).P
	}
}

// Withheld tells which groups of these sizes are not published: those below
// least, and where that is one alone the smallest of the others, the first of
// equals, since it could be had by subtraction.
func Withheld(sizes []int64, least int64) []bool {
	out := make([]bool, len(sizes))
	n, next := 0, -1
	for i, size := range sizes {
		if size < least {
			out[i] = true
			n++
		} else if next < 0 || size < sizes[next] {
			next = i
		}
	}
	if n == 1 && next >= 0 {
		out[next] = true
	}
	return out
}
