package features

import "strconv"

// Derived is a Text column that is computed from numeric columns of the same
// batch: bands of a number, or groups that the export spreads over 0/1
// columns. It owns its memory and Dict, so every worker needs its own Clone.
type Derived struct {
	Name   string
	Out    int   // index of the column in the batch, after the ones read
	Inputs []int // columns read: one for bands, one a group otherwise

	cuts   []float64 // bands: ascending, in the unit of the column as delivered
	other  int32     // 0/1 columns: the code of rows where none is 1
	labels []string
	column Vector
}

// BandLabels names the bands of ascending cut points: [25, 35] makes "<25",
// "25-35" and ">=35". A band holds its lower cut point, not its upper one.
func BandLabels(cuts []float64) []string {
	if len(cuts) == 0 {
		return nil
	}
	text := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	labels := []string{"<" + text(cuts[0])}
	for i := 1; i < len(cuts); i++ {
		labels = append(labels, text(cuts[i-1])+"-"+text(cuts[i]))
	}
	return append(labels, ">="+text(cuts[len(cuts)-1]))
}

// NewBands returns the column of bands that cuts makes of the numeric column
// input. The column delivers scale for each unit of the cuts: 100 for money in
// minor units and cuts in yuan, otherwise 1.
func NewBands(name string, out, input int, cuts []float64, scale int64) *Derived {
	d := &Derived{Name: name, Out: out, Inputs: []int{input}, labels: BandLabels(cuts)}
	for _, c := range cuts {
		d.cuts = append(d.cuts, c*float64(scale))
	}
	return d.Clone()
}

// NewOneHot returns the column that says which one of the inputs is 1, by the
// group at the same index. Rows where none is get the group otherwise ("": they
// are unknown), as rows with a null or with several ones are.
func NewOneHot(name string, out int, inputs []int, groups []string, otherwise string) *Derived {
	d := &Derived{Name: name, Out: out, Inputs: inputs, labels: groups, other: Null}
	if otherwise != "" {
		d.other = int32(len(groups))
		d.labels = append(groups[:len(groups):len(groups)], otherwise)
	}
	return d.Clone()
}

// Clone returns a copy for another worker.
func (d *Derived) Clone() *Derived {
	c := *d
	c.column = Vector{Kind: Text, Present: true, Dict: NewDict()}
	for _, l := range c.labels {
		c.column.Dict.CodeOf(l) // so that a label's code is its index
	}
	return &c
}

// Apply computes the column for the rows of b and puts it in b.Cols[d.Out].
func (d *Derived) Apply(b *Batch) {
	codes := d.column.Codes
	if cap(codes) < b.N {
		codes = make([]int32, b.N)
	}
	codes = codes[:b.N]
	if d.cuts != nil {
		d.bands(codes, &b.Cols[d.Inputs[0]])
	} else {
		d.oneHot(codes, b)
	}
	d.column.Codes = codes
	for len(b.Cols) <= d.Out {
		b.Cols = append(b.Cols, Vector{})
	}
	b.Cols[d.Out] = d.column
}

func (d *Derived) bands(codes []int32, in *Vector) {
	if in.Kind == Float {
		for i, x := range in.Floats[:len(codes)] {
			codes[i] = band(d.cuts, x)
		}
		return
	}
	for i, x := range in.Ints[:len(codes)] {
		codes[i] = band(d.cuts, float64(x))
		if in.Valid != nil && !in.Valid[i] {
			codes[i] = Null
		}
	}
}

// band is a scan, not a search: there are a handful of cuts.
func band(cuts []float64, x float64) int32 {
	if x != x {
		return Null
	}
	var c int32
	for _, cut := range cuts {
		if x >= cut {
			c++
		}
	}
	return c
}

// What a row is while the 0/1 columns are gone through, below Null.
const (
	noneSet    int32 = -2
	severalSet int32 = -3
	nullSeen   int32 = -4
)

func (d *Derived) oneHot(codes []int32, b *Batch) {
	for i := range codes {
		codes[i] = noneSet
	}
	for g, input := range d.Inputs {
		in := &b.Cols[input]
		for i := range codes {
			var one, null bool
			if in.Kind == Float {
				one, null = in.Floats[i] == 1, in.Floats[i] != in.Floats[i]
			} else {
				one, null = in.Ints[i] == 1, in.Valid != nil && !in.Valid[i]
			}
			switch {
			case null:
				if codes[i] == noneSet {
					codes[i] = nullSeen
				}
			case one && codes[i] >= 0, one && codes[i] == severalSet:
				codes[i] = severalSet
			case one:
				codes[i] = int32(g)
			}
		}
	}
	for i, c := range codes {
		switch {
		case c == noneSet:
			codes[i] = d.other
		case c < 0:
			codes[i] = Null
		}
	}
}
