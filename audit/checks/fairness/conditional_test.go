package fairness

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/audit/stats"
	"evenhand/features"
)

// condRow is n decisions alike.
type condRow struct {
	group, stratum, segment string
	approved                bool
	score                   float64
	n                       int
	model                   string
}

// condEnv is the environment of one dimension, stratum and segment; scored says
// whether scores are recorded.
func condEnv(t testing.TB, dim, reference string, scored bool) *audit.Env {
	t.Helper()
	periods, err := audit.NewPeriods("month", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	specs := []features.Spec{}
	for _, c := range []string{"outcome", "application_type", "is_test", audit.GroupColumn(dim), audit.StratumColumn("stratum"), audit.SegmentColumn("segment"), "product", "policy_version", "score", "model_version"} {
		s := features.Spec{Name: c}
		if c != "score" || scored {
			s.From = []string{c}
		}
		specs = append(specs, s)
	}
	return &audit.Env{
		Plan: &audit.Plan{
			Groups:   []audit.Grouping{{Name: dim, Reference: reference}},
			Strata:   []audit.Grouping{{Name: "stratum"}},
			Segments: []audit.Grouping{{Name: "segment"}},
			Honesty:  audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10},
		},
		Settings: ConditionalParity.Settings(),
		Periods:  periods,
		Layouts:  map[string]*audit.Layout{"decisions": audit.NewLayout(specs)},
	}
}

func condBatch(rows []condRow) *features.Batch {
	kinds := []features.Kind{features.Text, features.Text, features.Bool, features.Text, features.Text, features.Text, features.Text, features.Text, features.Float, features.Text}
	b := &features.Batch{Table: "decisions", Cols: make([]features.Vector, len(kinds))}
	for i, k := range kinds {
		b.Cols[i] = features.Vector{Kind: k, Present: true, Dict: features.NewDict()}
	}
	text := func(c int, v string) {
		code := features.Null
		if v != "" {
			code = b.Cols[c].Dict.CodeOf(v)
		}
		b.Cols[c].Codes = append(b.Cols[c].Codes, code)
	}
	for _, r := range rows {
		for range r.n {
			if r.approved {
				text(0, "approved")
			} else {
				text(0, "denied")
			}
			text(1, "")
			b.Cols[2].Ints = append(b.Cols[2].Ints, 0)
			text(3, r.group)
			text(4, r.stratum)
			text(5, r.segment)
			text(6, "loan")
			text(7, "p1")
			b.Cols[8].Floats = append(b.Cols[8].Floats, r.score)
			text(9, r.model)
			b.Period = append(b.Period, 0)
			b.N++
		}
	}
	return b
}

// condMeasure runs the check over the rows.
func condMeasure(t testing.TB, env *audit.Env, rows []condRow) *audit.Result {
	t.Helper()
	s, err := newConditional(env)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(condBatch(rows))
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(audit.Honesty{Alpha: 0.05})
	r.Sort()
	return r
}

// tables makes rows of 2×2 tables by stratum: the group, then the reference.
func condTables(group, reference string, strata []string, tables [][2][2]int) (rows []condRow) {
	for i, x := range tables {
		rows = append(rows, condRow{group, strata[i], "", true, 0, x[0][0], ""}, condRow{group, strata[i], "", false, 0, x[0][1], ""},
			condRow{reference, strata[i], "", true, 0, x[1][0], ""}, condRow{reference, strata[i], "", false, 0, x[1][1], ""})
	}
	return rows
}

// condMetric is the metric of a group in the set of the stratum.
func condMetric(t testing.TB, r *audit.Result, name, group string) audit.Metric {
	t.Helper()
	for _, m := range r.Metrics {
		if m.Name == name && m.Group == group && m.Segment == "strata=stratum" && m.Period == "" {
			return m
		}
	}
	t.Fatalf("no metric %s of %s", name, group)
	return audit.Metric{}
}

