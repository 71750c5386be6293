package fairness

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/features"
)

// count is k approved of n in one group and one product.
type count struct {
	group   string
	k, n    int
	product string
}

// newEnv is the environment of a plan with one group dimension and one
// segment, whose columns are outcome, application_type, is_test, group,
// segment.
func newEnv(t testing.TB, dim, reference string) *audit.Env {
	t.Helper()
	periods, err := audit.NewPeriods("month", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	var specs []features.Spec
	for _, c := range []string{"outcome", "application_type", "is_test", audit.GroupColumn(dim), audit.SegmentColumn("product")} {
		specs = append(specs, features.Spec{Name: c})
	}
	return &audit.Env{
		Plan: &audit.Plan{
			Groups:   []audit.Grouping{{Name: dim, Reference: reference}},
			Segments: []audit.Grouping{{Name: "product"}},
			Honesty:  audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10},
		},
		Settings: ApprovalParity.Settings(),
		Periods:  periods,
		Layouts:  map[string]*audit.Layout{"decisions": audit.NewLayout(specs)},
	}
}

// batchOf makes rows of the counts; a group called "" is unknown.
func batchOf(counts []count) *features.Batch {
	b := &features.Batch{Table: "decisions", Cols: make([]features.Vector, 5)}
	for i, kind := range []features.Kind{features.Text, features.Text, features.Bool, features.Text, features.Text} {
		b.Cols[i] = features.Vector{Kind: kind, Present: true, Dict: features.NewDict()}
	}
	row := func(outcome, group, product string) {
		code := features.Null
		if group != "" {
			code = b.Cols[3].Dict.CodeOf(group)
		}
		b.Cols[0].Codes = append(b.Cols[0].Codes, b.Cols[0].Dict.CodeOf(outcome))
		b.Cols[1].Codes = append(b.Cols[1].Codes, features.Null)
		b.Cols[2].Ints = append(b.Cols[2].Ints, 0)
		b.Cols[3].Codes = append(b.Cols[3].Codes, code)
		b.Cols[4].Codes = append(b.Cols[4].Codes, b.Cols[4].Dict.CodeOf(product))
		b.Period = append(b.Period, -1)
		b.N++
	}
	for _, c := range counts {
		for i := range c.n {
			switch {
			case i >= c.k:
				row("denied", c.group, c.product)
			case i%2 == 0:
				row("approved", c.group, c.product)
			default:
				row("approved_lower", c.group, c.product)
			}
		}
	}
	return b
}

// measure runs the check over rows of the counts and settles the result.
func measure(t testing.TB, dim, reference string, counts []count) (*audit.Result, *audit.Env) {
	t.Helper()
	env := newEnv(t, dim, reference)
	s, err := newParity(env)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(batchOf(counts))
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(audit.Honesty{Alpha: 0.05})
	r.Sort()
	return r, env
}

// metric returns the metric over all rows.
func metricOf(t testing.TB, r *audit.Result, name, group string) audit.Metric {
	t.Helper()
	for _, m := range r.Metrics {
		if m.Name == name && m.Group == group && m.Period == "" && m.Segment == "" {
			return m
		}
	}
	t.Fatalf("no metric %s of %s", name, group)
	return audit.Metric{}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(math.Abs(want), 1e-300)) && !(math.Abs(got-want) <= 1e-12) || want != 0 && math.Abs(want) < 1e-9 && math.Abs(got/want-1) > 1e-9 {
		t.Errorf("%s = %.17g, want %.17g", what, got, want)
	}
}

// Boston HMDA, 1989: the numbers of Wooldridge's loanapp.
func TestLoanapp(t *testing.T) {
	r, env := measure(t, "race", "white", []count{{"white", 1527, 1681, ""}, {"nonwhite", 218, 308, ""}})
	m := metricOf(t, r, ratioMetric, "race=nonwhite")
	near(t, "ratio", m.Value, 218./308/(1527./1681))
	if math.Abs(m.Value-0.7791736570716478) > 1e-6 { // the published figure divides rates of six digits
		t.Errorf("ratio = %v", m.Value)
	}
	near(t, "odds ratio", metricOf(t, r, oddsMetric, "race=nonwhite").Value, 1/4.0935898963421895)
	near(t, "shortfall", m.Effect, 308*1527./1681-218)
	if m.Status != audit.Fail || m.Test != "fisher" {
		t.Errorf("status %v by %s, want fail by fisher", m.Status, m.Test)
	}
	f := concludeParity(env, nil, r.Metrics)
	if len(f) != 1 || f[0].Severity != audit.S2 || f[0].Title.En != "Approval rate of race=nonwhite is 0.779 of white's (70.8 % vs 90.8 %), n = 308" {
		t.Errorf("findings: %+v", f)
	}
}

