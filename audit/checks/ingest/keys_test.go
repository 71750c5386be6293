package ingest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

// However the range of hashes is cut and spread, repeats and links count like a
// map, in the sample that fits the limit.
func TestKeys(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	hashes := someHashes()
	slices.Sort(hashes)
	links := slices.Concat(hashes[:3000], hashes[1000:2000])
	for i := range 500 {
		links = append(links, rows.HashString(2, fmt.Sprint(i))|1<<8)
	}
	slices.Sort(links)
	for _, limit := range []int{10_000, 5000, 4999, 700, 60, 0} {
		for _, cases := range []int{0, 3, 100} {
			n := map[uint64]int64{}
			for _, h := range hashes {
				n[h]++
			}
			shift := 0
			share := func() (k int) {
				for h := range n {
					if h>>(64-shift) == 0 {
						k++
					}
				}
				return k
			}
			for share() > limit {
				shift++
			}
			var extra, linked, missing int64
			var again []uint64
			for h, k := range n {
				if h>>(64-shift) == 0 && k > 1 {
					extra += k - 1
					again = append(again, h)
				}
			}
			slices.Sort(again)
			again = again[:min(len(again), cases+1)]
			for i, h := range links {
				if h>>(64-shift) == 0 && (i == 0 || links[i-1] != h) {
					linked++
					if n[h] == 0 {
						missing++
					}
				}
			}
			for parts := range 4 {
				keys, ls := []*repeats{newRepeats(0, limit, cases)}, []*link{{}}
				for range parts {
					keys, ls = append(keys, newRepeats(0, limit, cases)), append(ls, &link{})
				}
				rest, more := hashes, links
				for len(rest)+len(more) > 0 {
					cut := rng.Uint64()
					if rng.IntN(9) == 0 {
						cut = math.MaxUint64
					}
					i, _ := slices.BinarySearch(rest, cut)
					j, _ := slices.BinarySearch(more, cut)
					k := rng.IntN(len(keys))
					keys[k].add(rest[:i])
					ls[k].add(more[:j], rest[:i])
					rest, more = rest[i:], more[j:]
				}
				for len(keys) > 1 {
					last := len(keys) - 1
					keys[last].merge(keys[0])
					ls[last].merge(ls[0])
					keys, ls = keys[1:], ls[1:]
				}
				e := stats.NewEncoder(nil)
				keys[0].encode(e)
				ls[0].encode(e)
				k, l := newRepeats(0, limit, cases), &link{}
				d := stats.NewDecoder(e.Data())
				k.decode(d)
				l.decode(d)
				if err := d.Finish(); err != nil {
					t.Fatal(err)
				}
				x, least := k.repeated()
				if k.shift() != shift || x != extra || !slices.Equal(least, again) || k.distinct.under(shift) != int64(share()) {
					t.Fatalf("limit %d, %d cases: 1/2^%d of the keys, %d repeated, of them %v; want 1/2^%d, %d, %v", limit, cases, k.shift(), x, least, shift, extra, again)
				}
				if l.distinct.under(shift) != linked || l.missing.under(shift) != missing {
					t.Fatalf("limit %d: %d of %d are missing, want %d of %d", limit, l.missing.under(shift), l.distinct.under(shift), missing, linked)
				}
			}
		}
	}
}

// A state that can't be is refused.
func TestKeysRefuse(t *testing.T) {
	for name, spoil := range map[string]func(*repeats){
		"order":    func(k *repeats) { k.least = []uint64{5, 3} },
		"too many": func(k *repeats) { k.least = []uint64{1, 2, 3} },
		"negative": func(k *repeats) { k.distinct[3] = -1 },
		"too much": func(k *repeats) { k.extra[3], k.extra[4] = math.MaxInt64, 1 },
	} {
		k := newRepeats(0, 10, 1)
		spoil(k)
		e := stats.NewEncoder(nil)
		k.encode(e)
		d := stats.NewDecoder(e.Data())
		newRepeats(0, 10, 1).decode(d)
		if d.Finish() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
