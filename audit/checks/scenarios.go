package checks

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/scenario"
)

// Scenarios are the checks of what would change, which run with the command
// scenario alone: their numbers are about policies that nobody decided under.
var Scenarios = []*audit.Check{
	scenario.Stress,
	scenario.ReverseStress,
	scenario.LessDiscriminatory,
}

// Known are all checks that a plan may set and skip.
func Known() []*audit.Check { return slices.Concat(All, Scenarios) }
