package limit

import (
	"testing"

	"evenhand/audit"
)

// States that were tampered with are refused, or finish without a panic.
func TestParityDecodeGarbage(t *testing.T) {
	for _, check := range []*audit.Check{IncreaseParity, LimitParity} {
		plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2026-06-30\ngroups: {sex: {reference: M}}\nhonesty: {min_cell: 1, suppress: 1}\ntables: {limits: {files: [x.parquet]}}\n"), []*audit.Check{check})
		if err != nil {
			t.Fatal(err)
		}
		env := &audit.Env{Plan: plan, Settings: plan.Settings(check.Name), Layouts: map[string]*audit.Layout{"limits": audit.NewLayout(nil)}}
		fresh := func() audit.State {
			s, err := check.New(env)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		some := fresh()
		fill := func(by *comparison, add func(i int)) {
			for i, name := range []string{"sex\x1fF\x1fline", "sex\x1fM\x1fline", "sex\x1fF\x1fmini", "sex\x1fM\x1fline"} {
				by.ids = []uint64{uint64(by.profiles.ID(name)) << profileShift}
				add(i)
			}
		}
		switch s := some.(type) {
		case *increases:
			fill(&s.by, func(i int) {
				s.n[incAccounts]++
				s.by.add(incEntered, -1, 1)
				s.by.add([]uint8{incRaised, incCensored, incClosed, incRaised}[i], int64(30*i), 1)
				s.by.add(incExposure, 0, 100)
				s.by.add(incIncreases, 0, int64(i))
				s.by.add(incEvaluated, 0, 1)
				s.by.add(incAtThis, 0, int64(i%2))
			})
		case *limitParity:
			fill(&s.by, func(i int) {
				s.accounts++
				for what := range uint8(lpKinds) {
					s.by.add(what, 0, int64(i+1))
				}
			})
		}
		good, err := some.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		back := fresh()
		if err := back.UnmarshalBinary(good); err != nil {
			t.Fatalf("%s: %v", check.Name, err)
		}
		res := &audit.Result{}
		back.Finish(res)
		if len(res.Metrics) == 0 {
			t.Errorf("%s: no metrics: the test is vacuous", check.Name)
		}
		for i := range good {
			for _, x := range []byte{0, 1, 2, 0x7f, 0x80, 0xff} {
				bad := append([]byte(nil), good...)
				bad[i] = x
				s := fresh()
				if s.UnmarshalBinary(bad) == nil {
					s.Finish(&audit.Result{}) // must not panic
				}
			}
			if fresh().UnmarshalBinary(good[:i]) == nil {
				t.Errorf("%s: a state cut at byte %d is accepted", check.Name, i)
			}
		}
	}
}

func TestParitySettings(t *testing.T) {
	parse := func(check *audit.Check, settings string) error {
		_, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2026-06-30\ntables: {limits: {files: [x.parquet]}}\nchecks: {"+check.Name+": {"+settings+"}}\n"), []*audit.Check{check})
		return err
	}
	for _, bad := range []string{"min_tenure: -1", "early: 400", "from: yesterday", "ratio: 1.5", "score_band: -1", "cycle_days: 0", "competing: 2"} {
		if parse(IncreaseParity, bad) == nil {
			t.Errorf("increaseparity takes %s", bad)
		}
	}
	for _, bad := range []string{"ratio: 0", "excess: -1", "notice_gap: 2", "phantom_gap: -0.1", "min_step: -5"} {
		if parse(LimitParity, bad) == nil {
			t.Errorf("limitparity takes %s", bad)
		}
	}
	for _, x := range []*audit.Check{IncreaseParity, LimitParity} {
		if err := parse(x, ""); err != nil {
			t.Error(err)
		}
	}
}
