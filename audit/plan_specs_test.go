package audit

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"evenhand/features"
)

// exports are the fields of the exports that the example plans are for.
func exports(t testing.TB) map[string][]features.Field {
	t.Helper()
	data, err := os.ReadFile("../fixtures/plans/exports.json")
	if err != nil {
		t.Fatal(err)
	}
	var files map[string][]struct{ Name, Type string }
	if err := json.Unmarshal(data, &files); err != nil {
		t.Fatal(err)
	}
	out := map[string][]features.Field{}
	for path, columns := range files {
		for _, c := range columns {
			out[path] = append(out[path], field(c.Name, c.Type))
		}
	}
	return out
}

// field is a field of the given type, in the words of features.Field.
func field(name, typ string) features.Field {
	f := features.Field{Name: name, Type: typ, Nullable: true}
	switch {
	case typ == "string":
		f.Natural = features.Text
	case strings.HasPrefix(typ, "int96"), strings.HasPrefix(typ, "timestamp"):
		f.Natural = features.Instant
	case strings.HasPrefix(typ, "int"):
		f.Natural = features.Int
	case typ == "double":
		f.Natural = features.Float
	case typ == "boolean":
		f.Natural = features.Bool
	case typ == "date":
		f.Natural = features.Date
	case strings.HasPrefix(typ, "decimal"):
		f.Natural = features.Money
	case strings.HasPrefix(typ, "list"):
		f.Natural = features.TextList
	default:
		panic("no such type: " + typ)
	}
	return f
}

// Every required column of every table of every example plan must resolve on
// its export, and so must the groups.
func TestExamplePlansFitTheirExports(t *testing.T) {
	files := exports(t)
	for name, data := range examples(t) {
		p, err := ParsePlan(name, data, exampleChecks())
		if err != nil {
			t.Fatal(err)
		}
		for table, tp := range p.Tables {
			fields := files[strings.TrimSuffix(name, ".yaml")+"/"+tp.Files[0]]
			if fields == nil {
				t.Errorf("%s: exports.json has no %s", name, tp.Files[0])
				continue
			}
			var want Wanted
			for _, c := range features.TableNamed(table).Columns {
				want.Columns = append(want.Columns, c.Name)
				if _, ok, err := p.Resolve(table, c.Name, fields); c.Required && (!ok || err != nil) {
					t.Errorf("%s: %s.%s: %v, %v", name, table, c.Name, ok, err)
				}
			}
			want.Features, want.Groups, want.AvailableAt = true, true, true
			r, err := p.Specs(table, fields, want)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			l := r.Layout()
			if len(l.Specs) != len(l.index) {
				t.Errorf("%s: %s: a column is named twice: %+v", name, table, l.Specs)
			}
			for i, d := range r.Derived {
				if d.Out != len(r.Specs)+i || l.Index(d.Name) != d.Out {
					t.Errorf("%s: %s: derived column %s is at %d", name, table, d.Name, d.Out)
				}
			}
			for _, g := range p.Groups {
				if table == "decisions" && (l.Index(GroupColumn(g.Name)) < 0 || slices.Contains(r.Missing, GroupColumn(g.Name))) {
					t.Errorf("%s: group %s is missing", name, g.Name)
				}
			}
			for _, s := range p.Segments {
				if table == "decisions" && l.Index(SegmentColumn(s.Name)) < 0 {
					t.Errorf("%s: segment %s is missing", name, s.Name)
				}
			}
		}
	}
}

