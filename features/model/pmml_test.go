package model

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"evenhand/features"
)

// pmmlCardOf is a scorecard with the fields x (double), n (integer), s (text)
// and b (boolean), a mining schema for x, derived fields and characteristics.
func pmmlCardOf(x, derived, chars string) string {
	return `<?xml version="1.0"?>
<PMML version="4.3" xmlns="http://www.dmg.org/PMML-4_3"><Header/><DataDictionary>
<DataField name="x" optype="continuous" dataType="double"/><DataField name="n" optype="continuous" dataType="integer"/>
<DataField name="s" optype="categorical" dataType="string"/><DataField name="b" optype="categorical" dataType="boolean"/>
</DataDictionary><Scorecard functionName="regression" useReasonCodes="false"><MiningSchema>` + x + `<MiningField name="n"/>
<MiningField name="s"/><MiningField name="b"/></MiningSchema><LocalTransformations>` + derived + `</LocalTransformations>
<Characteristics>` + chars + `</Characteristics></Scorecard></PMML>`
}

const (
	plainX = `<MiningField name="x"/>`
	oneX   = `<Characteristic name="c"><Attribute partialScore="1"><SimplePredicate field="x" operator="lessThan" value="2"/></Attribute></Characteristic>`
)

func complexOf(expression string) string {
	return `<Characteristic name="c"><Attribute><True/><ComplexPartialScore>` + expression + `</ComplexPartialScore></Attribute></Characteristic>`
}

