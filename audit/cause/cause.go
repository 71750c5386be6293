// Package cause is the engine of causes: what the evidence supports as the
// reason of a wrong outcome, each with its grade, and which of them is primary.
//
// A List collects what a check found and picks the primary cause (list.go),
// Shapley shares a replayed change between features, model and policy, and the
// rest are the tests behind single causes: Technical reads engine statuses and
// error codes, Incidents and Excess measure failures around an incident,
// Experiments look arms up, ChangePoint finds undeclared changes of policy.
package cause

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
