package xgboost

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"evenhand/features/model/document"
	"evenhand/features/model/trees"
)

// file is what a file says, in whatever order it says it.
type file struct {
	version            [2]int
	objective, booster string
	base               []float64
	params             map[string]float64 // of learner_model_param, but for base_score
	names, types       []string
	cats               []levels  // by feature
	sorted             []float64 // the categories of each feature in ascending order
	groups             []float64 // the output that each tree adds to
	weights            []float64 // of dart's trees; nil: they have none
	trees              []trees.Tree
	// broken is the first thing that is wrong with what can be read. It waits
	// until all is read: an objective that is not supported explains more.
	broken error

	tree  nodeTree // memory of the tree that is being read
	words int      // of all trees' sets of categories
}

// fields says how to read the keys of an object; nil: skip it.
type fields map[string]func() error

func (f *file) fault(err error) {
	if f.broken == nil {
		f.broken = err
	}
}

// fields reads an object. A key that is there twice is an error; one that is
// not known is skipped, and the file broken.
func (f *file) fields(d document.Document, known fields) error {
	seen := map[string]bool{}
	return d.Object(func(key string) error {
		read, ok := known[key]
		switch {
		case seen[key]:
			return fmt.Errorf("the key %q is there twice; export the model again", key)
		case !ok:
			f.fault(fmt.Errorf("the key %q is not known, and may change the score; save the model with another version of the library", key))
		}
		seen[key] = true
		if read == nil {
			return d.Skip()
		}
		if err := read(); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
}

func (f *file) read(d document.Document) error {
	learner := false
	err := f.fields(d, fields{
		"version": func() error {
			v, err := d.Numbers(nil)
			if err == nil && (len(v) != 3 || v[0] != float64(int8(v[0])) || v[1] != float64(int8(v[1]))) {
				err = fmt.Errorf("%v is no version; export the model again", v)
			}
			if err == nil {
				f.version = [2]int{int(v[0]), int(v[1])}
			}
			return err
		},
		"learner": func() error {
			learner = true
			return f.learner(d)
		},
	})
	if err == nil {
		err = d.End()
	}
	if err == nil && !learner {
		err = errors.New("learner is missing; save the model with save_model")
	}
	return err
}

func (f *file) learner(d document.Document) error {
	return f.fields(d, fields{
		"attributes":    nil,
		"feature_names": func() error { return texts(d, &f.names) },
		"feature_types": func() error { return texts(d, &f.types) },
		"gradient_booster": func() error {
			return f.readBooster(d, &f.booster)
		},
		"learner_model_param": func() error {
			f.params = map[string]float64{}
			number := func(key string) func() error {
				return func() (err error) {
					f.params[key], err = param(d)
					return err
				}
			}
			return f.fields(d, fields{
				"base_score": func() error {
					s, err := d.Text()
					if err == nil {
						f.base, err = baseScore(s)
					}
					return err
				},
				"boost_from_average": nil,
				"num_class":          number("num_class"),
				"num_feature":        number("num_feature"),
				"num_target":         number("num_target"),
			})
		},
		"objective": func() error {
			return d.Object(func(key string) (err error) {
				if key != "name" {
					return d.Skip()
				}
				f.objective, err = d.Text()
				return err
			})
		},
	})
}

// readBooster reads a booster; dart holds a second one.
func (f *file) readBooster(d document.Document, name *string) error {
	return f.fields(d, fields{
		"name": func() (err error) {
			*name, err = d.Text()
			return err
		},
		"model": func() error { return f.model(d) },
		"gbtree": func() error {
			var inner string
			return f.readBooster(d, &inner)
		},
		"weight_drop": func() error { return f.drop(d) },
	})
}

func (f *file) drop(d document.Document) (err error) {
	if f.weights != nil {
		return errors.New("it is there twice; export the model again")
	}
	f.weights, err = d.Numbers([]float64{})
	return err
}

func (f *file) model(d document.Document) error {
	if f.trees != nil {
		return errors.New("it is there twice; export the model again")
	}
	f.trees = []trees.Tree{}
	stated := -1.0
	err := f.fields(d, fields{
		"cats": func() error {
			return f.fields(d, fields{
				"enc":              func() error { return f.categories(d) },
				"feature_segments": nil,
				"sorted_idx":       func() (err error) { f.sorted, err = d.Numbers(nil); return err },
			})
		},
		"gbtree_model_param": func() error {
			return d.Object(func(key string) (err error) {
				if key != "num_trees" {
					return d.Skip()
				}
				stated, err = param(d)
				return err
			})
		},
		"iteration_indptr": nil,
		"tree_info": func() (err error) {
			f.groups, err = d.Numbers(nil)
			return err
		},
		"trees": func() error {
			return d.List(func(k int) error {
				if err := f.readTree(d, k); err != nil {
					return fmt.Errorf("tree %d: %w", k, err)
				}
				return nil
			})
		},
		"weight_drop": func() error { return f.drop(d) },
	})
	if err != nil {
		return err
	}
	if stated != float64(len(f.trees)) {
		f.fault(fmt.Errorf("num_trees is %v, but there are %d trees; export the model again", stated, len(f.trees)))
	}
	if len(f.groups) != len(f.trees) {
		f.fault(fmt.Errorf("tree_info: %d entries for %d trees; export the model again", len(f.groups), len(f.trees)))
	}
	for k, g := range f.groups {
		if g != 0 {
			f.fault(fmt.Errorf("tree_info: tree %d belongs to output %v, but only models of one output are supported", k, g))
		}
	}
	return nil
}

// levels are the categories of a feature, by code; none, if it has none that
// are spelt out.
type levels struct {
	texts   []string
	numbers []float64
}

// categories reads the categories, one object a feature: of texts the bytes and
// where each starts, of whole numbers themselves.
func (f *file) categories(d document.Document) error {
	return d.List(func(i int) error {
		var offsets, values []float64
		kind := 0.0
		err := f.fields(d, fields{
			"offsets": func() (err error) { offsets, err = d.Numbers([]float64{}); return err },
			"values":  func() (err error) { values, err = d.Numbers(nil); return err },
			"type":    func() (err error) { kind, err = param(d); return err },
		})
		var l levels
		switch {
		case err != nil:
		case offsets != nil:
			l.texts, err = spellings(offsets, values)
		case kind < 9 || kind > 16: // the library's whole numbers of 8 to 64 bits
			err = fmt.Errorf("type %v is not known for categories; export the model again", kind)
		default:
			l.numbers = values
			for k, x := range values {
				// UBJ knows no unsigned numbers of 16 bits and more.
				if bits := map[float64]int{10: 8, 12: 16, 14: 32}[kind]; x < 0 && bits > 0 {
					values[k] += math.Ldexp(1, bits)
				}
			}
		}
		if err != nil {
			return fmt.Errorf("feature %d: %w", i, err)
		}
		f.cats = append(f.cats, l)
		return nil
	})
}

// param reads a number that is written as a text, as XGBoost writes parameters.
func param(d document.Document) (float64, error) {
	s, err := d.Text()
	if err != nil {
		return 0, err
	}
	x, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number from 0; export the model again", s)
	}
	return float64(x), nil
}

func texts(d document.Document, dst *[]string) error {
	return d.List(func(int) error {
		s, err := d.Text()
		*dst = append(*dst, s)
		return err
	})
}
