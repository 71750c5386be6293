package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"evenhand/audit"
	"evenhand/audit/pseudonym"
	"evenhand/reports"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// made is a report without files: coverage is "check status judged" a line.
func made(t *testing.T, coverage string, findings []audit.Finding, metrics ...audit.Metric) *Report {
	t.Helper()
	type object = map[string]any
	var list []object
	for _, line := range strings.Split(strings.TrimSpace(coverage), "\n") {
		f := strings.Fields(line)
		c := object{"check": f[0], "status": f[1], "judged": json.Number(f[2]), "why": []object{}}
		if len(f) > 3 {
			c["why"] = []object{{"en": strings.Join(f[3:], " "), "zh": "缺少"}}
		}
		list = append(list, c)
	}
	raw, err := json.Marshal(object{"schema_version": 1, "lender": "Example", "as_of": "2026-06-30", "currency": "CNY", "first_period": "2026-01", "last_period": "2026-06",
		"data_sha256": strings.Repeat("a", 64), "plan": object{"name": "audit.yaml", "sha256": strings.Repeat("b", 64)}, "coverage": list,
		"models": []object{{"version": "m1", "sha256": strings.Repeat("c", 64)}}, "tables": []object{{"name": "decisions", "rows": 1000}}, "binary": "evenhand v1"})
	if err != nil {
		t.Fatal(err)
	}
	r := &Report{Summary: &reports.Summary{}, Findings: findings, Metrics: map[string]audit.Metric{}, Waived: map[string]bool{}}
	if err := json.Unmarshal(raw, r.Summary); err != nil {
		t.Fatal(err)
	}
	for _, m := range metrics {
		r.Metrics[m.ID()] = m
	}
	return r
}

// later makes a report one of other data.
func later(r *Report) *Report {
	r.Summary.DataDigest, r.Summary.AsOf, r.Summary.LastPeriod = strings.Repeat("d", 64), "2026-07-31", "2026-07"
	return r
}

func rate(name, group string, k, n int64) audit.Metric {
	m := audit.NewMetric("parity", name)
	m.Group, m.K, m.N, m.Value, m.Level, m.Interval, m.Status = group, k, n, float64(k)/float64(n), 0.95, "wilson", audit.Pass
	m.Low, m.High = m.Value-0.02, m.Value+0.02
	return m
}

func estimate(name string, v, low, high, threshold float64, s audit.Status) audit.Metric {
	m := audit.NewMetric("parity", name)
	m.N, m.Value, m.Low, m.High, m.Level, m.Interval, m.Threshold, m.Status = 500, v, low, high, 0.95, "katz_log", threshold, s
	return m
}

