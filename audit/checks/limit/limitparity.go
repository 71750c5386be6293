package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const limitParityName = "limitparity"

// LimitParity compares how groups fare with the limits that they have.
var LimitParity = &audit.Check{
	Name:    limitParityName,
	Title:   audit.T("Decreases, notices, displays and promises, by group", "各群体的降额、告知、显示额度与承诺"),
	Doc:     limitParityDoc,
	DocZh:   limitParityDocZh,
	Words:   limitParityMetrics,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.InternetLoansCap, clauses.PIPL24, clauses.AIActData, clauses.ConsumerDuty, clauses.RegBGroups),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{
			{Table: "limits", Timeline: true, Groups: true,
				Required: []string{"event_id", "account_id", "customer_id", "at", "kind"},
				Optional: []audit.Want{
					{Column: "limit_before"},
					{Column: "limit_after", Effect: audit.T("limits are not on record: no change of them is seen", "没有额度记录：无法识别额度变动")},
					{Column: "notice_at", Effect: audit.T("whether decreases were told of in time is not compared", "不比较降额是否按时告知")},
					{Column: "displayed_limit", Effect: audit.T("what customers saw is not compared", "不比较客户看到的额度")},
					{Column: "drawable_limit"}, {Column: "outstanding"}, {Column: "holds"},
					{Column: "promised_amount"}, {Column: "promise_due"}, {Column: "promise_id"}, {Column: "promise_condition"},
					{Column: "policy_version"}, {Column: "product"}, {Column: "temporary_until"}, {Column: "trigger"},
					{Column: "error_code"}, {Column: "latency_ms"}, {Column: "currency"},
				}},
			{Table: "decisions", Timeline: true, IfPresent: true, Groups: true, Required: []string{"customer_id", "decided_at"},
				Optional: []audit.Want{{Column: "score"}, {Column: "channel"}}},
			{Table: "repayments", Timeline: true, IfPresent: true,
				Required: []string{"loan_id", "installment_no", "customer_id", "due_date", "due_amount"},
				Optional: []audit.Want{{Column: "paid_at"}, {Column: "account_id"}, {Column: "paid_amount"}, {Column: "posted_at"}, {Column: "payoff"}}},
		},
	},
	Settings: func() any {
		return &LimitParitySettings{LeastStep: 100, StepShare: .01, ScoreBand: 20, Ratio: .8, Excess: 10, NoticeGap: .1, PhantomGap: .05}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newLimitParity(env) },
	Conclude: concludeLimitParity,
}

// LimitParitySettings are the parameters of limitparity.
type LimitParitySettings struct {
	LeastStep  float64 `yaml:"min_step" doc:"a smaller rise is none: an amount in units such as yuan; default 100"`
	StepShare  float64 `yaml:"min_step_share" doc:"… or this share of the limit, if that is more; default 0.01"`
	ScoreBand  float64 `yaml:"score_band" doc:"width of the bands of the recorded score that are strata, besides product and the plan's strata; default 20; 0: scores are no stratum"`
	Ratio      float64 `yaml:"ratio" doc:"flag first limits and sizes of increases below this share of the reference group's within strata, and decreases more frequent than one over this share; default 0.8"`
	Excess     float64 `yaml:"excess" doc:"flag decreases only when at least so many are more than at the reference's rate; default 10"`
	NoticeGap  float64 `yaml:"notice_gap" doc:"flag a share of decreases told in time that is lower by this much; default 0.1"`
	PhantomGap float64 `yaml:"phantom_gap" doc:"flag a share of accounts with a phantom limit that is higher by this much; default 0.05"`
}

// Validate reports the first setting out of range.
func (s *LimitParitySettings) Validate() error {
	for _, x := range []struct {
		name              string
		value, least, top float64
	}{
		{"min_step", s.LeastStep, 0, 1e9}, {"min_step_share", s.StepShare, 0, 1}, {"score_band", s.ScoreBand, 0, 1e9}, {"ratio", s.Ratio, 1e-6, 1},
		{"excess", s.Excess, 0, 1e12}, {"notice_gap", s.NoticeGap, 0, 1}, {"phantom_gap", s.PhantomGap, 0, 1},
	} {
		if !(x.value >= x.least && x.value <= x.top) {
			return fmt.Errorf("checks: %s: %s %v must be between %v and %v", limitParityName, x.name, x.value, x.least, x.top)
		}
	}
	return nil
}

