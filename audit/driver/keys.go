package driver

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"evenhand/audit"
	"evenhand/features/shuffle"
)

// keys brings the hashes of key states together.
type keys struct {
	shuffle *shuffle.Hashes
	sets    []int // of each check
}

// newKeys returns a shuffle for those checks whose states have sets of hashes;
// nil when there are none.
func (r *run) newKeys(checks []*running, states []audit.State) *keys {
	k := &keys{sets: make([]int, len(checks))}
	all := 0
	for i, s := range states {
		if s, ok := s.(audit.KeyState); ok {
			k.sets[i] = s.Sets()
			all += k.sets[i]
		}
	}
	if all == 0 {
		return nil
	}
	var bytes int64
	for _, t := range r.tables {
		for _, u := range t.source.Units() {
			bytes += 8 * u.Rows
		}
	}
	k.shuffle = shuffle.NewHashes(all, shuffle.Options{Memory: r.opt.Keys, Workers: r.opt.Workers, Expect: bytes, Dir: r.opt.TempDir})
	return k
}

func (k *keys) close() {
	k.shuffle.Close()
}

// hashWriter takes the hashes of one worker's states.
type hashWriter struct {
	*shuffle.HashWriter
	add []func(set int, hashes []uint64) // by check; nil: it has none
	err error                            // the first
}

func (k *keys) writer(states []audit.State) *hashWriter {
	w := &hashWriter{HashWriter: k.shuffle.Writer(), add: make([]func(int, []uint64), len(states))}
	first := 0
	for i, n := range k.sets {
		if n == 0 {
			continue
		}
		base := first
		w.add[i] = func(set int, hashes []uint64) {
			if set < 0 || set >= n {
				panic(fmt.Sprintf("there is no set %d of hashes", set))
			}
			if err := w.Add(base+set, hashes); err != nil && w.err == nil {
				w.err = err
			}
		}
		first += n
	}
	return w
}

// compareKeys gives the states the hashes of keys, range by range, and lets go
// of them.
func (p *pool) compareKeys(workers []*worker) error {
	if p.keys == nil {
		return nil
	}
	for _, w := range workers {
		if err := w.hashes.Close(); err != nil {
			return err
		}
	}
	var next atomic.Int64
	group, ctx := errgroup.WithContext(p.ctx)
	for _, w := range workers {
		group.Go(func() error {
			r := p.keys.shuffle.Reader()
			for {
				n := int(next.Add(1)) - 1
				if n >= p.keys.shuffle.Partitions() || ctx.Err() != nil {
					return context.Cause(ctx)
				}
				sets, err := r.Load(n)
				if err != nil {
					return err
				}
				if err := w.compare(n, sets); err != nil {
					return err
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, w := range workers {
		w.hashes = nil
	}
	return p.keys.shuffle.Close()
}

// compare gives the states of a worker one range of hashes.
func (w *worker) compare(n int, sets [][]uint64) (err error) {
	check := ""
	defer func() {
		if x := recover(); x != nil {
			err = &Broken{Check: check, Where: fmt.Sprintf("range %d of the keys", n), Cause: fmt.Sprintf("%v\n%s", x, debug.Stack())}
		}
	}()
	for i, count := range w.keys.sets {
		if count > 0 {
			check = w.checks[i].check.Name
			w.states[i].(audit.KeyState).Keys(sets[:count:count])
			sets = sets[count:]
		}
	}
	return nil
}
