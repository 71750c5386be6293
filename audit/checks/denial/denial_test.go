package denial

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/stats"
	"evenhand/features"
)

// rowsOf returns an environment and a batch of rows given as CSV.
func rowsOf(t testing.TB, csv string) (*audit.Env, *features.Batch) {
	t.Helper()
	plan, err := audit.ParsePlan("plan.yaml", []byte(`
version: 1
lender: Test
as_of: 2025-06-30
tables: {decisions: {files: [x.parquet]}}
reasons: {R00: {generic: true}, R01: {features: [dti]}}
`), []*audit.Check{UnexplainedDenial})
	if err != nil {
		t.Fatal(err)
	}
	periods, err := audit.NewPeriods("month", plan.Zone())
	if err != nil {
		t.Fatal(err)
	}
	source, err := audittest.NewSource("decisions", csv, 1<<20, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(csv, "\n")
	var specs []features.Spec
	for _, c := range features.TableNamed("decisions").Columns {
		spec := features.Spec{Name: c.Name, Kind: c.Kind, Enum: c.Enum, Zone: plan.Zone()}
		if strings.Contains(","+header+",", ","+c.Name+",") {
			spec.From = []string{c.Name}
		}
		specs = append(specs, spec)
	}
	if err := source.Bind(specs); err != nil {
		t.Fatal(err)
	}
	reader := source.NewReader()
	if err := reader.Open(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	b := &features.Batch{}
	if _, err := reader.Next(b); err != nil {
		t.Fatal(err)
	}
	return &audit.Env{
		Plan: plan, Settings: plan.Settings(checkName), Periods: periods,
		Layouts: map[string]*audit.Layout{"decisions": audit.NewLayout(specs)},
	}, b
}

func mustState(t testing.TB, env *audit.Env) *state {
	t.Helper()
	s, err := newState(env)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const header = "decision_id,application_id,customer_id,product,completed_at,decided_at,outcome,reasons,reason_text,notice_at,appeal_offered\n"

// A book of the given number of rows: nine in ten denials adequately told.
func book(n, faults int) string {
	var s strings.Builder
	s.WriteString(header)
	for i := range n {
		reason, text := "R01", ""
		if i < faults {
			reason = "R00"
		} else if i%3 == 0 {
			reason, text = "", fmt.Sprintf("负债比例过高 %d", i%50)
		}
		outcome := "denied"
		if i%2 == 1 {
			outcome = "approved"
		}
		fmt.Fprintf(&s, "d%d,a%d,c%d,cash,2025-03-%02d,2025-03-%02d,%s,%s,%s,2025-03-28,true\n", i, i, i%900, 1+i%20, 2+i%20, outcome, reason, text)
	}
	return s.String()
}

func TestUpdateAllocatesNothing(t *testing.T) {
	env, b := rowsOf(t, book(2048, 0))
	s := mustState(t, env)
	s.Update(b)
	if n := testing.AllocsPerRun(20, func() { s.Update(b) }); n > 0 {
		t.Errorf("%v allocations a batch without a case", n)
	}
}

func TestDecodeGarbage(t *testing.T) {
	env, b := rowsOf(t, book(40, 20))
	s := mustState(t, env)
	s.Update(b)
	good, _ := s.MarshalBinary()
	for i := 0; i < len(good); i += 3 {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := append([]byte(nil), good...)
			bad[i] = x
			if fresh := mustState(t, env); fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
		if mustState(t, env).UnmarshalBinary(good[:i]) == nil {
			t.Errorf("a state cut at byte %d is accepted", i)
		}
	}
}

func TestCalendar(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Skip(err)
		}
		c := calendar{zone: zone}
		for range 5000 {
			at := time.UnixMicro(rng.Int64N(80*365*day) - 30*365*day).In(zone)
			y, m, d := at.Date()
			want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600)
			if got := c.day(at.UnixMicro()); got != want {
				t.Fatalf("%v is day %d (%s), want %d", at, got, date(got), want)
			}
		}
	}
}

