package drift

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
	"evenhand/audit/outcome"
)

const perfName = "performance"

// Performance measures each model's quality by vintage, and estimates it where
// outcomes are not known yet.
var Performance = &audit.Check{
	Name:    perfName,
	Title:   audit.T("Performance of the models by vintage", "各批次的模型表现"),
	Doc:     perfDoc,
	DocZh:   perfDocZh,
	Words:   perfWords,
	Chapter: "drift",
	Clauses: clauses.IDs(clauses.SR262, clauses.InternetLoansModels),
	Needs: audit.Needs{
		Tables: outcome.Needs(audit.TableNeed{
			Required: []string{"outcome", "decided_at"},
			Optional: []audit.Want{{Column: "application_type"}, {Column: "is_test"}, {Column: "model_version"}, {Column: "pd"}, {Column: "outcome", Probability: true}},
		}),
	},
	Settings: func() any { return &PerformanceSettings{MinRows: 100, Drop: 0.05, Low: 0.8, High: 1.25} },
	New: func(env *audit.Env) (audit.State, error) {
		set := env.Settings.(*PerformanceSettings)
		every := set.Every
		if every == "" {
			every = env.Plan.Period
			if every == "day" || every == "week" || every == "month" {
				every = "quarter"
			}
		}
		periods, err := audit.NewPeriods(every, env.Plan.Zone())
		if err != nil {
			return nil, fmt.Errorf("checks.%s.every: %w", perfName, err)
		}
		if set.Reference != "" && periods.Index(set.Reference) < 0 {
			return nil, fmt.Errorf("checks.%s.reference: %q is no %s; write it as the report labels periods, e.g. 2025-Q1", perfName, set.Reference, every)
		}
		return newPerformance(env, set, periods), nil
	},
	Conclude: concludePerformance,
}

// PerformanceSettings are the parameters of performance.
type PerformanceSettings struct {
	Reference string  `yaml:"reference" doc:"label of the reference vintage, e.g. 2025-Q1; default the first mature one of each model"`
	Every     string  `yaml:"every" doc:"length of the vintages: month, quarter …; default the plan's period, but quarter for day, week and month"`
	MinRows   int64   `yaml:"min_rows" doc:"vintages with fewer rows are insufficient"`
	Threshold float64 `yaml:"threshold" doc:"probability of bad from which the estimates before labels count a row as predicted bad; default 0: no estimates of accuracy"`
	Drop      float64 `yaml:"drop" doc:"flag an AUC this far below the reference vintage's; default 0.05"`
	Low       float64 `yaml:"low" doc:"flag a vintage whose bad loans are fewer than this share of those foreseen; default 0.8"`
	High      float64 `yaml:"high" doc:"flag a vintage whose bad loans are more than this many times those foreseen; default 1.25"`
}

// Validate reports the first parameter that can't be.
func (s *PerformanceSettings) Validate() error {
	switch {
	case s.MinRows < 1:
		return fmt.Errorf("checks: performance: min_rows %d must be at least 1", s.MinRows)
	case !(s.Threshold >= 0 && s.Threshold <= 1):
		return fmt.Errorf("checks: performance: threshold %v must be a probability, or 0 for none", s.Threshold)
	case !(s.Drop > 0 && s.Drop < 1):
		return fmt.Errorf("checks: performance: drop %v must be between 0 and 1", s.Drop)
	case !(s.Low >= 0 && s.Low < 1 && s.High > 1):
		return fmt.Errorf("checks: performance: low %v and high %v must lie on either side of 1", s.Low, s.High)
	}
	return nil
}

const perfDoc = `Performance of the models by vintage

For each model version and vintage (quarter of the decision, setting every), how
the probability of bad did among the decisions whose outcome is known: the
recorded pd, else the recomputed probability where the run scores the rows. What
became of a decision is told as check outcomeparity tells it: decisions.bad, else
the repayments, bad being outcome.bad_days past due within outcome.months. A
vintage of which any loan's window is still open is masked whole, since bad loans
show before good ones.

	roc_auc, gini, ks              roc_auc with DeLong's interval
	roc_auc_difference             against the reference vintage; tested, z of the two DeLong variances
	observed_expected_ratio        bad / sum of pd, Wilson's interval by the mean pd; tested, z = (O - E) / sqrt(sum of pd(1 - pd))
	brier_score, log_loss, expected_calibration_error (10 uniform bins)
	calibration_intercept, calibration_slope   logistic recalibration on the log-odds of pd
	bad_rate                       Wilson interval
	bad_rate_drift                 Cramer's V of bad by mature vintage; tested, chi-square

Before labels, for each masked vintage, the confidence-based estimate (CBPE):
all mature vintages of the model calibrate pd by isotonic regression; with the
calibrated probabilities of the masked rows taken for true, the expected numbers
of true and false positives at each cut give

	estimated_roc_auc              DeLong's interval with expected counts; tested against the AUC of the mature vintages
	estimated_bad_rate
	estimated_accuracy, estimated_f1, estimated_true_positive, estimated_false_positive, estimated_false_negative, estimated_true_negative
	                               at the setting threshold on pd, the four as shares of the rows

It sees that the applicants became harder or easier to tell apart. It can't see
that the relation of pd to what happens has changed: only labels show that.
NannyML calibrates only when a random split says that it helps, and we always;
its intervals are of three standard errors of the reference, ours of the masked
vintage at the plan's level.

Flagged are an AUC "drop" (0.05) below the reference, observed / expected outside
"low" (0.8) to "high" (1.25), a bad_rate_drift of 0.1 or more, each only with the
corrected p-value below alpha. Vintages under min_rows, and for AUC and slope
those with fewer than min_cell bad or good rows, are insufficient. Where there are
several model versions each is tested, and all together only shown; versions under
min_rows in all are left out.

Everything holds among those approved: where the denied have no outcome, a
cut-off that moved changes the AUC by itself, and the coverage says "booked
only". Agrees with scikit-learn and statsmodels to 1e-9 for sums; roc_auc, ks,
the slope and the estimates are read off bins a 64th of an octave wide: within
0.005. Given the same calibration the estimates are NannyML's to 1e-6.`
