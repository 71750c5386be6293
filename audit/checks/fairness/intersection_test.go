package fairness

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/features"
)

// crossRow is k approved of n of one combination.
type crossRow struct {
	groups  []string
	segment string
	k, n    int
}

// crossEnv has a plan of some group columns and the segment product; columns are
// outcome, application_type, is_test, the groups, product.
func crossEnv(t testing.TB, set *CrossSettings, names, references []string) *audit.Env {
	t.Helper()
	periods, err := audit.NewPeriods("all", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	plan := &audit.Plan{
		Segments: []audit.Grouping{{Name: "product"}},
		Honesty:  audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10},
	}
	var specs []features.Spec
	for _, c := range []string{"outcome", "application_type", "is_test"} {
		specs = append(specs, features.Spec{Name: c})
	}
	for i, name := range names {
		plan.Groups = append(plan.Groups, audit.Grouping{Name: name, Reference: references[i]})
		specs = append(specs, features.Spec{Name: audit.GroupColumn(name)})
	}
	specs = append(specs, features.Spec{Name: audit.SegmentColumn("product")})
	return &audit.Env{Plan: plan, Settings: set, Periods: periods, Layouts: map[string]*audit.Layout{"decisions": audit.NewLayout(specs)}}
}

func crossBatch(dims int, rows []crossRow) *features.Batch {
	b := &features.Batch{Table: "decisions", Cols: make([]features.Vector, 4+dims)}
	for i := range b.Cols {
		b.Cols[i] = features.Vector{Kind: features.Text, Present: true, Dict: features.NewDict()}
	}
	b.Cols[2].Kind = features.Bool
	put := func(i int, s string) {
		code := features.Null
		if s != "" {
			code = b.Cols[i].Dict.CodeOf(s)
		}
		b.Cols[i].Codes = append(b.Cols[i].Codes, code)
	}
	for _, r := range rows {
		for i := range r.n {
			put(0, map[bool]string{true: "approved", false: "denied"}[i < r.k])
			put(1, "")
			b.Cols[2].Ints = append(b.Cols[2].Ints, 0)
			for d, g := range r.groups {
				if g == unknown {
					g = ""
				}
				put(3+d, g)
			}
			put(3+dims, r.segment)
			b.Period = append(b.Period, 0)
			b.N++
		}
	}
	return b
}

func crossSettings() *CrossSettings { return Intersection.Settings().(*CrossSettings) }

func crossRun(t testing.TB, env *audit.Env, b *features.Batch) *audit.Result {
	t.Helper()
	s, err := newCross(env)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(b)
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(env.Plan.Honesty)
	r.Sort()
	return r
}

// The crossings of loanapp in fairlearn, AIF360 and scipy.
func TestCrossLibraries(t *testing.T) {
	_, two, three := crossings(t)
	for _, x := range []struct {
		name string
		want crossed
		dims []string
		refs []string
	}{
		{"race×sex", two, []string{"race", "sex"}, []string{"white", "male"}},
		{"race×sex×kids", three, []string{"race", "sex", "kids"}, []string{"white", "male", "none"}},
	} {
		var rows []crossRow
		for _, c := range x.want.Cells {
			r := crossRow{segment: "all"}
			for i := range x.dims {
				r.groups = append(r.groups, c[i].(string))
			}
			r.k, r.n = int(c[len(x.dims)].(float64)), int(c[len(x.dims)+1].(float64))
			rows = append(rows, r)
		}
		env := crossEnv(t, crossSettings(), x.dims, x.refs)
		env.Plan.Honesty.Suppress = 0 // the libraries leave nobody out
		r := crossRun(t, env, crossBatch(len(x.dims), rows))
		near(t, x.name+" difference", metricOf(t, r, parityDiff, x.name).Value, x.want.ParityDifference)
		near(t, x.name+" ratio", metricOf(t, r, parityRatio, x.name).Value, x.want.ParityRatio)
		near(t, x.name+" differential fairness", metricOf(t, r, smoothedFair, x.name).Value, x.want.Differential)
		compared := 0
		for i, row := range rows {
			label := x.name + "=" + row.groups[0]
			for _, g := range row.groups[1:] {
				label += "×" + g
			}
			if metricOf(t, r, crossRate, label).Suppressed {
				continue
			}
			m := metricOf(t, r, crossShrunken, label)
			compared++
			near(t, label, m.Value, x.want.Shrunken.Value[i])
			near(t, label+" low", m.Low, x.want.Shrunken.Low[i])
			near(t, label+" high", m.High, x.want.Shrunken.High[i])
		}
		if compared < 5 {
			t.Errorf("%s: only %d compared", x.name, compared)
		}
	}
}

// Gaps that multiply are told by approvalparity; one where groups meet is told
// here.
func TestCrossRule(t *testing.T) {
	rows := func(both int) []crossRow {
		return []crossRow{
			{[]string{"M", "old"}, "cash", 800, 1000}, {[]string{"F", "old"}, "cash", 600, 1000},
			{[]string{"M", "young"}, "cash", 600, 1000}, {[]string{"F", "young"}, "cash", both, 1000},
		}
	}
	for _, x := range []struct {
		both     int
		findings int
	}{{450, 0}, {200, 1}} {
		env := crossEnv(t, crossSettings(), []string{"sex", "age"}, []string{"M", "old"})
		r := crossRun(t, env, crossBatch(2, rows(x.both)))
		f := concludeCross(env, nil, r.Metrics)
		if len(f) != x.findings {
			t.Errorf("%d of 1000 approved: findings %+v", x.both, f)
		}
	}
}

