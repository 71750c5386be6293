package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"evenhand/audit"
	"evenhand/features"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// column is a field and what a Peek found of it, as in exports.json.
type column struct {
	Name, Type  string
	Rows, Nulls int64
	Distinct    int
	Values      []string // some of the distinct values
	Min, Max    string
}

func (c column) field() features.Field {
	f := features.Field{Name: c.Name, Type: c.Type, Nullable: c.Nulls > 0}
	for _, t := range []struct {
		prefix string
		kind   features.Kind
	}{
		{"string", features.Text}, {"timestamp", features.Instant}, {"int", features.Int}, {"double", features.Float},
		{"boolean", features.Bool}, {"date", features.Date}, {"decimal", features.Money}, {"list", features.TextList},
	} {
		if strings.HasPrefix(c.Type, t.prefix) {
			f.Natural = t.kind
			return f
		}
	}
	panic("no such type: " + c.Type)
}

// peek makes up the values that exports.json leaves out.
func (c column) peek() Peek {
	p := Peek{Values: slices.Clone(c.Values), Rows: c.Rows, Nulls: c.Nulls, Min: c.Min, Max: c.Max}
	for i := len(p.Values); i < min(c.Distinct, manyValues); i++ {
		p.Values = append(p.Values, fmt.Sprintf("~%d", i))
	}
	return p
}

func export(path string, columns []column) Export {
	e := Export{Path: path}
	peeks := map[string]Peek{}
	for _, c := range columns {
		e.Fields = append(e.Fields, c.field())
		peeks[c.Name] = c.peek()
	}
	e.Peek = func(name string) (Peek, error) { return peeks[name], nil }
	return e
}

