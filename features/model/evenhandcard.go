package model

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// cardFile is a card in evenhand's own format, "evenhand-card": YAML, or JSON
// with the same keys. An example with every key:
//
//	evenhand: card          # marks the format
//	version: 1              # of the format
//	name: cash-2025         # optional; shown in reports
//	target: bad             # what the probability is of: bad (default) or good
//	base_points: 480        # optional, 0
//	closed: left            # left: intervals are [a,b); right: (a,b]
//	rounding: {on: attribute, mode: half_away, digits: 0}
//	scale: {pdo: 20, base: 600, odds: 50}
//	characteristics:
//	  - name: utilisation   # a numeric input
//	    edges: [0.3, 0.6, 0.9]
//	    points: [60, 40, 20, 0]
//	    missing: 10
//	    special: {-999: 5}
//	    reference: 40
//	  - name: housing       # a categorical input
//	    levels: {own: 30, rent: 10}
//	    other: 0
//	    missing: 5
//
// The score is the sum of one attribute's points per characteristic plus the
// base points, added in the order of the file, base points last.
//
// A numeric characteristic has ascending edges and one more points than
// edges: the first for values below the first edge, the last for values from
// the last edge on. closed says to which interval an edge itself belongs; it
// is required as soon as there is an edge. special gives values with points of
// their own, which are looked for first. A categorical characteristic has
// levels, compared byte for byte, and other for any further level. missing is
// for nulls. A null without missing, a level without a rule and an infinity
// make the row not recomputable.
//
// rounding (optional, none) rounds the points of every attribute and the base
// points (on: attribute) or their sum (on: total) to digits decimals (0 to 9,
// 0 when left out); mode is half_away, half_even or toward_zero. on: none is
// the same as no rounding.
//
// scale (optional) says that base points are odds good to bad and pdo points
// double the odds. It gives the margin, ln of the odds of the
// target at the rounded score, and so the probability. Without scale the
// margin is the score and there is no probability.
//
// reference (optional) is the points that reasons are measured from.
type cardFile struct {
	Evenhand        string          `json:"evenhand"`
	Version         int             `json:"version"`
	Name            string          `json:"name"`
	Target          string          `json:"target"`
	BasePoints      float64         `json:"base_points"`
	Closed          string          `json:"closed"`
	Rounding        *roundingFile   `json:"rounding"`
	Scale           *cardScaleFile  `json:"scale"`
	Characteristics []cardCharacter `json:"characteristics"`
}

type roundingFile struct {
	On     string `json:"on"`
	Mode   string `json:"mode"`
	Digits int    `json:"digits"`
}

type cardScaleFile struct {
	PDO  float64 `json:"pdo"`
	Base float64 `json:"base"`
	Odds float64 `json:"odds"`
}

type cardCharacter struct {
	Name      string             `json:"name"`
	Edges     []float64          `json:"edges"`
	Points    []float64          `json:"points"`
	Special   map[string]float64 `json:"special"`
	Levels    map[string]float64 `json:"levels"`
	Other     *float64           `json:"other"`
	Missing   *float64           `json:"missing"`
	Reference *float64           `json:"reference"`
}

func detectCard(file []byte) bool { return marksOf(file).Evenhand == "card" }

func loadCard(file []byte) (Model, error) {
	var f cardFile
	if err := decode(file, &f); err != nil {
		return nil, err
	}
	if f.Evenhand != "card" || f.Version != 1 {
		return nil, errors.New("a card starts with evenhand: card and version: 1; add them")
	}
	c := &card{format: "evenhand-card", name: f.Name, raw: &rawPoints{base: f.BasePoints, digits: 1}}
	if !usable(f.BasePoints) {
		return nil, errors.New("base_points is not a usable number; give the points every score starts from")
	}
	if err := f.scaling(c); err != nil {
		return nil, err
	}
	if len(f.Characteristics) == 0 {
		return nil, errors.New("the card has no characteristics; list them")
	}
	for i := range f.Characteristics {
		fc := &f.Characteristics[i]
		ch, err := fc.characteristic(f.Closed)
		if err != nil {
			return nil, fmt.Errorf("characteristic %q: %w", fc.Name, err)
		}
		if err := c.add(fc.Name, ch); err != nil {
			return nil, err
		}
		c.raw.points = append(c.raw.points, ch.points)
	}
	return f.rounded(c)
}

// scaling sets the card's scaling.
func (f *cardFile) scaling(c *card) (err error) {
	if f.Target != "" && f.Target != "good" && f.Target != "bad" {
		return fmt.Errorf("target is %q; say bad or good", f.Target)
	}
	if f.Scale == nil {
		return nil
	}
	c.scaling, err = newScaling(f.Scale.PDO, f.Scale.Base, f.Scale.Odds, cmp.Or(f.Target, "bad"))
	return err
}

