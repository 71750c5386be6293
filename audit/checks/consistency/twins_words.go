package consistency

import "evenhand/audit"

// Metrics and causes of twins.
const (
	splitRate      = "split_cell_rate"
	splitDenials   = "split_cell_denials"
	splitApprovals = "split_cell_approvals"
	twinRate       = "twin_rate"
	splitAside     = "split_cell_set_aside"

	splitCause = "SPLIT_CELL"
)

var twinsWords = map[string]audit.Text{
	splitRate:      audit.T("cells of twins with both outcomes", "结果不一的孪生单元"),
	splitDenials:   audit.T("denials whose twins pass", "孪生申请应通过的拒绝"),
	splitApprovals: audit.T("approvals whose twins do not pass", "孪生申请不应通过的通过"),
	twinRate:       audit.T("decisions that have a twin", "有孪生的决定"),
	splitAside:     audit.T("rows of such cells set aside", "此类单元中另列的记录"),
	splitCause:     audit.T("like applications with different outcomes", "条件相同而结果不同"),
}

// Evidence of twins.
const (
	itemTwinsPassed = "twins_approved"
	itemTwinsDenied = "twins_denied"
)

var twinsEvidence = evidenceWords(map[string]string{itemTwinsPassed: "获批的孪生申请", itemTwinsDenied: "被拒的孪生申请"})
