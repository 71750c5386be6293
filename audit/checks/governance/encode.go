package governance

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

const stateTag = 'g'

// MarshalBinary implements audit.State.
func (s *state) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(stateTag)
	for _, t := range s.tables {
		t.encode(e)
	}
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State. s must be new, of the same plan.
func (s *state) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(stateTag)
	for _, t := range s.tables {
		t.decode(d)
	}
	return d.Finish()
}

func (t *table) encode(e *stats.Encoder) {
	e.Ints([]int64{t.rows, t.test, t.aside, t.none[0], t.none[1], t.none[2], t.none[3]})
	t.unknown.Encode(e)
	t.wrong.Encode(e)
	t.outside.Encode(e, encodeRecord)
	t.misused.Encode(e, encodeRecord)
	for m := range t.models {
		t.encodeUsage(e, &t.models[m])
	}
	for _, s := range t.age {
		e.Ints(trimmed(s))
	}
}

func (t *table) decode(d *stats.Decoder) {
	n := d.Ints()
	if len(n) != 7 {
		d.Fail("%d counts instead of 7", len(n))
		return
	}
	t.rows, t.test, t.aside, t.none = n[0], n[1], n[2], [4]int64(n[3:])
	t.unknown.Decode(d)
	t.wrong.Decode(d)
	read := func(d *stats.Decoder) record { return decodeRecord(d, len(t.models)) }
	t.outside.Decode(d, read)
	t.misused.Decode(d, read)
	t.products = rows.Names{}
	for m := range t.models {
		t.decodeUsage(d, &t.models[m])
	}
	for k := range t.age {
		if t.age[k] = d.Ints(); len(t.age[k]) > mostDays+1 {
			d.Fail("%d days", len(t.age[k]))
		}
	}
}

func (t *table) encodeUsage(e *stats.Encoder, u *usage) {
	e.Ints([]int64{u.rows, u.outside, u.first, u.last, u.lost})
	e.Ints(trimmed(u.months))
	var used []int32
	for p := range u.days {
		if len(u.days[p]) > 0 {
			used = append(used, int32(p))
		}
	}
	slices.SortFunc(used, func(a, b int32) int { return strings.Compare(t.products.Value(a), t.products.Value(b)) })
	e.Count(len(used))
	for _, p := range used {
		e.String(t.products.Value(p))
		words := u.days[p]
		for len(words) > 0 && words[len(words)-1] == 0 {
			words = words[:len(words)-1]
		}
		e.Count(len(words))
		for _, w := range words {
			e.Uvarint(w)
		}
	}
	periods := 0
	for _, c := range u.periods {
		if c.n > 0 {
			periods++
		}
	}
	e.Count(periods)
	for p, c := range u.periods {
		if c.n > 0 {
			e.Count(p)
			e.Varint(c.n)
			e.Ints(c.missing)
		}
	}
	for k := range u.inputs {
		x := &u.inputs[k]
		e.Ints([]int64{x.n, x.lost, x.untrained})
		e.Float(x.least + 0) // no −0
		e.Float(x.most + 0)
		x.levels.Encode(e)
	}
}

func (t *table) decodeUsage(d *stats.Decoder, u *usage) {
	if n := d.Ints(); len(n) == 5 {
		u.rows, u.outside, u.first, u.last, u.lost = n[0], n[1], n[2], n[3], n[4]
	} else {
		d.Fail("%d counts of a model instead of 5", len(n))
	}
	if u.months = d.Ints(); len(u.months) > mostMonths+1 {
		d.Fail("%d months", len(u.months))
	}
	u.days = nil
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		p := int(t.products.ID(d.String()))
		for p >= len(u.days) {
			u.days = append(u.days, nil)
		}
		words := make(days, d.Count(1))
		for i := range words {
			words[i] = d.Uvarint()
		}
		if len(words) > lastDay>>6+1 {
			d.Fail("%d words of days", len(words))
		}
		u.days[p] = words
	}
	const last = 1 << 16 // there are fewer days between 1970 and 2100
	u.periods = nil
	for n := d.Count(3); n > 0 && d.Err() == nil; n-- {
		p := d.Uvarint()
		if p < uint64(len(u.periods)) || p > last {
			d.Fail("period %d is out of order", p)
			return
		}
		u.periods = append(u.periods, make([]cell, int(p)+1-len(u.periods))...)
		u.periods[p] = cell{d.Varint(), d.Ints()}
		if len(u.periods[p].missing) != len(u.inputs) {
			d.Fail("%d inputs of a model with %d", len(u.periods[p].missing), len(u.inputs))
			return
		}
	}
	for k := range u.inputs {
		x := &u.inputs[k]
		if n := d.Ints(); len(n) == 3 {
			x.n, x.lost, x.untrained = n[0], n[1], n[2]
		} else {
			d.Fail("%d counts of an input instead of 3", len(n))
		}
		x.least, x.most = d.Float(), d.Float()
		if math.IsNaN(x.least) || math.IsNaN(x.most) {
			d.Fail("an extreme is no number")
		}
		x.levels.Decode(d)
	}
}

// trimmed is s without the zeros at its end: states that counted the same are
// the same.
func trimmed(s []int64) []int64 {
	for len(s) > 0 && s[len(s)-1] == 0 {
		s = s[:len(s)-1]
	}
	return s
}

func encodeRecord(e *stats.Encoder, r record) {
	e.Strings([]string{r.key, r.customer, r.account, r.version, r.policy, r.product})
	e.Varint(r.at)
	e.Varint(int64(r.model))
}

func decodeRecord(d *stats.Decoder, models int) record {
	var r record
	if s := d.Strings(); len(s) == 6 {
		r.key, r.customer, r.account, r.version, r.policy, r.product = s[0], s[1], s[2], s[3], s[4], s[5]
	} else {
		d.Fail("%d texts of a row instead of 6", len(s))
	}
	r.at = d.Varint()
	if m := d.Varint(); m >= -1 && m < int64(models) {
		r.model = int16(m)
	} else {
		d.Fail("model %d of %d", m, models)
	}
	return r
}
