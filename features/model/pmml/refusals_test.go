package pmml

import (
	"strings"
	"testing"
)

// cardOf is a scorecard with the fields x (double), n (integer), s (text)
// and b (boolean), a mining schema for x, derived fields and characteristics.
func cardOf(x, derived, chars string) string {
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

// TestRefusals has files that are broken or say what is not supported.
func TestRefusals(t *testing.T) {
	one := func(predicate string) string {
		return cardOf(plainX, "", `<Characteristic name="c"><Attribute partialScore="1">`+predicate+`</Attribute></Characteristic>`)
	}
	ok := cardOf(plainX, "", oneX)
	swap := func(old, with string) string {
		if !strings.Contains(ok, old) {
			t.Fatalf("no %q to replace", old)
		}
		return strings.Replace(ok, old, with, 1)
	}
	expr := func(e string) string { return cardOf(plainX, "", complexOf(e)) }
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
		{"no attribute", cardOf(plainX, "", `<Characteristic name="c"/>`), "no Attribute"},
		{"function", expr(`<Apply function="sin"><FieldRef field="x"/></Apply>`), "the function sin is not supported"},
		{"arguments", expr(`<Apply function="+"><FieldRef field="x"/></Apply>`), "it takes 2"},
		{"whole quotient", expr(`<Apply function="/"><FieldRef field="n"/><Constant>2</Constant></Apply>`), "whole numbers"},
		{"text sum", expr(`<Apply function="+"><FieldRef field="s"/><Constant>2</Constant></Apply>`), "no integer or double"},
		{"text points", expr(`<FieldRef field="s"/>`), "it gives no number"},
		{"user function", expr(`<Aggregate field="x" function="sum"/>`), "unsupported element Aggregate"},
		{"types of if", expr(`<Apply function="if"><FieldRef field="b"/><Constant>2</Constant><FieldRef field="s"/></Apply>`), "different types"},
		{"cycle", cardOf(plainX, `<DerivedField name="d" optype="continuous" dataType="double"><FieldRef field="d"/></DerivedField>`, complexOf(`<FieldRef field="d"/>`)), "derived from itself"},
		{"table", expr(`<MapValues outputColumn="o" dataType="double"><FieldColumnPair field="s" column="c"/><TableLocator/></MapValues>`), "unsupported element TableLocator"},
		{"norm", expr(`<NormContinuous field="x"><LinearNorm orig="2" norm="0"/><LinearNorm orig="1" norm="0"/></NormContinuous>`), "not ascending"},
	}
	for _, tt := range tests {
		m, err := Read([]byte(tt.file))
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
		if _, err := Read([]byte(file)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
	}
}

// TestUnread loads files that hold what would be refused, if only something
// read it.
func TestUnread(t *testing.T) {
	file := cardOf(plainX+`<MiningField name="when"/><MiningField name="result" usageType="target"/>`,
		`<DefineFunction name="f" optype="continuous"/><DerivedField name="d" optype="continuous" dataType="double"><Aggregate/></DerivedField>`, oneX)
	file = strings.Replace(file, "</DataDictionary>", `<DataField name="when" optype="continuous" dataType="dateTime"/></DataDictionary>`, 1)
	m := mustRead(t, file)
	if m.Margin(recordOf(m, Value{Num: 1})) != 1 || len(m.Inputs) != 1 {
		t.Errorf("inputs %v", m.Inputs)
	}
	if _, err := Read([]byte(strings.Replace(file, `field="x"`, `field="when"`, 1))); err == nil || !strings.Contains(err.Error(), "dateTime is not supported") {
		t.Errorf("a date was read: %v", err)
	}
}
