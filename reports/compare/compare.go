// Package compare holds one published report against an earlier one: what is
// new, fixed, worse, better or not comparable, and which numbers changed by
// more than chance.
//
// Findings are matched by id, metrics by id. A finding that is gone is fixed
// only when its check ran again on comparable coverage. A number changed only
// when the interval of its change excludes none, the change survives
// Benjamini-Hochberg over all that were compared, and is large enough to
// matter. Nothing here reads cases, nor names a customer.
package compare

import (
	"cmp"
	"slices"

	"evenhand/audit"
	"evenhand/reports"
)

// SchemaVersion is the version of the JSON layout. It grows when a field
// changes its meaning or goes away, not when one is added.
const SchemaVersion = 1

// The limits under which a change is no news, however sure it is.
const (
	Alpha     = 0.05 // false discovery rate over all comparisons
	Level     = 0.95 // of the intervals of change
	LeastGap  = 0.01 // of shares and their differences: one percentage point
	LeastPart = 0.05 // of ratios and other numbers, relative to the old one
	// LeastRows is the part of the old report's judged rows that a check must
	// have judged again for a finding's absence to mean anything.
	LeastRows = 0.5
)

// State is what became of a finding.
type State string

// The states, in the order they are told.
const (
	New           State = "new"
	Worse         State = "worse"
	NotComparable State = "not_comparable" // gone, but its check can't have seen it
	Fixed         State = "fixed"
	Better        State = "better"
	Unchanged     State = "unchanged"
)

// States lists the states in the order they are told.
var States = []State{New, Worse, NotComparable, Fixed, Better, Unchanged}

// Diff is what two reports say differently. It is a pure function of them.
type Diff struct {
	Format        string       `json:"format"` // "evenhand-diff"
	SchemaVersion int          `json:"schema_version"`
	Old           Run          `json:"old"`
	New           Run          `json:"new"`
	Rows          string       `json:"rows"` // "same_data" or "maybe_overlapping"
	Worst         State        `json:"worst"`
	Counts        []StateCount `json:"counts"`
	Warnings      []audit.Text `json:"warnings"`
	Between       []Between    `json:"between"`
	Periods       Periods      `json:"periods"`
	Findings      []Finding    `json:"findings"`
	Metrics       Metrics      `json:"metrics"`
}

// Run is one of the two reports.
type Run struct {
	Lender        string     `json:"lender"`
	AsOf          string     `json:"as_of"`
	FirstPeriod   string     `json:"first_period"`
	LastPeriod    string     `json:"last_period"`
	Currency      string     `json:"currency"`
	SchemaVersion int        `json:"schema_version"`
	Result        string     `json:"result_sha256"`
	Plan          string     `json:"plan_sha256"`
	Data          string     `json:"data_sha256"`
	Binary        string     `json:"binary"`
	RowsRead      int64      `json:"rows_read"`
	RowsJudged    int64      `json:"rows_judged"`
	Findings      int        `json:"findings"`
	Verdict       audit.Text `json:"verdict"`
}

// StateCount counts the findings of a state; Waived are among them.
type StateCount struct {
	State  State `json:"state"`
	Count  int   `json:"count"`
	Waived int   `json:"waived"`
}

