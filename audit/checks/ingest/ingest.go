// Package ingest has the gates an export must pass before what the other
// checks make of it can be believed.
package ingest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/clauses"
	"evenhand/features"
)

// Ingest holds the export against the data contract.
var Ingest = &audit.Check{
	Name:     name,
	Title:    audit.T("Quality of the export", "导出数据质量"),
	Doc:      doc,
	DocZh:    docZh,
	Words:    ingestMetrics,
	Evidence: audit.Evidence(ingestEvidence),
	Chapter:  "ingest",
	Clauses:  clauses.IDs(clauses.InternetLoansModels, clauses.AIActData),
	Needs:    audit.Needs{Tables: needs()},
	Settings: func() any {
		return &Settings{DuplicateRows: 20_000_000, Cases: 1000, ClockSkew: 5}
	},
	New: func(env *audit.Env) (audit.State, error) {
		set := env.Settings.(*Settings)
		for _, g := range slices.Sorted(maps.Keys(set.Levels)) {
			if _, ok := gates[g]; !ok {
				return nil, fmt.Errorf("checks.%s.levels: there is no gate %q; use one of %s", name, g, strings.Join(slices.Sorted(maps.Keys(gates)), ", "))
			}
			if !slices.Contains([]string{"fail", "warn", "info", "off"}, set.Levels[g]) {
				return nil, fmt.Errorf("checks.%s.levels.%s: %q is no level; use fail, warn, info or off", name, g, set.Levels[g])
			}
		}
		return newState(env, set), nil
	},
	Conclude: conclude,
}

const name = "ingest"

// Settings are ingest's parameters.
type Settings struct {
	Levels        map[string]string `yaml:"levels" doc:"gate: fail, warn, info or off"`
	DuplicateRows int               `yaml:"duplicate_rows" doc:"distinct keys of a table that are compared at most; beyond it, a share 1/2^k of the keys, by hash"`
	Cases         int               `yaml:"cases" doc:"rows listed of each gate and table, those of least hash; the counts are exact"`
	ClockSkew     int64             `yaml:"clock_skew" doc:"seconds by which two clocks may differ"`
}

// level returns the level of a gate.
func (s *Settings) level(gate string) string {
	if l, ok := s.Levels[gate]; ok {
		return l
	}
	return gates[gate].level
}

// The gates.
const (
	duplicateKey    = "duplicate_key"
	decidedTooEarly = "decided_before_submitted"
	noticeTooEarly  = "notice_before_decision"
	featureTooLate  = "feature_after_decision"
	future          = "after_as_of"
	mixedCurrency   = "mixed_currency"
	unknownValue    = "unknown_value"
	badCell         = "bad_cell"
	nullRequired    = "null_required"
	unitSmell       = "unit_smell"
	emptyTable      = "empty_table"
	orphanKey       = "orphan_key"
)

// gate is one rule of the contract.
type gate struct {
	level string // default
	rule  string // short id, in Case.Rules
	words
}

// rowOrder says that column first is never after column then.
type rowOrder struct{ gate, first, then string }

var orders = map[string][]rowOrder{
	"decisions": {
		{decidedTooEarly, "submitted_at", "decided_at"},
		{noticeTooEarly, "decided_at", "notice_at"},
	},
}

// past are the instants that lie before the export's as-of instant.
var past = map[string][]string{
	"decisions":  {"submitted_at", "decided_at", "notice_at"},
	"repayments": {"paid_at", "posted_at", "booked_at"},
	"payments":   {"paid_at", "posted_at"},
	"limits":     {"at", "notice_at"},
	"appeals":    {"opened_at", "closed_at"},
	"incidents":  {"starts_at"},
	"features":   {"as_of"},
}

// needs asks for the required columns of every table, and for what the gates
// compare; whatever is absent only leaves its gate out.
func needs() []audit.TableNeed {
	var out []audit.TableNeed
	for _, t := range features.Schema {
		n := audit.TableNeed{Table: t.Name, IfPresent: true, Features: t.Name == "decisions"}
		for _, c := range t.Columns {
			take := c.Required || c.Kind == features.Money || c.Name == "product" || c.Name == "currency" ||
				slices.Contains(past[t.Name], c.Name) || slices.Contains(t.Key, c.Name)
			for _, l := range linked[t.Name] {
				take = take || c.Name == l.column
			}
			for _, o := range orders[t.Name] {
				take = take || c.Name == o.first || c.Name == o.then
			}
			if take {
				n.Optional = append(n.Optional, audit.Want{Column: c.Name})
			}
		}
		out = append(out, n)
	}
	return out
}

const doc = `Quality of the export

The gates of the data contract, each at a level (fail, warn, info, off) that
the plan may change:
  duplicate_key             the key of a table's row occurs again (fail)
  decided_before_submitted  the decision precedes the application (warn)
  notice_before_decision    the customer was told before the decision (warn)
  feature_after_decision    a feature became available after the decision that
                            used it: back-filled, or leaked (warn)
  after_as_of               an instant lies after the export's as-of (warn)
  mixed_currency            a credit line has events in several currencies (fail)
  unknown_value             a value outside a closed vocabulary; it is kept as
                            other:VALUE (warn)
  bad_cell                  a cell that could not be read as its column's type;
                            it is read as null (fail)
  null_required             a null where the contract allows none (fail)
  unit_smell                the median of an amount or a numeric feature in one
                            product or period is 50 to 200 times that of all
                            others: yuan for fen (warn)
  empty_table               a table without rows (warn)
  orphan_key                more than 0.1 % of the decisions or events that a
                            table refers to are not in the export (warn; fail
                            above 5 %)
Two clocks may differ by 5 seconds. Counts are exact; the rows listed of a gate
are the 1,000 whose key has the least hash.

Keys are compared by 64-bit hash, and those that meet are read a second time
and compared byte by byte. With more than duplicate_rows distinct keys, a share
1/2^k of the keys is compared, and the coverage says so. unit_smell needs 30
positive values on either side; it reads medians off bins a quarter of an
octave wide, and looks at periods of a month or more. Values of vocabularies
are printed only when they occur at least as often as the plan's limit for
publishing a cell. Of the keys that a table refers to, a million at most are
looked up, chosen by hash. Only columns that some check reads are looked at.

What depends on how a file was written and not on what it says (NaN for null,
doubles for money, coarse instants) is told with the report's provenance and is
no finding. Ledger breaks and overpayments are left to the checks
of the tables concerned.

Source: data contract, ingest gates.`