// exports returns the exports of the lender (a directory) in exports.json.
func exports(t testing.TB, lender string, files ...string) []Export {
	t.Helper()
	data, err := os.ReadFile("../../fixtures/plans/exports.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string][]column
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	var out []Export
	for _, f := range files {
		columns := all[lender+"/"+f]
		if columns == nil {
			t.Fatalf("exports.json has no %s/%s", lender, f)
		}
		out = append(out, export(f, columns))
	}
	return out
}

// chinese is an export as a Chinese lender's warehouse names it.
func chinese() []Export {
	text := func(name string, values ...string) column {
		return column{Name: name, Type: "string", Rows: 500, Distinct: len(values), Values: values, Min: slices.Min(values), Max: slices.Max(values)}
	}
	id := func(name string) column {
		return column{Name: name, Type: "string", Rows: 500, Distinct: 500, Values: []string{"0001"}, Min: "0001", Max: "0500"}
	}
	return []Export{
		export("审批明细.parquet", []column{
			id("申请编号"), id("客户号"), text("产品名称", "现金贷", "消费贷"),
			{Name: "审批时间", Type: "timestamp(ms, no zone)", Rows: 500, Distinct: 500, Min: "2026-01-01T00:00:00.000", Max: "2026-03-31T23:59:59.000"},
			text("审批结果", "通过", "拒绝", "转人工", "客户放弃", "系统拒"), text("拒绝原因1", "R01", "R02"), text("拒绝原因2", "R02"),
			{Name: "申请金额", Type: "int64", Rows: 500, Distinct: 100, Values: []string{"500000"}, Min: "100000", Max: "5000000"},
			{Name: "授信额度", Type: "decimal(12,2)", Rows: 500, Distinct: 100, Min: "1000.00", Max: "50000.00"},
			text("性别", "男", "女", "未知"),
			{Name: "年龄", Type: "int32", Rows: 500, Distinct: 40, Values: []string{"31", "28"}, Min: "18", Max: "65"},
			text("渠道", "APP", "小程序"), text("策略版本", "v1", "v2"), text("学历", "本科", "专科"), id("备注"),
		}),
		export("还款计划.parquet", []column{
			id("借据号"), {Name: "期数", Type: "int32", Rows: 500, Distinct: 12, Values: []string{"1"}, Min: "1", Max: "12"}, id("客户号"),
			{Name: "应还日期", Type: "date", Rows: 500, Min: "2026-02-01", Max: "2027-02-01"}, {Name: "应还金额", Type: "decimal(12,2)", Rows: 500},
			{Name: "实还日期", Type: "date", Rows: 500, Nulls: 100, Min: "2026-02-01", Max: "2026-04-30"}, {Name: "实还金额", Type: "decimal(12,2)", Rows: 500},
		}),
	}
}

// hostile names columns so that a careless writer breaks the YAML.
func hostile() []Export {
	return []Export{export("dir with: colon/#1.parquet", []column{
		{Name: "decision", Type: "string", Rows: 9, Distinct: 3, Values: []string{"Approve", "deny ", "null"}},
		{Name: "decision_id", Type: "string", Rows: 9, Distinct: 9},
		{Name: "decided_at", Type: "list<string>", Rows: 9},
		{Name: "a: b # c\n- d", Type: "double", Rows: 9, Distinct: 9},
		{Name: "", Type: "double", Rows: 9, Distinct: 9},
		{Name: "sex", Type: "string", Rows: 9, Distinct: 3, Values: []string{"<script>", "no: yes", "~"}},
		{Name: "segment", Type: "string", Rows: 9, Distinct: 3, Values: []string{"=1+1", "'", `"`}},
	})}
}

var noIDs = []string{"as_of: 2023-12-31", "decision_id: {row: true}", "application_id: {row: true}", "customer_id: {row: true}", "product: {constant: cash}", "decided_at: {constant: 2023-07-01}"}

var cases = []struct {
	name    string
	exports func(testing.TB) []Export
	// fill is what a reader does to the draft: what to put in the place of
	// the TODO line of the same key.
	fill []string
	// checks are tables whose required columns must all resolve then.
	tables []string
}{
	{"bench", func(t testing.TB) []Export {
		return exports(t, "bench", "limit_events.parquet", "decisions.parquet", "repayments.parquet")
	}, []string{"event_id: {row: true}", "clean_history: increase"}, []string{"decisions", "repayments", "limits"}},
	{"dialects", func(t testing.TB) []Export { return exports(t, "dialects", "decisions.parquet") },
		[]string{"product: {constant: cash}", "customer_id: application_id"}, []string{"decisions"}},
	{"hmda", func(t testing.TB) []Export { return exports(t, "hmda", "hmda_ny_2023_purchase.parquet") },
		noIDs, []string{"decisions"}},
	{"loanapp", func(t testing.TB) []Export { return exports(t, "loanapp", "loanapp.parquet") },
		noIDs, []string{"decisions"}},
	{"homecredit", func(t testing.TB) []Export {
		return exports(t, "homecredit", "homecredit_installments_payments_a.parquet", "homecredit_POS_CASH_balance_a.parquet")
	}, nil, []string{"repayments"}},
	{"german", func(t testing.TB) []Export { return exports(t, "german", "german_credit.parquet") },
		noIDs, []string{"decisions"}},
	{"chinese", func(testing.TB) []Export { return chinese() }, []string{"系统拒: denied"}, []string{"decisions", "repayments"}},
	{"hostile", func(testing.TB) []Export { return hostile() },
		[]string{"as_of: 2026-06-30", "customer_id: {row: true}", "product: {constant: x}", `"null": incomplete`}, nil},
}

func TestDraft(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := c.exports(t)
			got, err := Draft(in)
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := Draft(c.exports(t)); !bytes.Equal(got, again) {
				t.Error("two drafts differ")
			}
			golden := filepath.Join("testdata", c.name+".yaml")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(got)); d != "" {
				t.Errorf("draft (-want +got):\n%s", d)
			}
			reads(t, in, fill(t, string(got), c.fill), c.tables)
		})
	}
}

// fill answers TODO lines.
func fill(t *testing.T, text string, answers []string) string {
	t.Helper()
	for _, answer := range answers {
		key, _, _ := strings.Cut(answer, ": ")
		line := regexp.MustCompile("# TODO " + regexp.QuoteMeta(key) + ": .*")
		if n := len(line.FindAllString(text, -1)); n != 1 {
			t.Errorf("the draft has %d TODO lines for %s, want 1", n, key)
		}
		text = line.ReplaceAllString(text, answer)
	}
	return text
}

