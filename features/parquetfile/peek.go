package parquetfile

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"evenhand/features"
)

// Peek is what the first rows of one of the export's own columns hold, for
// guessing what it means.
type Peek struct {
	Rows, Nulls int64
	// Values are the distinct values as text, most frequent first, at most
	// maxPeekValues; Distinct is how many there were.
	Values   []PeekValue
	Distinct int
	// Min and Max are the least and greatest value: as numbers where both
	// compared are, else in byte order.
	Min, Max string
}

// PeekValue is one distinct value and how often it occurred.
type PeekValue struct {
	Text  string
	Count int64
}

const maxPeekValues = 64

// Peek reads up to maxRows rows of a column as text; of lists, their elements.
// It may be called before Bind and does not disturb it.
func (s *Source) Peek(ctx context.Context, field string, maxRows int) (Peek, error) {
	var p Peek
	kind := features.Text
	if i := slices.IndexFunc(s.fields, func(f features.Field) bool { return f.Name == field }); i >= 0 && s.fields[i].Natural == features.TextList {
		kind = features.TextList
	}
	one := *s
	one.notes = nil
	if err := one.Bind([]features.Spec{{Name: field, Kind: kind, From: []string{field}}}); err != nil {
		return p, err
	}
	r := one.NewReader()
	defer r.Close()
	var counts []int64
	var b features.Batch
	for u := 0; u < len(s.units) && p.Rows < int64(maxRows); u++ {
		if err := r.Open(ctx, u); err != nil {
			return p, err
		}
		for p.Rows < int64(maxRows) {
			more, err := r.Next(&b)
			if err != nil {
				return p, err
			}
			if !more {
				break
			}
			counts = p.add(&b.Cols[0], min(b.N, maxRows-int(p.Rows)), counts)
		}
	}
	if p.Rows > 0 {
		p.list(b.Cols[0].Dict, counts)
	}
	return p, nil
}

// add counts the first n rows of v by code.
func (p *Peek) add(v *features.Vector, n int, counts []int64) []int64 {
	p.Rows += int64(n)
	for len(counts) < v.Dict.Len() {
		counts = append(counts, 0)
	}
	codes := v.Codes
	if v.Kind == features.TextList {
		codes = codes[:v.Offsets[n]]
		for i := range n {
			if v.IsNull(i) {
				p.Nulls++
			}
		}
	} else {
		codes = codes[:n]
	}
	for _, c := range codes {
		switch {
		case c != features.Null:
			counts[c]++
		case v.Kind == features.Text:
			p.Nulls++
		}
	}
	return counts
}

// before orders two values as a person would.
func before(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 == nil && err2 == nil {
		return x < y
	}
	return a < b
}

func (p *Peek) list(d *features.Dict, counts []int64) {
	for c, n := range counts {
		if n == 0 {
			continue
		}
		v := PeekValue{d.Value(int32(c)), n}
		if p.Distinct == 0 || before(v.Text, p.Min) {
			p.Min = v.Text
		}
		if p.Distinct == 0 || before(p.Max, v.Text) {
			p.Max = v.Text
		}
		p.Distinct++
		p.Values = append(p.Values, v)
	}
	slices.SortFunc(p.Values, func(a, b PeekValue) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Text, b.Text)
	})
	if len(p.Values) > maxPeekValues {
		p.Values = p.Values[:maxPeekValues]
	}
}