// TestPMMLRefusals has files that are broken or say what is not supported.
func TestPMMLRefusals(t *testing.T) {
	one := func(predicate string) string {
		return pmmlCardOf(plainX, "", `<Characteristic name="c"><Attribute partialScore="1">`+predicate+`</Attribute></Characteristic>`)
	}
	ok := pmmlCardOf(plainX, "", oneX)
	swap := func(old, with string) string {
		if !strings.Contains(ok, old) {
			t.Fatalf("no %q to replace", old)
		}
		return strings.Replace(ok, old, with, 1)
	}
	expr := func(e string) string { return pmmlCardOf(plainX, "", complexOf(e)) }
	tests := []struct{ name, file, want string }{
		{"cut off", ok[:400], "not XML"},
		{"document type", swap(`<PMML`, `<!DOCTYPE x [<!ENTITY a "b">]><PMML`), "document type"},
		{"entity", swap(`name="c"`, `name="&a;"`), "not XML"},
		{"two documents", ok + ok, "second document"},
		{"deep", swap(`<Header/>`, "<Header>"+strings.Repeat("<a>", 90)), "nested too deeply"},
		{"old version", swap(`version="4.3"`, `version="3.2"`), `the version is "3.2"`},
		{"old namespace", swap(`PMML-4_3"`, `PMML-3_0"`), "namespace"},
		{"another model", swap(`<Scorecard`, `<TreeModel></TreeModel><Scorecard`), "unsupported element TreeModel (line 5)"},
		{"two models", strings.Replace(ok, "</PMML>", "<Scorecard/></PMML>", 1), "second model"},
		{"unknown attribute", swap(`useReasonCodes="false"`, `useReasonCodes="false" x-mathContext="float"`), "the attribute x-mathContext"},
		{"unknown element", swap(`<Characteristics>`, `<Segmentation/><Characteristics>`), "unsupported element Segmentation"},
		{"not scorable", swap(`useReasonCodes="false"`, `useReasonCodes="false" isScorable="false"`), "isScorable"},
		{"no baseline", swap(`useReasonCodes="false"`, ``), "baselineScore is missing"},
		{"unknown field", swap(`field="x"`, `field="z"`), `the field "z"`},
		{"field not active", swap(plainX, `<MiningField name="x" usageType="supplementary"/>`), `the field "x"`},
		{"unknown usage", swap(plainX, `<MiningField name="x" usageType="maybe"/>`), `usageType is "maybe"`},
		{"treatment", swap(plainX, `<MiningField name="x" invalidValueTreatment="guess"/>`), `invalidValueTreatment is "guess"`},
		{"date", swap(`dataType="double"`, `dataType="dateTime"`), "the data type dateTime is not supported"},
		{"no points", swap(`partialScore="1"`, ``), "needs a predicate and a partialScore"},
		{"bad points", swap(`partialScore="1"`, `partialScore="one"`), `partialScore is "one"`},
		{"operator", swap(`lessThan`, `below`), `the operator "below"`},
		{"text order", one(`<SimplePredicate field="s" operator="lessThan" value="a"/>`), "lessThan of a field that is no number"},
		{"array", one(`<SimpleSetPredicate field="s" booleanOperator="isIn"><Array n="3" type="string">a b</Array></SimpleSetPredicate>`), "it has 2 values, n says 3"},
		{"open quote", one(`<SimpleSetPredicate field="s" booleanOperator="isIn"><Array type="string">"a b</Array></SimpleSetPredicate>`), "quote"},
		{"empty compound", one(`<CompoundPredicate booleanOperator="and"/>`), "no predicates"},
		{"fraction of an integer", one(`<SimplePredicate field="n" operator="equal" value="1.5"/>`), "not a whole number"},
		{"no attribute", pmmlCardOf(plainX, "", `<Characteristic name="c"/>`), "no Attribute"},
		{"function", expr(`<Apply function="sin"><FieldRef field="x"/></Apply>`), "the function sin is not supported"},
		{"arguments", expr(`<Apply function="+"><FieldRef field="x"/></Apply>`), "it takes 2"},
		{"whole quotient", expr(`<Apply function="/"><FieldRef field="n"/><Constant>2</Constant></Apply>`), "whole numbers"},
		{"text sum", expr(`<Apply function="+"><FieldRef field="s"/><Constant>2</Constant></Apply>`), "no integer or double"},
		{"text points", expr(`<FieldRef field="s"/>`), "it gives no number"},
		{"user function", expr(`<Aggregate field="x" function="sum"/>`), "unsupported element Aggregate"},
		{"types of if", expr(`<Apply function="if"><FieldRef field="b"/><Constant>2</Constant><FieldRef field="s"/></Apply>`), "different types"},
		{"cycle", pmmlCardOf(plainX, `<DerivedField name="d" optype="continuous" dataType="double"><FieldRef field="d"/></DerivedField>`, complexOf(`<FieldRef field="d"/>`)), "derived from itself"},
		{"table", expr(`<MapValues outputColumn="o" dataType="double"><FieldColumnPair field="s" column="c"/><TableLocator/></MapValues>`), "unsupported element TableLocator"},
		{"norm", expr(`<NormContinuous field="x"><LinearNorm orig="2" norm="0"/><LinearNorm orig="1" norm="0"/></NormContinuous>`), "not ascending"},
	}
	for _, tt := range tests {
		m, err := Load("m.pmml", []byte(tt.file), "pmml")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, model %v; want %q", tt.name, err, m, tt.want)
		}
	}
	for _, tt := range []struct{ name, element, want string }{
		{"three tables", `functionName="classification" normalizationMethod="softmax"><RegressionTable intercept="1" targetCategory="a"/><RegressionTable intercept="1" targetCategory="b"/><RegressionTable intercept="1" targetCategory="c"/>`, "it has 3 tables"},
		{"method", `functionName="regression" normalizationMethod="magic"><RegressionTable intercept="1"/>`, `normalizationMethod is "magic"`},
		{"text predictor", `functionName="regression"><RegressionTable intercept="1"><NumericPredictor name="s" coefficient="1"/></RegressionTable>`, "no number"},
		{"no coefficient", `functionName="regression"><RegressionTable intercept="1"><NumericPredictor name="x"/></RegressionTable>`, "coefficient is missing"},
		{"nothing read", `functionName="regression"><RegressionTable intercept="1"/>`, "it reads no field"},
		{"two finals", `functionName="regression"><Output><OutputField name="a" feature="transformedValue"><Constant>1</Constant></OutputField><OutputField name="b" feature="transformedValue"><Constant>1</Constant></OutputField></Output><RegressionTable intercept="1"><NumericPredictor name="x" coefficient="1"/></RegressionTable>`, "second transformed value"},
		{"priors", `functionName="regression"><Targets><Target field="y"><TargetValue defaultValue="3"/></Target></Targets><RegressionTable intercept="1"><NumericPredictor name="x" coefficient="1"/></RegressionTable>`, "defaultValue"},
	} {
		file := `<PMML version="4.1" xmlns="http://www.dmg.org/PMML-4_1"><DataDictionary><DataField name="x" optype="continuous" dataType="double"/>` +
			`<DataField name="s" optype="categorical" dataType="string"/></DataDictionary><RegressionModel ` +
			strings.Replace(tt.element, ">", `><MiningSchema><MiningField name="x"/><MiningField name="s"/></MiningSchema>`, 1) + `</RegressionModel></PMML>`
		if _, err := Load("m.pmml", []byte(file), ""); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
	}
}