// R0.7 against all pairs.
func TestRepeats(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		var csv strings.Builder
		csv.WriteString(header)
		type denial struct {
			id  string
			day int
		}
		by := map[string][]denial{}
		for i := range 12 {
			d := denial{fmt.Sprintf("d%02d", i), rng.IntN(400)}
			customer := fmt.Sprintf("c%d", rng.IntN(3))
			at := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, d.day).Format("2006-01-02")
			fmt.Fprintf(&csv, "%s,a%d,%s,cash,%s,%s,denied,R00,,%s,true\n", d.id, i, customer, at, at, at)
			by[customer] = append(by[customer], d)
		}
		want := map[string]bool{}
		for _, ds := range by {
			for _, a := range ds {
				var within []denial // denials in the 180 days that start with a
				for _, b := range ds {
					if b.day >= a.day && b.day-a.day <= 180 {
						within = append(within, b)
					}
				}
				if len(within) >= 3 {
					for _, b := range within {
						want[b.id] = true
					}
				}
			}
		}
		env, b := rowsOf(t, csv.String())
		s := mustState(t, env)
		s.Update(b)
		for _, c := range s.cases() {
			if got := c.Rules[len(c.Rules)-1] == "R0.7"; got != want[c.Key] {
				t.Fatalf("%s repeats: %v, want %v in\n%s", c.Key, got, want[c.Key], csv.String())
			}
		}
	}
}

func TestQuantile(t *testing.T) {
	days := []stats.Cell{{Key: 1, N: 5}, {Key: 3, N: 4}, {Key: 9, N: 1}}
	for q, want := range map[float64]float64{0.5: 1, 0.51: 3, 0.9: 3, 0.91: 9, 1: 9} {
		if got := quantile(days, q); got != want {
			t.Errorf("quantile %v = %v, want %v", q, got, want)
		}
	}
	if !math.IsNaN(quantile(nil, 0.5)) {
		t.Error("a quantile of nothing")
	}
}

// One fault is one finding, its severity grows with the customers concerned,
// and every case points to it.
func TestOneFaultOneFinding(t *testing.T) {
	for n, want := range map[int]audit.Severity{10: audit.S3, 4000: audit.S1} {
		var csv strings.Builder
		csv.WriteString(header)
		for i := range n {
			fmt.Fprintf(&csv, "d%d,a%d,c%d,p%d,2025-03-01,2025-03-02,denied,R00,,2025-03-0%d,true\n", i, i, i/2, i%7, 3+i%5)
		}
		env, b := rowsOf(t, csv.String())
		s := mustState(t, env)
		s.Update(b)
		cases := s.cases()
		f := conclude(env, cases, nil)
		if len(f) != 1 || f[0].Cases != int64(n) || f[0].Customers != int64(n/2) || f[0].Severity != want {
			t.Fatalf("%d generic denials: %d findings, %+v", n, len(f), f)
		}
		if len(f[0].Samples) != min(n, 20) {
			t.Errorf("%d samples", len(f[0].Samples))
		}
		for _, c := range cases {
			if c.Finding != f[0].ID {
				t.Fatalf("case %s points to %q", c.Key, c.Finding)
			}
		}
	}
}

// What the customer may be told names no generic reason and promises nothing.
func TestTextLint(t *testing.T) {
	for i, w := range causeWords {
		for _, text := range []string{w.customer.En, w.customer.Zh} {
			if text == "" {
				t.Errorf("%s: no text for the customer", causeNames[i])
			}
			for _, banned := range []string{"综合评分", "评分不足", "will be approved", "会通过", "社交", "social"} {
				if strings.Contains(text, banned) {
					t.Errorf("%s: customers would read %q", causeNames[i], banned)
				}
			}
		}
		if w.title.Zh == "" || w.what.Zh == "" || w.remedy.Zh == "" {
			t.Errorf("%s: a text is missing", causeNames[i])
		}
	}
}

func TestSettings(t *testing.T) {
	good := UnexplainedDenial.Settings().(*Settings)
	if err := good.validate(); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(*Settings){
		func(s *Settings) { s.NoticeDays = -1 }, func(s *Settings) { s.AppealDays = 1 << 40 }, func(s *Settings) { s.RepeatDenials = 1 },
		func(s *Settings) { s.QualityGap = math.NaN() }, func(s *Settings) { s.Regime = []string{"uk"} },
	} {
		bad := *good
		spoil(&bad)
		if bad.validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, x := range []struct {
		name   string
		faults int
	}{{"adequate", 0}, {"faults", 400}} {
		b.Run(x.name, func(b *testing.B) {
			env, batch := rowsOf(b, book(4096, x.faults))
			s := mustState(b, env)
			b.ReportAllocs()
			for b.Loop() {
				s.Update(batch)
			}
			b.ReportMetric(float64(batch.N)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
