package consistency

import (
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/features"
	"evenhand/fixtures"
)

// driveBook runs checks over a book in dir.
func driveBook(t testing.TB, dir string, skim bool, checks ...*audit.Check) *audit.Result {
	t.Helper()
	file := filepath.Join(dir, "audit.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if skim { // no policies and no models: what is left of a poorer export
		var kept []string
		drop := false
		for _, l := range strings.Split(string(data), "\n") {
			if l != "" && l[0] != ' ' {
				drop = strings.HasPrefix(l, "models:") || strings.HasPrefix(l, "policies:")
			}
			if !drop {
				kept = append(kept, l)
			}
		}
		data = []byte(strings.Join(kept, "\n"))
	}
	return audittest.Drive(t, audittest.Lender(t, file, string(data), dir, checks...), 2)
}

func bookDir(t testing.TB, book fs.FS) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, book); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDominatedFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/dominated*.txtar")
	if err != nil || len(files) < 2 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, Dominated, f)
		audittest.Laws(t, Dominated, f)
	}
}

// TestDominatedBook: every case of the book is a planted denial against the
// policy; those of them are found that like applicants were there to witness.
func TestDominatedBook(t *testing.T) {
	res := driveBook(t, bookDir(t, fixtures.Book()), false, Dominated)
	truth, err := fixtures.Truth(fixtures.Book())
	if err != nil {
		t.Fatal(err)
	}
	planted := map[string]string{}
	for _, r := range truth {
		if r.Table == "decisions" && r.Substance == "UNJUSTIFIED" {
			planted[r.Key] = r.Fault
		}
	}
	found := map[string]int{}
	for _, c := range res.Cases {
		fault, ok := planted[c.Key]
		if !ok {
			t.Errorf("%s: the policy denies it: %v", c.Key, c.Evidence)
		}
		found[fault]++
	}
	t.Logf("found %v of %d", found, len(planted))
	if found["BIAS"] < 100 || found["NORULE"] < 3 {
		t.Errorf("found %v", found)
	}
	if len(res.Findings) != 1 || res.Findings[0].Severity != audit.S4 {
		t.Errorf("findings: %+v", res.Findings)
	}
	groups := map[string]int{}
	for _, c := range res.Comparisons {
		groups[c.Dimension+"="+c.Group]++
		if c.Denied.Outcome != "denied" || c.Approved.Score > c.Denied.Score || len(c.Items) < 10 || c.Controls < 1 {
			t.Errorf("sheet %+v", c)
		}
	}
	if groups["ethnic_group=minority_a"] < 30 || groups["sex=M"] > 0 {
		t.Errorf("sheets: %v", groups)
	}
}

// TestCleanBook: a book without faults has no dominated denial, its policy goes
// the dictionary's way, and no circumstance tells; nor is anybody accused where
// the plan knows neither model nor policy.
func TestCleanBook(t *testing.T) {
	dir := t.TempDir()
	if err := fixtures.Generate(dir, fixtures.BookOptions{Seed: 5, Customers: 2500, Clean: true}); err != nil {
		t.Fatal(err)
	}
	for _, skim := range []bool{false, true} {
		res := driveBook(t, dir, skim, Dominated, Conditions)
		if len(res.Cases)+len(res.Findings) > 0 {
			t.Errorf("skim %v: %d cases, findings %+v", skim, len(res.Cases), res.Findings)
		}
		for _, c := range res.Coverage {
			if c.Judged < 4000 || (len(c.Why) > 0) != (skim && c.Check == dominatedName) {
				t.Errorf("skim %v: %+v", skim, c)
			}
		}
	}
}

