package policy

import (
	"slices"
	"strings"
)

// facts are the facts of a customer's history, called history.NAME in
// expressions: those of package audit/timeline, which derives them and says
// what each means.
var facts = []string{
	"applications_30d", "applications_90d", "days_past_due", "days_since_approval", "days_since_decrease",
	"days_since_denial", "days_since_draw", "days_since_evaluation", "days_since_increase", "days_since_payoff",
	"denials_180d", "draws_180d", "draws_30d", "initial_limit", "late_count_12m", "limit", "max_dpd_12m",
	"months_on_book", "on_time_count", "on_time_streak", "open_loans", "outstanding", "paid_off_loans", "utilisation",
}

// history refuses facts that there are not.
func (v *validator) history(path string, names []string) {
	for _, n := range names {
		if fact, ok := strings.CutPrefix(n, "history."); ok && !slices.Contains(facts, fact) {
			v.wrong(path, "there is no %s; the facts of the history are %s", n, strings.Join(facts, ", "))
		}
	}
}
