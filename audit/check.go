// Package audit is the vocabulary: Plan, Check, State, Finding, Case, Metric,
// Result; no I/O, no goroutines.
//
// A Check is a plain value. The driver asks it for a State per worker, feeds
// the states batches, merges them and lets the merged one Finish into a
// Result. Settle then corrects all tests of the run together, and each
// check's Conclude turns cases and settled metrics into findings.
package audit

import (
	"encoding"
	"fmt"
	"regexp"
	"strings"

	"evenhand/audit/baseline"
	"evenhand/audit/policy"
	"evenhand/features"
	"evenhand/features/model"
)

// Check is one audit rule. The suite is a slice of them that can be read.
type Check struct {
	// Name is one lower-case word; flags, plan keys, anchors and file names
	// are this same string.
	Name string
	// Title is the check's name in words.
	Title Text
	// Doc is the check's only manual page: what, when, formula, limits,
	// source. Its first line is a title, then a blank line.
	Doc string
	// DocZh is Doc in Chinese, section by section.
	DocZh string
	// Article is the source complaint it answers ("000" … "004"), or "".
	Article string
	// Chapter is the part of the report it belongs to: "replication",
	// "denials", "limits", "fairness", "consistency", "drift", "scenarios" or
	// "ingest".
	Chapter string

	// Clauses are the ids of the clauses, in audit/clauses, that the check can
	// give evidence for, whatever its findings cite.
	Clauses []string

	// Words names the check's metrics, and causes that are its own, in both
	// languages, by metric name and cause code.
	Words map[string]Text
	// Evidence names what the check's cases hold as evidence (names of items,
	// wordings of values and notes) in both languages, by the English. A * in the
	// English stands for anything; the texts have it as $1, $2, or as @1, @2 where
	// it is a word or the name of a feature and is to be said too.
	Evidence map[string]Text
	// IDs names the items of evidence that hold an id, which leaves as a pseudonym.
	// A # that ends a name stands for a number.
	IDs []string

	Needs Needs
	// Settings returns a pointer to a struct of the check's parameters,
	// filled with the defaults. The plan's `checks:` overrides fields by
	// their yaml tags; the doc tags go into the published schema. Nil: none.
	Settings func() any

	// New returns the identity state.
	New func(*Env) (State, error)
	// Letter returns what the customer of a case may truthfully be told, filled
	// with the case's replayed facts only; zero when there is nothing to tell.
	// Nil: the finding's Customer text has to do.
	Letter func(*Plan, *Case) Text
	// Conclude returns the check's findings, given its own cases and its own
	// settled metrics. It is pure. Cases' Finding fields may be set.
	Conclude func(*Env, []Case, []Metric) []Finding
}

// Needs says what a check reads. Absent required input skips the check, and
// the report says so.
type Needs struct {
	Tables []TableNeed
	// Lookups are small tables wanted whole, before any rows (appeals,
	// incidents …); absent ones are nil in Env.
	Lookups []TableNeed
	Models  bool // a model whose inputs the export has; fills Batch.Scores
	// Replay fills Batch.Replay where the plan has policies; without any the
	// check runs all the same, and Batch.Replay is nil.
	Replay bool
	Groups bool // group columns in the plan
}

// TableNeed names the columns a check reads of one table.
type TableNeed struct {
	Table string
	// IfPresent lets the check run without this table, as long as it has
	// another one.
	IfPresent bool
	// Timeline says that the rows come customer by customer, to
	// TimelineState.Customer, and not batch by batch.
	Timeline bool
	Required []string
	Optional []Want
	Features bool // also every feature column (inputs of the plan's models, and the plan's features)
	Groups   bool // also every group, segment and stratum column
	Controls bool // also the features that the plan lists as controls
	// When says whether the need arises at all, by what the export has: exports
	// reports whether it has a column of a table. Nil: always.
	When func(exports func(table, column string) bool) bool
}

// Want is an optional column; without it the check runs, but Effect, when not
// empty, is lost, and the coverage says "degraded".
type Want struct {
	Column string
	Effect Text
	// Probability says that the column is read beside
	// Batch.Scores.Probability, which is else left empty.
	Probability bool
}