const limitParityDoc = `Decreases, notices, displays and promises, by group

How groups fare with the limits that they have: by each group column of the
plan against its reference group, and by product and channel without any
comparison. The group is that of the customer's latest decision, else of the
limits table or the table of groups. Accounts of no known group are described as
"(unknown)" and not compared: they may be the customers of another system, and
not a group of people.

	decreases_per_account_year        decreases / years open, not frozen, not in default; exact Poisson interval
	decrease_rate_ratio               ratio of these within strata: Mantel-Haenszel for person-time, Greenland-Robins interval, widened by dispersion; tested
	notice_before_decrease_rate       decreases told of by the day they came; Wilson interval
	notice_before_decrease_rate_difference   the difference for first decreases of accounts; Newcombe interval; tested
	phantom_account_rate              accounts with a phantom limit among those with a display; Wilson interval
	phantom_account_rate_difference   its difference; Newcombe interval; tested
	phantom_hours_per_account_year    hours of phantoms / years of accounts with a display; interval by linearization
	phantom_hours_per_account_year_difference   its difference; normal interval
	initial_limit_geometric_mean      first limit, geometric mean
	initial_limit_ratio               ratio of geometric means within strata: exp of the mean difference of logs; tested
	increase_size_geometric_mean      first increase / limit before it, geometric mean
	increase_size_ratio               ratio of geometric means within strata; tested
	promise_shortfall_per_customer    promised money that did not come by its day / customers; normal interval
	promise_shortfall_per_customer_difference   its difference; normal interval

A decrease counts when it lasts and lowers the limit: not the end of a
temporary limit, nor one taken back within 10 minutes, nor one that the customer
asked for, nor in default (bad_days of the plan past due). An increase counts
from min_step on (100, or 1 % of the limit); of each account the first one, since
accounts raised every day would outweigh the others. Phantoms are those of phantomlimit,
by its settings: runs of displays of which no more than 1 or 5 % could be drawn,
beyond lag; hours run from the first display to the one that showed it over, or
to the last one. The shortfall is that of vanishedincrement's metric
promise_shortfall: promises with a day and an amount that fell due, less the
increases attributed to them, whatever the reason; which reason holds is judged
there, case by case. What stalled limits lack is stalledlimit's to say.

Strata are product, a band of the recorded score (score_band, 20 points) and the
plan's strata, as of the last decision by the opening of the account. Only
policy inputs may be strata, never the limit, which the policy gave. Within
strata, differences of logs are weighted by n*nref/(n+nref), with unequal
variances; strata with fewer than two of either group say nothing. Where the same
accounts are lowered again and again, decreases are no independent events: the
ratio's interval and test are scaled by the dispersion sum((k - r*t)^2) / sum(k)
over accounts, when it is above 1. Logs count to four digits, hours to a quarter.

Each tested metric is tested once, against the reference: decreases by
Mantel-Haenszel's chi-square for person-time, shares by Fisher's exact test or,
with all cells at 100, chi-square with Yates' correction, ratios of geometric
means by z. Flagged are a decrease ratio above 1/"ratio" (1.25) with at least
"excess" (10) decreases more, a notice share lower by "notice_gap" (0.1), a
phantom share higher by "phantom_gap" (0.05), first limits or increases below
"ratio" (0.8); all only when the corrected p-value is below the plan's alpha.
Shares of notices and of phantoms are not stratified: a policy input does not
excuse them. The evidence is of grade E3: groups fare differently, not why, and
no single account was treated wrongly by it.

Counts and sums are integers by group and stratum, so any split of the rows
gives the same bytes. Values agree with scipy and statsmodels (shares, exact
intervals) and with the definitions in numpy (rates, strata).`