// TestDominatedSearch holds the index against the comparison of every pair.
func TestDominatedSearch(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	dims := []domDim{
		{name: "a", kind: features.Float, sign: 1, edges: []float64{2, 5, 7}},
		{name: "b", kind: features.Float, sign: -1, any: true, step: 0.1},
		{name: "c", kind: features.Float, sign: -1, edges: []float64{0.5}},
		{name: "d", kind: features.Float, sign: 1, any: true},
		{name: "e", kind: features.Float, sign: 1, any: true, limit: true},
	}
	scheme := &domScheme{dims: dims, ordered: []int{0, 1, 2, 3, 4}}
	draw := func(i int) *domRecord {
		r := &domRecord{id: fmt.Sprint(i), customer: fmt.Sprint(rng.IntN(200)), at: rng.Int64N(1000), limited: rng.IntN(2) == 0}
		r.values = []float64{float64(rng.IntN(10)), rng.Float64(), float64(rng.IntN(3)) / 2, math.Round(rng.NormFloat64()), rng.Float64()}
		if rng.IntN(5) == 0 {
			r.values[4] = math.NaN()
		}
		if !r.fit(scheme) {
			t.Fatal("does not fit")
		}
		return r
	}
	found, empty := 0, 0
	for range 60 {
		var list []*domRecord
		for i := range 1 + rng.IntN(400) {
			list = append(list, draw(i))
		}
		deciles := scheme.decilesOf(list)
		x := newDomIndex(scheme, deciles, slices.Clone(list))
		for i := range 50 {
			r := draw(1000 + i)
			got, want := map[string]int64{}, map[string]int64{}
			x.below(r, 100, func(y *domRecord, depth int64) bool {
				got[y.id] = depth
				return false
			})
			for _, y := range list {
				if d := y.at - r.at; d < -100 || d > 100 || y.customer == r.customer {
					continue
				}
				if depth, ok := scheme.compare(y, r, deciles); ok {
					want[y.id] = depth
				}
			}
			if !maps.Equal(got, want) {
				t.Fatalf("%v: got %v, want %v", r.values, got, want)
			}
			found, empty = found+len(want), empty+domOne(len(want) == 0)
		}
	}
	if found < 1000 || empty < 100 {
		t.Errorf("%d pairs, %d without any: the test is vacuous", found, empty)
	}
}

// Bins by which a value is worse, whichever end of a bin is closed.
func TestDominatedBins(t *testing.T) {
	scheme := &domScheme{dims: []domDim{{kind: features.Float, sign: -1, edges: []float64{1, 3, 5}}}, ordered: []int{0}}
	at := func(x float64) *domRecord {
		r := &domRecord{values: []float64{x}}
		r.fit(scheme)
		return r
	}
	for _, x := range []struct {
		worse, better float64
		bins          int64
		ok            bool
	}{
		{2, 1.5, 0, true}, {3, 2, 0, true}, {4, 3, 0, true}, {4, 2, 1, true}, {6, 0, 3, true}, {5, 1, 2, true}, {3, 1, 1, true}, {1, 3, 0, false}, {0, 2, 0, false},
	} {
		if d, ok := scheme.compare(at(x.worse), at(x.better), nil); d != x.bins && ok || ok != x.ok {
			t.Errorf("%v against %v: %d bins, %v", x.worse, x.better, d, ok)
		}
	}
}

// A sample that is full is said, and what it finds is still true.
func TestDominatedSample(t *testing.T) {
	c := *Dominated
	c.Settings = func() any {
		s := Dominated.Settings().(*DominatedSettings)
		s.Most, s.Witnesses = 3000, 1
		return s
	}
	dir := bookDir(t, fixtures.Book())
	part := driveBook(t, dir, false, &c)
	c.Settings = func() any {
		s := Dominated.Settings().(*DominatedSettings)
		s.Witnesses = 1
		return s
	}
	whole := driveBook(t, dir, false, &c)
	known := map[string]bool{}
	for _, k := range whole.Cases {
		known[k.Key] = true
	}
	if len(part.Cases) == 0 || len(part.Cases) >= len(whole.Cases) || len(part.Coverage[0].Why) == 0 {
		t.Errorf("%d cases of a sample, %d of all, %v", len(part.Cases), len(whole.Cases), part.Coverage[0].Why)
	}
	for _, k := range part.Cases {
		if !known[k.Key] {
			t.Errorf("%s is dominated in the sample alone", k.Key)
		}
	}
}

func TestDominatedSettings(t *testing.T) {
	for _, change := range []func(*DominatedSettings){
		func(s *DominatedSettings) { s.Witnesses = 0 }, func(s *DominatedSettings) { s.Days = -1 }, func(s *DominatedSettings) { s.Most = 1 },
		func(s *DominatedSettings) { s.Band = -1 }, func(s *DominatedSettings) { s.Sheets = -1 }, func(s *DominatedSettings) { s.Many = 0 },
		func(s *DominatedSettings) { s.Share = 2 },
	} {
		s := Dominated.Settings().(*DominatedSettings)
		if s.validate() != nil {
			t.Fatal("the defaults are refused")
		}
		if change(s); s.validate() == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
}
