package model

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"evenhand/features"
)

// Fits says why a column of an export can't feed an input of m; nil when it
// may. A column of text may hold numbers, and codes may be stored as numbers:
// only what can't be right is refused, such as numbers for an input whose
// levels are words, all of which would be taken for unseen.
func Fits(m Model, input int, f features.Field) error {
	in := m.Inputs()[input]
	number := f.Natural == features.Int || f.Natural == features.Float || f.Natural == features.Money
	text := f.Natural == features.Text || f.Natural == features.Opaque
	if in.Kind == Numeric {
		if !number && !text && f.Natural != features.Bool {
			return fmt.Errorf("input %q is a number, but column %q is %s", in.Name, f.Name, f.Type)
		}
		return nil
	}
	if text {
		return nil
	}
	if !number && f.Natural != features.Bool {
		return fmt.Errorf("input %q is text, but column %q is %s", in.Name, f.Name, f.Type)
	}
	levels := levelsKnown(m, input)
	if len(levels) == 0 || slices.ContainsFunc(levels, func(l string) bool { return stored(l, number) }) {
		return nil
	}
	const most = 5
	more := ""
	if len(levels) > most {
		levels, more = levels[:most], " …"
	}
	return fmt.Errorf("input %q has the levels %s%s, but column %q is %s, which has none of them", in.Name, strings.Join(levels, ", "), more, f.Name, f.Type)
}

// stored reports whether a level can be the text of a number, or of a truth.
func stored(level string, number bool) bool {
	if !number {
		return level == "true" || level == "false"
	}
	_, err := strconv.ParseFloat(level, 64)
	return err == nil
}

// levelsKnown lists the levels of a categorical input, sorted; nil where m does
// not tell.
func levelsKnown(m Model, input int) []string {
	switch m := unscaled(m).(type) {
	case *forest:
		return slices.Sorted(maps.Keys(m.levels[input]))
	case *card:
		return slices.Sorted(maps.Keys(m.chars[input].levels))
	case *linear:
		return slices.Sorted(maps.Keys(m.terms[input].levels))
	}
	return nil
}

// unscaled is the model that a scale was put on.
func unscaled(m Model) Model {
	switch s := m.(type) {
	case *scaled:
		return s.Model
	case *scaledSum:
		return s.Model
	case *scaledTrees:
		return s.Model
	}
	return m
}

// SinglePrecision reports whether the library of m computes in single
// precision: its margins, and the probabilities that it records, hold to about
// 1e-6 only.
func SinglePrecision(m Model) bool {
	f, ok := unscaled(m).(*forest)
	return ok && f.trees.Single
}
