package ingest

import (
	"math/bits"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
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
	set        int      // of the hashes
	target     *repeats // keys of the other table
	distinct   byZeros  // hashes
	missing    byZeros  // hashes that the other table lacks
	hashes     []uint64 // scratch
}

// newLinks returns the links of a table to tables that are there.
func newLinks(env *audit.Env, t *tableInfo) []*link {
	var out []*link
	for _, l := range linked[t.table.Name] {
		c, to := t.layout.Index(l.column), env.Layouts[l.to]
		if c < 0 || to == nil || !mapped(t.layout.Specs[c]) {
			continue
		}
		out = append(out, &link{column: l.column, to: l.to, col: c})
	}
	return out
}

// resolve finds the keys that the link refers to, and numbers its hashes; false
// when these keys are made up.
func (l *link) resolve(tables []*tableState, sets *int) bool {
	for _, t := range tables {
		if t.table.Name == l.to && t.keys != nil {
			l.target, l.set = t.keys, *sets
			*sets++
		}
	}
	return l.target != nil
}

// hash returns the hashes of the keys that a batch refers to, once for rows in
// a row.
func (l *link) hash(b *features.Batch) []uint64 {
	v := &b.Cols[l.col]
	l.hashes = l.hashes[:0]
	if !v.Present {
		return nil
	}
	last := uint64(0)
	for i := range b.N {
		if v.IsNull(i) {
			continue
		}
		if h := rows.Hash(keySeed, v.Opaque(i)) | 1<<8; h != last { // as hashKeys has it
			last = h
			l.hashes = append(l.hashes, h)
		}
	}
	return l.hashes
}

// add takes the hashes of a range, and those of the other table's keys, both
// ascending.
func (l *link) add(hashes, keys []uint64) {
	for i, h := range hashes {
		if i > 0 && h == hashes[i-1] {
			continue
		}
		for len(keys) > 0 && keys[0] < h {
			keys = keys[1:]
		}
		z := bits.LeadingZeros64(h)
		l.distinct[z]++
		if len(keys) == 0 || keys[0] != h {
			l.missing[z]++
		}
	}
}

func (l *link) merge(o *link) {
	l.distinct.merge(&o.distinct)
	l.missing.merge(&o.missing)
}

func (l *link) encode(e *stats.Encoder) {
	l.distinct.encode(e)
	l.missing.encode(e)
}

func (l *link) decode(d *stats.Decoder) {
	l.distinct.decode(d)
	l.missing.decode(d)
}

// orphans adds the share of the keys a link refers to that its table lacks,
// among those in the sample of both.
func (s *state) orphans(r *audit.Result, t *tableState, l *link) {
	shift := max(l.distinct.shift(maxLinked), l.target.shift())
	n, k := l.distinct.under(shift), l.missing.under(shift)
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
