package limit

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const phantomName = "phantomlimit"

// PhantomLimit judges whether a limit that is displayed can be drawn.
var PhantomLimit = &audit.Check{
	Name:     phantomName,
	Title:    audit.T("Limits that are displayed and can't be drawn", "显示有额度却借不出"),
	Doc:      phantomDoc,
	DocZh:    phantomDocZh,
	Words:    phantomWords,
	Evidence: audit.Evidence(phantomEvidence),
	IDs:      []string{"incident"},
	Article:  "003",
	Chapter:  "limits",
	Clauses:  clauses.IDs(clauses.ConsumerLaw, clauses.PIPL24, clauses.ConsumerFinance, clauses.ConsumerDuty, clauses.RegBNotice),
	Needs: audit.Needs{
		Replay: true,
		Tables: []audit.TableNeed{{
			Table: "limits", Timeline: true, Features: true,
			Required: []string{"event_id", "account_id", "customer_id", "at", "kind"},
			Optional: []audit.Want{
				{Column: "displayed_limit", Effect: audit.T("what customers saw is not known; declined draws within the limit are listed instead (grade E4)", "无法得知客户看到的额度；改列额度之内被拒的借款（等级 E4）")},
				{Column: "drawable_limit", Effect: audit.T("what could be drawn is inferred from declined draws (grade E4)", "可借额度只能由被拒的借款推断（等级 E4）")},
				{Column: "limit_after", Effect: audit.T("what customers were entitled to is not known: nothing is called unjustified", "无法得知客户应有的额度：不作不成立判定")},
				{Column: "limit_before"},
				{Column: "outstanding", Effect: audit.T("what was drawn already counts as nothing: nothing is called unjustified", "已借金额按零计：不作不成立判定")},
				{Column: "holds"},
				{Column: "on_screen_reason", Effect: audit.T("every difference counts as shown without a reason", "所有差异都视为页面未说明原因")},
				{Column: "requested_amount"}, {Column: "granted_amount"}, {Column: "result"}, {Column: "reason"}, {Column: "error_code"},
				{Column: "score"}, {Column: "model_version"}, {Column: "policy_version"}, {Column: "product"}, {Column: "temporary_until"},
				{Column: "experiment_id"}, {Column: "experiment_arm"}, {Column: "currency"},
			},
		}},
		Lookups: []audit.TableNeed{
			{Table: "incidents", Required: []string{"incident_id", "starts_at", "ends_at"}, Optional: []audit.Want{{Column: "services"}, {Column: "error_codes"}}},
			{Table: "experiments", Required: []string{"experiment_id", "arm", "starts_at", "ends_at"}, Optional: []audit.Want{{Column: "limit_override", Effect: audit.T("whether experiments may override limits is not judged", "不判断试验是否可覆盖额度")}, {Column: "approved_by", Effect: audit.T("whether experiments were approved is not judged", "不判断试验是否经批准")}}},
		},
	},
	Settings: func() any {
		return &PhantomSettings{
			MinDisplayed: 100, MinDraw: 1, MaxDrawable: 1, MaxShare: 0.05, LagMinutes: 60, CutShare: 0.5, ReviewDays: 7,
			Regime: []string{"cn", "us", "uk"},
		}
	},
	New:      func(env *audit.Env) (audit.State, error) { return newPhantom(env) },
	Letter:   phantomLetter,
	Conclude: phantomConclude,
}

// PhantomSettings are the parameters of phantomlimit. Amounts are in units.
type PhantomSettings struct {
	MinDisplayed float64  `yaml:"min_displayed" doc:"smaller displayed limits are not looked at, in units of the currency; default 100"`
	MinDraw      float64  `yaml:"min_draw" doc:"least amount that can be drawn: an entitlement below it is none; default 1"`
	MaxDrawable  float64  `yaml:"max_drawable" doc:"so much drawable, or less, is as good as nothing; default 1"`
	MaxShare     float64  `yaml:"max_share" doc:"… and so is this share of what the customer is entitled to; default 0.05"`
	LagMinutes   int      `yaml:"lag_minutes" doc:"a difference seen once, or for so many minutes, is lag; default 60"`
	CutShare     float64  `yaml:"cut_share" doc:"a fall of the drawable amount by this share without an event is a silent cut; default 0.5"`
	ReviewDays   int      `yaml:"review_days" doc:"days a second review may hold a limit back, where the policy does not say; default 7"`
	Regime       []string `yaml:"regime" doc:"whose clauses findings are evidence for: cn, us, uk; default all"`
}

