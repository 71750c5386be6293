// Package decided sorts decisions into those judged, approved or denied, and
// those that a guard takes out: the population of every comparison of approval
// rates.
package decided

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// What a row's outcome makes of it. Guards come in the order they apply.
const (
	isTest = iota
	isPrescreen
	isWithdrawn
	isIncomplete
	isReferred
	isError
	isOther // outcome outside the vocabulary, or none
	guards
	denied   = guards
	approved = guards + 1
)

// names are the guards as the coverage has them.
var names = [guards]audit.Text{
	isTest:       audit.T("test rows", "测试记录"),
	isPrescreen:  audit.T("prescreens, which are no applications", "预筛，并非申请"),
	isWithdrawn:  audit.T("withdrawn by the applicant", "申请人撤回"),
	isIncomplete: audit.T("incomplete applications", "资料不全的申请"),
	isReferred:   audit.T("referred, not yet decided", "转人工，尚未决定"),
	isError:      audit.T("technical errors recorded as such: not counted as denials", "如实记为技术错误，不计为拒绝"),
	isOther:      audit.T("outcome missing or outside the vocabulary", "结果缺失或不在约定取值内"),
}

// Columns are what the table need of a check that judges decisions has to ask
// for: the first one required, the others optional.
var Columns = []string{"outcome", "application_type", "is_test"}

// Judge sorts the rows of decisions. Its counts are part of the state that
// holds it.
type Judge struct {
	RowsIn   int64
	excluded [guards]int64

	outcome, application, test int // columns

	// Scratch and caches, no part of the state.
	outcomes   rows.Codes[uint8]
	prescreens rows.Codes[bool]
	classify   func(string) uint8
	rows       []int32
	approved   []uint8
}

// New returns a judge of the batches of decisions that env lays out. Outcome
// error counts as a denial when errorsDeny says so, and is taken out otherwise:
// a technical error has not denied anyone.
func New(env *audit.Env, errorsDeny bool) Judge {
	j := Judge{
		outcome:     env.Col("decisions", "outcome"),
		application: env.Col("decisions", "application_type"),
		test:        env.Col("decisions", "is_test"),
	}
	j.classify = func(outcome string) uint8 { return classOf(outcome, errorsDeny) }
	return j
}

// classOf says what an outcome makes of a row.
func classOf(outcome string, errorsDeny bool) uint8 {
	switch outcome {
	case "approved", "approved_lower":
		return approved
	case "denied":
		return denied
	case "withdrawn":
		return isWithdrawn
	case "incomplete":
		return isIncomplete
	case "referred":
		return isReferred
	case "error":
		if errorsDeny {
			return denied
		}
		return isError
	}
	return isOther
}

func prescreen(applicationType string) bool { return applicationType == "prescreen" }

// Rows returns the rows of b that no guard takes out, in order, and for each of
// them 1 when it was approved and 0 when denied. Both are valid until the next
// call.
func (j *Judge) Rows(b *features.Batch) (judged []int32, approvals []uint8) {
	return j.Range(b, 0, b.N)
}

// Range is Rows of the rows [lo, hi) of b.
func (j *Judge) Range(b *features.Batch, lo, hi int) (judged []int32, approvals []uint8) {
	j.RowsIn += int64(hi - lo)
	out, app, test := &b.Cols[j.outcome], &b.Cols[j.application], &b.Cols[j.test]
	classes := j.outcomes.Of(out, j.classify)
	prescreens := j.prescreens.Of(app, prescreen)
	j.rows = slices.Grow(j.rows[:0], hi-lo)[:hi-lo]
	j.approved = slices.Grow(j.approved[:0], hi-lo)[:hi-lo]
	n := 0
	for i := lo; i < hi; i++ {
		class := uint8(isOther)
		if c := out.Codes[i]; c != features.Null {
			class = classes[c]
		}
		if c := app.Codes[i]; c != features.Null && prescreens[c] {
			class = isPrescreen
		}
		if test.Ints[i] != 0 {
			class = isTest
		}
		if class < guards {
			j.excluded[class]++
			continue
		}
		j.rows[n], j.approved[n] = int32(i), class-denied
		n++
	}
	return j.rows[:n], j.approved[:n]
}

// Judged is the number of rows that no guard took out.
func (j *Judge) Judged() int64 {
	n := j.RowsIn
	for _, x := range j.excluded {
		n -= x
	}
	return n
}

// Coverage is the coverage of a check that judged exactly these rows.
func (j *Judge) Coverage(check string) audit.Coverage {
	cov := audit.Coverage{Check: check, RowsIn: j.RowsIn, Judged: j.Judged()}
	for i, n := range j.excluded {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: names[i], Rows: n})
	}
	return cov
}

// Merge adds the counts of o.
func (j *Judge) Merge(o *Judge) {
	j.RowsIn += o.RowsIn
	for i, n := range o.excluded {
		j.excluded[i] += n
	}
}

// Encode writes the counts.
func (j *Judge) Encode(e *stats.Encoder) {
	e.Uvarint(uint64(j.RowsIn))
	e.Ints(j.excluded[:])
}

// Decode replaces the counts by those that Encode wrote.
func (j *Judge) Decode(d *stats.Decoder) {
	rowsIn, excluded := d.Natural(), d.Ints()
	if len(excluded) != guards {
		d.Fail("%d guards instead of %d", len(excluded), guards)
		return
	}
	left := rowsIn
	for _, n := range excluded {
		if n < 0 || n > left {
			d.Fail("more rows are excluded than read")
			return
		}
		left -= n
	}
	j.RowsIn = rowsIn
	copy(j.excluded[:], excluded)
}
