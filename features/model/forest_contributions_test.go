package model

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"evenhand/features"
	"evenhand/features/model/trees"
)

// contributionRows is memory for the contributions of n rows, and for rounding.
func contributionRows(m Model, n int) [][]float64 {
	dst := make([][]float64, len(m.Inputs())+1)
	for i := range dst {
		dst[i] = make([]float64, n)
	}
	return dst
}

// TestSharedContributions compares with the libraries' TreeSHAP on the shared
// models, which are of real sizes.
func TestSharedContributions(t *testing.T) {
	for _, tt := range []struct {
		model, file string
		tolerance   float64
	}{
		{"taiwan_lgbm", "model.txt", 1e-9},
		{"lendingclub_lgbm_strcat", "model.txt", 1e-9},
		{"lendingclub_xgb", "model.json", 1e-5},
		{"hmda_ny_xgb_cat", "model.json", 1e-5},
	} {
		t.Run(tt.model, func(t *testing.T) {
			dir := filepath.Join(shared, tt.model)
			file, err := os.ReadFile(filepath.Join(dir, tt.file))
			if err != nil {
				t.Skipf("the shared models are not here: %v", err)
			}
			m, err := Load(tt.file, file, "")
			if err != nil {
				t.Fatal(err)
			}
			in, n := columns(t, m, readParquet(t, filepath.Join(dir, "reference.parquet")))
			want := readParquet(t, filepath.Join(dir, "contrib.parquet"))
			dst := contributionRows(m, n)
			base := m.Contributions(dst, in, n)
			bases := make([]float64, n)
			for r := range bases {
				bases[r] = base
			}
			within(t, want, "contrib__bias", bases, tt.tolerance)
			for i, input := range m.Inputs() {
				within(t, want, "contrib__"+input.Name, dst[i], tt.tolerance)
			}
			addUp(t, m, base, dst, in, n)
		})
	}
}

// TestAgainst compares with what shap says of rows against a background;
// testdata/shap/gen.py writes it.
func TestAgainst(t *testing.T) {
	for _, tt := range []struct {
		model, said      string
		shap, definition float64 // tolerances
	}{
		{"lightgbm.txt", "lightgbm", 1e-7, 1e-14}, // shap rounds to float32
		{"xgboost.json", "xgboost", 1e-7, 1e-6},   // XGBoost adds up float32s
	} {
		t.Run(tt.said, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join("testdata/shap", tt.model))
			if err != nil {
				t.Fatal(err)
			}
			m, err := Load(tt.model, file, "")
			if err != nil {
				t.Fatal(err)
			}
			var said struct {
				Background, Rows map[string][]any
				Base             float64
				Contributions    [][]float64
				BaseByDefinition float64     `json:"base_by_definition"`
				ByDefinition     [][]float64 `json:"by_definition"`
			}
			if file, err = os.ReadFile(filepath.Join("testdata/shap", tt.said+".shap.json")); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(file, &said); err != nil {
				t.Fatal(err)
			}
			background, k := columns(t, m, turned(said.Background))
			in, n := columns(t, m, turned(said.Rows))
			e, err := m.(Interventional).Against(rowsOf(speedBatch{m, background, k}))
			if err != nil {
				t.Fatal(err)
			}
			dst := contributionRows(m, n)[:len(in)]
			base := e.Explain(dst, in, n)
			for _, by := range []struct {
				name          string
				base          float64
				contributions [][]float64
				tolerance     float64
			}{{"shap", said.Base, said.Contributions, tt.shap}, {"the definition", said.BaseByDefinition, said.ByDefinition, tt.definition}} {
				worst := math.Abs(base - by.base)
				for r, want := range by.contributions {
					for i := range in {
						worst = max(worst, math.Abs(dst[i][r]-want[i]))
					}
				}
				if !(worst <= by.tolerance) || len(by.contributions) != n {
					t.Errorf("%d rows, %d by %s; differences up to %g", n, len(by.contributions), by.name, worst)
				}
				t.Logf("by %s: largest difference %g on %d rows", by.name, worst, n)
			}
		})
	}
}

