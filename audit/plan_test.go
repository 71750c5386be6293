package audit

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

type testSettings struct {
	Window  int                `yaml:"window" doc:"days"`
	Cuts    []float64          `yaml:"cuts" doc:"cut points"`
	Limits  map[string]float64 `yaml:"limits" doc:"limit by group"`
	Method  string             `yaml:"method" enum:"exact,fast" doc:"how"`
	Enabled bool               `yaml:"enabled" doc:"whether"`
	Nested  struct {
		Depth int64 `yaml:"depth" doc:"how deep"`
	} `yaml:"nested" doc:"more"`
}

func (s *testSettings) Validate() error {
	if s.Window < 1 {
		return errors.New("window must be at least 1")
	}
	return nil
}

// testPanel are settings that an example plan uses.
type testPanel struct {
	Panel bool   `yaml:"panel" doc:"a panel"`
	DPD   string `yaml:"panel_dpd" doc:"its days past due"`
}

// testChecks stand for the real ones, which this package cannot import.
func testChecks() []*Check {
	return []*Check{
		{Name: "drift", Title: T("Drift", "漂移"), Words: map[string]Text{"population_stability_index": T("PSI", "群体稳定性指标"), "LATE_SHIFT": T("a late shift", "后期变化")}, Settings: func() any {
			return &testSettings{Window: 30, Cuts: []float64{1, 2}, Method: "exact", Enabled: true}
		}},
		{Name: "parity", Title: T("Parity", "均等"), Words: map[string]Text{"selection_rate": T("selection rate", "通过率"), "selection_rate_ratio": T("adverse impact ratio", "影响比率")}},
	}
}

// exampleChecks are those, and what the example plans name.
func exampleChecks() []*Check {
	panel := func() any { return &testPanel{} }
	return append(testChecks(),
		&Check{Name: "stalledlimit", Title: T("Stalled limits", "额度停滞"), Settings: panel},
		&Check{Name: "increaseparity", Title: T("Time to an increase", "提额等待时间"), Settings: panel})
}

func examples(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("../fixtures/plans/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no example plans: %v", err)
	}
	out := map[string][]byte{}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(p)] = data
	}
	return out
}

func TestExamplePlansParse(t *testing.T) {
	for name, data := range examples(t) {
		p, err := ParsePlan(name, data, exampleChecks())
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if p.Source != string(data) || len(p.Digest) != 64 || p.Name != name {
			t.Errorf("%s: source, digest and name are not kept", name)
		}
	}
}

// head is a plan that is valid with a table.
const head = "version: 1\nas_of: 2026-06-30\n"

const tables = "tables: {decisions: {files: d.parquet}}\n"

func parse(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := ParsePlan("audit.yaml", []byte(text), testChecks())
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	return p
}

func TestPlanDefaults(t *testing.T) {
	p := parse(t, head+tables)
	if p.Timezone != "Asia/Shanghai" || p.Currency != "CNY" || p.Period != "month" {
		t.Errorf("zone, currency, period = %s, %s, %s", p.Timezone, p.Currency, p.Period)
	}
	if want := (Honesty{Alpha: .05, Level: .95, Correction: "bh", MinCell: 30, Suppress: 10}); p.Honesty != want {
		t.Errorf("honesty = %+v, want %+v", p.Honesty, want)
	}
	if p.Gates.FailOn != "fail" {
		t.Errorf("gates.fail_on = %q", p.Gates.FailOn)
	}
	// The last microsecond of the day in Shanghai, 8 hours ahead.
	if want := int64(1782835199999999); p.AsOfMicros() != want {
		t.Errorf("as of = %d, want %d", p.AsOfMicros(), want)
	}
	if s := p.Settings("drift").(*testSettings); s.Window != 30 || p.Settings("parity") != nil {
		t.Errorf("settings = %+v, %v", s, p.Settings("parity"))
	}
	if p := parse(t, "version: 1\nas_of: 2026-06-30T12:00:00+08:00\n"+tables); p.AsOfMicros() != 1782792000000000 {
		t.Errorf("as of an instant = %d", p.AsOfMicros())
	}
}

