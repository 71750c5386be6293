package parquetfile

import (
	"fmt"
	"math"
	"strconv"

	"evenhand/features"

	"github.com/parquet-go/parquet-go/format"
)

// step converts the values x of a column in place. Steps run over a whole
// batch at a time; those that meet an odd value flag it.
type step func(c *column, x []int64)

// recipe says how one file's column becomes the kind that was asked for. It is
// chosen once, when columns are bound.
type recipe struct {
	asText bool // values are formatted as text first, then read as if stored so

	// Ints: how x is first filled (nil: stored integers go in as they are),
	// and what is done to it then.
	fromFloats func(c *column, f []float64, x []int64)
	fromViews  func(c *column, v [][]byte, x []int64)
	steps      []step

	// Floats likewise; nil from integers means divided by 10^scale.
	viewsToFloats func(c *column, v [][]byte, f []float64)

	num, den   int64 // factor to minor units
	scale      int   // of stored decimals
	epoch      int64 // day 0 of integer days
	month      int64 // month 0 of integer months, from January of year 0
	day        int   // of the month
	each       flag  // what holds of every value converted
	zone       zoner
	missInts   []int64
	missFloats []float64
	missTexts  [][]byte
	jsonList   bool
	values     map[string]string
}

// refuse says that a column's type cannot become a kind, and what to do.
func (l *leaf) cannot(k features.Kind, hint string) error {
	if hint != "" {
		hint = "; " + hint
	}
	return fmt.Errorf("is %s, which cannot be read as %s%s", l.typ, k, hint)
}

// newRecipe chooses the conversion of l to what spec asks for.
func newRecipe(l *leaf, spec *features.Spec, opts *Options) (recipe, error) {
	r := recipe{num: 1, den: 1, scale: l.scale, values: spec.Values}
	r.zone.loc = spec.Zone
	if l.refuse != "" {
		return r, fmt.Errorf("%s", l.refuse)
	}
	if l.isList() != (spec.Kind == features.TextList) && (l.isList() || l.class != clText) {
		return r, l.cannot(spec.Kind, "")
	}
	for _, m := range spec.Missing {
		r.missTexts = append(r.missTexts, []byte(m))
	}
	if spec.Kind == features.Bool && len(spec.Values) > 0 && l.class != clText {
		r.asText = true
	}
	var err error
	switch spec.Kind {
	case features.Text, features.Opaque, features.TextList:
		r.asText = l.class != clText
		r.jsonList = spec.Kind == features.TextList && !l.isList()
		if l.class == clNone {
			err = l.cannot(spec.Kind, "")
		}
	case features.Float:
		err = r.toFloat(l, spec)
	case features.Int:
		err = r.toInt(l)
	case features.Bool:
		err = r.toBool(l)
	case features.Money:
		err = r.toMoney(l, spec)
	case features.Instant:
		err = r.toInstant(l, spec, opts)
	case features.Date:
		err = r.toDate(l, spec, opts)
	}
	if err == nil && !r.asText && l.class != clText {
		r.missing(l, spec)
	}
	return r, err
}

// missing parses the missing codes as values stored in the column, so that
// -999 finds -999.00 among decimals. A code that is no value of the column's
// type cannot occur in it.
func (r *recipe) missing(l *leaf, spec *features.Spec) {
	for _, m := range spec.Missing {
		var x int64
		ok := false
		switch l.class {
		case clFloat:
			if f, ok := parseFloat([]byte(m)); ok {
				r.missFloats = append(r.missFloats, f)
			}
		case clInstant:
			var t moment
			if t, ok = parseMoment([]byte(m)); ok {
				if x = t.micros; l.perUnit != 0 {
					x, ok = mulDiv(t.micros, l.perUnit, 1_000_000)
				}
			}
		case clDate:
			var rest []byte
			x, rest, ok = parseDay([]byte(m))
			ok = ok && len(rest) == 0
		default:
			var frac int
			if x, frac, ok = parseDecimal([]byte(m)); ok {
				x, ok = mulDiv(x, pow10[min(l.scale, 18)], pow10[frac])
			}
		}
		if ok {
			r.missInts = append(r.missInts, x)
		}
	}
	if len(r.missInts) > 0 && (nativeOf(l) == natInts || l.class == clInstant) {
		r.steps = append([]step{stepMissing}, r.steps...)
	}
}