func TestStates(t *testing.T) {
	f := func(id string, change ...func(*audit.Finding)) audit.Finding {
		f := audit.Finding{ID: id, Check: "denial", Severity: audit.S2, Substance: audit.Unjustified, Grade: audit.E1, Cases: 10, Customers: 9, Amount: 100,
			Title: audit.T("finding "+id, "问题 "+id)}
		for _, c := range change {
			c(&f)
		}
		return f
	}
	cases := func(n int64) func(*audit.Finding) { return func(f *audit.Finding) { f.Cases = n } }
	check := func(name string) func(*audit.Finding) { return func(f *audit.Finding) { f.Check = name } }
	severity := func(s audit.Severity) func(*audit.Finding) { return func(f *audit.Finding) { f.Severity = s } }
	for _, test := range []struct {
		name     string
		old, new string // coverage
		was, is  []audit.Finding
		want     State
		why      string // part of the reason
	}{
		{"same", "denial ran 100", "denial ran 100", []audit.Finding{f("a")}, []audit.Finding{f("a")}, Unchanged, ""},
		{"new", "denial ran 100", "denial ran 100", nil, []audit.Finding{f("a")}, New, ""},
		{"new to a check that did not run", "denial skipped 0", "denial ran 100", nil, []audit.Finding{f("a")}, New, "did not run in the old"},
		{"new to a check that had nothing", "denial ran 0", "denial ran 100", nil, []audit.Finding{f("a")}, New, "judged nothing in the old"},
		{"new to a check that was not there", "other ran 1", "denial ran 100", nil, []audit.Finding{f("a")}, New, "did not run in the old"},
		{"fixed", "denial ran 100", "denial ran 90", []audit.Finding{f("a")}, nil, Fixed, ""},
		{"gone, check skipped", "denial ran 100", "denial skipped 0 no table", []audit.Finding{f("a")}, nil, NotComparable, "did not run: no table"},
		{"gone, check away", "denial ran 100", "other ran 100", []audit.Finding{f("a")}, nil, NotComparable, "not part of"},
		{"gone, nothing judged", "denial ran 100", "denial ran 0", []audit.Finding{f("a")}, nil, NotComparable, "judged no rows"},
		{"gone, little judged", "denial ran 1000", "denial ran 499", []audit.Finding{f("a")}, nil, NotComparable, "judged 499 rows, and 1,000 before"},
		{"gone, half judged", "denial ran 1000", "denial ran 500", []audit.Finding{f("a")}, nil, Fixed, ""},
		{"gone, newly degraded", "denial ran 100", "denial degraded 100 no reasons", []audit.Finding{f("a")}, nil, NotComparable, "less to go by than before: no reasons"},
		{"gone, degraded as before", "denial degraded 100 no reasons", "denial degraded 100 no reasons", []audit.Finding{f("a")}, nil, Fixed, ""},
		{"gone, before the first period", "denial ran 100", "denial ran 100", []audit.Finding{f("a", func(f *audit.Finding) { f.LastSeen = 1_700_000_000_000_000 })}, nil, Fixed, "before the new report's first period, 2026-01"},
		{"more cases", "denial ran 100", "denial ran 100", []audit.Finding{f("a")}, []audit.Finding{f("a", cases(11))}, Worse, ""},
		{"fewer cases", "denial ran 100", "denial ran 100", []audit.Finding{f("a")}, []audit.Finding{f("a", cases(9))}, Better, ""},
		{"fewer cases of more customers", "denial ran 100", "denial ran 100", []audit.Finding{f("a")}, []audit.Finding{f("a", cases(9), func(f *audit.Finding) { f.Customers = 10 })}, Worse, ""},
		{"more serious with fewer cases", "denial ran 100", "denial ran 100", []audit.Finding{f("a")}, []audit.Finding{f("a", cases(2), severity(audit.S1))}, Worse, ""},
		{"less serious with more cases", "denial ran 100", "denial ran 100", []audit.Finding{f("a")}, []audit.Finding{f("a", cases(20), severity(audit.S3))}, Better, ""},
		{"surer", "denial ran 100", "denial ran 100", []audit.Finding{f("a", func(f *audit.Finding) { f.Grade = audit.E4 })}, []audit.Finding{f("a")}, Worse, ""},
		{"no longer surely wrong", "denial ran 100", "denial ran 100", []audit.Finding{f("a")}, []audit.Finding{f("a", func(f *audit.Finding) { f.Substance = audit.Indeterminate })}, Better, ""},
		{"of another check", "denial ran 1\nlimit skipped 0", "denial ran 1\nlimit skipped 0", []audit.Finding{f("a", check("limit"))}, nil, NotComparable, "did not run"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := Compare(made(t, test.old, test.was), later(made(t, test.new, test.is)))
			if len(d.Findings) != 1 || d.Findings[0].State != test.want || !strings.Contains(d.Findings[0].Why.En, test.why) {
				t.Fatalf("want %s (%q), got %+v", test.want, test.why, d.Findings)
			}
			if why := d.Findings[0].Why; (why.En == "") != (why.Zh == "") || test.why == "" && why.En != "" {
				t.Errorf("why: %+v", why)
			}
			fails := map[State][2]bool{New: {true, true}, Worse: {false, true}}[test.want]
			if got := [2]bool{d.Fails("new"), d.Fails("worse")}; got != fails || d.Fails("never") {
				t.Errorf("gate: %v, want %v", got, fails)
			}
		})
	}
}

// A waived finding is told, and is no news for the gate.
func TestWaived(t *testing.T) {
	f := audit.Finding{ID: "a", Check: "denial", Cases: 1}
	is := later(made(t, "denial ran 10", []audit.Finding{f}))
	is.Waived["a"] = true
	d := Compare(made(t, "denial ran 10", nil), is)
	if d.Fails("worse") || d.Worst != "" || !d.Findings[0].Waived || d.Counts[0] != (StateCount{New, 1, 1}) {
		t.Errorf("%+v", d)
	}
}

