package rows

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"evenhand/audit/stats"
	"evenhand/features"
)

func TestHash(t *testing.T) {
	seen := map[uint64]string{}
	for n := range 40 {
		for i := range 200 {
			s := strings.Repeat("x", n) + fmt.Sprint(i)
			h := HashString(0, s)
			if old, ok := seen[h]; ok && old != s {
				t.Fatalf("%q and %q have one hash", old, s)
			}
			seen[h] = s
			if h == HashString(1, s) {
				t.Errorf("%q: seeds make no difference", s)
			}
			if h != Hash(0, []byte(s)) {
				t.Errorf("%q: bytes and string differ", s)
			}
		}
	}
	// Published samples depend on it: it must never change.
	if h := HashString(0, "D0000000001"); h != 0x4925f2242e6f92ba {
		t.Errorf("hash has changed: %#x", h)
	}
}

// The low bits choose slots and the high bits samples: both must be even.
func TestHashIsEven(t *testing.T) {
	var low, high [16]int
	const n = 16000
	for i := range n {
		h := HashString(0, fmt.Sprintf("D%010d", i))
		low[h%16]++
		high[h>>60]++
	}
	for i := range low {
		if low[i] < 850 || low[i] > 1150 || high[i] < 850 || high[i] > 1150 {
			t.Errorf("of %d ids, %d have low bits %x and %d high bits", n, low[i], i, high[i])
		}
	}
}

func encodeSample(s *Sample[string]) string {
	e := stats.NewEncoder(nil)
	s.Encode(e, func(e *stats.Encoder, v string) { e.String(v) })
	return string(e.Data())
}

func TestSampleDoesNotDependOnOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var ids []string
	for i := range 300 {
		ids = append(ids, fmt.Sprint(i))
	}
	want := ""
	for range 50 {
		rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		parts := make([]*Sample[string], 1+rng.IntN(5))
		for i := range parts {
			parts[i] = NewSample(20, strings.Compare)
		}
		for _, id := range ids {
			p := parts[rng.IntN(len(parts))]
			if h := HashString(0, id); p.Wants(h) {
				p.Add(h, id)
			} else {
				p.Skip()
			}
		}
		for _, p := range parts[1:] {
			q := NewSample(20, strings.Compare)
			d := stats.NewDecoder([]byte(encodeSample(p)))
			q.Decode(d, (*stats.Decoder).String)
			if err := d.Finish(); err != nil {
				t.Fatal(err)
			}
			parts[0].Merge(q)
		}
		got := encodeSample(parts[0])
		if want == "" {
			want = got
		}
		if got != want || parts[0].Count() != 300 || len(parts[0].Items()) != 20 {
			t.Fatal("the sample depends on the order of what was added")
		}
	}
}

func text(values ...string) *features.Vector {
	v := &features.Vector{Kind: features.Text, Present: true, Dict: features.NewDict()}
	for _, s := range values {
		if s == "" {
			v.Codes = append(v.Codes, features.Null)
		} else {
			v.Codes = append(v.Codes, v.Dict.CodeOf(s))
		}
	}
	return v
}

func TestCounts(t *testing.T) {
	var a, b Counts
	a.Add(text("x", "y", "", "x"), nil, 4)
	a.Add(text("z", "x"), []bool{false, true}, 2) // another dictionary
	b.Add(text("y", "q"), nil, 2)
	a.Merge(&b)
	e := stats.NewEncoder(nil)
	a.Encode(e)
	var c Counts
	d := stats.NewDecoder(e.Data())
	c.Decode(d)
	if err := d.Finish(); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(c.Values()), "[{ 1} {q 1} {x 3} {y 2}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if top, _ := Top(c.Values()); top.Name != "x" || c.Total() != 7 || c.Of("y") != 2 || c.Of("z") != 0 {
		t.Errorf("top %v, total %d", top, c.Total())
	}
}
