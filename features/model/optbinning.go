package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// optbinningFile is the format "optbinning": an optbinning.Scorecard as JSON. The library's own table rounds its split points, so
// they are exported beside it:
//
//	{"format": "scorecard-optbinning-v1",
//	 "scaling": {"method": "pdo_odds", "pdo": 20, "odds": 50, "scorecard_points": 600},
//	 "intercept": 0.067, "special_codes": [-9, -8],
//	 "variables": [
//	  {"name": "utilisation", "type": "numeric", "splits": [0.5],
//	   "bins": [{"bin": "(-inf, 0.50)", "bin_id": 0, "woe": 0.3, "coef": -0.5, "points": 36.5},
//	            {"bin": "[0.50, inf)", ...}, {"bin": "Special", ...}, {"bin": "Missing", ...}]},
//	  {"name": "housing", "type": "categorical", "categories": [["own"], ["rent", "free"]],
//	   "bins": [...]}]}
//
// bins are the rows of Scorecard.table(style="detailed"): one per interval of
// optb.splits or per group of categories, one for the special codes (or one
// per name, when special_codes is an object of names to codes), one for nulls.
//
// Values are binned as the library does: special codes first, then nulls, then
// intervals [a,b). The score is the sum of the points in the order of the
// file, plus points_intercept (optional, Scorecard.intercept_). The margin is
// the sum of coef · woe plus the intercept: the log-odds of the event, as
// predict_proba has it. A category that no bin holds gets the points of the
// Missing bin in the score: Scorecard.score looks it up at index -1, which is
// the last row. An infinity is not recomputable.
//
// metric_special and metric_missing (optional, "empirical") are the arguments
// of Scorecard.fit, which the library itself leaves at 0: a number stands for
// the WoE of special codes or nulls in the margin. A category that no bin
// holds has WoE 0 there, unless both are numbers: then the library divides the
// events of all bins by the records of the bins by value, and the WoE of that
// rate needs count and event of every bin (without them such a row has a score
// but no margin).
//
// A variable may have special_codes, metric_special and metric_missing of its
// own (binning_fit_params and binning_transform_params of the BinningProcess).
//
// With target_dtype "continuous" (optional, "binary") the bins have mean in
// place of woe, the margin is what predict gives, there is no probability, and a
// category that no bin holds has the mean of all records in the margin, which
// needs the count of every bin.
//
// The points are taken as they are; rounding, reverse_scorecard and
// intercept_based (optional, false) say how the library made them, so that
// other roundings can be tried. library, desc, interval_rule, bin_id, and but
// for the above count and event, are for readers. Any other key is refused by
// name.
type optbinningFile struct {
	Format          string               `json:"format"`
	Library         string               `json:"library"`
	Name            string               `json:"name"`
	Desc            string               `json:"desc"`
	Target          string               `json:"target_dtype"`
	Scaling         *optbinningScaling   `json:"scaling"`
	Intercept       *float64             `json:"intercept"`
	PointsIntercept float64              `json:"points_intercept"`
	IntervalRule    string               `json:"interval_rule"`
	SpecialCodes    json.RawMessage      `json:"special_codes"`
	MetricSpecial   json.RawMessage      `json:"metric_special"`
	MetricMissing   json.RawMessage      `json:"metric_missing"`
	Rounding        bool                 `json:"rounding"`
	Reverse         bool                 `json:"reverse_scorecard"`
	InterceptBased  bool                 `json:"intercept_based"`
	Variables       []optbinningVariable `json:"variables"`
}

type optbinningScaling struct {
	Method string   `json:"method"`
	PDO    *float64 `json:"pdo"`
	Odds   *float64 `json:"odds"`
	Points *float64 `json:"scorecard_points"`
	Min    *float64 `json:"min"`
	Max    *float64 `json:"max"`
}

type optbinningVariable struct {
	Name       string          `json:"name"`
	Type       string          `json:"type"`
	Splits     []float64       `json:"splits"`
	Categories [][]string      `json:"categories"`
	Bins       []optbinningBin `json:"bins"`

	SpecialCodes  json.RawMessage `json:"special_codes"`
	MetricSpecial json.RawMessage `json:"metric_special"`
	MetricMissing json.RawMessage `json:"metric_missing"`
}

