package draft

import (
	"slices"
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
