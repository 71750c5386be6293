// Package drift has the checks of change over time: whether scores and
// features still look like those of a reference period.
package drift

import (
	"fmt"
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// ScoreDrift compares the scores and features of each period with those of a
// reference period.
var ScoreDrift = &audit.Check{
	Name:    name,
	Title:   audit.T("Drift of scores and features", "评分与特征漂移"),
	Doc:     doc,
	DocZh:   docZh,
	Words:   driftMetrics,
	Chapter: "drift",
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    table,
			Required: []string{"decided_at"},
			Optional: []audit.Want{
				{Column: "score", Effect: audit.T("the drift of the recorded score isn't measured", "无法衡量记录评分的漂移")},
				{Column: "model_version"}, {Column: "is_test"},
			},
			Features: true,
		}},
	},
	Settings: func() any {
		return &Settings{MinRows: 100, Warn: 0.10, Fail: 0.25, Features: true, Levels: 20}
	},
	New: func(env *audit.Env) (audit.State, error) {
		set := env.Settings.(*Settings)
		every := set.Every
		if every == "" {
			every = env.Plan.Period
			if every == "day" || every == "week" {
				every = "month"
			}
		}
		periods := env.Periods
		if every != env.Plan.Period {
			var err error
			if periods, err = audit.NewPeriods(every, env.Plan.Zone()); err != nil {
				return nil, fmt.Errorf("checks.%s.every: %w", name, err)
			}
		}
		if set.Reference != "" && periods.Index(set.Reference) < 0 {
			return nil, fmt.Errorf("checks.%s.reference: %q is no %s; write it as the report labels periods, e.g. 2025-03", name, set.Reference, every)
		}
		return newState(env, set, periods), nil
	},
	Conclude: conclude,
}

const (
	name  = "scoredrift"
	table = "decisions"
)

// Settings are scoredrift's parameters.
type Settings struct {
	Reference string    `yaml:"reference" doc:"label of the reference period, e.g. 2025-01; default the first one with min_rows rows"`
	Every     string    `yaml:"every" doc:"length of the periods compared: month, quarter …; default the plan's period, but month for day and week"`
	MinRows   int64     `yaml:"min_rows" doc:"periods with fewer rows are insufficient"`
	Warn      float64   `yaml:"warn" doc:"PSI from which a period warns, if it is also past what chance gives"`
	Fail      float64   `yaml:"fail" doc:"PSI from which a period fails, if it is also past what chance gives"`
	Features  bool      `yaml:"features" doc:"measure every feature too"`
	Special   []float64 `yaml:"special" doc:"codes such as -9 that are no quantities: each has a bin of its own"`
	Levels    int       `yaml:"levels" doc:"levels of a text feature with bins of their own; the rarer ones share a bin"`
}

const doc = `Drift of scores and features

For each period, the recorded score, the recomputed score and every feature are
compared with the reference period by the population stability index,
  PSI = Σ (q − p) · ln(q / p),
p the shares of the reference and q those of the period. Bins: the deciles of
the reference, fixed for all periods; each special code; missing values. A text
feature has a bin for each of its 20 commonest levels in the reference, one for
all others, one for missing values. Half a row is added to every bin; bins that
are empty in both periods are left out. The index of a feature is called CSI.

0.10 and 0.25 are rules of thumb: at a hundred rows a PSI of 0.25 is noise, at a
million 0.001 is significant. A period is flagged when its PSI is past the
threshold and past the 95 % point that two samples of one distribution reach,
χ²(0.95; B − 1) · (1/N + 1/M), which is printed beside it. Periods under
min_rows are insufficient. Test rows are left out. Also given: the mean score
(an exact sum), the missing rate with its Wilson interval, the share of each
model version, and the PSI of the score within each model version: a change of
version is drift by design, and the finding says when the two coincide.

Drift says that applicants, inputs or the model changed, not that a score is
wrong. With one period only there is nothing to compare, and the check is
skipped. Limits: bins are taken from the reference, so a change within a bin is
not seen.

Source: Siddiqi, Credit Risk Scorecards; null point after Yurdakul and Naranjo
(2020). Other tools bin and smooth otherwise and give other numbers.`

// state is scoredrift's statistic. One per worker.
type state struct {
	env     *audit.Env
	set     *Settings
	periods *audit.Periods // of the comparison
	own     bool           // whether they are not the plan's

	at, score, version, test int // columns; -1: not there
	numbers, texts           []feature

	rows, tested, undated int64
	cells                 []*cell    // by period
	versions              []*version // by number in names
	names                 versionNames

	keys    []int32 // scratch: the group of each row
	grouped grouping
	floats  []float64
	keep    []bool
}

// feature is a feature column.
type feature struct {
	name string
	col  int
}

func newState(env *audit.Env, set *Settings, periods *audit.Periods) *state {
	l := env.Layouts[table]
	s := &state{
		env: env, set: set, periods: periods, own: periods != env.Periods,
		at: env.Col(table, "decided_at"), score: l.Index("score"), version: l.Index("model_version"), test: l.Index("is_test"),
	}
	if !set.Features {
		return s
	}
	prefix := audit.FeatureColumn("")
	for i, spec := range l.Specs {
		f, ok := strings.CutPrefix(spec.Name, prefix)
		if !ok || strings.HasSuffix(f, "__available_at") {
			continue
		}
		switch spec.Kind {
		case features.Text:
			s.texts = append(s.texts, feature{f, i})
		case features.Float, features.Int, features.Money, features.Bool, features.Date:
			s.numbers = append(s.numbers, feature{f, i})
		}
	}
	return s
}
