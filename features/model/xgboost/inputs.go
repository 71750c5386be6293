package xgboost

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"evenhand/features/model/trees"
)

// maxFeatures bounds the features of a model whose file does not name them.
const maxFeatures = 1 << 20

// inputs are the features in the file's order.
func (f *file) inputs() ([]trees.Input, error) {
	n := f.params["num_feature"]
	switch {
	case n == 0:
		return nil, errors.New("learner_model_param: num_feature is missing or 0; export the model again")
	case n > maxFeatures:
		return nil, fmt.Errorf("learner_model_param: num_feature is %.0f, a model may have %d features", n, maxFeatures)
	case len(f.names) > 0 && float64(len(f.names)) != n:
		return nil, fmt.Errorf("feature_names: %d names for %v features; export the model again", len(f.names), n)
	case len(f.types) > 0 && float64(len(f.types)) != n:
		return nil, fmt.Errorf("feature_types: %d types for %v features; export the model again", len(f.types), n)
	case len(f.cats) > 0 && float64(len(f.cats)) != n:
		return nil, fmt.Errorf("cats: categories of %d features for %v features; export the model again", len(f.cats), n)
	}
	inputs := make([]trees.Input, int(n))
	seen := make(map[string]bool, len(inputs))
	for i := range inputs {
		name := "f" + strconv.Itoa(i)
		if len(f.names) > 0 {
			name = f.names[i]
		}
		if name == "" || seen[name] {
			return nil, fmt.Errorf("feature_names: name %d, %q, is empty or there twice; give each feature a name of its own", i, name)
		}
		seen[name] = true
		inputs[i].Name = name
	}
	for i, kind := range f.types {
		switch kind {
		case "float", "int", "i", "q", "c":
		default:
			return nil, fmt.Errorf("feature_types: %q of feature %q is not known; export the model again", kind, inputs[i].Name)
		}
	}
	return inputs, nil
}

// levels gives the inputs their categories.
func (f *file) levels(inputs []trees.Input) error {
	sorted := f.sorted
	for i, l := range f.cats {
		n := len(l.texts) + len(l.numbers)
		if n == 0 {
			continue
		}
		wrong := func(format string, args ...any) error {
			return fmt.Errorf("cats: feature %q has %s", inputs[i].Name, fmt.Sprintf(format, args...))
		}
		switch {
		case len(f.types) > 0 && f.types[i] != "c":
			return wrong("%d categories, its type is %q; export the model again", n, f.types[i])
		case f.version[0] == 3 && f.version[1] < 4 && !ascii(l.texts):
			// To the library's Python package, offsets into the bytes were counts
			// of characters until 3.4; the rest of the bytes was cut off.
			return wrong("categories beyond ASCII, which XGBoost before 3.4 cuts off as it saves them; name them in ASCII, or train with codes")
		case len(f.sorted) > 0 && !l.ascending(sorted[:min(n, len(sorted))]):
			return wrong("categories whose order is not that of sorted_idx; export the model again")
		}
		sorted = sorted[min(n, len(sorted)):]
		if len(l.texts) > 0 {
			texts := make(map[string]int32, n)
			for code, level := range l.texts {
				texts[level] = int32(code)
			}
			if len(texts) < n {
				return wrong("a category twice; export the model again")
			}
			inputs[i].Levels = texts
			continue
		}
		codes := make(map[float64]float64, n)
		for code, x := range l.numbers {
			if x != math.Trunc(x) {
				return wrong("the category %v, which is no whole number; export the model again", x)
			}
			codes[x] = float64(code)
		}
		if len(codes) < n {
			return wrong("a category twice; export the model again")
		}
		inputs[i].Codes = trees.NewCodes(codes)
	}
	return nil
}

// ascending reports whether these codes name all categories from the least on,
// as the library does so that it finds those of new data. Bytes are signed to it.
func (l *levels) ascending(codes []float64) bool {
	n := len(l.texts) + len(l.numbers)
	for i, c := range codes {
		if !(c >= 0 && c < float64(n)) || c != math.Trunc(c) {
			return false
		}
		if i == 0 {
			continue
		}
		a, b := int(codes[i-1]), int(c)
		less := func() bool {
			if len(l.numbers) > 0 {
				return l.numbers[a] <= l.numbers[b]
			}
			return slices.CompareFunc([]byte(l.texts[a]), []byte(l.texts[b]), func(x, y byte) int { return int(int8(x)) - int(int8(y)) }) <= 0
		}
		if !less() {
			return false
		}
	}
	return len(codes) == n
}

func ascii(texts []string) bool {
	for _, s := range texts {
		for i := range len(s) {
			if s[i] >= utf8.RuneSelf {
				return false
			}
		}
	}
	return true
}

// spellings reads the spellings of the categories of one feature from their
// bytes.
func spellings(offsets, values []float64) ([]string, error) {
	var b bytes.Buffer
	for _, x := range values {
		if x != math.Trunc(x) || x < -128 || x > 255 {
			return nil, fmt.Errorf("values: %v is no byte; export the model again", x)
		}
		b.WriteByte(byte(int(x)))
	}
	var levels []string
	for i, x := range offsets {
		if i == 0 {
			if x != 0 {
				return nil, fmt.Errorf("offsets: they start with %v instead of 0; export the model again", x)
			}
			continue
		}
		from := offsets[i-1]
		if x != math.Trunc(x) || x < from || x > float64(b.Len()) {
			return nil, fmt.Errorf("offsets: %v is out of place; export the model again", x)
		}
		levels = append(levels, string(b.Bytes()[int(from):int(x)]))
	}
	if len(offsets) > 0 && offsets[len(offsets)-1] != float64(b.Len()) {
		return nil, errors.New("offsets: they do not cover the values; export the model again")
	}
	return levels, nil
}
