package audit

import "evenhand/features"

// Timeline is one customer: the rows of each table that a check needs as
// timelines, in a fixed order, whatever the order of the export:
//
//	decisions   by decided_at, decision_id
//	repayments  by loan_id, installment_no, due_date
//	payments    by loan_id, paid_at, payment_id
//	limits      by account_id, at, event_id
//	features    by as_of
//	groups      by dimension, value
//
// Rows that are equal in all of these are ordered by their other columns.
type Timeline struct {
	Customer   []byte // points into a batch
	Decisions  Rows
	Repayments Rows
	Payments   Rows // joined to the customer by loan_id
	Limits     Rows
	Features   Rows
	Groups     Rows
}

// Rows is a run of rows [Lo, Hi) of a batch. Its columns are those of the
// table's Layout; only those that some check needs as a timeline are filled.
// Batch is nil, and Lo = Hi = 0, when the table is not there.
type Rows struct {
	Batch  *features.Batch
	Lo, Hi int
}

// Len is the number of rows.
func (r Rows) Len() int { return r.Hi - r.Lo }

// Of returns the rows of a table: an empty one for a table that timelines
// don't have.
func (t *Timeline) Of(table string) *Rows {
	switch table {
	case "decisions":
		return &t.Decisions
	case "repayments":
		return &t.Repayments
	case "payments":
		return &t.Payments
	case "limits":
		return &t.Limits
	case "features":
		return &t.Features
	case "groups":
		return &t.Groups
	}
	return &Rows{}
}