// A finding about numbers is worse only when a number of it is, by more than
// chance: what follows from the number moves with every sample.
func TestFindingOfNumbers(t *testing.T) {
	ratio := func(v, low, high float64) audit.Metric {
		return estimate("selection_rate_ratio", v, low, high, 0.8, audit.Fail)
	}
	one := ratio(0.7, 0.65, 0.75)
	f := audit.Finding{ID: "a", Check: "parity", Severity: audit.S2, Grade: audit.E3, Harm: 50, Metrics: []string{one.ID()}}
	g := f
	g.Harm = 55
	for _, test := range []struct {
		is   audit.Metric
		want State
	}{
		{ratio(0.69, 0.64, 0.74), Unchanged}, {ratio(0.5, 0.45, 0.55), Worse}, {ratio(0.79, 0.78, 0.80), Better},
	} {
		d := Compare(made(t, "parity ran 10", []audit.Finding{f}, one), later(made(t, "parity ran 10", []audit.Finding{g}, test.is)))
		if d.Findings[0].State != test.want {
			t.Errorf("%v: %s, want %s", test.is.Value, d.Findings[0].State, test.want)
		}
	}
}

func TestMetrics(t *testing.T) {
	near := func(got *float64, want float64) bool { return got != nil && math.Abs(*got-want) < 5e-7 }
	for _, test := range []struct {
		name          string
		old, new      audit.Metric
		interval      string
		change        float64
		low, high     float64
		changed       bool
		direction     string
		p             float64
		compared, few int
	}{
		// statsmodels confint_proportions_2indep(300, 1000, 250, 1000, method='newcomb').
		{"shares", rate("rate", "", 250, 1000), rate("rate", "", 300, 1000), "newcombe", 0.05, 0.0108590, 0.0889392, true, "other", math.NaN(), 1, 0},
		{"shares that hardly moved", rate("rate", "", 250, 1000), rate("rate", "", 260, 1000), "newcombe", 0.01, -0.0281932, 0.0481561, false, "other", math.NaN(), 1, 0},
		{"shares that surely moved, by little", rate("rate", "", 500_000, 1_000_000), rate("rate", "", 505_000, 1_000_000), "newcombe", 0.005, 0.0036141, 0.0063859, false, "other", math.NaN(), 1, 1},
		// By hand: exp(ln 0.9 − ln 0.6 ∓ √(…)) of the logarithms of the ends.
		{"ratios", estimate("selection_rate_ratio", 0.6, 0.5, 0.7, 0.8, audit.Fail), estimate("selection_rate_ratio", 0.9, 0.8, 1, 0.8, audit.Pass), "mover_log", 1.5, 1.2354892, 1.8515821, true, "better", math.NaN(), 1, 0},
		{"other numbers", estimate("initial_limit", 1000, 900, 1100, math.NaN(), audit.Pass), estimate("initial_limit", 1300, 1200, 1400, math.NaN(), audit.Pass), "mover", 300, 158.5786438, 441.4213562, true, "other", math.NaN(), 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := Compare(made(t, "parity ran 1", nil, test.old), later(made(t, "parity ran 1", nil, test.new)))
			d.Metrics.All()
			if len(d.Metrics.Changes) != 1 {
				t.Fatalf("%+v", d.Metrics)
			}
			m := d.Metrics.Changes[0]
			if m.Interval != test.interval || math.Abs(m.Change-test.change) > 1e-12 || !near(m.Low, test.low) || !near(m.High, test.high) || m.Changed != test.changed || m.Direction != test.direction {
				t.Errorf("%s %v [%v, %v] changed %v %s", m.Interval, m.Change, *m.Low, *m.High, m.Changed, m.Direction)
			}
			none := map[string]float64{"difference": 0, "ratio": 1}[m.Scale]
			if out := *m.Low > none || *m.High < none; out != (*m.P < 0.05) {
				t.Errorf("p %v does not agree with [%v, %v]", *m.P, *m.Low, *m.High)
			}
			if d.Metrics.Compared != test.compared || d.Metrics.Restricted != test.few {
				t.Errorf("%+v", d.Metrics)
			}
		})
	}
}

