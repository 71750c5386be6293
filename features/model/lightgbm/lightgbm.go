// Package lightgbm reads models as LightGBM writes them, as text, into trees.
//
// They are text of the versions v3 (LightGBM 2.3 to 3) and v4, as save_model
// writes it, whichever boosting made them (gbdt, goss, dart, rf).
//
//	tree
//	version=v4
//	num_class=1
//	num_tree_per_iteration=1
//	label_index=0
//	max_feature_idx=1
//	objective=binary sigmoid:1
//	feature_names=income purpose
//	feature_infos=[0:91000] 0:1:2
//	tree_sizes=350
//
//	Tree=0
//	num_leaves=2
//	…
//	end of trees
//
//	feature_importances:
//	…
//	parameters:
//	…
//	end of parameters
//
//	pandas_categorical:[["car", "house"]]
//
// Margin is predict(raw_score=True), bit for bit. Score is predict(): of the
// objectives binary and cross_entropy the probability of the label 1; of
// poisson, gamma and tweedie e to the margin; of the other regressions, and of
// an objective of the lender's own, the margin (squared with its sign where the
// model was trained with reg_sqrt). A random forest's margin is the sum of its
// trees, as in the library; its Score is that of their mean. Models of several
// classes, of rankings and of cross_entropy_lambda, and linear trees are
// refused.
//
// A null is missing. An input is Categorical where pandas_categorical lists
// text levels for it; an unseen level is missing. Where it lists numbers (or
// truths, as 0 and 1), the input is Numeric and values that are not listed are
// missing. Without pandas_categorical the categories of a Numeric input are its
// values, cut to integers; negative ones are missing. The lists of
// pandas_categorical belong to the categorical features in their order. A file
// where their number differs is refused: ordered categories of pandas make
// such files, and do not tell their columns.
//
// Names are as the file has them: LightGBM puts _ in place of spaces. Files of
// version 3 are read as LightGBM 4 reads them, which takes a missing category
// for one that is in no set.
package lightgbm

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/features/model/trees"
)

// file is a model, cut into its parts.
type file struct {
	header      map[string]string
	trees       []string // "Tree=0" and its lines
	complete    bool     // the parameters are there, and what comes before them
	categorical string   // the parameter categorical_feature
	pandas      string   // JSON; "" where the file has none
}

// Detect reports whether text starts as a LightGBM model does.
func Detect(text []byte) bool {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	return string(bytes.TrimSuffix(first, []byte("\r"))) == "tree" && bytes.HasPrefix(rest, []byte("version="))
}

// Read reads a model. Its errors are sentences that say what is wrong.
func Read(text []byte) (*trees.Model, error) {
	f, err := cut(string(text))
	if err != nil {
		return nil, err
	}
	m := &trees.Model{}
	if err := f.objective(m); err != nil {
		return nil, err
	}
	names, infos, err := f.features()
	if err != nil {
		return nil, err
	}
	m.Forest = &trees.Forest{Inputs: len(names), Trees: make([]trees.Tree, len(f.trees))}
	for k, s := range f.trees {
		if m.Forest.Trees[k], err = readTree(s, k); err != nil {
			return nil, fmt.Errorf("tree %d: %w", k, err)
		}
	}
	if err := m.Forest.Check(); err != nil {
		return nil, err
	}
	for i, name := range names {
		m.Inputs = append(m.Inputs, trees.Input{Name: name, Info: infos[i]})
	}
	if err := f.levels(m); err != nil {
		return nil, err
	}
	return m, nil
}

// headerKeys are the keys of the header; those that are true must be there.
var headerKeys = map[string]bool{
	"version": true, "num_class": true, "num_tree_per_iteration": true, "label_index": false, "max_feature_idx": true,
	"objective": false, "average_output": false, "feature_names": true, "monotone_constraints": false,
	"feature_infos": true, "tree_sizes": true,
}

