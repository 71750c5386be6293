package limit

import (
	"regexp"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// banned is what no letter may say: a promise of approval, advice to mine
// social networks, fraud internals, and a generic reason.
var banned = regexp.MustCompile(`(?i)will be (approved|raised|increased)|social|fraud|综合评分不足|欺诈|社交|将会通过|一定`)

func TestVanishedLetter(t *testing.T) {
	base := []audit.Item{
		{Name: "promised", Value: "100.00"}, {Name: "promise_due", Value: "2026-05-05"}, {Name: "last_day", Value: "2026-05-06"},
		{Name: "applied", Value: "0.00"}, {Name: "shortfall", Value: "100.00"}, {Name: "error_code", Value: "FRAUD_77"}, {Name: "condition", Value: "ONTIME"},
	}
	for _, x := range []struct {
		name   string
		c      audit.Case
		en, zh []string
	}{
		{"owed", audit.Case{Rules: []string{"R1.1"}, Substance: audit.Unjustified, Cause: cause.LostUpdate, Remedy: "apply_shortfall", Evidence: base},
			[]string{"100.00 was announced for 2026-05-05", "0.00 arrived, 100.00 less", "an update that our systems lost", "ours to make up"},
			[]string{"原提示应于2026-05-05提额100.00，实际到账0.00，差额100.00；原因：系统更新丢失", "差额由我们补足"}},
		{"condition", audit.Case{Rules: []string{"R1.1"}, Substance: audit.Justified, Cause: cause.ConditionUnmet, Remedy: "tell", Evidence: base},
			[]string{"a condition that was not met"}, []string{"到期日条件未满足"}},
		{"fraud hold", audit.Case{Rules: []string{"R1.1"}, Cause: cause.FraudHold, Remedy: "human_review", Evidence: base},
			[]string{"not yet clear", "A person will look at it"}, []string{"尚未查明"}},
		{"not due", audit.Case{Substance: audit.NotYet, Evidence: base}, []string{"may come until 2026-05-06"}, []string{"期限未到"}},
		{"late", audit.Case{Rules: []string{"R1.1"}, Substance: audit.Unjustified, Cause: cause.Unexplained, Remedy: "tell", Evidence: append(base[:5:5], audit.Item{Name: "came_on", Value: "2026-05-20"})},
			[]string{"made up on 2026-05-20"}, []string{"已于2026-05-20补足"}},
		{"cadence", audit.Case{Rules: []string{"R1.2"}, Evidence: []audit.Item{{Name: "last_increase", Value: "2026-04-08"}}}, []string{"until 2026-04-08"}, []string{"2026-04-08"}},
		{"decrease", audit.Case{Rules: []string{"R1.3"}, Evidence: []audit.Item{{Name: "limit_before", Value: "5100.00"}, {Name: "limit_after", Value: "3000.00"}}}, []string{"from 5100.00 to 3000.00"}, []string{"由5100.00下调为3000.00"}},
	} {
		l := vanishedLetter(nil, &x.c)
		for _, s := range x.en {
			if !strings.Contains(l.En, s) {
				t.Errorf("%s: %q lacks %q", x.name, l.En, s)
			}
		}
		for _, s := range x.zh {
			if !strings.Contains(l.Zh, s) {
				t.Errorf("%s: %q lacks %q", x.name, l.Zh, s)
			}
		}
		if s := banned.FindString(l.En + l.Zh); s != "" {
			t.Errorf("%s: says %q", x.name, s)
		}
	}
	if l := vanishedLetter(nil, &audit.Case{Rules: []string{"R1.1"}}); !l.IsZero() {
		t.Errorf("a letter without facts: %q", l.En)
	}
	for _, w := range []map[string]words{vanishedWords, ledgerWords} {
		for kind, x := range w {
			for _, s := range []audit.Text{x.title, x.what, x.remedy, x.customer} {
				if s.En == "" || s.Zh == "" || banned.MatchString(s.En+s.Zh) {
					t.Errorf("%s: %q %q", kind, s.En, s.Zh)
				}
			}
		}
	}
	for _, c := range []string{noNotice, lateNotice, cause.LostUpdate, recordMismatch} {
		k := audit.Case{Cause: c, Evidence: []audit.Item{{Name: "limit_before", Value: "5100.00"}, {Name: "limit_after", Value: "3000.00"}}}
		if l := ledgerLetter(nil, &k); l.IsZero() || banned.MatchString(l.En+l.Zh) {
			t.Errorf("%s: %q", c, l.En)
		}
	}
}
