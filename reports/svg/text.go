package svg

import "evenhand/audit"

// Em is the size of text in a chart.
const Em Px = 12

// WidthOf is the width that a text of a chart may take, in its wider language.
func WidthOf(t audit.Text) Px { return Px(max(Wide(t.En), Wide(t.Zh))) * Em / 10 }

// Fit shortens a text to a width.
func Fit(t audit.Text, width Px) audit.Text {
	return audit.T(Clip(t.En, int(width*10/Em)), Clip(t.Zh, int(width*10/Em)))
}

// Wide is the width a label takes, in tenths of an em: CJK characters are
// twice as wide as Latin ones.
func Wide(s string) int {
	n := 0
	for _, c := range s {
		if c >= 0x2E80 {
			n += 10
		} else {
			n += 6
		}
	}
	return n
}

// Clip shortens a label to what fits; the whole is in the data table.
func Clip(s string, room int) string {
	if Wide(s) <= room {
		return s
	}
	n := 0
	for i, c := range s {
		if n += Wide(string(c)); n > room-10 {
			return s[:i] + "…"
		}
	}
	return s
}