// reads parses a draft and reads the exports by it.
func reads(t *testing.T, in []Export, text string, tables []string) {
	t.Helper()
	p, err := audit.ParsePlan("draft.yaml", []byte(text), nil)
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	for _, name := range tables {
		tp := p.Tables[name]
		if tp == nil {
			t.Errorf("the draft has no table %s", name)
			continue
		}
		i := slices.IndexFunc(in, func(e Export) bool { return e.Path == tp.Files[0] })
		for _, c := range features.TableNamed(name).Columns {
			if _, ok, err := p.Resolve(name, c.Name, in[i].Fields); err != nil || c.Required && !ok {
				t.Errorf("%s.%s: found %v, %v", name, c.Name, ok, err)
			}
		}
		if _, err := p.Specs(name, in[i].Fields, audit.Wanted{Groups: true, Features: true}); err != nil {
			t.Error(err)
		}
	}
}

// Uncommenting everything that is offered must give a plan, too.
func TestOffersParse(t *testing.T) {
	for _, c := range cases {
		if c.name == "hostile" {
			continue
		}
		text, err := Draft(c.exports(t))
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		section := false
		for line := range strings.Lines(string(text)) {
			bare := strings.TrimLeft(line, " ")
			indent := line[:len(line)-len(bare)]
			body, comment := strings.CutPrefix(bare, "# ")
			switch {
			case !comment:
				section = false
			case strings.HasPrefix(body, "TODO ") && strings.Contains(body, " # one of "): // names no value yet
			case strings.HasPrefix(body, "TODO "):
				line = indent + strings.TrimPrefix(body, "TODO ")
			case strings.HasPrefix(body, "features:"), strings.HasPrefix(body, "models:"), strings.HasPrefix(body, "reasons:"), strings.HasPrefix(body, "groups:"),
				strings.HasPrefix(body, "gates:"), strings.HasPrefix(body, "waivers:"), strings.HasPrefix(body, "privacy:"):
				section, line = true, indent+body
			case section && strings.HasPrefix(body, "  "), strings.HasPrefix(body, "float_money:"), strings.HasPrefix(body, "unit:"), strings.HasPrefix(body, "otherwise:"):
				line = indent + body
			default:
				section = false
			}
			out.WriteString(line)
		}
		// What the offers name of the real suite, which this package cannot import.
		suite := []*audit.Check{{Name: "unexplaineddenial"}, {Name: "phantomlimit"}}
		p, err := audit.ParsePlan("draft.yaml", []byte(out.String()), suite)
		if err != nil {
			t.Errorf("%s: %v\nin:\n%s", c.name, err, out.String())
			continue
		}
		if len(p.Waivers) != 1 || p.Waivers[0].Expires <= p.AsOfDay() || p.Gates.RefusedCells == nil || !p.Privacy.Plain() {
			t.Errorf("%s: what is offered at the end was not read: %+v, %+v", c.name, p.Gates, p.Waivers)
		}
	}
}

func TestDraftWithoutPeek(t *testing.T) {
	e := exports(t, "bench", "decisions.parquet")[0]
	e.Peek = nil
	text, err := Draft([]Export{e})
	if err != nil {
		t.Fatal(err)
	}
	if want := "outcome: outcome # check: no values were seen"; !strings.Contains(string(text), want) {
		t.Errorf("the draft lacks %q:\n%s", want, text)
	}
}

// A file that resembles no table is taken for decisions, and the plan asks.
func TestDraftUnknownTable(t *testing.T) {
	text, err := Draft([]Export{export("weather.parquet", []column{{Name: "rain", Type: "double"}})})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# check: no column tells which table this is", "  decisions:", "evenhand schema", "# TODO outcome:", "rain"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the draft lacks %q:\n%s", want, text)
		}
	}
}

