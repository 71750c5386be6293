package model

import (
	"errors"
	"fmt"
	"slices"
)

// logregFile is the format "logistic": a logistic regression on standardised
// numbers and one-hot levels, as exported from a scikit-learn pipeline of
// StandardScaler, OneHotEncoder(handle_unknown="ignore") and
// LogisticRegression. JSON:
//
//	{"format": "logreg-v1", "intercept": -2.29, "target": "1 = bad outcome",
//	 "numeric": [{"name": "log_income", "mean": 4.87, "scale": 0.67, "coef": 0.15}],
//	 "categorical": [{"name": "dti_band", "unknown": "contributes 0",
//	                  "levels": [{"value": "<20%", "coef": -0.27}]}]}
//
// The margin is the sum of coef · (x − mean) / scale and of the levels'
// coefficients, numeric inputs first, in the order of the file, plus the
// intercept: the log-odds of the target, which is text for readers. Score is
// the margin. A level that is not listed, and a null of a categorical input,
// adds 0, as the encoder does. Where the encoder was trained on nulls, they are a
// level of its own, exported as nan or None: that reading is an alternative. A null number makes the row not recomputable,
// as scikit-learn refuses it. library and desc are text for readers.
type logregFile struct {
	Format      string              `json:"format"`
	Library     string              `json:"library"`
	Name        string              `json:"name"`
	Target      string              `json:"target"`
	Desc        string              `json:"desc"`
	Intercept   *float64            `json:"intercept"`
	Numeric     []logregNumeric     `json:"numeric"`
	Categorical []logregCategorical `json:"categorical"`
}

type logregNumeric struct {
	Name  string   `json:"name"`
	Mean  *float64 `json:"mean"`
	Scale *float64 `json:"scale"`
	Coef  *float64 `json:"coef"`
}

type logregCategorical struct {
	Name    string        `json:"name"`
	Unknown string        `json:"unknown"`
	Levels  []logregLevel `json:"levels"`
}

type logregLevel struct {
	Value *string  `json:"value"`
	Coef  *float64 `json:"coef"`
}

func detectLogreg(file []byte) bool { return marksOf(file).Format == "logreg-v1" }

func loadLogreg(file []byte) (Model, error) {
	var f logregFile
	if err := decodeJSON(file, &f); err != nil {
		return nil, err
	}
	switch {
	case f.Format != "logreg-v1":
		return nil, fmt.Errorf("format is %q; this reads logreg-v1", f.Format)
	case f.Intercept == nil || !usable(*f.Intercept):
		return nil, errors.New("intercept is missing or not a usable number; give it, 0 if there is none")
	case len(f.Numeric)+len(f.Categorical) == 0:
		return nil, errors.New("the model has no inputs; list them under numeric and categorical")
	}
	l := &linear{format: "logistic", name: f.Name, intercept: *f.Intercept}
	for _, in := range f.Numeric {
		t, err := numericTerm(in.Name, orNaN(in.Mean), orNaN(in.Scale), orNaN(in.Coef))
		t.centred = true
		if err == nil {
			err = l.add(in.Name, t)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, in := range f.Categorical {
		t, err := in.term()
		if err == nil {
			err = l.add(in.Name, t)
		}
		if err != nil {
			return nil, err
		}
	}
	l.others = nullLevels(l)
	return l, nil
}

// nullLevels reads nulls as the level that Python writes them as.
func nullLevels(l *linear) []Alternative {
	a, found := *l, false
	a.terms = slices.Clone(l.terms)
	for i := range a.terms {
		for _, name := range []string{"nan", "None"} {
			if slot, ok := a.terms[i].levels[name]; ok {
				a.terms[i].bins.missing, found = slot, true
			}
		}
	}
	if !found {
		return nil
	}
	return []Alternative{{Name: "nulls of text as the level nan or None", Row: a.ScoreRow}}
}

func (f *logregCategorical) term() (term, error) {
	if f.Unknown != "" && f.Unknown != "contributes 0" {
		return term{}, fmt.Errorf("input %q: unknown is %q; only \"contributes 0\" is supported, use evenhand-logistic for another rule", f.Name, f.Unknown)
	}
	if len(f.Levels) == 0 {
		return term{}, fmt.Errorf("input %q: it has no levels; list them with their coefficients", f.Name)
	}
	var levels []string
	var weights []float64
	seen := map[string]bool{}
	for i, l := range f.Levels {
		if l.Value == nil || l.Coef == nil || !usable(*l.Coef) {
			return term{}, fmt.Errorf("input %q: level %d needs a value and a usable coef; give both", f.Name, i+1)
		}
		if seen[*l.Value] {
			return term{}, fmt.Errorf("input %q: level %q is there twice; keep one", f.Name, *l.Value)
		}
		seen[*l.Value] = true
		levels = append(levels, *l.Value)
		weights = append(weights, *l.Coef)
	}
	return categoricalTerm(levels, weights, 0, 0), nil
}
