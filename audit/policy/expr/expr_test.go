package expr

import (
	"math"
	"strings"
	"testing"

	"evenhand/features"
)

// sample is a batch of a few columns, with nulls.
func sample() (*features.Batch, *Env) {
	nan := math.NaN()
	dict := features.NewDict()
	code := func(words ...string) (out []int32) {
		for _, w := range words {
			if w == "" {
				out = append(out, features.Null)
			} else {
				out = append(out, dict.CodeOf(w))
			}
		}
		return out
	}
	day := func(d int64) int64 { return d * dayMicros }
	b := &features.Batch{N: 4, Cols: []features.Vector{
		{Kind: features.Float, Present: true, Floats: []float64{600, 560, nan, 0}},
		{Kind: features.Int, Present: true, Ints: []int64{9, 3, 0, 0}, Valid: []bool{true, true, false, true}},
		{Kind: features.Money, Present: true, Ints: []int64{1234567, 100, 0, -50}, Valid: []bool{true, true, false, true}},
		{Kind: features.Text, Present: true, Dict: dict, Codes: code("cash", "line", "", "分期")},
		{Kind: features.Bool, Present: true, Ints: []int64{1, 0, 0, 1}, Valid: []bool{true, true, false, true}},
		{Kind: features.Instant, Present: true, Ints: []int64{day(20000) + 1, day(20001), 0, day(19999)}, Valid: []bool{true, true, false, true}},
		{Kind: features.Date, Present: true, Ints: []int64{20000, 19000, 0, 20000}, Valid: []bool{true, true, false, true}},
		{Kind: features.Text, Present: true, Dict: features.NewDict(), Codes: []int32{features.Null, features.Null, features.Null, features.Null}},
		{Kind: features.Float, Present: true, Floats: []float64{12, nan, 3, math.Inf(1)}},
	}}
	b.Cols[7].Codes[0] = b.Cols[7].Dict.CodeOf("x")
	b.Cols[7].Codes[1] = b.Cols[7].Dict.CodeOf("line")
	b.Scores = &features.Scores{Model: []int16{0, -1, 0, -1}, Score: []float64{601, 0, 577, 0}}
	cols := map[string]Column{
		"recorded":            {Index: 0, Kind: features.Float},
		"score":               {Index: 0, Kind: features.Float, Score: true},
		"open_loans":          {Index: 1, Kind: features.Int},
		"income":              {Index: 2, Kind: features.Money, Scale: 100},
		"product":             {Index: 3, Kind: features.Text},
		"flag":                {Index: 4, Kind: features.Bool},
		"at":                  {Index: 5, Kind: features.Instant},
		"due":                 {Index: 6, Kind: features.Date},
		"other":               {Index: 7, Kind: features.Text},
		"history.on_time":     {Index: 8, Kind: features.Float},
		"年龄":                  {Index: 0, Kind: features.Float},
		"id":                  {Index: 3, Kind: features.Opaque},
		"history.paid_off":    {Index: 1, Kind: features.Int},
		"recomputed_no_index": {Index: -1, Score: true},
	}
	env := &Env{
		Resolve: func(name string) (Column, bool) { c, ok := cols[name]; return c, ok },
		Values: map[string]string{
			"floor_score": "560 + 5", "pass": "score >= floor_score", "loop1": "loop2 + 1", "loop2": "2 * loop1",
			"list": "['cash', 'line']", "map": "{'cash': 1, 'line': floor_score}", "bad": "score >", "wrong": "product + 1",
		},
	}
	for name := range cols {
		env.Known = append(env.Known, name)
	}
	return b, env
}

func text(ts []Truth) string {
	var b strings.Builder
	for _, t := range ts {
		b.WriteByte("FTU"[t])
	}
	return b.String()
}