func TestLoanappRaces(t *testing.T) {
	r, _ := measure(t, "race", "white", []count{{"white", 1527, 1681, ""}, {"black", 133, 197, ""}, {"hispanic", 85, 111, ""}})
	for _, x := range []struct {
		name, group       string
		value, low, high  float64
		p                 float64
		kRef, nRef, k, n_ int64
	}{
		{rateMetric, "race=black", 0.6751269035532995, 0.6069211595755182, 0.7366334053293373, math.NaN(), 0, 0, 133, 197},
		{diffMetric, "race=black", -0.23326096081314907, -0.3026712491828962, -0.17001354664890223, math.NaN(), 1527, 1681, 133, 197},
		{oddsMetric, "race=black", 0.2095816961362148, 0.14900632574391584, 0.29478270225132525, math.NaN(), 1527, 1681, 133, 197},
		{ratioMetric, "race=black", 0.7432143581356231, 0.673800712100865, 0.8197788637187715, 4.3153459293747624e-17, 1527, 1681, 133, 197},
		{ratioMetric, "race=hispanic", 0.8429942712850375, 0.7597264340598462, 0.9353884629521945, 2.123755678332445e-05, 1527, 1681, 85, 111},
		{parityDiff, "race", 0.23326096081314907, math.NaN(), math.NaN(), math.NaN(), 0, 0, 1745, 1989},
		{parityRatio, "race", 0.7432143581356231, math.NaN(), math.NaN(), math.NaN(), 0, 0, 1745, 1989},
	} {
		m := metricOf(t, r, x.name, x.group)
		near(t, x.name+" "+x.group, m.Value, x.value)
		if !math.IsNaN(x.low) {
			near(t, "low of "+x.name, m.Low, x.low)
			near(t, "high of "+x.name, m.High, x.high)
		}
		if !math.IsNaN(x.p) {
			near(t, "p of "+x.name, m.P, x.p)
		}
		if m.K != x.k || m.N != x.n_ || m.KRef != x.kRef || m.NRef != x.nRef {
			t.Errorf("%s %s: counts %d/%d against %d/%d", x.name, x.group, m.K, m.N, m.KRef, m.NRef)
		}
	}
}

// Berkeley, 1973: the gap over all rows is in no department.
func TestBerkeley(t *testing.T) {
	var rows []count
	for _, d := range []struct {
		name                  string
		male, no, female, no2 int
	}{
		{"A", 512, 313, 89, 19}, {"B", 353, 207, 17, 8}, {"C", 120, 205, 202, 391},
		{"D", 138, 279, 131, 244}, {"E", 53, 138, 94, 299}, {"F", 22, 351, 24, 317},
	} {
		rows = append(rows, count{"M", d.male, d.male + d.no, d.name}, count{"F", d.female, d.female + d.no2, d.name})
	}
	r, env := measure(t, "sex", "M", rows)
	m := metricOf(t, r, ratioMetric, "sex=F")
	near(t, "ratio", m.Value, 0.6818298435630683)
	near(t, "odds ratio", metricOf(t, r, oddsMetric, "sex=F").Value, 1/1.8410800371812925)
	near(t, "p", m.P, 1.0557968087828395e-21)
	f := concludeParity(env, nil, r.Metrics)
	if len(f) != 1 || !strings.Contains(f[0].What.En, "Within every value of product that has enough rows the ratio is at least 0.86") {
		t.Errorf("findings: %+v", f)
	}
}

// Rows of unknown group: their worst and best distribution.
func TestBounds(t *testing.T) {
	r, _ := measure(t, "sex", "M", []count{{"M", 80, 100, ""}, {"F", 60, 100, ""}, {"", 10, 30, ""}})
	m := metricOf(t, r, boundsMetric, "sex=F")
	near(t, "low", m.Low, 60./120/(90./110))
	near(t, "value", m.Value, 0.75)
	near(t, "high", m.High, 70./110/(80./120))
}

