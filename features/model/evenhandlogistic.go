package model

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// linearFile is a logistic model in evenhand's own format,
// "evenhand-logistic": YAML, or JSON with the same keys. An example with every
// key:
//
//	evenhand: logistic       # marks the format
//	version: 1               # of the format
//	name: m1                 # optional; shown in reports
//	target: good             # what the probability is of: bad or good
//	intercept: 1.10
//	numeric:
//	  - name: monthly_income
//	    mean: 11200          # optional, 0; when given, that of the training data
//	    scale: 5900          # optional, 1
//	    coef: 0.35
//	    clip: [-4, 4]        # optional
//	    missing: 0           # optional: contribution of a null
//	categorical:
//	  - name: housing
//	    levels: {own: 0.2, rent: -0.1}
//	    other: 0             # optional: contribution of any other level
//	    missing: 0           # optional: contribution of a null
//	scale: {pdo: 20, base: 600, odds: 1}   # or {factor: 28.85, offset: 600}
//	rounding: {mode: half_even, digits: 2} # optional, of the score
//
// The contribution of a number is coef · z, where z = (x − mean) / scale held
// to the range of clip. The margin is the sum of the contributions, numeric
// inputs first, each in the order of the file, plus the intercept: the ln of
// the odds of the target. A null without missing, a level without a rule and
// an infinity make the row not recomputable.
//
// scale (optional) turns the margin into the score: base points are odds good
// to bad and pdo points double the odds; or, said directly, score = offset +
// sign · factor · margin, where sign is 1 or −1 and when left out 1 for target
// good and −1 for target bad. Without scale the score is the margin. rounding
// has the modes half_away, half_even and toward_zero.
type linearFile struct {
	Evenhand    string              `json:"evenhand"`
	Version     int                 `json:"version"`
	Name        string              `json:"name"`
	Target      string              `json:"target"`
	Intercept   *float64            `json:"intercept"`
	Numeric     []linearNumeric     `json:"numeric"`
	Categorical []linearCategorical `json:"categorical"`
	Scale       *linearScale        `json:"scale"`
	Rounding    *scoreRounding      `json:"rounding"`
}

type linearNumeric struct {
	Name    string    `json:"name"`
	Mean    *float64  `json:"mean"`
	Scale   *float64  `json:"scale"`
	Coef    *float64  `json:"coef"`
	Clip    []float64 `json:"clip"`
	Missing *float64  `json:"missing"`
}

type linearCategorical struct {
	Name    string             `json:"name"`
	Levels  map[string]float64 `json:"levels"`
	Other   *float64           `json:"other"`
	Missing *float64           `json:"missing"`
}

type linearScale struct {
	PDO    *float64 `json:"pdo"`
	Base   *float64 `json:"base"`
	Odds   *float64 `json:"odds"`
	Factor *float64 `json:"factor"`
	Offset *float64 `json:"offset"`
	Sign   *float64 `json:"sign"`
}

type scoreRounding struct {
	Mode   string `json:"mode"`
	Digits int    `json:"digits"`
}

func detectLinear(file []byte) bool { return marksOf(file).Evenhand == "logistic" }