func TestTruths(t *testing.T) {
	b, env := sample()
	for _, c := range []struct {
		src, want string
		slow      bool
	}{
		{src: "open_loans >= 9", want: "TFUF"},
		{src: "9 <= open_loans", want: "TFUF"},
		{src: "open_loans >= 9 && product != 'cash'", want: "FFUF"},
		{src: "open_loans < 9 || product == 'cash'", want: "TTUT"},
		{src: "open_loans == 3", want: "FTFF"},
		{src: "open_loans != 3", want: "TFTT"},
		{src: "open_loans == null", want: "FFTF"},
		{src: "open_loans != null", want: "TTFT"},
		{src: "product == null", want: "FFTF"},
		{src: "null == null", want: "TTTT"},
		{src: "open_loans + 1 == null", want: "FFUF"},
		{src: "missing(open_loans + 1)", want: "FFTF"},
		{src: "missing(open_loans > 1)", want: "FFTF"},
		{src: "missing(product)", want: "FFTF"},
		{src: "known(due)", want: "TTFT"},
		{src: "missing(null)", want: "TTTT"},
		{src: "!(open_loans >= 9)", want: "FTUT"},
		{src: "income == 12345.67", want: "TFFF"},
		{src: "income > -1", want: "TTUT"},
		{src: "product in ['line', 'cash']", want: "TTFF"},
		{src: "product in ['line', null]", want: "FTTF"},
		{src: "!(product in ['line', 'cash'])", want: "FFTT"},
		{src: "open_loans in [9, 0, 5, 6]", want: "TFFT"},
		{src: "open_loans in [9, 0]", want: "TFFT"},
		{src: "open_loans in [recorded - 591, 0]", want: "TFUT"},
		{src: "product in []", want: "FFFF"},
		{src: "flag", want: "TFUT"},
		{src: "flag == true", want: "TFFT"},
		{src: "flag == 1", want: "TFFT"},
		{src: "open_loans && true", want: "TTUF"},
		{src: "open_loans == true", want: "TTFF"},
		{src: "!open_loans", want: "FFUT"},
		{src: "open_loans", want: "TTUF"},
		{src: "open_loans ? flag : true", want: "TFUT"},
		{src: "score >= floor_score", want: "TFTF"},
		{src: "pass", want: "TFTF"},
		{src: "pass && score - 36 >= floor_score", want: "TFFF"},
		{src: "recorded >= 560", want: "TTUF"},
		{src: "product.startsWith('c')", want: "TFUF"},
		{src: "product.endsWith('e')", want: "FTUF"},
		{src: "product.contains('期')", want: "FFUT"},
		{src: "product.matches('^(cash|line)$')", want: "TTUF"},
		{src: "matches(product, 'a')", want: "TFUF"},
		{src: "product.size() == 2", want: "FFUT"},
		{src: "product < 'd'", want: "TFUF"},
		{src: "'d' >= product", want: "TFUF"},
		{src: "product < other", want: "TFUU"},
		{src: "product == other", want: "FTTF"},
		{src: "(flag ? product : other) == 'line'", want: "FTUF"},
		{src: "at >= timestamp('2024-10-04T00:00:00Z')", want: "TTUF"},
		{src: "at >= timestamp('2024-10-04T08:00:00+08:00')", want: "TTUF"},
		{src: "at >= timestamp('2024-10-04')", want: "TTUF"},
		{src: "due == timestamp('2024-10-04')", want: "TFFT"},
		{src: "at > due", want: "TTUF"},
		{src: "days(at, due) >= 1", want: "FTUF"},
		{src: "history.on_time >= 12", want: "TUFT"},
		{src: "history.on_time * 2 > 0", want: "TUTU"},
		{src: "column('年龄') > 0", want: "TTUF"},
		{src: "open_loans / 0 > 1", want: "UUUU"},
		{src: "0 / 0 == 0", want: "UUUU"},
		{src: "open_loans % 2 == 1", want: "TTUF"},
		{src: "true", want: "TTTT"},
		{src: "1 < 2 && 'a' == 'a'", want: "TTTT"},
		{src: "null", want: "UUUU"},
		{src: "null && false", want: "FFFF"},
		{src: "flag ? null : true", want: "UTUU"},
		{src: "flag ? null : null", want: "UUUU"},
		{src: "(flag ? null : null) == 3", want: "FFUF"},
		{src: "3 in [(flag ? null : null), 3]", want: "TTUT"},
		{src: "(flag ? null : null) in ['a']", want: "FFUF"},
		{src: "missing(flag ? null : null)", want: "TTTT"},
		{src: "{'cash': null, 'line': null}[product] == 'a'", want: "FFUU"},
		{src: "{'cash': null, 'line': null}[product] == at", want: "FFUU"},
		{src: "product in list", want: "TTFF"},
		{src: "map[product] == 1", want: "TFUU"},
		{src: "product in map", want: "TTFF", slow: true},
		{src: "null in [null]", want: "TTTT"},
		{src: "null + 1 == 2", want: "UUUU", slow: true},
		{src: "min(open_loans, 5) == 5", want: "TFUF"},
		{src: "{'cash': 565, 'line': 568}[product] <= score", want: "TFUU"},
		{src: "{'cash': true, 'line': null}[product] == null", want: "FTUU"},
		{src: "{9: 'a', 0: 'b'}[open_loans] == 'a'", want: "TUUF"},
		{src: "product in {'cash': 1}", want: "TFFF", slow: true},
		{src: "at.getFullYear() == 2024", want: "TTUT", slow: true},
		{src: "at - due > duration('1h')", want: "FTUF", slow: true},
		{src: "product + 'x' == 'cashx'", want: "TFUF", slow: true},
		{src: "[open_loans, 3][0] == 9", want: "TFFF", slow: true},
		{src: "dyn(product) == 3", want: "FFFF", slow: true},
		{src: "string(open_loans) == '9'", want: "TFUF", slow: true},
		{src: "double('1.5') > 1", want: "TTTT", slow: true},
		{src: "int(2.7) == 2", want: "TTTT", slow: true},
		{src: "size([1, 2]) + 1 == 3", want: "TTTT", slow: true},
		{src: "flag < true", want: "FTUF", slow: true},
		{src: "missing(dyn(open_loans) + 1)", want: "FFTF", slow: true},
		{src: "dyn(open_loans) / 0 > 1", want: "UUUU", slow: true},
	} {
		e, err := Compile(c.src, env)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if e.Kernel() == c.slow {
			t.Errorf("%s: kernel %t", c.src, e.Kernel())
		}
		if got := text(e.Truths(b)); got != c.want {
			t.Errorf("%s: %s, want %s", c.src, got, c.want)
		}
		term, _, err := built(c.src, env)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSlow(term)
		if err != nil {
			t.Fatalf("%s: %v", c.src, err)
		}
		row := (&Expr{kind: e.kind, slow: s}).Truths(b)
		if got := text(row); got != c.want {
			t.Errorf("%s by CEL: %s, want %s", c.src, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	b, env := sample()
	nan := math.NaN()
	for _, c := range []struct {
		src  string
		want [4]float64
	}{
		{"income * 3", [4]float64{37037.01, 3, nan, -1.5}},
		{"200000 - income", [4]float64{187654.33, 199999, nan, 200000.5}},
		{"{'cash': 565, 'line': 568}[product]", [4]float64{565, 568, nan, nan}},
		{"{'cash': score - 1, 'line': income}[product]", [4]float64{600, 1, nan, nan}},
		{"{9: 1, 3: 2.5}[open_loans]", [4]float64{1, 2.5, nan, nan}},
		{"score", [4]float64{601, 560, 577, 0}},
		{"recomputed_no_index", [4]float64{601, nan, 577, nan}},
		{"recorded", [4]float64{600, 560, nan, 0}},
		{"history.on_time", [4]float64{12, nan, 3, math.Inf(1)}},
		{"-history.on_time", [4]float64{-12, nan, -3, nan}},
		{"max(open_loans, 5, 7)", [4]float64{9, 7, nan, 7}},
		{"min(7)", [4]float64{7, 7, 7, 7}},
		{"floor(income / 1000) * 1000", [4]float64{12000, 0, nan, -1000}},
		{"ceil(income)", [4]float64{12346, 1, nan, 0}},
		{"round(-2.5) + abs(-1)", [4]float64{-2, -2, -2, -2}},
		{"open_loans > 5 ? income : 7", [4]float64{12345.67, 7, nan, 7}},
		{"open_loans % 4", [4]float64{1, 3, nan, 0}},
		{"days(at, due)", [4]float64{0, 1001, nan, -1}},
		{"flag", [4]float64{1, 0, nan, 1}},
		{"size(product)", [4]float64{4, 4, nan, 2}},
		{"product", [4]float64{nan, nan, nan, nan}},
		{"at.getHours()", [4]float64{0, 0, nan, 0}},
	} {
		e, err := Compile(c.src, env)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		term, _, _ := built(c.src, env)
		s, err := newSlow(term)
		if err != nil {
			t.Fatal(err)
		}
		row := (&Expr{kind: e.kind, slow: s}).Numbers(b)
		for i, x := range e.Numbers(b) {
			if x != c.want[i] && (x == x || c.want[i] == c.want[i]) {
				t.Errorf("%s, row %d: %v, want %v", c.src, i, x, c.want[i])
			}
			if x != row[i] && (x == x || row[i] == row[i]) {
				t.Errorf("%s, row %d: %v, but %v by CEL", c.src, i, x, row[i])
			}
		}
	}
}

// TestParse: what is wrong whatever the names mean is found without knowing.
func TestParse(t *testing.T) {
	for src, want := range map[string]string{
		"a && b || !c ? d : e + -f % 2": "",
		"a[b] in c":                     "",
		"a.size() + days(b, c) > {'x': d}[e] * min(f, g)": "",
		"a + 'x' == b && c - d > duration('1h')":          "",
		"a < 1 && a == 'x'":                               "",
		"a.matches('(')":                                  "column 11: '(' is not a pattern of RE2 (missing closing )); correct it",
		"a > 1 + 'x'":                                     "column 9: 'x' is text, not a number; calculate with numbers",
		"{'a': 1, 'a': 2}[b]":                             "column 10: the key 'a' stands in the map twice; take one out",
		"['a', b]":                                        "",
		"{'a': b}":                                        "",
		"foo(a)":                                          "column 4: foo is not a function; see the list of functions",
	} {
		_, err := Parse(src)
		if got := ""; err != nil {
			got = err.Error()
			if got != want {
				t.Errorf("%s: %q, want %q", src, got, want)
			}
		} else if want != "" {
			t.Errorf("%s: no error, want %q", src, want)
		}
	}
}
