package rows

import (
	"cmp"
	"slices"

	"evenhand/audit/stats"
)

// Sample keeps the Limit items of least hash out of all that were added: a
// sample that any split, order and grouping of merges leaves the same, and
// that shows nothing of the order of the rows. Count is exact.
type Sample[T any] struct {
	limit   int
	compare func(a, b T) int // total order among items of equal hash
	items   []Item[T]
	count   int64
	bound   uint64 // items of a greater hash can't be among the least
}

// Item is one item of a Sample.
type Item[T any] struct {
	Hash  uint64
	Value T
}

// NewSample returns an empty sample of at most limit items. compare must tell
// any two different items of one hash apart.
func NewSample[T any](limit int, compare func(a, b T) int) *Sample[T] {
	return &Sample[T]{limit: limit, compare: compare, bound: ^uint64(0)}
}

// Wants reports whether an item of this hash could be kept, so that the caller
// need not make the others. The caller counts those with Skip.
func (s *Sample[T]) Wants(hash uint64) bool { return hash <= s.bound && s.limit > 0 }

// Skip counts an item without keeping it.
func (s *Sample[T]) Skip() { s.count++ }

// Add counts an item and keeps it if it is among the least.
func (s *Sample[T]) Add(hash uint64, v T) {
	s.count++
	s.put(Item[T]{hash, v})
}

func (s *Sample[T]) put(it Item[T]) {
	if !s.Wants(it.Hash) {
		return
	}
	s.items = append(s.items, it)
	if len(s.items) >= 2*s.limit+16 {
		s.cut()
	}
}

// cut brings the sample into its one form: sorted, at most limit items.
func (s *Sample[T]) cut() {
	slices.SortFunc(s.items, func(a, b Item[T]) int {
		if a.Hash != b.Hash { // as good as always
			return cmp.Compare(a.Hash, b.Hash)
		}
		return s.compare(a.Value, b.Value)
	})
	if len(s.items) > s.limit {
		clear(s.items[s.limit:])
		s.items = s.items[:s.limit]
	}
	if len(s.items) == s.limit && s.limit > 0 {
		s.bound = s.items[s.limit-1].Hash
	}
}

// Items returns what is kept, by ascending hash. Not to be changed.
func (s *Sample[T]) Items() []Item[T] {
	s.cut()
	return s.items
}

// Count returns how many items were added.
func (s *Sample[T]) Count() int64 { return s.count }

// Merge adds what o has gathered.
func (s *Sample[T]) Merge(o *Sample[T]) {
	s.count += o.count
	for _, it := range o.items {
		s.put(it)
	}
}

// Encode writes the sample, each item by f.
func (s *Sample[T]) Encode(e *stats.Encoder, f func(*stats.Encoder, T)) {
	items := s.Items()
	e.Uvarint(uint64(s.count))
	e.Count(len(items))
	for _, it := range items {
		e.Uvarint(it.Hash)
		f(e, it.Value)
	}
}

// Decode makes s what Encode wrote, each item by f.
func (s *Sample[T]) Decode(d *stats.Decoder, f func(*stats.Decoder) T) {
	s.count, s.items, s.bound = d.Natural(), nil, ^uint64(0)
	for n := d.Count(1); n > 0 && d.Err() == nil; n-- {
		hash := d.Uvarint()
		s.items = append(s.items, Item[T]{hash, f(d)})
	}
	s.cut()
}
