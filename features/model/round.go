package model

import (
	"fmt"
	"math"
)

// rule is a rounding rule: to how many decimals, and where ties go. The value
// is multiplied by the power of ten, rounded and divided again, as numpy does;
// a decimal tie that has no exact double is rounded as the double it is.
type rule struct {
	mode  mode
	power float64 // 10^digits
}

type mode uint8

const (
	noRounding mode = iota
	halfAway        // 2.5 → 3, -2.5 → -3
	halfEven        // 2.5 → 2, 3.5 → 4
	towardZero      // 2.9 → 2, -2.9 → -2
)

var modeNames = map[string]mode{"half_away": halfAway, "half_even": halfEven, "toward_zero": towardZero}

var modeWords = [...]string{"not rounded", "rounded half away from zero", "rounded half to even", "cut toward zero"}

// apply rounds x. It never returns a negative zero.
func (r rule) apply(x float64) float64 {
	switch r.mode {
	case halfAway:
		return math.Round(float64(x*r.power))/r.power + 0
	case halfEven:
		return math.RoundToEven(float64(x*r.power))/r.power + 0
	case towardZero:
		return math.Trunc(float64(x*r.power))/r.power + 0
	}
	return x
}

// newRule checks a rounding as declared in a file.
func newRule(name string, digits int) (rule, error) {
	m, ok := modeNames[name]
	if !ok {
		return rule{}, fmt.Errorf("rounding: mode is %q; use half_away, half_even or toward_zero", name)
	}
	if digits < 0 || digits > 9 {
		return rule{}, fmt.Errorf("rounding: digits is %d; use 0 to 9", digits)
	}
	return rule{m, math.Pow10(digits)}, nil
}
