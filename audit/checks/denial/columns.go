package denial

import (
	"evenhand/audit"
	"evenhand/features"
)

// columns are the positions of what the check reads.
type columns struct {
	id, appl, customer, account           int
	outcome, application, test            int
	submitted, completed, decided, notice int
	reasons, shown, text                  int
	exemption, offered, amount            int
	product, policy, model, channel       int
}

func (c *columns) find(env *audit.Env) {
	for name, at := range map[string]*int{
		"decision_id": &c.id, "application_id": &c.appl, "customer_id": &c.customer, "account_id": &c.account,
		"outcome": &c.outcome, "application_type": &c.application, "is_test": &c.test,
		"submitted_at": &c.submitted, "completed_at": &c.completed, "decided_at": &c.decided, "notice_at": &c.notice,
		"reasons": &c.reasons, "reasons_shown": &c.shown, "reason_text": &c.text,
		"disclosure_exemption": &c.exemption, "appeal_offered": &c.offered, "requested_amount": &c.amount,
		"product": &c.product, "policy_version": &c.policy, "model_version": &c.model, "channel": &c.channel,
	} {
		*at = env.Col("decisions", name)
	}
}

// vectors are the columns of one batch.
type vectors struct {
	id, appl, customer, account           *features.Vector
	outcome, application, test            *features.Vector
	submitted, completed, decided, notice *features.Vector
	reasons, shown, text                  *features.Vector
	exemption, offered, amount            *features.Vector
	product, policy, model, channel       *features.Vector
}

func (v *vectors) bind(b *features.Batch, c *columns) {
	v.id, v.appl, v.customer, v.account = &b.Cols[c.id], &b.Cols[c.appl], &b.Cols[c.customer], &b.Cols[c.account]
	v.outcome, v.application, v.test = &b.Cols[c.outcome], &b.Cols[c.application], &b.Cols[c.test]
	v.submitted, v.completed = &b.Cols[c.submitted], &b.Cols[c.completed]
	v.decided, v.notice = &b.Cols[c.decided], &b.Cols[c.notice]
	v.reasons, v.shown, v.text = &b.Cols[c.reasons], &b.Cols[c.shown], &b.Cols[c.text]
	v.exemption, v.offered, v.amount = &b.Cols[c.exemption], &b.Cols[c.offered], &b.Cols[c.amount]
	v.product, v.policy, v.model, v.channel = &b.Cols[c.product], &b.Cols[c.policy], &b.Cols[c.model], &b.Cols[c.channel]
}

// instant returns an instant of row i, or none.
func instant(v *features.Vector, i int) int64 {
	if v.IsNull(i) {
		return none
	}
	return v.Ints[i]
}