// State is a check's mergeable statistic. The contract:
//
//  1. New is the identity of Merge.
//  2. Merge is associative and commutative bit for bit, so that any split,
//     order, worker count or engine gives the same bytes.
//  3. Finish is pure: it may be called once, on the merged state, and adds
//     cases, metrics and one Coverage to the result.
//  4. No goroutine, I/O, clock or randomness.
//  5. MarshalBinary and UnmarshalBinary round-trip; equal states give equal bytes.
//
// Hence counts and money are int64, float sums are stats.Sum, histograms are
// stats.Hist, and everything kept by key is sorted before it leaves.
type State interface {
	Merge(State)
	Finish(*Result)
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// RowState is a State fed with batches. It must not keep anything that points
// into a batch, nor depend on how rows are cut into batches.
type RowState interface {
	State
	Update(*features.Batch)
}

// TimelineState is a State fed with one customer at a time: the rows of the
// tables that its check needs as timelines. It must not keep anything that
// points into a timeline. A state may be a RowState as well, for other tables.
type TimelineState interface {
	State
	Customer(*Timeline)
}

// KeyState is a RowState that compares the keys of rows, more of them than
// memory holds: it gives away their hashes, and gets them back sorted, once all
// rows were read. It must not keep anything that points into what it is given,
// nor depend on how hashes are cut into ranges.
type KeyState interface {
	RowState
	// Sets is the number of sets of hashes, the same for all states of a check:
	// at most 256 for all checks of a run, 0 for none at all.
	Sets() int
	// Hashes calls add with hashes of the rows of a batch of the first pass,
	// which Update gets as well. Add copies them. It is called for whole
	// columns, not row by row.
	Hashes(b *features.Batch, add func(set int, hashes []uint64))
	// Keys gets the hashes of a range, the ranges in any order: those of each
	// set, ascending, as often as any state of the check added them. No other
	// call of any of these states is given hashes of the same range.
	Keys(sets [][]uint64)
}

// Baseliner is a State that stores distributions for later runs to be held
// against (Env.Baseline): coarse counts, and never a row.
type Baseliner interface {
	State
	// Baseline returns what to store of the merged state, before Finish; nil when
	// there is nothing.
	Baseline() *baseline.Part
}

// Rereader is a RowState that, once everything is merged, may want to see the
// rows again (for instance to find earlier snapshots of a few customers).
type Rereader interface {
	RowState
	// Reread returns nil when one pass was enough. Otherwise it returns the
	// constructor of second-pass states, which see the same tables, but no
	// Batch.Scores: what they want scored is a few rows. The merged second
	// state's Finish replaces the first's.
	Reread() func() RowState
}

// Env is what a check gets to know besides rows.
type Env struct {
	Plan     *Plan
	Settings any // of this check: what Check.Settings returned, with the plan's values
	Periods  *Periods
	Layouts  map[string]*Layout         // by table
	Lookups  map[string]*features.Batch // whole small tables; row order is undefined
	Models   []ScoringModel             // in plan order; Batch.Scores.Model indexes it
	Policies *policy.Registry           // nil without policies; Batch.Replay.Policy indexes its Policies
	Baseline *baseline.File             // what an earlier run stored; nil without
}

// ScoringModel is a model of the plan, loaded.
type ScoringModel struct {
	Spec   ModelSpec
	Model  model.Model
	Digest string // SHA-256 of the file
	// Inputs[i] is the column of the decisions layout that feeds input i.
	Inputs []int
}

// Layout is the order of the columns in a table's batches.
type Layout struct {
	Specs []features.Spec
	index map[string]int
}

// NewLayout returns the layout of specs.
func NewLayout(specs []features.Spec) *Layout {
	l := &Layout{Specs: specs, index: map[string]int{}}
	for i, s := range specs {
		l.index[s.Name] = i
	}
	return l
}

// Index returns the position of the column called name, or -1.
func (l *Layout) Index(name string) int {
	if l != nil {
		if i, ok := l.index[name]; ok {
			return i
		}
	}
	return -1
}

// Exported reports whether the export has the column called name: it is in the
// layout, and no stand-in of nulls.
func (l *Layout) Exported(name string) bool {
	i := l.Index(name)
	return i >= 0 && (len(l.Specs[i].From) > 0 || l.Specs[i].Constant != nil || l.Specs[i].RowID)
}

// Col returns the position of a column in the batches of a table. It panics
// when the check did not ask for the column in its Needs: a broken contract.
func (e *Env) Col(table, column string) int {
	i := e.Layouts[table].Index(column)
	if i < 0 {
		panic(fmt.Sprintf("audit: column %s.%s is not in the check's needs", table, column))
	}
	return i
}

// Grouping columns are delivered under these names.
const (
	groupPrefix   = "group:"
	segmentPrefix = "segment:"
	stratumPrefix = "stratum:"
	featurePrefix = "feature:"
	historyPrefix = "history:"
)

// GroupColumn is the batch column that holds the plan's group dimension name.
func GroupColumn(name string) string { return groupPrefix + name }

// SegmentColumn is the batch column that holds the plan's segment name.
func SegmentColumn(name string) string { return segmentPrefix + name }

// StratumColumn is the batch column that holds the plan's stratum name.
func StratumColumn(name string) string { return stratumPrefix + name }

// FeatureColumn is the batch column that holds the feature called name.
func FeatureColumn(name string) string { return featurePrefix + name }

// HistoryColumn is the batch column that holds the fact called name of the
// customer's history as of the row's moment (package audit/timeline).
func HistoryColumn(name string) string { return historyPrefix + name }

var checkName = regexp.MustCompile(`^[a-z]+$`)

// Validate reports the first check that is misnamed, undocumented, unfinished
// or named twice.
func Validate(checks []*Check) error {
	seen := map[string]bool{}
	for _, c := range checks {
		switch {
		case !checkName.MatchString(c.Name):
			return fmt.Errorf("check %q: the name must be one lower-case word", c.Name)
		case seen[c.Name]:
			return fmt.Errorf("check %s: listed twice", c.Name)
		case !isManual(c.Doc):
			return fmt.Errorf("check %s: Doc must be a title line, a blank line and a body", c.Name)
		case !isManual(c.DocZh):
			return fmt.Errorf("check %s: DocZh must be a title line, a blank line and a body", c.Name)
		case c.Title.En == "" || c.Title.Zh == "":
			return fmt.Errorf("check %s: the title is missing in a language", c.Name)
		case c.New == nil || c.Conclude == nil || c.Chapter == "":
			return fmt.Errorf("check %s: New, Conclude and Chapter are required", c.Name)
		case len(c.Needs.Tables) == 0:
			return fmt.Errorf("check %s: it reads no table", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// isManual reports whether doc is a title line, a blank line and a body.
func isManual(doc string) bool {
	title, body, ok := strings.Cut(doc, "\n\n")
	return ok && title != "" && !strings.Contains(title, "\n") && strings.TrimSpace(body) != ""
}
