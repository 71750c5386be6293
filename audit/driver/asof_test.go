package driver_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// TestBorrowed: evaluations take the features that limits lack from the latest
// snapshot that was known then, and are scored on them.
func TestBorrowed(t *testing.T) {
	tables := map[string]string{"limits": borrowing, "features": lending}
	const card = "evenhand: card\nversion: 1\nclosed: left\nbase_points: 0\ncharacteristics: [{name: x, edges: [15, 25], points: [1, 2, 3], missing: 9}, {name: y, points: [100]}]\n"
	for _, memory := range []int64{0, 1} {
		got := ""
		for _, text := range follow(t, tables, "models: [{version: m1, file: 1}]", card, driver.Options{Memory: memory, TempDir: t.TempDir()}) {
			for line := range strings.Lines(text) {
				if strings.HasPrefix(line, "limits") {
					got += line
				}
			}
		}
		want := map[string]string{"e1": "", "e2": "10", "e3": "10", "e4": "", "e5": "30", "e6": "", "e7": ""}
		points := map[string]string{"e1": "109", "e2": "101", "e3": "101", "e4": "109", "e5": "103", "e6": "109", "e7": "109"}
		n := 0
		for line := range strings.Lines(got) {
			id := strings.TrimPrefix(strings.Fields(line)[1], "event_id=")
			_, x, _ := strings.Cut(line, "feature:x=")
			x, _, _ = strings.Cut(x, " ")
			if x != want[id] || !strings.HasSuffix(line, "-> 0 "+points[id]+"\n") {
				t.Errorf("event %s: %s", id, line)
			}
			n++
		}
		if n != len(want) {
			t.Errorf("%d events", n)
		}
	}
}

const (
	borrowing = `event_id,account_id,customer_id,at,kind,model_version,limit_before,y
e1,a,c1,2026-01-05T00:00:00Z,evaluate,m1,100000,1
e2,a,c1,2026-01-10T00:00:00Z,evaluate,m1,100000,1
e3,a,c1,2026-01-20T00:00:00Z,evaluate,m1,100000,1
e4,a,c1,2026-01-20T00:00:00Z,display,m1,100000,1
e5,a,c1,2026-01-30T00:00:00Z,evaluate,m1,100000,1
e6,a,c2,2026-01-30T00:00:00Z,evaluate,m1,100000,1
e7,a,c3,2026-01-01T00:00:00Z,evaluate,m1,100000,1
`
	// The second snapshot was known ten days late; the text of the last is new.
	lending = `customer_id,as_of,x,x__available_at,job,y
c1,2026-01-10T00:00:00Z,10,,none,7
c1,2026-01-15T00:00:00Z,20,2026-01-25T00:00:00Z,full,7
c1,2026-01-29T00:00:00Z,30,2026-01-29T00:00:00Z,part,7
c3,2026-01-02T00:00:00Z,40,,full,7
`
)

// reviews notes the limit that replayed reviews arrive at.
type reviews struct {
	sum
	event int
	mu    *sync.Mutex
	seen  *[]string
}

func (r *reviews) Update(b *features.Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range b.N {
		r.n++
		*r.seen = append(*r.seen, fmt.Sprintf("%s %d %d", b.Cols[r.event].Opaque(i), b.Replay.Limit[i], b.Period[i]))
	}
}

func (r *reviews) Merge(o audit.State) { r.n += o.(*reviews).n }

// TestBorrowedReplay: policies too read what limits lack in the snapshots; a
// check that is fed batches gets them late, each row once.
func TestBorrowedReplay(t *testing.T) {
	for _, workers := range []int{1, 3} {
		var mu sync.Mutex
		var seen []string
		c := check(nil)
		c.Needs = audit.Needs{Replay: true, Tables: []audit.TableNeed{{Table: "limits", Required: []string{"event_id"}}}}
		c.New = func(e *audit.Env) (audit.State, error) {
			return &reviews{event: e.Col("limits", "event_id"), mu: &mu, seen: &seen}, nil
		}
		p, err := audit.ParsePlan("plan.yaml", []byte(`
version: 1
as_of: 2026-06-30
timezone: UTC
tables: {limits: {files: l}, features: {files: f}}
policies:
  - version: p1
    effective_from: 2025-01-01
    limit:
      min_of: [{id: pay, kind: income, value: "x * (job == 'part' ? 1000.0 : 500.0)"}]
    ladder: {when: y > 0}
`), []*audit.Check{c})
		if err != nil {
			t.Fatal(err)
		}
		policies, err := p.LoadPolicies(nil)
		if err != nil {
			t.Fatal(err)
		}
		sources := map[string]features.Source{}
		for name, text := range map[string]string{"limits": borrowing, "features": lending} {
			if sources[name], err = audittest.NewSource(name, text, 2, 1); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := driver.Run(context.Background(), driver.Input{Plan: p, Checks: []*audit.Check{c}, Sources: sources, Policies: policies}, driver.Options{Workers: workers}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(seen)
		// Without a snapshot nothing is known; c1's pay is 10 at half, then 30 at full.
		// The period is January 2026.
		want := "e1 -1 672,e2 500000 672,e3 500000 672,e4 -1 672,e5 3000000 672,e6 -1 672,e7 -1 672"
		if got := strings.Join(seen, ","); got != want {
			t.Errorf("%d workers:\n%s\nwant\n%s", workers, got, want)
		}
	}
}
