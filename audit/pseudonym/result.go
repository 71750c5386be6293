package pseudonym

import (
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// Result takes persons out of r, in place, and puts it in its published order
// again: by pseudonym, so that the order of ids does not show. checks name the
// evidence that holds ids.
func (m *Mask) Result(r *audit.Result, checks []*audit.Check) {
	if m == nil {
		return
	}
	ids := map[string][]string{} // names of evidence that holds ids, by check
	for _, c := range checks {
		ids[c.Name] = c.IDs
	}
	m.know(r, ids)
	keys := map[[2]string]string{} // of cases, by finding and key
	for i := range r.Cases {
		c := &r.Cases[i]
		was := c.Key
		m.kase(c, ids[c.Check])
		keys[[2]string{c.Finding, was}] = c.Key
	}
	renamed := m.metrics(r.Metrics)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Title, f.What, f.Remedy, f.Customer = m.sentence(f.Title), m.sentence(f.What), m.sentence(f.Remedy), m.sentence(f.Customer)
		f.Samples = slices.Clone(f.Samples)
		for k, key := range f.Samples {
			to, ok := keys[[2]string{f.ID, key}]
			if !ok {
				to = m.ID(key)
			}
			f.Samples[k] = to
		}
		f.Metrics = slices.Clone(f.Metrics)
		for k, id := range f.Metrics {
			if to, ok := renamed[id]; ok {
				f.Metrics[k] = to
			}
		}
	}
	for i := range r.Coverage {
		c := &r.Coverage[i]
		m.sentences(c.Why)
		for k := range c.Excluded {
			c.Excluded[k].Guard = m.sentence(c.Excluded[k].Guard)
		}
	}
	for i := range r.Comparisons {
		m.comparison(&r.Comparisons[i])
	}
	for i := range r.Baseline {
		for k := range r.Baseline[i].Levels {
			l := &r.Baseline[i].Levels[k]
			for v := range l.Values {
				l.Values[v].Value = m.Text(l.Values[v].Value)
			}
		}
	}
	r.Sort()
}

// know remembers the ids of a result, so that they are found in sentences.
func (m *Mask) know(r *audit.Result, ids map[string][]string) {
	see := func(id string) {
		if id != "" && len(m.hidden) < 2*mostIDs {
			m.ID(id)
			m.hide(id, true)
		}
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		see(c.Key)
		see(c.Customer)
		see(c.Account)
		for _, e := range c.Events {
			if !strings.HasPrefix(e.What, "repayments.") {
				see(e.Key)
			}
		}
		for _, e := range c.Evidence {
			if holdsID(ids[c.Check], e.Name) {
				see(e.Value)
			}
		}
	}
	for i := range r.Comparisons {
		c := &r.Comparisons[i]
		for _, s := range []*audit.Compared{&c.Denied, &c.Approved} {
			see(s.Key)
			see(s.Customer)
		}
	}
}

func (m *Mask) kase(c *audit.Case, ids []string) {
	c.Key, c.Customer, c.Account = m.rowKey(c.Table, c.Key), m.ID(c.Customer), m.ID(c.Account)
	for _, s := range []*string{&c.Product, &c.PolicyVersion, &c.ModelVersion} {
		*s = m.Label(*s)
	}
	for i := range c.Evidence {
		e := &c.Evidence[i]
		if holdsID(ids, e.Name) {
			e.Value = m.ID(e.Value)
			continue
		}
		e.Name, e.Value = m.Prose(e.Name), m.Text(e.Value)
	}
	for i := range c.Events {
		e := &c.Events[i]
		table, kind, ok := strings.Cut(e.What, ".")
		e.Key, e.Note = m.rowKey(table, e.Key), m.Text(e.Note)
		if ok {
			e.What = table + "." + m.Text(kind)
		}
	}
}

// metrics masks metrics and returns the ids of those that got another one.
func (m *Mask) metrics(list []audit.Metric) map[string]string {
	renamed := map[string]string{}
	for i := range list {
		x := &list[i]
		segment, group, reference := m.Label(x.Segment), m.Label(x.Group), m.Label(x.Reference)
		if segment != x.Segment || group != x.Group || reference != x.Reference {
			was := x.ID()
			x.Segment, x.Group, x.Reference = segment, group, reference
			renamed[was] = x.ID()
		}
		x.Warnings = m.sentences(slices.Clone(x.Warnings))
	}
	return renamed
}

func (m *Mask) comparison(c *audit.Comparison) {
	for _, s := range []*string{&c.Group, &c.Reference, &c.Product, &c.PolicyVersion, &c.ModelVersion} {
		*s = m.Label(*s)
	}
	for _, s := range []*audit.Compared{&c.Denied, &c.Approved} {
		s.Key, s.Customer = m.ID(s.Key), m.ID(s.Customer)
		s.Outcome, s.Decider = m.Text(s.Outcome), m.Text(s.Decider)
	}
	c.Items = slices.Clone(c.Items)
	for i := range c.Items {
		it := &c.Items[i]
		it.Denied, it.Approved = m.Text(it.Denied), m.Text(it.Approved)
	}
}

// Tally returns what a reader noticed without the texts that may not leave: of
// several of these the counts are one.
func (m *Mask) Tally(t features.Tally) features.Tally {
	if m == nil {
		return t
	}
	out := features.Tally{Columns: map[string]features.ColumnTally{}}
	for name, c := range t.Columns {
		c.Example = ""
		if c.Other != nil {
			other := map[string]int64{}
			for v, n := range c.Other {
				other[m.Text(v)] += n
			}
			c.Other = other
		}
		out.Columns[name] = c
	}
	return out
}

// Path returns the path of a file with the values of hive partitions masked.
func (m *Mask) Path(path string) string {
	if m == nil || !strings.Contains(path, "=") {
		return path
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, value, ok := strings.Cut(p, "="); ok {
			parts[i] = name + "=" + m.Text(value)
		}
	}
	return strings.Join(parts, "/")
}

// holdsID reports whether an item of evidence is among those that hold ids.
func holdsID(ids []string, name string) bool {
	return slices.ContainsFunc(ids, func(id string) bool {
		if before, ok := strings.CutSuffix(id, "#"); ok {
			rest, ok := strings.CutPrefix(name, before)
			return ok && rest != "" && strings.Trim(rest, "0123456789") == ""
		}
		return id == name
	})
}
