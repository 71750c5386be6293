package driver

import (
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/features"
	"evenhand/features/model"
)

// feeds makes sure that a table has every input of every model, of a type that
// can be right.
func (r *run) feeds(table string, fields []features.Field, reading *audit.Reading) error {
	how := fmt.Sprintf("map it under tables.%s.features, or the model's inputs:", table)
	for i := range r.models {
		m := &r.models[i]
		who := fmt.Sprintf("model %s (%s)", m.Spec.Label(), m.Spec.File)
		var missing []string
		for k, in := range m.Model.Inputs() {
			feature := m.Spec.Feature(in.Name)
			if _, lent := r.borrowed[feature]; lent && table == "limits" {
				continue
			}
			if slices.Contains(reading.Missing, audit.FeatureColumn(feature)) {
				missing = append(missing, feature)
				continue
			}
			at := slices.IndexFunc(reading.Specs, func(s features.Spec) bool { return s.Name == audit.FeatureColumn(feature) })
			if at < 0 || len(reading.Specs[at].From) == 0 || len(reading.Specs[at].Values) > 0 { // constant, or recoded
				continue
			}
			from := reading.Specs[at].From[0]
			f := slices.IndexFunc(fields, func(f features.Field) bool { return f.Name == from })
			if f < 0 {
				continue
			}
			if err := model.Fits(m.Model, k, fields[f]); err != nil {
				return r.wrong("%s: %v; %s", who, err, how)
			}
		}
		if err := r.lacks(who, table, missing, len(m.Model.Inputs()), how); err != nil {
			return err
		}
	}
	return nil
}

// lacks is the error of inputs that the table does not have, nil without any.
func (r *run) lacks(who, table string, missing []string, inputs int, how string) error {
	const most = 10
	switch n := len(missing); {
	case n == 0:
		return nil
	case n == 1:
		return r.wrong("%s reads feature %q, which table %s of the export lacks; %s", who, missing[0], table, how)
	case n > most:
		missing = append(missing[:most:most], "…")
		fallthrough
	default:
		return r.wrong("%s reads features that table %s of the export lacks, %d of its %d: %s; %s", who, table, n, inputs, strings.Join(missing, ", "), strings.Replace(how, "map it", "map them", 1))
	}
}