// Every stratified comparison of the stored reference files, through the check.
func TestConditionalReferences(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "reference")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared reference numbers are not here: ", err)
	}
	for file, least := range map[string]int{"loanapp_decisions.json": 5, "hmda_ny_2023_decisions.json": 9} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		var doc struct{ Values []stored }
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, v := range doc.Values {
			dim, rest, _ := strings.Cut(v.ID, ".")
			pair, _, ok := strings.Cut(rest, ".mantel_haenszel_by_")
			if !ok {
				continue
			}
			n++
			group, reference, _ := strings.Cut(pair, "_vs_")
			var want struct {
				Strata     []string
				Tables     [][2][2]int
				OR         float64   `json:"or_pooled"`
				CI         []float64 `json:"ci95"`
				CMH        float64   `json:"cmh_stat"`
				CMHP       float64   `json:"cmh_p"`
				Corrected  float64   `json:"cmh_stat_corrected"`
				CorrectedP float64   `json:"cmh_p_corrected"`
				BD         float64   `json:"breslow_day_stat"`
				BDP        float64   `json:"breslow_day_p"`
				RR         float64   `json:"rr_pooled"`
			}
			if err := json.Unmarshal(v.Value, &want); err != nil {
				t.Fatal(err)
			}
			r := condMeasure(t, condEnv(t, dim, reference, false), condTables(group, reference, want.Strata, want.Tables))
			get := func(name string) audit.Metric { return condMetric(t, r, name, dim+"="+group) }
			or := get(mhOdds)
			near(t, v.ID+" odds ratio", or.Value, want.OR)
			near(t, v.ID+" low", or.Low, want.CI[0])
			near(t, v.ID+" high", or.High, want.CI[1])
			near(t, v.ID+" rate ratio", get(mhRisk).Value, want.RR)
			near(t, v.ID+" CMH", get(cmhPlain).Value, want.CMH)
			near(t, v.ID+" CMH corrected", get(cmhYates).Value, want.Corrected)
			near(t, v.ID+" Breslow-Day", get(breslowDay).Value, want.BD)
			// statsmodels has 1 - cdf: good to 1e-15 in the absolute only.
			for _, p := range [][2]float64{{or.P, want.CorrectedP}, {get(cmhPlain).Effect, want.CMHP}, {get(breslowDay).Effect, want.BDP}} {
				if math.Abs(p[0]-p[1]) > 1e-13 {
					t.Errorf("%s: p %v, want %v", v.ID, p[0], p[1])
				}
			}
			if or.Value != or.Value || get(informative).Value != float64(len(want.Tables)) {
				t.Errorf("%s: %v informative strata of %d", v.ID, get(informative).Value, len(want.Tables))
			}
		}
		if n < least {
			t.Errorf("%s: only %d stratified comparisons", file, n)
		}
	}
}

// Berkeley, 1973, the numbers of R's UCBAdmissions and of statsmodels: a gap
// over all rows that is in no department.
func TestConditionalBerkeley(t *testing.T) {
	names := []string{"A", "B", "C", "D", "E", "F"}
	tables := [][2][2]int{{{89, 19}, {512, 313}}, {{17, 8}, {353, 207}}, {{202, 391}, {120, 205}}, {{131, 244}, {138, 279}}, {{94, 299}, {53, 138}}, {{24, 317}, {22, 351}}}
	env := condEnv(t, "sex", "M", false)
	r := condMeasure(t, env, condTables("F", "M", names, tables))
	for _, x := range []struct {
		name        string
		value, p    float64
		low, high   float64
		hasInterval bool
	}{
		{mhOdds, 1 / 0.9046968282586231, 0.23226346281704802, 1 / 1.0603297644366558, 1 / 0.7719073617593505, true},
		{cmhPlain, 1.5246066604434356, 0.21692369705551817, 0, 0, false},
		{cmhYates, 1.4269462285866883, 0.23226346281704802, 0, 0, false},
		{breslowDay, 18.825513705236514, 0.0020713903499175457, 0, 0, false},
		{crudeOdds, 1 / 1.8410800371812925, math.NaN(), 0, 0, false},
		{informative, 6, math.NaN(), 0, 0, false},
		{remaining, math.Log(0.9046968282586231) / math.Log(1.8410800371812925), math.NaN(), 0, 0, false},
	} {
		m := condMetric(t, r, x.name, "sex=F")
		want := x.value
		if x.name == remaining {
			want = math.Log(1/0.9046968282586231) / math.Log(1/1.8410800371812925)
		}
		near(t, x.name, m.Value, want)
		if x.hasInterval {
			near(t, "low", m.Low, x.low)
			near(t, "high", m.High, x.high)
			near(t, "p", m.P, x.p)
		} else if x.p == x.p {
			near(t, x.name+" p", m.Effect, x.p)
		}
	}
	m := condMetric(t, r, reversal, "sex=F")
	if len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0].En, "the overall gap comes from how the groups are spread over stratum") {
		t.Errorf("reversal: %+v", m.Warnings)
	}
	if f := concludeConditional(env, nil, r.Metrics); len(f) != 0 {
		t.Errorf("findings: %+v", f)
	}
}

