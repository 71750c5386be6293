package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// optbinningFile is the format "optbinning": an optbinning.Scorecard for a
// binary target as JSON. The library's own table rounds its split points, so
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
}

type optbinningBin struct {
	Bin    string   `json:"bin"`
	ID     *int     `json:"bin_id"`
	WoE    *float64 `json:"woe"`
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
	codes, err := f.specialCodes()
	if err != nil {
		return nil, err
	}
	special, err := metric("metric_special", f.MetricSpecial)
	if err != nil {
		return nil, err
	}
	missing, err := metric("metric_missing", f.MetricMissing)
	if err != nil {
		return nil, err
	}
	c := &card{format: "optbinning", name: f.Name, base: f.PointsIntercept, fitted: true, intercept: *f.Intercept}
	for i := range f.Variables {
		v := &f.Variables[i]
		ch, err := v.characteristic(codes, special, missing)
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

// specialCodes returns the codes of each special bin.
func (f *optbinningFile) specialCodes() ([][]any, error) {
	bad := errors.New("special_codes must be a list of codes, or an object of names to codes or lists of codes")
	if len(f.SpecialCodes) == 0 {
		return [][]any{nil}, nil // an empty bin is there all the same
	}
	if isList := f.SpecialCodes[0] == '['; isList {
		var codes []any
		if json.Unmarshal(f.SpecialCodes, &codes) != nil || !plainCodes(codes) {
			return nil, bad
		}
		return [][]any{codes}, nil
	}
	var out [][]any
	d := json.NewDecoder(bytes.NewReader(f.SpecialCodes))
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

// metric returns the WoE that replaces that of a special or missing bin; NaN
// stands for the bin's own.
func metric(key string, raw json.RawMessage) (float64, error) {
	if len(raw) == 0 || string(raw) == `"empirical"` {
		return math.NaN(), nil
	}
	var x float64
	if json.Unmarshal(raw, &x) != nil || !usable(x) {
		return 0, fmt.Errorf("%s is %s; only \"empirical\" and a number are supported", key, raw)
	}
	return x, nil
}

// characteristic builds one variable. codes are the codes of each special bin.
func (v *optbinningVariable) characteristic(codes [][]any, special, missing float64) (ch characteristic, err error) {
	n := len(v.Splits) + 1
	switch v.Type {
	case "numeric":
		if v.Categories != nil {
			return ch, errors.New("it is numeric but has categories; remove them or correct the type")
		}
		if err := ascending(v.Splits); err != nil {
			return ch, err
		}
		ch.setEdges(v.Splits, false)
	case "categorical":
		if v.Splits != nil {
			return ch, errors.New("it is categorical but has splits; give the categories of each bin instead")
		}
		if n = len(v.Categories); n == 0 {
			return ch, errors.New("it is categorical but has no categories; give those of each bin")
		}
		ch.kind, ch.levels = Categorical, map[string]int32{}
	default:
		return ch, fmt.Errorf("type is %q; use numeric or categorical", v.Type)
	}
	if len(v.Bins) != n+len(codes)+1 {
		return ch, fmt.Errorf("it has %d bins; there must be %d: %d by value, %d special, 1 missing", len(v.Bins), n+len(codes)+1, n, len(codes))
	}
	for i, b := range v.Bins {
		if err := b.check(i, i == len(v.Bins)-1); err != nil {
			return ch, err
		}
		woe := *b.WoE
		if i == len(v.Bins)-1 && missing == missing {
			woe = missing
		} else if i >= n && i < len(v.Bins)-1 && special == special {
			woe = special
		}
		ch.points = append(ch.points, *b.Points)
		ch.terms = append(ch.terms, float64(*b.Coef*woe))
	}
	for i, group := range v.Categories {
		for _, c := range group {
			if _, ok := ch.levels[c]; ok {
				return ch, fmt.Errorf("category %q is in two bins; keep one", c)
			}
			ch.levels[c] = int32(i)
		}
	}
	for i, bin := range codes {
		for _, code := range bin {
			ch.code(code, int32(n+i))
		}
	}
	ch.missing = int32(len(v.Bins) - 1)
	ch.other, ch.unusable = ch.missing+1, ch.missing+2
	ch.points = append(ch.points, ch.points[ch.missing], math.NaN())
	unseen := 0.0
	if special == special && missing == missing {
		unseen = v.unseen(n)
	}
	ch.terms = append(ch.terms, float64(*v.Bins[0].Coef*unseen), math.NaN())
	ch.reference, ch.attributes = math.NaN(), ch.other
	return ch, nil
}

// unseen returns the WoE of a category in no bin when neither metric is
// empirical, NaN when the counts do not tell. n bins are by value.
func (v *optbinningVariable) unseen(n int) float64 {
	var records, events, others float64
	for i, b := range v.Bins {
		if b.Count == nil || b.Event == nil {
			return math.NaN()
		}
		if i < n {
			records += *b.Count
		}
		events += *b.Event
		others += *b.Count - *b.Event
	}
	woe := math.Log(float64((1/(events/records) - 1) * events / others))
	if !usable(woe) {
		return math.NaN()
	}
	return woe
}

// code gives a special code its slot. Of a code in two special bins the last
// counts, and a code of the other kind never occurs.
func (ch *characteristic) code(code any, slot int32) {
	switch x := code.(type) {
	case string:
		if ch.kind == Categorical {
			ch.levels[x] = slot
		}
	case float64:
		if ch.kind == Categorical {
			return
		}
		if i := slices.Index(ch.special, x); i >= 0 {
			ch.specialSlot[i] = slot
			return
		}
		ch.special = append(ch.special, x)
		ch.specialSlot = append(ch.specialSlot, slot)
	}
}

// check checks the i-th bin of a variable.
func (b *optbinningBin) check(i int, last bool) error {
	switch {
	case b.Points == nil || b.WoE == nil || b.Coef == nil || !usable(*b.Points) || !usable(*b.WoE) || !usable(*b.Coef):
		return fmt.Errorf("bin %d (%s) needs usable numbers points, woe and coef; export the card again", i, b.Bin)
	case b.ID != nil && *b.ID != i:
		return fmt.Errorf("bin %d (%s) has the bin_id %d; keep the bins in the library's order", i, b.Bin, *b.ID)
	case b.Bin != "" && last != (b.Bin == "Missing"):
		return fmt.Errorf("bin %d is %q; the last bin, and only the last, must be Missing", i, b.Bin)
	}
	return nil
}

// rawPoints finds the points before rounding, where the file tells them: they
// are the points themselves when the library did not round.
func (f *optbinningFile) rawPoints(c *card) error {
	if f.Scaling == nil {
		return nil
	}
	s := f.Scaling
	switch s.Method {
	case "pdo_odds":
		if s.PDO == nil || s.Odds == nil || s.Points == nil || !usable(*s.PDO) || !usable(*s.Odds) || !usable(*s.Points) || !(*s.Odds > 0) || !(*s.PDO > 0) || s.Min != nil || s.Max != nil {
			return errors.New("scaling: pdo_odds needs pdo, odds and scorecard_points, the first two positive, and nothing else")
		}
	case "min_max":
		if s.Min == nil || s.Max == nil || !usable(*s.Min) || !usable(*s.Max) || s.PDO != nil || s.Odds != nil || s.Points != nil {
			return errors.New("scaling: min_max needs min and max, and nothing else")
		}
	default:
		return fmt.Errorf("scaling: method is %q; use pdo_odds or min_max", s.Method)
	}
	if f.Rounding && (s.Method == "min_max" || f.InterceptBased) {
		return nil // the points before rounding cannot be told
	}
	raw := &rawPoints{base: c.base, digits: 1}
	for i := range c.chars {
		points := slices.Clone(c.chars[i].points)
		if f.Rounding {
			f.unrounded(points, c.chars[i].terms, float64(len(c.chars)))
		}
		raw.points = append(raw.points, points)
	}
	c.raw = raw
	return nil
}

// unrounded computes points as the library does before it rounds them.
func (f *optbinningFile) unrounded(points, terms []float64, n float64) {
	factor := *f.Scaling.PDO / math.Ln2
	offset := *f.Scaling.Points - float64(factor*math.Log(*f.Scaling.Odds))
	sense := 1.0
	if f.Reverse {
		sense = -1
	}
	for i := range points {
		points[i] = -float64((float64(sense*terms[i])+*f.Intercept/n)*factor) + offset/n
	}
	// A category in no bin has the points of the bin of nulls.
	points[len(points)-2] = points[len(points)-3]
}

// neutral finds the points at a WoE of 0. Before rounding, all points are one
// line of their terms, the same but for a constant of each variable.
func (f *optbinningFile) neutral(c *card) {
	n := float64(len(c.chars))
	for i := range c.chars {
		c.chars[i].neutral = math.NaN()
	}
	if f.Rounding {
		if c.raw != nil { // pdo_odds, each variable with its share of the offset
			zero := []float64{0, 0, 0}
			f.unrounded(zero, []float64{0, 0, 0}, n)
			for i := range c.chars {
				c.chars[i].neutral = zero[0]
			}
		}
		return
	}
	slope, width := 0.0, 0.0
	for i := range c.chars {
		ch := &c.chars[i]
		for a := range ch.attributes {
			if w := ch.terms[a] - ch.terms[0]; math.Abs(w) > width {
				slope, width = (ch.points[a]-ch.points[0])/w, math.Abs(w)
			}
		}
	}
	for i := range c.chars {
		ch := &c.chars[i]
		at := ch.points[0] - float64(slope*ch.terms[0])
		for a := range ch.attributes {
			if d := ch.points[a] - at - float64(slope*ch.terms[a]); math.Abs(d) > 1e-6*max(1, math.Abs(at)) {
				at = math.NaN() // not of one line: a fit the file does not tell all of
			}
		}
		ch.neutral = at
	}
}
