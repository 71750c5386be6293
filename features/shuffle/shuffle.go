// Package shuffle brings the rows of several tables together by a key: a hash
// partition, in memory up to a limit and in temporary files beyond it.
//
// Workers add batches in any order; afterwards each partition is loaded as one
// batch a table, sorted by key and then by the table's order. Which rows meet
// in a partition, their order, and the codes of their texts depend on the rows
// only, never on arrival or workers; only the number of partitions depends on
// the limit.
package shuffle

import (
	"sync"
	"sync/atomic"

	"evenhand/features"
)

// Table says what is kept of one table.
type Table struct {
	Name  string
	Specs []features.Spec // of the batches to come
	Keep  []int           // columns kept; the others come back without memory
	Key   int             // Opaque column that brings rows together; rows where it is null are dropped
	Order []int           // columns that order the rows of a key, kept too; all columns break ties
	// Via says that Key is not the key itself but is looked up in another
	// table, e.g. the loan of a payment, whose customer the repayments tell.
	Via *Via
}

// Via maps the Key column of a table to the key that rows come together by: to
// the Key of the rows of table Table that have the same value in column Match.
// Of several keys the least counts; rows without any are dropped, and counted.
type Via struct {
	Table int // index among the tables; it has no Via of its own
	Match int // Opaque column of it
}

// Options says how; it may change speed, never an answer.
type Options struct {
	// Memory is the bytes to do with, before rows go to temporary files; 0 is
	// no limit. Half of it is for rows that wait, half for partitions being
	// loaded. A key whose rows alone exceed that is loaded all the same.
	Memory  int64
	Workers int // readers at a time; 0 means 1
	// Expect is a guess of the bytes of all rows, so that partitions come out
	// small enough at once; 0 is no guess.
	Expect int64
	Dir    string // of temporary files; default the system's
}

// Shuffle is one hash partition under way.
type Shuffle struct {
	tables  []Table
	layouts []*layout // of the tables, then of the pairs of each join
	joins   []join
	store   *store
	bits    uint    // of the hash that say the partition, at first
	leaf    int64   // bytes of rows that a partition may have; 0: any
	parts   []*area // partitions: by hash, and once ready the parts of those too large
	dropped []atomic.Int64

	ready sync.Once
	err   error
}

// join brings the rows of a table with Via to their keys. Rows wait, by the
// hash of their own value, beside the pairs of values and keys.
type join struct {
	table        int // the table joined
	from         int // the table that tells the keys
	layout       int // of the pairs
	pairs, waits int // streams
}

// There are 256 partitions unless memory is scarce for them, or for theirs.
const firstBits, mostBits = 8, 12

// New returns an empty shuffle of tables.
func New(tables []Table, opt Options) *Shuffle {
	s := &Shuffle{tables: tables, bits: firstBits, dropped: make([]atomic.Int64, len(tables))}
	for i := range tables {
		s.layouts = append(s.layouts, newLayout(&tables[i]))
	}
	streams := len(tables)
	for i, t := range tables {
		if t.Via == nil {
			continue
		}
		from := &tables[t.Via.Table]
		s.joins = append(s.joins, join{table: i, from: t.Via.Table, layout: len(s.layouts), pairs: streams, waits: streams + 1})
		s.layouts = append(s.layouts, newLayout(&Table{Specs: from.Specs, Key: t.Via.Match, Keep: []int{from.Key}}))
		streams += 2
	}
	s.store = newStore(opt.Memory/2, opt.Dir)
	if opt.Memory > 0 {
		// A fifth: rows take several times the room once they are columns.
		s.leaf = max(1, opt.Memory/2/int64(max(opt.Workers, 1))/5)
		for s.bits < mostBits && opt.Expect>>s.bits > s.leaf/2 {
			s.bits++
		}
		for s.bits > 2 && int64(streams)<<s.bits*4*smallest > opt.Memory/2 {
			s.bits--
		}
	}
	s.store.size(int64(streams) << s.bits)
	for range 1 << s.bits {
		s.parts = append(s.parts, s.store.area(streams, s.bits))
	}
	return s
}

// Writer adds rows, for one worker.
func (s *Shuffle) Writer() *Writer {
	w := &Writer{s: s, start: make([]int, 1<<s.bits+1)}
	for _, l := range s.layouts {
		w.texts = append(w.texts, make([]codes, len(l.cells)))
	}
	return w
}

// Partitions is the number of partitions, once Reader was called.
func (s *Shuffle) Partitions() int { return len(s.parts) }

// Spilled is the number of bytes that went to temporary files.
func (s *Shuffle) Spilled() int64 { return s.store.spilled.Load() }

// Dropped is the number of rows of table t that got no key by its Via, once
// Reader was called.
func (s *Shuffle) Dropped(t int) int64 { return s.dropped[t].Load() }

// Reader returns a reader for one worker. All writers must be closed. The first
// call does the joins that no writer did, and cuts partitions that are too
// large to be loaded; what fails then, Load reports.
func (s *Shuffle) Reader() *Reader {
	s.ready.Do(func() {
		s.err = s.finish()
		for _, l := range s.layouts {
			l.freeze()
		}
		s.store.seal()
	})
	return newReader(s)
}

func (s *Shuffle) finish() error {
	w := s.Writer()
	for j := range s.Joins() {
		if err := w.Join(j); err != nil {
			return err
		}
	}
	if err := s.store.failed(); err != nil {
		return err
	}
	streams := make([]int, len(s.tables))
	for t := range streams {
		streams[t] = t
	}
	var leaves []*area
	for _, a := range s.parts {
		parts, err := s.split(a, streams)
		if err != nil {
			return err
		}
		leaves = append(leaves, parts...)
	}
	s.parts = leaves
	return nil
}

// Close removes the temporary files.
func (s *Shuffle) Close() error { return s.store.close() }
