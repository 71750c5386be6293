package driver

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"evenhand/audit"
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
	"groups":     {"dimension", "value"},
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
	var groups, out []int
	if w.grouped {
		groups = groupColumns(l)
	}
	for i, s := range l.Specs {
		feature := strings.HasPrefix(s.Name, audit.FeatureColumn(""))
		if w.timeline[s.Name] || feature && (w.snapshots || w.replay || w.scored || w.names != nil) || slices.Contains(groups, i) {
			out = append(out, i)
		}
	}
	return out
}

// late reports whether the check's batches of t come with the timelines: the
// policies or models ask for facts of the history or for snapshots, or the
// groups are in a table of their own, which only then are known.
func (c *running) late(t *table) bool {
	n := &c.check.Needs
	return c.reads[t.name] && (n.Replay && t.lateReplay || n.Models && t.lateScores || len(t.members) > 0 && c.groups[t.name])
}

// newShuffle returns the shuffle of the tables wanted as timelines; nil when
// there are none.
func (r *run) newShuffle() *shuffle.Shuffle {
	var tables []shuffle.Table
	var bytes int64
	for _, t := range r.tables {
		t.shuffled = -1
		if t.timeline == nil {
			continue
		}
		tab := shuffle.Table{Name: t.name, Specs: t.layout.Specs, Keep: t.timeline, Key: t.layout.Index("customer_id")}
		if t.name == "payments" {
			loans := r.table("repayments") // comes first in the contract
			if loans == nil || loans.shuffled < 0 {
				continue // nothing says whose they are
			}
			tab.Key = t.layout.Index("loan_id")
			tab.Via = &shuffle.Via{Table: loans.shuffled, Match: loans.layout.Index("loan_id")}
		}
		t.shuffled = len(tables)
		for _, c := range timelineOrder[t.name] {
			tab.Order = append(tab.Order, t.layout.Index(c))
		}
		tables = append(tables, tab)
		for _, u := range t.source.Units() {
			bytes += u.Rows * int64(8*len(tab.Keep))
		}
	}
	if tables == nil {
		return nil
	}
	return shuffle.New(tables, shuffle.Options{Memory: r.opt.Memory, Workers: r.opt.Workers, Expect: bytes, Dir: r.opt.TempDir})
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
