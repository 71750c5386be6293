package ingest

import (
	"strconv"
	"strings"

	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

func (t *tableState) ordered(b *features.Batch, f *rows.Sample[fault], o orderInfo) {
	first, then := &b.Cols[o.a], &b.Cols[o.b]
	if !first.Present || !then.Present {
		return
	}
	y := then.Ints[:b.N]
	for i, x := range first.Ints[:b.N] {
		if x > y[i]+t.skew && !first.IsNull(i) && !then.IsNull(i) {
			t.fault(b, i, f, o.first, x, y[i])
		}
	}
}

// available counts rows with a feature that became available after the
// decision, once a row; the case names the first such feature by name.
func (t *tableState) available(b *features.Batch, f *rows.Sample[fault]) {
	decided := &b.Cols[t.moment]
	for k, u := range t.until {
		v := &b.Cols[u.col]
		if !v.Present {
			continue
		}
		for i, x := range v.Ints[:b.N] {
			if x > decided.Ints[i]+t.skew && !v.IsNull(i) && !decided.IsNull(i) && !t.lateBefore(b, i, k) {
				t.fault(b, i, f, u.name, x, decided.Ints[i])
			}
		}
	}
}

// lateBefore reports whether row i was counted for a feature before the k-th.
func (t *tableState) lateBefore(b *features.Batch, i, k int) bool {
	for _, u := range t.until[:k] {
		if v := &b.Cols[u.col]; v.Present && !v.IsNull(i) && v.Ints[i] > b.Cols[t.moment].Ints[i]+t.skew {
			return true
		}
	}
	return false
}

// afterAsOf counts rows with an instant after the as-of instant, once a row.
func (t *tableState) afterAsOf(b *features.Batch, f *rows.Sample[fault]) {
	limit := t.asOf + t.skew
	for k, p := range t.past {
		v := &b.Cols[p.col]
		if !v.Present {
			continue
		}
		for i, x := range v.Ints[:b.N] {
			if x <= limit || v.IsNull(i) {
				continue
			}
			before := false
			for _, q := range t.past[:k] {
				w := &b.Cols[q.col]
				before = before || w.Present && !w.IsNull(i) && w.Ints[i] > limit
			}
			if !before {
				t.fault(b, i, f, p.name, x, t.asOf)
			}
		}
	}
}

func (t *tableState) fault(b *features.Batch, i int, f *rows.Sample[fault], column string, value, limit int64) {
	key := t.keyText(b, i)
	h := rows.HashString(0, key)
	if !f.Wants(h) {
		f.Skip()
		return
	}
	x := fault{key: key, column: column, value: value, limit: limit}
	x.customer, x.at = t.who(b, i)
	f.Add(h, x)
}

// who returns the row's customer and main instant.
func (t *tableInfo) who(b *features.Batch, i int) (customer string, at int64) {
	if t.customer >= 0 {
		customer = string(b.Cols[t.customer].Opaque(i))
	}
	if t.moment >= 0 {
		at = b.Cols[t.moment].Ints[i]
	}
	return customer, at
}

// keyText is the row's key for people: its parts joined by "#".
func (t *tableInfo) keyText(b *features.Batch, i int) string {
	var parts []string
	for _, name := range t.table.Key {
		c := t.layout.Index(name)
		if c < 0 || b.Cols[c].IsNull(i) {
			parts = append(parts, "")
			continue
		}
		switch v := &b.Cols[c]; v.Kind {
		case features.Opaque:
			parts = append(parts, string(v.Opaque(i)))
		case features.Text:
			parts = append(parts, v.Text(i))
		default:
			parts = append(parts, strconv.FormatInt(v.Ints[i], 10))
		}
	}
	return strings.Join(parts, "#")
}
