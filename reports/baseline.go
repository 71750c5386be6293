package reports

import (
	"io"
	"slices"

	"evenhand/audit"
	"evenhand/audit/baseline"
)

// BaselineFile is the file that a later run can be held against.
const BaselineFile = "baseline.json"

var baselineFormat = Format{
	Name: "baseline", File: BaselineFile,
	Doc: "distributions of scores, features and outcomes, for `evenhand audit -baseline`: coarse counts, no rows",
	Write: func(r *Report, w io.Writer) error {
		_, err := w.Write(r.baseline().Encode())
		return err
	},
}

// baseline is what the checks stored, with what it is of.
func (r *Report) baseline() *baseline.File {
	f := &baseline.File{
		Lender: r.plan.Lender, Timezone: r.zone.String(), Currency: r.plan.Currency,
		Plans: []string{r.plan.Digest}, Inputs: []string{r.data}, Least: max(1, r.plan.Honesty.Suppress),
		Parts: slices.Clone(r.res.Baseline),
	}
	for _, m := range r.models {
		f.Models = append(f.Models, baseline.Named{Version: m.Version, SHA256: m.SHA256})
	}
	if r.res.Policies != "" {
		f.Policies = []string{r.res.Policies}
	}
	// Without any part there is no row that could tell of days.
	f.From = audit.DateText(audit.NewCalendar(r.zone).Day(r.plan.AsOfMicros()))
	f.To = f.From
	for i, p := range f.Parts {
		if i == 0 {
			f.From, f.To = p.From, p.To
		}
		f.From, f.To = min(f.From, p.From), max(f.To, p.To)
	}
	return f
}
