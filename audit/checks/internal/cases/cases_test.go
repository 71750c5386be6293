package cases

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// some returns n different cases with every field in use.
func some(n int) []Kept {
	out := make([]Kept, n)
	for i := range out {
		out[i] = Kept{Case: audit.Case{
			Table: "limits", Key: fmt.Sprintf("e%d", i), Customer: fmt.Sprintf("c%d", i/2), Account: "a", At: int64(1000 - i), Product: "cash",
			PolicyVersion: "P1", ModelVersion: "m1", Substance: audit.Unjustified, Disclosure: audit.Misleading, Grade: audit.E1 + audit.Grade(i%2),
			Rules: []string{"R1.1", fmt.Sprintf("R1.%d", i%3+1)}, Cause: "LOST_UPDATE",
			Causes: []audit.Supported{{Code: "LOST_UPDATE", Grade: audit.E1 + audit.Grade(i%2), Share: 5}, {Code: "INCIDENT", Grade: audit.E4}},
			Amount: int64(-3 + i), Days: 7, Remedy: []string{"apply_shortfall", "tell", ""}[i%3],
			Evidence: []audit.Item{{Name: "promised", Value: "1.00"}}, Events: []audit.Event{{At: 5, What: "limits.promise", Key: "e1", Note: "x"}},
		}, Notes: []int64{int64(i), -1}}
	}
	return out
}

func encode(l *List) []byte {
	var e stats.Encoder
	l.Encode(&e)
	return e.Data()
}

func decode(data []byte) (List, error) {
	var l List
	d := stats.NewDecoder(data)
	l.Decode(d, func(k *Kept) bool { return len(k.Notes) == 2 })
	return l, d.Finish()
}

func TestRoundTrip(t *testing.T) {
	want := some(7)
	var l List
	for i := range want {
		l.Add(&want[i])
	}
	got, err := decode(encode(&l))
	if err != nil {
		t.Fatal(err)
	}
	all := got.All()
	slices.SortFunc(all, func(a, b Kept) int { return int(a.Notes[0] - b.Notes[0]) })
	if fmt.Sprintf("%+v", all) != fmt.Sprintf("%+v", want) || got.Len() != len(want) {
		t.Errorf("got %+v\nwant %+v", all, want)
	}
}

// TestOrder: cases added or merged in any order are the same list.
func TestOrder(t *testing.T) {
	list := some(9)
	rng := rand.New(rand.NewPCG(1, 2))
	var want []byte
	for round := range 20 {
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		var a, b List
		for i := range list {
			if i < round%len(list) {
				a.Add(&list[i])
			} else {
				b.Add(&list[i])
			}
		}
		a.Merge(&b)
		got := encode(&a)
		if want == nil {
			want = got
		}
		if string(got) != string(want) {
			t.Fatalf("round %d differs", round)
		}
	}
}

// TestTamper: an encoding that was tampered with is refused, or can be read.
func TestTamper(t *testing.T) {
	var l List
	for _, k := range some(2) {
		l.Add(&k)
	}
	good := encode(&l)
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := slices.Clone(good)
			bad[i] = x
			if l, err := decode(bad); err == nil {
				l.All() // must not panic
			}
		}
		if _, err := decode(good[:i]); err == nil {
			t.Errorf("cut at byte %d is accepted", i)
		}
	}
	k := some(1)[0]
	k.Notes = nil
	l.Add(&k)
	if _, err := decode(encode(&l)); err == nil {
		t.Error("a case without notes is accepted")
	}
}

// TestFill adds up by hand: any order of the cases gives the same finding.
func TestFill(t *testing.T) {
	kept := some(30)
	list := make([]*audit.Case, len(kept))
	for i := range kept {
		list[i] = &kept[i].Case
	}
	list = append(list, list[0]) // a key listed twice is one sample
	var want string
	for round := range 5 {
		f := audit.Finding{ID: "id"}
		Fill(&f, list)
		switch {
		case f.Cases != 31 || f.Customers != 15 || f.Owed != 11 || f.FirstSeen != 971 || f.LastSeen != 1000 || f.Grade != audit.E2:
			t.Errorf("counted %+v", f)
		case f.Amount != 30*29/2-3*31 || f.Exposure != 7*f.Amount:
			t.Errorf("amount %d, exposure %d", f.Amount, f.Exposure)
		case !slices.Equal(f.Rules, []string{"R1.1", "R1.2", "R1.3"}):
			t.Errorf("rules %v", f.Rules)
		case !slices.Equal(f.Causes, []audit.Supported{{Code: "INCIDENT", Grade: audit.E4}, {Code: "LOST_UPDATE", Grade: audit.E1}}):
			t.Errorf("causes %v", f.Causes)
		case list[round].Finding != "id":
			t.Error("a case was not given its finding")
		}
		once := slices.Clone(f.Samples)
		slices.Sort(once)
		if len(f.Samples) < 19 || len(slices.Compact(once)) != len(f.Samples) {
			t.Errorf("samples %v", f.Samples)
		}
		if got := fmt.Sprintf("%+v", f); want == "" {
			want = got
		} else if got != want {
			t.Errorf("order shows: %s, not %s", got, want)
		}
		slices.Reverse(list)
		list = append(list[7:], list[:7]...)
	}
}
