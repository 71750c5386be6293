package model

import (
	"testing"

	"evenhand/features"
)

func TestFits(t *testing.T) {
	f := &forest{inputs: []Input{{Name: "income"}, {Name: "housing", Kind: Categorical}, {Name: "code", Kind: Categorical}, {Name: "any", Kind: Categorical}}, levels: make([]map[string]int32, 4)}
	f.levels[1] = map[string]int32{"own": 0, "rent": 1, "a": 2, "b": 3, "c": 4, "d": 5}
	f.levels[2] = map[string]int32{"1": 0, "other": 1, "true": 2}
	for _, c := range []struct {
		input int
		typ   string
		kind  features.Kind
		want  string
	}{
		{0, "double", features.Float, ""},
		{0, "decimal(12,2)", features.Money, ""},
		{0, "boolean", features.Bool, ""},
		{0, "string", features.Text, ""}, // it may hold numbers
		{0, "date", features.Date, `input "income" is a number, but column "x" is date`},
		{0, "list<string>", features.TextList, `input "income" is a number, but column "x" is list<string>`},
		{1, "string", features.Text, ""},
		{1, "double", features.Float, `input "housing" has the levels a, b, c, d, own …, but column "x" is double, which has none of them`},
		{1, "boolean", features.Bool, `input "housing" has the levels a, b, c, d, own …, but column "x" is boolean, which has none of them`},
		{1, "timestamp(us, utc)", features.Instant, `input "housing" is text, but column "x" is timestamp(us, utc)`},
		{2, "int32", features.Int, ""},
		{2, "boolean", features.Bool, ""},
		{3, "int32", features.Int, ""}, // no levels are known
	} {
		for _, m := range []Model{f, &scaledTrees{scaled: scaled{Model: f}}} {
			got := ""
			if err := Fits(m, c.input, features.Field{Name: "x", Type: c.typ, Natural: c.kind}); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s from %s: %s\nwant %s", f.inputs[c.input].Name, c.typ, got, c.want)
			}
		}
	}
}