func TestResolve(t *testing.T) {
	p := parse(t, `
version: 1
as_of: 2026-06-30
currency: JPY
timezone: Asia/Tokyo
tables:
  decisions:
    files: d.parquet
    columns:
      decision_id: {row: true}
      customer_id: cust
      product: {constant: cash}
      decided_at: {constant: 2023-07-01}
      submitted_at: {from: ts, timezone: UTC}
      completed_at: {from: days, days_since: 2018-01-01}
      notice_at: {from: days, months_since: 2018-01-01}
      outcome: {from: ok, values: {1.0: approved, 0: denied}}
      decider: {from: who, missing: ["", 0]}
      application_type: {from: who, unmapped: refuse}
      requested_amount: {from: amount, unit: major}
      approved_limit: {from: dbl, float_money: true}
      score: {from: dbl, nan: null, missing: [-999.0]}
      reasons: [r1, r2]
      is_test: {from: ok, values: {1: "true", 0: "false"}}
      channel: {absent: true}
      pd: {constant: 0.5}
      latency_ms: {from: nowhere}
`)
	fields := []features.Field{field("cust", "string"), field("ok", "double"), field("ts", "timestamp(us, no zone)"), field("days", "int32"),
		field("who", "string"), field("amount", "int64"), field("dbl", "double"), field("r1", "string"), field("r2", "string"),
		field("channel", "string"), field("region", "int32"), field("notice_at", "timestamp(us, utc)")}
	tokyo, _ := time.LoadLocation("Asia/Tokyo")
	epoch := time.Date(2018, 1, 1, 0, 0, 0, 0, tokyo)
	str := func(s string) *string { return &s }
	enum := func(name string) []string {
		c, _ := features.TableNamed("decisions").Column(name)
		return c.Enum
	}
	for _, want := range []features.Spec{
		{Name: "decision_id", Kind: features.Opaque, RowID: true, NotNull: true},
		{Name: "customer_id", Kind: features.Opaque, From: []string{"cust"}, NotNull: true},
		{Name: "product", Kind: features.Text, Constant: str("cash"), NotNull: true},
		{Name: "decided_at", Kind: features.Instant, Constant: str("2023-06-30T15:00:00Z"), Zone: tokyo, NotNull: true},
		{Name: "submitted_at", Kind: features.Instant, From: []string{"ts"}, Zone: time.UTC},
		{Name: "completed_at", Kind: features.Instant, From: []string{"days"}, Zone: tokyo, Epoch: &epoch},
		{Name: "outcome", Kind: features.Text, From: []string{"ok"}, Enum: features.Outcomes, Strict: true, NotNull: true, Values: map[string]string{"1": "approved", "0": "denied"}},
		{Name: "decider", Kind: features.Text, From: []string{"who"}, Enum: enum("decider"), Missing: []string{"", "0"}},
		{Name: "application_type", Kind: features.Text, From: []string{"who"}, Enum: enum("application_type"), Strict: true},
		{Name: "requested_amount", Kind: features.Money, From: []string{"amount"}, Scale: 1},
		{Name: "approved_limit", Kind: features.Money, From: []string{"dbl"}, FloatMoney: true},
		{Name: "score", Kind: features.Float, From: []string{"dbl"}, NaNNull: true, Missing: []string{"-999"}},
		{Name: "reasons", Kind: features.TextList, From: []string{"r1", "r2"}},
		{Name: "is_test", Kind: features.Bool, From: []string{"ok"}, Values: map[string]string{"1": "true", "0": "false"}},
		{Name: "pd", Kind: features.Float, Constant: str("0.5")},
		{Name: "region", Kind: features.Text, From: []string{"region"}},
		{Name: "notice_at", Kind: features.Instant, From: []string{"days"}, Zone: tokyo, Epoch: &epoch, Months: true},
	} {
		got, ok, err := p.Resolve("decisions", want.Name, fields)
		if err != nil || !ok || !p.Has("decisions", want.Name, fields) {
			t.Errorf("%s: available %v, %v", want.Name, ok, err)
		}
		if d := cmp.Diff(want, got, cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); d != "" {
			t.Errorf("%s (-want +got):\n%s", want.Name, d)
		}
	}
	for _, absent := range []string{"channel", "partner"} {
		if s, ok, err := p.Resolve("decisions", absent, fields); ok || err != nil || s.From != nil {
			t.Errorf("%s: %+v, %v, %v; an absent column is wanted", absent, s, ok, err)
		}
	}
	_, _, err := p.Resolve("decisions", "latency_ms", fields[:3])
	if want := `audit.yaml:27: decisions: column "nowhere" (for latency_ms) is not in the export; its columns are ok, cust, ts`; err == nil || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
	if p.Has("decisions", "latency_ms", fields) {
		t.Error("Has says that the export has latency_ms")
	}
}

func TestResolveRefuses(t *testing.T) {
	for _, c := range []struct{ columns, want string }{
		{"decided_at: {from: ts}", `audit.yaml:6: decisions: column "ts" (for decided_at) holds timestamps without a zone; say which by timezone: on the column or at the top of the plan`},
		{"outcome: flag", `audit.yaml:6: decisions: outcome is read from "flag" (boolean), which can't hold its words; add values:, e.g. values: {true: approved}`},
		{"outcome: {from: n, values: {1: approved, 01: denied}}", `audit.yaml:6: decisions: value 1 means both "denied" and "approved"; remove one`},
	} {
		p := parse(t, head+"tables:\n  decisions:\n    files: x\n    columns: {"+c.columns+"}\n")
		p.lines["tables.decisions.columns.outcome.values"] = 6
		fields := []features.Field{field("ts", "timestamp(us, no zone)"), field("flag", "boolean"), field("n", "int32")}
		name, _, _ := strings.Cut(c.columns, ":")
		_, ok, err := p.Resolve("decisions", name, fields)
		if ok || err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, %v\nwant %s", c.columns, ok, err, c.want)
		}
	}
}

