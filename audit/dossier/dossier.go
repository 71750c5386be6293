// Package dossier gathers everything about one decision or account: inputs,
// score and contributions, rule path, reasons, timeline, verdicts, and what
// would change it.
package dossier

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/recourse"
)

// Dossier is one customer's file, opened at one id. Everything in it is read
// from the export or replayed; nothing is inferred.
type Dossier struct {
	ID       string
	Table    string // table and column that the id was found in
	Column   string
	Customer string
	Accounts []string
	Loans    []string

	Decisions []Decision // the one asked for, or all of the customer or account, the last first
	Events    []audit.Event
	Steps     []Step // the limit as shown and as drawable, for the chart
	Cases     []audit.Case
}

// Decision is one decision or event of a limit, replayed.
type Decision struct {
	Table, Key string
	At         int64
	Asked      bool // it is the one the dossier is about
	Recorded   []audit.Item
	Inputs     []Input // the most adverse first
	Score      Score
	Policy     string // the policy replayed, "" for none
	Path       []Rule
	// Replayed is the outcome that the policy gives, in the words of
	// features.Outcomes, "" when nothing could be replayed; Why says why not.
	Replayed string
	Rule     string // the rule that decided, "" for none
	Now      int64  // the limit before an evaluation, minor units; -1: not known
	Limit    int64  // the limit that follows by replay, minor units; -1: none
	Next     int64  // the ladder's next step, minor units; -1: none
	Bound    string // the term that binds the limit
	Why      audit.Text
	Edge     bool
	Reasons  []Reason
	// Searched says that the smallest set of changes that a replay accepts was
	// looked for. Recourse is what the search came to, Proved that nothing
	// smaller does (or nothing at all), Days what a cooling-off time has left.
	Searched bool
	Recourse recourse.Status
	Proved   bool
	Changes  []recourse.Change
	Days     int
}

// Input is one feature of the snapshot.
type Input struct {
	Feature string
	Name    audit.Text // plain name
	Value   string     // "" is missing
	Unit    string
	Points  float64 // its share of the score or margin; NaN when no model reads it
	Lost    float64 // how short it is of the model's reference (reasons.Principal), in the unit of the score's points; NaN when it has none
	Mutable string
	Known   int64 // when it was available, µs UTC; 0: not recorded
}

// Score is a recorded and a recomputed score; NaN where there is none.
type Score struct {
	Model              string
	Recorded, Computed float64
	Base               float64 // what the inputs' shares add to
	Unit               string  // "points" or "margin"
}

// Rule is one step of the rule path.
type Rule struct {
	policy.Step
	Stage     string // a rule's stage, or the kind of a term
	Condition string // as the policy has it, "" where it has none
}

// Reason is a reason given, or one that the replay gives.
type Reason struct {
	Code      string
	Text      audit.Text
	Recorded  bool
	Given     bool // to the customer
	Recompute bool // the replay gives it
	Generic   bool
}

// Step is the limit shown and drawable from an instant on; -1: not known.
type Step struct {
	At              int64
	Account, Key    string
	Limit           int64
	Shown, Drawable int64
}

// Take takes the cases of the dossier's customer, accounts and decisions out of
// an audit's.
func (d *Dossier) Take(cases []audit.Case) {
	d.Cases = nil
	for _, c := range cases {
		mine := c.Customer != "" && c.Customer == d.Customer || c.Key == d.ID
		if c.Customer == "" && c.Account != "" {
			mine = mine || slices.Contains(d.Accounts, c.Account)
		}
		if !mine {
			continue
		}
		if (d.Column == "decision_id" || d.Column == "event_id") && c.Key != d.ID && !slices.Contains(d.Accounts, c.Key) {
			continue // of the customer's other decisions
		}
		d.Cases = append(d.Cases, c)
	}
}
