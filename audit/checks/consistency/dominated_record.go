package consistency

import (
	"math"

	"evenhand/audit/stats"
	"evenhand/features"
)

// domRecord is a decision that was kept to be compared, as it is packed into a
// string: with an order of its own that depends on nothing but what it says.
type domRecord struct {
	id, customer                   string
	product, policyName, modelName string
	decider                        string
	stratum                        string // what must be equal, the columns without a direction included
	at, amount                     int64  // amount: asked for, minor units
	outcome, replayed              uint8  // of features.Outcomes, or Undecided
	edge                           bool   // the replay can't tell on which side of a cut-off it fell
	person                         bool   // a person decided
	limited                        bool   // terms of a limit may have turned it down
	rule, model, policy            int16
	score, cutoff                  float64
	values                         []float64 // of the scheme's dimensions, in their order; NaN where null or text
	words                          []string  // of the dimensions that are text, in their order
	groups                         []string  // of the plan's group columns

	levels []float64 // of the dimensions, more being better; made of the rest
}

func (r *domRecord) pack(e *stats.Encoder) {
	for _, s := range r.texts() {
		e.String(*s)
	}
	e.Varint(r.at)
	e.Varint(r.amount)
	e.Byte(r.outcome)
	e.Byte(r.replayed)
	e.Bool(r.edge)
	e.Bool(r.person)
	e.Bool(r.limited)
	e.Varint(int64(r.rule))
	e.Varint(int64(r.model))
	e.Varint(int64(r.policy))
	e.Float(r.score)
	e.Float(r.cutoff)
	e.Floats(r.values)
	e.Strings(r.words)
	e.Strings(r.groups)
}

// unpack reads what pack wrote into a string.
func (r *domRecord) unpack(s string) error {
	d := stats.NewDecoder([]byte(s))
	for _, p := range r.texts() {
		*p = d.String()
	}
	r.at, r.amount = d.Varint(), d.Varint()
	r.outcome, r.replayed, r.edge, r.person, r.limited = d.Byte(), d.Byte(), d.Bool(), d.Bool(), d.Bool()
	r.rule, r.model, r.policy = int16(d.Varint()), int16(d.Varint()), int16(d.Varint())
	r.score, r.cutoff = d.Float(), d.Float()
	r.values, r.words, r.groups = d.Floats(), d.Strings(), d.Strings()
	return d.Finish()
}

func (r *domRecord) texts() [7]*string {
	return [...]*string{&r.id, &r.customer, &r.product, &r.policyName, &r.modelName, &r.decider, &r.stratum}
}

// fit makes the levels; false where the record is not of the scheme.
func (r *domRecord) fit(s *domScheme) bool {
	texts := 0
	if len(r.values) != len(s.dims) {
		return false
	}
	r.levels = make([]float64, len(r.values))
	for k := range s.dims {
		d := &s.dims[k]
		word := ""
		if d.kind == features.Text {
			if texts == len(r.words) {
				return false
			}
			word = r.words[texts]
			texts++
		}
		switch {
		case d.points != nil:
			r.levels[k] = d.worth(r.values[k], word) * float64(d.sign)
		case d.kind == features.Text:
			r.levels[k] = math.NaN()
		default:
			r.levels[k] = d.level(r.values[k])
		}
	}
	return texts == len(r.words)
}

// word is the text of dimension k.
func (r *domRecord) word(s *domScheme, k int) string {
	texts := 0
	for i := range k {
		texts += domOne(s.dims[i].kind == features.Text)
	}
	return r.words[texts]
}

// Places of a replay against a denial.
const (
	domUnheard   = iota // not replayed, or the replay is undecided or at an edge
	domConfirmed        // the policy denies too
	domRefuted          // the policy does not deny
)

// standing says what the replay makes of a denial.
func (r *domRecord) standing() int {
	switch {
	case r.replayed == features.Undecided || r.edge:
		return domUnheard
	case features.Outcomes[r.replayed] == "denied":
		return domConfirmed
	}
	return domRefuted
}

// finite is x, or one NaN of many.
func finite(x float64) float64 {
	if x != x {
		return math.NaN()
	}
	return x
}