// rounded applies the declared rounding to the card of raw points.
func (f *cardFile) rounded(c *card) (Model, error) {
	if f.Rounding == nil || f.Rounding.On == "none" && f.Rounding.Mode == "" {
		return c.rounded(rule{}, false), nil
	}
	if f.Rounding.On != "attribute" && f.Rounding.On != "total" {
		return nil, fmt.Errorf("rounding: on is %q; use attribute, total or none (none without a mode)", f.Rounding.On)
	}
	r, err := newRule(f.Rounding.Mode, f.Rounding.Digits)
	if err != nil {
		return nil, err
	}
	c.raw.digits = r.power
	return c.rounded(r, f.Rounding.On == "total"), nil
}

// characteristic builds one characteristic with its raw points.
func (f *cardCharacter) characteristic(closed string) (ch characteristic, err error) {
	for _, p := range []*float64{f.Other, f.Missing, f.Reference} {
		if p != nil && !usable(*p) {
			return ch, errors.New("other, missing or reference is not a usable number; give points")
		}
	}
	ch.reference, ch.neutral = orNaN(f.Reference), math.NaN()
	switch {
	case f.Levels != nil && (f.Edges != nil || f.Points != nil || f.Special != nil):
		return ch, errors.New("it has levels beside edges, points or special; keep levels for a categorical input, the others for a numeric one")
	case f.Levels != nil:
		err = f.categorical(&ch)
	default:
		err = f.numeric(&ch, closed)
	}
	return ch, err
}

func (f *cardCharacter) numeric(ch *characteristic, closed string) error {
	if len(f.Points) != len(f.Edges)+1 {
		return fmt.Errorf("it has %d points for %d edges; give one more points than edges (or levels, if it is categorical)", len(f.Points), len(f.Edges))
	}
	if f.Other != nil {
		return errors.New("other is for levels; remove it, every number is in some interval")
	}
	if err := ascending(f.Edges); err != nil {
		return err
	}
	if len(f.Edges) > 0 && closed != "left" && closed != "right" {
		return fmt.Errorf("closed is %q; say at the top of the card closed: left for [a,b) or closed: right for (a,b]", closed)
	}
	ch.setEdges(f.Edges, closed == "right")
	ch.points = slices.Clone(f.Points)
	for _, key := range slices.Sorted(maps.Keys(f.Special)) {
		v, err := strconv.ParseFloat(key, 64)
		if err != nil || !usable(v) {
			return fmt.Errorf("special: %q is not a usable number; special is for numeric codes", key)
		}
		if slices.Contains(ch.special, v) {
			return fmt.Errorf("special: %q is there twice; keep one", key)
		}
		ch.special = append(ch.special, v)
		ch.specialSlot = append(ch.specialSlot, int32(len(ch.points)))
		ch.points = append(ch.points, f.Special[key])
	}
	if !slices.ContainsFunc(ch.points, func(p float64) bool { return !usable(p) }) {
		ch.missing, ch.unusable = int32(len(ch.points)), int32(len(ch.points)+1)
		ch.points = append(ch.points, orNaN(f.Missing), math.NaN())
		return nil
	}
	return errors.New("its points are not all usable numbers; give points")
}

func (f *cardCharacter) categorical(ch *characteristic) error {
	if len(f.Levels) == 0 {
		return errors.New("levels is empty; list the levels with their points")
	}
	ch.kind, ch.levels = Categorical, map[string]int32{}
	for i, level := range slices.Sorted(maps.Keys(f.Levels)) {
		p := f.Levels[level]
		if !usable(p) {
			return fmt.Errorf("the points of level %q are not a usable number; give points", level)
		}
		ch.levels[level] = int32(i)
		ch.points = append(ch.points, p)
	}
	ch.other, ch.missing = int32(len(ch.points)), int32(len(ch.points)+1)
	ch.points = append(ch.points, orNaN(f.Other), orNaN(f.Missing))
	return nil
}

// ascending checks bin edges.
func ascending(edges []float64) error {
	for i, e := range edges {
		if !usable(e) {
			return fmt.Errorf("edge %d is not a usable number; give finite edges, the outer intervals are open anyway", i+1)
		}
		if i > 0 && e <= edges[i-1] {
			return fmt.Errorf("the edges %v, %v are not ascending; sort them and drop repeated ones", edges[i-1], e)
		}
	}
	return nil
}

// orNaN returns what p points to; NaN, no rule, when it is nil.
func orNaN(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}
