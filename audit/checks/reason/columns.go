package reason

import (
	"evenhand/audit"
	"evenhand/features"
)

// columns are the positions of what the check reads.
type columns struct {
	id, customer, account, product, decided, outcome int
	application, test, decider, override             int
	status, errorCode, exemption                     int
	reasons, shown, notice, amount, score            int
	channel, model, policy, granted                  int
}

func (c *columns) find(env *audit.Env) {
	for name, at := range map[string]*int{
		"decision_id": &c.id, "customer_id": &c.customer, "account_id": &c.account, "product": &c.product,
		"decided_at": &c.decided, "outcome": &c.outcome, "application_type": &c.application, "is_test": &c.test,
		"decider": &c.decider, "override_reason": &c.override, "engine_status": &c.status, "error_code": &c.errorCode,
		"disclosure_exemption": &c.exemption, "reasons": &c.reasons, "reasons_shown": &c.shown, "notice_at": &c.notice,
		"requested_amount": &c.amount, "score": &c.score, "channel": &c.channel, "model_version": &c.model, "policy_version": &c.policy, "approved_limit": &c.granted,
	} {
		*at = env.Col("decisions", name)
	}
}

// none stands for a missing instant.
const none = -1 << 63

// instant returns an instant of row i, or none.
func instant(v *features.Vector, i int) int64 {
	if v.IsNull(i) {
		return none
	}
	return v.Ints[i]
}

// gather copies some rows of b into a batch of their own, in columns of its own,
// so that a few rows can be scored and replayed by themselves. Columns of l that
// b lacks, facts of the history, are null.
func gather(s, b *features.Batch, l *audit.Layout, rows []int32) {
	s.Table, s.N, s.Scores, s.Replay, s.Period = b.Table, len(rows), nil, nil, nil
	if len(s.Cols) != len(l.Specs) {
		s.Cols = make([]features.Vector, len(l.Specs))
	}
	for c := range s.Cols {
		to := &s.Cols[c]
		if c >= len(b.Cols) || b.Cols[c].Unread() {
			to.Absent(l.Specs[c].Kind, len(rows))
			continue
		}
		v := &b.Cols[c]
		features.Gather(to, v, rows, b.N)
	}
}
