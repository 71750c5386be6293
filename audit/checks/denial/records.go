package denial

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/enough"
	"evenhand/audit/stats"
	"evenhand/features"
)

// record is one case, compact: a book may have millions. Its ids lie in the
// arena of the records it belongs to, its texts among their names.
type record struct {
	ids  int64     // offset of the ids in the arena
	lens [4]uint32 // of decision, application, customer and account id

	at, start, notice, amount int64

	product, policy, model, channel int32
	given                           int32 // codes shown, or the text if generic
	phrase                          int32 // generic wording
	appeal                          int32 // index in appeals.faults, or -1
	late                            int32 // days

	// What the replay makes of it; see ruling.
	standing          standing
	why               why
	replayed          uint8  // of features.Outcomes, or Undecided
	rule, factors     int32  // that decide in the replay
	versions          uint64 // see ruling
	as                int16  // the policy replayed, when wrong
	missing           int32  // what the policy needs and lacks
	enough            int32  // what would have been enough, encoded; of right denials
	score, recomputed float64

	rules                      uint8
	cause                      lapse
	verdict                    audit.Disclosure
	startFrom                  uint8 // 0 completed_at, 1 submitted_at, 2 decided_at
	denied, unoffered, noticed bool
}

// records is a list of records, in no particular order.
type records struct {
	list  []record
	arena []byte
	names stats.Keys
}

// id returns the k-th id of r: decision, application, customer, account.
func (rs *records) id(r *record, k int) []byte {
	from := r.ids
	for _, n := range r.lens[:k] {
		from += int64(n)
	}
	return rs.arena[from : from+int64(r.lens[k])]
}

// keep completes r from row i and adds it.
func (s *state) keep(r *record, t *told, i int) {
	c, rs := &s.col, &s.records
	r.ids = int64(len(rs.arena))
	for k, v := range [...]*features.Vector{c.id, c.appl, c.customer, c.account} {
		id := v.Opaque(i)
		r.lens[k] = uint32(len(id))
		rs.arena = append(rs.arena, id...)
	}
	r.at = instant(c.decided, i)
	r.noticed = t.noticed
	if !c.amount.IsNull(i) && r.standing != wrong {
		r.amount = c.amount.Ints[i]
	}
	r.product = named(c.product, s.product.Of(c.product, s.intern), i)
	r.policy = named(c.policy, s.policy.Of(c.policy, s.intern), i)
	r.model = named(c.model, s.model.Of(c.model, s.intern), i)
	r.channel = named(c.channel, s.channel.Of(c.channel, s.intern), i)
	r.given = rs.names.IDBytes(s.reasonsOf(t, i))
	r.phrase = s.intern(t.phrase)
	if r.denied && r.standing == right {
		s.turn, s.turned = append(s.turn, int32(i)), append(s.turned, len(rs.list))
	}
	rs.list = append(rs.list, *r)
}

// enough looks for what would have turned the right denials among the cases of a
// batch.
func (s *state) enough(b *features.Batch) {
	s.finder.Find(b, s.turn, func(k int, items []audit.Item) {
		s.records.list[s.turned[k]].enough = s.intern(enough.Encode(items))
	})
	s.turn, s.turned = s.turn[:0], s.turned[:0]
}

func named(v *features.Vector, ids []int32, i int) int32 {
	if c := v.Codes[i]; c != features.Null {
		return ids[c]
	}
	return 0
}

// reasonsOf writes the codes of row i, those shown if the export has them. A
// text is written only when it is generic: prose could hold personal data.
func (s *state) reasonsOf(t *told, i int) []byte {
	v := s.col.reasons
	if s.hasShown && t.best != noReason {
		v = s.col.shown
	}
	s.given = s.given[:0]
	for _, code := range v.List(i) {
		if code == features.Null {
			continue
		}
		if len(s.given) > 0 {
			s.given = append(s.given, ", "...)
		}
		s.given = append(s.given, v.Dict.Value(code)...)
	}
	if len(s.given) == 0 && t.inText {
		s.given = append(s.given, s.col.text.Opaque(i)...)
	}
	return s.given
}

// merge adds o's records.
func (rs *records) merge(o *records) {
	ids := rs.names.Merge(&o.names)
	base := int64(len(rs.arena))
	rs.arena = append(rs.arena, o.arena...)
	rs.list = slices.Grow(rs.list, len(o.list))
	for _, r := range o.list {
		r.ids += base
		for _, name := range r.named() {
			*name = ids[*name]
		}
		rs.list = append(rs.list, r)
	}
}

// named lists the fields that are numbers of names.
func (r *record) named() [10]*int32 {
	return [10]*int32{&r.product, &r.policy, &r.model, &r.channel, &r.given, &r.phrase, &r.rule, &r.factors, &r.missing, &r.enough}
}

// sorted returns the records in an order that depends on what they say alone.
func (rs *records) sorted() []*record {
	out := make([]*record, len(rs.list))
	for i := range rs.list {
		out[i] = &rs.list[i]
	}
	slices.SortFunc(out, rs.compare)
	return out
}

func (rs *records) compare(a, b *record) int {
	for k := range a.lens {
		if c := bytes.Compare(rs.id(a, k), rs.id(b, k)); c != 0 {
			return c
		}
	}
	if c := cmp.Or(
		cmp.Compare(a.at, b.at), cmp.Compare(a.start, b.start), cmp.Compare(a.notice, b.notice), cmp.Compare(a.amount, b.amount),
		cmp.Compare(a.appeal, b.appeal), cmp.Compare(a.late, b.late), cmp.Compare(a.rules, b.rules), cmp.Compare(a.cause, b.cause),
		cmp.Compare(a.startFrom, b.startFrom), cmp.Compare(a.flags(), b.flags()), cmp.Compare(a.verdict, b.verdict),
		cmp.Compare(a.standing, b.standing), cmp.Compare(a.why, b.why), cmp.Compare(a.replayed, b.replayed), cmp.Compare(a.versions, b.versions), cmp.Compare(a.as, b.as),
		cmp.Compare(math.Float64bits(a.score), math.Float64bits(b.score)), cmp.Compare(math.Float64bits(a.recomputed), math.Float64bits(b.recomputed)),
	); c != 0 {
		return c
	}
	of, with := a.named(), b.named()
	for k := range of {
		if *of[k] != *with[k] {
			return strings.Compare(rs.names.Value(*of[k]), rs.names.Value(*with[k]))
		}
	}
	return 0
}

// flags packs the truth values.
func (r *record) flags() byte {
	return byte(b2i(r.denied) | b2i(r.unoffered)<<1 | b2i(r.noticed)<<2)
}

func (r *record) setFlags(f byte) { r.denied, r.unoffered, r.noticed = f&1 != 0, f&2 != 0, f&4 != 0 }
