package policy

import (
	"errors"
	"time"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// Registry is every version of the lender's policy, validated.
type Registry struct {
	Policies []Policy // as listed; features.Replay.Policy indexes it
	Digest   string   // SHA-256 of the file or of the plan's own text

	zone  *time.Location
	scale float64 // minor units in a unit of money
}

// Problem is one thing that is wrong with a registry.
type Problem struct {
	Path string // e.g. "2.rules.1.when": places in lists are counted from 1
	Text string // what is wrong; what to do
}

// New validates policies: days and instants are read in zone, and a unit of
// money has 10^exponent minor units.
func New(policies []Policy, zone *time.Location, exponent int) (*Registry, []Problem) {
	r := &Registry{Policies: policies, zone: zone, scale: 1}
	for range exponent {
		r.scale *= 10
	}
	return r, nil
}

// Names returns the names that the expressions of a table's replay read,
// sorted: columns and features by name, facts as "history.NAME". table is
// "decisions" or "limits".
func (r *Registry) Names(table string) []string { return nil }

// Pick returns the index of the policy of a version and product, or -1. An
// empty version means that the export does not record versions: then the one
// in force at the instant at (µs UTC) is meant.
func (r *Registry) Pick(version, product string, at int64) int16 { return -1 }

// InForce reports whether policy i was in force at an instant, µs UTC.
func (r *Registry) InForce(i int16, at int64) bool { return false }

// Program is a registry compiled for the batches of one table. It belongs to
// one worker.
type Program struct{}

// Compile returns the program for the batches of a table, "decisions" or
// "limits".
func (r *Registry) Compile(table string, resolve func(name string) (expr.Column, bool)) (*Program, error) {
	return nil, errors.New("not built yet")
}

// Replay says what the policies[i] of the registry says of row i (-1: none)
// and fills out. Batch.Scores has the recomputed scores, or is nil.
// Row i is an edge case when its score is not equal to a cut-off but within
// tolerance[i] of one.
func (p *Program) Replay(b *features.Batch, policies []int16, tolerance []float64, out *features.Replay) {
}

// Condition evaluates, over rows of the limits table, the condition of that
// name: a code of `conditions`, or a key of `promises` for its `when`. It
// returns nil when no policy has it; Unknown where the row's has not.
func (p *Program) Condition(b *features.Batch, policies []int16, name string) []expr.Truth {
	return nil
}