// Models are offered under the versions that their names have; what is offered
// parses once it is uncommented.
func TestDraftModels(t *testing.T) {
	digest := strings.Repeat("0123456789abcdef", 4)
	models := []Model{
		{Path: "models/card-m1.yaml", Format: "evenhand-card", SHA256: digest, Inputs: []string{"score", "no such: column"}},
		{Path: "models/x.txt", Format: "lightgbm", Name: "m2", SHA256: digest, Inputs: []string{"score"}},
		{Path: "models/challenger.json", Format: "xgboost-json", SHA256: digest},
		{Path: "models/rank.txt", Problem: "objective lambdarank is not supported\nat all"},
	}
	versions := column{Name: "model_version", Type: "string", Rows: 9, Distinct: 3, Values: []string{"m1", "m2", "m3"}}
	score := column{Name: "score", Type: "double", Rows: 9, Distinct: 9}
	base := []column{{Name: "decision_id", Type: "string", Rows: 9, Distinct: 9}, {Name: "outcome", Type: "string", Rows: 9, Distinct: 2, Values: []string{"approved", "denied"}}, score}
	for _, c := range []struct {
		name    string
		columns []column
		models  []Model
		want    []string
	}{
		{"versions", append(base[:3:3], versions), models, []string{
			"#   - {version: m1, file: models/card-m1.yaml, sha256: " + digest + "} # evenhand-card, 2 inputs\n#   # the export has no columns of these names; map them by inputs: or under features: \"no such: column\"\n",
			"#   - {version: m2, file: models/x.txt, sha256: " + digest + "} # lightgbm, 1 input\n",
			"#   - {version: m3, file: MODEL.json}\n",
			"#   # found, of no version that the export names: models/challenger.json (xgboost-json, sha256 " + digest + ")\n",
			"#   # models/rank.txt is no model that can be used: \"objective lambdarank is not supported\\nat all\"\n",
		}},
		{"one", base, models[1:2], []string{"#   - {file: models/x.txt, sha256: " + digest + "} # lightgbm, 1 input\n"}},
		{"several", base, models[:2], []string{"#   - {version: card-m1, file: models/card-m1.yaml, ", "#   - {version: x, file: models/x.txt, sha256: " + digest + "} # check: the version; lightgbm"}},
		{"none", base, nil, []string{"#   - {file: MODEL.json}\n"}},
	} {
		text, err := Draft([]Export{export("decisions.parquet", c.columns)}, c.models...)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: the draft lacks %q:\n%s", c.name, want, text)
			}
		}
		_, offer, _ := strings.Cut(string(text), "# models:")
		offer, _, _ = strings.Cut(offer, "\n\n")
		plan := "version: 1\nas_of: 2026-06-30\ntables: {decisions: {files: x}}\nmodels:" + strings.ReplaceAll(offer, "\n# ", "\n") + "\n"
		if _, err := audit.ParsePlan("draft.yaml", []byte(plan), nil); err != nil {
			t.Errorf("%s: %v\nin:\n%s", c.name, err, plan)
		}
	}
}

func TestDraftErrors(t *testing.T) {
	if _, err := Draft(nil); err == nil {
		t.Error("a plan was drafted for nothing")
	}
	e := export("x.parquet", []column{{Name: "decision_id", Type: "string"}})
	broken := errors.New("row group 1: decision_id: page is damaged")
	e.Peek = func(string) (Peek, error) { return Peek{}, broken }
	if _, err := Draft([]Export{e}); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "x.parquet: ") {
		t.Errorf("err = %v, want the peek's with the file's name", err)
	}
}

// Files of the same columns are one table; another table of the same kind is
// listed apart.
func TestDraftSeveralFiles(t *testing.T) {
	a := exports(t, "dialects", "decisions.parquet")[0]
	b, c := a, exports(t, "hmda", "hmda_ny_2023_purchase.parquet")[0]
	a.Path, b.Path = "a.parquet", "b.parquet"
	text, err := Draft([]Export{a, b, c})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"files: [a.parquet, b.parquet]", "# hmda_ny_2023_purchase.parquet was not recognised"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the draft lacks %q", want)
		}
	}
}

