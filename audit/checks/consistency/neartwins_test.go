package consistency

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"evenhand/audit/audittest"
)

// TestNearReference holds near twins and the consistency score against numpy.
func TestNearReference(t *testing.T) {
	data, err := os.ReadFile("testdata/neartwins.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		KNN   struct{ Own, Replay float64 }
		Pairs map[string]int64
		Near  int64
		Odd   int64
		Cases []string
	}
	if err := json.Unmarshal(data, &want); err != nil || want.Odd == 0 || len(want.Pairs) != 3 {
		t.Fatalf("reference %+v (%v)", want, err)
	}
	_, r := audittest.Result(t, NearTwins, "testdata/neartwins-many.txtar")
	compared := 0
	for _, m := range r.Metrics {
		switch m.Name {
		case nearKNN, nearReplay:
			w := want.KNN.Own
			if m.Name == nearReplay {
				w = want.KNN.Replay
			}
			if math.Abs(m.Value-w) > 1e-12 {
				t.Errorf("%s is %v, want %v", m.Name, m.Value, w)
			}
			compared++
		case nearPairs:
			if n, ok := want.Pairs[m.Group[len("pair="):]]; ok {
				compared++
				if m.K != n {
					t.Errorf("%s: %d pairs, want %d", m.Group, m.K, n)
				}
			}
		case nearRate:
			compared++
			if m.K != want.Odd || m.N != want.Near {
				t.Errorf("%d of %d rows conflict, want %d of %d", m.K, m.N, want.Odd, want.Near)
			}
		}
	}
	if compared != 6 {
		t.Errorf("%d numbers compared", compared)
	}
	var keys []string
	for _, c := range r.Cases {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, want.Cases) {
		t.Errorf("cases %v, want %v", keys, want.Cases)
	}
}
