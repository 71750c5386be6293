package suppress

// Slice is the cells of a table by group, over all rows or over a part of them:
// those of a period, or of one value of a segment.
type Slice struct {
	Family string   // parts of one family add up to all rows; "" for all rows
	Groups []string // of the cells
	Cells  []*Cell
}

// Slices hides, of the first slice, which is over all rows, and the others,
// which are over parts of them, the cells of fewer than least rows and those
// that would tell of them. What adds up: the groups of a slice (to the slice,
// whose size other dimensions show), and the parts of a group in a family to
// the group over all rows.
func Slices(all []Slice, least int64) {
	type part struct{ family, group string }
	var sums []*Sum
	parts := map[part]*Sum{} // the whole, then the parts
	whole := map[string]*Cell{}
	for _, s := range all {
		sums = append(sums, &Sum{Cells: s.Cells})
		for i, c := range s.Cells {
			if s.Family == "" {
				whole[s.Groups[i]] = c
				continue
			}
			k := part{s.Family, s.Groups[i]}
			if parts[k] == nil {
				parts[k] = &Sum{Whole: true, Cells: []*Cell{whole[k.group]}}
				sums = append(sums, parts[k])
			}
			parts[k].Cells = append(parts[k].Cells, c)
		}
	}
	Hide(sums, least)
}
