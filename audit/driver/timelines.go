package driver

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"evenhand/audit"
	"evenhand/audit/replay"
	"evenhand/audit/timeline"
	"evenhand/features"
	"evenhand/features/shuffle"
)

// timelineOrder names the columns that order a customer's rows: see
// audit.Timeline. Payments have no customer of their own.
var timelineOrder = map[string][]string{
	"decisions":  {"decided_at", "decision_id"},
	"repayments": {"loan_id", "installment_no", "due_date"},
	"payments":   {"loan_id", "paid_at", "payment_id"},
	"limits":     {"account_id", "at", "event_id"},
	"features":   {"as_of"},
}

// keyColumns are the columns of a table that timelines are cut and ordered by.
func keyColumns(table string) map[string]bool {
	out := map[string]bool{}
	for _, c := range timelineOrder[table] {
		out[c] = true
	}
	if table != "payments" {
		out["customer_id"] = true
	}
	return out
}

// wantHistory adds what histories are derived from, when anybody wants
// timelines or a policy asks for facts of the history.
func (r *run) wantHistory(want map[string]*wanted, sources map[string]features.Source) {
	needed := slices.ContainsFunc(r.running, func(c *running) bool { return c.customer })
	for name, w := range want {
		_, facts := r.policyNames(name, w)
		needed = needed || len(facts) > 0
	}
	if !needed {
		return
	}
	for _, n := range timeline.Needs() {
		src := sources[n.Table]
		if src == nil {
			continue
		}
		w := &wanted{columns: keyColumns(n.Table), rows: true, timeline: map[string]bool{}}
		for _, c := range n.Required {
			w.columns[c] = true
		}
		for _, o := range n.Optional {
			w.columns[o.Column] = true
		}
		maps.Copy(w.timeline, w.columns)
		if want[n.Table] == nil {
			want[n.Table] = &wanted{columns: map[string]bool{}}
		}
		want[n.Table].add(w)
	}
}

// withHistory adds the columns of facts to the end of a layout.
func withHistory(l *audit.Layout, facts []string) (*audit.Layout, []int) {
	if len(facts) == 0 {
		return l, nil
	}
	specs, cols := slices.Clone(l.Specs), []int(nil)
	for _, f := range facts {
		cols = append(cols, len(specs))
		specs = append(specs, features.Spec{Name: audit.HistoryColumn(f), Kind: features.Float})
	}
	return audit.NewLayout(specs), cols
}

// timelineColumns are the columns of a layout that timelines need; nil for a
// table that nobody wants as timelines.
func timelineColumns(l *audit.Layout, w *wanted) []int {
	if w.timeline == nil {
		return nil
	}
	var out []int
	for i, s := range l.Specs {
		feature := strings.HasPrefix(s.Name, audit.FeatureColumn(""))
		if w.timeline[s.Name] || feature && (w.snapshots || w.replay) {
			out = append(out, i)
		}
	}
	return out
}

// late reports whether the check's batches of t come with the timelines: its
// policies ask for facts of the history, which only then are known.
func (c *running) late(t *table) bool {
	return c.reads[t.name] && c.check.Needs.Replay && len(t.facts) > 0
}

// newShuffle returns the shuffle of the tables wanted as timelines; nil when
// there are none.
func (r *run) newShuffle() *shuffle.Shuffle {
	var tables []shuffle.Table
	for _, t := range r.tables {
		t.shuffled = -1
		if t.timeline == nil {
			continue
		}
		t.shuffled = len(tables)
		tab := shuffle.Table{Name: t.name, Specs: t.layout.Specs, Keep: t.timeline}
		key := "customer_id"
		if t.name == "payments" {
			key = "loan_id"
		}
		tab.Key = t.layout.Index(key)
		for _, c := range timelineOrder[t.name] {
			tab.Order = append(tab.Order, t.layout.Index(c))
		}
		tables = append(tables, tab)
	}
	if tables == nil {
		return nil
	}
	return shuffle.New(tables, shuffle.Options{Memory: r.opt.Memory, Dir: r.opt.TempDir})
}

// timelines feeds every customer to the states that want timelines, and the
// batches of decisions and limits to those that waited for facts of the
// history. states[w][i] is the state of check i of worker w.
func (r *run) timelines(checks []*running, states [][]audit.State, s *shuffle.Shuffle) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(r.ctx)
	for _, mine := range states {
		g, err := newGatherer(r, checks, mine, s)
		if err != nil {
			return err
		}
		group.Go(func() error {
			for {
				p := int(next.Add(1)) - 1
				if p >= s.Partitions() || ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err := g.partition(p); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// gatherer walks partitions, for one worker.
type gatherer struct {
	*run
	checks  []*running
	states  []audit.State
	reader  *shuffle.Reader
	history *timeline.Reader
	engines map[string]*replay.Engine
	period  map[int][]int32 // by table of the shuffle
}

func newGatherer(r *run, checks []*running, states []audit.State, s *shuffle.Shuffle) (*gatherer, error) {
	g := &gatherer{run: r, checks: checks, states: states, reader: s.Reader(), engines: map[string]*replay.Engine{}, period: map[int][]int32{}}
	env := &audit.Env{Plan: r.plan, Layouts: r.layouts(), Models: r.models, Policies: r.policies}
	g.history = timeline.NewReader(env)
	for _, t := range r.tables {
		if t.shuffled >= 0 && (t.rescore || t.replay) {
			e, err := replay.New(env, t.name, t.probability)
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
	g.customers(batches, g.fill)
	for _, t := range g.tables {
		if t.shuffled < 0 {
			continue
		}
		b := &batches[t.shuffled]
		if t.moment >= 0 && len(t.facts) > 0 {
			g.period[t.shuffled] = periodsOf(g.periods, &b.Cols[t.moment], g.period[t.shuffled][:0], b.N)
			b.Period = g.period[t.shuffled]
		}
		if e := g.engines[t.name]; e != nil {
			if t.rescore {
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

// fill computes the facts of the history that policies ask for.
func (g *gatherer) fill(tl *audit.Timeline) {
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
			tables[t.shuffled] = t
			if c := t.layout.Index("customer_id"); c >= 0 {
				keys[t.shuffled] = &batches[t.shuffled].Cols[c]
			}
			for i, c := range t.history {
				_ = i
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
			if keys[i] == nil || at[i] >= batches[i].N {
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
			if keys[i] == nil {
				continue
			}
			lo := at[i]
			for at[i] < batches[i].N && bytes.Equal(keys[i].Opaque(at[i]), least) {
				at[i]++
			}
			*tl.Of(tables[i].name) = audit.Rows{Batch: &batches[i], Lo: lo, Hi: at[i]}
		}
		f(&tl)
	}
}
