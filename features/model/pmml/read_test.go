package pmml

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/features"
)

func mustRead(t testing.TB, file string) *Model {
	t.Helper()
	m, err := Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// recordOf is a row of a model.
func recordOf(m *Model, row ...Value) *Record {
	r := m.Record()
	for i, v := range row {
		m.Take(r, i, v)
	}
	return r
}

// columns turns rows into the columns of a model's inputs.
func columns(m *Model, rows [][]Value) []*features.Vector {
	in := make([]*features.Vector, len(m.Inputs))
	for i, input := range m.Inputs {
		v := &features.Vector{Present: true, Kind: features.Float, Dict: features.NewDict()}
		if input.Text {
			v.Kind = features.Text
		}
		for _, row := range rows {
			code, x := features.Null, math.NaN()
			if !row[i].Null {
				code, x = v.Dict.CodeOf(row[i].Text), row[i].Num
			}
			v.Floats, v.Codes = append(v.Floats, x), append(v.Codes, code)
		}
		in[i] = v
	}
	return in
}

// cells makes n random rows: ordinary values, what the model compares with and
// its neighbours, nulls, now and then an infinity.
func cells(m *Model, rng *rand.Rand, n int) [][]Value {
	rows := make([][]Value, n)
	for r := range rows {
		for i, input := range m.Inputs {
			numbers := []float64{0, 1, 2, 3, -1, 0.5, 1e9, rng.NormFloat64() * 100}
			texts := []string{"a", "b c", "", "true", "false", "unseen"}
			if m.Tables != nil {
				for _, x := range m.Tables[i].Edges {
					numbers = append(numbers, x, math.Nextafter(x, -1e300), math.Nextafter(x, 1e300))
				}
			}
			if m.Terms != nil {
				texts = append(texts, m.Terms[i].Levels...)
			}
			v := Value{Null: rng.IntN(20) == 0}
			if v.Text = texts[rng.IntN(len(texts))]; !input.Text {
				v.Text, v.Num = "", numbers[rng.IntN(len(numbers))]
			}
			if rng.IntN(200) == 0 {
				v.Num = math.Inf(1)
			}
			rows[r] = append(rows[r], v)
		}
	}
	return rows
}

// of is what a table says of a value.
func (t *Table) of(text bool, v Value) float64 {
	switch slot, known := t.Levels[v.Text]; {
	case v.Null || v.Num != v.Num:
		return t.Points[t.Missing]
	case text && known:
		return t.Points[slot]
	case text:
		return t.Points[t.Other]
	case v.Num-v.Num != 0:
		return t.Points[t.Unusable]
	case t.Whole && v.Num != math.Trunc(v.Num):
		return t.Points[t.Fraction]
	}
	slot := 0
	for slot < len(t.Cuts) && v.Num >= t.Cuts[slot] {
		slot++
	}
	return t.Points[slot]
}

// of is what a term says of a value.
func (t *Term) of(text bool, v Value) float64 {
	switch {
	case text && v.Null:
		return 0
	case text:
		for i, l := range t.Levels {
			if l == v.Text {
				return t.Weights[i]
			}
		}
		return t.Other
	case v.Null || v.Num != v.Num:
		return t.Missing
	case v.Num-v.Num != 0:
		return math.NaN()
	}
	return float64(t.Coef * ((v.Num - t.Mean) / t.Scale))
}

// check compares what a model says of random rows: by records, by columns, by
// term, by its contributions, and by its tables and terms where it has them.
func check(t *testing.T, m *Model, n int) {
	t.Helper()
	rows := cells(m, rand.New(rand.NewPCG(11, 11)), n)
	in := columns(m, rows)
	dst := make([][]float64, len(in)+1)
	for i := range dst {
		dst[i] = make([]float64, n)
	}
	base := m.Contributions(dst, in, n)
	r := m.Record()
	for at, v := range rows {
		want := m.Margin(recordOf(m, v...))
		m.Load(r, in, at)
		if got := m.Margin(r); !same(got, want, 0) {
			t.Fatalf("row %v: %v by columns, %v by itself", v, got, want)
		}
		if math.IsInf(want, 0) { // an overflow, that Output makes none of
			continue
		}
		sums := map[string]float64{"contributions": base}
		for i, input := range m.Inputs {
			sums["contributions"] += dst[i][at]
			if m.Additive {
				sums["terms"] += m.Term(r, i)
			}
			if m.Tables != nil {
				sums["tables"] += m.Tables[i].of(input.Text, v[i])
			}
			if m.Terms != nil {
				sums["plain terms"] += m.Terms[i].of(input.Text, v[i])
			}
		}
		for name, got := range sums {
			if name != "contributions" {
				got += m.Start + m.Base
			}
			if !same(got, want, 1e-9*(1+math.Abs(want)+largest(dst, at))) {
				t.Fatalf("row %v: %v by %s, %v by itself", v, got, name, want)
			}
		}
	}
}

// largest is the largest contribution to a row: what cancels out in its sum.
func largest(dst [][]float64, at int) float64 {
	x := 0.0
	for i := range dst {
		if d := math.Abs(dst[i][at]); d > x {
			x = d
		}
	}
	return x
}

func same(x, y, tolerance float64) bool {
	return x == y || x != x && y != y || math.Abs(x-y) <= tolerance
}

// fixtures are the PMML files of the repository.
func fixtures(t testing.TB) map[string]string {
	t.Helper()
	paths, _ := filepath.Glob("../../../fixtures/models/pmml/*.pmml")
	if len(paths) == 0 {
		t.Fatal("no fixtures")
	}
	out := map[string]string{}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(path)] = string(file)
	}
	return out
}

