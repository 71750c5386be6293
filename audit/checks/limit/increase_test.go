package limit

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
)

func TestIncreaseFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/increaseparity*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, IncreaseParity, f)
		if !audittest.Laws(t, IncreaseParity, f) {
			t.Errorf("%s: the check did not run", f)
		}
	}
}

// What the check makes of a ledger is what lifelines and statsmodels make of the
// waits that it was written from.
func TestIncreaseReference(t *testing.T) {
	data, err := os.ReadFile("testdata/increaseparity.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Values []struct {
			Name, Segment, Group, Reference string
			Value                           float64
		}
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	_, res := audittest.Result(t, IncreaseParity, "testdata/increaseparity.txtar")
	compared := 0
	for _, want := range ref.Values {
		for i := range res.Metrics {
			m := &res.Metrics[i]
			name, got := m.Name, m.Value
			if want.Name == "P" && name == incRatio {
				name, got = "P", m.P
			}
			if name != want.Name || m.Segment != want.Segment || m.Group != want.Group || m.Reference != want.Reference {
				continue
			}
			compared++
			// lifelines breaks ties of the incidence by a jitter.
			bound := 1e-9
			if name == incIncidence || name == incRatio {
				bound = 2e-3
			}
			if !(math.Abs(got-want.Value) <= bound*math.Max(1, math.Abs(want.Value))) {
				t.Errorf("%s %s %s: %v, want %v", want.Name, want.Segment, want.Group, got, want.Value)
			}
		}
	}
	if compared != len(ref.Values) || compared == 0 {
		t.Errorf("%d of %d numbers compared", compared, len(ref.Values))
	}
}
