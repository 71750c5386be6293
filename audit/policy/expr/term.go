package expr

import (
	"math"
	"strconv"

	"evenhand/features"
)

// kind is the static type of a term. Every value may also be missing (null),
// or unknown: what CEL calls an error.
type kind uint8

const (
	kDyn  kind = iota // decided row by row
	kNull             // the literal null
	kNum
	kBool
	kText
	kTime // an instant, or the first instant of a date in UTC
	kList
	kMap
)

var kindWords = [...]string{"a value", "null", "a number", "a condition", "text", "an instant", "a list", "a map"}

// term is an expression whose names are resolved and whose types are settled.
// Terms are shared: a value that is named twice is one term.
type term struct {
	op     string // an operator of CEL, a function, or one of those below
	kind   kind
	args   []*term
	kernel bool // there are kernels for it and for all below it
	nodes  int  // in it, shared ones counted each time
	depth  int
	at     int64   // node of the syntax, for messages
	syntax *Syntax // that at belongs to

	num   float64 // opConst
	text  string  // opConst; name of opColumn
	truth bool    // opConst
	when  int64   // opConst, µs
	col   Column  // opColumn
}

// Ops that are no functions of the language.
const (
	opConst  = "const"
	opColumn = "@column"
	opList   = "@list"
	opMap    = "@map"   // key, value, key, value, …
	opTruth  = "@truth" // a number as a condition: is it not 0?
	opMod    = "@mod"   // % on doubles
)

// isConst reports whether t is a constant other than null.
func (t *term) isConst() bool { return t.op == opConst && t.kind != kNull }

// word names t and its type for a message.
func (t *term) word() string {
	what := kindWords[t.kind]
	switch {
	case t.op == opColumn:
		return t.text + " is " + what
	case t.op == opConst && t.kind == kText:
		return "'" + t.text + "' is text"
	case t.op == opConst && t.kind == kNum:
		return strconv.FormatFloat(t.num, 'g', -1, 64) + " is a number"
	case t.op == opConst && t.kind == kNull:
		return "null is no value"
	}
	return "what stands here is " + what
}

func kindOf(k features.Kind) (kind, bool) {
	switch k {
	case features.Text:
		return kText, true
	case features.Int, features.Float, features.Money:
		return kNum, true
	case features.Bool:
		return kBool, true
	case features.Instant, features.Date:
		return kTime, true
	}
	return kDyn, false
}

// join returns the type of a value that is of type a or of type b.
func join(a, b kind) (kind, bool) {
	switch {
	case a == b, b == kNull:
		return a, true
	case a == kNull:
		return b, true
	case a == kDyn, b == kDyn:
		return kDyn, true
	}
	return kDyn, false
}

// Numbers in kernels are doubles of which two NaN mean something: any other
// than unknownNumber is a missing value. No arithmetic makes either, since
// kernels write unknownNumber wherever a result is not finite.
var (
	missingNumber = math.NaN()
	unknownNumber = math.Float64frombits(unknownBits)
)

const unknownBits = 0x7ff8e0e0a5a5c3c3

// nothing is the fourth state of a truth value in kernels: a condition that is
// missing, which is equal to null, and unknown to everything else.
const nothing Truth = 3

// Codes of text and instants that are no value.
const (
	missingCode = features.Null
	unknownCode = -2

	missingTime = math.MinInt64
	unknownTime = math.MinInt64 + 1
	// The years 1 to 9999, which CEL knows. An instant outside is missing.
	firstTime = -62135596800 * 1e6
	lastTime  = 253402300800*1e6 - 1
)