func (s *PhantomSettings) validate() error {
	wrong := func(name string, value any) error {
		return fmt.Errorf("checks: %s: %s %v is out of range", phantomName, name, value)
	}
	switch {
	case !(s.MinDisplayed >= 0):
		return wrong("min_displayed", s.MinDisplayed)
	case !(s.MinDraw >= 0):
		return wrong("min_draw", s.MinDraw)
	case !(s.MaxDrawable >= 0):
		return wrong("max_drawable", s.MaxDrawable)
	case !(s.MaxShare >= 0 && s.MaxShare < 1):
		return wrong("max_share", s.MaxShare)
	case s.LagMinutes < 0 || s.LagMinutes > 525_600:
		return wrong("lag_minutes", s.LagMinutes)
	case !(s.CutShare > 0 && s.CutShare <= 1):
		return wrong("cut_share", s.CutShare)
	case s.ReviewDays < 0 || s.ReviewDays > 3650:
		return wrong("review_days", s.ReviewDays)
	}
	return validRegime(phantomName, s.Regime)
}

const phantomDoc = `Limits that are displayed and can't be drawn

Judges what customers saw as available (displayed_limit) against what they
could draw (drawable_limit), and both against what they were entitled to: the
limit of the ledger, less outstanding, less holds.

	R3.1  phantom: at least 100 displayed, an entitlement to draw, and no more drawable than 1 or 5 % of it, seen twice or for more than a day
	R3.2  a placeholder: one drawable amount is far more frequent than its neighbours
	R3.3  display lag: the display is older than the last change of the limit by more than an hour
	R3.4  a draw of no more than was displayed declined for a technical reason
	R3.5  a silent cut: the drawable amount falls by half or more without an event of the limit

A run is the displays of one account, one after the other, that show more than
can be drawn; the case is its first display. Seen once and for less than an
hour it is lag, and adequate. A longer run without a reason on the screen is
MISLEADING, whatever its cause.

What explains a phantom is the first of these that the evidence decides:

	TECHNICAL_ERROR, INCIDENT  a technical error code on a display or draw of the run: TECHNICAL; inside an incident with measured excess: INCIDENT
	EXPERIMENT                 the arm of an approved experiment inside its window: JUSTIFIED
	EXPERIMENT_OVERRUN         after its end, or without approval: UNJUSTIFIED
	SECOND_REVIEW              a review by its code: JUSTIFIED up to review_days, UNJUSTIFIED when seen beyond
	PARTNER_QUOTA, DEVICE_RISK, FRAUD_HOLD, REG_CAP, PRODUCT_CAP  a declared quota or hold by its code: JUSTIFIED
	NEW_USER_STRATEGY          a declared rule for new customers: JUSTIFIED
	SCORE_ERROR                a recorded score that recomputation does not give: UNJUSTIFIED
	DISPLAY_LAG                the display is of before the last change of the limit: UNJUSTIFIED
	SENTINEL_VALUE             a placeholder (R3.2): UNJUSTIFIED
	UNEXPLAINED                nothing of this kind: UNJUSTIFIED

UNJUSTIFIED needs the ledger, outstanding and the lender's policies: without
any of them a phantom is INDETERMINATE. Codes are read from reason, error_code
and on_screen_reason, by the plan's errors: and the policy's quotas:.

	display_gap_rate         displays that show more than can be drawn; Wilson interval
	display_misleading_rate  displays in a run without a reason on the screen
	phantom_account_rate     accounts with a phantom; Wilson interval
	phantom_days             days of phantoms, by cause
	drawable_spike           displays with this drawable amount, against its neighbours; Poisson
	draw_technical_rate      draws within the display declined for technical reasons

Source: article 003 of the patterns this audit answers. A finding is evidence
for a clause, not a judgment under it.`
