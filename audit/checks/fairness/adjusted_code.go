package fairness

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

const adjustedTag = 'j'

// MarshalBinary encodes the counts, with numbers that depend on the names only.
func (s *adjusted) MarshalBinary() ([]byte, error) {
	c := s.canonical()
	var e stats.Encoder
	e.Byte(adjustedTag)
	s.judge.Encode(&e)
	e.Uvarint(uint64(s.missing))
	used := make([]bool, s.groups.len())
	for _, g := range s.rows.group {
		used[g] = true
	}
	s.groups.encode(&e, used)
	for _, names := range c.texts {
		e.Strings(names)
	}
	e.Count(int(s.rows.level))
	e.Count(len(c.order))
	for _, i := range c.order {
		e.Uvarint(uint64(c.rows.group[i]))
		for k, v := range c.rows.of(i) {
			if s.controls[k].text {
				e.Uvarint(v)
			} else {
				e.Float(math.Float64frombits(v))
			}
		}
		e.Varint(c.rows.denied[i])
		e.Varint(c.rows.n[i])
	}
	return e.Data(), nil
}

// adjCanonical are the designs with groups and texts numbered by rank, and the
// order in which sums run.
type adjCanonical struct {
	rows   adjRows
	texts  [][]string // by control; nil for numbers
	groups [][]string // values by rank
	order  []int
}

// canonical renumbers the designs.
func (s *adjusted) canonical() *adjCanonical {
	out := &adjCanonical{rows: s.rows, texts: make([][]string, len(s.controls))}
	out.rows.group, out.rows.values = slices.Clone(s.rows.group), slices.Clone(s.rows.values)
	used := make([]bool, s.groups.len())
	for _, g := range s.rows.group {
		used[g] = true
	}
	ids := s.groups.encode(&stats.Encoder{}, used)
	out.groups = make([][]string, 0, len(ids))
	for id, rank := range ids {
		if rank >= 0 {
			for len(out.groups) <= int(rank) {
				out.groups = append(out.groups, nil)
			}
			out.groups[rank] = s.groups.values(int32(id))
		}
	}
	for i, g := range out.rows.group {
		out.rows.group[i] = ids[g]
	}
	for c := range s.controls {
		if !s.controls[c].text {
			continue
		}
		names := &s.controls[c].names
		seen := make([]bool, names.Len())
		for i := range s.rows.n {
			seen[s.rows.of(i)[c]] = true
		}
		for id, is := range seen {
			if is {
				out.texts[c] = append(out.texts[c], names.Value(int32(id)))
			}
		}
		slices.Sort(out.texts[c])
		ranks := make([]uint64, names.Len())
		for id, is := range seen {
			if is {
				at, _ := slices.BinarySearch(out.texts[c], names.Value(int32(id)))
				ranks[id] = uint64(at)
			}
		}
		for i := range out.rows.n {
			out.rows.of(i)[c] = ranks[out.rows.of(i)[c]]
		}
	}
	out.order = out.rows.sorted()
	return out
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *adjusted) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	d.Tag(adjustedTag)
	fresh, err := newAdjusted(s.env)
	if err != nil {
		return err
	}
	fresh.judge.Decode(d)
	fresh.missing = d.Natural()
	fresh.groups = s.groups.decode(d)
	fresh.hashGroups()
	for i := range fresh.controls {
		c := &fresh.controls[i]
		names := d.Strings()
		if !slices.IsSortedFunc(names, strings.Compare) || !c.text && len(names) > 0 {
			d.Fail("names out of order")
		}
		c.names = rows.Names{}
		for _, v := range names {
			c.names.ID(v)
		}
		c.hashTexts()
	}
	fresh.decodeRows(d)
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *fresh
	return nil
}

func (s *adjusted) decodeRows(d *stats.Decoder) {
	level := d.Uvarint()
	if level > 63 {
		d.Fail("level %d", level)
		return
	}
	s.rows.level = uint(level)
	left := s.judge.Judged() - s.missing
	row := make([]uint64, len(s.controls))
	for n := d.Count(2 + len(s.controls)); n > 0 && d.Err() == nil; n-- {
		g := d.Uvarint()
		if g >= uint64(len(s.groupHash)) {
			d.Fail("a design has no group")
			return
		}
		for c := range row {
			if s.controls[c].text {
				if row[c] = d.Uvarint(); row[c] >= uint64(s.controls[c].names.Len()) {
					d.Fail("a text has no name")
					return
				}
				continue
			}
			x := d.Float()
			if row[c] = math.Float64bits(x); !(math.Abs(x) <= math.MaxFloat64) {
				d.Fail("a control is no number")
				return
			}
		}
		denied, seen := d.Varint(), d.Varint()
		h := s.hashOf(int32(g), row)
		if d.Err() != nil {
			return
		}
		if denied < 0 || seen < 1 || denied > seen || seen > left || !s.rows.kept(h) || len(s.rows.n) >= s.rows.room {
			d.Fail("a design counts %d denied of %d", denied, seen)
			return
		}
		left -= seen
		if i := s.rows.find(h, int32(g), row); s.rows.n[i] != 0 {
			d.Fail("a design comes twice")
		} else {
			s.rows.denied[i], s.rows.n[i] = denied, seen
		}
	}
}
