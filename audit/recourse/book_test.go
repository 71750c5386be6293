package recourse_test

import (
	"context"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/audit/recourse"
	"evenhand/audit/replay"
	"evenhand/features"
	"evenhand/features/parquetfile"
)

var long = flag.Bool("long", false, "also search 100,000 denials")

// denials are the right denials of the made-up book: batches of all decisions,
// and the rows of each.
type denials struct {
	env     *audit.Env
	batches []*features.Batch
	rows    [][]int32
	n       int
}

func (d *denials) Merge(audit.State) {}
func (d *denials) Finish(r *audit.Result) {
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "denials"})
}
func (d *denials) MarshalBinary() ([]byte, error) { return nil, nil }
func (d *denials) UnmarshalBinary([]byte) error   { return nil }

func (d *denials) Update(b *features.Batch) {
	c := &features.Batch{Table: b.Table}
	c.Append(b)
	c.Scores = &features.Scores{Model: slices.Clone(b.Scores.Model), Score: slices.Clone(b.Scores.Score), Margin: slices.Clone(b.Scores.Margin)}
	c.Replay = &features.Replay{Policy: slices.Clone(b.Replay.Policy), Outcome: slices.Clone(b.Replay.Outcome), Rule: slices.Clone(b.Replay.Rule),
		Limit: slices.Clone(b.Replay.Limit), Bound: slices.Clone(b.Replay.Bound), Edge: slices.Clone(b.Replay.Edge)}
	var rows []int32
	for i, o := range c.Replay.Outcome {
		if o != features.Undecided && features.Outcomes[o] == "denied" {
			rows = append(rows, int32(i))
		}
	}
	d.batches, d.rows, d.n = append(d.batches, c), append(d.rows, rows), d.n+len(rows)
}

// readBook reads the decisions of the made-up book, scored and replayed.
func readBook(t testing.TB) *denials {
	t.Helper()
	const book = "../../fixtures/book/"
	data, err := os.ReadFile(book + "audit.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := &denials{}
	check := &audit.Check{Name: "denials", Chapter: "denials",
		Needs: audit.Needs{Replay: true, Tables: []audit.TableNeed{{Table: "decisions", Required: []string{"decided_at"}, Features: true, Groups: true,
			Optional: []audit.Want{{Column: "product"}, {Column: "model_version"}, {Column: "policy_version"}, {Column: "application_type"}, {Column: "score"}}}}},
		New:      func(env *audit.Env) (audit.State, error) { d.env = env; return d, nil },
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
	plan, err := audit.ParsePlan("audit.yaml", data, []*audit.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	plan.Dir = book
	in := driver.Input{Plan: plan, Checks: []*audit.Check{check}, Sources: map[string]features.Source{}}
	if in.Policies, err = plan.LoadPolicies(os.ReadFile); err != nil {
		t.Fatal(err)
	}
	if in.Models, err = plan.LoadModels(os.ReadFile); err != nil {
		t.Fatal(err)
	}
	for _, table := range slices.Sorted(maps.Keys(plan.Tables)) {
		var files []string
		for _, f := range plan.Tables[table].Files {
			files = append(files, filepath.Join(book, f))
		}
		s, err := parquetfile.OpenPaths(context.Background(), table, files, parquetfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		in.Sources[table] = s
	}
	if _, err := driver.Run(context.Background(), in, driver.Options{Workers: 1}); err != nil {
		t.Fatal(err)
	}
	if d.n < 1000 {
		t.Fatalf("only %d denials in the book", d.n)
	}
	return d
}

func (d *denials) searcher(t testing.TB) *recourse.Searcher {
	t.Helper()
	engine, err := replay.New(d.env, "decisions", false)
	if err != nil {
		t.Fatal(err)
	}
	return recourse.New(engine, d.env, "decisions", recourse.Limits{})
}

// search searches the book's denials again and again, n in all.
func (d *denials) search(s *recourse.Searcher, n int, found func(r *recourse.Result)) {
	for n > 0 {
		for i, b := range d.batches {
			rows := d.rows[i][:min(len(d.rows[i]), n)]
			s.Search(b, rows, nil, func(_ int, r *recourse.Result) { found(r) })
			n -= len(rows)
		}
	}
}

// TestBook: every denial of the book is searched to its end, by few replays.
func TestBook(t *testing.T) {
	d := readBook(t)
	replayed, by := 0, map[recourse.Status]int{}
	d.search(d.searcher(t), d.n, func(r *recourse.Result) {
		replayed += r.Rows
		by[r.Status]++
		if !r.Proved {
			t.Errorf("not proved: %+v", *r)
		}
		if r.Status == recourse.Waiting && (r.Days < 1 || r.Days > 8) {
			t.Errorf("waits for %d days of a week's cooling-off time", r.Days)
		}
	})
	if by[recourse.Found] < d.n/2 || by[recourse.Unreachable] == 0 || by[recourse.Waiting] == 0 || by[recourse.Exempt] == 0 {
		t.Errorf("found %v", by)
	}
	if mean := float64(replayed) / float64(d.n); mean > 4 {
		t.Errorf("%.1f rows replayed per denial", mean)
	}
	t.Logf("%d denials: %v, %d rows replayed", d.n, by, replayed)
}

// TestHundredThousand searches 100,000 denials of the book's card with two
// workers: within ten seconds on two cores.
func TestHundredThousand(t *testing.T) {
	if !*long {
		t.Skip("run with -long")
	}
	d := readBook(t)
	const workers = 2
	searchers := make([]*recourse.Searcher, workers)
	for i := range searchers {
		searchers[i] = d.searcher(t)
	}
	start := time.Now()
	var wait sync.WaitGroup
	for _, s := range searchers {
		wait.Go(func() { d.search(s, 100000/workers, func(*recourse.Result) {}) })
	}
	wait.Wait()
	took := time.Since(start)
	t.Logf("100,000 denials with %d workers on %d cores: %v", workers, runtime.NumCPU(), took)
	if took > 10*time.Second {
		t.Errorf("took %v, want less than 10 s", took)
	}
}

// BenchmarkRecourse is the search of one denial of the book's card of twelve
// features.
func BenchmarkRecourse(b *testing.B) {
	d := readBook(b)
	s := d.searcher(b)
	d.search(s, d.n, func(*recourse.Result) {})
	b.ReportAllocs()
	b.ResetTimer()
	d.search(s, b.N, func(*recourse.Result) {})
}
