// Package limit holds the checks on limits: promises, ladders, displays and
// their ledger. Each file is one check, or a part of one that would not fit.
//
// Their ledger says what became of each write: lost, reversed, temporary, or one
// that collided with another. That of package timeline is for facts of the
// history: the limit at a moment, and when it rose or fell.
package limit

import (
	"math"
	"time"

	"evenhand/audit"
	"evenhand/features"
)

const (
	none   = math.MinInt64
	second = int64(time.Second / time.Microsecond)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// column is the position of a column in a table's batches, or -1: not asked
// for, or a table that is not there.
type column int

func columnOf(env *audit.Env, table, name string) column {
	return column(env.Layouts[table].Index(name))
}

// has reports whether the export has a column.
func has(env *audit.Env, table, name string) bool { return env.Layouts[table].Exported(name) }

// int returns an amount, number, day or instant of row i, or none.
func (c column) int(b *features.Batch, i int) int64 {
	if c < 0 {
		return none
	}
	v := &b.Cols[c]
	if i >= len(v.Ints) || v.IsNull(i) {
		return none
	}
	return v.Ints[i]
}

// text returns a text of row i, "" when null.
func (c column) text(b *features.Batch, i int) string {
	if c < 0 || i >= len(b.Cols[c].Codes) {
		return ""
	}
	return b.Cols[c].Text(i)
}

// id returns the bytes of an identifier of row i, nil when null. They point
// into the batch.
func (c column) id(b *features.Batch, i int) []byte {
	if c < 0 || i+1 >= len(b.Cols[c].Offsets) {
		return nil
	}
	return b.Cols[c].Opaque(i)
}

// limitColumns are the columns of the limits table.
type limitColumns struct {
	id, account, at, kind, product, before, after          column
	promise, promised, due, condition, temporary           column
	trigger, result, reason, policy, experiment, arm       column
	errorCode, latency, notice, currency, model, displayed column
	requested, granted, outstanding, holds, score, draw    column
}

func limitColumnsOf(env *audit.Env) *limitColumns {
	c := &limitColumns{}
	for name, at := range map[string]*column{
		"event_id": &c.id, "account_id": &c.account, "at": &c.at, "kind": &c.kind, "product": &c.product,
		"limit_before": &c.before, "limit_after": &c.after, "promise_id": &c.promise, "promised_amount": &c.promised,
		"promise_due": &c.due, "promise_condition": &c.condition, "temporary_until": &c.temporary, "trigger": &c.trigger,
		"result": &c.result, "reason": &c.reason, "policy_version": &c.policy, "experiment_id": &c.experiment,
		"experiment_arm": &c.arm, "error_code": &c.errorCode, "latency_ms": &c.latency, "notice_at": &c.notice,
		"currency": &c.currency, "model_version": &c.model, "displayed_limit": &c.displayed,
		"requested_amount": &c.requested, "granted_amount": &c.granted, "outstanding": &c.outstanding, "holds": &c.holds,
		"score": &c.score, "drawable_limit": &c.draw,
	} {
		*at = columnOf(env, "limits", name)
	}
	return c
}

// money writes an amount in units with the currency's digits: 1234.50.
func money(amount, scale int64) string {
	if amount == none {
		return ""
	}
	return audit.Units(amount, scale)
}

// units converts an amount in units, such as yuan, to minor units.
func units(x float64, scale int64) int64 { return int64(math.Round(x * float64(scale))) }

// stamp writes an instant in the plan's zone, to the second.
func stamp(at int64, zone *time.Location) string {
	if at == none {
		return ""
	}
	return time.UnixMicro(at).In(zone).Format("2006-01-02 15:04:05")
}