// What has no interval of chance, is withheld or too small is not compared.
func TestUntested(t *testing.T) {
	good := estimate("x_ratio", 0.9, 0.8, 1, 0.8, audit.Pass)
	for name, spoil := range map[string]func(*audit.Metric){
		"no interval": func(m *audit.Metric) { m.Interval, m.Low, m.High = "", math.NaN(), math.NaN() },
		"bounds":      func(m *audit.Metric) { m.Interval = "frechet_bounds" },
		"small":       func(m *audit.Metric) { m.Status = audit.Insufficient },
		"withheld":    func(m *audit.Metric) { m.Suppress() },
		"infinite":    func(m *audit.Metric) { m.High = math.Inf(1) },
		"no width":    func(m *audit.Metric) { m.Low, m.High = m.Value, m.Value },
	} {
		bad := good
		spoil(&bad)
		d := Compare(made(t, "parity ran 1", nil, bad), later(made(t, "parity ran 1", nil, bad)))
		if d.Metrics.Untested != 1 || d.Metrics.Compared != 0 || len(d.Metrics.Changes) != 0 {
			t.Errorf("%s: %+v", name, d.Metrics)
		}
	}
}

// Noise is no news: of many numbers that are drawn alike, a test of each would
// flag one in twenty.
func TestNoise(t *testing.T) {
	var old, new []audit.Metric
	seed := uint64(1)
	draw := func() int64 { // binomial of 1000 and 1/2, by counting bits
		n := int64(0)
		for range 16 {
			seed = seed*6364136223846793005 + 1442695040888963407
			for b := seed >> 2; b != 0; b &= b - 1 {
				n++
			}
		}
		return n
	}
	alone := 0
	for i := range 1000 {
		group := "g=" + string(rune('a'+i/26/26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
		old, new = append(old, rate("rate", group, draw(), 1000)), append(new, rate("rate", group, draw(), 1000))
	}
	d := Compare(made(t, "parity ran 1", nil, old...), later(made(t, "parity ran 1", nil, new...)))
	for _, m := range d.Metrics.all {
		if *m.P < 0.05 {
			alone++
		}
	}
	if d.Metrics.Compared != 1000 || alone < 20 || alone > 90 || d.Metrics.Changed > 1 {
		t.Errorf("%d compared, %d would be news alone, %d are", d.Metrics.Compared, alone, d.Metrics.Changed)
	}
}

// On the same data a difference is no chance.
func TestSameData(t *testing.T) {
	a, b := rate("rate", "", 250, 1000), rate("rate", "", 262, 1000)
	d := Compare(made(t, "parity ran 1", nil, a), made(t, "parity ran 1", nil, b))
	if d.Rows != "same_data" || d.Metrics.Method != "exact" || d.Metrics.Changed != 1 || d.Metrics.Changes[0].Low != nil {
		t.Errorf("%+v", d.Metrics)
	}
	if len(d.Between) != 0 {
		t.Errorf("%+v", d.Between)
	}
}

func TestWarnings(t *testing.T) {
	for want, change := range map[string]func(*Report){
		"lender differs":         func(r *Report) { r.Summary.Lender = "Another" },
		"currency differs":       func(r *Report) { r.Summary.Currency = "USD" },
		"period differs":         func(r *Report) { r.Summary.FirstPeriod = "2026-W01" },
		"key of the pseudonyms":  func(r *Report) { r.IDs = pseudonym.IDs{Mode: "keyed", KeyID: "0123abcd"} },
		"are they swapped":       func(r *Report) { r.Summary.AsOf = "2026-05-31" },
		"layouts are of version": func(r *Report) { r.Summary.SchemaVersion = 0 },
	} {
		n := later(made(t, "parity ran 1", nil))
		change(n)
		if d := Compare(made(t, "parity ran 1", nil), n); len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0].En, want) || d.Warnings[0].Zh == "" {
			t.Errorf("%s: %+v", want, d.Warnings)
		}
	}
}

