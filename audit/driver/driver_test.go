package driver_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// sum is the smallest check: it adds up latency_ms.
type sum struct {
	n, total int64
	update   func(*features.Batch)
	col      int
}

func (s *sum) Update(b *features.Batch) {
	if s.update != nil {
		s.update(b)
	}
	for _, x := range b.Cols[s.col].Ints[:b.N] {
		s.n++
		s.total += x
	}
}

func (s *sum) Merge(o audit.State) { s.n += o.(*sum).n; s.total += o.(*sum).total }
func (s *sum) Finish(r *audit.Result) {
	m := audit.NewMetric("sum", "total")
	m.Value, m.N = float64(s.total), s.n
	r.Metrics = append(r.Metrics, m)
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "sum", RowsIn: s.n, Judged: s.n})
}
func (s *sum) MarshalBinary() ([]byte, error) {
	return binary.AppendVarint(binary.AppendVarint(nil, s.n), s.total), nil
}
func (s *sum) UnmarshalBinary(b []byte) error {
	var k int
	s.n, k = binary.Varint(b)
	s.total, _ = binary.Varint(b[k:])
	return nil
}

func check(update func(*features.Batch)) *audit.Check {
	return &audit.Check{
		Name: "sum", Title: audit.T("sum", "和"), Doc: "sum\n\nadds up.", DocZh: "合计\n\n求和。", Chapter: "ingest",
		Needs: audit.Needs{Tables: []audit.TableNeed{{Table: "decisions", Required: []string{"latency_ms"}}}},
		New: func(e *audit.Env) (audit.State, error) {
			return &sum{update: update, col: e.Col("decisions", "latency_ms")}, nil
		},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
}

const plan = `
version: 1
as_of: 2026-06-30
tables:
  decisions: {files: [decisions.parquet]}
`

func csv(rows int) string {
	var s strings.Builder
	s.WriteString("decision_id,application_id,customer_id,product,decided_at,outcome,latency_ms\n")
	for i := range rows {
		fmt.Fprintf(&s, "d%d,a%d,c%d,cash,2026-01-0%d,approved,%d\n", i, i, i, 1+i%9, i)
	}
	return s.String()
}

func drive(t *testing.T, ctx context.Context, c *audit.Check, text string, opt driver.Options) (*audit.Result, error) {
	t.Helper()
	p, err := audit.ParsePlan("plan.yaml", []byte(plan), []*audit.Check{c})
	if err != nil {
		t.Fatal(err)
	}
	src, err := audittest.NewSource("decisions", text, 7, 3)
	if err != nil {
		t.Fatal(err)
	}
	return driver.Run(ctx, driver.Input{Plan: p, Checks: []*audit.Check{c}, Sources: map[string]features.Source{"decisions": src}}, opt)
}

func TestWorkers(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 8, 99} {
		var rows atomic.Int64
		res, err := drive(t, context.Background(), check(nil), csv(100), driver.Options{
			Workers: workers, Progress: func(p driver.Progress) { rows.Add(1) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if m := res.Metrics[0]; m.N != 100 || m.Value != 4950 {
			t.Errorf("%d workers: %d rows, total %v", workers, m.N, m.Value)
		}
		if rows.Load() == 0 {
			t.Errorf("%d workers: no progress", workers)
		}
		if c := res.Coverage[0]; c.Status != "ran" {
			t.Errorf("%d workers: coverage %+v", workers, c)
		}
	}
}

// TestPanic: a broken check ends the run with an error that names it, and the
// unit is the first in file order whatever the workers.
func TestPanic(t *testing.T) {
	for _, workers := range []int{1, 4} {
		_, err := drive(t, context.Background(), check(func(b *features.Batch) {
			if b.Row >= 21 {
				panic("boom")
			}
		}), csv(100), driver.Options{Workers: workers})
		var broken *driver.Broken
		if !errors.As(err, &broken) || broken.Check != "sum" || !strings.Contains(err.Error(), "unit 3") {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
}

// TestFirstError: the first bad cell in file order is reported, however many
// units fail and whoever meets them first.
func TestFirstError(t *testing.T) {
	text := strings.ReplaceAll(csv(100), ",30\n", ",thirty\n")
	text = strings.ReplaceAll(text, ",90\n", ",ninety\n")
	for range 20 {
		_, err := drive(t, context.Background(), check(nil), text, driver.Options{Workers: 8})
		if err == nil || !strings.Contains(err.Error(), "thirty") {
			t.Fatalf("got %v", err)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, err := drive(t, ctx, check(func(*features.Batch) { cancel() }), csv(100), driver.Options{Workers: 2})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestNothingJudged: silence about no rows must not read as a clean bill.
func TestNothingJudged(t *testing.T) {
	res, err := drive(t, context.Background(), check(nil), csv(0), driver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c := res.Coverage[0]; c.Status != "skipped" || len(c.Why) == 0 {
		t.Errorf("coverage %+v", c)
	}
}

func TestSkipped(t *testing.T) {
	text := strings.ReplaceAll(csv(5), "latency_ms", "other")
	res, err := drive(t, context.Background(), check(nil), text, driver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c := res.Coverage[0]; c.Status != "skipped" || !strings.Contains(c.Why[0].En, "decisions.latency_ms") {
		t.Errorf("coverage %+v", c)
	}
}

func TestRequiredColumn(t *testing.T) {
	text := strings.ReplaceAll(csv(5), "customer_id", "client")
	_, err := drive(t, context.Background(), check(nil), text, driver.Options{})
	var wrong audit.PlanError
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "customer_id") {
		t.Errorf("got %v", err)
	}
}

// TestTooManyGroups: a group column that tells persons apart is refused,
// however its values fall to workers.
func TestTooManyGroups(t *testing.T) {
	for _, rows := range []int{1000, 1001} {
		for _, workers := range []int{1, 3} {
			c := check(nil)
			c.Needs.Tables[0].Groups = true
			p, err := audit.ParsePlan("plan.yaml", []byte(plan+"groups: {who: {column: customer_id, reference: c1}}\n"), []*audit.Check{c})
			if err != nil {
				t.Fatal(err)
			}
			src, err := audittest.NewSource("decisions", csv(rows), 7, 3)
			if err != nil {
				t.Fatal(err)
			}
			_, err = driver.Run(context.Background(), driver.Input{Plan: p, Checks: []*audit.Check{c}, Sources: map[string]features.Source{"decisions": src}}, driver.Options{Workers: workers})
			if refused := err != nil && strings.Contains(err.Error(), "group who"); refused != (rows > 1000) {
				t.Errorf("%d values, %d workers: %v", rows, workers, err)
			}
		}
	}
}