// A combination of more columns is part of the flagged one it lies in.
func TestCrossNested(t *testing.T) {
	var rows []crossRow
	for _, c := range []string{"x", "y"} {
		rows = append(rows,
			crossRow{[]string{"M", "old", c}, "cash", 800, 1000}, crossRow{[]string{"F", "old", c}, "cash", 790, 1000},
			crossRow{[]string{"M", "young", c}, "cash", 790, 1000}, crossRow{[]string{"F", "young", c}, "cash", 300, 1000})
	}
	env := crossEnv(t, crossSettings(), []string{"sex", "age", "race"}, []string{"M", "old", "x"})
	r := crossRun(t, env, crossBatch(3, rows))
	f := concludeCross(env, nil, r.Metrics)
	if len(f) != 1 || len(f[0].Metrics) < 3 {
		t.Errorf("findings: %+v", f)
	}
}

// Too many combinations: the pairs are left, whatever the order of the rows.
func TestCrossCap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []crossRow
	for range 900 {
		var g []string
		for range 3 {
			g = append(g, string(rune('a'+rng.IntN(6))))
		}
		rows = append(rows, crossRow{g, "cash", rng.IntN(2), 1})
	}
	set := crossSettings()
	set.Cells = 40
	env := crossEnv(t, set, []string{"p", "q", "r"}, []string{"a", "a", "a"})
	var want []byte
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 3))
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		var parts []*cross
		for range 3 {
			s, _ := newCross(env)
			parts = append(parts, s)
		}
		for lo := 0; lo < len(rows); {
			hi := min(len(rows), lo+1+rng.IntN(300))
			parts[rng.IntN(3)].Update(crossBatch(3, rows[lo:hi]))
			lo = hi
		}
		whole, _ := newCross(env)
		for _, p := range parts {
			data, err := p.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			back, _ := newCross(env)
			if err := back.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
			whole.Merge(back)
		}
		got, _ := whole.MarshalBinary()
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("seed %d: the counts depend on the order", seed)
		}
		r := &audit.Result{}
		whole.Finish(r)
		if len(r.Coverage[0].Why) == 0 {
			t.Fatal("nothing is said of what is left out")
		}
		n := 0
		for _, m := range r.Metrics {
			if m.Name == crossRate && m.Group == "p×q=b×c" {
				n++
				if m.N == 0 && !m.Suppressed {
					t.Error("no rows of a pair")
				}
			}
			if m.Name == crossRate && m.Group == "p×q×r=b×c×d" {
				t.Error("the crossing that is left out is given")
			}
		}
		if n != 1 {
			t.Fatalf("%d rates of a pair", n)
		}
	}
}

// No sum of published cells may tell of a withheld one.
func TestCrossSuppress(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 5))
	hidden := 0
	for range 60 {
		var rows []crossRow
		for i := range 12 {
			n := rng.IntN(40)
			rows = append(rows, crossRow{[]string{string(rune('a' + i%2)), string(rune('a' + i/2%3)), string(rune('a' + i/6))}, string(rune('x' + rng.IntN(2))), n / 2, n})
		}
		env := crossEnv(t, crossSettings(), []string{"p", "q", "r"}, []string{"a", "a", "a"})
		s, _ := newCross(env)
		s.Update(crossBatch(3, rows))
		wholes := map[string]int64{} // by column and group
		for _, r := range rows {
			for i, g := range r.groups {
				wholes[string(rune('0'+i))+g] += int64(r.n)
			}
		}
		for _, x := range s.crossings(10) {
			if len(x.dims) < 2 || x.segment != "" {
				continue
			}
			left := map[string]int64{}
			count := map[string]int{}
			for _, c := range x.cells {
				if c.Hidden {
					hidden++
				} else if c.N < 10 {
					t.Fatal("a small cell is published")
				}
				for i, g := range c.groups {
					k := string(rune('0'+x.dims[i])) + g
					if c.Hidden {
						count[k]++
					} else {
						left[k] += c.N
					}
				}
			}
			for k, n := range wholes {
				if len(x.dims) == 3 && count[k] == 1 && n > left[k] {
					t.Fatalf("the one withheld combination of %s can be computed", k)
				}
			}
		}
	}
	if hidden == 0 {
		t.Fatal("nothing is withheld")
	}
}

func TestCrossSettings(t *testing.T) {
	for _, bad := range []CrossSettings{{}, {Ratio: 1.2, Errors: "exclude", Cells: 99}, {Ratio: 0.8, Shortfall: -1, Errors: "exclude", Cells: 99}, {Ratio: 0.8, Errors: "x", Cells: 99}, {Ratio: 0.8, Errors: "exclude"}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if err := crossSettings().Validate(); err != nil {
		t.Error(err)
	}
}

func TestCrossGarbage(t *testing.T) {
	env := crossEnv(t, crossSettings(), []string{"p", "q"}, []string{"a", "a"})
	s, _ := newCross(env)
	s.Update(crossBatch(2, []crossRow{{[]string{"a", "b"}, "x", 3, 9}, {[]string{"b", "b"}, "y", 3, 4}}))
	good, _ := s.MarshalBinary()
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := bytes.Clone(good)
			bad[i] = x
			fresh, _ := newCross(env)
			if fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
	}
	if r := crossRun(t, env, crossBatch(2, nil)); len(r.Metrics) != 0 {
		t.Errorf("metrics of no rows: %+v", r.Metrics)
	}
}

func BenchmarkIntersection(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []crossRow
	for range 4096 {
		rows = append(rows, crossRow{[]string{string(rune('a' + rng.IntN(2))), string(rune('a' + rng.IntN(5))), string(rune('a' + rng.IntN(4)))}, string(rune('p' + rng.IntN(3))), rng.IntN(2), 1})
	}
	batch := crossBatch(3, rows)
	s, _ := newCross(crossEnv(b, crossSettings(), []string{"p", "q", "r"}, []string{"a", "a", "a"}))
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}
