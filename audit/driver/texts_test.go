package driver

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// TestTexts: however rows fall to workers and batches, a text reaches the limit
// just when as many rows have it, and a list's elements count one by one.
func TestTexts(t *testing.T) {
	plan := &audit.Plan{Honesty: audit.Honesty{Suppress: 10}}
	rng := rand.New(rand.NewPCG(5, 6))
	want := map[string]int64{}
	var rows []string
	for v := range 30 {
		name := fmt.Sprintf("v%d", v)
		for range v {
			rows = append(rows, name)
		}
		if v > 0 {
			want[name] = min(int64(v), 10)
		}
	}
	want["in a list"] = 7
	for _, workers := range []int{1, 2, 5} {
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		r := &run{plan: plan}
		tab := &table{}
		r.tables = []*table{tab}
		for w := range workers {
			c := r.newTexts()
			text := features.Vector{Kind: features.Text, Present: true, Dict: features.NewDict()}
			list := features.Vector{Kind: features.TextList, Present: true, Dict: features.NewDict()}
			for lo := w; lo < len(rows); lo += 40 * workers {
				text.Codes, list.Codes, list.Offsets = []int32{features.Null}, nil, []uint32{0, 0}
				for i := lo; i < min(len(rows), lo+40*workers); i += workers {
					text.Codes = append(text.Codes, text.Dict.CodeOf(rows[i]))
					list.Offsets = append(list.Offsets, uint32(len(list.Codes)))
				}
				if w == 0 && lo == 0 {
					for range 7 {
						list.Codes = append(list.Codes, list.Dict.CodeOf("in a list"), features.Null)
					}
					list.Offsets[len(list.Offsets)-1] = uint32(len(list.Codes))
				}
				b := &features.Batch{N: len(text.Codes), Cols: []features.Vector{text, list, {Kind: features.Int, Ints: make([]int64, len(text.Codes))}}}
				c.add(b)
			}
			r.countTexts(tab, c)
		}
		if got := r.allTexts(); !maps.Equal(got, want) {
			t.Errorf("%d workers: %v, want %v", workers, got, want)
		}
	}
	plan.Privacy.IDs = "plain"
	r := &run{plan: plan}
	if r.newTexts() != nil || r.allTexts() != nil {
		t.Error("texts are counted where all may leave")
	}
}
