package replay

import (
	"fmt"
	"slices"

	"evenhand/audit"
)

// eras cuts time at the moments at which models came into and went out of
// service, for exports that do not record which model scored a row.
type eras struct {
	column int      // of decided_at, or at
	bounds []int64  // ascending; era i lies before bounds[i], the last after all
	serves [][]bool // by era and model
}

// of returns the era of an instant.
func (e *eras) of(at int64) int { return era(e.bounds, at) }

// newEras returns the eras of the models' service. It is an error when two
// models could have scored the same row.
func newEras(plan *audit.Plan, models []audit.ScoringModel, table string, column int) (*eras, error) {
	e := &eras{column: column}
	from, to := make([]int64, len(models)), make([]int64, len(models))
	for i := range models {
		from[i], to[i] = plan.Service(&models[i].Spec)
		e.bounds = append(e.bounds, from[i], to[i])
	}
	slices.Sort(e.bounds)
	e.bounds = slices.Compact(e.bounds)
	for era := range len(e.bounds) + 1 {
		serves := make([]bool, len(models))
		for i := range models {
			serves[i] = era > 0 && era < len(e.bounds) && from[i] <= e.bounds[era-1] && e.bounds[era] <= to[i]
			for j := range i {
				if a, b := &models[j].Spec, &models[i].Spec; serves[i] && serves[j] && a.Product == b.Product {
					return nil, audit.PlanError{{File: plan.Name, Text: fmt.Sprintf("table %s of the export has no model_version, and models %s and %s were in service at the same time; map model_version under tables.%s.columns, or give the models deployed: and retired: dates", table, a.Label(), b.Label(), table)}}
				}
			}
		}
		e.serves = append(e.serves, serves)
	}
	return e, nil
}

// versioned reports whether any model scores the rows of one version only.
func versioned(models []audit.ScoringModel) bool {
	return slices.ContainsFunc(models, func(m audit.ScoringModel) bool { return m.Spec.Version != "" })
}
