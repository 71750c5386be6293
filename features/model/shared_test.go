package model

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"evenhand/features"
	"github.com/parquet-go/parquet-go"
)

// shared is the directory of the steering data, beside the repository.
const shared = "../../../shared/data/models"

// TestSharedReferences scores the reference rows of the shared models with
// real sizes and compares with what the original libraries said.
func TestSharedReferences(t *testing.T) {
	tests := []struct {
		model              string
		score, probability float64 // tolerances; negative: no such column
		margin             float64
	}{
		{"german_scorecard", 0, 4e-16, 1e-14},
		{"heloc_scorecard", 0, 4e-16, 1e-14},
		{"hmda_ny_logit", -1, 1e-12, 1e-12},
	}
	for _, tt := range tests {
		t.Run(tt.model, func(t *testing.T) {
			m, rows, in, out := scoreShared(t, tt.model, "model.json")
			within(t, rows, "score", out.Score, tt.score)
			within(t, rows, "probability", out.Probability, tt.probability)
			within(t, rows, "raw_margin", out.Margin, tt.margin)
			points := make([][]float64, len(in))
			for i := range points {
				points[i] = make([]float64, len(rows))
			}
			m.Contributions(points, in, len(rows))
			for i, input := range m.Inputs() {
				if name := "points__" + input.Name; rows[0][name] != nil {
					within(t, rows, name, points[i], 0)
				}
			}
		})
	}
}

// scoreShared scores the reference rows of a shared model.
func scoreShared(t *testing.T, name, file string) (m Model, rows []map[string]any, in []*features.Vector, out Outputs) {
	t.Helper()
	dir := filepath.Join(shared, name)
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Skipf("the shared models are not here: %v", err)
	}
	if m, err = Load(file, data, ""); err != nil {
		t.Fatal(err)
	}
	rows = readParquet(t, filepath.Join(dir, "reference.parquet"))
	in, n := columns(t, m, rows)
	m.Score(&out, in, n)
	return m, rows, in, out
}

// within compares got with a column of the reference.
func within(t *testing.T, rows []map[string]any, column string, got []float64, tolerance float64) {
	t.Helper()
	if tolerance < 0 {
		return
	}
	var worst float64
	for r, row := range rows {
		want, ok := row[column].(float64)
		if !ok {
			t.Fatalf("row %d: no %s in the reference", r, column)
		}
		if d := math.Abs(got[r] - want); !(d <= tolerance) {
			t.Fatalf("row %d: %s is %v, the library has %v, difference %g", r, column, got[r], want, d)
		} else if d > worst {
			worst = d
		}
	}
	t.Logf("%s: largest difference %g on %d rows", column, worst, len(rows))
}

// readParquet reads a flat file whole, a row as a map of column to cell.
func readParquet(t testing.TB, path string) (rows []map[string]any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	names := file.Schema().Columns()
	for _, g := range file.RowGroups() {
		r := g.Rows()
		defer r.Close()
		buf := make([]parquet.Row, g.NumRows())
		for read := 0; read < len(buf); {
			n, err := r.ReadRows(buf[read:])
			for _, row := range buf[read : read+n] {
				cells := map[string]any{}
				for _, v := range row {
					var x any
					switch v.Kind() {
					case parquet.Int32:
						x = int64(v.Int32())
					case parquet.Int64:
						x = v.Int64()
					case parquet.Float:
						x = float64(v.Float())
					case parquet.Double:
						x = v.Double()
					case parquet.ByteArray:
						x = string(v.ByteArray())
					}
					if v.IsNull() {
						x = nil
					}
					cells[names[v.Column()][0]] = x
				}
				rows = append(rows, cells)
			}
			if read += n; err != nil && read < len(buf) {
				t.Fatal(err)
			}
		}
	}
	return rows
}

// columns turns rows into the columns that m reads.
func columns(t testing.TB, m Model, rows []map[string]any) ([]*features.Vector, int) {
	t.Helper()
	if len(rows) == 0 {
		t.Fatal("no rows to score")
	}
	in := make([]*features.Vector, len(m.Inputs()))
	for i, input := range m.Inputs() {
		v := &features.Vector{Present: true, Kind: features.Float}
		if input.Kind == Categorical {
			v.Kind, v.Dict = features.Text, features.NewDict()
		}
		for r, row := range rows {
			cell, ok := row[input.Name]
			if !ok {
				t.Fatalf("row %d has no %s", r, input.Name)
			}
			if input.Kind == Categorical {
				code := features.Null
				switch x := cell.(type) {
				case string:
					code = v.Dict.CodeOf(x)
				case []byte:
					code = v.Dict.Code(x)
				}
				v.Codes = append(v.Codes, code)
				continue
			}
			num := math.NaN()
			switch x := cell.(type) {
			case int64:
				num = float64(x)
			case float64:
				num = x
			case json.Number:
				num, _ = x.Float64()
			}
			v.Floats = append(v.Floats, num)
		}
		in[i] = v
	}
	return in, len(rows)
}
