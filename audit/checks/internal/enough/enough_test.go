package enough

import (
	"strings"
	"testing"

	"evenhand/audit"
)

func plan(t testing.TB) *audit.Plan {
	t.Helper()
	p, err := audit.ParsePlan("plan.yaml", []byte(`version: 1
as_of: 2025-06-30
tables: {decisions: {files: x.parquet}}
groups: {sex: {reference: M}, home: {one_hot: {owner: is_owner, tenant: is_tenant}, reference: owner}}
dictionary:
  income: {zh: 月收入, en: monthly income, unit: 分, good: higher, mutable: slow, step: 10000}
  rate: {zh: 比例, unit: share, good: lower, mutable: yes, step: 0.01}
  years: {en: years employed, unit: years, good: higher, mutable: yes, step: 1}
  score: {zh: 分值, en: points, unit: points, good: higher, mutable: yes, step: 1}
  sex: {zh: 性别, en: sex, good: higher, mutable: yes, step: 1}
  is_owner: {zh: 自有住房, en: owner, good: higher, mutable: yes, step: 1}
  age: {zh: 年龄, en: age, good: higher, mutable: no, step: 1}
  device: {zh: 设备, en: device, good: lower, mutable: yes, family: device, step: 1}
  bare: {good: higher, mutable: yes, step: 1}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// items are pairs of name and value.
func items(of ...string) []audit.Item {
	var out []audit.Item
	for i := 0; i < len(of); i += 2 {
		out = append(out, audit.Item{Name: of[i], Value: of[i+1]})
	}
	return out
}

func TestSentence(t *testing.T) {
	p := plan(t)
	for _, x := range []struct {
		items  []audit.Item
		en, zh string
	}{
		{items("outcome", "denied", Prefix+"income", "123456 -> 133456"), "monthly income from 1234.56 to 1334.56 yuan", "月收入由 1234.56 变为 1334.56 元。"},
		{items(Prefix+"income", "120000 -> 150000"), "monthly income from 1200 to 1500 yuan", "月收入由 1200 变为 1500 元。"},
		// What it takes is rounded to the good side.
		{items(Prefix+"rate", "0.987654321 -> 0.747654321"), "比例 from 0.9877 to 0.7476", "比例由 0.9877 变为 0.7476。"},
		{items(Prefix+"rate", "0.3 -> 0.1"), "比例 from 0.3 to 0.1", "比例由 0.3 变为 0.1。"},
		{items(Prefix+"rate", "0.1 -> 0"), "比例 from 0.1 to 0", "比例由 0.1 变为 0。"},
		{items(Prefix+"years", "1.501 -> 2.501"), "years employed from 1.5 to 2.51 years", "years employed由 1.5 变为 2.51 年。"},
		{items(Prefix+"score", "1 -> 2", Prefix+"years", "1 -> 2"), "points from 1 to 2 points, and years employed from 1 to 2 years", "分值由 1 变为 2 points，并且years"},
		{items(Waiting, "2025-03-01"), "over from 2025-03-01 on", "自2025-03-01起不再适用"},
	} {
		l := Sentence(p, &audit.Case{Evidence: x.items})
		for _, s := range [][2]string{{l.En, x.en}, {l.Zh, x.zh}, {l.En, "This is no promise of approval."}, {l.Zh, "这不是对通过的承诺。"}} {
			if !strings.Contains(s[0], s[1]) {
				t.Errorf("%v: %q lacks %q", x.items, s[0], s[1])
			}
		}
		if got, ok := Decode(p, Encode(x.items[len(x.items)-1:])); !ok || len(got) != 1 {
			t.Errorf("%v does not come back", x.items)
		}
	}
	// What can't be read, or may not be told, silences all of it.
	for _, x := range [][]audit.Item{
		nil, items("outcome", "denied"), items(Prefix+"income", "1 -> 1"), items(Prefix+"income", "2 -> 1"), items(Prefix+"rate", "1 -> 2"),
		items(Prefix+"income", "1"), items(Prefix+"income", "x -> 2"), items(Prefix+"income", "1.0 -> 2"), items(Prefix+"income", "1 -> +Inf"), items(Prefix+"income", "NaN -> 2"),
		items(Prefix+"sex", "0 -> 1"), items(Prefix+"is_owner", "0 -> 1"), items(Prefix+"age", "20 -> 30"), items(Prefix+"device", "2 -> 1"), items(Prefix+"bare", "1 -> 2"), items(Prefix+"none", "1 -> 2"),
		items(Prefix+"income", "1 -> 2", Prefix+"sex", "0 -> 1"), items(Prefix+"years", "1 -> 2", Prefix+"income", "1 -> 2"), items(Prefix+"years", "1 -> 2", Prefix+"years", "1 -> 2"),
		items(Prefix+"income", "1 -> 2", Prefix+"rate", "2 -> 1", Prefix+"score", "1 -> 2", Prefix+"years", "1 -> 2"),
		items(Waiting, "soon"), items(Waiting, "2025-03-01", Prefix+"income", "1 -> 2"), items(Waiting, "2025-03-01", Waiting, "2025-03-02"),
	} {
		if l := Sentence(p, &audit.Case{Evidence: x}); !l.IsZero() {
			t.Errorf("%v: %v", x, l)
		}
		if _, ok := Decode(p, Encode(x)); ok && len(x) > 0 {
			t.Errorf("%v is decoded", x)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(items(Prefix+"income", "1 -> 2", Prefix+"rate", "0.5 -> 0.25")))
	f.Add(Encode(items(Waiting, "2025-03-01")))
	f.Add("")
	p := plan(f)
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := Decode(p, s)
		if !ok {
			return
		}
		if Encode(got) != s {
			t.Errorf("%q is not canonical", s)
		}
		if l := Sentence(p, &audit.Case{Evidence: got}); l.IsZero() != (s == "") {
			t.Errorf("%q says %v", s, l)
		}
	})
}