// The other way about: rates that are level overall, and a gap in every stratum.
func TestConditionalHidden(t *testing.T) {
	env := condEnv(t, "g", "a", false)
	r := condMeasure(t, env, condTables("b", "a", []string{"high", "low"}, [][2][2]int{{{640, 160}, {186, 14}}, {{40, 160}, {280, 520}}}))
	m := condMetric(t, r, mhOdds, "g=b")
	if m.Status != audit.Fail || !(m.Value < 0.5) {
		t.Errorf("odds ratio %v: %v", m.Value, m.Status)
	}
	f := concludeConditional(env, nil, r.Metrics)
	if len(f) != 1 || !strings.Contains(f[0].What.En, "the overall rates hide the gap") || strings.Contains(f[0].What.En, "A reversal (Simpson's paradox)") != (condMetric(t, r, crudeOdds, "g=b").Value > 1) || !strings.Contains(f[0].Title.En, "At equal stratum the odds of approval of g=b are "+ratioText(m.Value)+" of a's") {
		t.Errorf("findings: %+v", f)
	}
}

// Deciles are those of pandas.qcut(x, 10, duplicates="drop").
func TestConditionalDeciles(t *testing.T) {
	for _, x := range []struct {
		values []float64
		cuts   []float64
	}{
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, []float64{2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{[]float64{5, 5, 5, 5, 5, 5, 5, 6, 7, 9}, []float64{5.3, 6.2, 7.2}},
		{[]float64{4, 4, 4}, nil},
		{nil, nil},
	} {
		var h stats.Hist
		for _, v := range x.values {
			h.Add(v)
		}
		got := condDeciles(&h)
		if len(got) != len(x.cuts) {
			t.Errorf("%v: cuts %v, want %v", x.values, got, x.cuts)
			continue
		}
		for i := range got {
			near(t, "cut", got[i], x.cuts[i])
		}
	}
}

// Two models of different scales are cut each by itself: a group that one of
// them scores is not at equal scores with the other's.
func TestConditionalModels(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	var rows []condRow
	for i := range 4000 {
		x := rng.NormFloat64()
		r := condRow{group: []string{"a", "b"}[i%2], approved: x+rng.NormFloat64() > 0, n: 1}
		// Group b is mostly scored by the second model, whose scale is other.
		if rng.Float64() < map[string]float64{"a": 0.1, "b": 0.9}[r.group] {
			r.model, r.score = "m2", math.Round(300+50*(x+1))
		} else {
			r.model, r.score = "m1", math.Round(300+50*x)
		}
		rows = append(rows, r)
	}
	r := condMeasure(t, condEnv(t, "g", "a", true), rows)
	for _, m := range r.Metrics {
		if m.Name == mhOdds && m.Segment == "strata="+decileSet && (m.Status >= audit.Warn || !(m.Low < 1 && m.High > 1)) {
			t.Errorf("odds ratio %v [%v, %v]", m.Value, m.Low, m.High)
		}
	}
}

// However the rows come, the digits that are dropped are the same.
func TestConditionalBinsMerge(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	xs := make([]float64, 3000)
	for i := range xs {
		xs[i] = rng.NormFloat64() * 100
	}
	whole := condBins{room: 100}
	whole.start()
	for _, x := range xs {
		whole.put(x, uint64(len(xs))&1)
	}
	whole.finish()
	for range 20 {
		parts := make([]condBins, 4)
		for i := range parts {
			parts[i].room = 100
		}
		for _, i := range rng.Perm(len(xs)) {
			p := &parts[rng.IntN(len(parts))]
			p.start()
			p.put(xs[i], uint64(len(xs))&1)
			p.finish()
		}
		sum := condBins{room: 100}
		for i := range parts {
			sum.merge(&parts[i], func(k uint64) uint64 { return k })
		}
		if sum.level != whole.level || !slices.Equal(sum.cube.Cells(), whole.cube.Cells()) {
			t.Fatalf("level %d with %d cells, want %d with %d", sum.level, sum.cube.Len(), whole.level, whole.cube.Len())
		}
	}
	if whole.level == 0 || whole.cube.Len() > 100 {
		t.Fatalf("level %d with %d cells", whole.level, whole.cube.Len())
	}
	for _, x := range []float64{0, 1, -1, 8192, 0.1, -0.1, 1e300, -1e-300, 3} {
		for level := range uint(12) {
			e := edgeOf(binOf(x)>>level<<level, level)
			if math.Abs(e) > math.Abs(x) || math.Signbit(e) != math.Signbit(x) && e != 0 || binOf(e)>>level != binOf(x)>>level {
				t.Errorf("%v at level %d becomes %v", x, level, e)
			}
		}
	}
}

// The permuted groups of a book with a strong stratum are flagged no more often
// than the level says.
func TestConditionalNull(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	type row struct {
		stratum  string
		approved bool
	}
	var rows []row
	for i := range 3000 {
		s := i % 3
		rows = append(rows, row{string(rune('a' + s)), rng.Float64() < []float64{0.9, 0.5, 0.2}[s]})
	}
	flagged := 0
	const times = 200
	for range times {
		counts := map[condRow]int{}
		for _, r := range rows {
			counts[condRow{group: []string{"x", "y"}[rng.IntN(2)], stratum: r.stratum, approved: r.approved}]++
		}
		var batch []condRow
		for r, n := range counts {
			r.n = n
			batch = append(batch, r)
		}
		sort.Slice(batch, func(i, j int) bool {
			a, b := batch[i], batch[j]
			return a.group+a.stratum < b.group+b.stratum || a.group+a.stratum == b.group+b.stratum && a.approved && !b.approved
		})
		r := condMeasure(t, condEnv(t, "g", "x", false), batch)
		if condMetric(t, r, mhOdds, "g=y").Status >= audit.Warn {
			flagged++
		}
	}
	if flagged > times/20 {
		t.Errorf("%d of %d flagged", flagged, times)
	}
}

func TestConditionalSettings(t *testing.T) {
	good := *ConditionalParity.Settings().(*ConditionalSettings)
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*ConditionalSettings){
		func(s *ConditionalSettings) { s.OddsRatio = 0 }, func(s *ConditionalSettings) { s.Ratio = 1.1 },
		func(s *ConditionalSettings) { s.Shortfall = -1 }, func(s *ConditionalSettings) { s.Errors = "x" }, func(s *ConditionalSettings) { s.Cells = 0 },
	} {
		bad := good
		if change(&bad); bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestConditionalDecodeGarbage(t *testing.T) {
	env := condEnv(t, "race", "white", true)
	s, _ := newConditional(env)
	s.Update(condBatch([]condRow{{"white", "a", "x", true, 600, 5, "m1"}, {"", "", "x", false, 550.5, 4, ""}, {"black", "b", "", true, math.NaN(), 3, "m2"}}))
	good, _ := s.MarshalBinary()
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := append([]byte(nil), good...)
			bad[i] = x
			fresh, _ := newConditional(env)
			if fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
		fresh, _ := newConditional(env)
		if fresh.UnmarshalBinary(good[:i]) == nil {
			t.Errorf("a state cut at byte %d is accepted", i)
		}
	}
}

func BenchmarkConditional(b *testing.B) {
	env := condEnv(b, "race", "white", true)
	s, err := newConditional(env)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []condRow
	for range features.BatchRows {
		rows = append(rows, condRow{[]string{"white", "black", "", "asian"}[rng.IntN(4)], string(rune('a' + rng.IntN(5))), string(rune('p' + rng.IntN(4))),
			rng.IntN(2) == 0, math.Round(600 + 40*rng.NormFloat64()), 1, "m1"})
	}
	batch := condBatch(rows)
	s.Update(batch)
	b.ReportAllocs()
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(batch.N)*1e6, "s/Mrows")
}
