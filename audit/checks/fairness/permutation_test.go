package fairness_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/checks"
	"evenhand/audit/checks/fairness"
	"evenhand/features"
)

var long = flag.Bool("long", false, "also permute groups 200 times, which takes minutes")

// shuffled is a source whose group columns are dealt out anew: every row keeps
// its own decision, and gets the groups of another one. It is held in memory.
type shuffled struct {
	features.Source
	rows *features.Batch // of the export, as bound
	rng  *rand.Rand      // nil: the groups stay where they are
	most int             // rows taken of the export; 0: all
}

// Bind binds the export and reads it, once.
func (s *shuffled) Bind(specs []features.Spec) error {
	if err := s.Source.Bind(specs); err != nil {
		return err
	}
	all := &features.Batch{}
	r := s.Source.NewReader()
	for u := range s.Source.Units() {
		if err := r.Open(context.Background(), u); err != nil {
			return err
		}
		var b features.Batch
		for {
			ok, err := r.Next(&b)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			all.Table = b.Table
			all.Append(&b)
		}
	}
	if s.most > 0 && all.N > s.most { // every so many rows
		var pick []int32
		for i := range s.most {
			pick = append(pick, int32(i*(all.N/s.most)))
		}
		all = rearranged(all, func(int) []int32 { return pick }, s.most)
	}
	order := make([]int32, all.N)
	for i := range order {
		order[i] = int32(i)
	}
	same := append([]int32(nil), order...)
	if s.rng != nil {
		s.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	s.rows = rearranged(all, func(c int) []int32 {
		if name := specs[c].Name; strings.HasPrefix(name, audit.GroupColumn("")) || strings.HasPrefix(name, "source:groups.") {
			return order
		}
		return same
	}, all.N)
	return nil
}

// rearranged copies n rows of b, column by column.
func rearranged(b *features.Batch, rowsOf func(column int) []int32, n int) *features.Batch {
	out := &features.Batch{Table: b.Table, N: n, Cols: make([]features.Vector, len(b.Cols))}
	for c := range b.Cols {
		v, to := &b.Cols[c], &out.Cols[c]
		if v.Kind != features.Opaque && v.Kind != features.TextList {
			features.Gather(to, v, rowsOf(c), b.N)
			continue
		}
		to.Kind, to.Present, to.Dict = v.Kind, v.Present, v.Dict
		to.Offsets = []uint32{0}
		for _, i := range rowsOf(c) {
			if v.Kind == features.Opaque {
				to.Bytes = append(to.Bytes, v.Bytes[v.Offsets[i]:v.Offsets[i+1]]...)
				to.Offsets = append(to.Offsets, uint32(len(to.Bytes)))
			} else {
				to.Codes = append(to.Codes, v.Codes[v.Offsets[i]:v.Offsets[i+1]]...)
				to.Offsets = append(to.Offsets, uint32(len(to.Codes)))
			}
			if v.Valid != nil {
				to.Valid = append(to.Valid, v.Valid[i])
			}
		}
	}
	return out
}

func (s *shuffled) Units() []features.Unit {
	return []features.Unit{{Rows: int64(s.rows.N)}}
}

func (s *shuffled) NewReader() features.Reader { return &dealer{rows: s.rows} }

// dealer reads a shuffled source.
type dealer struct {
	rows *features.Batch
	at   int
}

func (r *dealer) Open(context.Context, int) error { r.at = 0; return nil }
func (r *dealer) Tally() features.Tally           { return features.Tally{} }
func (r *dealer) Close() error                    { return nil }

func (r *dealer) Next(b *features.Batch) (bool, error) {
	hi := min(r.rows.N, r.at+features.BatchRows)
	if r.at == hi {
		return false, nil
	}
	*b = r.rows.Slice(r.at, hi)
	r.at = hi
	return true, nil
}

// slack is the least count that Binomial(n, q) stays at or below with 99.9 %.
func slack(n int, q float64) int {
	p, sum := 1., 0.
	for range n {
		p *= 1 - q
	}
	for k := 0; ; k++ {
		if sum += p; sum >= 0.999 || k == n {
			return k
		}
		p *= float64(n-k) / float64(k+1) * q / (1 - q)
	}
}

// effectless are settings by which the size of an effect flags nothing or
// anything: what is left is the tests.
const effectless = `
checks:
  approvalparity: {ratio: 1, shortfall: 0}
  intersection: {ratio: 1, shortfall: 0}
  conditionalparity: {odds_ratio: 1, ratio: 1, shortfall: 0}
  adjustedparity: {odds_ratio: 1.0001, excess: 0}
`

// permuted is a plan whose groups are dealt out anew.
type permuted struct {
	file, dir string
	more      string // text at the end of the plan
	most      int    // rows of the export; 0: all
}

// run runs every check of fairness, and returns the flagged metrics' names.
func (p permuted) run(t *testing.T, rng *rand.Rand) (flagged map[string]bool, tests int) {
	t.Helper()
	var suite []*audit.Check
	for _, c := range checks.All {
		// Channels are no groups, and stay where they are.
		if c.Chapter == "fairness" && c != fairness.ChannelParity {
			suite = append(suite, c)
		}
	}
	if len(suite) < 4 {
		t.Fatalf("only %d checks of fairness", len(suite))
	}
	data, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	in := audittest.Lender(t, p.file, string(data)+p.more, p.dir, checks.All...)
	in.Checks = suite
	in.Sources = map[string]features.Source{"decisions": &shuffled{Source: in.Sources["decisions"], rng: rng, most: p.most}}
	r := audittest.Drive(t, in, 1)
	flagged = map[string]bool{}
	for i := range r.Metrics {
		if m := &r.Metrics[i]; m.Status >= audit.Warn {
			flagged[m.Check+" "+m.Name] = true
		}
	}
	return flagged, r.Tests.Run
}

// count holds that of so many runs with the groups dealt out anew not more have
// a flagged metric than the false discovery rate allows, and chance beside.
func (p permuted) count(t *testing.T, times int) {
	t.Helper()
	if real, tests := p.run(t, nil); len(real) == 0 || tests == 0 {
		t.Fatalf("with the groups as they are nothing is flagged, of %d tests: the data can't show anything", tests)
	}
	flagged, tests := 0, 0
	by := map[string]int{}
	for seed := range times {
		names, n := p.run(t, rand.New(rand.NewPCG(uint64(seed), 2026)))
		tests += n
		if len(names) > 0 {
			flagged++
		}
		for name := range names {
			by[name]++
		}
	}
	const q = 0.05
	limit := slack(times, q)
	t.Logf("%d of %d permutations have a flagged metric, of %d tests each; with q = %v, chance makes it at most %d in 999 of 1000 such trials; by metric: %v",
		flagged, times, tests/times, q, limit, by)
	if flagged > limit {
		t.Errorf("%d of %d permutations are flagged, more than %d: gaps are found that are not there", flagged, times, limit)
	}
}

func times() int {
	if *long {
		return 200
	}
	return 20
}

// Groups that are dealt out at random differ by chance alone: what is flagged
// then is false. It may be so in one run of twenty, whatever the effect asked
// for; with the effects that plans ask for by default it hardly is.
func TestPermutation(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "fixtures", "loanapp")
	p := permuted{file: filepath.Join(dir, "audit.yaml"), dir: dir}
	t.Run("default", func(t *testing.T) { p.count(t, times()) })
	if !*long {
		return
	}
	p.more = effectless
	t.Run("effectless", func(t *testing.T) { p.count(t, times()) })
}

func TestPermutationNewYork(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "data")
	if _, err := os.Stat(filepath.Join(dir, "hmda_ny_2023_purchase.parquet")); err != nil {
		t.Skip("the shared data is not here: ", err)
	}
	if !*long {
		t.Skip("it takes minutes: run with -long")
	}
	p := permuted{file: filepath.Join("..", "..", "..", "fixtures", "plans", "hmda.yaml"), dir: dir, most: 20_000}
	t.Run("default", func(t *testing.T) { p.count(t, times()) })
	p.more = effectless
	t.Run("effectless", func(t *testing.T) { p.count(t, times()) })
}
