package draft

import (
	"slices"
	"time"
)

// writeModels offers the registries that need files or knowledge that no
// export has.
func (d *drafter) writeModels(w *writer) {
	t := d.named("decisions")
	if t == nil {
		return
	}
	d.offerModels(w, t)
	w.policies()
	g := t.guess("reasons")
	if g == nil {
		return
	}
	var codes []string
	for _, name := range g.from {
		for _, v := range t.fieldNamed(name).Values {
			if !slices.Contains(codes, v) && v != "" {
				codes = append(codes, v)
			}
		}
	}
	slices.Sort(codes)
	if len(codes) == 0 || len(codes) > manyValues {
		codes = []string{"CODE"}
	}
	w.line(0, "")
	w.line(0, "# reasons: # uncomment to say what each code stands for: features, or the rule it comes from")
	for _, c := range codes {
		w.line(0, "#   %s: {features: [], zh: \"\", en: \"\"}", quote(c))
	}
}

// policies is the hint at the lender's own policy: without it no outcome is
// judged, only what was told about it.
func (w *writer) policies() {
	w.line(0, "")
	w.line(0, "# policies: policies.yaml # uncomment to replay the lender's policy: without it nothing is called unjustified")
	w.line(0, "# dictionary: # uncomment to name features to people, and to say what customers can change")
	w.line(0, "#   FEATURE: {zh: NAME, en: NAME, good: lower, mutable: slow, family: utilisation, step: 0.01}")
	w.line(0, "# errors: # uncomment to say what engine statuses and error codes mean")
	w.line(0, "#   E503: {class: technical}")
}

// ending offers what says how the command ends, and what leaves of persons.
func (d *drafter) ending(w *writer) {
	w.line(0, "")
	w.line(0, "# gates: # uncomment to say what makes the command exit 1; by default any finding of level fail does")
	w.line(0, "#   fail_on: fail")
	switch {
	case d.named("limits") != nil:
		w.line(0, "#   findings: [{pattern: 001, cases_over: 0}] # any promised increase that vanished")
		w.line(0, "#   require: [{check: phantomlimit, rows: 1000}] # not to be green because nothing was looked at")
	case d.named("decisions") != nil:
		w.line(0, "#   findings: [{pattern: 000, cases_over: 0}] # any denial without its reason")
		w.line(0, "#   require: [{check: unexplaineddenial, rows: 1000}] # not to be green because nothing was looked at")
	}
	if d.named("decisions") != nil {
		w.line(0, "#   metrics: [{name: selection_rate_ratio, segment: all, period: all, below: 0.8, bound: high}] # surely below four fifths")
	}
	w.line(0, "#   refused_cells: 0")
	w.line(0, "# waivers: # uncomment to accept a finding until a day, by the id that the report gives it")
	w.line(0, "#   - {id: W-1, reason: WHY, owner: WHO, expires: %s, finding: 0123456789, max_cases: 10}", d.halfYearOn())
	w.line(0, "# privacy: {ids: plain} # uncomment to let ids leave as they are: else reports have pseudonyms, under the key in EVENHAND_ID_KEY")
}

// halfYearOn is six months after the as-of day, as far as that is known.
func (d *drafter) halfYearOn() string {
	day, _ := d.asOf()
	if day == "" {
		day = d.someDay()
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "2026-12-31"
	}
	return t.AddDate(0, 6, 0).Format(time.DateOnly)
}
