// Package checks is the list of all checks: one line each.
package checks

import (
	"evenhand/audit"
	"evenhand/audit/checks/consistency"
	"evenhand/audit/checks/denial"
	"evenhand/audit/checks/drift"
	"evenhand/audit/checks/fairness"
	"evenhand/audit/checks/governance"
	"evenhand/audit/checks/ingest"
	"evenhand/audit/checks/limit"
	"evenhand/audit/checks/reason"
	"evenhand/audit/checks/recourse"
	"evenhand/audit/checks/score"
)

// All is every check, in the order of the report's chapters.
var All = []*audit.Check{
	ingest.Ingest,
	score.ScoreMatch,
	governance.Governance,
	denial.UnexplainedDenial,
	denial.TechnicalDenial,
	denial.RepaidThenDenied,
	reason.ReasonMatch,
	recourse.Recourse,
	limit.VanishedIncrement,
	limit.StalledLimit,
	limit.PhantomLimit,
	limit.Ledger,
	fairness.ApprovalParity,
	fairness.Intersection,
	fairness.ConditionalParity,
	fairness.AdjustedParity,
	fairness.ScoreParity,
	fairness.OutcomeParity,
	fairness.ProxyParity,
	fairness.OverrideParity,
	fairness.ChannelParity,
	limit.IncreaseParity,
	limit.LimitParity,
	consistency.RepeatFlip,
	consistency.Twins,
	consistency.NearTwins,
	consistency.Dominated,
	consistency.ThresholdEdge,
	consistency.Conditions,
	drift.ScoreDrift,
	drift.MixDrift,
	drift.Performance,
	drift.ChangePoint,
}
