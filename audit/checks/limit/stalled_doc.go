package limit

const stalledDoc = `Limits that stand still though every payment came on time

Judges accounts, one case each: customers who pay on time and whose limit has
not risen. The cohort: at least 6 months on book, the last 6 instalments due
paid on time, no day past due within a year (of any loan of the customer),
neither closed nor frozen nor on a hardship plan, and no increase of at least
min_step (100 in units, or 1 % of the limit) for 180 days or 2 evaluations.
On time is within the policy's grace_days. Accounts with a promise since the
last increase are left to vanishedincrement. Every guard is counted; rows of
the coverage are accounts.

	R2.1  the latest evaluation is replayed: does the policy give more than the limit there is?
	R2.2  no evaluation within 1.5 cycles: procedural, INDETERMINATE
	R2.3  the policy's tenure, window or cycle has not elapsed: NOT_YET, with the date
	R2.4  no repayment record, better or worse, changes any evaluation: a finding on the design
	R2.5  without policies: the wait is longer than that of 95 % of peers: a watch, grade E3

R2.1 is UNJUSTIFIED when the replay raises the limit by the material gap or
more: max(min_step, 5 % of the limit). The amount is what is missing now, the
days count from the first evaluation at which it was missing. Its cause is the
first of these that the evidence decides.

	TECHNICAL_ERROR     the evaluation, or the increase after it, failed technically: TECHNICAL
	LOST_UPDATE         the increase is on record and left no trace
	SCORE_ERROR         the recorded score is not the model's, and with it the replay gives no more
	DATA_STALE          the snapshot gives no more, but the values known at the evaluation do
	EXPERIMENT_OVERRUN  only an experiment's arm keeps the limit, after its end or without approval
	UNEXPLAINED         nothing of this kind

Newer values are those with a later __available_at, in the history of features
or on other evaluations (grade E1); where the snapshot doesn't say when its
values were known, it must repeat an older row of the history (grade E2).
An evaluation by hand (trigger ops), and a score within the model's tolerance of
a cut point, are INDETERMINATE. An arm inside its approved window is JUSTIFIED
(EXPERIMENT). A rise that an evaluation decided may take apply_days (7), unless
the one before it already gave more. An evaluation is replayed only when it has
a snapshot, and a score where policies read one: terms that lack their value
would not bind.

When the replay gives no more, the limit is JUSTIFIED by the constraint that
binds: SCORE_BAND, INCOME_CAP, EXPOSURE_CAP, PRODUCT_CAP, REG_CAP, LADDER_STEP,
NEW_USER_STRATEGY, CONDITION_UNMET; or OPT_OUT and INACTIVE by what is on
record. For each feature that the dictionary lets customers change, the least
number of its steps is found by which the replay gives the next step (doubling,
then halving, up to 2048 steps; all else as it was). Justified limits are cases,
since customers ask, and no finding.

R2.5 holds an account against clean peers of the same product whose limit was of
the same power of two: it is watched when its wait exceeds the day on which the
Kaplan-Meier estimate of waiting on falls to 5 %. By construction at most that
share of all waits is watched, also where nothing is wrong.

	stalled_accounts                accounts judged
	stalled_VERDICT_rate            share of them with this verdict; Wilson interval; by group and segment for UNJUSTIFIED
	stalled_bound_CAUSE             share of the justified ones that this constraint binds
	stalled_evaluation_overdue_rate, stalled_shortfall_total
	stalled_days_since_increase_p50, _p90
	stalled_steps_to_next_p50, _p90 steps of the nearest feature
	stalled_repayment_best          share whose limit the best repayment record changes
	stalled_repayment_weight        share for whom any repayment record changes limit, score or constraint
	instalments, instalments_late, instalments_late_30, instalments_short, instalments_unpaid
	                                rows of repayments: paid more than 0 or 30 days after the due date, paid less than due, not paid

With panel: true the limits are one row an account and month, and no events. Then
only these are counted: limit_accounts, limit_accounts_2plus (two months or
more), limit_raised, limit_lowered, limit_unchanged (last against first month),
limit_stalled_12m_clean (unchanged over 12 months, never past due) and
limit_stalled_12m_clean_util50 (mean of outstanding / limit at least 0.5).

A stall that no customer asked about is no adverse action in law. Source:
article 002 of the patterns this audit answers.`
