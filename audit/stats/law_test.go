package stats

import (
	"bytes"
	"encoding"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

type accumulator interface {
	encoding.BinaryMarshaler
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// laws has one line for each accumulator: how to make an empty one, how to add
// a value and how to merge.
var laws = []struct {
	name  string
	empty func() accumulator
	add   func(accumulator, float64)
	merge func(a, b accumulator)
}{
	{"Sum", func() accumulator { return &Sum{} },
		func(a accumulator, x float64) { a.(*Sum).Add(x) },
		func(a, b accumulator) { a.(*Sum).Merge(b.(*Sum)) }},
	{"SumSlice", func() accumulator { return &Sum{} },
		func(a accumulator, x float64) { a.(*Sum).AddSlice([]float64{x, 1}) },
		func(a, b accumulator) { a.(*Sum).Merge(b.(*Sum)) }},
	{"Moments", func() accumulator { return &Moments{} },
		func(a accumulator, x float64) { a.(*Moments).Add(x) },
		func(a, b accumulator) { a.(*Moments).Merge(b.(*Moments)) }},
	{"Hist", func() accumulator { return &Hist{} },
		func(a accumulator, x float64) { a.(*Hist).Add(x) },
		func(a, b accumulator) { a.(*Hist).Merge(b.(*Hist)) }},
	{"HistSlice", func() accumulator { return &Hist{} },
		func(a accumulator, x float64) { a.(*Hist).AddSlice([]float64{x, 1}) },
		func(a, b accumulator) { a.(*Hist).Merge(b.(*Hist)) }},
	{"Cube", func() accumulator { return &Cube{} },
		func(a accumulator, x float64) {
			a.(*Cube).AddN(math.Float64bits(x)>>50, int64(math.Float64bits(x)%7)-3)
		},
		func(a, b accumulator) { a.(*Cube).Merge(b.(*Cube)) }},
	{"Keys", func() accumulator { return &Keys{} },
		func(a accumulator, x float64) { a.(*Keys).ID(fmt.Sprint(math.Float64bits(x) >> 56)) },
		func(a, b accumulator) { a.(*Keys).Merge(b.(*Keys)) }},
	{"keyed cube", func() accumulator { return &keyed{} },
		func(a accumulator, x float64) {
			k := a.(*keyed)
			k.cube.Add(uint64(k.keys.ID(fmt.Sprint(math.Float64bits(x) >> 56))))
		},
		func(a, b accumulator) { a.(*keyed).Merge(b.(*keyed)) }},
}

// keyed is the state that the comment of Keys shows.
type keyed struct {
	keys Keys
	cube Cube
}

func (s *keyed) Merge(o *keyed) {
	ids := s.keys.Merge(&o.keys)
	s.cube.Merge(o.cube.Map(func(k uint64) uint64 { return uint64(ids[k]) }))
}

func (s *keyed) AppendBinary(b []byte) ([]byte, error) {
	e := NewEncoder(b)
	ranks := s.keys.Ranks()
	e.Value(&s.keys)
	e.Value(s.cube.Map(func(k uint64) uint64 { return uint64(ranks[k]) }))
	return e.Data(), nil
}

func (s *keyed) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

func (s *keyed) UnmarshalBinary(b []byte) error {
	d := NewDecoder(b)
	d.Value(&s.keys)
	d.Value(&s.cube)
	for id := range s.cube.All() {
		if id >= uint64(s.keys.Len()) {
			d.Fail("cell of string %d out of %d", id, s.keys.Len())
			break
		}
	}
	return d.Finish()
}

func encode(t testing.TB, a accumulator) []byte {
	t.Helper()
	b, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sameBytes(t *testing.T, what string, a, b accumulator) {
	t.Helper()
	if x, y := encode(t, a), encode(t, b); !bytes.Equal(x, y) {
		t.Fatalf("%s: %x differs from %x", what, x, y)
	}
}

// TestLaws: identity, any split, any order of merging, and encoding on the way
// give the same bytes.
func TestLaws(t *testing.T) {
	for _, law := range laws {
		t.Run(law.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(9, 10))
			for range 25 {
				xs := randomFloats(rng, rng.IntN(1500))
				xs = append(xs, math.NaN(), math.Inf(1), math.Inf(-1))[:len(xs)+rng.IntN(4)]
				whole := law.empty()
				for _, x := range xs {
					law.add(whole, x)
				}
				parts := make([]accumulator, 1+rng.IntN(8))
				for i := range parts {
					parts[i] = law.empty()
				}
				rng.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
				for _, x := range xs {
					law.add(parts[rng.IntN(len(parts))], x)
				}
				for len(parts) > 1 {
					i, j := rng.IntN(len(parts)), rng.IntN(len(parts)-1)
					if j >= i {
						j++
					}
					if rng.IntN(2) == 0 {
						back := law.empty()
						if err := back.UnmarshalBinary(encode(t, parts[j])); err != nil {
							t.Fatal(err)
						}
						sameBytes(t, "decoded", back, parts[j])
						parts[j] = back
					}
					before := encode(t, parts[j])
					law.merge(parts[i], parts[j])
					if !bytes.Equal(before, encode(t, parts[j])) {
						t.Fatal("merge changed its argument")
					}
					parts = append(parts[:j], parts[j+1:]...)
				}
				sameBytes(t, "merged", parts[0], whole)
				law.merge(parts[0], law.empty())
				sameBytes(t, "merged with nothing", parts[0], whole)
				b, err := whole.AppendBinary([]byte("x"))
				if err != nil || !bytes.Equal(b, append([]byte("x"), encode(t, whole)...)) {
					t.Fatal("AppendBinary and MarshalBinary differ")
				}
			}
		})
	}
}

// FuzzDecode: garbage is an error, never a panic; and whatever decodes has no
// second encoding.
func FuzzDecode(f *testing.F) {
	for _, law := range laws {
		a := law.empty()
		f.Add(encode(f, a))
		for i := range 9 {
			law.add(a, float64(i*i*i)-20.3)
		}
		f.Add(encode(f, a))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, law := range laws {
			a := law.empty()
			if err := a.UnmarshalBinary(b); err != nil {
				continue
			}
			if got := encode(t, a); !bytes.Equal(got, b) {
				t.Errorf("%s: %x decodes and encodes to %x", law.name, b, got)
			}
		}
	})
}
