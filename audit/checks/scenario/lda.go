package scenario

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const ldaName = "lessdiscriminatory"

// LessDiscriminatory searches alternatives to the cut-offs and to the points of
// the models' characteristics.
var LessDiscriminatory = &audit.Check{
	Name:    ldaName,
	Title:   audit.T("Less discriminatory alternatives", "歧视性更低的替代方案"),
	Doc:     ldaDoc,
	DocZh:   ldaDocZh,
	Words:   ldaWords,
	Chapter: "scenarios",
	Clauses: clauses.IDs(clauses.PIPL24, clauses.AIActData),
	Needs: audit.Needs{
		Tables: needs.Tables, Replay: true, Groups: true,
	},
	Settings: func() any {
		return &LDASettings{Months: 12, PDO: 20, LGD: 0.5, Sample: 20000, AUCLoss: 0.005, PointsStep: 2, Moves: 6, Most: 40}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newLDA(env) },
	Conclude: concludeLDA,
}

// LDASettings are the parameters of lessdiscriminatory.
type LDASettings struct {
	Months     int     `yaml:"months" doc:"months of decisions before as_of that are looked at; 0: all; default 12"`
	PDO        float64 `yaml:"pdo" doc:"points that double the odds, to shift cut-offs of probabilities and log-odds; default 20"`
	LGD        float64 `yaml:"lgd" doc:"share of the exposure that is lost when a loan goes bad; default 0.5"`
	By         string  `yaml:"by" doc:"segment whose values get cut-offs of their own; default product, else the first segment of the plan"`
	Sample     int     `yaml:"sample" doc:"decisions that candidates are measured on, drawn by a hash of decision_id; default 20000"`
	AUCLoss    float64 `yaml:"auc_loss" doc:"most that the AUC over known outcomes may fall; default 0.005"`
	PointsStep float64 `yaml:"points_step" doc:"step of the local search over the points of attributes; default 2"`
	Moves      int     `yaml:"moves" doc:"moves of that search; 0: none; default 6"`
	Most       int     `yaml:"most" doc:"candidates listed; default 40"`
}

// Validate reports the first setting that is wrong.
func (s *LDASettings) Validate() error {
	if err := common(ldaName, s.Months, s.PDO, s.LGD); err != nil {
		return err
	}
	switch {
	case s.Sample < 1 || s.Sample > 200000:
		return fmt.Errorf("checks: lessdiscriminatory: sample %d must be 1 to 200000", s.Sample)
	case !(s.AUCLoss >= 0):
		return fmt.Errorf("checks: lessdiscriminatory: auc_loss %v must not be negative", s.AUCLoss)
	case !(s.PointsStep > 0):
		return fmt.Errorf("checks: lessdiscriminatory: points_step %v must be above 0", s.PointsStep)
	case s.Moves < 0 || s.Moves > 50:
		return fmt.Errorf("checks: lessdiscriminatory: moves %d must be 0 to 50", s.Moves)
	case s.Most < 1:
		return fmt.Errorf("checks: lessdiscriminatory: most %d must be at least 1", s.Most)
	}
	return nil
}
