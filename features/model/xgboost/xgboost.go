// Package xgboost reads models as XGBoost writes them, JSON and UBJ, into trees.
//
// The two are spellings of one document, that of XGBoost 1.0 to 3.x, as
// Booster.save_model writes it.
//
//	{"version": [3, 2, 0],
//	 "learner": {
//	   "learner_model_param": {"base_score": "[2.5E-1]", "num_feature": "2", "num_class": "0", "num_target": "1"},
//	   "objective": {"name": "binary:logistic", …},
//	   "feature_names": ["income", "purpose"], "feature_types": ["float", "c"],
//	   "gradient_booster": {"name": "gbtree", "model": {
//	     "cats": {"enc": [{"offsets": [], "values": []}, {"offsets": [0, 3, 7], "values": [99, 97, 114, …]}], …},
//	     "tree_info": [0, …],
//	     "trees": [{"left_children": [1, -1, -1], "right_children": [2, -1, -1], "split_indices": [0, 0, 0],
//	                "split_conditions": [2E4, 1E-1, -1E-1], "default_left": [1, 0, 0], "sum_hessian": [9E0, 4E0, 5E0],
//	                "split_type": [0, 0, 0], "categories": [], …}, …]}},
//	   "attributes": {}}}
//
// The boosters gbtree and dart are read; dart keeps its trees under "gbtree",
// and their weights as "weight_drop". A tree's leaf is multiplied with its
// weight in float32, as the library's predict does; its inplace_predict up to
// 3.2 differs in the last bits. All trees count, as in Booster.predict: the
// attribute best_iteration is a matter of the wrapper for scikit-learn.
//
// Cells, thresholds and sums are float32. x < threshold goes left, missing
// where default_left says. In a categorical split the listed categories go
// right; a code that is not listed, negative, or beyond all goes left. Sums
// start from base_score, which is on the scale of what is predicted: a
// probability for the logistic objectives, a mean for those with a logarithm,
// and the margin itself for the others.
//
// Categories that the file spells out (XGBoost 3.1 and later) make an input
// Categorical if they are texts; if they are whole numbers, it is Numeric and
// reads those. A category that training has not seen is missing. The library
// refuses such data; 3.1 and 3.2 mistake it for the next category in order, if
// there is one. Texts beyond ASCII are read from 3.4 on: before, the library did
// not save them whole. Where the file has no spelling, the data must bring the
// codes themselves, and the input is Numeric. So are all others. Where a file
// has no feature names, they are f0, f1 and so on, as the library calls them.
//
// Where versions of the library read a file differently, that counts which the
// file names as its own. A key that is not known here is refused where it could
// change the score.
package xgboost

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/features/model/document"
	"evenhand/features/model/trees"
)

// objectives has the objectives with one output, and what they do to the
// margin.
var objectives = map[string]struct {
	sigmoid float64
	link    trees.Link
}{
	"binary:logistic": {sigmoid: 1}, "reg:logistic": {sigmoid: 1}, "binary:logitraw": {},
	"reg:squarederror": {}, "reg:linear": {}, "reg:squaredlogerror": {}, "reg:pseudohubererror": {},
	"reg:absoluteerror": {}, "reg:quantileerror": {},
	"count:poisson": {link: trees.Exponential}, "reg:gamma": {link: trees.Exponential}, "reg:tweedie": {link: trees.Exponential},
}

// DetectJSON reports whether data starts as a model in JSON does.
func DetectJSON(data []byte) bool {
	return document.IsJSON(data) && detect(document.NewJSON(data))
}

// DetectUBJ reports whether data starts as a model in UBJ does.
func DetectUBJ(data []byte) bool {
	return document.IsUBJ(data) && detect(document.NewUBJ(data))
}

// detect reports whether a document has a learner, at its front but for a
// version.
func detect(d document.Document) (found bool) {
	done := errors.New("done")
	d.Object(func(key string) error {
		if found = key == "learner"; found || key != "version" {
			return done
		}
		return d.Skip()
	})
	return found
}

// ReadJSON reads a model in JSON. Its errors are sentences that say what is
// wrong.
func ReadJSON(data []byte) (*trees.Model, error) {
	if !document.IsJSON(data) || document.IsUBJ(data) {
		return nil, errors.New("the file is no JSON; save the model with save_model(\"model.json\")")
	}
	return read(document.NewJSON(data))
}

// ReadUBJ reads a model in UBJ. Its errors are sentences that say what is
// wrong.
func ReadUBJ(data []byte) (*trees.Model, error) {
	if !document.IsUBJ(data) {
		return nil, errors.New("the file is no Universal Binary JSON; save the model with save_model(\"model.ubj\")")
	}
	return read(document.NewUBJ(data))
}