type optbinningBin struct {
	Bin    string   `json:"bin"`
	ID     *int     `json:"bin_id"`
	WoE    *float64 `json:"woe"`
	Mean   *float64 `json:"mean"`
	Coef   *float64 `json:"coef"`
	Points *float64 `json:"points"`
	Count  *float64 `json:"count"`
	Event  *float64 `json:"event"`
}

func detectOptbinning(file []byte) bool { return marksOf(file).Format == "scorecard-optbinning-v1" }

func loadOptbinning(file []byte) (Model, error) {
	var f optbinningFile
	if err := decodeJSON(file, &f); err != nil {
		return nil, err
	}
	switch {
	case f.Format != "scorecard-optbinning-v1":
		return nil, fmt.Errorf("format is %q; this reads scorecard-optbinning-v1", f.Format)
	case f.Intercept == nil || !usable(*f.Intercept) || !usable(f.PointsIntercept):
		return nil, errors.New("intercept is missing, or it or points_intercept is not a usable number; give the estimator's intercept")
	case len(f.Variables) == 0:
		return nil, errors.New("the card has no variables; export it again")
	}
	if f.Target != "" && f.Target != "binary" && f.Target != "continuous" {
		return nil, fmt.Errorf("target_dtype is %q; use binary or continuous", f.Target)
	}
	c := &card{format: "optbinning", name: f.Name, base: f.PointsIntercept, fitted: true, intercept: *f.Intercept, mean: f.Target == "continuous"}
	for i := range f.Variables {
		v := &f.Variables[i]
		ch, err := f.characteristic(v)
		if err != nil {
			return nil, fmt.Errorf("variable %q: %w", v.Name, err)
		}
		if err := c.add(v.Name, ch); err != nil {
			return nil, err
		}
	}
	if err := f.rawPoints(c); err != nil {
		return nil, err
	}
	f.neutral(c)
	return c, nil
}

// characteristic builds a variable by its own special codes and metrics, or else
// by the file's.
func (f *optbinningFile) characteristic(v *optbinningVariable) (ch characteristic, err error) {
	first := func(own, all json.RawMessage) json.RawMessage {
		if len(own) > 0 {
			return own
		}
		return all
	}
	codes, err := specialCodes(first(v.SpecialCodes, f.SpecialCodes))
	if err != nil {
		return ch, err
	}
	special, err := metric("metric_special", first(v.MetricSpecial, f.MetricSpecial))
	if err != nil {
		return ch, err
	}
	missing, err := metric("metric_missing", first(v.MetricMissing, f.MetricMissing))
	if err != nil {
		return ch, err
	}
	for i := range v.Bins {
		b := &v.Bins[i]
		if wrong := (b.Mean != nil) != (f.Target == "continuous"); wrong || b.Mean != nil && b.WoE != nil {
			return ch, fmt.Errorf("bin %d (%s): a bin has the woe of a binary target, or the mean of a continuous one (target_dtype); give the right one", i, b.Bin)
		}
		if b.Mean != nil {
			b.WoE = b.Mean
		}
	}
	return v.characteristic(codes, special, missing)
}

// specialCodes returns the codes of each special bin.
func specialCodes(raw json.RawMessage) ([][]any, error) {
	bad := errors.New("special_codes must be a list of codes, or an object of names to codes or lists of codes")
	if len(raw) == 0 {
		return [][]any{nil}, nil // an empty bin is there all the same
	}
	if isList := raw[0] == '['; isList {
		var codes []any
		if json.Unmarshal(raw, &codes) != nil || !plainCodes(codes) {
			return nil, bad
		}
		return [][]any{codes}, nil
	}
	var out [][]any
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, bad
	}
	for d.More() {
		var codes any
		if _, err := d.Token(); err != nil || d.Decode(&codes) != nil {
			return nil, bad
		}
		list, ok := codes.([]any)
		if !ok {
			list = []any{codes}
		}
		if !plainCodes(list) {
			return nil, bad
		}
		out = append(out, list)
	}
	if len(out) == 0 {
		return nil, bad
	}
	return out, nil
}

// plainCodes reports whether all codes are texts or usable numbers, each
// there once.
func plainCodes(codes []any) bool {
	for i, c := range codes {
		switch x := c.(type) {
		case string:
		case float64:
			if !usable(x) {
				return false
			}
		default:
			return false
		}
		if slices.Contains(codes[:i], c) {
			return false
		}
	}
	return true
}