func TestSpecs(t *testing.T) {
	p := parse(t, `
version: 1
as_of: 2026-06-30
tables:
  decisions:
    files: d.parquet
    columns:
      product: {from: prod, values: {C: cash, R: revolving}}
      requested_amount: {from: amount}
    features: {income: inc, years: age, branch: {from: branch, missing: [99]}}
groups:
  sex: {column: gender, values: {1: M, 2: F, 9: X}, missing: [0], reference: M}
  age: {bands: [25], reference: "<25"}
  race: {one_hot: {white: w, black: b}, otherwise: other, reference: white}
segments:
  product: {values: {revolving: line}}
  size: {column: requested_amount, bands: [1000]}
`)
	fields := []features.Field{field("prod", "string"), field("amount", "decimal(12,2)"), field("inc", "decimal(12,2)"), field("inc__available_at", "timestamp(us, utc)"),
		field("age", "int16"), field("branch", "string"), field("gender", "int32"), field("b", "double"), field("w", "boolean"), field("dti", "double"), field("city", "string")}
	r, err := p.Specs("decisions", fields, Wanted{
		Columns: []string{"requested_amount", "product", "region", "product", "outcome"}, Groups: true, Features: true, AvailableAt: true,
		Inputs: map[string]features.Kind{"dti": features.Float, "city": features.Text, "gone": features.Float, "income": features.Float},
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range r.Layout().Specs {
		names = append(names, s.Name+" "+s.Kind.String())
	}
	if d := cmp.Diff([]string{
		"product text", "outcome text", "requested_amount money", "region text",
		"feature:branch text", "feature:city text", "feature:dti float", "feature:gone float", "feature:income float", "feature:years float",
		"feature:income__available_at timestamp",
		"source:groups.race.b float", "source:groups.race.w bool", "group:sex text", "segment:product text",
		"group:age text", "group:race text", "segment:size text",
	}, names); d != "" {
		t.Errorf("layout (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"feature:gone", "outcome", "region"}, r.Missing); d != "" {
		t.Errorf("missing (-want +got):\n%s", d)
	}
	l := r.Layout()
	// Age is read once, as a feature; so is the amount.
	if d := r.Derived[0]; d.Inputs[0] != l.Index("feature:years") {
		t.Errorf("age bands read column %d", d.Inputs[0])
	}
	if d := r.Derived[2]; d.Inputs[0] != l.Index("requested_amount") {
		t.Errorf("size bands read column %d", d.Inputs[0])
	}
	if d := cmp.Diff(map[string]string{"C": "cash", "R": "line", "revolving": "line"}, l.Specs[l.Index("segment:product")].Values); d != "" {
		t.Errorf("values of a segment on top of the column's (-want +got):\n%s", d)
	}
	sex := l.Specs[l.Index("group:sex")]
	if d := cmp.Diff(features.Spec{Name: "group:sex", Kind: features.Text, From: []string{"gender"}, Values: map[string]string{"1": "M", "2": "F", "9": "X"}, Missing: []string{"0"}}, sex); d != "" {
		t.Errorf("sex (-want +got):\n%s", d)
	}
	// Money is cut in yuan and delivered in fen.
	b := &features.Batch{N: 2, Cols: make([]features.Vector, len(r.Specs))}
	b.Cols[l.Index("requested_amount")] = features.Vector{Kind: features.Money, Ints: []int64{99999, 100000}}
	r.Derived[2].Clone().Apply(b)
	if got := []string{b.Cols[r.Derived[2].Out].Text(0), b.Cols[r.Derived[2].Out].Text(1)}; got[0] != "<1000" || got[1] != ">=1000" {
		t.Errorf("sizes = %q", got)
	}
	// On other tables groups that are not there are unknown.
	r, err = p.Specs("limits", []features.Field{field("product", "string")}, Wanted{Groups: true})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"group:age", "group:race", "group:sex", "segment:size"}, r.Missing); d != "" {
		t.Errorf("limits: missing (-want +got):\n%s", d)
	}
}

func TestSpecsRefuse(t *testing.T) {
	fields := []features.Field{field("x", "double"), field("s", "string"), field("d", "date"), field("l", "list<string>")}
	cases := map[string]string{
		"groups: {sex: {reference: M}}":                         `audit.yaml:4: decisions: column "sex" (for sex) is not in the export; its columns are s, x, d, l`,
		"segments: [x]":                                         `audit.yaml:4: decisions: "x" (double) is a number; cut it by bands: or name its values by values:`,
		"segments: [d]":                                         `audit.yaml:4: decisions: "d" (date) can't tell groups; name a column of text or numbers`,
		"segments: {s: {bands: [1]}}":                           `audit.yaml:4: decisions: "s" (string) is no number; bands cut numbers, values: names text`,
		"groups: {g: {one_hot: {a: s}, reference: a}}":          `audit.yaml:4: decisions: "s" (string) is no 0/1 column; one_hot wants one a group`,
		"segments: [region]":                                    `audit.yaml:4: decisions: column "region" (for region) is not in the export; its columns are d, l, s, x`,
		"groups: {g: {column: region, reference: a}}\nskip: []": `audit.yaml:4: decisions: column "region" (for g) is not in the export; its columns are d, l, s, x`,
	}
	for _, text := range slices.Sorted(maps.Keys(cases)) {
		p := parse(t, head+tables+text+"\n")
		_, err := p.Specs("decisions", fields, Wanted{Groups: true})
		if err == nil || err.Error() != cases[text] {
			t.Errorf("%s:\n got %v\nwant %s", text, err, cases[text])
		}
	}
	p := parse(t, head+"tables: {decisions: {files: x, features: {a: l, b: nope, c: {from: x, values: {1: y}}}}}\n")
	_, err := p.Specs("decisions", fields, Wanted{Features: true})
	want := `audit.yaml:3: decisions: column "nope" (for b) is not in the export; its columns are d, l, s, x
audit.yaml:3: decisions: feature a is read from "l" (list<string>); features are numbers or text
audit.yaml:3: decisions: feature c is a number; values rename text only, missing: names codes that stand for null`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	// With a table of groups, decisions need no column of them.
	p = parse(t, head+"tables: {decisions: {files: x}, groups: {files: g}}\ngroups: {sex: {reference: M}}\n")
	if r, err := p.Specs("decisions", fields, Wanted{Groups: true}); err != nil || !slices.Equal(r.Missing, []string{"group:sex"}) {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct{ currency, text, unit, want string }{
		{"CNY", "100", "", "100"}, {"CNY", "100", "major", "10000"}, {"CNY", "1.5", "", "150"}, {"CNY", "-1.05", "major", "-105"},
		{"JPY", "100", "major", "100"}, {"KWD", "1.234", "", "1234"}, {"CNY", "1.234", "", "error"}, {"JPY", "1.5", "", "error"},
		{"CNY", "1.5", "minor", "error"}, {"CNY", "x", "", "error"}, {"CNY", "1.", "", "error"}, {"CNY", "9999999999999999999", "", "error"}, {"CNY", "1.-5", "", "error"},
	} {
		p := &Plan{Currency: c.currency}
		got, err := p.amount(c.text, c.unit)
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("amount(%q, %q) in %s = %s (%v), want %s", c.text, c.unit, c.currency, got, err, c.want)
		}
	}
}

func TestRawText(t *testing.T) {
	for _, c := range []struct{ typ, text, want string }{
		{"int32", "01", "1"}, {"int32", "-0", "0"}, {"int32", "1.0", "1"}, {"int64", "18446744073709551615", "18446744073709551615"}, {"int32", "A1", "A1"}, {"int32", "", ""},
		{"double", "1.0", "1"}, {"double", "1e3", "1000"}, {"double", "0.50", "0.5"}, {"double", "nan", "nan"}, {"double", "1e-7", "0.0000001"},
		{"decimal(12,2)", "1", "1.00"}, {"decimal(12,2)", "-999.0", "-999.00"}, {"decimal(12,2)", "0.125", "0.125"}, {"decimal(5,0)", "7.0", "7"}, {"decimal(12,2)", "x", "x"}, {"decimal(12,2)", "1e99999999", "1e99999999"},
		{"boolean", "TRUE", "true"}, {"boolean", "0", "false"}, {"boolean", "Y", "Y"}, {"string", "01", "01"}, {"string", "1.0", "1.0"},
	} {
		if got := rawText(field("x", c.typ), c.text); got != c.want {
			t.Errorf("%s %q is %q to a reader, want %q", c.typ, c.text, got, c.want)
		}
	}
}
