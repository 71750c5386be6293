package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const channelName = "channelparity"

// ChannelParity compares approval between channels, and between partners, at
// equal score, product and policy version.
var ChannelParity = &audit.Check{
	Name:    channelName,
	Title:   audit.T("Approval by channel and partner", "各渠道与合作方的通过情况"),
	Doc:     channelDoc,
	DocZh:   channelDocZh,
	Words:   channelWords,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.InternetLoans22, clauses.AssistedLoans, clauses.ConsumerFinance),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"outcome", "decided_at", "product"},
			Optional: []audit.Want{
				{Column: "application_type"}, {Column: "is_test"}, {Column: "channel"}, {Column: "partner"},
				{Column: "policy_version", Effect: audit.T("decisions of different policy versions are compared as if they were of one", "不同政策版本的决策按同一版本比较")},
				{Column: "score", Effect: audit.T("channels are not compared: their rates alone say nothing of equal treatment", "无法比较各渠道：仅凭通过率不能说明是否一视同仁")},
			},
		}},
	},
	Settings: func() any { return &ChannelSettings{Odds: 2, Excess: 10, Bands: 10} },
	New:      func(env *audit.Env) (audit.State, error) { return newChannel(env) },
	Conclude: concludeChannel,
}

// ChannelSettings are the parameters of channelparity.
type ChannelSettings struct {
	Odds   float64 `yaml:"odds" doc:"flag a channel whose odds of approval are this many times those of all others, or fewer than one in as many; default 2"`
	Excess float64 `yaml:"excess" doc:"and only when at least this many approvals are above or below what the others' would be; default 10"`
	Bands  int     `yaml:"bands" doc:"bands of score within a product and policy version; default 10"`
}

// Validate reports the first setting that makes no sense.
func (s *ChannelSettings) Validate() error {
	switch {
	case !(s.Odds > 1):
		return fmt.Errorf("checks: channelparity: odds %v must be above 1", s.Odds)
	case s.Excess < 0:
		return fmt.Errorf("checks: channelparity: excess %v must not be negative", s.Excess)
	case s.Bands < 1 || s.Bands > 100:
		return fmt.Errorf("checks: channelparity: bands %d must be between 1 and 100", s.Bands)
	}
	return nil
}

var channelWords = map[string]audit.Text{
	channelRate:   audit.T("approval rate of the channel or partner", "渠道或合作方的通过率"),
	channelOdds:   audit.T("odds of approval against all others at equal score", "同等评分下对其他各方的通过比值比"),
	channelSpread: audit.T("heterogeneity of the odds ratio over strata (Tarone)", "各层比值比的异质性（Tarone）"),
	channelCause:  audit.T("approval differs by channel or partner at equal score", "同等评分下通过率因渠道或合作方而异"),
}

const channelDoc = `Approval by channel and partner

Who comes by one channel, or is sent by one partner, may be declined for a quota
of that channel and not for anything about himself. For each value of the
columns channel and partner, approvals are compared with those of all other
values together, within strata: a product, a policy version, and one of "bands"
(10) bands of the recorded score. The decisions are those that approvalparity
judges.

	channel_selection_rate          k/n, Wilson interval
	channel_conditional_odds_ratio  Mantel-Haenszel common odds ratio, Robins-Breslow-Greenland interval
	channel_odds_ratio_spread       Tarone's correction of the Breslow-Day statistic; its p-value is given beside it and not tested

A band is a tenth of the rows of a product and policy version by score: scores
are counted in bins whose edges are fixed (integers up to 2048 have one each,
elsewhere a bin is a thousandth of its value wide), and a bin goes to the band
of its middle. Rows without a score are in no band, and not compared. Without the
column score there are rates only: channels differ in whom they bring.

channel_conditional_odds_ratio is flagged when it is above "odds" (2) or below
1/odds, at least "excess" (10) approvals are above or below what is expected if
the odds were equal, and the Cochran-Mantel-Haenszel test with continuity
correction is significant after the report's correction. Of two values only the
one behind is tested: the other is its mirror image. Values under min_cell are
insufficient, those under suppress withheld.

It is no comparison of protected groups and no proof of unequal treatment: a
lender may lawfully decide otherwise by channel, if the policy says so and the
customer is told. A high spread says that one odds ratio hides strata that
differ. Values agree with statsmodels StratifiedTable.`
