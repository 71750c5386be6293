package baseline

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"evenhand/audit/stats"
)

// some is a baseline of n skewed numbers, some missing, some of a code, and of
// a text with rare levels.
func some(t *testing.T, seed uint64, n int, input string) *File {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	var h stats.Hist
	levels := map[string]int64{}
	for range n {
		switch u := rng.Float64(); {
		case u < 0.05:
			h.Add(math.NaN())
		case u < 0.10:
			h.Add(-9)
		case u < 0.30:
			h.Add(0)
		default:
			h.Add(math.Exp(8 + rng.NormFloat64()))
		}
		levels[string(rune('a'+int(rng.ExpFloat64()*2)))]++
	}
	var values []Level
	for v, k := range levels {
		values = append(values, Level{v, k})
	}
	values = append(values, Level{"", 3})
	number, ok := Coarsen("feature=income", &h, []float64{-9}, 10)
	text, ok2 := Pool("feature=city", values, 10)
	if !ok || !ok2 {
		t.Fatal("nothing to store")
	}
	return &File{Format: Format, Version: Version, Lender: "L", Timezone: "Asia/Shanghai", Currency: "CNY", From: "2025-01-01", To: "2025-03-31",
		Plans: []string{"p"}, Inputs: []string{input}, Least: 10, Models: []Named{{"m1", "aa"}},
		Parts: []Part{{Check: "scoredrift", From: "2025-01-01", To: "2025-03-31", Numbers: []Number{number}, Levels: []Levels{text}}}}
}

// TestCoarsen: no count is small, the total is kept, the edges are in order,
// and a sample of the same distribution is as near to it as to the rows.
func TestCoarsen(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 2))
		n := 10 + rng.IntN(5000)
		var h stats.Hist
		for range n {
			switch rng.IntN(20) {
			case 0:
				h.Add(math.NaN())
			case 1:
				h.Add(-9)
			case 2:
				h.Add(float64(rng.IntN(4)))
			case 3:
				h.Add(math.Inf(1 - 2*rng.IntN(2)))
			default:
				h.Add(math.Round(600 + 60*rng.NormFloat64()))
			}
		}
		b, ok := Coarsen("x", &h, []float64{-9}, 10)
		if !ok {
			if n > 40 {
				t.Errorf("%d rows give no baseline", n)
			}
			continue
		}
		if b.N() != h.N()+h.Missing() {
			t.Errorf("seed %d: %d of %d rows are kept", seed, b.N(), n)
		}
		if err := b.validate(10); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if len(b.Bins) > 1 && b.Bins[0].Edge == h.Min() && h.CountOf(h.Min()) < 10 {
			t.Errorf("seed %d: the least value, %v, is told", seed, h.Min())
		}
		if n < 1000 {
			continue
		}
		ref, cur := b.Hist(), b.Onto(&h, []float64{-9})
		if d := stats.Separation(ref, cur); d > 0.02+float64(2*h.CountOf(math.Inf(1))+2*h.CountOf(math.Inf(-1)))/float64(n) {
			t.Errorf("seed %d: the rows are %v off their own baseline", seed, d)
		}
	}
}

func TestPool(t *testing.T) {
	for _, tt := range []struct {
		values []Level
		want   string
		ok     bool
	}{
		{[]Level{{"b", 30}, {"a", 20}, {"c", 4}, {"d", 7}, {"", 12}}, "a20 b30 other11 missing12", true},
		{[]Level{{"b", 30}, {"a", 20}, {"c", 4}, {"", 2}}, "a20 b36 other0 missing0", true},
		{[]Level{{"b", 3}, {"", 200}}, "", false},
		{[]Level{{"\xff", 8}, {"\xfe", 7}, {"a", 20}}, "a20 \uFFFD15 other0 missing0", true},
		{nil, "", false},
	} {
		l, ok := Pool("x", tt.values, 10)
		var s []string
		for _, v := range l.Values {
			s = append(s, v.Value+itoa(v.N))
		}
		s = append(s, "other"+itoa(l.Other), "missing"+itoa(l.Missing))
		if got := strings.Join(s, " "); ok != tt.ok || ok && got != tt.want {
			t.Errorf("%v: %s (%v), want %s", tt.values, got, ok, tt.want)
		}
	}
}

func itoa(n int64) string {
	if n < 0 {
		return "-"
	}
	s := ""
	for ok := true; ok; ok = n > 0 {
		s, n = string(rune('0'+n%10))+s, n/10
	}
	return s
}

