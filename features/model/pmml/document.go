// Package pmml reads PMML documents and evaluates their fields, expressions and
// predicates.
package pmml

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// version is the versions of PMML that are read.
var version = regexp.MustCompile(`^4\.[0-4](\.[0-9]+)?$`)

// opening is how a PMML document starts, after what may come before.
var opening = regexp.MustCompile(`<(?:[A-Za-z_][\w.-]*:)?PMML[\s>]`)

// Detect reports whether a file says that it is PMML.
func Detect(file []byte) bool {
	file = bytes.TrimLeft(bytes.TrimPrefix(file, []byte("\ufeff")), " \t\r\n")
	return len(file) > 0 && file[0] == '<' && opening.Match(file[:min(len(file), 1<<16)])
}

// Read reads PMML 4.0 to 4.4 with one Scorecard or one RegressionModel. What
// follows says how it is read; anything else in a file that could change a score
// is an error with its name and line, a sentence without the file's name.
//
// Fields: string, integer, float, double, boolean. The data dictionary's
// intervals and values tell valid, invalid and missing values; the mining
// schema what becomes of them: outliers, missingValueReplacement,
// missingValueTreatment, invalidValueTreatment (returnInvalid when left out:
// the row is not recomputable), invalidValueReplacement. An integer field's
// fractions are invalid. The inputs are the active fields that the model reads;
// a text field is a categorical input, any other a numeric one, save that
// booleans are the texts true and false.
//
// Derived fields: Constant, FieldRef, NormContinuous, NormDiscrete, Discretize,
// MapValues with an InlineTable, and Apply with + - * / min max sum avg pow exp
// ln log10 ln1p expm1 sqrt abs floor ceil round threshold if and or not equal
// notEqual lessThan lessOrEqual greaterThan greaterOrEqual isIn isNotIn
// isMissing isNotMissing. A result that is no finite number makes the row not
// recomputable.
//
// Scorecard: the points are those of the first attribute of each characteristic
// whose predicate is true, added to initialScore in the order of the file;
// missing values make predicates unknown, as PMML says. No such attribute makes
// the row not recomputable. The margin is the score, without probability.
// Baselines are the baseline scores; Reasons ranks the reason codes.
//
// RegressionModel: regression with one table and classification with two, with
// the normalization methods none, logit, softmax, probit, cloglog, loglog,
// cauchit, exp (regression only) and simplemax. A missing number makes the row
// not recomputable; a missing level adds nothing. Of a classification the
// probability is that of the first table's category (with softmax that of the
// only table with predictors), Score is the probability and the margin the sum
// of that table: with logit and softmax the log-odds. Of a regression Score is
// the predicted value.
//
// Targets (min, max, rescaleFactor, rescaleConstant, castInteger, in this
// order) change Score, and so does the Output's only final transformedValue.
func Read(file []byte) (*Model, error) {
	root, err := parseXML(file)
	if err != nil {
		return nil, err
	}
	p := &reader{}
	m := p.document(root)
	if p.err != nil {
		return nil, p.err
	}
	return m, nil
}

// document reads the whole file.
func (p *reader) document(root *element) *Model {
	if root.name != "PMML" {
		p.fail(root, "this is no PMML document; export the model again")
		return nil
	}
	for _, a := range root.attrs {
		if (a.Name.Local == "xmlns" || a.Name.Space == "xmlns") && strings.Contains(a.Value, "dmg.org/PMML-") && !strings.Contains(a.Value, "/PMML-4_") {
			p.fail(root, "the namespace is %s; export the model as PMML 4", a.Value)
		}
	}
	if v := p.need(root, "version"); !version.MatchString(v) && p.err == nil {
		p.fail(root, "the version is %q; export the model as PMML 4.0 to 4.4", v)
	}
	s := &scope{p: p, fields: map[string]*field{}, derived: map[string]*derived{}}
	var model, transformations *element
	for _, k := range root.inside() {
		switch k.name {
		case "Header", "MiningBuildTask":
		case "DataDictionary":
			s.dictionary(k)
		case "TransformationDictionary":
			transformations = k
		case "Scorecard", "RegressionModel":
			if model != nil {
				p.fail(k, "a second model; keep one model a file")
			}
			model = k
		default:
			if p.err == nil {
				p.err = fmt.Errorf("unsupported element %s (line %d); of PMML's models Scorecard and RegressionModel are read", k.name, k.line)
			}
		}
	}
	if model == nil {
		p.fail(root, "it holds no model; export the model again")
		return nil
	}
	return s.model(model, transformations)
}

// model reads a model element.
func (s *scope) model(e, transformations *element) *Model {
	own := map[string]string{"Characteristics": "Scorecard", "RegressionTable": "RegressionModel"}
	for _, k := range e.inside() {
		switch k.name {
		case "MiningSchema", "Output", "Targets", "LocalTransformations", "ModelStats", "ModelExplanation", "ModelVerification":
		default:
			if own[k.name] != e.name {
				s.p.unsupported(k)
			}
		}
	}
	schema := e.child("MiningSchema")
	if schema == nil {
		s.p.fail(e, "it has no MiningSchema; export the model again")
		return nil
	}
	if !s.p.flag(e, "isScorable", true) {
		s.p.fail(e, "isScorable is false: the file says that it must not be scored")
	}
	s.schema(schema)
	s.transformations(transformations)
	s.transformations(e.child("LocalTransformations"))
	if s.p.err != nil {
		return nil
	}
	var m *Model
	if e.name == "Scorecard" {
		m = s.scorecard(e)
	} else {
		m = s.regression(e)
	}
	if s.p.err == nil && len(s.inputs) == 0 {
		s.p.fail(e, "it reads no field; export the model again")
	}
	return m
}