// TestPMMLUnread loads files that hold what would be refused, if only something
// read it.
func TestPMMLUnread(t *testing.T) {
	file := pmmlCardOf(plainX+`<MiningField name="when"/><MiningField name="result" usageType="target"/>`,
		`<DefineFunction name="f" optype="continuous"/><DerivedField name="d" optype="continuous" dataType="double"><Aggregate/></DerivedField>`, oneX)
	file = strings.Replace(file, "</DataDictionary>", `<DataField name="when" optype="continuous" dataType="dateTime"/></DataDictionary>`, 1)
	if m := mustLoad(t, file); len(m.Inputs()) != 1 || m.ScoreRow(row(1)).Score != 1 {
		t.Errorf("inputs %v", m.Inputs())
	}
	if _, err := Load("m.pmml", []byte(strings.Replace(file, `field="x"`, `field="when"`, 1)), ""); err == nil || !strings.Contains(err.Error(), "dateTime is not supported") {
		t.Errorf("a date was read: %v", err)
	}
}

// TestPMMLReasons is the sample of the PMML standard: the score and the reasons
// of its one row, by the file's own rules and by references and terms.
func TestPMMLReasons(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(pmmlFixtures, "sample-scorecard.pmml"))
	if err != nil {
		t.Fatal(err)
	}
	m := mustLoad(t, string(file))
	v := row("engineering", 25, 500)
	if got := m.ScoreRow(v).Score; got != 29 {
		t.Errorf("score %v, want 29", got)
	}
	codes := m.(ReasonCodes)
	if got := codes.Reasons(v); !slices.Equal(got, []string{"RC2", "RC1"}) {
		t.Errorf("reasons %v, want RC2 and RC1", got)
	}
	refs, terms := m.(References).References(), make([]float64, 3)
	m.(Additive).Terms(v, terms)
	for i, want := range []struct {
		code string
		lost float64
	}{{"RC1", 16}, {"RC2", 18}, {"RC3", -16}} {
		if codes.ReasonCode(i) != want.code || refs[i]-terms[i] != want.lost {
			t.Errorf("input %d: %v lost %v, want %v", i, codes.ReasonCode(i), refs[i]-terms[i], want)
		}
	}
	if _, err := Scaled(m, 20, 600, 50, "", ""); err == nil {
		t.Error("points were scaled as log-odds")
	}
}

// TestPMMLCompiled compares cards with the attributes they were compiled from,
// on the numbers where they could differ.
func TestPMMLCompiled(t *testing.T) {
	compiled := 0
	for name, m := range models(t) {
		c, ok := m.(*pmmlCard)
		if !ok {
			continue
		}
		compiled++
		for _, v := range cells(m, rand.New(rand.NewPCG(9, 9)), 3000) {
			sum, r := c.start, record{in: make([]datum, len(v))}
			for i, f := range c.s.inputs {
				r.in[i] = f.take(v[i])
			}
			for i, ch := range c.from.chars {
				if r.in[i].is == invalid {
					sum = math.NaN()
				}
				sum += ch.value(&r)
			}
			if got := m.ScoreRow(v).Score; !sameFloat(got, sum) {
				t.Fatalf("%s: row %v: %v, by its attributes %v", name, v, got, sum)
			}
		}
	}
	if compiled == 0 {
		t.Fatal("no compiled card")
	}
}

