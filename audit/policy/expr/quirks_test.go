package expr

import (
	"slices"
	"testing"

	"evenhand/features"
)

// TestQuirks pins down what CEL says where one may expect otherwise.
func TestQuirks(t *testing.T) {
	b, env := sample()
	for _, c := range []struct{ src, want, why string }{
		{"open_loans != 3", "TFTT", "a missing value is unequal to every value"},
		{"!(open_loans == 3)", "TFTT", "and so is the contrary of its equality"},
		{"product in ['cash']", "TFFF", "a missing value is in no list of values"},
		{"flag == false", "FTFF", "a missing condition is neither true nor false"},
		{"!flag", "FTUF", "but its contrary is unknown"},
		{"flag || true", "TTTT", "|| absorbs what is missing"},
		{"open_loans > 5 && false", "FFFF", "&& absorbs what is unknown"},
		{"open_loans > 5 || open_loans <= 5", "TTUT", "what is unknown is not case-split"},
		{"(open_loans > 5) == (open_loans > 5)", "TTUT", "what is unknown is not equal to itself"},
		{"other == other", "TTTT", "what is missing is"},
		{"1 in [1, 1 / 0]", "UUUU", "a list with an unknown element is no list"},
		{"{'cash': 1, 'line': 1 / 0}[product] == 1", "UUUU", "nor is a map"},
		{"true ? 1 > 0 : 1 / 0 > 0", "TTTT", "but the branch not taken does not matter"},
		{"dyn(product) == 3", "FFFF", "values of different types are unequal, when it comes to that"},
		{"dyn(product) != 3", "TTTT", "a missing one as well"},
		{"dyn(product) < 3", "UUUU", "and have no order"},
		{"dyn(open_loans) == true", "FFFF", "CEL sees no condition in a number"},
		{"dyn(open_loans) && true", "TTUF", "but a number in place of a condition is one"},
		{"dyn(1) == size('a')", "TTTT", "all numbers are doubles"},
		{"0.1 + 0.2 == 0.3", "FFFF", "with what comes of it"},
		{"-0.0 == 0", "TTTT", ""},
		{"history.on_time == history.on_time", "TTTT", "infinity equals itself, NaN is missing"},
		{"history.on_time + 1 > 0", "TUTU", "but what is calculated with infinity is unknown"},
		{"-7 % 3 == -1", "TTTT", "the remainder has the sign of the dividend"},
		{"round(2.5) == 3 && round(-2.5) == -3", "TTTT", "half goes away from zero"},
		{"days(timestamp('2025-01-01'), timestamp('2025-01-02T12:00:00Z')) == -1", "TTTT", "whole days are cut towards zero"},
		{"{1: 'a'}[1.0] == 'a'", "TTTT", ""},
		{"'a' < 'b' && 'B' < 'a' && 'z' < '分'", "TTTT", "text is ordered by code point"},
		{"'分期'.size() == 2", "TTTT", "and counted so"},
		{"matches('分期付款', '期付')", "TTTT", "a pattern matches anywhere"},
		{"due == timestamp('2024-10-04T08:00:00+08:00')", "TFFT", "a date is its first instant in UTC"},
	} {
		e, err := Compile(c.src, env)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := text(e.Truths(b)); got != c.want {
			t.Errorf("%s: %s, want %s: %s", c.src, got, c.want, c.why)
		}
		if got := text(slowOf(t, c.src, env).Truths(b)); got != c.want {
			t.Errorf("%s by CEL: %s, want %s: %s", c.src, got, c.want, c.why)
		}
	}
}

func TestNames(t *testing.T) {
	_, env := sample()
	src := "pass && history.on_time > 3 && column('年龄') < 60 && floor_score > 1 && product == 'open_loans'"
	s, err := Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Names(), []string{"floor_score", "history.on_time", "pass", "product", "年龄"}; !slices.Equal(got, want) {
		t.Errorf("syntax: %q, want %q", got, want)
	}
	e, err := Compile(src, env)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := e.Names(), []string{"history.on_time", "product", "score", "年龄"}; !slices.Equal(got, want) {
		t.Errorf("expression: %q, want %q", got, want)
	}
}

func TestConstant(t *testing.T) {
	_, env := sample()
	for _, c := range []struct {
		src    string
		want   float64
		ok     bool
		number bool
		cond   bool
	}{
		{"200000", 200000, true, true, false},
		{"-0.5", -0.5, true, true, false},
		{"floor_score * 2", 1130, true, true, false},
		{"double('2.5')", 2.5, true, true, false},
		{"1 / 0", 0, false, true, false},
		{"score", 0, false, true, false},
		{"true", 0, false, false, true},
		{"'a'", 0, false, false, false},
		{"dyn(1)", 0, false, false, false},
		{"at", 0, false, false, false},
		{"null", 0, false, false, false},
		{"score > 1 ? 1 : null", 0, false, true, false},
	} {
		e, err := Compile(c.src, env)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := e.Constant(); ok != c.ok || ok && got != c.want {
			t.Errorf("%s: %v, %t, want %v", c.src, got, ok, c.want)
		}
		if e.IsNumber() != c.number || e.IsBool() != c.cond {
			t.Errorf("%s: number %t, condition %t", c.src, e.IsNumber(), e.IsBool())
		}
	}
}

// TestForgets: an expression that meets more words than it keeps goes on
// right, and within bounds.
func TestForgets(t *testing.T) {
	env := randomEnv()
	e, err := Compile("s == t || (b ? s : 'cash') == 'cash'", env)
	if err != nil {
		t.Fatal(err)
	}
	w := &e.machine.words
	w.limit = 500
	for round := range 3 {
		b := &features.Batch{N: 2, Cols: make([]features.Vector, 11)}
		for _, i := range []int{4, 5} {
			b.Cols[i] = features.Vector{Kind: features.Text, Dict: features.NewDict()}
		}
		b.Cols[6] = features.Vector{Kind: features.Bool, Ints: []int64{1, 0}}
		x := string(rune('a' + round))
		b.Cols[4].Codes = []int32{b.Cols[4].Dict.CodeOf(x), b.Cols[4].Dict.CodeOf("other")}
		b.Cols[5].Codes = []int32{b.Cols[5].Dict.CodeOf("another"), b.Cols[5].Dict.CodeOf(x)}
		for i := range 100 {
			b.Cols[5].Dict.CodeOf(string(rune(0x4e00+i+1000*round)) + "付")
		}
		if got := text(e.Truths(b)); got != "FT" {
			t.Errorf("round %d: %s, want FT", round, got)
		}
		for i := 0; len(w.list) <= w.limit; i++ {
			w.code(string(rune(i%0xd000)) + string(rune(i/0xd000)) + x)
		}
	}
	if len(w.list) > w.limit+200 {
		t.Errorf("%d words are kept", len(w.list))
	}
	// A batch of more rows than any before, then of fewer, then of none.
	for _, rows := range []int{5000, 3, 0} {
		b := randomBatch(newRand(), nil, rows, false)
		if got := len(e.Truths(b)); got != rows {
			t.Errorf("%d truths of %d rows", got, rows)
		}
		bySlow(t, "words", e, slowOf(t, "s == t || (b ? s : 'cash') == 'cash'", env), b)
	}
}
