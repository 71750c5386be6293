package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

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
	unseen, bothNumbers := 0.0, special == special && missing == missing
	if v.Bins[0].Mean != nil {
		unseen = v.unseenMean(n, bothNumbers)
	} else if bothNumbers {
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

// unseenMean returns the mean of all records, or of those of the n bins by value
// when neither metric is empirical; NaN when the counts do not tell.
func (v *optbinningVariable) unseenMean(n int, byValue bool) float64 {
	var records, sum float64
	for i, b := range v.Bins {
		if b.Count == nil {
			return math.NaN()
		}
		if i < n || !byValue {
			records += *b.Count
			sum += float64(*b.Count * *b.Mean)
		}
	}
	return sum / records
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
		return fmt.Errorf("bin %d (%s) needs usable numbers points, woe (or mean) and coef; export the card again", i, b.Bin)
	case b.ID != nil && *b.ID != i:
		return fmt.Errorf("bin %d (%s) has the bin_id %d; keep the bins in the library's order", i, b.Bin, *b.ID)
	case b.Bin != "" && last != (b.Bin == "Missing"):
		return fmt.Errorf("bin %d is %q; the last bin, and only the last, must be Missing", i, b.Bin)
	}
	return nil
}
