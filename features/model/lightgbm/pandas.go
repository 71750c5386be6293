package lightgbm

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"evenhand/features/model/trees"
)

// levels gives the inputs of m the categories that pandas had for them: a
// category's code is its place in its list.
func (f *file) levels(m *trees.Model) error {
	var lists [][]any
	if f.pandas != "" {
		d := json.NewDecoder(strings.NewReader(f.pandas))
		d.UseNumber()
		if err := d.Decode(&lists); err != nil || d.More() {
			return fmt.Errorf("pandas_categorical is not a list of lists of levels; the file was cut off or edited, export the model again")
		}
	}
	columns := categories(m)
	if len(columns) > 0 && f.pandas == "" && !f.complete {
		return errors.New("the file ends before its parameters, so it is not known what the levels of its categorical features are; export the model again")
	}
	if len(lists) == 0 {
		return nil
	}
	if len(columns) < len(lists) {
		columns = f.declared(columns, m.Inputs)
	}
	if len(columns) != len(lists) {
		return fmt.Errorf("pandas_categorical has the levels of %d columns, but %d features are categorical, so it is not known whose levels they are; train with unordered pandas categories, and all of them categorical features", len(lists), len(columns))
	}
	for k, i := range columns {
		if err := giveLevels(&m.Inputs[i], lists[k]); err != nil {
			return fmt.Errorf("feature %q: %w", m.Inputs[i].Name, err)
		}
		for _, s := range strings.Split(m.Inputs[i].Info, ":") {
			if c, err := strconv.Atoi(s); err == nil && c >= len(lists[k]) {
				return fmt.Errorf("feature %q: it has the category %d, but pandas_categorical lists %d levels; the file was edited, export the model again", m.Inputs[i].Name, c, len(lists[k]))
			}
		}
	}
	return nil
}

// categories lists the features that are categorical by what is said of them,
// or by a split of theirs.
func categories(m *trees.Model) []int {
	is := make([]bool, len(m.Inputs))
	for i, in := range m.Inputs {
		is[i] = in.Info != "none" && !strings.HasPrefix(in.Info, "[")
	}
	for _, t := range m.Forest.Trees {
		for _, s := range t.Splits {
			is[s.Input] = is[s.Input] || s.How&trees.Categorical != 0
		}
	}
	var out []int
	for i, c := range is {
		if c {
			out = append(out, i)
		}
	}
	return out
}

// declared adds features that training left out, of which nothing is said but
// in the parameter categorical_feature.
func (f *file) declared(columns []int, inputs []trees.Input) []int {
	for _, s := range strings.Split(f.categorical, ",") {
		i, err := strconv.Atoi(s)
		if err == nil && i >= 0 && i < len(inputs) && inputs[i].Info == "none" && !slices.Contains(columns, i) {
			columns = append(columns, i)
		}
	}
	slices.Sort(columns)
	return columns
}

// giveLevels sets the levels of an input: all text, all numbers, or all truths.
func giveLevels(in *trees.Input, list []any) error {
	texts, numbers := map[string]int32{}, map[float64]float64{}
	for code, level := range list {
		switch level := level.(type) {
		case string:
			texts[level] = int32(code)
		case json.Number:
			x, err := level.Float64()
			if err != nil {
				return fmt.Errorf("the level %.30q of pandas_categorical is no usable number; export the model again", level)
			}
			numbers[x] = float64(code)
		case bool:
			x := 0.0
			if level {
				x = 1
			}
			numbers[x] = float64(code)
		default:
			return errors.New("pandas_categorical has a level that is neither text nor a number; train with levels of one of these kinds")
		}
	}
	switch {
	case len(texts)+len(numbers) != len(list):
		return errors.New("pandas_categorical has a level twice, or numbers too large to be told apart; train with distinct levels")
	case len(numbers) == 0:
		in.Levels = texts
	case len(texts) > 0:
		return errors.New("pandas_categorical has text among numbers; train with levels of one kind")
	default:
		in.Codes = trees.NewCodes(numbers)
	}
	return nil
}
