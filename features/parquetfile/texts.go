package parquetfile

import (
	"fmt"
	"strconv"

	"evenhand/features"
)

// texts maps raw values to codes of a Dict: missing codes to null, raw values
// to canonical ones, and what is outside a closed vocabulary to "other:<raw>".
// Each distinct raw value is mapped once a reader.
type texts struct {
	spec *features.Spec
	dict *features.Dict
	max  int  // distinct values
	hide bool // values are not quoted in messages
	size int  // their bytes

	plain   bool // no mapping: raw values are the canonical ones
	enum    map[string]bool
	missing map[string]bool

	byRaw  map[string]int32
	raws   []string
	codes  []int32 // by entry
	kinds  []textKind
	counts []int64 // cells by entry, of entries whose kind is not known
	odd    bool    // some entry's kind is not known
	last   []byte  // the value interned last: sorted columns repeat
	lastID int32
}

// textKind says what became of a raw value.
type textKind uint8

const (
	known     textKind = iota
	absent             // declared missing
	other              // outside the vocabulary
	forbidden          // outside a strict vocabulary
)

// maxTextBytes bounds the distinct values of one text column.
const maxTextBytes = 256 << 20

func newTexts(spec *features.Spec, opts *Options) *texts {
	t := &texts{spec: spec, dict: features.NewDict(), max: opts.MaxDistinct, hide: opts.HideValues, lastID: -1}
	t.plain = len(spec.Values) == 0 && len(spec.Missing) == 0 && len(spec.Enum) == 0
	if !t.plain {
		t.byRaw = map[string]int32{}
		t.enum, t.missing = setOf(spec.Enum), setOf(spec.Missing)
	}
	return t
}

func setOf(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

// entry returns raw's entry; without a mapping, its code.
func (t *texts) entry(raw []byte) (int32, error) {
	if t.lastID >= 0 && string(raw) == string(t.last) {
		return t.lastID, nil
	}
	var id int32
	if t.plain {
		id = t.dict.Code(raw)
		if int(id) >= t.max {
			return 0, t.tooMany()
		}
	} else {
		var ok bool
		if id, ok = t.byRaw[string(raw)]; !ok {
			var err error
			if id, err = t.add(string(raw)); err != nil {
				return 0, err
			}
		}
	}
	t.last, t.lastID = append(t.last[:0], raw...), id
	return id, nil
}

func (t *texts) tooMany() error {
	return fmt.Errorf("has more than %d distinct values, too many for a text column; leave it out", t.max)
}

func (t *texts) add(raw string) (int32, error) {
	id := int32(len(t.raws))
	t.size += len(raw)
	if int(id) >= t.max || t.size > maxTextBytes {
		return 0, t.tooMany()
	}
	kind, code := known, features.Null
	if t.missing[raw] {
		kind = absent
	} else {
		canon, mapped := t.spec.Values[raw]
		if !mapped {
			canon = raw
		}
		switch {
		case len(t.enum) == 0 || t.enum[canon]:
			code = t.dict.CodeOf(canon)
		case t.spec.Strict:
			kind = forbidden
		default:
			kind = other
			code = t.dict.CodeOf("other:" + raw)
		}
	}
	t.byRaw[raw] = id
	t.raws = append(t.raws, raw)
	t.codes = append(t.codes, code)
	t.kinds = append(t.kinds, kind)
	t.counts = append(t.counts, 0)
	t.odd = t.odd || kind != known
	return id, nil
}

// settle turns entries into codes, in place, and counts the odd ones.
func (t *texts) settle(x []int32) error {
	if t.plain {
		return nil
	}
	codes := t.codes
	if !t.odd {
		for i, e := range x {
			x[i] = codes[e]
		}
		return nil
	}
	for i, e := range x {
		t.counts[e]++
		x[i] = codes[e]
		if t.kinds[e] == forbidden {
			what := strconv.Quote(excerpt(t.raws[e]))
			if t.hide {
				what = "(" + features.Shape(t.raws[e]) + ", quoted with privacy: {ids: plain})"
			}
			return fmt.Errorf("the value %s is outside the vocabulary; map it under values:, or keep such values by unmapped: keep", what)
		}
	}
	return nil
}

// tally adds what was odd to c.
func (t *texts) tally(c *features.ColumnTally) {
	for e, n := range t.counts {
		switch {
		case n == 0:
		case t.kinds[e] == absent:
			c.Missing += n
			c.Nulls += n
		case t.kinds[e] == other:
			if c.Other == nil {
				c.Other = map[string]int64{}
			}
			c.Other[t.raws[e]] += n
		}
	}
}

// excerpt shortens a raw value for a message.
func excerpt(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
