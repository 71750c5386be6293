package limit

import (
	"cmp"
	"slices"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

// hide finds the groups that are too small to publish, and, where these could
// be worked out from the others, the next smallest besides.
func (m *measures) hide(values []rows.Value) {
	m.hidden = map[string]bool{}
	least := m.env.Plan.Honesty.Suppress
	for _, d := range m.groups {
		if d.segment {
			continue
		}
		type group struct {
			name string
			n    int64
		}
		var all []group
		rest := m.n[countKey("due", "", "")] // of no group
		for _, v := range values {
			if what, by, value := splitKey(v.Name); what == "due" && by == d.key() {
				all = append(all, group{value, v.N})
				rest -= v.N
			}
		}
		slices.SortFunc(all, func(a, b group) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.name, b.name)) })
		unseen := rest
		for i, g := range all {
			if g.n >= least && (i == 0 || unseen >= least) {
				break
			}
			m.hidden[d.key()+"\x1f"+g.name] = true
			unseen += g.n
		}
	}
}

// differences compares each group's rate with the reference group's.
func (m *measures) differences(values []rows.Value) {
	for _, d := range m.groups {
		if d.segment || d.ref == "" {
			continue
		}
		nRef := m.n[countKey("due", d.key(), d.ref)]
		kRef := m.n[countKey("kept", d.key(), d.ref)]
		for _, v := range values {
			what, by, value := splitKey(v.Name)
			if what != "due" || by != d.key() || value == d.ref || nRef == 0 {
				continue
			}
			x := m.metric(keptGapMetric)
			x.Group, x.Reference = d.name+"="+value, d.name+"="+d.ref
			x.K, x.N, x.KRef, x.NRef = m.n[countKey("kept", by, value)], v.N, kRef, nRef
			t := stats.TableOf(x.K, x.N, kRef, nRef)
			i := stats.Newcombe(x.K, x.N, kRef, nRef, m.env.Plan.Honesty.Level)
			x.Value, x.Low, x.High, x.Level, x.Interval = t.Difference(), i.Lo, i.Hi, m.env.Plan.Honesty.Level, "newcombe"
			x.Test, x.P, x.Threshold = "fisher", t.Fisher(), -m.settings.KeptGap
			switch {
			case m.hidden[by+"\x1f"+value] || m.hidden[by+"\x1f"+d.ref]:
				x.Suppress()
			case min(x.N, nRef) < m.env.Plan.Honesty.MinCell:
				x.Reach = audit.Insufficient
			case x.Value <= -m.settings.KeptGap:
				x.Reach = audit.Warn
			}
			m.add(x)
		}
	}
}

const keptGapMetric = "promise_kept_rate_difference"