// story is a pair of reports with something of everything, and hostile text.
func story(t *testing.T) *Diff {
	f := func(id string, s audit.Severity, cases int64, title audit.Text) audit.Finding {
		return audit.Finding{ID: id, Check: "denial", Severity: s, Title: title, Cases: cases, Customers: cases, Amount: cases * 12_345, Grade: audit.E1, Substance: audit.Unjustified}
	}
	evil := audit.T("3 denials <script>alert(1)</script> | [x](http://x) \u202e", "3 笔拒绝 <img src=x> | *粗* `码`")
	gone := f("dddddddddd", audit.S1, 4, audit.T("4 promises were lost", "4 项承诺丢失"))
	gone.Check = "limit"
	old := made(t, "denial ran 100\nlimit ran 50\nparity ran 100", []audit.Finding{
		f("aaaaaaaaaa", audit.S2, 10, audit.T("10 denials had no reason", "10 笔拒绝无理由")), f("bbbbbbbbbb", audit.S2, 7, audit.T("7 notices were late", "7 份通知逾期")),
		f("cccccccccc", audit.S3, 5, audit.T("5 scores differed", "5 个评分不符")), gone, f("eeeeeeeeee", audit.S4, 1, audit.T("1 remark", "1 条意见")),
	}, rate("approval_rate", "sex=F", 500, 1000), estimate("selection_rate_ratio", 0.9, 0.85, 0.95, 0.8, audit.Pass), rate("denial_rate", "", 3, 1000))
	period := rate("approval_rate", "", 10, 100)
	period.Period = "2026-06"
	old.Metrics[period.ID()] = period
	now := later(made(t, "denial ran 120\nlimit skipped 0 table limits is not in the plan\nparity ran 100\nfresh ran 3", []audit.Finding{
		f("aaaaaaaaaa", audit.S1, 12, audit.T("12 denials had no reason", "12 笔拒绝无理由")), f("cccccccccc", audit.S3, 2, audit.T("2 scores differed", "2 个评分不符")),
		f("eeeeeeeeee", audit.S4, 1, audit.T("1 remark", "1 条意见")), f("ffffffffff", audit.S2, 3, evil), f("9999999999", audit.S4, 1, audit.T("an accepted thing", "已接受的事项")),
	}, rate("approval_rate", "sex=F", 400, 1000), estimate("selection_rate_ratio", 0.6, 0.55, 0.65, 0.8, audit.Fail), rate("denial_rate", "", 4, 1000)))
	period.Period = "2026-07"
	now.Metrics[period.ID()] = period
	now.Waived["9999999999"] = true
	now.Policies, now.Summary.Binary = strings.Repeat("e", 64), "evenhand v2"
	return Compare(old, now)
}

func TestGoldens(t *testing.T) {
	d := story(t)
	words := Words{"parity": {"approval_rate": audit.T("approval rate", "批准率"), "selection_rate_ratio": audit.T("adverse impact ratio", "影响比率 AIR"), "denial_rate": audit.T("denial rate", "拒绝率")}}
	files := map[string]func(*bytes.Buffer) error{
		"diff.json": func(b *bytes.Buffer) error { return d.JSON(b) },
	}
	for _, lang := range []string{"en", "zh", "both"} {
		opt := Options{Words: words, Lang: lang}
		files["diff."+lang+".html"] = func(b *bytes.Buffer) error { return d.HTML(b, opt) }
		if lang != "both" {
			files["diff."+lang+".txt"] = func(b *bytes.Buffer) error { b.WriteString(d.Text(opt)); return nil }
			files["diff."+lang+".md"] = func(b *bytes.Buffer) error { b.WriteString(d.Markdown(opt)); return nil }
		}
	}
	for name, write := range files {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "<script") && strings.HasSuffix(name, "html") || strings.Contains(b.String(), "<img") && !strings.HasSuffix(name, "json") && !strings.HasSuffix(name, "txt") {
			t.Errorf("%s: data became markup", name)
		}
		if strings.ContainsRune(b.String(), '\u202e') && !strings.HasSuffix(name, "json") {
			t.Errorf("%s: a mark that turns the text around came through", name)
		}
		got := b.Bytes()
		if strings.HasSuffix(name, "html") { // the style sheet is the report's
			before, rest, _ := strings.Cut(b.String(), "<style>")
			_, after, _ := strings.Cut(rest, "</style>")
			got = []byte(before + after)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (rewrite with -update):\n%s", name, diff)
		}
	}
}

