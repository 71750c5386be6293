package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"evenhand/audit/baseline"
	"evenhand/features"
)

// Case is one decision or account judged and found wanting. Adequate and
// justified ones are counted in the coverage and metrics, not listed.
type Case struct {
	Check    string
	Table    string // table of Key
	Key      string // decision_id for denials; account_id or event_id elsewhere
	Customer string
	Account  string
	At       int64 // instant of the decision or event, µs UTC

	Product, PolicyVersion, ModelVersion string

	Substance  Substance
	Disclosure Disclosure
	Grade      Grade
	Rules      []string // rules that fired, e.g. "R0.1", sorted
	Cause      string   // primary cause code, e.g. "LOST_UPDATE", "M6_UNIT"; "MIXED" when none is primary
	Causes     []Supported
	Amount     int64   // minor units at stake; 0 when none is known
	Days       int64   // days it lasted, as of the export; harm is Amount x Days
	Remedy     string  // what the lender owes this case: one of Remedies, or ""
	Evidence   []Item  // what was read, in a fixed order
	Events     []Event // up to 30, in time order: the evidence timeline
	Finding    string  // id of the finding that holds it
}

// Remedies are what a lender can owe a case, in the words of cases.arrow and
// of the re-decision list.
var Remedies = []string{"redecide", "apply_shortfall", "run_evaluation", "correct_display", "human_review", "tell"}

// Supported is one cause that the evidence supports.
type Supported struct {
	Code  string
	Grade Grade
	// Share is the cause's exact Shapley share of the change, in parts of
	// 1,000,000 of the sum of absolute shares; 0 when the cause has no share.
	Share int64
}

// Event is one entry of a case's evidence timeline.
type Event struct {
	At   int64  // µs UTC
	What string // table and kind, e.g. "limits.promise", "decisions.denied"
	Key  string // key of the row
	Note string // amounts and codes, e.g. "5000.00 -> 5100.00"
}

// Item is one named value of evidence, as text.
type Item struct{ Name, Value string }

// Finding is a cluster of cases with one cause, or a metric past its
// threshold. One bug is one finding with n cases.
type Finding struct {
	ID       string // stable: a hash of check and cluster key
	Check    string
	Severity Severity
	Title    Text // one plain sentence
	What     Text // what is known, how surely, and what it is not

	Substance  Substance
	Disclosure Disclosure
	Grade      Grade
	Cause      string
	Causes     []Supported // every cause its cases support, by code
	Rules      []string

	Cases     int64
	Customers int64
	Amount    int64 // minor units at stake
	Exposure  int64 // sum over cases of amount x days, in minor units x days
	Owed      int64 // cases with a remedy owed: the length of the re-decision list
	FirstSeen int64 // µs UTC; 0 when not applicable
	LastSeen  int64
	Harm      int64    // people harmed where there are no cases, e.g. the approvals a group is short of; ranks the finding
	Samples   []string // up to 20 case keys, chosen by hash: no order shows through

	Metrics  []string // ids of the metrics behind it
	Remedy   Text     // what the lender must fix
	Customer Text     // what the customer may truthfully be told
	Clauses  []Clause // clauses it is evidence for

	// Waived is the plan's waiver in force for it; nil: none. It is no part of
	// what was found: the result's digest leaves it out.
	Waived *Waiver
}

// Clause is a clause of law or supervision as a finding cites it. ID is that of
// the map in audit/clauses.
type Clause struct {
	ID string
	Text
}

// Coverage says how one check ran.
type Coverage struct {
	Check    string
	Status   string // "ran", "degraded" or "skipped"
	Why      []Text // reasons for degraded or skipped
	RowsIn   int64
	Excluded []Excluded // rows each guard took out, in the order applied
	Judged   int64
	Cases    int64
}

// Excluded counts the rows one guard took out.
type Excluded struct {
	Guard Text
	Rows  int64
}

// Result is what the checks found.
type Result struct {
	Findings []Finding
	Cases    []Case
	Metrics  []Metric
	Coverage []Coverage
	// Comparisons are the sheets of the comparison files, for human review.
	Comparisons []Comparison
	Tests       Tests
	// Tallies, by table, is what the readers noticed about cells; the driver
	// sets it before any Finish.
	Tallies map[string]features.Tally
	// Texts counts the rows that have each text of the export, of columns of few
	// values, by value: of the column that has it most, and no further than
	// honesty.suppress. Nil where the plan lets all texts leave.
	Texts map[string]int64
	// Scored is the number of rows that each of the plan's models scored.
	Scored []int64
	// Policies is the SHA-256 of the registry of policies; "" without one.
	Policies string
	// Baseline is what the checks store for later runs, by check.
	Baseline []baseline.Part
	// Usage is what the check governance counted of each of the plan's models;
	// nil when it did not run.
	Usage []ModelUsage
}

// ModelUsage is what one of the plan's models was used for.
type ModelUsage struct {
	Rows, LimitRows int64 // decisions, and limit events, that name it
	Window          bool  // the plan says when it was in service, or trained
	Outside         int64 // decisions outside of that
	First, Last     int64 // first and last decision, µs UTC, where there are any
	// Age at the decisions, in whole months; -1: unknown.
	AgeMin, AgeMedian, AgeMax int
	// Scored decisions have Cells inputs, of which Values are not missing;
	// LeastInput has the fewest of them, LeastValues.
	Scored, Cells, Values, LeastValues int64
	LeastInput                         string
}

// Tests accounts for the significance tests of the run.
type Tests struct {
	Run          int     // tests with a p-value
	Insufficient int     // metrics too small to test
	Suppressed   int     // metrics whose cells are too small to publish
	Method       string  // "Benjamini-Hochberg", "Holm" or "Bonferroni"
	Alpha        float64 // false discovery rate
	Flagged      int     // metrics with status warn or fail
}

// StableID is a short id that depends on the parts only: the same finding has
// the same id in every report.
func StableID(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return hex.EncodeToString(h[:5])
}

// Sort puts everything in its published order.
func (r *Result) Sort() {
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(-cmp.Compare(a.Severity, b.Severity), -cmp.Compare(max(a.Cases, a.Harm), max(b.Cases, b.Harm)),
			-cmp.Compare(a.Amount, b.Amount), cmp.Compare(a.Check, b.Check), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(r.Cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Key, b.Key), cmp.Compare(a.At, b.At),
			cmp.Compare(a.Cause, b.Cause), slices.Compare(a.Rules, b.Rules), cmp.Compare(a.Customer, b.Customer))
	})
	slices.SortFunc(r.Metrics, func(a, b Metric) int { return a.compare(b) })
	slices.SortFunc(r.Comparisons, func(a, b Comparison) int { return a.compare(&b) })
	slices.SortFunc(r.Coverage, func(a, b Coverage) int { return cmp.Compare(a.Check, b.Check) })
}

// Item is the value of the case's evidence of that name, "" where it has none.
func (c *Case) Item(name string) string {
	for _, it := range c.Evidence {
		if it.Name == name {
			return it.Value
		}
	}
	return ""
}
