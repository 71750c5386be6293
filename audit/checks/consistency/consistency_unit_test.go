package consistency

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/replay"
	"evenhand/features"
)

// open is the environment of a check on a fixture without facts of the history,
// and its decisions, scored and replayed, in one batch; rows, unless nil, says
// what becomes of the CSV.
func open(t testing.TB, check *audit.Check, file string, rows func(csv string) string) (*audit.Env, *features.Batch) {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range ar.Files {
		files[f.Name] = f.Data
	}
	plan, err := audit.ParsePlan("plan.yaml", files["plan.yaml"], []*audit.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	read := func(path string) ([]byte, error) { return files[path], nil }
	env := &audit.Env{Plan: plan, Settings: plan.Settings(check.Name), Layouts: map[string]*audit.Layout{}}
	if env.Models, err = plan.LoadModels(read); err != nil {
		t.Fatal(err)
	}
	if env.Policies, err = plan.LoadPolicies(read); err != nil {
		t.Fatal(err)
	}
	if env.Periods, err = audit.NewPeriods(plan.Period, plan.Zone()); err != nil {
		t.Fatal(err)
	}
	csv := string(files["decisions.csv"])
	if rows != nil {
		csv = rows(csv)
	}
	src, err := audittest.NewSource("decisions", csv, 1<<30, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	w := audit.Wanted{Inputs: map[string]features.Kind{}, Features: true, Groups: true}
	n := check.Needs.Tables[0]
	w.Columns = append(w.Columns, n.Required...)
	for _, o := range n.Optional {
		w.Columns = append(w.Columns, o.Column)
	}
	for _, m := range env.Models {
		for _, in := range m.Model.Inputs() {
			w.Inputs[in.Name] = features.Float
			if in.Kind != 0 {
				w.Inputs[in.Name] = features.Text
			}
		}
	}
	for _, name := range env.Policies.Names("decisions") {
		if _, ok := features.TableNamed("decisions").Column(name); !ok && w.Inputs[name] == 0 {
			w.Names = append(w.Names, name)
		}
	}
	reading, err := plan.Specs("decisions", src.Fields(), w)
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Bind(reading.Specs); err != nil {
		t.Fatal(err)
	}
	env.Layouts["decisions"] = reading.Layout()
	r, b := src.NewReader(), &features.Batch{}
	if err := r.Open(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(b); err != nil {
		t.Fatal(err)
	}
	for _, d := range reading.Derived {
		d.Apply(b)
	}
	e, err := replay.New(env, "decisions", false)
	if err != nil {
		t.Fatal(err)
	}
	e.Score(b)
	e.Replay(b)
	return env, b
}

// TestNearSample: which bands of the score are kept does not depend on the order
// of rows and merges, and no more rows are kept than the limit.
func TestNearSample(t *testing.T) {
	env, b := open(t, NearTwins, "testdata/neartwins-many.txtar", nil)
	fresh := func() *near {
		s, err := newNear(env)
		if err != nil {
			t.Fatal(err)
		}
		s.settings.Band = 1
		s.limit = 60
		return s
	}
	rng := rand.New(rand.NewPCG(1, 2))
	want := ""
	for round := range 20 {
		parts := []*near{fresh(), fresh(), fresh()}
		for lo := 0; lo < b.N; {
			hi := min(b.N, lo+1+rng.IntN(30))
			part := b.Slice(lo, hi)
			p := parts[rng.IntN(len(parts))]
			p.Update(&part)
			if round%2 == 1 {
				p.settle()
			}
			lo = hi
		}
		all := fresh()
		for _, k := range rng.Perm(len(parts)) {
			all.Merge(parts[k])
		}
		data, err := all.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = string(data)
		}
		if string(data) != want || len(all.rows) > 60 || len(all.rows) == 0 || all.shift == 0 || all.seen < 150 {
			t.Fatalf("round %d: %d rows of %d kept at 1/2^%d", round, len(all.rows), all.seen, all.shift)
		}
	}
}

// TestDecodeGarbage: a state that was tampered with is refused, or can be used.
func TestDecodeGarbage(t *testing.T) {
	for _, c := range inside {
		file := map[string]string{"twins": "neartwins-many", "repeatflip": "repeatflip"}[c.Name]
		if file == "" {
			file = c.Name
		}
		env, b := open(t, c, "testdata/"+file+".txtar", func(csv string) string { return first(csv, 5) })
		s, err := c.New(env)
		if err != nil {
			t.Fatal(err)
		}
		if r, ok := s.(audit.RowState); ok {
			r.Update(b)
		}
		if k, ok := s.(audit.KeyState); ok {
			k.Hashes(b, func(int, []uint64) {})
			k.Keys([][]uint64{{1, 2, 2}, {2, 3}})
		}
		if x, ok := s.(audit.TimelineState); ok {
			x.Customer(&audit.Timeline{Customer: []byte("a"), Decisions: audit.Rows{Batch: b, Hi: b.N}})
		}
		good, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(good); i += 1 + len(good)/200 {
			for _, x := range []byte{0, 1, 0xff} {
				bad := append([]byte(nil), good...)
				bad[i] = x
				n, _ := c.New(env)
				if n.UnmarshalBinary(bad) == nil {
					n.Finish(&audit.Result{}) // must not panic
				}
			}
			n, _ := c.New(env)
			if n.UnmarshalBinary(good[:i]) == nil {
				t.Errorf("%s: a state cut at byte %d is accepted", c.Name, i)
			}
		}
	}
}

// first is the head of a CSV, with n rows.
func first(csv string, n int) string {
	var out []string
	for _, l := range strings.SplitAfter(csv, "\n") {
		if !strings.HasPrefix(l, "#") && len(out) <= n {
			out = append(out, l)
		}
	}
	return strings.Join(out, "")
}

// TestTwinsCap: more split cells than are looked into are counted, and said.
func TestTwinsCap(t *testing.T) {
	env, _ := open(t, Twins, "testdata/neartwins-many.txtar", nil)
	env.Settings = &TwinsSettings{Cells: 2}
	s, err := newTwins(env)
	if err != nil {
		t.Fatal(err)
	}
	s.Keys([][]uint64{{1, 2, 2, 5, 7, 9}, {2, 3, 5, 5, 9, 9}})
	s.Keys([][]uint64{{11, 11}, {12}})
	s.cut()
	if s.cells != 8 || s.paired != 4 || s.pairedRows != 11 || s.splits != 3 || fmt.Sprint(s.split) != "[2 5]" {
		t.Errorf("%d cells, %d paired with %d rows, %d split, %v", s.cells, s.paired, s.pairedRows, s.splits, s.split)
	}
}

// many makes a CSV of 4096 random rows of neartwins-many.
func many(csv string) string {
	head, _, _ := strings.Cut(csv, "\n")
	rng := rand.New(rand.NewPCG(3, 4))
	var s strings.Builder
	s.WriteString(head + "\n")
	for i := range 4096 {
		a, b := rng.Float64()*100, rng.Float64()
		out := "approved"
		if a < 40 {
			out = "denied"
		}
		fmt.Fprintf(&s, "d%d,x%d,c%d,cash,2025-03-01T10:00:00Z,%s,1000,auto,app,m1,p1,%d,%g,%g,%s,%d\n", i, i, i/2, out, 80+i%40, a, b, []string{"north", "south"}[i%2], i%3)
	}
	return s.String()
}

func BenchmarkUpdate(b *testing.B) {
	for _, c := range inside {
		b.Run(c.Name, func(b *testing.B) {
			env, batch := open(b, c, "testdata/neartwins-many.txtar", many)
			s, err := c.New(env)
			if err != nil {
				b.Fatal(err)
			}
			if n, ok := s.(*near); ok {
				n.limit = 1024
			}
			b.ReportAllocs()
			for b.Loop() {
				switch s := s.(type) {
				case *flips:
					for i := 0; i < batch.N; i += 2 {
						s.Customer(&audit.Timeline{Decisions: audit.Rows{Batch: batch, Lo: i, Hi: i + 2}})
					}
				case *twins:
					s.Hashes(batch, func(int, []uint64) {})
				case audit.RowState:
					s.Update(batch)
				}
			}
			b.ReportMetric(float64(batch.N)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
