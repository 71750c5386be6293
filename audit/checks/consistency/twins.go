package consistency

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const twinsName = "twins"

// Twins looks for decisions that the model and the rules can't tell apart, and
// that came out differently.
var Twins = &audit.Check{
	Name:     twinsName,
	Title:    audit.T("Twins with different outcomes", "条件相同而结果不同"),
	Doc:      twinsDoc,
	DocZh:    twinsDocZh,
	Words:    twinsWords,
	Evidence: twinsEvidence,
	IDs:      []string{itemTwin},
	Article:  "000",
	Chapter:  "consistency",
	Clauses:  clauses.IDs(clauses.PIPL24, clauses.ConsumerDuty, clauses.AIActRecords),
	Needs:    audit.Needs{Tables: []audit.TableNeed{decisionsNeed()}, Replay: true},
	Settings: func() any { return &TwinsSettings{Cells: 1 << 16} },
	New:      func(env *audit.Env) (audit.State, error) { return newTwins(env) },
	Conclude: concludeTwins,
}

// TwinsSettings are the parameters of twins.
type TwinsSettings struct {
	Cells int `yaml:"cells" doc:"cells with both outcomes that are looked into, those of least hash; more are counted only; default 65536"`
}

// Validate reports a setting that makes no sense.
func (s *TwinsSettings) Validate() error {
	if s.Cells < 1 || s.Cells > 1<<20 {
		return fmt.Errorf("checks: %s: cells %d must be between 1 and %d", twinsName, s.Cells, 1<<20)
	}
	return nil
}

const twinsDoc = `Twins: like applications with different outcomes

Two decisions are twins when neither the model nor the rules can tell them
apart: same product, application type, versions of policy and model, experiment
and arm; the same bin of every characteristic of the scorecard; and the same
side of every threshold of every rule. Twins must come out alike, whoever
applied: a cell of twins with approvals and denials in it is a defect somewhere,
in a rule outside the registry, a wrong score, a time-out or a person's hand.

What counts as a bin: the points that an attribute of the card gives (bins of
equal points are one). A value that rules compare with numbers only counts by
its place among these numbers, on one of them or between two; any other value
that rules read counts as it is, rounded to the step that the dictionary gives
it. Inputs of other models (regressions, forests) count as they are, rounded
likewise. Without policies nobody can say what else was looked at: then every
feature of the export counts as it is, and so does the amount asked for; cells
are counted, but no denial is a case and nothing is flagged. Where versions
are not recorded, the registry says which policy was in force, or else only
decisions of one period are compared.

Left out are decisions of persons and overrides, technical faults, holds,
reviews and exemptions, test rows and prescreens, and rows that no model of the
plan scored.

The method is exact. Every row gives away the 64-bit hash of its cell, in one
set for approvals and one for denials; the sets are sorted in ranges, on disk
where memory is short, and merged: a hash in both is a cell with both outcomes.
Only when there are any, the decisions are read once more, to name the rows of
these cells, up to "cells" of them (65536). There a second hash of the values
makes sure that no two cells are taken for one, and each row is replayed: rows
that the policy refers, whose score is within the tolerance of a cut-off, that
lack something the policy needs, or that the customer's history decides (tried
with a fact of 0 and of 1000000) are set aside and counted. Twins are compared
only with those that the replay makes the same of, which looks at the limit too.

	split_cell_rate       cells with both outcomes, of the cells of two decisions or more; Wilson interval
	split_cell_denials    denials in cells that the policy lets pass; without policies: in cells that mostly passed
	split_cell_approvals  approvals in cells that the policy denies; without policies: in cells that mostly did not pass
	twin_rate             decisions that have a twin, of those compared
	split_cell_set_aside  rows of such cells that were set aside, by why

Each of the denials that the policy lets pass is a case, up to 64 a cell, with an approved twin as its
counterpart and what differs between them. Its verdict is INDETERMINATE (grade
E3): twins show that one of two was decided wrongly. That a denial is against
the policy is said once, by unexplaineddenial. No significance test is made:
there is no chance in a rule.

A cell without a twin says nothing. What the export lacks, but the engine saw,
can make twins that are none; then add it to the plan's features.

Source: domain design, section 4, exact-bin twins; counterfactual twins as in
Dwork et al. (2012), Fairness through awareness, with distance 0.`
