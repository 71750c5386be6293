package limit

import (
	"fmt"
	"slices"
	"time"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const increaseName = "increaseparity"

// IncreaseParity compares how long groups wait for their first increase.
var IncreaseParity = &audit.Check{
	Name:    increaseName,
	Title:   audit.T("Time to the first increase, by group", "各群体首次提额等待时间"),
	Doc:     increaseDoc,
	DocZh:   increaseDocZh,
	Words:   increaseMetrics,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.InternetLoansCap, clauses.PIPL24, clauses.AIActData, clauses.ConsumerDuty, clauses.CONC, clauses.RegBGroups),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{
			{Table: "limits", Timeline: true, Groups: true,
				Required: []string{"event_id", "account_id", "customer_id", "at", "kind"},
				Optional: []audit.Want{
					{Column: "limit_before"},
					{Column: "limit_after", Effect: audit.T("limits are not on record: no increase is seen", "没有额度记录：无法识别提额")},
					{Column: "product"}, {Column: "temporary_until"}, {Column: "error_code"}, {Column: "currency"},
				}},
			{Table: "decisions", Timeline: true, IfPresent: true, Groups: true, Required: []string{"customer_id", "decided_at"},
				Optional: []audit.Want{{Column: "score"}}},
			{Table: "repayments", Timeline: true, IfPresent: true,
				Required: []string{"loan_id", "installment_no", "customer_id", "due_date", "due_amount"},
				Optional: []audit.Want{{Column: "paid_at"}, {Column: "account_id"}, {Column: "paid_amount"}, {Column: "posted_at"}, {Column: "payoff"}}},
		},
	},
	Settings: func() any {
		return &IncreaseSettings{LeastStep: 100, StepShare: .01, ScoreBand: 20, Early: 182, Horizon: 365, Ratio: .8, Shortfall: 10, Competing: .02, CycleDays: 90}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newIncreases(env) },
	Conclude: concludeIncreases,
}

// IncreaseSettings are the parameters of increaseparity.
type IncreaseSettings struct {
	MinTenure int     `yaml:"min_tenure" doc:"days after the grant from which an account can be raised: waits count from there; default 0"`
	From      string  `yaml:"from" doc:"first day that the export shows every event of: accounts opened before are at risk from here (left truncation); default: it shows them all"`
	LeastStep float64 `yaml:"min_step" doc:"a smaller rise is none: an amount in units such as yuan; default 100"`
	StepShare float64 `yaml:"min_step_share" doc:"… or this share of the limit, if that is more; default 0.01"`
	ScoreBand float64 `yaml:"score_band" doc:"width of the bands of the recorded score that are strata, besides product and the plan's strata; default 20; 0: scores are no stratum"`
	Early     int     `yaml:"early" doc:"day by which incidences are compared first; default 182"`
	Horizon   int     `yaml:"horizon" doc:"day by which they are compared, tested and flagged; default 365"`
	Ratio     float64 `yaml:"ratio" doc:"flag an incidence below this share of the reference group's, where the hazard within strata is below it too; default 0.8"`
	Shortfall float64 `yaml:"shortfall" doc:"and only when at least this many increases are missing; default 10"`
	Competing float64 `yaml:"competing" doc:"below this share of waits that end otherwise, Kaplan-Meier is given as well; default 0.02"`
	CycleDays int     `yaml:"cycle_days" doc:"length of a cycle of the discrete hazard, where the export has no evaluations; default 90"`
	Panel     bool    `yaml:"panel" doc:"the limits are a panel, one row an account and month, and no events: the first reading counts as the grant, a change as an event"`
}

// Validate reports the first setting out of range.
func (s *IncreaseSettings) Validate() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("checks: "+increaseName+": "+format, args...)
	}
	for _, x := range []struct {
		name        string
		value, from int
	}{{"min_tenure", s.MinTenure, 0}, {"early", s.Early, 1}, {"horizon", s.Horizon, 1}, {"cycle_days", s.CycleDays, 1}} {
		if x.value < x.from || x.value > 36500 {
			return wrong("%s %d must be between %d and 36500", x.name, x.value, x.from)
		}
	}
	if s.Early >= s.Horizon {
		return wrong("early %d must be below horizon %d", s.Early, s.Horizon)
	}
	if s.From != "" {
		if _, err := time.Parse(time.DateOnly, s.From); err != nil {
			return wrong("from %q is no date; write it like 2024-01-31", s.From)
		}
	}
	for _, x := range []struct {
		name              string
		value, least, top float64
	}{{"min_step", s.LeastStep, 0, 1e9}, {"min_step_share", s.StepShare, 0, 1}, {"score_band", s.ScoreBand, 0, 1e9}, {"ratio", s.Ratio, 0, 1}, {"shortfall", s.Shortfall, 0, 1e12}, {"competing", s.Competing, 0, 1}} {
		if !(x.value >= x.least && x.value <= x.top) {
			return wrong("%s %v must be between %v and %v", x.name, x.value, x.least, x.top)
		}
	}
	return nil
}