func (r *recipe) toInt(l *leaf) error {
	switch l.class {
	case clInt, clBool, clTime:
		r.unsigned(l)
	case clFloat:
		r.fromFloats = floatsToInts
	case clDecimal:
		r.decimal(l, 0)
	case clText:
		r.fromViews = viewsToInts
	default:
		return l.cannot(features.Int, "")
	}
	return nil
}

func (r *recipe) unsigned(l *leaf) {
	if l.unsigned && l.phys == format.Int64 {
		r.steps = append(r.steps, stepUnsigned)
	}
	if l.unsigned && l.phys == format.Int32 {
		r.steps = append(r.steps, stepUnsigned32)
	}
}

// decimal converts to integers at 10^exp a unit.
func (r *recipe) decimal(l *leaf, exp int) {
	r.factor(pow10[min(exp, 18)], l.scale)
	if nativeOf(l) == natViews {
		r.fromViews = decimalsToInts
		return
	}
	if r.num != 1 || r.den != 1 {
		r.steps = append(r.steps, stepMulDiv)
	}
}

// factor sets num/den to unit/10^scale, reduced. A scale above 18 keeps its
// rest in r.scale, which only the wide path uses.
func (r *recipe) factor(unit int64, scale int) {
	r.num, r.den = unit, pow10[min(scale, 18)]
	r.scale = scale
	a, b := r.num, r.den
	for b != 0 {
		a, b = b, a%b
	}
	r.num, r.den = r.num/a, r.den/a
}

func (r *recipe) toBool(l *leaf) error {
	switch {
	case r.asText || l.class == clText:
		r.fromViews = viewsToBools
	case l.class == clBool:
	case l.class == clInt:
		r.unsigned(l)
		r.steps = append(r.steps, stepBool)
	case l.class == clFloat:
		r.fromFloats = floatsToInts
		r.steps = append(r.steps, stepBool)
	default:
		return l.cannot(features.Bool, "")
	}
	return nil
}

func (r *recipe) toMoney(l *leaf, spec *features.Spec) error {
	unit := spec.Scale
	if unit < 0 || spec.Exponent < 0 || spec.Exponent > 9 {
		return fmt.Errorf("has scale %d and exponent %d, which are not of money", spec.Scale, spec.Exponent)
	}
	if unit == 0 {
		unit = pow10[spec.Exponent]
	}
	switch l.class {
	case clInt:
		r.unsigned(l)
		if r.num = max(spec.Scale, 1); r.num > 1 {
			r.steps = append(r.steps, stepMulDiv)
		}
	case clDecimal:
		r.factor(unit, l.scale)
		if nativeOf(l) == natViews {
			r.fromViews = decimalsToInts
		} else if r.num != 1 || r.den != 1 {
			r.steps = append(r.steps, stepMulDiv)
		}
	case clFloat:
		if !spec.FloatMoney {
			return l.cannot(features.Money, "amounts in binary floating point are not exact; export a decimal or integer minor units, or set `float_money: true` to accept them rounded")
		}
		r.num = unit
		r.fromFloats = floatsToMoney
	case clText:
		r.num = unit
		r.fromViews = viewsToMoney
	default:
		return l.cannot(features.Money, "")
	}
	return nil
}

func (r *recipe) toFloat(l *leaf, spec *features.Spec) error {
	switch l.class {
	case clInt, clBool, clDate, clTime:
		if l.unsigned && l.phys == format.Int32 {
			r.steps = append(r.steps, stepUnsigned32)
		}
	case clFloat:
	case clDecimal:
		if nativeOf(l) == natViews {
			r.viewsToFloats = decimalsToFloats
		}
	case clText:
		r.viewsToFloats = viewsToFloats
	default:
		return l.cannot(spec.Kind, "map a timestamp as one, and not as a feature")
	}
	return nil
}

// appendFloat writes the shortest decimal text that reads back as x.
func appendFloat(b []byte, x float64, bits int) []byte {
	if math.IsNaN(x) {
		return append(b, "NaN"...)
	}
	return strconv.AppendFloat(b, x, 'f', -1, bits)
}
