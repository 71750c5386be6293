package denial

import (
	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
)

// engineClass is what the engine's status and error code say about how a
// decision came to be.
type engineClass uint8

const (
	unsaid         engineClass = iota // nothing recorded, or a code nobody explains
	engineOK                          // it ran
	technicalFault                    // a fault of systems
	fraudHold                         // a hold: never judged here
	otherClass                        // business, partner_quota, review: a rule's outcome
)

// engineClasses remembers the class of each pair of status and error code.
type engineClasses struct {
	plan         *audit.Plan
	status, code *features.Vector
	dicts        [2]*features.Dict
	pairs        map[[2]int32]engineClass
	last         [2]int32
	class        engineClass
	fresh        bool // last and class don't hold yet
}

// bind points the classes at the columns of a batch.
func (e *engineClasses) bind(status, code *features.Vector) {
	e.status, e.code = status, code
	if d := [2]*features.Dict{status.Dict, code.Dict}; e.pairs == nil || d != e.dicts {
		e.dicts, e.pairs, e.fresh = d, map[[2]int32]engineClass{}, true
	}
}

// of returns the class of row i.
func (e *engineClasses) of(i int) engineClass {
	k := [2]int32{e.status.Codes[i], e.code.Codes[i]}
	if !e.fresh && k == e.last {
		return e.class
	}
	c, ok := e.pairs[k]
	if !ok {
		c = classOfEngine(e.plan, e.status.Text(i), e.code.Text(i))
		e.pairs[k] = c
	}
	e.last, e.class, e.fresh = k, c, false
	return c
}

// classOfEngine returns the class of a status and an error code.
func classOfEngine(plan *audit.Plan, status, code string) engineClass {
	switch cause.Technical(plan, status, code) {
	case "technical":
		return technicalFault
	case "fraud":
		return fraudHold
	case "ok":
		return engineOK
	case "":
		return unsaid
	}
	return otherClass
}
