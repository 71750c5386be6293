package pseudonym

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

func testKey(t *testing.T) *Key {
	t.Helper()
	k, err := ParseKey("000102030405060708090a0b0c0d0e0f")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestOf: a pseudonym is what any HMAC makes of the id.
func TestOf(t *testing.T) {
	k := testKey(t)
	h := hmac.New(sha256.New, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	h.Write([]byte("C0001234"))
	if got, want := k.Of("C0001234"), hex.EncodeToString(h.Sum(nil))[:32]; got != want {
		t.Errorf("Of = %s, want %s", got, want)
	}
	// printf '%s' C0001234 | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102030405060708090a0b0c0d0e0f
	if got := k.Of("C0001234"); got != "04fbc59f5104ba5096294beb3884fd21" {
		t.Errorf("Of = %s is not openssl's", got)
	}
	if k.Of("") != "" {
		t.Error("no id has a pseudonym")
	}
	if ids := k.IDs(); ids.Mode != Keyed || len(ids.KeyID) != 8 {
		t.Errorf("%+v", ids)
	}
	if ids := (*Key)(nil).IDs(); ids != (IDs{Mode: Plain}) {
		t.Errorf("%+v", ids)
	}
}

func TestParseKey(t *testing.T) {
	want := testKey(t)
	for _, text := range []string{"000102030405060708090A0B0C0D0E0F\n", "AAECAwQFBgcICQoLDA0ODw==", " AAECAwQFBgcICQoLDA0ODw"} {
		if k, err := ParseKey(text); err != nil || !slices.Equal(k.secret, want.secret) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "0001020304", "not a key, surely", strings.Repeat("z", 40) + "!"} {
		_, err := ParseKey(text)
		if err == nil {
			t.Errorf("%q is taken for a key", text)
		} else if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q is in the message", text)
		}
	}
}

func TestDerive(t *testing.T) {
	a, b, c := []byte("one"), []byte("two"), []byte("three")
	k := Derive(map[string][][]byte{"decisions": {a, b}, "limits": {c}})
	if o := Derive(map[string][][]byte{"limits": {c}, "decisions": {b, a}}); o.IDs() != k.IDs() {
		t.Error("the order of files makes a difference")
	}
	if k.IDs().Mode != Derived {
		t.Errorf("%+v", k.IDs())
	}
	for _, other := range []map[string][][]byte{
		{"decisions": {a, b}}, {"decisions": {a, c}, "limits": {b}}, {"decisions": {a, b, c}}, {"decisions": {a, b}, "limits": {a}},
	} {
		if Derive(other).IDs() == k.IDs() {
			t.Errorf("%q has the same key", other)
		}
	}
}

// testMask has a plan with the reason R01 and an export with the city Rome on 12
// rows, New York on 10 and five other texts on fewer.
func testMask(t *testing.T) *Mask {
	t.Helper()
	plan := &audit.Plan{Reasons: map[string]audit.Reason{"R01": {En: "high utilisation"}}, Groups: []audit.Grouping{{Name: "age", Bands: []float64{25, 35}}}}
	words := NewWords(plan, nil)
	return NewMask(testKey(t), words, map[string]int64{
		"Rome": 12, "New York": 10, "Zhang San": 3, "13812345678": 1, "R01": 1, "张三": 2, "other:Mallory": 9, "77": 4, "<25": 2, "other:often": 40, "": 1,
	}, 10)
}

func TestText(t *testing.T) {
	m := testMask(t)
	rare := func(s string) string { return m.key.rare(s) }
	for in, want := range map[string]string{
		"":                     "",
		"R01, 0.35 -> 0.4":     "R01, 0.35 -> 0.4",
		"Rome":                 "Rome",
		"New York; Rome":       "New York; Rome",
		"Zhang San":            rare("Zhang San"),
		"Zhang San, 5000.00":   rare("Zhang San") + ", 5000.00",
		"13812345678":          rare("13812345678"),
		"other:Mallory":        rare("other:Mallory"),
		"often":                "often",
		"张三":                   rare("张三"),
		"none until 3 days":    "none until 3 days",
		"-12 345.60 元":         "-12 345.60 " + rare("元"),
		"2025-03-31 23:59:59":  "2025-03-31 23:59:59",
		"2025-10-01T10:54:35Z": "2025-10-01T10:54:35Z",
		"2025-Q1":              "2025-Q1",
		"110101199003074578":   rare("110101199003074578"), // too long for an amount
		"<25":                  "<25",
	} {
		if got := m.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"city=Rome":            "city=Rome",
		"city=77":              "city=" + rare("77"),
		"city=":                "city=",
		"city=Zhang San":       "city=" + rare("Zhang San"),
		"age=<25":              "age=<25",
		"age×city=25-35×77":    "age×city=25-35×" + rare("77"),
		"latency=the slowest":  "latency=the slowest",
		"incident=I01":         "incident=" + m.key.Of("I01")[:12],
		"other words entirely": "other words entirely",
	} {
		if got := m.Label(in); got != want {
			t.Errorf("Label(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"3 denials in Rome by Zhang San.": "3 denials in Rome by " + rare("Zhang San") + ".",
		"客户张三的决定":                         "客户" + rare("张三") + "的决定",
		"Mallory's, not Malloryson's":     rare("Mallory") + "'s, not Malloryson's",
		"77 denials":                      "77 denials",
	} {
		if got := m.Prose(in); got != want {
			t.Errorf("Prose(%q) = %q, want %q", in, got, want)
		}
	}
	var none *Mask
	if none.Text("Zhang San") != "Zhang San" || none.ID("x") != "x" || none.Prose("Zhang San") != "Zhang San" || none.IDs().Mode != Plain {
		t.Error("without a mask something changes")
	}
	if got := m.Path("export/city=Zhang San/day=2025-01-01/part-0.parquet"); got != "export/city="+rare("Zhang San")+"/day=2025-01-01/part-0.parquet" {
		t.Errorf("Path = %s", got)
	}
	tally := m.Tally(features.Tally{Columns: map[string]features.ColumnTally{"x": {Example: "Zhang San", Other: map[string]int64{"Mallory": 9, "often": 40}}}})
	if c := tally.Columns["x"]; c.Example != "" || c.Other["often"] != 40 || c.Other["Mallory"] != 0 || len(c.Other) != 2 {
		t.Errorf("tally %+v", c)
	}
}

// TestResult: ids go wherever they stand, what hangs on them stays together, and
// the order says nothing of them.
func TestResult(t *testing.T) {
	m := testMask(t)
	check := &audit.Check{Name: "c", IDs: []string{"twin", "weaker #"}}
	r := &audit.Result{}
	for i := range 30 {
		id := fmt.Sprintf("D%06d", i)
		r.Cases = append(r.Cases, audit.Case{
			Check: "c", Table: "decisions", Key: id, Customer: "C" + id, Account: "A" + id, Finding: "f", Product: "Rome",
			Evidence: []audit.Item{{Name: "twin", Value: "D000999"}, {Name: "weaker 12", Value: "55512"}, {Name: "note", Value: "as " + id + " by Zhang San"}},
			Events:   []audit.Event{{What: "decisions.denied", Key: id}, {What: "repayments.paid", Key: "L7/3", Note: "753.13"}},
		})
	}
	group := audit.NewMetric("c", "rate")
	group.Group = "city=Zhang San"
	r.Metrics = []audit.Metric{group}
	r.Findings = []audit.Finding{{ID: "f", Check: "c", Samples: []string{"D000003", "D000029"}, Metrics: []string{group.ID(), "other"},
		Title: audit.T("D000003 and the like of D000999", "张三")}}
	r.Comparisons = []audit.Comparison{{Denied: audit.Compared{Key: "D000001", Customer: "X1"}, Items: []audit.ComparedItem{{Name: "city", Denied: "Zhang San", Approved: "4"}}}}
	m.Result(r, []*audit.Check{check})

	text := fmt.Sprintf("%+v", *r)
	for _, id := range []string{"D0000", "CD0", "AD0", "D000999", "55512", "L7", "Zhang", "张三", "X1"} {
		if strings.Contains(text, id) {
			t.Errorf("%s is still there", id)
		}
	}
	c := r.Cases[0]
	if !slices.IsSortedFunc(r.Cases, func(a, b audit.Case) int { return strings.Compare(a.Key, b.Key) }) {
		t.Error("the cases are not in the order of their pseudonyms")
	}
	if c.Events[0].Key != c.Key || c.Events[1].Key != m.key.Of("L7")+"/3" || c.Events[1].Note != "753.13" || c.Product != "Rome" || c.Evidence[0].Value != m.key.Of("D000999") {
		t.Errorf("%+v", c)
	}
	f := r.Findings[0]
	if f.Samples[0] != m.key.Of("D000003") || f.Metrics[0] != r.Metrics[0].ID() || f.Metrics[1] != "other" {
		t.Errorf("%+v", f)
	}
	if want := m.key.Of("D000003")[:12] + " and the like of " + m.key.Of("D000999")[:12]; f.Title.En != want {
		t.Errorf("title %q, want %q", f.Title.En, want)
	}
}

func TestIsPseudonym(t *testing.T) {
	for s, want := range map[string]string{"3FA29c0d": "3fa29c0d", "3fa29c0d/12": "3fa29c0d", "3fa29c0": "", "X0000123": "", "12345678#4": "12345678", strings.Repeat("a", 33): ""} {
		if got, ok := IsPseudonym(s); ok != (want != "") || ok && got != want {
			t.Errorf("IsPseudonym(%q) = %q, %v", s, got, ok)
		}
	}
}
