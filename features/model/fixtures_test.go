package model

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/features"
)

// fixture is a model file with rows and what the original library made of
// them; testdata/gen.py writes both.
type fixture struct {
	name   string
	model  Model
	rows   []map[string]any
	expect map[string][]*float64 // null: not recomputable
}

func fixtures(t testing.TB, dir string) []fixture {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(dir, "*.rows.json"))
	if len(paths) == 0 {
		t.Fatalf("no fixtures in %s", dir)
	}
	var out []fixture
	for _, path := range paths {
		var data struct {
			Inputs map[string][]any
			Expect map[string][]*float64
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(file, &data); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		f := fixture{name: strings.TrimSuffix(filepath.Base(path), ".rows.json"), expect: data.Expect}
		for name, cells := range data.Inputs {
			for r, cell := range cells {
				if r == len(f.rows) {
					f.rows = append(f.rows, map[string]any{})
				}
				f.rows[r][name] = cell
			}
		}
		path = filepath.Join(dir, f.name+".json")
		if file, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		if f.model, err = Load(path, file, ""); err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// cardFixtures has more cards, with what their libraries make of rows that are
// hard to score; its README tells how they were made.
const cardFixtures = "../../fixtures/models/cards"

// TestFixtures compares with the stored answers of the original libraries.
func TestFixtures(t *testing.T) {
	dir := cardFixtures
	if other := os.Getenv("EVENHAND_CARDS_DIR"); other != "" {
		dir = other
	}
	for _, f := range append(fixtures(t, "testdata"), fixtures(t, dir)...) {
		t.Run(f.name, func(t *testing.T) {
			in, n := columns(t, f.model, f.rows)
			var out Outputs
			f.model.Score(&out, in, n)
			if len(f.expect) == 0 {
				t.Fatal("nothing is expected")
			}
			for column, want := range f.expect {
				if len(want) != n {
					t.Fatalf("%s: %d values for %d rows", column, len(want), n)
				}
				switch column {
				case "score":
					near(t, column, out.Score, want, 0)
				case "margin":
					near(t, column, out.Margin, want, 1e-13)
				case "probability":
					near(t, column, out.Probability, want, 1e-15)
				default:
					name, ok := strings.CutPrefix(column, "points__")
					if !ok {
						t.Fatalf("unknown expectation %s", column)
					}
					near(t, column, contributionsOf(t, f.model, in, n, name), want, 0)
				}
			}
		})
	}
}

// near compares got with want, where null stands for NaN.
func near(t *testing.T, what string, got []float64, want []*float64, tolerance float64) {
	t.Helper()
	worst := 0.0
	for r, w := range want {
		if w == nil {
			if !math.IsNaN(got[r]) {
				t.Errorf("row %d: %s is %v, the library has none", r, what, got[r])
			}
			continue
		}
		d := math.Abs(got[r] - *w)
		if !(d <= tolerance) {
			t.Errorf("row %d: %s is %v, the library has %v, difference %g", r, what, got[r], *w, d)
		}
		worst = max(worst, d)
	}
	t.Logf("%s: largest difference %g on %d rows", what, worst, len(want))
}

func contributionsOf(t *testing.T, m Model, in []*features.Vector, n int, name string) []float64 {
	t.Helper()
	dst := make([][]float64, len(in))
	found := -1
	for i, input := range m.Inputs() {
		dst[i] = make([]float64, n)
		if input.Name == name {
			found = i
		}
	}
	if found < 0 {
		t.Fatalf("no input %s", name)
	}
	m.Contributions(dst, in, n)
	return dst[found]
}
