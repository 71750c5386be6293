// Package drift has the checks of change over time: whether scores and
// features still look like those of a reference period.
package drift

import (
	"fmt"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
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
	Clauses: clauses.IDs(clauses.SR262, clauses.InternetLoansModels),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    table,
			Required: []string{"decided_at"},
			Optional: []audit.Want{
				{Column: "score", Effect: audit.T("the drift of the recorded score isn't measured", "无法衡量记录评分的漂移")},
				{Column: "model_version"}, {Column: "policy_version"}, {Column: "is_test"},
			},
			Features: true,
		}},
	},
	Settings: func() any {
		return &Settings{MinRows: 100, Warn: 0.10, Fail: 0.25, Features: true, Levels: 20, Missing: 0.05}
	},
	New: func(env *audit.Env) (audit.State, error) {
		set := env.Settings.(*Settings)
		periods, err := set.periods(env)
		if err != nil {
			return nil, err
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
	Reference  string    `yaml:"reference" doc:"label of the reference period, e.g. 2025-01; default the first one with min_rows rows. With a baseline: that"`
	Every      string    `yaml:"every" doc:"length of the periods compared: month, quarter …; default the plan's period, but month for day and week"`
	ChunkBy    string    `yaml:"chunk_by" enum:"period,size,count" doc:"what is compared: period (default), size (stretches of about chunk_n rows) or count (about chunk_n stretches), in the order decided"`
	ChunkN     int64     `yaml:"chunk_n" doc:"rows of a stretch with chunk_by: size, or number of stretches with chunk_by: count"`
	MinRows    int64     `yaml:"min_rows" doc:"periods with fewer rows are insufficient"`
	Warn       float64   `yaml:"warn" doc:"PSI from which a period warns, if it is also past what chance gives"`
	Fail       float64   `yaml:"fail" doc:"PSI from which a period fails, if it is also past what chance gives"`
	Missing    float64   `yaml:"missing" doc:"change of a missing rate from which a period warns, if it is no chance"`
	Features   bool      `yaml:"features" doc:"measure every feature too"`
	Special    []float64 `yaml:"special" doc:"codes such as -9 that are no quantities: each has a bin of its own"`
	Levels     int       `yaml:"levels" doc:"levels of a text feature with bins of their own; the rarer ones share a bin"`
	Convention string    `yaml:"psi_convention" enum:"half,deciles,evidently" doc:"half (default): PSI as the manual says. deciles, evidently: besides it the numbers that numpy users' deciles, or evidently, would give, to compare with; nothing is judged by them"`
}

// Validate implements the plan's check of settings.
func (s *Settings) Validate() error {
	switch {
	case (s.ChunkBy == "size" || s.ChunkBy == "count") && s.ChunkN < 1:
		return fmt.Errorf("chunk_n is %d; with chunk_by: %s give a number from 1", s.ChunkN, s.ChunkBy)
	case s.ChunkBy != "size" && s.ChunkBy != "count" && s.ChunkN != 0:
		return fmt.Errorf("chunk_n says nothing without chunk_by: size or count")
	case s.chunked() && s.Reference != "":
		return fmt.Errorf("reference names a period, but chunk_by: %s makes none; leave one of them out", s.ChunkBy)
	case !(s.Warn > 0) || !(s.Fail >= s.Warn):
		return fmt.Errorf("warn and fail must be above 0, and fail not below warn")
	case !(s.Missing > 0):
		return fmt.Errorf("missing must be above 0")
	}
	return nil
}

// chunked tells whether stretches of rows are compared, not periods.
func (s *Settings) chunked() bool { return s.ChunkBy == "size" || s.ChunkBy == "count" }

// periods are those that rows are sorted into: days where chunks are made of
// them.
func (s *Settings) periods(env *audit.Env) (*audit.Periods, error) {
	every := s.Every
	if s.chunked() {
		every = "day"
	} else if every == "" {
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
	if s.Reference != "" && periods.Index(s.Reference) < 0 {
		return nil, fmt.Errorf("checks.%s.reference: %q is no %s; write it as the report labels periods, e.g. 2025-03", name, s.Reference, every)
	}
	return periods, nil
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
χ²(0.95; B − 1) · (1/N + 1/M), which is printed beside it, and when Pearson's χ²
over the same bins still says so after the correction over the whole report: the
one test that a comparison adds to it. Periods under min_rows are insufficient.
Test rows are left out. A missing rate is flagged when it changes by missing or
more and Fisher's test (χ² with Yates' correction from 100 in every cell) says
so after the correction; missing_rate_difference has Newcombe's interval.

Also given, to read beside the index and without a status of their own: ks, the
two-sample Kolmogorov–Smirnov distance, with its asymptotic p as the effect
(p_unadjusted); js, the Jensen–Shannon distance to base 2 over the bins;
wasserstein, in the unit of the column, and wasserstein_normed, in standard
deviations (ddof 0) of the reference; of text features chi2 over the levels,
with p and the degrees of freedom. They are read off histograms whose bins are
0.025 % wide: exact for whole numbers to 8192, else D is too small by the
largest share of a bin at most, and the distance right to a bin's width. The
mean score (an exact sum, with a normal interval from the histogram's standard
deviation), the missing rate with its Wilson interval, the share of each model
and policy version, and the score's numbers within each: a change of version is
drift by design, and the finding says when the two coincide.

chunk_by compares stretches of rows in the order decided instead of periods:
size, of chunk_n rows each, or count, chunk_n stretches. They end with a day, so
their sizes are as near to it as whole days allow. They take memory for every
day. With a baseline of an earlier run (-baseline) every period is held against
that, and one period is enough: the baseline has some 200 bins a number, each of
honesty.suppress rows or more, and levels under that under one name. Deciles are
cut at its bins, and rows are sorted into them before they are compared.
psi_convention adds what others' conventions give: psi_deciles (open deciles,
shares under 1e-4 raised to it, no bin for missing values) and psi_evidently and
js_evidently (bins of equal width by Sturges' rule, natural logarithms).

Drift says that applicants, inputs or the model changed, not that a score is
wrong. With one period and no baseline there is nothing to compare, and the
check is skipped. Limits: bins are taken from the reference, so a change within
a bin is not seen by the index.

Source: Siddiqi, Credit Risk Scorecards; null point after Yurdakul and Naranjo
(2020). Reference: scipy.stats ks_2samp, wasserstein_distance and
chi2_contingency, scipy.spatial.distance.jensenshannon, evidently 0.7.23.`

// state is scoredrift's statistic. One per worker.
type state struct {
	env     *audit.Env
	set     *Settings
	periods *audit.Periods // of the comparison
	own     bool           // whether they are not the plan's

	at, score, test int // columns; -1: not there
	numbers, texts  []feature

	rows, tested, undated int64
	first, last           int64   // of the rows compared, µs UTC; 0 without any
	cells                 []*cell // by period
	models, policies      versions

	keys    []int32 // scratch: the period of each row
	scratch []int32
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
		at: env.Col(table, "decided_at"), score: l.Index("score"), test: l.Index("is_test"),
		models:   versions{column: "model_version", col: l.Index("model_version")},
		policies: versions{column: "policy_version", col: l.Index("policy_version")},
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
