package governance

import (
	"math/bits"
	"slices"
	"strings"

	"evenhand/audit"
)

// The causes of the findings.
const (
	outsideCause  = "OUTSIDE_SERVICE"
	productCause  = "WRONG_PRODUCT"
	editedCause   = "MODEL_EDITED"
	twinCause     = "SAME_FILE"
	missingCause  = "MISSING_SHIFT"
	foreignCause  = "UNTRAINED_VALUES"
	constantCause = "CONSTANT_INPUT"
	staleCause    = "MODEL_STALE"
)

// rules are what cases and findings cite, by cause.
var rules = map[string]string{
	outsideCause: "V1", productCause: "V2", editedCause: "V3", twinCause: "V4",
	missingCause: "V5", foreignCause: "V6", constantCause: "V7", staleCause: "V8",
}

// cases lists the rows outside of a model's service, and those of products that
// their version is not for.
func (t *table) cases(r *audit.Result) {
	for _, it := range t.outside.Items() {
		c := t.newCase(it.Value, outsideCause)
		if it.Value.model < 0 { // no model at all
			r.Cases = append(r.Cases, c)
			continue
		}
		f := &t.facts.models[it.Value.model]
		c.Evidence = append(c.Evidence, audit.Item{Name: "model", Value: f.label})
		for _, x := range []struct{ name, value string }{{"trained_to", f.Spec.TrainedTo}, {"deployed", f.Spec.Deployed}, {"retired", f.Spec.Retired}} {
			if x.value != "" {
				c.Evidence = append(c.Evidence, audit.Item{Name: x.name, Value: x.value})
			}
		}
		r.Cases = append(r.Cases, c)
	}
	for _, it := range t.misused.Items() {
		c := t.newCase(it.Value, productCause)
		c.Evidence = append(c.Evidence, audit.Item{Name: "product", Value: it.Value.product},
			audit.Item{Name: "products_of_the_version", Value: strings.Join(t.productsOf(it.Value.version), ", ")})
		r.Cases = append(r.Cases, c)
	}
}

func (t *table) newCase(x record, cause string) audit.Case {
	return audit.Case{
		Check: name, Table: t.table, Key: x.key, Customer: x.customer, Account: x.account, At: x.at,
		Product: x.product, PolicyVersion: x.policy, ModelVersion: x.version,
		Substance: audit.Indeterminate, Disclosure: audit.NotAssessed, Grade: audit.E1,
		Rules: []string{rules[cause]}, Cause: cause,
		Evidence: []audit.Item{{Name: "decided_at", Value: t.instant(x.at)}},
	}
}

// productsOf are the products that the plan has a version for, sorted.
func (t *table) productsOf(version string) []string {
	var out []string
	for i := range t.facts.models {
		if s := &t.facts.models[i].Spec; s.Version == version && s.Product != "" {
			out = append(out, s.Product)
		}
	}
	slices.Sort(out)
	return out
}

// together counts the days on which both models scored rows of one product, and
// those on which either did.
func (t *table) together(a, b *usage) (both, either int64) {
	var at, or days
	for p := range max(len(a.days), len(b.days)) {
		var x, y days
		if p < len(a.days) {
			x = a.days[p]
		}
		if p < len(b.days) {
			y = b.days[p]
		}
		or.merge(x)
		or.merge(y)
		common := make(days, min(len(x), len(y)))
		for i := range common {
			common[i] = x[i] & y[i]
		}
		at.merge(common)
	}
	for _, w := range at {
		both += int64(bits.OnesCount64(w))
	}
	for _, w := range or {
		either += int64(bits.OnesCount64(w))
	}
	return both, either
}

// use tells the report how the models were used.
func (t *table) use(r *audit.Result) {
	if r.Usage == nil {
		r.Usage = make([]audit.ModelUsage, len(t.models))
	}
	for i := range t.models {
		u, f, to := &t.models[i], &t.facts.models[i], &r.Usage[i]
		if t.table == limits {
			to.LimitRows = u.rows
			continue
		}
		*to = audit.ModelUsage{Rows: u.rows, Outside: u.outside, Window: f.window, First: u.first, Last: u.last, AgeMin: -1, AgeMedian: -1, AgeMax: -1}
		if least, median, most, n := quantiles(u.months); n > 0 {
			to.AgeMin, to.AgeMedian, to.AgeMax = least, median, most
		}
		for _, c := range u.periods {
			to.Scored += c.n
		}
		if !f.readable() || to.Scored == 0 {
			continue
		}
		for k := range u.inputs {
			n := u.inputs[k].n
			to.Values += n
			to.Cells += to.Scored
			if k == 0 || n < to.LeastValues {
				to.LeastValues, to.LeastInput = n, f.inputs[k].name
			}
		}
	}
}
