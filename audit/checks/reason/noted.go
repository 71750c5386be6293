package reason

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// noted is a denial by score, for the second pass to find again: a hash of its
// key and moment, and in the last byte the rule that denied it.
func noted(b *features.Batch, c *columns, i int) uint64 {
	return rows.HashInt(rows.Hash(7, b.Cols[c.id].Opaque(i)), b.Cols[c.decided].Ints[i]) &^ 0xff
}

// mostRules is how many rules of a policy a noted denial can tell apart.
const mostRules = 256

// note is a denial by score: what noted makes of it, and the number of its facts
// among those of the notes.
type note struct {
	key   uint64
	facts int32
}

// notes are the denials by score of a state, in no particular order. The second
// pass has no facts of the history, and a search for what would have been enough
// needs those that the policies read: each denial's are kept, equal ones once.
type notes struct {
	list    []note
	facts   stats.Keys
	columns []int // of the facts that the policies read, in the layout
	scratch []byte
}

func newNotes(env *audit.Env) notes {
	n := notes{}
	n.facts.ID("") // nothing is known, or needed
	if env.Policies == nil {
		return n
	}
	for _, name := range env.Policies.Names("decisions") {
		if fact, ok := strings.CutPrefix(name, "history."); ok {
			if c := env.Layouts["decisions"].Index(audit.HistoryColumn(fact)); c >= 0 {
				n.columns = append(n.columns, c)
			}
		}
	}
	return n
}

func (s *state) note(b *features.Batch, i int) {
	n := &s.scored
	n.scratch = n.scratch[:0]
	known := false
	for _, c := range n.columns {
		x := math.NaN()
		if v := &b.Cols[c]; !v.Unread() {
			x = v.Floats[i]
		}
		known = known || x == x
		n.scratch = binary.LittleEndian.AppendUint64(n.scratch, math.Float64bits(x))
	}
	if !known {
		n.scratch = n.scratch[:0]
	}
	n.list = append(n.list, note{noted(b, &s.at, i) | uint64(b.Replay.Rule[i]), n.facts.IDBytes(n.scratch)})
	s.ofModel[b.Scores.Model[i]]++
}

func (n *notes) merge(o *notes) {
	ids := n.facts.Merge(&o.facts)
	n.list = slices.Grow(n.list, len(o.list))
	for _, x := range o.list {
		n.list = append(n.list, note{x.key, ids[x.facts]})
	}
}

// sort puts the notes in an order that depends on what they say alone.
func (n *notes) sort() {
	slices.SortFunc(n.list, func(a, b note) int {
		return cmp.Or(cmp.Compare(a.key, b.key), strings.Compare(n.facts.Value(a.facts), n.facts.Value(b.facts)))
	})
}

// fill writes the facts of a number into row k of a batch.
func (n *notes) fill(b *features.Batch, k int, facts int32) {
	v := n.facts.Value(facts)
	for i, c := range n.columns {
		x := math.NaN()
		if v != "" {
			x = math.Float64frombits(binary.LittleEndian.Uint64([]byte(v[8*i:])))
		}
		b.Cols[c].Floats[k] = x
	}
}

func (n *notes) encode(e *stats.Encoder) {
	n.sort()
	ranks := n.facts.Ranks()
	sorted := n.facts.Sorted()
	names := make([]string, len(sorted))
	for i, id := range sorted {
		names[i] = n.facts.Value(id)
	}
	e.Strings(names)
	e.Count(len(n.list))
	last := uint64(0)
	for _, x := range n.list {
		e.Uvarint(x.key - last)
		last = x.key
		e.Count(int(ranks[x.facts]))
	}
}

func (n *notes) decode(d *stats.Decoder) {
	n.facts = stats.Keys{}
	names := d.Strings()
	for i, v := range names {
		if v != "" && len(v) != 8*len(n.columns) || (v == "") != (i == 0) {
			d.Fail("facts of %d bytes", len(v))
		}
		if n.facts.ID(v) != int32(i) || i > 0 && v < names[i-1] {
			d.Fail("facts out of order")
			break
		}
	}
	if n.facts.Len() == 0 {
		d.Fail("no facts")
		n.facts.ID("")
	}
	last := uint64(0)
	for k := d.Count(2); k > 0 && d.Err() == nil; k-- {
		key := last + d.Uvarint()
		facts := d.Uvarint()
		if key < last || facts >= uint64(n.facts.Len()) {
			d.Fail("denials out of order")
			return
		}
		n.list = append(n.list, note{key, int32(facts)})
		last = key
	}
}