func TestNotEstimable(t *testing.T) {
	r, env := measure(t, "sex", "M", []count{{"M", 0, 100, ""}, {"F", 60, 100, ""}, {"X", 0, 50, ""}})
	for _, name := range []string{ratioMetric, oddsMetric} {
		for _, group := range []string{"sex=F", "sex=X"} {
			if m := metricOf(t, r, name, group); !math.IsNaN(m.Value) {
				t.Errorf("%s %s = %v against a reference nobody of whom was approved", name, group, m.Value)
			}
		}
	}
	r, _ = measure(t, "sex", "W", []count{{"M", 50, 100, ""}, {"F", 60, 100, ""}})
	if len(r.Coverage[0].Why) != 1 || !strings.Contains(r.Coverage[0].Why[0].En, "no decision has sex=W") {
		t.Errorf("coverage without the reference group: %+v", r.Coverage)
	}
	for _, m := range r.Metrics {
		if m.Reference != "" {
			t.Errorf("compared with nobody: %+v", m)
		}
	}
	if f := concludeParity(env, nil, r.Metrics); len(f) != 0 {
		t.Errorf("findings: %+v", f)
	}
}

// No sum of published and withheld cells may leave one withheld cell alone.
func TestSuppress(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	hidden, published := 0, 0
	for range 2000 {
		all := &slice{}
		out := []*slice{all}
		for i := range 1 + rng.IntN(4) {
			out = append(out, &slice{family: 1 + i%2, segment: string(rune('a' + i))})
		}
		for _, g := range []string{"p", "q", "r"} {
			total := map[int]int64{}
			for _, s := range out[1:] {
				if n := rng.Int64N(40); n > 0 {
					s.add(g, n, 0)
					total[s.family] += n
				}
			}
			if n := max(total[1], total[2]); n > 0 {
				all.add(g, n, 0)
			}
		}
		hide(out, 10)
		sums := map[string][]*cell{}
		for _, s := range out {
			for _, c := range s.cells {
				sums["slice "+s.segment] = append(sums["slice "+s.segment], c)
				for f := 1; f <= 2; f++ {
					if s.family == 0 || s.family == f {
						key := c.group + string(rune('0'+f))
						sums[key] = append(sums[key], c)
					}
				}
				if c.Hidden {
					hidden++
				} else if published++; c.N < 10 {
					t.Fatal("a small cell is published")
				}
			}
		}
		for key, cells := range sums {
			lonely, hidden := 0, 0
			for _, c := range cells {
				if c.Hidden {
					hidden++
					if !c.Open {
						lonely++
					}
				}
			}
			if hidden == 1 && lonely == 1 && len(cells) > 1 {
				t.Fatalf("%s: one withheld cell can be computed", key)
			}
		}
	}
	if hidden == 0 || published == 0 {
		t.Fatal("the test is vacuous")
	}
}

// A handful of rows without a group, or without a value of the segment, must
// not take the groups that matter out of the report.
func TestSuppressUnknown(t *testing.T) {
	all, known, none := &slice{}, &slice{family: 2, segment: "a=x"}, &slice{family: 2, segment: "a=" + unknown}
	all.add(unknown, 5, 0) // cells are sorted by group
	all.add("f", 369, 0)
	all.add("m", 1600, 0)
	known.add("f", 369, 0)
	known.add("m", 1599, 0)
	none.add("m", 1, 0)
	hide([]*slice{all, known, none}, 10)
	for _, c := range slices.Concat(all.cells, known.cells) {
		if c.Hidden != (c.group == unknown) {
			t.Errorf("%s: %d rows, hidden %v", c.group, c.N, c.Hidden)
		}
	}
	if !none.cells[0].Hidden {
		t.Error("a cell of one row is published")
	}
}

func TestSettings(t *testing.T) {
	for _, bad := range []ParitySettings{{Ratio: 0, Errors: "exclude"}, {Ratio: 1.2, Errors: "exclude"}, {Ratio: 0.8, Shortfall: -1, Errors: "exclude"}, {Ratio: 0.8, Errors: "maybe"}} {
		if bad.validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	s := ApprovalParity.Settings().(*ParitySettings)
	if err := s.validate(); err != nil {
		t.Error(err)
	}
}

func TestDecodeGarbage(t *testing.T) {
	env := newEnv(t, "race", "white")
	s, _ := newParity(env)
	s.Update(batchOf([]count{{"white", 20, 24, "cash"}, {"", 3, 4, "card"}}))
	good, _ := s.MarshalBinary()
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := append([]byte(nil), good...)
			bad[i] = x
			fresh, _ := newParity(env)
			if fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
		fresh, _ := newParity(env)
		if fresh.UnmarshalBinary(good[:i]) == nil {
			t.Errorf("a state cut at byte %d is accepted", i)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	env := newEnv(b, "race", "white")
	s, err := newParity(env)
	if err != nil {
		b.Fatal(err)
	}
	batch := batchOf([]count{{"white", 2000, 2400, "cash"}, {"black", 800, 1200, "card"}, {"", 300, 496, "cash"}})
	for i := range batch.Period {
		batch.Period[i] = int32(600 + i%12)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(float64(batch.N)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