// The tables of names must agree with the contract.
func TestNames(t *testing.T) {
	for table, columns := range synonyms {
		for column := range columns {
			if ct := features.TableNamed(table); ct == nil {
				t.Errorf("no table %s", table)
			} else if _, ok := ct.Column(column); !ok {
				t.Errorf("no column %s.%s", table, column)
			}
		}
	}
	for _, ct := range features.Schema {
		if synonyms[ct.Name] == nil || signs[ct.Name].columns == "" {
			t.Errorf("table %s has no names or no signs", ct.Name)
		}
		for _, c := range strings.Fields(signs[ct.Name].columns) {
			if _, ok := ct.Column(c); !ok {
				t.Errorf("sign %s.%s is no column", ct.Name, c)
			}
		}
	}
	for to := range words {
		if !slices.Contains(features.Outcomes, to) {
			t.Errorf("%s is no outcome", to)
		}
	}
	seen := map[string]string{}
	for to, list := range words {
		for _, w := range strings.Fields(list) {
			if other, twice := seen[w]; twice {
				t.Errorf("%s means both %s and %s", w, to, other)
			}
			if seen[w] = to; w != normal(w) {
				t.Errorf("%s is not normal", w)
			}
		}
	}
}

func TestOutcomeReadings(t *testing.T) {
	for _, c := range []struct {
		name, typ string
		values    []string
		want      string // raw=canonical …, or "" when it is no outcome
	}{
		{"outcome", "string", []string{"approve", "deny", "error"}, "approve=approved deny=denied error=error"},
		{"loan_status", "string", []string{"Fully Paid", "Charged Off", "Current"}, ""},
		{"NAME_CONTRACT_STATUS", "string", []string{"Approved", "Canceled", "Refused", "Unused offer"}, "Approved=approved Unused offer=approved Refused=denied Canceled=withdrawn"},
		{"NAME_CONTRACT_STATUS", "string", []string{"Active", "Completed", "Signed", "Demand", "Approved"}, ""},
		{"denied", "double", []string{"0", "1"}, "0=approved 1=denied"},
		{"is_rejected", "boolean", nil, "false=approved true=denied"},
		{"rejected", "string", []string{"N", "Y"}, "N=approved Y=denied"},
		{"approved", "boolean", nil, "true=approved false=denied"},
		{"approved", "string", []string{"Y", "N"}, "Y=approved N=denied"},
		{"action_taken", "int32", []string{"1", "3", "6", "7"}, "1=approved 3=denied 7=denied"},
		{"action", "string", []string{"click", "view"}, ""},
		{"审批结果", "string", []string{"通过", "拒绝"}, "通过=approved 拒绝=denied"},
		{"status", "string", []string{"Approved", "Denied"}, "Approved=approved Denied=denied"},
		{"status", "string", []string{"open", "closed"}, ""},
	} {
		e := export("x.parquet", []column{{Name: c.name, Type: c.typ, Rows: 9, Distinct: len(c.values), Values: c.values}})
		v, _ := look(e)
		tab := &table{view: v, contract: features.TableNamed("decisions")}
		column, _ := tab.contract.Column("outcome")
		tab.outcome(column)
		var got []string
		if g := tab.guess("outcome"); g != nil {
			for _, v := range g.values {
				got = append(got, v[0]+"="+v[1])
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s %q reads as %q, want %q", c.name, c.values, s, c.want)
		}
	}
}

// A draft must say of hostile names and values exactly what they are.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", " ", "a", "null", "~", "- a", "a: b", "a #b", "'", `"`, "<x>", "=1+1", "> a", "? a", "中文", "a\nb", "\x00", "\u0085", "\u2028", "\ufeff", "0x1F", "1_0", "yes", "---", "...", "a-", "+-", "[", "%", "@", "`"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("YAML is UTF-8")
		}
		text := "version: 1\nas_of: 2026-06-30\nlender: " + quote(s) + " # a comment\nlexicon: " + flowList([]string{s, "x", s}) +
			"\ntables:\n  decisions:\n    files: x\n    columns:\n      region: {from: a, values: " + flowMap([][2]string{{s, s}}) + "}\n      product:\n        from: b\n        values:\n          " + quote(s) + ": x\n"
		p, err := audit.ParsePlan("draft.yaml", []byte(text), nil)
		if err != nil {
			t.Fatalf("%v\nin:\n%s", err, text)
		}
		c := p.Tables["decisions"].Columns
		if p.Lender != s || !slices.Equal(p.Lexicon, []string{s, "x", s}) || c["region"].Values[s] != s || c["product"].Values[s] != "x" {
			t.Errorf("%q is read back otherwise from:\n%s", s, text)
		}
	})
}