// cut cuts a file into its parts.
func cut(text string) (*file, error) {
	f := &file{header: map[string]string{}}
	first, rest, _ := strings.Cut(text, "\n")
	if strings.HasSuffix(first, "\r") {
		return nil, fmt.Errorf("the lines end as on Windows, which LightGBM does not read; copy the model without changing it")
	}
	if first != "tree" {
		return nil, fmt.Errorf("the first line is %.40q; a LightGBM model starts with tree", first)
	}
	for rest != "" && !strings.HasPrefix(rest, "Tree=") && !strings.HasPrefix(rest, "end of trees") {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		if line == "" {
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		if _, ok := headerKeys[key]; !ok {
			return nil, fmt.Errorf("the header has the line %.60q, which is not known; export the model again with LightGBM 3 or 4", line)
		}
		if _, ok := f.header[key]; ok {
			return nil, fmt.Errorf("the header has %s twice; export the model again", key)
		}
		f.header[key] = value
	}
	for _, key := range slices.Sorted(maps.Keys(headerKeys)) {
		if _, ok := f.header[key]; !ok && headerKeys[key] {
			return nil, fmt.Errorf("the header has no %s; export the model again", key)
		}
	}
	if v := f.header["version"]; v != "v3" && v != "v4" {
		return nil, fmt.Errorf("the file is of version %.20q; this reads v3 and v4 (LightGBM 2.3 to 4)", v)
	}
	for _, key := range []string{"num_class", "num_tree_per_iteration"} {
		if n := f.header[key]; n != "1" {
			return nil, fmt.Errorf("%s is %.20q: models with several outputs a row are not supported; audit a model of one target", key, n)
		}
	}
	return f, f.cutTrees(rest)
}

// cutTrees cuts what follows the header.
func (f *file) cutTrees(rest string) error {
	sizes := strings.Fields(f.header["tree_sizes"])
	for k, s := range sizes {
		n, err := strconv.Atoi(s)
		switch {
		case err != nil || n <= 0:
			return fmt.Errorf("tree_sizes has %.20q, which is no size; export the model again", s)
		case n > len(rest):
			return fmt.Errorf("tree %d: the file ends in the middle of it (%d trees are announced); export the model again", k, len(sizes))
		case !strings.HasPrefix(rest, "Tree=") || !strings.HasSuffix(rest[:n], "\n\n"):
			return fmt.Errorf("tree %d does not have the size that tree_sizes says; the file was edited, export the model again", k)
		}
		f.trees = append(f.trees, rest[:n])
		rest = rest[n:]
	}
	line, rest, _ := strings.Cut(rest, "\n")
	switch {
	case strings.HasPrefix(line, "Tree="):
		return fmt.Errorf("there are more trees than tree_sizes says, %d; export the model again", len(sizes))
	case line != "end of trees":
		return fmt.Errorf("%.40q stands where the trees should end; the file was cut off or edited, export the model again", line)
	}
	return f.cutTail(rest)
}

// cutTail cuts what follows the trees. Blocks of lines (feature_importances,
// parameters, parser) tell of training; what is no block's must be known.
func (f *file) cutTail(rest string) error {
	block := ""
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		list, isList := strings.CutPrefix(line, "pandas_categorical:")
		switch {
		case line == "" || block == "importances" && line != "parameters:" && !isList:
		case line == "end of "+block:
			f.complete = f.complete || block == "parameters"
			block = ""
		case block == "parameters":
			if s, ok := strings.CutPrefix(line, "[categorical_feature: "); ok {
				f.categorical = strings.TrimSuffix(s, "]")
			}
		case block == "parser":
		case line == "feature_importances:" || line == "feature importances:": // the latter from LightGBM 2
			block = "importances"
		case line == "parameters:" || line == "parser:":
			block = strings.TrimSuffix(line, ":")
		case isList && list != "":
			f.pandas, block = list, ""
		default:
			return fmt.Errorf("the line %.60q is not known; the file was cut off or edited, export the model again", line)
		}
	}
	if block == "parameters" || block == "parser" {
		return fmt.Errorf("the file ends in the middle of the %s; export the model again", block)
	}
	return nil
}

// objective sets what turns the margin into the score.
func (f *file) objective(m *trees.Model) error {
	_, m.Mean = f.header["average_output"]
	s, ok := f.header["objective"]
	if !ok {
		return nil // one of the lender's own, in Python: predict gives the margin
	}
	words := strings.Fields(s)
	if len(words) == 0 {
		return fmt.Errorf("objective is empty; export the model again")
	}
	options := words[1:]
	switch words[0] {
	case "binary":
		if len(options) == 1 && strings.HasPrefix(options[0], "sigmoid:") {
			if k, err := decimal(options[0][len("sigmoid:"):]); err == nil && k > 0 {
				m.Sigmoid = k
				return nil
			}
		}
		return fmt.Errorf("objective is %.60q; binary needs its sigmoid, a positive number: export the model again", s)
	case "cross_entropy", "xentropy":
		m.Sigmoid = 1
	case "poisson", "gamma", "tweedie":
		m.Link = trees.Exponential
	case "regression", "regression_l1", "fair", "quantile", "mape":
		if slices.Equal(options, []string{"sqrt"}) {
			m.Link, options = trees.Square, nil
		}
	case "huber", "custom", "none":
	default:
		return fmt.Errorf("objective %.60q is not supported; it reads binary, cross_entropy, regression, regression_l1, huber, fair, quantile, mape, poisson, gamma and tweedie", s)
	}
	if len(options) > 0 {
		return fmt.Errorf("objective is %.60q; what follows %s is not known", s, words[0])
	}
	return nil
}

// features returns the names of the features and what is said of each.
func (f *file) features() (names, infos []string, err error) {
	n, err := strconv.Atoi(f.header["max_feature_idx"])
	names, infos = strings.Fields(f.header["feature_names"]), strings.Fields(f.header["feature_infos"])
	if err != nil || n != len(names)-1 || n != len(infos)-1 {
		return nil, nil, fmt.Errorf("max_feature_idx is %.20q for %d feature_names and %d feature_infos; they do not fit, export the model again", f.header["max_feature_idx"], len(names), len(infos))
	}
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			return nil, nil, fmt.Errorf("the feature %q is there twice; train with distinct names", name)
		}
		seen[name] = true
	}
	return names, infos, nil
}

// decimal is a number as LightGBM writes it.
func decimal(s string) (float64, error) {
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, fmt.Errorf("%.30q is not a number", s)
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%.30q is not a number", s)
	}
	return x, nil
}