// window is the first day that the export shows in full.
func (s *IncreaseSettings) window() (day int64, ok bool) {
	t, err := time.Parse(time.DateOnly, s.From)
	return t.Unix() / 86400, err == nil
}

// points are the days at which incidences are given: months of two years, and
// the days that are compared.
func (s *IncreaseSettings) points() []int64 {
	out := []int64{int64(s.Early), int64(s.Horizon)}
	for at := int64(30); at <= 720; at += 30 {
		out = append(out, at)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

const increaseDoc = `Time to the first increase, by group

How long accounts wait for their first increase, by each group column of the
plan against its reference group, and overall. The group is that of the
customer's latest decision, else of the limits table or the table of groups.
Accounts of no known group are described as "(unknown)" and not compared: they
may be the customers of another system, and not a group of people.

An account is at risk from the day of its grant, or min_tenure days after it;
one opened before the day "from", where the export begins, is at risk from
there (left truncation). The wait ends with the first increase of at least
min_step (100, or 1 % of the limit) that lasts: increases that failed, left no
trace, were taken back within 10 minutes, or are temporary are none. It ends
otherwise with a decrease, a close, a freeze or a default (bad_days of the plan
past due): these compete with the increase. As of the export it is censored.

	increases_per_account_year   increases / years open, not frozen, not in default; exact Poisson interval
	increase_rate_ratio          ratio of these; exact interval (binomial, given the sum)
	cumulative_incidence         share with an increase by a day, competing events allowed for: Aalen-Johansen, delta variance, log-log interval
	at_risk                      accounts still waiting by that day
	cumulative_incidence_ratio   ratio of the incidences by day 182 and 365; log interval by the delta method
	median_days_to_increase      first day by which half had an increase; Brookmeyer-Crowley interval
	restricted_mean_time_lost, restricted_mean_time_lost_difference
	                             mean days of the first 365 spent after the increase: the area under the incidence, and its difference
	kaplan_meier_estimate, restricted_mean_survival_time, restricted_mean_survival_time_difference
	                             the same as if nothing competed; only where less than 2 % of the waits end otherwise
	competing_event_rate         waits that end otherwise, also by kind; Wilson interval
	hazard_ratio                 cause-specific hazard against the reference's, Cox with Efron's ties, by stratum; also of days 0-182 and 182-365: where these differ, hazards are not proportional
	observed_to_expected_increases  increases / those expected if the hazards within strata were equal (log-rank)
	discrete_hazard_ratio, discrete_hazard_odds_ratio
	                             the same evaluation by evaluation, additive effects of stratum and evaluation: complementary log-log, logit

Strata are product, a band of the recorded score (score_band, 20 points) and
the plan's strata, as of the last decision by the grant. Only policy inputs may
be strata. The limit itself must not be one: the policy gave it, and holding it
equal would hide what is looked for; strata of the plan that read it are left
out. Where the export has no evaluations, cycles of cycle_days (90) take their
place. Evaluations beyond the 24th count as the 24th.

Only cumulative_incidence_ratio by day 365 is tested, by the log-rank test
within strata, so that a comparison counts once in the correction over the
report. It is flagged when it is below "ratio" (0.8), the hazard ratio within
strata too, at least "shortfall" (10) increases are missing, and the corrected
p-value below the plan's alpha. The evidence is of grade E3: it says that groups
wait differently though these inputs are equal, not why, and of no single
account that it was treated wrongly. Other inputs of the policy may explain it.

The intervals of increases per account-year take increases for independent
events; where accounts are raised every few days they are too narrow, and so
nothing of them is tested.

Counts are integers by group, stratum, day and kind of end, one grid a day, so
any split of the rows gives the same bytes. Days are those of the plan's zone; a
spell is observed over (entry, end], as in R. Curves end where fewer than
suppress are at risk. With "panel: true" the limits are read as one row an
account and month. Values agree with lifelines (curves, log-rank, Cox) and
statsmodels (strata, delayed entry, discrete hazard).`
