package driver

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"evenhand/audit"
	"evenhand/features/shuffle"
)

// task is one unit of one table.
type task struct {
	table *table
	unit  int
}

// pass reads every unit of the tables that checks read and returns the merged
// state of each check. Units are handed out in file order to whichever worker
// is free; states merge in any order, so the outcome does not depend on it.
func (r *run) pass(number int, checks []*running, newState func(i int) (audit.State, error)) ([]audit.State, error) {
	var tasks []task
	var total int64
	for _, t := range r.tables {
		if !t.readBy(checks) && (number > 1 || t.timeline == nil) {
			continue
		}
		for u, unit := range t.source.Units() {
			tasks = append(tasks, task{t, u})
			total += unit.Rows
		}
	}
	merged := make([]audit.State, len(checks))
	for i := range checks {
		var err error
		if merged[i], err = newState(i); err != nil {
			return nil, err
		}
	}
	p := &pool{run: r, number: number, checks: checks, tasks: tasks, total: total, errAt: math.MaxInt64}
	if number == 1 {
		if p.shuffle = r.newShuffle(); p.shuffle != nil {
			defer p.shuffle.Close()
		}
		if p.keys = r.newKeys(checks, merged); p.keys != nil {
			defer p.keys.close()
		}
	}
	group, ctx := errgroup.WithContext(r.ctx)
	var workers []*worker
	defer func() {
		for _, w := range workers {
			w.close()
		}
	}()
	for range min(r.opt.Workers, max(len(tasks), 1)) {
		states := make([]audit.State, len(checks))
		for i := range checks {
			var err error
			if states[i], err = newState(i); err != nil {
				return nil, err
			}
		}
		w := &worker{pool: p, states: states, readers: map[*table]*tableReader{}}
		if p.shuffle != nil {
			w.writer = p.shuffle.Writer()
		}
		if p.keys != nil {
			w.hashes = p.keys.writer(states)
		}
		workers = append(workers, w)
		group.Go(func() error { w.work(ctx); return nil })
	}
	group.Wait()
	if err := context.Cause(r.ctx); err != nil {
		return nil, err
	}
	if p.err != nil {
		return nil, p.err
	}
	for _, w := range workers {
		for _, t := range r.tables {
			w.leave(t)
		}
	}
	if err := r.groupsAreFew(); err != nil {
		return nil, err
	}
	if err := p.compareKeys(workers); err != nil {
		return nil, err
	}
	if err := p.gather(workers); err != nil {
		return nil, err
	}
	for _, w := range workers {
		for i, s := range w.states {
			merged[i].Merge(s)
		}
	}
	return merged, nil
}

// pool is what the workers of one pass share.
type pool struct {
	*run
	number int
	checks []*running
	tasks  []task
	total  int64

	shuffle *shuffle.Shuffle // nil: nobody wants timelines, or not in this pass
	keys    *keys            // nil: nobody compares keys, or not in this pass

	next atomic.Int64
	rows atomic.Int64

	mu    sync.Mutex
	err   error
	errAt int64 // task of err: the first in file order
}

// fail records the error of task i. Units before it go on, since an earlier
// one may fail too; units after it are dropped.
func (p *pool) fail(i int64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i < p.errAt {
		p.err, p.errAt = err, i
	}
}

func (p *pool) failedBefore(i int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.errAt < i
}

// gather ends the workers' part of the shuffle and feeds the timelines.
func (p *pool) gather(workers []*worker) error {
	if p.shuffle == nil {
		return nil
	}
	var next atomic.Int64
	var states [][]audit.State
	group, ctx := errgroup.WithContext(p.ctx)
	for _, w := range workers {
		states = append(states, w.states)
		group.Go(func() error {
			for {
				j := int(next.Add(1)) - 1
				if j >= p.shuffle.Joins() {
					return w.writer.Close()
				}
				if err := w.writer.Join(j); err != nil {
					return err
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := p.timelines(p.checks, states, p.shuffle); err != nil {
		return err
	}
	if t := p.table("payments"); t != nil && t.shuffled >= 0 {
		p.orphans = p.shuffle.Dropped(t.shuffled)
	}
	return nil
}

type worker struct {
	*pool
	writer  *shuffle.Writer
	hashes  *hashWriter
	states  []audit.State
	readers map[*table]*tableReader
	last    *table
}

func (w *worker) work(ctx context.Context) {
	for {
		i := w.next.Add(1) - 1
		if i >= int64(len(w.tasks)) || ctx.Err() != nil || w.failedBefore(i) {
			return
		}
		if t := w.tasks[i].table; t != w.last {
			w.leave(w.last) // units come table by table
			w.last = t
		}
		if err := w.unit(ctx, w.tasks[i]); err != nil {
			w.fail(i, err)
			return
		}
	}
}

// unit reads one unit and feeds its batches to every state that wants the
// table. A panic is a broken contract: it is caught here and ends the run.
func (w *worker) unit(ctx context.Context, t task) (err error) {
	where := fmt.Sprintf("%s, unit %d", t.table.name, t.unit)
	check := ""
	defer func() {
		if p := recover(); p != nil {
			err = &Broken{Check: check, Where: where, Cause: fmt.Sprintf("%v\n%s", p, debug.Stack())}
		}
	}()
	tr := w.readers[t.table]
	if tr == nil {
		// The second pass looks for a few rows: whoever wants one scored
		// does that by itself.
		var err error
		if tr, err = t.table.newReader(w.run, w.number == 1); err != nil {
			return err
		}
		if w.number == 1 {
			tr.texts = w.newTexts()
		}
		w.readers[t.table] = tr
	}
	if err := tr.reader.Open(ctx, t.unit); err != nil {
		return err
	}
	b := &tr.batch
	for {
		more, err := tr.next()
		if err != nil {
			return err
		}
		if !more {
			return nil
		}
		for i, c := range w.checks {
			if c.reads[t.table.name] && !(w.number == 1 && c.late(t.table)) {
				check = c.check.Name
				w.states[i].(audit.RowState).Update(b)
			}
			if w.hashes != nil && w.hashes.add[i] != nil && c.reads[t.table.name] {
				check = c.check.Name
				w.states[i].(audit.KeyState).Hashes(b, w.hashes.add[i])
			}
		}
		check = ""
		if w.hashes != nil && w.hashes.err != nil {
			return w.hashes.err
		}
		if w.writer != nil && t.table.shuffled >= 0 {
			if err := w.writer.Add(t.table.shuffled, b); err != nil {
				return err
			}
		}
		rows := w.rows.Add(int64(b.N))
		if w.opt.Progress != nil {
			w.opt.Progress(Progress{Pass: w.number, Table: t.table.name, Rows: rows, Total: w.total})
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// leave ends the reading of a table: it takes what the reader noticed and lets
// go of its memory.
func (w *worker) leave(t *table) {
	tr := w.readers[t]
	if tr == nil {
		return
	}
	delete(w.readers, t)
	if w.number == 1 {
		w.mu.Lock()
		w.countGroups(t, &tr.batch)
		w.countTexts(t, tr.texts)
		a := w.tallies[t.name]
		a.Add(tr.reader.Tally())
		w.tallies[t.name] = a
		if tr.engine != nil && t.name == "decisions" {
			for i, n := range tr.engine.Scored() {
				w.scored[i] += n
			}
		}
		w.mu.Unlock()
	}
	tr.reader.Close()
}

func (w *worker) close() {
	for _, tr := range w.readers {
		tr.reader.Close()
	}
}
