package model

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"evenhand/features"
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
