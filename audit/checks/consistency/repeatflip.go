package consistency

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const flipName = "repeatflip"

// RepeatFlip looks for customers who applied again with nothing changed, and got
// another answer.
var RepeatFlip = &audit.Check{
	Name:     flipName,
	Title:    audit.T("Repeat applications with another outcome", "重复申请结果反转"),
	Doc:      flipDoc,
	DocZh:    flipDocZh,
	Words:    flipWords,
	Evidence: flipEvidence,
	IDs:      []string{itemTwin},
	Article:  "000",
	Chapter:  "consistency",
	Clauses:  clauses.IDs(clauses.PIPL24, clauses.ConsumerDuty, clauses.AIActRecords),
	Needs:    audit.Needs{Tables: []audit.TableNeed{flipNeed()}, Replay: true},
	Settings: func() any { return &FlipSettings{Days: 30, Lopsided: 10} },
	New:      func(env *audit.Env) (audit.State, error) { return newFlips(env) },
	Conclude: concludeFlips,
}

func flipNeed() audit.TableNeed {
	n := decisionsNeed()
	n.Timeline, n.Groups = true, true
	return n
}

// FlipSettings are the parameters of repeatflip.
type FlipSettings struct {
	Days     int   `yaml:"days" doc:"two applications of a customer are compared when they were decided so many days apart, or fewer; default 30"`
	Lopsided int64 `yaml:"lopsided" doc:"warn when flips to a denial outnumber those to an approval by at least this many, or the other way round; default 10"`
}

// Validate reports a setting that makes no sense.
func (s *FlipSettings) Validate() error {
	switch {
	case s.Days < 1 || s.Days > 3650:
		return fmt.Errorf("checks: %s: days %d must be between 1 and 3650", flipName, s.Days)
	case s.Lopsided < 1:
		return fmt.Errorf("checks: %s: lopsided %d must be at least 1", flipName, s.Lopsided)
	}
	return nil
}

const flipDoc = `Repeat applications: the same question, another answer

Compares each decision with the customer's next one on the same question: same
product, application type, versions of policy and model, experiment and arm, and
the same inputs of model and rules, at most "days" (30) later. Numbers are equal
when they round to the same multiple of the step that the dictionary gives the
feature; without a step they must be the same. Without policies nobody can say
what else was looked at: then every feature of the export counts. Rows that no
model of the plan scored count with every feature and the recorded score.

Left out are decisions of persons and overrides, technical faults, holds,
reviews and exemptions, test rows and prescreens. A repeated decision_id is one
decision. Of the pairs, these are set aside and counted:

	amount    another amount was asked for, and the policy reads it, or there is none to ask
	told      the replay tells the two apart: a threshold between values of one step, or the customer's history
	referred  the policy refers one of them to a person
	edge      a score is within the tolerance of a cut-off

What is left must come out alike. A pair that does not is a flip:

	repeat_flip_rate       flips, of the pairs compared; Wilson interval
	repeat_flip_direction  flips from an approval to a denial, of all flips; Wilson interval
	repeat_pair_set_aside  pairs set aside, by why

Both rates are given over all pairs and by group, channel and product, the flip
rate also by period, each by the later decision. The direction is tested by
McNemar's test over all pairs, and by group and channel, where there are min_cell
pairs and enough flips to be flagged: exact (binomial) below 25 flips, else
chi-square with correction. It is flagged when one way outnumbers the other by "lopsided" (10) flips and the
corrected p-value is below the plan's alpha. Groups under suppress are withheld,
and so is the smallest other where one alone could be computed.

Each denial of a flip is a case, with the approval as its counterpart and what
differs outside the vector: amount, channel, partner, reviewer, latency, status,
error code, recorded score. Where the replay denies both, the denial was right and
the verdict is JUSTIFIED (grade E1): the approval was above the policy. Else it is
INDETERMINATE (grade E3): one of two answers was wrong. That a denial is against
the policy is said once, by unexplaineddenial.

Source: domain design, section 4, duplicate flips; McNemar (1947), as in
statsmodels' mcnemar.`