// Between is one thing that changed between the runs; "" where it was absent.
type Between struct {
	What string `json:"what"` // plan, data, binary, schema, policies, model, table, check
	Name string `json:"name"` // of the model, table or check
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Periods says which periods the metrics of both reports have.
type Periods struct {
	Common  []string `json:"common"`
	OnlyOld []string `json:"only_old"`
	OnlyNew []string `json:"only_new"`
}

// Finding is one finding of either report.
type Finding struct {
	ID       string     `json:"id"`
	Check    string     `json:"check"`
	State    State      `json:"state"`
	Severity string     `json:"severity"` // in the newer report that has it
	Level    string     `json:"level"`
	Title    audit.Text `json:"title"`
	Waived   bool       `json:"waived"`
	// Why says what the state rests on, where that is not plain.
	Why     audit.Text `json:"why"`
	Changes []Change   `json:"changes"`
	// Cases, Customers and Amount are those of the newer report that has it.
	Cases     int64 `json:"cases"`
	Customers int64 `json:"customers"`
	Amount    int64 `json:"amount_minor"`
	// Metrics are the ids of its metrics that changed.
	Metrics []string `json:"metrics"`
}

// Change is one field of a finding that is in both reports.
type Change struct {
	Field     string `json:"field"` // severity, substance, disclosure, grade, cases, customers, harm or amount_minor
	Old       string `json:"old"`
	New       string `json:"new"`
	Direction string `json:"direction"` // worse, better or other
}

// Compare holds the newer report against the older one.
func Compare(old, new *Report) *Diff {
	d := &Diff{
		Format: "evenhand-diff", SchemaVersion: SchemaVersion, Old: old.run(), New: new.run(),
		Rows: "maybe_overlapping", Warnings: warnings(old, new), Between: between(old, new), Periods: periods(old, new),
	}
	if old.Summary.DataDigest == new.Summary.DataDigest {
		d.Rows = "same_data"
	}
	d.Metrics = compareMetrics(old, new, d.Rows == "same_data")
	d.Findings = compareFindings(old, new, d.Metrics.moved())
	count := map[State]*StateCount{}
	for _, s := range States {
		d.Counts = append(d.Counts, StateCount{State: s})
	}
	for i := range d.Counts {
		count[d.Counts[i].State] = &d.Counts[i]
	}
	for _, f := range d.Findings {
		c := count[f.State]
		c.Count++
		if f.Waived {
			c.Waived++
		}
	}
	switch {
	case d.open(New):
		d.Worst = New
	case d.open(Worse):
		d.Worst = Worse
	}
	return d
}

// open reports whether a finding in that state is not waived.
func (d *Diff) open(s State) bool {
	return slices.ContainsFunc(d.Findings, func(f Finding) bool { return f.State == s && !f.Waived })
}

// Fails reports whether the gate is reached: at "new" a new finding, at "worse"
// a new or worse one, waived ones apart; at "never" nothing.
func (d *Diff) Fails(at string) bool {
	switch at {
	case "new":
		return d.open(New)
	case "worse":
		return d.open(New) || d.open(Worse)
	}
	return false
}

// Of returns the findings in a state, in their order.
func (d *Diff) Of(s State) (out []Finding) {
	for _, f := range d.Findings {
		if f.State == s {
			out = append(out, f)
		}
	}
	return out
}

func (r *Report) run() Run {
	s := r.Summary
	return Run{s.Lender, s.AsOf, s.FirstPeriod, s.LastPeriod, s.Currency, s.SchemaVersion, s.ResultDigest, s.Plan.SHA256, s.DataDigest,
		s.Binary, s.RowsRead, s.RowsJudged, len(r.Findings), s.Verdict}
}

// order is the published order of findings: by state, the worst first.
func order(fs []Finding) {
	rank := map[State]int{}
	for i, s := range States {
		rank[s] = i
	}
	slices.SortFunc(fs, func(a, b Finding) int {
		waived := map[bool]int{false: 0, true: 1}
		return cmp.Or(cmp.Compare(rank[a.State], rank[b.State]), cmp.Compare(waived[a.Waived], waived[b.Waived]),
			cmp.Compare(a.Severity, b.Severity), // "S1" is the worst
			-cmp.Compare(a.Cases, b.Cases), -cmp.Compare(a.Amount, b.Amount), cmp.Compare(a.Check, b.Check), cmp.Compare(a.ID, b.ID))
	})
}

func coverageOf(s *reports.Summary, check string) (status string, judged int64, why []audit.Text) {
	for _, c := range s.Coverage {
		if c.Check == check {
			return c.Status, c.Judged, c.Why
		}
	}
	return "", 0, nil
}