// TestFixtures reads files of other exporters, each kind of model among them.
// What their rows score is tested where the formats are.
func TestFixtures(t *testing.T) {
	kinds := map[string]bool{}
	for name, file := range fixtures(t) {
		if !Detect([]byte(file)) {
			t.Errorf("%s is not recognised", name)
		}
		m := mustRead(t, file)
		switch {
		case m.Tables != nil:
			kinds["tables"] = true
		case m.Terms != nil:
			kinds["terms"] = true
		case m.Additive:
			kinds["sum"] = true
		default:
			kinds["rows"] = true
		}
		t.Run(name, func(t *testing.T) { check(t, m, 2000) })
	}
	if len(kinds) != 4 {
		t.Errorf("only %v", kinds)
	}
}

// TestExplained shares the points of characteristics of two inputs as worked out
// by hand.
func TestExplained(t *testing.T) {
	m := mustRead(t, cardOf(plainX, "", `<Characteristic name="c"><Attribute partialScore="80"><CompoundPredicate booleanOperator="and">
		<SimplePredicate field="x" operator="equal" value="1"/><SimplePredicate field="s" operator="equal" value="yes"/></CompoundPredicate></Attribute>
		<Attribute partialScore="0"><True/></Attribute></Characteristic>
		<Characteristic name="d"><Attribute partialScore="10"><SimplePredicate field="s" operator="equal" value="yes"/></Attribute>
		<Attribute partialScore="0"><True/></Attribute></Characteristic>`))
	zero, one := Value{Num: 0}, Value{Num: 1}
	no, yes := Value{Text: "no"}, Value{Text: "yes"}
	background := []*Record{recordOf(m, zero, no), recordOf(m, zero, yes), recordOf(m, one, no), recordOf(m, one, yes),
		recordOf(m, Value{Num: math.Inf(1)}, no)}
	e, err := m.Against(background)
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]Value{{one, yes}, {zero, yes}, {Value{Null: true}, no}, {Value{Num: math.Inf(1)}, yes}}
	dst := [][]float64{make([]float64, 4), make([]float64, 4)}
	base := e.Explain(dst, columns(m, rows), len(rows))
	// Lundberg and others, 2018, figure 2: fever and cough give 80, cough 10 more.
	if base != 25 || dst[0][0] != 30 || dst[1][0] != 35 {
		t.Errorf("base %v, shares %v and %v; want 25, 30 and 35", base, dst[0][0], dst[1][0])
	}
	for r, v := range rows {
		want := m.Margin(recordOf(m, v...))
		if got := base + dst[0][r] + dst[1][r]; !same(got, want, 1e-12) {
			t.Errorf("row %v: shares add up to %v, margin %v", v, got, want)
		}
	}
	if _, err := m.Against(nil); err == nil {
		t.Error("a background without rows")
	}
}

// FuzzRead reads whatever it gets; what it reads says the same of rows in every
// way.
func FuzzRead(f *testing.F) {
	for _, file := range fixtures(f) {
		if len(file) < 1<<14 {
			f.Add([]byte(file))
		}
	}
	f.Add([]byte(cardOf(plainX, `<DerivedField name="d" optype="continuous" dataType="double"><NormContinuous field="x"><LinearNorm orig="1" norm="0"/><LinearNorm orig="2" norm="3"/></NormContinuous></DerivedField>`,
		complexOf(`<Apply function="if"><Apply function="isMissing"><FieldRef field="d"/></Apply><Constant>2</Constant><FieldRef field="x"/></Apply>`)+
			`<Characteristic><Attribute partialScore="2"><CompoundPredicate booleanOperator="surrogate"><SimplePredicate field="n" operator="equal" value="1"/><SimpleSetPredicate field="s" booleanOperator="isNotIn"><Array>a "b c"</Array></SimpleSetPredicate></CompoundPredicate></Attribute></Characteristic>`)))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Read(file)
		if err == nil {
			check(t, m, 20)
		} else if strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("an error of several lines: %q", err)
		}
	})
}
