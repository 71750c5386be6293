package parquetfile_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"evenhand/features"
	"evenhand/features/parquetfile"

	"github.com/parquet-go/parquet-go"
)

// writeRows writes rows of any struct type and returns the file's path.
func writeRows[T any](t testing.TB, rows []T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.parquet")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewGenericWriter[T](f)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// cells reads one column of one file, each cell as text, "null" when null.
func cells(t testing.TB, path string, spec features.Spec) ([]string, features.ColumnTally, error) {
	t.Helper()
	if spec.Name == "" {
		spec.Name = "x"
	}
	s, err := parquetfile.OpenPaths(context.Background(), "decisions", []string{path}, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Bind([]features.Spec{spec}); err != nil {
		return nil, features.ColumnTally{}, err
	}
	r := s.NewReader()
	defer r.Close()
	var out []string
	var b features.Batch
	for u := range s.Units() {
		if err := r.Open(context.Background(), u); err != nil {
			return nil, features.ColumnTally{}, err
		}
		for {
			more, err := r.Next(&b)
			if err != nil {
				return nil, features.ColumnTally{}, err
			}
			if !more {
				break
			}
			for i := range b.N {
				out = append(out, cell(&b.Cols[0], i))
			}
		}
	}
	return out, r.Tally().Columns[spec.Name], nil
}

func cell(v *features.Vector, i int) string {
	switch {
	case v.IsNull(i):
		return "null"
	case v.Kind == features.Text:
		return v.Text(i)
	case v.Kind == features.Opaque:
		return string(v.Opaque(i))
	case v.Kind == features.Float:
		return fmt.Sprint(v.Floats[i])
	case v.Kind == features.TextList:
		var l []string
		for _, c := range v.List(i) {
			if c == features.Null {
				l = append(l, "null")
			} else {
				l = append(l, v.Dict.Value(c))
			}
		}
		return "[" + strings.Join(l, " ") + "]"
	}
	return fmt.Sprint(v.Ints[i])
}

type source struct {
	S  *string  `parquet:"s,optional"`
	SD *string  `parquet:"sd,optional,dict"`
	I  *int64   `parquet:"i,optional"`
	U  uint64   `parquet:"u"`
	J  int32    `parquet:"j"`
	F  *float64 `parquet:"f,optional"`
	FD float64  `parquet:"fd,dict"`
	D  int64    `parquet:"d,decimal(3:18)"`
	B  bool     `parquet:"b"`
	DT int32    `parquet:"dt,date"`
	R1 *string  `parquet:"r1,optional"`
	R2 *string  `parquet:"r2,optional"`
	N  struct {
		X *int64 `parquet:"x,optional"`
	} `parquet:"n"`
}

func ptr[T any](x T) *T { return &x }

// column makes rows whose fields are all taken from texts.
func strs(texts ...string) []source {
	rows := make([]source, len(texts))
	for i, s := range texts {
		if s != "null" {
			rows[i].S, rows[i].SD = ptr(s), ptr(s)
		}
	}
	return rows
}

// TestConversions says what becomes of each kind of stored value.
func TestConversions(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	epoch, lastOfJanuary := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2000, 1, 31, 0, 0, 0, 0, time.UTC)
	nan, third := math.NaN(), 1.0/3
	floats := func(xs ...float64) (rows []source) {
		for _, x := range xs {
			rows = append(rows, source{F: ptr(x), FD: x})
		}
		return rows
	}
	ints := func(xs ...int64) (rows []source) {
		for _, x := range xs {
			rows = append(rows, source{I: ptr(x), U: uint64(x), J: int32(x), D: x, DT: int32(x), B: x != 0})
		}
		return rows
	}
	type spec = features.Spec
	type tally = features.ColumnTally
	for _, c := range []struct {
		name string
		rows []source
		from string // a name, or two with / for the same result
		spec spec
		want string
		tal  tally
	}{
		{"text", strs("a", "null", "b", "a"), "s/sd", spec{Kind: features.Text}, "a null b a", tally{Rows: 4, Nulls: 1}},
		{"text mapped", strs("Y", "N", "?", "x", "null"), "s/sd",
			spec{Kind: features.Text, Values: map[string]string{"Y": "approved", "N": "denied"}, Enum: features.Outcomes, Missing: []string{"?"}},
			"approved denied null other:x null", tally{Rows: 5, Nulls: 2, Missing: 1, Other: map[string]int64{"x": 1}}},
		{"text not null", strs("a", "null", ""), "s/sd", spec{Kind: features.Text, NotNull: true, Missing: []string{""}}, "a null null", tally{Rows: 3, Nulls: 2, Missing: 1, BadNull: 2}},
		{"id", strs("a", "null", "-", "b"), "s/sd", spec{Kind: features.Opaque, Missing: []string{"-"}}, "a null null b", tally{Rows: 4, Nulls: 2, Missing: 1}},
		{"id from ints", ints(7, -1), "i", spec{Kind: features.Opaque}, "7 -1", tally{Rows: 2}},
		{"id from floats", floats(123, 1e21), "f/fd", spec{Kind: features.Opaque}, "123 1000000000000000000000", tally{Rows: 2}},
		{"text from decimal", ints(1500, -5), "d", spec{Kind: features.Text}, "1.500 -0.005", tally{Rows: 2}},
		{"text from date", ints(0, 19782), "dt", spec{Kind: features.Text}, "1970-01-01 2024-02-29", tally{Rows: 2}},
		{"int from text", strs("12", " 3 ", "4.0", "x", "null", "-999"), "s/sd", spec{Kind: features.Int, Missing: []string{"-999"}}, "12 3 4 null null null",
			tally{Rows: 6, Nulls: 2, Missing: 1, Bad: 1, Example: "x"}},
		{"int from float", floats(3, 2.5, nan, -999), "f/fd", spec{Kind: features.Int, Missing: []string{"-999"}}, "3 null null null",
			tally{Rows: 4, Nulls: 1, Missing: 1, NaN: 1, Bad: 2, Example: "2.5"}},
		{"int from float, declared NaN", floats(3, nan), "f/fd", spec{Kind: features.Int, NaNNull: true}, "3 null", tally{Rows: 2, Nulls: 1, NaN: 1}},
		{"unsigned", ints(1, -1), "u", spec{Kind: features.Int}, "1 null", tally{Rows: 2, Bad: 1, Example: "18446744073709551615"}},
		{"unsigned as float", ints(1, -1), "u", spec{Kind: features.Float}, "1 1.8446744073709552e+19", tally{Rows: 2}},
		{"int missing", ints(1, -999), "i", spec{Kind: features.Int, Missing: []string{"-999", "NA"}}, "1 null", tally{Rows: 2, Nulls: 1, Missing: 1}},
		{"decimal missing", ints(1500, -999000), "d", spec{Kind: features.Float, Missing: []string{"-999"}}, "1.5 NaN→null", tally{Rows: 2, Nulls: 1, Missing: 1}},
		{"float", floats(third, nan, math.Inf(1)), "f/fd", spec{Kind: features.Float}, "0.3333333333333333 null +Inf", tally{Rows: 3, NaN: 1}},
		{"float from text", strs("1.5", "1e3", "nan", "n/a", "0x10", "null"), "s/sd", spec{Kind: features.Float, Missing: []string{"n/a"}}, "1.5 1000 null null null null",
			tally{Rows: 6, Nulls: 2, Missing: 1, NaN: 1, Bad: 1, Example: "0x10"}},
		{"float from bool", ints(1, 0), "b", spec{Kind: features.Float}, "1 0", tally{Rows: 2}},
		{"float from date", ints(19782), "dt", spec{Kind: features.Float}, "19782", tally{Rows: 1}},
		{"money in minor units", ints(1500), "i", spec{Kind: features.Money, Exponent: 2}, "1500", tally{Rows: 1}},
		{"money in whole units", ints(15, math.MaxInt64), "i", spec{Kind: features.Money, Exponent: 2, Scale: 100}, "1500 null", tally{Rows: 2, Bad: 1, Example: "9223372036854775807"}},
		{"money from decimal", ints(1500, 1505), "d", spec{Kind: features.Money, Exponent: 2}, "150 null", tally{Rows: 2, Bad: 1, Example: "1.505"}},
		{"money in yen", ints(1500000, 500), "d", spec{Kind: features.Money, Exponent: 0}, "1500 null", tally{Rows: 2, Bad: 1, Example: "0.500"}},
		{"money in 10,000", ints(1505), "d", spec{Kind: features.Money, Exponent: 2, Scale: 1_000_000}, "1505000", tally{Rows: 1}},
		{"money from text", strs("12.34", "12.345", "1,000", "null"), "s/sd", spec{Kind: features.Money, Exponent: 2}, "1234 null null null", tally{Rows: 4, Nulls: 1, Bad: 2, Example: "1,000"}},
		{"money from float", floats(12.34, 0.1+0.2, 12.345, nan), "f/fd", spec{Kind: features.Money, Exponent: 2, FloatMoney: true, NaNNull: true}, "1234 30 null null",
			tally{Rows: 4, Nulls: 1, NaN: 1, Bad: 1, Rounded: 2, Example: "12.345"}},
		{"bool from text", strs("true", "0", "Y", "null"), "s/sd", spec{Kind: features.Bool}, "1 0 null null", tally{Rows: 4, Nulls: 1, Bad: 1, Example: "Y"}},
		{"bool mapped", strs("Y", "N"), "s/sd", spec{Kind: features.Bool, Values: map[string]string{"Y": "true", "N": "false"}}, "1 0", tally{Rows: 2}},
		{"bool from int", ints(1, 0, 2), "i", spec{Kind: features.Bool}, "1 0 null", tally{Rows: 3, Bad: 1, Example: "2"}},
		{"bool from mapped int", ints(1, 2), "i", spec{Kind: features.Bool, Values: map[string]string{"1": "false", "2": "true"}}, "0 1", tally{Rows: 2}},
		{"date from int", ints(20240229, 20230229), "i/j", spec{Kind: features.Date}, "19782 null", tally{Rows: 2, Bad: 1, Example: "20230229"}},
		{"date from days", ints(31), "i/j", spec{Kind: features.Date, Epoch: &epoch}, "10988", tally{Rows: 1}},
		{"date from months", ints(-1, 0, 1, 13, -100000, 1<<30), "i/j", spec{Kind: features.Date, Epoch: &lastOfJanuary, Months: true}, "10956 10987 11016 11381 null null",
			tally{Rows: 6, Bad: 2, Example: "-100000"}},
		{"instant from months", ints(-12), "i/j", spec{Kind: features.Instant, Zone: shanghai, Epoch: &lastOfJanuary, Months: true}, "917712000000000", tally{Rows: 1}},
		{"date from text", strs("2024-02-29", "20240229", "2024-02-29T23:00:00Z", "29.2.2024"), "s/sd", spec{Kind: features.Date, Zone: shanghai}, "19782 19782 19783 null",
			tally{Rows: 4, Bad: 1, Example: "29.2.2024"}},
		{"instant from text", strs("1970-01-01T08:00:00", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.0000001Z", "x"), "s/sd", spec{Kind: features.Instant, Zone: shanghai}, "0 0 0 null",
			tally{Rows: 4, Bad: 1, Truncated: 1, Example: "x"}},
		{"instant from date", ints(0), "dt", spec{Kind: features.Instant, Zone: shanghai}, "-28800000000", tally{Rows: 1}},
		{"instant from days", ints(0), "i/j", spec{Kind: features.Instant, Zone: time.UTC, Epoch: &epoch}, "946684800000000", tally{Rows: 1}},
		{"list from JSON", strs(`["a","b"]`, `[]`, `null`, `["a",null]`, `c`, `[`), "s/sd", spec{Kind: features.TextList, Values: map[string]string{"a": "A"}}, "[A b] [] null [A null] [c] null",
			tally{Rows: 6, Nulls: 1, Bad: 1, Example: "["}},
		{"in a struct", []source{{}, {N: struct {
			X *int64 `parquet:"x,optional"`
		}{ptr(int64(5))}}}, "n.x", spec{Kind: features.Int}, "null 5", tally{Rows: 2, Nulls: 1}},
	} {
		for _, from := range strings.Split(c.from, "/") {
			t.Run(c.name+"/"+from, func(t *testing.T) {
				c.spec.From = []string{from}
				got, tal, err := cells(t, writeRows(t, c.rows), c.spec)
				if err != nil {
					t.Fatal(err)
				}
				want := strings.ReplaceAll(c.want, "NaN→null", "null")
				if s := strings.Join(got, " "); s != want {
					t.Errorf("got %s, want %s", s, want)
				}
				if fmt.Sprint(tal) != fmt.Sprint(c.tal) {
					t.Errorf("tally %+v, want %+v", tal, c.tal)
				}
			})
		}
	}
}

// TestSeveral reads reason_1, reason_2 … as one list.
func TestSeveral(t *testing.T) {
	rows := []source{{R1: ptr("a"), R2: ptr("b")}, {R2: ptr("a")}, {}, {R1: ptr("-"), R2: ptr("zz")}}
	got, tal, err := cells(t, writeRows(t, rows), features.Spec{Kind: features.TextList, From: []string{"r1", "r2"}, Missing: []string{"-"}, Enum: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"[a b]", "[a]", "null", "[other:zz]"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if tal.Rows != 4 || tal.Nulls != 1 || tal.Missing != 1 || tal.Other["zz"] != 1 {
		t.Errorf("tally %+v", tal)
	}
}

// TestBindRefusals says which readings are refused, and that the message says
// what to do.
func TestBindRefusals(t *testing.T) {
	path := writeRows(t, strs("a"))
	for _, c := range []struct {
		spec features.Spec
		want string
	}{
		{features.Spec{Kind: features.Money, From: []string{"f"}}, "float_money"},
		{features.Spec{Kind: features.Instant, From: []string{"dt"}}, "timezone"},
		{features.Spec{Kind: features.Instant, From: []string{"b"}}, "boolean"},
		{features.Spec{Kind: features.Int, From: []string{"nope"}}, "no such column"},
		{features.Spec{Kind: features.Int, From: []string{"I"}}, `did you mean "i"`},
		{features.Spec{Kind: features.Text, From: []string{"s", "sd"}}, "one column"},
		{features.Spec{Kind: features.Int, RowID: true}, "row number"},
		{features.Spec{Kind: features.Int, RowID: true, From: []string{"i"}}, "two ways"},
		{features.Spec{Kind: features.Int, Constant: ptr("x")}, `constant "x"`},
		{features.Spec{Kind: features.Instant, Constant: ptr("2026-01-01")}, "timezone"},
		{features.Spec{Kind: features.TextList, From: []string{"i"}}, "list of text"},
		{features.Spec{Kind: features.Text, From: []string{"s"}, Enum: []string{"b"}, Strict: true}, "outside the vocabulary"},
		{features.Spec{Kind: features.Instant, From: []string{"s"}}, ""},
	} {
		c.spec.Name = "x"
		_, _, err := cells(t, path, c.spec)
		if c.want == "" {
			if err != nil {
				t.Errorf("%+v: %v", c.spec, err)
			}
			continue
		}
		wantData(t, err, path)
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q in it", err, c.want)
		}
	}
	_, _, err := cells(t, writeRows(t, strs("2026-01-01T00:00:00")), features.Spec{Kind: features.Instant, From: []string{"s"}})
	if err == nil || !strings.Contains(err.Error(), "timezone") {
		t.Errorf("a text time without a zone: %v", err)
	}
}

// TestConstants reads constants, row numbers and absent columns.
func TestConstants(t *testing.T) {
	path := writeRows(t, strs("a", "b"))
	for _, c := range []struct {
		spec features.Spec
		want string
	}{
		{features.Spec{Kind: features.Text, Constant: ptr("loan")}, "loan loan"},
		{features.Spec{Kind: features.Opaque, Constant: ptr("loan")}, "loan loan"},
		{features.Spec{Kind: features.TextList, Constant: ptr("r")}, "[r] [r]"},
		{features.Spec{Kind: features.Money, Constant: ptr("12.34"), Exponent: 2}, "1234 1234"},
		{features.Spec{Kind: features.Float, Constant: ptr("0.5")}, "0.5 0.5"},
		{features.Spec{Kind: features.Bool, Constant: ptr("true")}, "1 1"},
		{features.Spec{Kind: features.Instant, Constant: ptr("1970-01-01T00:00:01Z")}, "1000000 1000000"},
		{features.Spec{Kind: features.Date, Constant: ptr("1970-01-02")}, "1 1"},
		{features.Spec{Kind: features.Opaque, RowID: true}, "x.parquet#0 x.parquet#1"},
		{features.Spec{Kind: features.Text}, "null null"},
		{features.Spec{Kind: features.Opaque}, "null null"},
		{features.Spec{Kind: features.TextList}, "null null"},
		{features.Spec{Kind: features.Int}, "null null"},
		{features.Spec{Kind: features.Float}, "null null"},
	} {
		got, _, err := cells(t, path, c.spec)
		if err != nil {
			t.Fatal(err)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%+v: got %s, want %s", c.spec, s, c.want)
		}
	}
}
