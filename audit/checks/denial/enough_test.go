package denial

import (
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/checks/internal/enough"
)

// TestLettersOfEnough: letters of right denials that were badly told say what
// would have been enough, in both languages, and nothing that can't be changed,
// makes groups, or tells how fraud is looked for.
func TestLettersOfEnough(t *testing.T) {
	plan, r := audittest.Result(t, UnexplainedDenial, "testdata/unexplaineddenial-enough.txtar")
	const lead, start = "What would have been enough on that day, all else equal: ", "当日若其他条件不变，以下改变即已足够："
	want := map[string][2]string{
		"e01": {lead + "monthly income from 6234.50 to 10034.50 yuan. This is no promise of approval.", start + "月收入由 6234.50 变为 10034.50 元。这不是对通过的承诺。"},
		"e02": {lead + "utilisation from 0.987 to 0.747. This is", start + "信用卡额度使用率由 0.987 变为 0.747。这"},
		"e03": {lead + "open loans elsewhere from 11 to 8. This is", start + "其他机构在贷笔数由 11 变为 8。这"},
		"e04": {lead + "monthly income from 3000 to 10000 yuan, and utilisation from 0.98 to 0.74. This is",
			start + "月收入由 3000 变为 10000 元，并且信用卡额度使用率由 0.98 变为 0.74。这"},
		"e05": {"yuan, and open loans elsewhere from 9 to 8, and utilisation", "元，并且其他机构在贷笔数由 9 变为 8，并且"},
		"e07": {"A waiting time decided; the one that applied on that day is over from 2025-04-02 on. This is no promise", "当日适用的等待期自2025-04-02起不再适用。这不是对通过的承诺。"},
		"e08": {}, "e09": {}, "e10": {}, "e11": {}, "e13": {}, "e14": {},
	}
	if len(r.Cases) != len(want) {
		t.Errorf("%d cases, want %d", len(r.Cases), len(want))
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		l := letter(plan, c)
		honest(t, l)
		for _, s := range []string{"area", "地区", "devices", "设备", "security", "安全", "months in the job", "工作月数"} {
			if strings.Contains(l.En+l.Zh, s) {
				t.Errorf("%s: the letter says %q: %v", c.Key, s, l)
			}
		}
		w, ok := want[c.Key]
		told := strings.Contains(l.En, "promise") || strings.Contains(l.Zh, "承诺")
		switch {
		case !ok:
			t.Errorf("%s is a case", c.Key)
		case w[0] == "" && told, !strings.Contains(l.En, w[0]), !strings.Contains(l.Zh, w[1]):
			t.Errorf("%s: %v", c.Key, l)
		}
	}
}

// TestDecodeEnough: states with what would have been enough survive their
// encoding, and garbage is refused or at least harmless.
func TestDecodeEnough(t *testing.T) {
	var s *state
	check := *UnexplainedDenial
	check.New = func(env *audit.Env) (audit.State, error) {
		x, err := newState(env)
		if s == nil {
			s = x
		}
		return x, err
	}
	audittest.Result(t, &check, "testdata/unexplaineddenial-enough.txtar")
	if !slices.ContainsFunc(s.records.list, func(r record) bool { return r.enough != 0 }) {
		t.Fatal("no record has it")
	}
	good, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again := mustState(t, s.env)
	if err := again.UnmarshalBinary(good); err != nil {
		t.Fatal(err)
	}
	if data, _ := again.MarshalBinary(); string(data) != string(good) {
		t.Error("encoded again, it differs")
	}
	for i := range good {
		for _, x := range []byte{0, 1, 0x1f, 0x7f, 0xff} {
			bad := slices.Clone(good)
			bad[i] = x
			if fresh := mustState(t, s.env); fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
	}
	at := strings.Index(string(good), enough.Prefix+"income\x1f300000")
	if at < 0 {
		t.Fatal("no change of income is encoded")
	}
	bad := slices.Clone(good)
	copy(bad[at+len(enough.Prefix):], "tenure")
	if mustState(t, s.env).UnmarshalBinary(bad) == nil {
		t.Error("a change of what can't be changed is accepted")
	}
}
