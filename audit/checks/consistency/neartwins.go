package consistency

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const nearName = "neartwins"

// NearTwins looks for decisions that are nearly alike and came out differently,
// though the policy makes the same of both.
var NearTwins = &audit.Check{
	Name:     nearName,
	Title:    audit.T("Near twins with different outcomes", "条件相近而结果不同"),
	Doc:      nearDoc,
	DocZh:    nearDocZh,
	Words:    nearWords,
	Evidence: nearEvidence,
	IDs:      []string{itemTwin},
	Article:  "000",
	Chapter:  "consistency",
	Clauses:  clauses.IDs(clauses.PIPL24, clauses.ConsumerDuty, clauses.AIActRecords),
	Needs:    audit.Needs{Tables: []audit.TableNeed{decisionsNeed()}, Replay: true},
	Settings: func() any { return &NearSettings{Distance: 0.02, Neighbours: 5, Rows: 100000, Band: 20} },
	New:      func(env *audit.Env) (audit.State, error) { return newNear(env) },
	Conclude: concludeNear,
}

// NearSettings are the parameters of neartwins.
type NearSettings struct {
	Distance   float64 `yaml:"distance" doc:"two decisions are near twins when their Gower distance is at most this; default 0.02"`
	Neighbours int     `yaml:"neighbours" doc:"neighbours that the consistency score asks; default 5"`
	Rows       int     `yaml:"rows" doc:"decisions compared; of more, those of some bands of the score; default 100000"`
	Band       float64 `yaml:"band" doc:"width of the bands of the score that are kept or left together; default 20"`
}

// Validate reports a setting that makes no sense.
func (s *NearSettings) Validate() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("checks: "+nearName+": "+format, args...)
	}
	switch {
	case !(s.Distance >= 0 && s.Distance < 1):
		return wrong("distance %v must be at least 0 and below 1", s.Distance)
	case s.Neighbours < 1 || s.Neighbours > 100:
		return wrong("neighbours %d must be between 1 and 100", s.Neighbours)
	case s.Rows < 1000 || s.Rows > 1<<21:
		return wrong("rows %d must be between 1000 and %d", s.Rows, 1<<21)
	case !(s.Band > 0 && s.Band < 1e9):
		return wrong("band %v must be above 0", s.Band)
	}
	return nil
}

const nearDoc = `Near twins: nearly alike, yet decided differently

Compares decisions of the same product, application type, versions of policy and
model, experiment and arm by Gower's distance over the inputs of the model: the
mean of |x - y| / range over numbers, and of 0 or 1 for categories and for a
missing value against one that is there. Ranges are those of all decisions that the
model scored. Without models it is over every feature of the export. Left out are
the rows that twins leaves out.

	neartwin_conflict_rate       rows that conflict with a near twin, of rows that have a near twin; Wilson interval
	neartwin_pairs               pairs of near twins by what they come to
	consistency_knn_gower        mean of 1 - |y - mean of y of the 5 nearest neighbours|; Student's interval
	consistency_knn_gower_replay the same of the replayed outcomes, as far as the policy decides: what its own
	                             cut-offs make unavoidable
	neartwin_rows_compared       rows compared, of those that could be

Near twins are at a distance of 0.02 or less ("distance"), and what the rules read
of them is on one side of every threshold: knock-outs are equal. Two near twins on
different sides of the cut-off of the score come out differently by right. So a
pair with two outcomes is a conflict only when the replay makes the same of both,
and neither is within the tolerance of a cut-off; it is explained when the replay
tells them apart, and open when it can't be replayed or refers one to a person.
Only conflicts are findings, and without policies there are none.

Each denial that the replay lets pass, and that conflicts, is a case, with the
nearest approved twin as its counterpart, their distance, and what differs. Its
verdict is INDETERMINATE (grade E3); that it is against the policy is said once, by
unexplaineddenial. Approvals that conflict are counted. No significance test is
made.

The comparison is a sample above "rows" (100000) decisions: then only some bands
of the score of a stratum are kept, "band" (20) wide, those whose hash is below a
power of two, halved until they fit. It does not depend on the order of the rows;
pairs across the edge of a band are missed then. Up to 600 rows that the rules read
alike are compared pair by pair. More are cut by 3 grids of cells a quarter of the
range wide, each shifted by a third of a cell, and compared within cells, 100 rows
a cell at most (those of least hash; how many cells were capped is a metric): near
pairs that all three grids cut apart are missed, never invented. The consistency
score asks a sample of rows, those of least hash of each stratum, about all others
of the stratum, exactly.

	neartwin_cells_capped        cells of which only 100 rows were compared

The score is that of AIF360 (consistency) but for three things: Gower's distance
in place of Euclid's, a row is no neighbour of itself, and rows are compared within
their stratum. Source: Zemel et al. (2013), Learning fair representations; Gower
(1971); domain design, section 4, near twins. It agrees with numpy
(testdata/neartwins.py).`
