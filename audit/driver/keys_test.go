package driver_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/features"
)

// keyed compares latencies: those of even rows with those of odd ones.
type keyed struct {
	sum
	fault                   string // what it does wrong
	all, distinct, unpaired int64
}

func (s *keyed) Sets() int { return 2 }

func (s *keyed) Hashes(b *features.Batch, add func(int, []uint64)) {
	var sets [2][]uint64
	for _, x := range b.Cols[s.col].Ints[:b.N] {
		sets[x%2] = append(sets[x%2], uint64(x/2)*0x9e3779b97f4a7c15)
	}
	for set, hashes := range sets {
		add(set, hashes)
		clear(hashes)
	}
	switch s.fault {
	case "hashes":
		panic("spoilt")
	case "set":
		add(2, []uint64{1})
	}
}

func (s *keyed) Keys(sets [][]uint64) {
	if s.fault == "keys" {
		panic("spoilt")
	}
	if len(sets) != 2 || !slices.IsSorted(sets[0]) || !slices.IsSorted(sets[1]) {
		panic("no sorted sets")
	}
	s.all += int64(len(sets[0]) + len(sets[1]))
	seen := map[uint64]int{}
	for set, hashes := range sets {
		for _, h := range hashes {
			seen[h] |= 1 << set
		}
	}
	s.distinct += int64(len(seen))
	for _, in := range seen {
		if in != 3 {
			s.unpaired++
		}
	}
}

func (s *keyed) Merge(other audit.State) {
	o := other.(*keyed)
	s.sum.Merge(&o.sum)
	s.all, s.distinct, s.unpaired = s.all+o.all, s.distinct+o.distinct, s.unpaired+o.unpaired
}

func (s *keyed) Finish(r *audit.Result) {
	s.sum.Finish(r)
	m := audit.NewMetric("sum", "keys")
	m.Value, m.N, m.K = float64(s.all), s.distinct, s.unpaired
	r.Metrics = append(r.Metrics, m)
}

func keyCheck(fault string) *audit.Check {
	c := check(nil)
	c.New = func(e *audit.Env) (audit.State, error) {
		return &keyed{sum: sum{col: e.Col("decisions", "latency_ms")}, fault: fault}, nil
	}
	return c
}

// TestKeys: every hash comes back, equal ones together, whatever the workers and
// the memory.
func TestKeys(t *testing.T) {
	text := csv(901)
	_, rows, _ := strings.Cut(text, "\n")
	text += rows // every key twice
	for _, memory := range []int64{0, 1, 1 << 20} {
		for _, workers := range []int{1, 3} {
			res, err := drive(t, context.Background(), keyCheck(""), text, driver.Options{Keys: memory, Workers: workers, TempDir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			m := res.Metrics[slices.IndexFunc(res.Metrics, func(m audit.Metric) bool { return m.Name == "keys" })]
			if m.Value != 1802 || m.N != 451 || m.K != 1 {
				t.Errorf("memory %d, %d workers: %v hashes, %d distinct, %d unpaired", memory, workers, m.Value, m.N, m.K)
			}
			if c := res.Coverage[0]; c.Judged != 1802 {
				t.Errorf("memory %d, %d workers: %d rows", memory, workers, c.Judged)
			}
		}
	}
}

func TestKeysFail(t *testing.T) {
	for fault, where := range map[string]string{"hashes": "decisions, unit 0", "set": "decisions, unit 0", "keys": "of the keys"} {
		_, err := drive(t, context.Background(), keyCheck(fault), csv(3), driver.Options{})
		var b *driver.Broken
		if !errors.As(err, &b) || b.Check != "sum" || !strings.Contains(b.Where, where) {
			t.Errorf("%s: error %v", fault, err)
		}
	}
	// What exceeds the memory is written, or the run fails.
	_, err := drive(t, context.Background(), keyCheck(""), csv(1000), driver.Options{Keys: 1, TempDir: t.TempDir() + "/absent"})
	if err == nil || !strings.Contains(err.Error(), "temporary files in") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(fmt.Errorf("enough"))
	if _, err := drive(t, ctx, keyCheck(""), csv(3), driver.Options{}); err == nil || err.Error() != "enough" {
		t.Errorf("error %v", err)
	}
}
