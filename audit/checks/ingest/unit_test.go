package ingest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

func encodeSet(k *keySet) string {
	e := stats.NewEncoder(nil)
	k.encode(e)
	return string(e.Data())
}

func TestKeySet(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, limit := range []int{10_000, 700, 60} {
		hashes := someHashes()
		want := ""
		for trial := range 8 {
			rng.Shuffle(len(hashes), func(i, j int) { hashes[i], hashes[j] = hashes[j], hashes[i] })
			parts := make([]*keySet, 1+trial%4)
			for i := range parts {
				parts[i] = newKeySet(limit)
				parts[i].check = min(parts[i].check, 50+rng.IntN(200)) // settle often
			}
			for _, h := range hashes {
				parts[rng.IntN(len(parts))].add(h)
			}
			for i, p := range parts[1:] {
				if i%2 == 0 {
					q := newKeySet(limit)
					d := stats.NewDecoder([]byte(encodeSet(p)))
					q.decode(d)
					if err := d.Finish(); err != nil {
						t.Fatal(err)
					}
					p = q
				}
				parts[0].merge(p)
			}
			parts[0].settle()
			if got := encodeSet(parts[0]); want == "" {
				want = got
			} else if got != want {
				t.Fatalf("limit %d: the set depends on the order", limit)
			}
			if k := parts[0].kept; k > limit || limit > 5000 && k != 5000 {
				t.Fatalf("limit %d: %d kept", limit, k)
			}
		}
	}
}

// someHashes are those of 5,000 keys, forty of them twice, and one of these very
// often.
func someHashes() []uint64 {
	var hashes []uint64
	for i := range 5000 {
		hashes = append(hashes, rows.HashString(1, fmt.Sprint(i))|1<<8)
	}
	hashes = append(hashes, hashes[:40]...)
	for range 2000 {
		hashes = append(hashes, hashes[0])
	}
	return hashes
}

// compare gives a state the keys of batches, as the driver does.
func compare(s *state, batches ...*features.Batch) {
	sets := make([][]uint64, s.Sets())
	for _, b := range batches {
		s.Hashes(b, func(set int, hashes []uint64) { sets[set] = append(sets[set], hashes...) })
	}
	for _, hashes := range sets {
		slices.Sort(hashes)
	}
	s.Keys(sets)
}

// bench is a state for decisions and repayments, and a batch of each.
func bench(tb testing.TB, settings string) (*state, []*features.Batch) {
	tb.Helper()
	text := "version: 1\nlender: Example\nas_of: 2025-12-31\ntables: {decisions: {files: [d]}, repayments: {files: [r]}}\n" + settings
	plan, err := audit.ParsePlan("plan.yaml", []byte(text), []*audit.Check{Ingest})
	if err != nil {
		tb.Fatal(err)
	}
	periods, err := audit.NewPeriods("month", plan.Zone())
	if err != nil {
		tb.Fatal(err)
	}
	env := &audit.Env{Plan: plan, Settings: plan.Settings(name), Periods: periods, Layouts: map[string]*audit.Layout{}}
	const n = features.BatchRows
	rng := rand.New(rand.NewPCG(1, 2))
	var batches []*features.Batch
	for _, need := range Ingest.Needs.Tables {
		if need.Table != "decisions" && need.Table != "repayments" {
			continue
		}
		table := features.TableNamed(need.Table)
		b := &features.Batch{Table: table.Name, N: n, Period: make([]int32, n)}
		var specs []features.Spec
		for _, o := range need.Optional {
			c, _ := table.Column(o.Column)
			specs = append(specs, features.Spec{Name: c.Name, Kind: c.Kind, From: []string{c.Name}})
			v := features.Vector{Kind: c.Kind, Present: true, Dict: features.NewDict(), Ints: make([]int64, n), Codes: make([]int32, n), Offsets: []uint32{0}}
			for i := range n {
				v.Ints[i] = 1735689600_000000 // an instant; amounts and numbers are positive as well
				if c.Name == "installment_no" {
					v.Ints[i] = int64(i)
				}
				v.Codes[i] = v.Dict.CodeOf(fmt.Sprint("p", rng.IntN(3)))
				v.Bytes = append(v.Bytes, fmt.Sprintf("D%010d", i)...)
				v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
			}
			b.Cols = append(b.Cols, v)
		}
		for i := range n {
			b.Period[i] = 660
		}
		env.Layouts[table.Name] = audit.NewLayout(specs)
		batches = append(batches, b)
	}
	s, err := Ingest.New(env)
	if err != nil {
		tb.Fatal(err)
	}
	for _, b := range batches {
		s.(*state).Update(b)
	}
	return s.(*state), batches
}

// A file that was concatenated with itself: every key is there twice.
func TestEveryKeyTwice(t *testing.T) {
	s, batches := bench(t, "checks: {ingest: {cases: 7}}\n")
	for _, b := range batches {
		s.Update(b)
	}
	compare(s, append(batches, batches...)...)
	again := s.Reread()()
	for range 2 {
		for _, b := range batches {
			again.Update(b)
		}
	}
	r := &audit.Result{}
	again.Finish(r)
	if len(r.Cases) != 14 {
		t.Errorf("%d cases, want 7 of each table", len(r.Cases))
	}
	for _, m := range r.Metrics {
		if m.Name == duplicateKey && (m.K != features.BatchRows || m.N != 2*features.BatchRows) {
			t.Errorf("%s: %d of %d rows repeated", m.Segment, m.K, m.N)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, x := range []struct{ settings, want string }{
		{"{levels: {duplicate_key: off}}", ""},
		{"{levels: {duplicate_keys: fail}}", "there is no gate"},
		{"{levels: {duplicate_key: error}}", "is no level"},
	} {
		text := "version: 1\nlender: Example\nas_of: 2025-12-31\ntables: {decisions: {files: [d]}}\nchecks: {ingest: " + x.settings + "}\n"
		plan, err := audit.ParsePlan("plan.yaml", []byte(text), []*audit.Check{Ingest})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Ingest.New(&audit.Env{Plan: plan, Settings: plan.Settings(name)})
		if (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: error %v, want %q", x.settings, err, x.want)
		}
	}
}

func TestUpdateAllocatesNothing(t *testing.T) {
	s, batches := bench(t, "")
	add := func(int, []uint64) {}
	for _, b := range batches {
		if n := testing.AllocsPerRun(20, func() { s.Update(b); s.Hashes(b, add) }); n != 0 {
			t.Errorf("%s: %v allocations a batch", b.Table, n)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	for i, table := range []string{"decisions", "repayments"} {
		b.Run(table, func(b *testing.B) {
			s, batches := bench(b, "")
			add := func(int, []uint64) {}
			b.ReportAllocs()
			for b.Loop() {
				s.Update(batches[i])
				s.Hashes(batches[i], add)
			}
			b.ReportMetric(float64(b.N)*features.BatchRows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func TestMedian(t *testing.T) {
	var c sizes
	for _, x := range []float64{1, 100, 101, 102, 1e9} {
		c[sizeOf(x)]++
	}
	if m, n := median(&c); n != 5 || m > 101 || m < 101/1.25 {
		t.Errorf("median %v of %d values", m, n)
	}
	for _, x := range []float64{1e-9, 1e-4, 1, 3.5, 1e12, 1e300} { // no size is out of range
		c[sizeOf(x)]++
	}
}