// turned makes rows of columns.
func turned(columns map[string][]any) (rows []map[string]any) {
	for name, cells := range columns {
		for r, cell := range cells {
			if r == len(rows) {
				rows = append(rows, map[string]any{})
			}
			rows[r][name] = cell
		}
	}
	return rows
}

func TestAgainstNothing(t *testing.T) {
	file, err := os.ReadFile("testdata/shap/xgboost.json")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load("xgboost.json", file, "")
	if err != nil {
		t.Fatal(err)
	}
	row := make([]Value, len(m.Inputs()))
	row[1].Num = math.Inf(1)
	for _, tt := range []struct {
		background [][]Value
		want       string
	}{
		{nil, "the background has no rows; name a period or group that has some"},
		{[][]Value{make([]Value, len(row)), row}, "the background's row 1 has an infinite credit_amount, which the model's library refuses; leave it out"},
	} {
		if _, err := m.(Interventional).Against(tt.background); err == nil || err.Error() != tt.want {
			t.Errorf("%v instead of %s", err, tt.want)
		}
	}
}

// addUp checks that base and contributions are the margin.
func addUp(t *testing.T, m Model, base float64, dst [][]float64, in []*features.Vector, n int) {
	t.Helper()
	var out Outputs
	m.Score(&out, in, n)
	worst, rounding := 0.0, 0.0
	for r, margin := range out.Margin {
		sum := base
		for i := range dst {
			sum += dst[i][r]
		}
		if d := math.Abs(sum - margin); !(d <= 1e-12) {
			t.Fatalf("row %d: base and contributions are %v, the margin is %v", r, sum, margin)
		} else {
			worst = max(worst, d)
		}
		if len(dst) > len(in) {
			rounding = max(rounding, math.Abs(dst[len(in)][r]))
		}
	}
	t.Logf("sums are within %g of the margins, rounding is up to %g", worst, rounding)
}

// BenchmarkTreeSHAP explains the reference rows of the shared forests, or, where
// they are not here, of a fixture: a batch, and what is prepared once.
func BenchmarkTreeSHAP(b *testing.B) {
	all := forests(b)
	if len(all) == 0 {
		file, err := os.ReadFile("testdata/shap/lightgbm.txt")
		if err != nil {
			b.Fatal(err)
		}
		m, err := Load("lightgbm.txt", file, "")
		if err != nil {
			b.Fatal(err)
		}
		in := make([]*features.Vector, len(m.Inputs()))
		for i := range in {
			in[i] = &features.Vector{Present: true, Kind: features.Float, Floats: make([]float64, 4096)}
			for r := range in[i].Floats {
				in[i].Floats[r] = float64((r*7919 + i*104729) % 60000)
			}
		}
		all = map[string]speedBatch{"fixture": {m, in, 4096}}
	}
	for _, name := range sortedKeys(all) {
		s := all[name]
		f := s.m.(*forest)
		dst := contributionRows(s.m, s.n)[:len(s.in)]
		perRow := func(b *testing.B) {
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(s.n), "ns/row")
		}
		b.Run(name+"/covers", func(b *testing.B) {
			s.m.Contributions(dst, s.in, s.n)
			b.ReportAllocs()
			for b.Loop() {
				s.m.Contributions(dst, s.in, s.n)
			}
			perRow(b)
		})
		background := rowsOf(s)[:500]
		b.Run(name+"/background", func(b *testing.B) {
			e, err := f.Against(background)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				e.Explain(dst, s.in, s.n)
			}
			perRow(b)
		})
		b.Run(name+"/prepare covers", func(b *testing.B) {
			for b.Loop() {
				trees.ByCovers(f.trees)
			}
		})
		b.Run(name+"/prepare background", func(b *testing.B) {
			for b.Loop() {
				if _, err := f.Against(background); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