// TestMerge: any order and grouping of files gives the same bytes.
func TestMerge(t *testing.T) {
	a, b, c := some(t, 1, 3000, "i1"), some(t, 2, 500, "i2"), some(t, 3, 8000, "i3")
	b.From, b.To, b.Models, b.Parts[0].To = "2024-12-01", "2025-04-30", []Named{{"m0", "bb"}, {"m1", "aa"}}, "2025-04-30"
	merge := func(fs ...*File) *File {
		f, err := Merge(fs...)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	want := merge(a, b, c)
	for _, got := range []*File{merge(c, b, a), merge(merge(a, c), b), merge(a, merge(c, b))} {
		if string(got.Encode()) != string(want.Encode()) {
			t.Error("the order of merging shows")
		}
	}
	p := want.Part("scoredrift")
	if want.From != "2024-12-01" || want.To != "2025-04-30" || p.To != "2025-04-30" || len(want.Models) != 2 {
		t.Errorf("merged to %s..%s, %v", want.From, want.To, want.Models)
	}
	var rows int64
	for _, f := range []*File{a, b, c} {
		rows += f.Parts[0].Numbers[0].N()
	}
	if p.Numbers[0].N() != rows || p.Label() != "baseline 2025-01-01/2025-04-30" {
		t.Errorf("%d rows of %d, called %s", p.Numbers[0].N(), rows, p.Label())
	}
	if _, err := Merge(a, b, a); err == nil || !strings.Contains(err.Error(), "same export") {
		t.Errorf("an export twice: %v", err)
	}
	other := some(t, 1, 300, "i9")
	other.Lender = "M"
	if _, err := Merge(a, other); err == nil || !strings.Contains(err.Error(), `lender "M"`) {
		t.Errorf("another lender: %v", err)
	}
	if f, err := Merge(); f != nil || err != nil || f.Part("x") != nil || f.Part("x").Number("y") != nil || f.Part("x").Text("y") != nil {
		t.Error("nothing merges to something")
	}
}

// TestParse: what is written is read back, and what is no baseline is refused.
func TestParse(t *testing.T) {
	good := some(t, 1, 3000, "i1").Encode()
	f, err := Parse(good)
	if err != nil {
		t.Fatal(err)
	}
	if string(f.Encode()) != string(good) {
		t.Error("it is read otherwise than written")
	}
	for _, tt := range []struct{ from, to, want string }{
		{`"evenhand-baseline"`, `"something"`, "does not begin as one"},
		{`"version": 1`, `"version": 2`, "version 2"},
		{`"least": 10`, `"least": 0`, "no number of rows"},
		{`"least": 10`, `"least": 4000`, "fewer than the 4000"},
		{`"lender"`, `"owner"`, "owner"},
		{`"from": "2025-01-01"`, `"from": "2025-13-01"`, "no day"},
		{`"from": "2025-01-01"`, `"from": "2026-01-01"`, "ends before"},
		{`"n": `, `"n": -`, "no count"},
		{`"name": "feature=city"`, `"name": 7`, "cannot unmarshal"},
		{"}\n", "}\n{}", "follows its end"},
	} {
		at := strings.LastIndex(string(good), tt.from)
		if tt.from[0] == '"' {
			at = strings.Index(string(good), tt.from)
		}
		if at < 0 {
			t.Fatal("no ", tt.from)
		}
		bad := string(good[:at]) + tt.to + string(good[at+len(tt.from):])
		if _, err := Parse([]byte(bad)); !errors.Is(err, ErrNotBaseline) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.to, err, tt.want)
		}
	}
	if _, err := Parse(make([]byte, MaxBytes+1)); !errors.Is(err, ErrNotBaseline) {
		t.Error("a file without end is read")
	}
	twice := some(t, 1, 300, "i1")
	twice.Parts = append(twice.Parts, twice.Parts[0])
	unsorted := some(t, 1, 3000, "i1")
	slices.Reverse(unsorted.Parts[0].Numbers[0].Bins)
	for _, f := range []*File{twice, unsorted} {
		if _, err := Parse(f.Encode()); !errors.Is(err, ErrNotBaseline) {
			t.Errorf("accepted: %v", err)
		}
	}
}

// FuzzParse: whatever is read without an error can be merged, looked at and
// written, and is then read as the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"format":"evenhand-baseline","version":1,"lender":"L","timezone":"UTC","currency":"CNY","from":"2025-01-01","to":"2025-01-02","plans":[],"inputs":["a"],"models":[],"policies":[],"least":2,"parts":[{"check":"scoredrift","from":"2025-01-01","to":"2025-01-02","numbers":[{"name":"score","missing":0,"bins":[{"from":-0,"n":3},{"from":1.5,"n":2}]}],"levels":[{"name":"city","missing":2,"other":0,"values":[{"value":"x","n":4}]}]}]}`))
	f.Add([]byte(`{"format":"evenhand-baseline","version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Parse(data)
		if err != nil {
			if !errors.Is(err, ErrNotBaseline) {
				t.Fatalf("unnamed error: %v", err)
			}
			return
		}
		first := string(a.Encode())
		b, err := Parse([]byte(first))
		if err != nil || string(b.Encode()) != first {
			t.Fatalf("written and read again: %v", err)
		}
		for _, p := range a.Parts {
			for _, n := range p.Numbers {
				n.Onto(n.Hist(), []float64{1})
			}
		}
		b.Inputs = nil
		if _, err := Merge(a, b); err != nil {
			t.Fatal(err)
		}
	})
}
