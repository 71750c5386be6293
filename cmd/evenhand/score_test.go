package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/parquet-go/parquet-go"
)

// applicant is a row of the forest's two inputs.
type applicant struct {
	Income  *float64 `parquet:"income,optional"`
	Housing *string  `parquet:"housing,optional"`
}

// TestScoreForest: scores and contributions of a forest are those that
// LightGBM itself gives (predict, predict(raw_score), predict(pred_contrib) of
// version 4.7), an unseen level and a null included.
func TestScoreForest(t *testing.T) {
	dir := t.TempDir()
	num := func(x float64) *float64 { return &x }
	text := func(s string) *string { return &s }
	writeParquet(t, filepath.Join(dir, "x.parquet"), []applicant{
		{num(1), text("own")}, {num(4), text("rent")}, {num(7), text("boat")}, {nil, text("rent")}, {num(5), nil},
	})
	forest, err := filepath.Abs("../../audit/driver/testdata/forest.txt")
	if err != nil {
		t.Fatal(err)
	}
	o := evenhand(t, dir, nil, "score", "-model", forest, "-contributions", "x.parquet", "-o", "out.arrow")
	if o.code != 0 || o.stderr != "" {
		t.Fatalf("exit code %d: %s", o.code, o.stderr)
	}
	f, err := os.Open(filepath.Join(dir, "out.arrow"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := ipc.NewFileReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := r.Record(0)
	if err != nil {
		t.Fatal(err)
	}
	near := func(column string, tolerance float64, want ...float64) {
		t.Helper()
		at := r.Schema().FieldIndices(column)
		if len(at) != 1 {
			t.Fatalf("%d columns %s in %v", len(at), column, r.Schema())
		}
		got := rec.Column(at[0]).(*array.Float64)
		for i, x := range want {
			if got.IsNull(i) || math.Abs(got.Value(i)-x) > tolerance {
				t.Errorf("row %d: %s is %v, want %v", i, column, got.Value(i), x)
			}
		}
	}
	near("margin", 0, 0.20919363252319223, -0.0034715296858965072, -0.7588905098150286, 0.20919363252319223, -0.43161552760437677)
	near("probability", 1e-15, 0.5521085156216983, 0.49913211845013317, 0.3188871969914238, 0.5521085156216983, 0.39374062454948333)
	near("score", 1e-15, 0.5521085156216983, 0.49913211845013317, 0.3188871969914238, 0.5521085156216983, 0.39374062454948333)
	near("base", 1e-12, -0.35225633337200757)
	near("income", 1e-12, 0.5650827908610426, 0.3443263366825766, -0.4030013514771782, 0.5569914988916653, -0.046070655259645814)
	near("housing", 1e-12, -0.003632824965842867, 0.004458467003534427, -0.003632824965842867, 0.004458467003534427, -0.03328853897272341)
}

// TestScoreRefuses: columns that can't feed the forest are refused by name.
func TestScoreRefuses(t *testing.T) {
	dir := t.TempDir()
	writeParquet(t, filepath.Join(dir, "lacks.parquet"), []struct {
		Income float64 `parquet:"income"`
	}{{1}, {2}})
	writeParquet(t, filepath.Join(dir, "numbers.parquet"), []struct {
		Income  float64 `parquet:"income"`
		Housing float64 `parquet:"housing"`
	}{{1, 2}, {2, 1}})
	writeParquet(t, filepath.Join(dir, "words.parquet"), []struct {
		Income  string `parquet:"income"`
		Housing string `parquet:"housing"`
	}{{"low", "own"}, {"high", "own"}})
	data, err := os.ReadFile("../../audit/driver/testdata/forest.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"forest.txt": string(data), "cut.txt": string(data[:len(data)/2]), "edited.txt": strings.Replace(string(data), "objective=binary", "objective=lambdarank", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ model, data, want string }{
		{"forest.txt", "lacks.parquet", "lacks.parquet: housing: there is no such column"},
		{"forest.txt", "numbers.parquet", `numbers.parquet: input "housing" has the levels own, rent, but column "housing" is double`},
		{"forest.txt", "words.parquet", `words.parquet: none of the 2 values of column "income" can be read as float (for input income)`},
		{"cut.txt", "numbers.parquet", "cut.txt: "},
		{"edited.txt", "numbers.parquet", "edited.txt: objective "},
	} {
		o := evenhand(t, dir, nil, "score", "-model", c.model, c.data, "-o", "no.arrow")
		if o.code != exitData || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%s, %s: exit code %d: %s\nwant %s", c.model, c.data, o.code, o.stderr, c.want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*arrow*")); left != nil {
		t.Errorf("it left %v", left)
	}
}

// TestScoreTells: values that can't be read are told of, and count as missing.
func TestScoreTells(t *testing.T) {
	dir := t.TempDir()
	writeParquet(t, filepath.Join(dir, "words.parquet"), []struct {
		Income  string `parquet:"income"`
		Housing string `parquet:"housing"`
	}{{"4", "own"}, {"n/a", "own"}, {"1,5", "own"}})
	forest, err := filepath.Abs("../../audit/driver/testdata/forest.txt")
	if err != nil {
		t.Fatal(err)
	}
	o := evenhand(t, dir, nil, "score", "-model", forest, "words.parquet", "-o", "out.arrow")
	if want := `2 of 3 values of column "income" can't be read as float (for input income), e.g. 3 characters like 9,9, and count as missing`; o.code != 0 || !strings.Contains(o.stderr, want) {
		t.Errorf("exit code %d: %s\nwant %s", o.code, o.stderr, want)
	}
}

func writeParquet[T any](t *testing.T, path string, rows []T) {
	t.Helper()
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
}
