package driver

import (
	"bytes"
	"fmt"
	"runtime/debug"
	"slices"

	"evenhand/audit"
	"evenhand/audit/replay"
	"evenhand/audit/timeline"
	"evenhand/features"
	"evenhand/features/shuffle"
)

// gatherer walks partitions, for one worker.
type gatherer struct {
	*run
	checks  []*running
	states  []audit.State
	reader  *shuffle.Reader
	history *timeline.Reader
	engines map[string]*replay.Engine
	borrows *borrower       // nil: limits borrow no features
	groups  *membership     // nil: no table of groups
	period  map[int][]int32 // by table of the shuffle
}

func newGatherer(r *run, checks []*running, states []audit.State, s *shuffle.Shuffle) (*gatherer, error) {
	g := &gatherer{run: r, checks: checks, states: states, reader: s.Reader(), engines: map[string]*replay.Engine{}, period: map[int][]int32{}}
	env := &audit.Env{Plan: r.plan, Layouts: r.layouts(), Models: r.models, Policies: r.policies}
	g.history = timeline.NewReader(env)
	g.borrows = newBorrower(r)
	g.groups = newMembership(r)
	for _, t := range r.tables {
		if t.shuffled >= 0 && (t.again || t.replay) {
			e, err := replay.New(r.engineEnv(t), t.name, t.probability)
			if err != nil {
				return nil, mismatch(t.source, err)
			}
			g.engines[t.name] = e
		}
	}
	return g, nil
}

// partition walks the customers of partition p.
func (g *gatherer) partition(p int) (err error) {
	check := ""
	defer func() {
		if x := recover(); x != nil {
			err = &Broken{Check: check, Where: fmt.Sprintf("partition %d of the customers", p), Cause: fmt.Sprintf("%v\n%s", x, debug.Stack())}
		}
	}()
	batches, err := g.reader.Load(p)
	if err != nil {
		return err
	}
	if g.groups != nil {
		g.groups.begin(g.run, batches)
	}
	g.customers(batches, g.fill)
	if g.groups != nil && g.groups.err != nil {
		return g.groups.err
	}
	for _, t := range g.tables {
		if t.shuffled < 0 {
			continue
		}
		b := &batches[t.shuffled]
		if t.moment >= 0 && (t.lateReplay || t.lateScores || len(t.members) > 0) {
			g.period[t.shuffled] = periodsOf(g.periods, &b.Cols[t.moment], g.period[t.shuffled][:0], b.N)
			b.Period = g.period[t.shuffled]
		}
		if e := g.engines[t.name]; e != nil {
			if t.again {
				e.Score(b)
			}
			if t.replay {
				e.Replay(b)
			}
		}
		for i, c := range g.checks {
			if c.late(t) && b.N > 0 {
				check = c.check.Name
				g.states[i].(audit.RowState).Update(b)
			}
		}
	}
	g.customers(batches, func(tl *audit.Timeline) {
		for i, c := range g.checks {
			if c.customer {
				check = c.check.Name
				g.states[i].(audit.TimelineState).Customer(tl)
			}
		}
	})
	return nil
}

// loans reports whether the check is fed timelines of loans, which payments are
// part of.
func (c *running) loans() bool {
	return slices.ContainsFunc(c.check.Needs.Tables, func(n audit.TableNeed) bool {
		return n.Timeline && (n.Table == "repayments" || n.Table == "payments")
	})
}

// fill fills the snapshots that limits borrow and computes the facts of the
// history that policies ask for.
func (g *gatherer) fill(tl *audit.Timeline) {
	if g.borrows != nil {
		g.borrows.fill(tl)
	}
	if g.groups != nil {
		g.groups.fill(g.run, tl)
	}
	var h *timeline.History
	for _, t := range g.tables {
		rows := tl.Of(t.name)
		if t.shuffled < 0 || len(t.facts) == 0 || rows.Len() == 0 {
			continue
		}
		if h == nil {
			h = g.history.Read(tl)
		}
		g.history.Fill(h, t.name, rows.Batch, rows.Lo, rows.Hi, nil, t.facts, t.history)
	}
}

// customers calls f for each customer of a partition, in the order of their
// ids.
func (g *gatherer) customers(batches []features.Batch, f func(*audit.Timeline)) {
	keys := make([]*features.Vector, len(batches))
	tables := make([]*table, len(batches))
	for _, t := range g.tables {
		if t.shuffled >= 0 {
			tables[t.shuffled], keys[t.shuffled] = t, g.reader.Keys(t.shuffled)
			for _, c := range t.history {
				if b := &batches[t.shuffled]; len(b.Cols[c].Floats) != b.N {
					b.Cols[c].Absent(features.Float, b.N)
				}
			}
		}
	}
	at := make([]int, len(batches))
	for {
		var least []byte
		for i := range batches {
			if at[i] >= batches[i].N {
				continue
			}
			if k := keys[i].Opaque(at[i]); least == nil || bytes.Compare(k, least) < 0 {
				least = k
			}
		}
		if least == nil {
			return
		}
		tl := audit.Timeline{Customer: least}
		for i := range batches {
			lo := at[i]
			for at[i] < batches[i].N && bytes.Equal(keys[i].Opaque(at[i]), least) {
				at[i]++
			}
			*tl.Of(tables[i].name) = audit.Rows{Batch: &batches[i], Lo: lo, Hi: at[i]}
		}
		f(&tl)
	}
}
