package ingest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/features"
)

func (s *state) Finish(r *audit.Result) { s.finish(r, nil) }

// finish adds the result; again is what the second pass found, nil when there
// was none.
func (s *state) finish(r *audit.Result, again *second) {
	cov := audit.Coverage{Check: name}
	for k, t := range s.tables {
		cov.RowsIn += t.rows
		if t.on(emptyTable) && t.rows == 0 {
			s.metric(r, emptyTable, "table="+t.table.Name, "", 1, 1)
		}
		if t.keys != nil {
			cov.Why = append(cov.Why, s.duplicates(r, k, again)...)
		}
		for _, g := range t.rowGates() {
			f := t.faults[g]
			s.metric(r, g, "table="+t.table.Name, "", f.Count(), t.rows)
			for _, it := range f.Items() {
				c := s.newCase(t, g, it.Value.key, it.Value.customer, it.Value.at)
				c.Evidence = []audit.Item{
					{Name: "column", Value: it.Value.column},
					{Name: "value", Value: s.instant(it.Value.value)},
					{Name: "not_after", Value: s.instant(it.Value.limit)},
				}
				r.Cases = append(r.Cases, c)
			}
		}
		if t.money != nil {
			s.currencies(r, t, again)
		}
		if t.smell != nil {
			for _, x := range t.smell.suspects(s.env.Periods, s.env.Plan.Honesty.MinCell) {
				m := s.newMetric(unitSmell, "column="+t.table.Name+"."+x.column, x.part, x.n)
				m.Value, m.N = x.ratio, x.n
				r.Metrics = append(r.Metrics, m)
			}
		}
		for _, l := range t.links {
			s.orphans(r, t, l)
		}
		s.cells(r, t)
	}
	cov.Judged = cov.RowsIn
	if cov.Judged == 0 && len(s.tables) > 0 {
		cov.Why = append(cov.Why, audit.T("every table is empty", "所有表均无记录"))
	}
	r.Coverage = append(r.Coverage, cov)
}

func (s *state) instant(us int64) string {
	return time.UnixMicro(us).In(s.env.Plan.Zone()).Format("2006-01-02T15:04:05.999999Z07:00")
}

func (s *state) newCase(t *tableState, gate, key, customer string, at int64) audit.Case {
	return audit.Case{
		Check: name, Table: t.table.Name, Key: key, Customer: customer, At: at,
		Grade: audit.E1, Rules: []string{gates[gate].rule}, Cause: strings.ToUpper(gate),
	}
}

func (s *state) newMetric(gate, segment, group string, k int64) audit.Metric {
	m := audit.NewMetric(name, gate)
	m.Segment, m.Group, m.K, m.Threshold = segment, group, k, 0
	if k > 0 {
		switch s.set.level(gate) {
		case "fail":
			m.Reach = audit.Fail
		case "warn":
			m.Reach = audit.Warn
		}
	}
	return m
}

// metric adds the count k out of n.
func (s *state) metric(r *audit.Result, gate, segment, group string, k, n int64) {
	m := s.newMetric(gate, segment, group, k)
	if m.N = n; n > 0 {
		m.Value = float64(k) / float64(n)
		r.Metrics = append(r.Metrics, m)
	}
}

// duplicates adds what is known of table k's keys and returns why it is less
// than all.
func (s *state) duplicates(r *audit.Result, k int, again *second) (why []audit.Text) {
	t := s.tables[k]
	extra, hashes := t.keys.repeated()
	if again != nil {
		found := again.duplicates(k)
		for _, d := range found {
			c := s.newCase(t, duplicateKey, d.key, d.customer, d.at)
			c.Evidence = []audit.Item{{Name: "rows", Value: strconv.FormatInt(d.n, 10)}}
			r.Cases = append(r.Cases, c)
		}
		if len(hashes) <= s.set.Cases {
			extra = 0 // all were compared byte by byte
			for _, d := range found {
				extra += d.n - 1
			}
		}
	}
	n := t.rows
	if shift := t.keys.shift(); shift > 0 {
		n = t.keys.distinct.under(shift) + extra
		why = append(why, audit.Tf("%s: duplicate keys are looked for among a share 1/2^%d of the keys (%d rows)",
			"%s：仅在 1/2^%d 的主键（%d 行）中查找重复", t.table.Name, shift, n))
	}
	s.metric(r, duplicateKey, "table="+t.table.Name, "", extra, n)
	return why
}

func (s *state) currencies(r *audit.Result, t *tableState, again *second) {
	var mixed []keyed
	if again != nil {
		mixed = again.mixed()
	}
	s.metric(r, mixedCurrency, "table="+t.table.Name, "", int64(len(mixed)), t.rows)
	for _, m := range mixed[:min(len(mixed), s.set.Cases)] {
		c := s.newCase(t, mixedCurrency, m.key, m.customer, m.at)
		c.Account = m.key
		c.Evidence = []audit.Item{{Name: "currencies", Value: strings.Join(m.currencies, ", ")}}
		r.Cases = append(r.Cases, c)
	}
}

// mostValues bounds the unknown values told of one column.
const mostValues = 20

// cells adds what the readers counted of the table's cells: what the cells
// say, not how the file was written.
func (s *state) cells(r *audit.Result, t *tableState) {
	tally := r.Tallies[t.table.Name]
	for _, column := range slices.Sorted(maps.Keys(tally.Columns)) {
		c := tally.Columns[column]
		segment := "column=" + t.table.Name + "." + strings.TrimPrefix(column, audit.FeatureColumn(""))
		if c.Bad > 0 && t.on(badCell) {
			s.metric(r, badCell, segment, "", c.Bad, c.Rows)
		}
		if c.BadNull > 0 && t.on(nullRequired) {
			s.metric(r, nullRequired, segment, "", c.BadNull, c.Rows)
		}
		if len(c.Other) > 0 && t.on(unknownValue) {
			s.unknown(r, segment, c)
		}
	}
}

// unknown adds the values outside a vocabulary: their count, and the commonest
// ones. A rare value may be a person's, in a column mapped wrongly.
func (s *state) unknown(r *audit.Result, segment string, c features.ColumnTally) {
	type value struct {
		raw string
		n   int64
	}
	var all int64
	var vs []value
	for _, raw := range slices.Sorted(maps.Keys(c.Other)) {
		n := c.Other[raw]
		all += n
		if n >= s.env.Plan.Honesty.Suppress {
			vs = append(vs, value{raw, n})
		}
	}
	s.metric(r, unknownValue, segment, "", all, c.Rows)
	slices.SortStableFunc(vs, func(a, b value) int { return int(min(max(b.n-a.n, -1), 1)) })
	for _, v := range vs[:min(len(vs), mostValues)] {
		s.metric(r, unknownValue, segment, fmt.Sprintf("value=%q", v.raw), v.n, c.Rows)
	}
}
