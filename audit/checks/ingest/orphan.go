package ingest

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// linked are the columns that refer to the key of another table.
var linked = map[string][]struct{ column, to string }{
	"repayments": {{"decision_id", "decisions"}},
	"appeals":    {{"decision_id", "decisions"}, {"event_id", "limits"}},
}

// Shares of orphans from which the gate warns and fails.
const (
	orphanWarn = 0.001
	orphanFail = 0.05
	maxLinked  = 1 << 20 // keys looked up
)

// link is one column that refers to another table.
type link struct {
	column, to string
	col        int
	keys       *keySet
}

// newLinks returns the links of a table to tables that are there.
func newLinks(env *audit.Env, t *tableInfo) []*link {
	var out []*link
	for _, l := range linked[t.table.Name] {
		c, to := t.layout.Index(l.column), env.Layouts[l.to]
		if c < 0 || to == nil || !mapped(t.layout.Specs[c]) {
			continue
		}
		out = append(out, &link{l.column, l.to, c, newKeySet(maxLinked, false)})
	}
	return out
}

func (l *link) update(b *features.Batch) {
	v := &b.Cols[l.col]
	if !v.Present {
		return
	}
	for i := range b.N {
		if !v.IsNull(i) {
			l.keys.add(rows.Hash(keySeed, v.Opaque(i)))
		}
	}
}

// orphans adds the share of the keys a link refers to that its table lacks.
func (s *state) orphans(r *audit.Result, t *tableState, l *link) {
	var target *keySet
	for _, x := range s.tables {
		if x.table.Name == l.to {
			target = x.keys
		}
	}
	if target == nil { // its keys are made up
		return
	}
	target.settle()
	l.keys.settle()
	shift := 64 - max(target.shift, l.keys.shift)
	var n, k int64
	for i := range l.keys.buckets {
		t := target.tableOf(&target.buckets[i])
		for _, page := range l.keys.buckets[i] {
			for _, h := range page {
				if h>>shift != 0 {
					continue // not in the sample of both
				}
				if n++; !t.has(h) {
					k++
				}
			}
		}
	}
	m := s.newMetric(orphanKey, "column="+t.table.Name+"."+l.column, "", 0)
	if m.K, m.N, m.Threshold = k, n, orphanWarn; n == 0 {
		return
	}
	m.Value = float64(k) / float64(n)
	if level := s.set.level(orphanKey); level != "info" && m.Value > orphanWarn {
		m.Reach = audit.Warn
		if level == "fail" || m.Value > orphanFail {
			m.Reach = audit.Fail
		}
	}
	r.Metrics = append(r.Metrics, m)
}
