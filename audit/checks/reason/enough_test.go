package reason

import (
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
)

// TestLettersOfEnough: letters say what would have been enough, whichever pass
// judged the reasons, and nothing where the history would have denied all the same.
func TestLettersOfEnough(t *testing.T) {
	plan, r := planOf(t, "reasonmatch-enough.txtar")
	const lead, start = "What would have been enough on that day, all else equal: ", "当日若其他条件不变，以下改变即已足够："
	want := map[string][2]string{
		"n01": {lead + "monthly income from 7 to 10 千元. This is no promise of approval.", start + "月收入由 7 变为 10 千元。这不是对通过的承诺。"},
		"n02": {lead + "monthly income from 3 to 10 千元, and inquiries from 7 to 2. This", start + "月收入由 3 变为 10 千元，并且近三个月查询次数由 7 变为 2。这"},
		"n03": {},
		"n04": {lead + "open loans from 11 to 8. This", start + "在贷笔数由 11 变为 8。这"},
		"n07": {},
		"n09": {"the one that applied on that day is over from 2025-03-13 on. This is no promise", "当日适用的等待期自2025-03-13起不再适用。这不是对通过的承诺。"},
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		l := letter(plan, c)
		w, ok := want[c.Key]
		told := strings.Contains(l.En, "promise") || strings.Contains(l.Zh, "承诺")
		switch {
		case !ok:
			t.Errorf("%s is a case", c.Key)
		case w[0] == "" && told, !strings.Contains(l.En, w[0]), !strings.Contains(l.Zh, w[1]), strings.Contains(l.En+l.Zh, "grade"), strings.Contains(l.Zh, "等级"):
			t.Errorf("%s: %v\n%v", c.Key, l, c.Evidence)
		}
		delete(want, c.Key)
	}
	if len(want) > 0 {
		t.Errorf("no case of %v", want)
	}
}

// TestNotes: notes of denials come back from their encoding with their facts, in
// whatever order they were merged, and out of order they are refused.
func TestNotes(t *testing.T) {
	s := merged(t, "reasonmatch-enough.txtar")
	if len(s.scored.columns) == 0 || !slices.ContainsFunc(s.scored.list, func(x note) bool { return x.facts != 0 }) {
		t.Fatal("no facts are noted")
	}
	good, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	back := func() *state {
		x, err := newState(s.env)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	x, y := back(), back()
	if err := x.UnmarshalBinary(good); err != nil {
		t.Fatal(err)
	}
	y.Merge(x)
	slices.Reverse(y.scored.list)
	for _, z := range []audit.State{x, y} {
		if data, _ := z.MarshalBinary(); string(data) != string(good) {
			t.Error("encoded again, it differs")
		}
	}
	if x.scored.facts.Len() != s.scored.facts.Len() {
		t.Errorf("%d facts, want %d", x.scored.facts.Len(), s.scored.facts.Len())
	}
}
