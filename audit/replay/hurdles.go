package replay

import (
	"slices"

	"evenhand/audit/policy"
	"evenhand/features"
)

// Columns are the columns of a batch that scoring and replaying a row of a
// given model and policy read, ascending.
func (e *Engine) Columns() []int {
	var out []int
	if e.program != nil {
		out = e.program.Columns()
	}
	if e.scorer != nil {
		for _, columns := range e.scorer.columns {
			out = append(out, columns...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Inputs are the columns that feed a model's inputs.
func (e *Engine) Inputs(model int16) []int { return e.scorer.columns[model] }

// Program is what replays the policies; nil without any.
func (e *Engine) Program() *policy.Program { return e.program }

// Variants sets dst to the variant of the policy of each row: see
// policy.Program.Hurdles.
func (e *Engine) Variants(b *features.Batch, policies []int16, dst []int32) {
	e.program.Variants(b, policies, dst)
}