func TestPlanValues(t *testing.T) {
	p := parse(t, `
version: 1
as_of: 2026-06-30
tables:
  decisions:
    files: [a.parquet, b/*.parquet]
    columns:
      customer_id: cust
      reasons: [r1, r2]
      region: {from: reg, values: {010: Beijing, 1.50: x, true: y, No: z, 0x1F: hex}, missing: [-999, "", 1_0]}
      partner: {constant: 2023}
      policy_version: {constant: 007}
      outcome: {from: ok, values: {true: approved, 1: denied}}
      score: {from: s, missing: -1, nan: null}
groups:
  sex: {reference: M}
  age: {column: years, bands: [25, 35.5], reference: "<25"}
segments: [product, channel]
checks:
  drift: {window: 7, limits: {a: 1, b: 2.5}, nested: {depth: 3}}
  parity:
skip: [parity]
`)
	c := p.Tables["decisions"].Columns
	str := func(s string) *string { return &s }
	want := map[string]*ColumnMap{
		"customer_id":    {From: []string{"cust"}},
		"reasons":        {From: []string{"r1", "r2"}},
		"region":         {From: []string{"reg"}, Values: map[string]string{"010": "Beijing", "1.50": "x", "true": "y", "No": "z", "0x1F": "hex"}, Missing: []string{"-999", "", "1_0"}},
		"partner":        {Constant: str("2023")},
		"policy_version": {Constant: str("007")},
		"outcome":        {From: []string{"ok"}, Values: map[string]string{"true": "approved", "1": "denied"}},
		"score":          {From: []string{"s"}, Missing: []string{"-1"}, NaN: "null"},
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("columns (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"a.parquet", "b/*.parquet"}, p.Tables["decisions"].Files); d != "" {
		t.Error(d)
	}
	groups := []Grouping{{Name: "age", Column: "years", Bands: []float64{25, 35.5}, Reference: "<25"}, {Name: "sex", Reference: "M"}}
	if d := cmp.Diff(groups, p.Groups); d != "" {
		t.Errorf("groups (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Grouping{{Name: "channel"}, {Name: "product"}}, p.Segments); d != "" {
		t.Errorf("segments (-want +got):\n%s", d)
	}
	s := p.Settings("drift").(*testSettings)
	if s.Window != 7 || s.Method != "exact" || !s.Enabled || s.Limits["b"] != 2.5 || s.Nested.Depth != 3 || !slices.Equal(s.Cuts, []float64{1, 2}) {
		t.Errorf("settings = %+v: values of the plan over the defaults are wanted", s)
	}
}

var update = flag.Bool("update", false, "rewrite the goldens")

const brokenPlans = "testdata/broken.txtar"

// broken returns the broken plans by name, and the archive they are in: each
// NAME.yaml there is followed by NAME.errors.
func broken(t testing.TB) (map[string][]byte, *txtar.Archive) {
	t.Helper()
	a, err := txtar.ParseFile(brokenPlans)
	if err != nil {
		t.Fatal(err)
	}
	plans := map[string][]byte{}
	for _, f := range a.Files {
		if name, ok := strings.CutSuffix(f.Name, ".yaml"); ok {
			plans[name] = f.Data
		}
	}
	if len(plans) == 0 {
		t.Fatalf("no plans in %s", brokenPlans)
	}
	return plans, a
}

func TestBrokenPlans(t *testing.T) {
	plans, archive := broken(t)
	for i, f := range archive.Files {
		name, ok := strings.CutSuffix(f.Name, ".errors")
		if !ok {
			continue
		}
		_, err := ParsePlan("audit.yaml", plans[name], testChecks())
		var e PlanError
		if !errors.As(err, &e) {
			t.Errorf("%s: err = %v, want a PlanError", name, err)
			continue
		}
		got := err.Error() + "\n"
		if *update {
			archive.Files[i].Data = []byte(got)
		} else if d := cmp.Diff(string(f.Data), got); d != "" {
			t.Errorf("%s: errors (-want +got):\n%s", name, d)
		}
		delete(plans, name)
	}
	for name := range plans {
		t.Errorf("%s.yaml has no %s.errors after it", name, name)
	}
	if *update {
		if err := os.WriteFile(brokenPlans, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Every key of a plan is documented: the doc tags are the published schema.
func TestPlanKeysHaveDocs(t *testing.T) {
	seen := map[reflect.Type]bool{}
	keys := 0
	var visit func(reflect.Type)
	visit = func(ty reflect.Type) {
		switch ty.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(ty.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[ty] {
			return
		}
		seen[ty] = true
		for i := range ty.NumField() {
			f := ty.Field(i)
			key := f.Tag.Get("yaml")
			if !f.IsExported() || key == "-" {
				continue
			}
			keys++
			if key == "" || f.Tag.Get("doc") == "" {
				t.Errorf("%s.%s: yaml and doc tags are wanted", ty.Name(), f.Name)
			}
			visit(f.Type)
		}
	}
	visit(reflect.TypeFor[Plan]())
	if keys < 50 {
		t.Errorf("only %d keys were looked at", keys)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"outcome", "approved_limit", "score"}
	for word, want := range map[string]string{
		"outcom": `; did you mean "outcome"?`, "Outcome": `; did you mean "outcome"?`, "approvedlimit": `; did you mean "approved_limit"?`,
		"zzz": "", "": "", strings.Repeat("x", 1000): "",
	} {
		if got := suggest(word, known); got != want {
			t.Errorf("suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestLinesOfWindowsFiles(t *testing.T) {
	_, err := ParsePlan("audit.yaml", []byte("version: 1\r\nas_of: 2026-06-30\r\nx: 1\r\n"), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "audit.yaml:3: ") {
		t.Errorf("err = %v, want line 3", err)
	}
}

// Hostile files are refused soon, whatever the YAML library makes of them.
func TestHostilePlans(t *testing.T) {
	for name, text := range map[string]string{
		"brackets": strings.Repeat("[", 60000), "braces": "a: " + strings.Repeat("{a: ", 60000), "dashes": strings.Repeat("- ", 60000),
		"keys": strings.Repeat("? ", 60000), "tags": strings.Repeat("!a ", 60000), "anchors": strings.Repeat("&a ", 60000), "colons": strings.Repeat(": ", 60000),
		"quotes": strings.Repeat("\"", 60001), "lines": strings.Repeat("a:\n", 60000), "bars": strings.Repeat("|\n", 60000), "long": strings.Repeat("x", 2<<20),
		"stairs": stairs(1300), "zero": "\x00", "binary": "PAR1\x15\x04\xff\xfe",
	} {
		t.Log(name)
		start := time.Now()
		_, err := ParsePlan("audit.yaml", []byte(text), nil)
		var e PlanError
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%s took %v", name, d)
		}
	}
}

func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func FuzzParsePlan(f *testing.F) {
	for _, data := range examples(f) {
		f.Add(string(data))
	}
	plans, _ := broken(f)
	for _, data := range plans {
		f.Add(string(data))
	}
	f.Add("a: &a [*a]\n<<: *a\n")
	f.Add("- - - - -\n  ? ? ? x")
	checks := testChecks()
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePlan("audit.yaml", []byte(text), checks)
		var e PlanError
		switch {
		case err == nil && p.Zone() == nil:
			t.Error("a valid plan has no zone")
		case err != nil && (!errors.As(err, &e) || len(e) == 0 || p != nil):
			t.Errorf("%T %v: a PlanError and no plan are wanted", err, err)
		}
		for _, problem := range e {
			if problem.Text == "" || strings.Contains(problem.Text, "\n") || problem.Line > strings.Count(text, "\n")+strings.Count(text, "\r")+1 {
				t.Errorf("problem %+v is no sentence with a line", problem)
			}
		}
	})
}
