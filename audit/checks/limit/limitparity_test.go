package limit

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
)

func TestLimitParityFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/limitparity*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, LimitParity, f)
		if !audittest.Laws(t, LimitParity, f) {
			t.Errorf("%s: the check did not run", f)
		}
	}
}

// What the check makes of a ledger is what numpy, scipy and statsmodels make of
// the accounts that it was written from.
func TestLimitParityReference(t *testing.T) {
	data, err := os.ReadFile("testdata/limitparity.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Values []struct {
			Name, Group, Reference string
			Value                  float64
			Low, P                 *float64
		}
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	_, res := audittest.Result(t, LimitParity, "testdata/limitparity.txtar")
	compared := 0
	for _, want := range ref.Values {
		for i := range res.Metrics {
			m := &res.Metrics[i]
			if m.Name != want.Name || m.Group != want.Group || m.Reference != want.Reference {
				continue
			}
			compared++
			bound := 1e-9
			switch m.Name { // logs are counted to four digits
			case "initial_limit_geometric_mean", "increase_size_geometric_mean", lpInitialRatio, lpSizeRatio:
				bound = 1e-4
			}
			check := func(what string, got, want float64) {
				if !(math.Abs(got-want) <= bound*math.Max(math.Abs(want), .01)) && !(what == "p" && math.Abs(got-want) <= 20*bound*math.Max(math.Abs(want), 1e-3)) {
					t.Errorf("%s %s: %s is %v, want %v", m.Name, m.Group, what, got, want)
				}
			}
			check("value", m.Value, want.Value)
			if want.Low != nil {
				check("low", m.Low, *want.Low)
			}
			if want.P != nil {
				check("p", m.P, *want.P)
			}
		}
	}
	if compared != len(ref.Values) || compared == 0 {
		t.Errorf("%d of %d numbers compared", compared, len(ref.Values))
	}
}
