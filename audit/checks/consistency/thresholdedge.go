package consistency

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const edgeName = "thresholdedge"

// ThresholdEdge looks at what happens just around the cut-off of the score.
var ThresholdEdge = &audit.Check{
	Name:     edgeName,
	Title:    audit.T("The edge of the cut-off", "分数线边缘"),
	Doc:      edgeDoc,
	DocZh:    edgeDocZh,
	Words:    edgeWords,
	Evidence: edgeEvidence,
	IDs:      []string{itemTwin},
	Article:  "000",
	Chapter:  "consistency",
	Clauses:  clauses.IDs(clauses.PIPL24, clauses.ConsumerDuty, clauses.AIActRecords),
	Needs:    audit.Needs{Tables: []audit.TableNeed{decisionsNeed()}, Replay: true},
	Settings: func() any { return &EdgeSettings{Bins: 12, Ratio: 1.5, Jump: 0.10} },
	New:      func(env *audit.Env) (audit.State, error) { return newEdge(env) },
	Conclude: concludeEdge,
}

// EdgeSettings are the parameters of thresholdedge.
type EdgeSettings struct {
	Bins  int     `yaml:"bins" doc:"bins on each side of the cut-off that are compared; default 12"`
	Width float64 `yaml:"width" doc:"width of a bin, in the score's own units; default 1 point, 0.01 of a probability, a twentieth of what doubles the odds on a scale of log-odds"`
	Ratio float64 `yaml:"density_ratio" doc:"warn when scores are this many times as frequent just above the cut-off as just below; default 1.5"`
	Jump  float64 `yaml:"override_jump" doc:"warn when overrides are this much more frequent on one side of the cut-off than on the other; default 0.10"`
}

// maxBins bounds the bins of the histogram on each side.
const maxBins = 60

// Validate reports a setting that makes no sense.
func (s *EdgeSettings) Validate() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("checks: "+edgeName+": "+format, args...)
	}
	switch {
	case s.Bins < 4 || s.Bins > maxBins:
		return wrong("bins %d must be between 4 and %d", s.Bins, maxBins)
	case !(s.Width >= 0 && s.Width < 1e9):
		return wrong("width %v must be 0 or above", s.Width)
	case !(s.Ratio > 1):
		return wrong("density_ratio %v must be above 1", s.Ratio)
	case !(s.Jump > 0 && s.Jump <= 1):
		return wrong("override_jump %v must be above 0 and at most 1", s.Jump)
	}
	return nil
}

const edgeDoc = `The edge of the cut-off: sides, rounding, bunching, overrides

Looks at decisions by how far their score is from the cut-off that the replayed
policy holds it against (the first of the score that looks at the row), in bins of
one point: the recorded score where the export has it and the model's output is a
score, else the recomputed one. Where lower is better, the sides are exchanged.
Test rows, prescreens, technical faults, holds and rows without score or cut-off
are left out; decisions of persons are in, since scores are adjusted before they
decide, too.

1. Sides. A recorded score on the other side of the cut-off than the recomputed
one (see scorematch for why) is counted as lost, when only the recomputed one
reaches it, or gained.

2. Rounding. Near the cut-off (within half a point for each input of the model,
one point at least) the score is computed again without rounding, where the
model's file tells how. Where the rounded score reaches the
cut-off and the exact one doesn't, and the application was denied without a
person, the engine seems to have decided on the exact one: a case, INDETERMINATE
(grade E3), since what was rounded when is not on record. Scores that reach the
cut-off only before rounding are right denials under the declared rounding, and
counted only.

3. Bunching. Scores that are adjusted to pass pile up just above the cut-off and
are missing just below. The counts of the "bins" (12) bins on each side are
fitted by a straight line each (least squares); the heights of both at the
cut-off give

	cutoff_density_ratio  height above / height below; Fieller's interval, which holds 1 just when the test does not reject

and their difference is tested by Student's t with 2 bins - 4 degrees of freedom
(20 at the default). The variance is that of the residuals, but no less than the
mean count (Poisson's), so that the lumps of a scorecard, whose points come in
steps, widen the interval. This is the binned test of McCrary (2008) with a fixed
bandwidth, without his kernel. It is made once a policy version, and flagged when
the ratio is at least "density_ratio" (1.5), a bin has 5 rows or more on average
and the corrected p-value is below the plan's alpha. Then the ratio is also given,
without a test, by channel and reviewer.

4. Overrides. override_rate is the share of decisions that a person overrode (not
those referred to one), within the same bins below and above the cut-off;
override_rate_jump is above less below, with Newcombe's interval, tested once by
Fisher's exact test or chi-square with Yates' correction, and flagged from
"override_jump" (0.10) on.

	cutoff_side_lost, cutoff_side_gained      shares of rows with both scores; Wilson interval
	rounding_conflicts                        denials as in 2, of rows near the cut-off that rounding moves across
	rounding_decides                          rows that rounding moves across the cut-off, of those near it
	cutoff_histogram                          rows by bin (distance) and policy version; bins under suppress are withheld

Findings on bunching and overrides are of grade E3. They say that scores may have
been adjusted to pass, or that persons depart at the line, never by whom or why;
a cut-off known to applicants, or a card with few distinct scores, can look alike.

Sources: McCrary (2008), Journal of Econometrics 142; domain design, section 4,
threshold edge. The jump agrees with numpy's least squares (testdata/bunching.py).`
