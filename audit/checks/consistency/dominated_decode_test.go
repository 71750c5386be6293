package consistency

import (
	"math/rand/v2"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

// TestDecodeDamaged: a damaged encoding is an error or another state, never a
// panic, neither when read nor when finished.
func TestDecodeDamaged(t *testing.T) {
	for check, file := range map[*audit.Check]string{Dominated: "testdata/dominated.txtar", Conditions: "testdata/conditions.txtar"} {
		var env *audit.Env
		var kept audit.State
		c := *check
		c.New = func(e *audit.Env) (audit.State, error) {
			s, err := check.New(e)
			if kept == nil {
				env, kept = e, s
			}
			return s, err
		}
		audittest.Result(t, &c, file)
		data, err := kept.MarshalBinary()
		if err != nil || len(data) < 500 {
			t.Fatalf("%s: %d bytes, %v", check.Name, len(data), err)
		}
		refused := 0
		rng := rand.New(rand.NewPCG(1, 1))
		for range 600 {
			bad := append([]byte{}, data...)
			for range 1 + rng.IntN(3) {
				bad[rng.IntN(len(bad))] ^= byte(1 + rng.IntN(255))
			}
			if rng.IntN(4) == 0 {
				bad = bad[:rng.IntN(len(bad))]
			}
			s, err := check.New(env)
			if err != nil {
				t.Fatal(err)
			}
			if s.UnmarshalBinary(bad) != nil {
				refused++
				continue
			}
			s.Finish(&audit.Result{})
		}
		if refused < 100 {
			t.Errorf("%s: only %d of 600 are refused", check.Name, refused)
		}
	}
}
