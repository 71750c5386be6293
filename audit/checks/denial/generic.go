package denial

import "evenhand/audit"

// Generic returns a function that tells which reason codes say nothing specific:
// those that unexplaineddenial calls generic, and those that stand for none.
func Generic(plan *audit.Plan) func(code string) bool {
	l := newLexicon(plan)
	return func(code string) bool {
		w := l.code(code).wording
		return w == generic || w == noReason
	}
}
