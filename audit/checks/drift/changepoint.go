package drift

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/clauses"
)

// ChangePoint finds the days at which the practice of deciding stepped, and
// holds them against the registry.
var ChangePoint = &audit.Check{
	Name:    changeName,
	Title:   audit.T("Change-points of daily rates", "每日比率的突变点"),
	Doc:     changeDoc,
	DocZh:   changeDocZh,
	Words:   changeMetrics,
	Chapter: "drift",
	Clauses: clauses.IDs(clauses.SR262, clauses.InternetLoansModels),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    table,
			Required: []string{"decided_at", decided.Columns[0]},
			Optional: []audit.Want{
				{Column: decided.Columns[1]}, {Column: decided.Columns[2]},
				{Column: "score", Effect: audit.T("approvals aren't followed at equal score", "无法在评分相同的条件下跟踪通过率")},
				{Column: "decider"}, {Column: "model_version"}, {Column: "policy_version"}, {Column: "engine_status"}, {Column: "error_code"},
			},
			Groups: true,
		}},
		Lookups: []audit.TableNeed{{Table: "incidents", Required: []string{"incident_id", "starts_at", "ends_at"}}},
		Replay:  true,
	},
	Settings: func() any {
		return &ChangeSettings{Days: 14, Near: 2, Approval: 0.05, Band: 0.03, Override: 0.02, Technical: 0.01, Score: 0.2, Gap: 0.1}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newChange(env), nil },
	Conclude: changeConclude,
}

const changeName = "changepoint"

// ChangeSettings are changepoint's parameters.
type ChangeSettings struct {
	Days      int     `yaml:"days" doc:"a level must last this many days with decisions to count as one; weeks of group series: half as many"`
	Near      int     `yaml:"near" doc:"a row of the registry, or an incident, within this many days of a change-point's interval explains it"`
	Approval  float64 `yaml:"approval" doc:"step of the approval rate from which a change-point is flagged, if it is no chance"`
	Band      float64 `yaml:"band" doc:"the same of approvals beyond those expected of the scores"`
	Override  float64 `yaml:"override" doc:"the same of the share of decisions overridden"`
	Technical float64 `yaml:"technical" doc:"the same of the share with a technical error"`
	Score     float64 `yaml:"score" doc:"the same of the mean score, in standard deviations of the score"`
	Gap       float64 `yaml:"gap" doc:"the same of the difference of a group's approval rate from its reference group's"`
}

// Validate implements the plan's check of settings.
func (s *ChangeSettings) Validate() error {
	if s.Days < 3 || s.Near < 0 {
		return fmt.Errorf("days must be 3 at least, and near 0")
	}
	for _, x := range []float64{s.Approval, s.Band, s.Override, s.Technical, s.Score, s.Gap} {
		if !(x > 0) {
			return fmt.Errorf("thresholds must be above 0")
		}
	}
	return nil
}

const changeDoc = `Change-points of daily rates

The decisions of each day make five series: approval, the approval rate;
approval_in_band, approvals beyond those expected of the day's scores;
override, the share overridden of the decisions whose decider is known;
technical, the share with outcome error or an engine status or error code of
class technical; score, the mean recorded score. For each group of the plan a
series of weeks has the difference of its approval rate from the reference
group's. Expected approvals are those of bands of the score of 1 % of the rows
or 50, and of the outcome that the plan's policies give on replay: a change of
applicants moves neither, a change of the practice of deciding does.

Each day is a deviation from what is expected of its weekday, with holidays and
workdays of the plan apart, with the variance of its counts, enlarged by the
dispersion of neighbouring days where that is above 1, and cut to three standard
deviations: weekdays and bursts make no change-points. A stretch is cut where a step explains most, when its likelihood
ratio is past chance at honesty.alpha anywhere in the stretch, and more than a
straight line explains: what comes gradually has no day. Levels last 14 days (7
weeks of group series) at least. The chance is the tail of the maximum of a
normalised Brownian bridge (max_chi2): in a year without a change it raises 3 to
5 alarms in 100 series, before the correction over the whole report. A step is
flagged when it is 0.05 of an approval rate, 0.03 at equal score, 0.02 of an override rate, 0.01 of a
technical one, 0.2 standard deviations of the score or 0.1 of a difference
between groups, and the corrected p says so. The first day of the new level is
the period of change_point; change_point_within has the days before and after it
at which the change may lie, by Hansen's limit of the likelihood ratio: 95 %.
registry_mark lists the days that a model or policy of the plan comes into or
goes out of force or is first or last seen on a fifth of a day's decisions, and
incidents. cusum is the largest of Page's two sums, k = 0.5, over
approval_in_band; its limit is that which a clean series of this length passes
with a chance of honesty.alpha, since h = 5 would raise an alarm in every second
clean year. weekly_level has what is drawn.

A change-point with a mark within 2 days of its interval is told, and no finding;
an incident counts for technical errors, and for the others when it lasted half
as long as a level must, since a shorter one makes no level.
Others, of approval_in_band, override, technical, score and groups, are: one for
those whose intervals touch. Of approval it is one only where there is no score.
Test rows, prescreens and undecided applications are left out.

It says that something stepped, on about which day, and that nothing declared
explains it; grade E3. It does not say that anybody changed a policy: a source of
data, a new partner or a rule outside the registry moves approvals too. Where the
plan's policies cannot be replayed, so do applicants who differ in what the score
does not see.

Source: Page (1954); Csörgő and Horváth (1997), 1.3.26; Hansen (2000).
Reference: ruptures.Binseg with model l2.`

// changeMetrics names the metrics of changepoint, and its cause.
var changeMetrics = map[string]audit.Text{
	stepMetric:   audit.T("change-point: step of the level", "突变点：水平的跃变"),
	withinMetric: audit.T("days at which the change-point may lie", "突变点可能所在的天数"),
	markMetric:   audit.T("day of the registry or of an incident", "登记或事件日"),
	weeklyMetric: audit.T("weekly level", "每周水平"),
	"cusum":      audit.T("largest cumulative sum (Page)", "最大累积和（Page）"),
	"STEP":       audit.T("a step without a declared cause", "无申报原因的突变"),
}

// The names of the metrics that conclude and the chart read.
const (
	stepMetric   = "change_point"
	withinMetric = "change_point_within"
	markMetric   = "registry_mark"
	weeklyMetric = "weekly_level"
)
