package denial

import (
	"evenhand/audit"
	"evenhand/features"
)

// technicalColumns are the positions of what technicaldenial reads.
type technicalColumns struct {
	id, customer, account, product, decided, outcome   int
	submitted, notice, amount, application, test       int
	status, code, latency, score, model, policy, chans int
}

func (c *technicalColumns) find(env *audit.Env) {
	for name, at := range map[string]*int{
		"decision_id": &c.id, "customer_id": &c.customer, "account_id": &c.account, "product": &c.product,
		"decided_at": &c.decided, "outcome": &c.outcome, "submitted_at": &c.submitted, "notice_at": &c.notice,
		"requested_amount": &c.amount, "application_type": &c.application, "is_test": &c.test,
		"engine_status": &c.status, "error_code": &c.code, "latency_ms": &c.latency, "score": &c.score,
		"model_version": &c.model, "policy_version": &c.policy, "channel": &c.chans,
	} {
		*at = env.Col("decisions", name)
	}
}

// technicalVectors are the columns of one batch.
type technicalVectors struct {
	id, customer, account, product, decided, outcome   *features.Vector
	submitted, notice, amount, application, test       *features.Vector
	status, code, latency, score, model, policy, chans *features.Vector
}

func (v *technicalVectors) bind(b *features.Batch, c *technicalColumns) {
	v.id, v.customer, v.account, v.product = &b.Cols[c.id], &b.Cols[c.customer], &b.Cols[c.account], &b.Cols[c.product]
	v.decided, v.outcome, v.submitted, v.notice = &b.Cols[c.decided], &b.Cols[c.outcome], &b.Cols[c.submitted], &b.Cols[c.notice]
	v.amount, v.application, v.test = &b.Cols[c.amount], &b.Cols[c.application], &b.Cols[c.test]
	v.status, v.code, v.latency, v.score = &b.Cols[c.status], &b.Cols[c.code], &b.Cols[c.latency], &b.Cols[c.score]
	v.model, v.policy, v.chans = &b.Cols[c.model], &b.Cols[c.policy], &b.Cols[c.chans]
}
