package model

import (
	"slices"
	"strconv"
	"strings"
)

// Training is implemented by models whose file may tell what values their
// training data had (see TrainingOf).
type Training interface {
	// Range returns the least and the most value of a numeric input; ok is false
	// where the file does not tell.
	Range(input int) (least, most float64, ok bool)
	// Codes returns the values of a numeric input that stand for categories,
	// ascending; nil where they do not, or the file does not tell.
	Codes(input int) []float64
	// Seen reports whether a categorical input had a level; ok is false where
	// the file does not tell.
	Seen(input int, level string) (seen, ok bool)
}

// TrainingOf returns what the file of m tells of its training data, nil when it
// tells nothing.
func TrainingOf(m Model) Training {
	t, _ := unscaled(m).(Training)
	return t
}

// Range reads "[least:most]" of LightGBM's feature_infos: of the values, or of
// a sample of them, that its bins were made of.
func (f *forest) Range(input int) (least, most float64, ok bool) {
	s, ok := strings.CutPrefix(f.info(input), "[")
	if !ok {
		return 0, 0, false
	}
	a, b, _ := strings.Cut(strings.TrimSuffix(s, "]"), ":")
	least, err1 := strconv.ParseFloat(a, 64)
	most, err2 := strconv.ParseFloat(b, 64)
	return least, most, err1 == nil && err2 == nil && least <= most
}

// Codes reads the categories, "0:1:2", of LightGBM's feature_infos, which leave
// out the rarest.
func (f *forest) Codes(input int) []float64 {
	codes := f.categories(input)
	if codes == nil || f.inputs[input].Kind == Categorical {
		return nil
	}
	out := []float64{}
	if input < len(f.numbers) && f.numbers[input] != nil {
		n := f.numbers[input]
		for k, x := range n.Values { // ascending
			if slices.Contains(codes, int32(n.Codes[k])) {
				out = append(out, x)
			}
		}
		return out
	}
	for _, c := range codes {
		if c >= 0 {
			out = append(out, float64(c))
		}
	}
	slices.Sort(out)
	return out
}

// Seen implements Training.
func (f *forest) Seen(input int, level string) (seen, ok bool) {
	codes := f.categories(input)
	if codes == nil || f.inputs[input].Kind != Categorical {
		return false, false
	}
	c, ok := f.levels[input][level]
	return ok && slices.Contains(codes, c), true
}

// categories are the category codes that the file tells of an input, nil when
// it tells none.
func (f *forest) categories(input int) []int32 {
	s := f.info(input)
	if s == "" || s == "none" || strings.HasPrefix(s, "[") {
		return nil
	}
	var out []int32
	for _, c := range strings.Split(s, ":") {
		n, err := strconv.ParseInt(c, 10, 32)
		if err != nil {
			return nil
		}
		out = append(out, int32(n))
	}
	return out
}

func (f *forest) info(input int) string {
	if input >= len(f.infos) {
		return ""
	}
	return f.infos[input]
}