// TestPMMLBatches scores by batch without allocating, as by row.
func TestPMMLBatches(t *testing.T) {
	m := mustLoad(t, pmmlCardOf(`<MiningField name="x" outliers="asExtremeValues" lowValue="-1" highValue="1"/>`,
		`<DerivedField name="d" optype="continuous" dataType="double"><Apply function="*"><FieldRef field="x"/><Constant>2</Constant></Apply></DerivedField>`,
		`<Characteristic name="c"><Attribute partialScore="3"><CompoundPredicate booleanOperator="and"><SimplePredicate field="d" operator="greaterThan" value="1"/>
		<SimplePredicate field="s" operator="equal" value="a"/></CompoundPredicate></Attribute><Attribute partialScore="1"><True/></Attribute></Characteristic>
		<Characteristic name="e"><Attribute><True/><ComplexPartialScore><FieldRef field="d" mapMissingTo="9"/></ComplexPartialScore></Attribute></Characteristic>`))
	if _, ok := m.(Additive); ok {
		t.Error("a characteristic of two inputs counts as a sum")
	}
	rows := cells(m, rand.New(rand.NewPCG(10, 10)), 400)
	in := batch(m, rows, dictsFor(m))
	var out Outputs
	m.Score(&out, in, len(rows))
	for r, v := range rows {
		if o := m.ScoreRow(v); !sameBits(o, Output{out.Margin[r], out.Probability[r], out.Score[r]}) {
			t.Fatalf("row %v: another score by batch", v)
		}
	}
	if n := testing.AllocsPerRun(5, func() { m.Score(&out, in, len(rows)) }); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

// FuzzPMML loads whatever it gets; what loads scores rows alike by batch.
func FuzzPMML(f *testing.F) {
	paths, _ := filepath.Glob(filepath.Join(pmmlFixtures, "*.pmml"))
	if len(paths) == 0 {
		f.Fatal("no fixtures")
	}
	for _, path := range paths {
		if file, err := os.ReadFile(path); err != nil {
			f.Fatal(err)
		} else if len(file) < 1<<14 {
			f.Add(file)
		}
	}
	f.Add([]byte(pmmlCardOf(plainX, `<DerivedField name="d" optype="continuous" dataType="double"><NormContinuous field="x"><LinearNorm orig="1" norm="0"/><LinearNorm orig="2" norm="3"/></NormContinuous></DerivedField>`,
		complexOf(`<Apply function="if"><Apply function="isMissing"><FieldRef field="d"/></Apply><Constant>2</Constant><FieldRef field="x"/></Apply>`)+
			`<Characteristic><Attribute partialScore="2"><CompoundPredicate booleanOperator="surrogate"><SimplePredicate field="n" operator="equal" value="1"/><SimpleSetPredicate field="s" booleanOperator="isNotIn"><Array>a "b c"</Array></SimpleSetPredicate></CompoundPredicate></Attribute></Characteristic>`)))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Load("m.pmml", file, "pmml")
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		rows := cells(m, rand.New(rand.NewPCG(11, 11)), 20)
		in := batch(m, rows, dictsFor(m))
		var out Outputs
		m.Score(&out, in, len(rows))
		dst := make([][]float64, len(in)+1)
		for i := range dst {
			dst[i] = make([]float64, len(rows))
		}
		m.Contributions(dst, in, len(rows))
		for r, v := range rows {
			if o := m.ScoreRow(v); !sameBits(o, Output{out.Margin[r], out.Probability[r], out.Score[r]}) {
				t.Errorf("row %v: another score by batch", v)
			}
		}
	})
}

// TestPMMLExplained shares the points of characteristics of two inputs: exactly,
// and as worked out by hand for one of them.
func TestPMMLExplained(t *testing.T) {
	m := mustLoad(t, pmmlCardOf(plainX, "", `<Characteristic name="c"><Attribute partialScore="80"><CompoundPredicate booleanOperator="and">
		<SimplePredicate field="x" operator="equal" value="1"/><SimplePredicate field="s" operator="equal" value="yes"/></CompoundPredicate></Attribute>
		<Attribute partialScore="0"><True/></Attribute></Characteristic>
		<Characteristic name="d"><Attribute partialScore="10"><SimplePredicate field="s" operator="equal" value="yes"/></Attribute>
		<Attribute partialScore="0"><True/></Attribute></Characteristic>`))
	background := [][]Value{row(0, "no"), row(0, "yes"), row(1, "no"), row(1, "yes"), row(math.Inf(1), "no")}
	e, err := m.(Interventional).Against(background)
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]Value{row(1, "yes"), row(0, "yes"), row(nil, "no"), row(math.Inf(1), "yes")}
	in := batch(m, rows, dictsFor(m))
	dst := [][]float64{make([]float64, 4), make([]float64, 4)}
	base := e.Explain(dst, in, len(rows))
	// Lundberg and others, 2018, figure 2: fever and cough give 80, cough 10 more.
	if base != 25 || dst[0][0] != 30 || dst[1][0] != 35 {
		t.Errorf("base %v, shares %v and %v; want 25, 30 and 35", base, dst[0][0], dst[1][0])
	}
	for r, v := range rows {
		want := m.ScoreRow(v).Margin
		if got := base + dst[0][r] + dst[1][r]; !(math.Abs(got-want) < 1e-12) && !(got != got && want != want) {
			t.Errorf("row %v: shares add up to %v, margin %v", v, got, want)
		}
	}
	if _, err := m.(Interventional).Against(nil); err == nil {
		t.Error("a background without rows")
	}
}

// BenchmarkPMML scores full batches: a compiled card, and a regression with
// derived fields that is computed row by row.
func BenchmarkPMML(b *testing.B) {
	for _, name := range []string{"sample-scorecard", "sklearn2pmml-logistic"} {
		file, err := os.ReadFile(filepath.Join(pmmlFixtures, name+".pmml"))
		if err != nil {
			b.Fatal(err)
		}
		m := mustLoad(b, string(file))
		rows := cells(m, rand.New(rand.NewPCG(12, 12)), features.BatchRows)
		in := batch(m, rows, dictsFor(m))
		var out Outputs
		m.Score(&out, in, len(rows))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Score(&out, in, len(rows))
			}
			b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
