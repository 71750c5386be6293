// Package cause is the engine of causes: what the evidence supports as the
// reason of a wrong outcome, each with its grade, and which of them is primary.
package cause

import "evenhand/audit"

// Codes of causes, in the engine's order: the first decisive one is primary.
const (
	TechnicalError    = "TECHNICAL_ERROR"    // row-level proof: error status, sentinel score, time-out
	Incident          = "INCIDENT"           // in an incident's window, with measured excess failures
	LostUpdate        = "LOST_UPDATE"        // an increase that was applied and left no trace
	DataStale         = "DATA_STALE"         // a late posting or an old snapshot changes the replay
	DataMissing       = "DATA_MISSING"       // a missing value changes the replay
	DataUnit          = "DATA_UNIT"          // a value in the wrong unit changes the replay
	ScoreError        = "SCORE_ERROR"        // the recorded score is not the model's, and it changes the outcome
	Experiment        = "EXPERIMENT"         // the arm of an experiment, within its rules
	ExperimentOver    = "EXPERIMENT_OVERRUN" // … outside its window or without approval
	PolicyDeclared    = "POLICY_DECLARED"    // a version of the registry changed it
	PolicyUndeclared  = "POLICY_UNDECLARED"  // applied, but in no version in force
	Model             = "MODEL"              // the version of the model changed it
	Features          = "FEATURES"           // the customer's own features changed it
	MultiLender       = "MULTI_LENDER"
	RepaymentAnomaly  = "REPAYMENT_ANOMALY"
	InfoChange        = "INFO_CHANGE"
	InquiryBurst      = "INQUIRY_BURST"
	PurposeMisuse     = "PURPOSE_MISUSE"
	SpendVolatility   = "SPEND_VOLATILITY"
	Utilisation       = "UTILISATION"
	DeviceRisk        = "DEVICE_RISK"
	RegulatoryCap     = "REG_CAP"
	ProductCap        = "PRODUCT_CAP"
	IncomeCap         = "INCOME_CAP"
	ExposureCap       = "EXPOSURE_CAP"
	ScoreBand         = "SCORE_BAND"
	LadderStep        = "LADDER_STEP"
	PartnerQuota      = "PARTNER_QUOTA"
	NewUser           = "NEW_USER_STRATEGY"
	CoolingOff        = "COOLING_OFF"
	SecondReview      = "SECOND_REVIEW"
	FraudHold         = "FRAUD_HOLD"
	OptOut            = "OPT_OUT"
	Inactive          = "INACTIVE"
	ConditionUnmet    = "CONDITION_UNMET"
	CampaignEnd       = "CAMPAIGN_END"
	TemporaryEnd      = "TEMPORARY_END" // a temporary limit ran out
	EvaluationOverdue = "EVALUATION_OVERDUE"
	DisplayLag        = "DISPLAY_LAG"
	Sentinel          = "SENTINEL_VALUE" // a placeholder such as 1 yuan stands for "none"
	ThresholdRule     = "THRESHOLD_RULE" // the policy's own rule, rightly applied
	TieRule           = "TIE_RULE"       // a score at the cut-off, taken the wrong way
	Override          = "MANUAL_OVERRIDE"
	Mixed             = "MIXED"
	Unexplained       = "UNEXPLAINED"
)

// Words says a cause in both languages, as in "caused by …". It panics on a
// code that is none of the constants.
func Words(code string) audit.Text { panic("not built yet") }

// Player is one of the three things that a change of outcome is shared between.
type Player int

// The players: whether the new features, model and policy are in force.
const (
	NewFeatures Player = 1 << iota
	NewModel
	NewPolicy
)

// Shapley returns the exact Shapley shares of features, model and policy in
// the change of an outcome: y[s] is the outcome (1 approved, 0 not; or a limit
// in minor units) when the players in s (a sum of Player) are new. The shares
// are in sixths of the unit of y and sum to 6*(y[7]-y[0]).
func Shapley(y [8]int64) (features, model, policy int64) { return 0, 0, 0 }

// Primary returns the code that holds at least half of the sum of absolute
// shares, else Mixed, and the supported causes with their shares in parts of
// 1,000,000.
func Primary(codes []string, shares []int64) (string, []audit.Supported) { return Mixed, nil }