// Pages of one language say nothing in the other one.
func TestLanguages(t *testing.T) {
	d := story(t)
	for _, lang := range []string{"en", "zh"} {
		var b bytes.Buffer
		if err := d.HTML(&b, Options{Lang: lang}); err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(b.String(), "<body>")
		han := strings.ContainsFunc(body, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
		if han != (lang == "zh") || strings.Contains(body, "old report") != (lang == "en") {
			t.Errorf("the page in %s holds the other language", lang)
		}
	}
}

func TestSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("diff.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("diff.json")
	if err != nil {
		t.Fatal(err)
	}
	same := Compare(made(t, "parity ran 1", nil, rate("rate", "", 1, 4)), made(t, "parity ran 1", nil, rate("rate", "", 2, 4)))
	all := story(t)
	all.Metrics.All()
	for i, d := range []*Diff{story(t), all, same} {
		var b bytes.Buffer
		if err := d.JSON(&b); err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(&b)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// TestRead: what is read of published files is what was published.
func TestRead(t *testing.T) {
	plan, err := audit.ParsePlan("audit.yaml", []byte("version: 1\nlender: Example\nas_of: 2026-06-30\ntables: {decisions: {files: d.parquet}}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := rate("approval_rate", "sex=F", 250, 1000)
	m.Status = audit.Warn
	hidden := rate("approval_rate", "sex=M", 1, 10)
	hidden.Suppress()
	f := audit.Finding{ID: "aaaaaaaaaa", Check: "denial", Severity: audit.S1, Title: audit.T("t", "题"), Substance: audit.Technical, Disclosure: audit.Late, Grade: audit.E2,
		Cases: 3, Customers: 2, Harm: 1, Amount: 500, FirstSeen: 5, LastSeen: 6, Metrics: []string{"x", m.ID()}, Cause: "M6_UNIT"}
	result := &audit.Result{Findings: []audit.Finding{f}, Metrics: []audit.Metric{m, hidden}, Coverage: []audit.Coverage{{Check: "denial", Status: "ran", Judged: 7}}}
	dir := filepath.Join(t.TempDir(), "report")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := reports.New(reports.Input{Plan: plan, Result: result}).Write(dir); err != nil {
		t.Fatal(err)
	}
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]audit.Finding{f}, r.Findings); diff != "" {
		t.Error(diff)
	}
	got, ok := r.Metrics[m.ID()]
	if !ok || len(r.Metrics) != 2 || got.Value != 0.25 || got.K != 250 || got.N != 1000 || got.Status != audit.Warn || got.Group != "sex=F" || !math.IsNaN(got.Threshold) || got.Interval != "wilson" {
		t.Errorf("%+v", r.Metrics)
	}
	if h := r.Metrics[hidden.ID()]; !h.Suppressed || !math.IsNaN(h.Value) {
		t.Errorf("%+v", h)
	}
	if status, judged, _ := coverageOf(r.Summary, "denial"); status != "ran" || judged != 7 {
		t.Errorf("%+v", r.Summary)
	}

	if err := os.WriteFile(filepath.Join(dir, "metrics.arrow"), []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); !errors.Is(err, ErrNotReport) || !strings.Contains(err.Error(), "metrics.arrow: was changed") {
		t.Errorf("a changed report: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, reports.ManifestFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); !errors.Is(err, ErrNotReport) || !strings.Contains(err.Error(), "manifest.json") {
		t.Errorf("a directory without manifest: %v", err)
	}
}

// Tables that were cut off are refused. Other damage is what the manifest is
// held against before a table is opened.
func TestReadCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.arrow")
	plan, err := audit.ParsePlan("audit.yaml", []byte("version: 1\nas_of: 2026-06-30\ntables: {decisions: {files: d.parquet}}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	report := reports.New(reports.Input{Plan: plan, Result: &audit.Result{Metrics: []audit.Metric{rate("r", "", 1, 2)}}})
	i := slices.IndexFunc(reports.Formats, func(f reports.Format) bool { return f.File == "metrics.arrow" })
	if err := reports.Formats[i].Write(report, &whole); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < whole.Len(); n += 13 {
		if err := os.WriteFile(path, whole.Bytes()[:n], 0o666); err != nil {
			t.Fatal(err)
		}
		r := &Report{Metrics: map[string]audit.Metric{}}
		if err := readTable(path, r.addMetric); err == nil || !strings.Contains(err.Error(), "metrics.arrow: is damaged") {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
}