func read(d document.Document) (*trees.Model, error) {
	var f file
	if err := f.read(d); err != nil {
		return nil, err
	}
	objective, ok := objectives[f.objective]
	switch {
	case f.objective == "":
		return nil, errors.New("objective: its name is missing; export the model again")
	case !ok:
		return nil, fmt.Errorf("objective: %q is not supported; models must have one output and be trained for one of %s", f.objective, strings.Join(slices.Sorted(maps.Keys(objectives)), ", "))
	case f.booster != "gbtree" && f.booster != "dart":
		return nil, fmt.Errorf("booster: %q is not supported, only gbtree and dart are; write a linear model as evenhand-logistic", f.booster)
	case f.params["num_class"] > 1 || f.params["num_target"] > 1 || len(f.base) > 1:
		return nil, errors.New("num_class, num_target or base_score: the model has more than one output, which is not supported; score each by a model of its own")
	case f.broken != nil:
		return nil, f.broken
	case len(f.base) == 0:
		return nil, errors.New("learner_model_param: base_score is missing; export the model again")
	case f.version[0] < 1 || f.version[0] > 3:
		return nil, fmt.Errorf("version: %d is not known, only 1 to 3 are; save the model with such a version", f.version[0])
	}
	if err := f.weigh(); err != nil {
		return nil, err
	}
	m := &trees.Model{Sigmoid: objective.sigmoid, Link: objective.link}
	var err error
	if m.Inputs, err = f.inputs(); err == nil {
		err = f.levels(m.Inputs)
	}
	if err != nil {
		return nil, err
	}
	m.Forest = &trees.Forest{Inputs: len(m.Inputs), Trees: f.trees, Single: true}
	if m.Forest.Base, err = f.margin(objective.sigmoid != 0, objective.link); err != nil {
		return nil, err
	}
	if err := m.Forest.Check(); err != nil {
		return nil, err
	}
	if err := f.bounded(m.Forest.Base); err != nil {
		return nil, err
	}
	return m, nil
}

// maxMargin bounds margins: beyond it sums could overflow.
const maxMargin = 1e15

// bounded reports leaves so large that a sum could overflow.
func (f *file) bounded(base float64) error {
	sum := math.Abs(base)
	for k := range f.trees {
		largest := 0.0
		for _, x := range f.trees[k].Leaves {
			largest = max(largest, math.Abs(x))
		}
		if sum += largest; sum > maxMargin {
			return fmt.Errorf("tree %d: with its leaves the margin may pass %v; export the model again", k, maxMargin)
		}
	}
	return nil
}

// margin is where sums start: base_score brought to the margin's scale.
func (f *file) margin(probability bool, link trees.Link) (float64, error) {
	base := float32(f.base[0])
	// Before 1.3 binary:logitraw took base_score for a probability, too.
	old := f.version[0] == 1 && f.version[1] < 3
	switch {
	case link == trees.Exponential:
		if !(base > 0) {
			return 0, fmt.Errorf("base_score: %v is not positive, as %s needs it; export the model again", base, f.objective)
		}
		return float64(float32(math.Log(float64(base)))), nil
	case !probability && !(old && f.objective == "binary:logitraw"):
		return float64(base), nil
	case f.version[0] == 3 && f.version[1] >= 2 && base >= 0 && base <= 1:
		base = min(max(base, 1e-6), 1-float32(1e-6))
	}
	if !(base > 0 && base < 1) {
		return 0, fmt.Errorf("base_score: %v is no probability between 0 and 1; export the model again", base)
	}
	return float64(-float32(math.Log(float64(1/base - 1)))), nil
}

// weigh multiplies the leaves of dart with the trees' weights.
func (f *file) weigh() error {
	if f.weights == nil && f.booster == "gbtree" {
		return nil
	}
	if len(f.weights) != len(f.trees) {
		return fmt.Errorf("weight_drop: %d weights for %d trees; export the model again", len(f.weights), len(f.trees))
	}
	for k, w := range f.weights {
		for i, x := range f.trees[k].Leaves {
			f.trees[k].Leaves[i] = float64(float32(x) * float32(w))
		}
	}
	return nil
}

// baseScore reads base_score: "5E-1", or since 3.1 "[5E-1]".
func baseScore(s string) (base []float64, err error) {
	list := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), "["), "]")
	for part := range strings.SplitSeq(list, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 32)
		if err != nil || x-x != 0 {
			return nil, fmt.Errorf("base_score: %q is no number; export the model again", s)
		}
		base = append(base, x)
	}
	return base, nil
}
