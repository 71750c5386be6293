package audittest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// Laws proves the contract of audit.State for a check on a fixture: however
// the rows are cut into batches and units, spread over states, merged and
// passed through their encoding, the result is the same bit for bit. It reports
// whether the check could run on the fixture.
func Laws(t *testing.T, check *audit.Check, file string, known ...*audit.Check) bool {
	t.Helper()
	ran, broken := breach(t, check, known, file)
	if broken != "" {
		t.Fatalf("%s breaks the state laws on %s %s", check.Name, file, broken)
	}
	return ran
}

// breach looks for a way of cutting, spreading and merging that changes the
// result, and describes it; "" when it finds none.
func breach(t *testing.T, check *audit.Check, known []*audit.Check, file string) (ran bool, broken string) {
	t.Helper()
	whole := run(t, check, known, file, 1<<30, 1<<30, 1)
	want := render(whole)
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 7))
		unit, batch := 1+rng.IntN(9), 1+rng.IntN(5)
		got := render(run(t, chaotic(check, rng), known, file, unit, batch, 1+rng.IntN(3)))
		if got != want {
			return true, fmt.Sprintf("(seed %d):\n%s", seed, diff(want, got))
		}
	}
	return whole.Coverage[0].Status != "skipped", ""
}

// chaotic wraps a check so that its states misbehave in every way the contract
// allows: rows are cut at random and spread over several states, which are
// merged in random order, with identities and encodings in between.
func chaotic(c *audit.Check, rng *rand.Rand) *audit.Check {
	w := *c
	w.New = func(env *audit.Env) (audit.State, error) {
		fresh := func() audit.State {
			s, err := c.New(env)
			if err != nil {
				panic(err)
			}
			return s
		}
		fresh() // so that New's own errors show
		return wrap(fresh, rng), nil
	}
	return &w
}

func wrap(fresh func() audit.State, rng *rand.Rand) audit.State {
	s := &chaos{fresh: fresh, rng: rand.New(rand.NewPCG(rng.Uint64(), 1))}
	if _, ok := fresh().(audit.Rereader); ok {
		return &chaosReread{chaos: s}
	}
	return s
}

type chaos struct {
	fresh func() audit.State
	rng   *rand.Rand
	parts []audit.State
}

// part returns one of several states, or a new one.
func (s *chaos) part() audit.State {
	if len(s.parts) < 4 || s.rng.IntN(8) == 0 {
		s.parts = append(s.parts, s.fresh())
	}
	return s.parts[s.rng.IntN(len(s.parts))]
}

// Customer feeds a timeline to any of the states.
func (s *chaos) Customer(t *audit.Timeline) { s.part().(audit.TimelineState).Customer(t) }

func (s *chaos) Update(b *features.Batch) {
	for lo := 0; lo < b.N; {
		hi := lo + 1 + s.rng.IntN(b.N-lo)
		part := b.Slice(lo, hi)
		s.part().(audit.RowState).Update(&part)
		lo = hi
	}
}

// Sets is 0 when the states compare no keys.
func (s *chaos) Sets() int {
	if k, ok := s.fresh().(audit.KeyState); ok {
		return k.Sets()
	}
	return 0
}

// Hashes asks any of the states, part by part of the batch.
func (s *chaos) Hashes(b *features.Batch, add func(int, []uint64)) {
	for lo := 0; lo < b.N; {
		hi := lo + 1 + s.rng.IntN(b.N-lo)
		part := b.Slice(lo, hi)
		s.part().(audit.KeyState).Hashes(&part, func(set int, hashes []uint64) {
			hashes = slices.Clone(hashes)
			s.rng.Shuffle(len(hashes), func(i, j int) { hashes[i], hashes[j] = hashes[j], hashes[i] })
			cut := s.rng.IntN(len(hashes) + 1)
			add(set, hashes[:cut])
			add(set, hashes[cut:])
			for i := range hashes {
				hashes[i] = 0 // add copied them
			}
		})
		lo = hi
	}
}

// Keys cuts the range in two, for any of the states.
func (s *chaos) Keys(sets [][]uint64) {
	all := slices.Concat(sets...)
	if len(all) == 0 {
		return
	}
	at := all[s.rng.IntN(len(all))]
	low, high := make([][]uint64, len(sets)), make([][]uint64, len(sets))
	for i, hashes := range sets {
		n, _ := slices.BinarySearch(hashes, at)
		low[i], high[i] = slices.Clone(hashes[:n]), slices.Clone(hashes[n:])
	}
	s.part().(audit.KeyState).Keys(high)
	s.part().(audit.KeyState).Keys(low)
}

func (s *chaos) Merge(o audit.State) {
	if r, ok := o.(*chaosReread); ok {
		o = r.chaos
	}
	s.parts = append(s.parts, o.(*chaos).parts...)
}

// fold merges the parts into one state, in random order and grouping.
func (s *chaos) fold() audit.State {
	parts := append(s.parts, s.fresh())
	for len(parts) > 1 {
		i := s.rng.IntN(len(parts))
		a := parts[i]
		parts = append(parts[:i], parts[i+1:]...)
		j := s.rng.IntN(len(parts))
		if s.rng.IntN(2) == 0 {
			a = s.recode(a)
		}
		parts[j].Merge(a)
	}
	return s.recode(parts[0])
}

// recode passes a state through its encoding.
func (s *chaos) recode(a audit.State) audit.State {
	data, err := a.MarshalBinary()
	if err != nil {
		panic(fmt.Sprintf("MarshalBinary: %v", err))
	}
	b := s.fresh()
	if err := b.UnmarshalBinary(data); err != nil {
		panic(fmt.Sprintf("UnmarshalBinary: %v", err))
	}
	again, err := b.MarshalBinary()
	if err != nil {
		panic(fmt.Sprintf("MarshalBinary of the decoded state: %v", err))
	}
	if string(again) != string(data) {
		panic("a state that was encoded and decoded encodes differently")
	}
	return b
}

func (s *chaos) Finish(r *audit.Result)         { s.fold().Finish(r) }
func (s *chaos) MarshalBinary() ([]byte, error) { return s.fold().MarshalBinary() }
func (s *chaos) UnmarshalBinary(b []byte) error {
	x := s.fresh()
	s.parts = []audit.State{x}
	return x.UnmarshalBinary(b)
}

// chaosReread is chaos around a check that may read twice.
type chaosReread struct {
	*chaos
	once audit.State
}

func (s *chaosReread) Merge(o audit.State) { s.chaos.Merge(o.(*chaosReread).chaos) }

func (s *chaosReread) Reread() func() audit.RowState {
	s.once = s.fold()
	next := s.once.(audit.Rereader).Reread()
	if next == nil {
		return nil
	}
	return func() audit.RowState {
		return &chaos{fresh: func() audit.State { return next() }, rng: rand.New(rand.NewPCG(s.rng.Uint64(), 2))}
	}
}

func (s *chaosReread) Finish(r *audit.Result) {
	if s.once == nil {
		s.once = s.fold()
	}
	s.once.Finish(r)
}
