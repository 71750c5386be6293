package model

import (
	"fmt"
	"testing"

	"evenhand/features/model/trees"
)

func TestTrainingOfForests(t *testing.T) {
	f := &forest{
		inputs: []Input{{Name: "range"}, {Name: "codes"}, {Name: "levels", Kind: Categorical}, {Name: "numbers"}, {Name: "unused"}, {Name: "unused_levels", Kind: Categorical}, {Name: "edited"}},
		levels: make([]map[string]int32, 7), numbers: make([]*trees.Codes, 4),
		infos: []string{"[-1.5:1e+300]", "-1:4:0:2", "0:2", "1:0", "none", "none", "[5:1]"},
	}
	f.levels[2] = map[string]int32{"own": 0, "rent": 1, "free": 2}
	f.levels[5] = map[string]int32{"a": 0}
	f.numbers[3] = &trees.Codes{Values: []float64{3, 7, 9}, Codes: []float64{2, 0, 1}}
	tr := TrainingOf(f)
	for i, want := range []string{"-1.5 1e+300 true []", "0 0 false [0 2 4]", "0 0 false []", "0 0 false [7 9]", "0 0 false []", "0 0 false []", "5 1 false []"} {
		least, most, ok := tr.Range(i)
		if got := fmt.Sprint(least, most, ok, tr.Codes(i)); got != want {
			t.Errorf("%s: %s, want %s", f.inputs[i].Name, got, want)
		}
	}
	for _, c := range []struct {
		input    int
		level    string
		seen, ok bool
	}{{2, "own", true, true}, {2, "rent", false, true}, {2, "boat", false, true}, {5, "a", false, false}, {0, "a", false, false}} {
		if seen, ok := tr.Seen(c.input, c.level); seen != c.seen || ok != c.ok {
			t.Errorf("%d %s: %v, %v", c.input, c.level, seen, ok)
		}
	}
	f.infos = nil
	if _, _, ok := tr.Range(0); ok || tr.Codes(1) != nil {
		t.Error("a file that tells nothing tells a range")
	}
	if TrainingOf(&card{}) != nil {
		t.Error("a card tells of its training")
	}
	if TrainingOf(&scaledTrees{scaled: scaled{Model: f}}) == nil {
		t.Error("scaled forests don't tell")
	}
}
