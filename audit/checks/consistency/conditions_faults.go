package consistency

import (
	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
)

// condClass is what status and error code of a row say.
type condClass uint8

const (
	condOrdinary condClass = iota
	condFault              // a fault of systems
	condHold               // a fraud hold
	condRule               // the outcome of a rule: partner quota, review, business
	condCode               // an error code that nobody explains
)

// condFaults remembers what each status and error code mean together.
type condFaults struct {
	plan         *audit.Plan
	status, code *features.Vector
	dicts        [2]*features.Dict
	sizes        [2]int
	classes      []condClass // by both codes; nil for too many
	known        []bool
}

// bind points it at the columns of a batch.
func (f *condFaults) bind(status, code *features.Vector) {
	f.status, f.code = status, code
	dicts := [2]*features.Dict{status.Dict, code.Dict}
	sizes := [2]int{status.Dict.Len() + 1, code.Dict.Len() + 1}
	if dicts == f.dicts && sizes == f.sizes {
		return
	}
	f.dicts, f.sizes, f.classes, f.known = dicts, sizes, nil, nil
	if n := sizes[0] * sizes[1]; n <= 1<<20 {
		f.classes, f.known = make([]condClass, n), make([]bool, n)
	}
}

// of returns the class of row i.
func (f *condFaults) of(i int) condClass {
	k := int(f.status.Codes[i]+1)*f.sizes[1] + int(f.code.Codes[i]+1)
	if f.known != nil && f.known[k] {
		return f.classes[k]
	}
	class := condOrdinary
	switch cause.Technical(f.plan, f.status.Text(i), f.code.Text(i)) {
	case "technical":
		class = condFault
	case "fraud":
		class = condHold
	case "partner_quota", "review", "business":
		class = condRule
	case "":
		if f.code.Codes[i] != features.Null {
			class = condCode
		}
	}
	if f.known != nil {
		f.known[k], f.classes[k] = true, class
	}
	return class
}

// coded reports whether row i has an error code that is no rule's outcome.
func (f *condFaults) coded(i int) bool {
	return f.code.Codes[i] != features.Null && f.of(i) != condRule
}