func loadLinear(file []byte) (Model, error) {
	var f linearFile
	if err := decode(file, &f); err != nil {
		return nil, err
	}
	switch {
	case f.Evenhand != "logistic" || f.Version != 1:
		return nil, errors.New("a logistic model starts with evenhand: logistic and version: 1; add them")
	case f.Target != "good" && f.Target != "bad":
		return nil, fmt.Errorf("target is %q; say of what the model gives the odds, bad or good", f.Target)
	case f.Intercept == nil || !usable(*f.Intercept):
		return nil, errors.New("intercept is missing or not a usable number; give it, 0 if there is none")
	case len(f.Numeric)+len(f.Categorical) == 0:
		return nil, errors.New("the model has no inputs; list them under numeric and categorical")
	}
	l := &linear{format: "evenhand-logistic", name: f.Name, intercept: *f.Intercept}
	for i := range f.Numeric {
		t, err := f.Numeric[i].term()
		if err == nil {
			err = l.add(f.Numeric[i].Name, t)
		}
		if err != nil {
			return nil, err
		}
	}
	for i := range f.Categorical {
		t, err := f.Categorical[i].term()
		if err == nil {
			err = l.add(f.Categorical[i].Name, t)
		}
		if err != nil {
			return nil, err
		}
	}
	var err error
	if f.Scale != nil {
		if l.scaling, err = f.Scale.scaling(f.Target); err != nil {
			return nil, err
		}
	}
	if f.Rounding != nil {
		if l.round, err = newRule(f.Rounding.Mode, f.Rounding.Digits); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (f *linearNumeric) term() (term, error) {
	mean, scale := 0.0, 1.0
	if f.Mean != nil {
		mean = *f.Mean
	}
	if f.Scale != nil {
		scale = *f.Scale
	}
	t, err := numericTerm(f.Name, mean, scale, orNaN(f.Coef))
	if err != nil {
		return t, err
	}
	if f.Clip != nil {
		if len(f.Clip) != 2 || !usable(f.Clip[0]) || !usable(f.Clip[1]) || f.Clip[0] > f.Clip[1] {
			return t, fmt.Errorf("input %q: clip must be the lowest and the highest standardised value, e.g. [-4, 4]", f.Name)
		}
		t.lo, t.hi = f.Clip[0], f.Clip[1]
	}
	if f.Missing != nil && !usable(*f.Missing) {
		return t, fmt.Errorf("input %q: missing is not a usable number; give the contribution of a null", f.Name)
	}
	t.missing = orNaN(f.Missing)
	t.centred = f.Mean != nil
	return t, nil
}

func (f *linearCategorical) term() (term, error) {
	if len(f.Levels) == 0 {
		return term{}, fmt.Errorf("input %q: it has no levels; list them with their coefficients", f.Name)
	}
	levels := slices.Sorted(maps.Keys(f.Levels))
	weights := make([]float64, len(levels))
	for i, l := range levels {
		weights[i] = f.Levels[l]
		if !usable(weights[i]) {
			return term{}, fmt.Errorf("input %q: the coefficient of level %q is not a usable number; give it", f.Name, l)
		}
	}
	for _, p := range []*float64{f.Other, f.Missing} {
		if p != nil && !usable(*p) {
			return term{}, fmt.Errorf("input %q: other or missing is not a usable number; give contributions", f.Name)
		}
	}
	return categoricalTerm(levels, weights, orNaN(f.Other), orNaN(f.Missing)), nil
}

// scaling checks which of the two spellings is used, whole.
func (f *linearScale) scaling(target string) (*scaling, error) {
	byOdds := f.PDO != nil && f.Base != nil && f.Odds != nil && f.Factor == nil && f.Offset == nil && f.Sign == nil
	direct := f.Factor != nil && f.Offset != nil && f.PDO == nil && f.Base == nil && f.Odds == nil
	if byOdds {
		return newScaling(*f.PDO, *f.Base, *f.Odds, target)
	}
	if !direct {
		return nil, errors.New("scale: give either pdo, base and odds, or factor and offset (and sign)")
	}
	if !usable(*f.Factor) || !usable(*f.Offset) || !(*f.Factor > 0) {
		return nil, errors.New("scale: factor must be a positive number and offset a number; use sign for the direction")
	}
	s := &scaling{factor: *f.Factor, offset: *f.Offset}
	if f.Sign != nil && math.Abs(*f.Sign) != 1 {
		return nil, errors.New("scale: sign must be 1 or -1")
	}
	if f.Sign != nil && *f.Sign < 0 || f.Sign == nil && target == "bad" {
		s.factor = -s.factor
	}
	return s, nil
}
