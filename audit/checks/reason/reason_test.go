package reason

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/reasons"
)

// TestFixtures runs the check over its fixtures and proves the laws of its
// states.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d fixtures (%v)", len(files), err)
	}
	for _, f := range files {
		audittest.Run(t, ReasonMatch, f)
		audittest.Laws(t, ReasonMatch, f)
	}
}

// planOf is the plan of a fixture, and what the check finds in it.
func planOf(t *testing.T, file string) (*audit.Plan, *audit.Result) {
	t.Helper()
	return audittest.Result(t, ReasonMatch, "testdata/"+file)
}

// TestLetters: a letter says what decided, in the catalogue's words, and nothing
// that was told wrongly.
func TestLetters(t *testing.T) {
	plan, r := planOf(t, "reasonmatch.txtar")
	want := map[string][2]string{ // key: what it must and must not hold
		"r05": {"Low monthly income", "spending"},
		"r06": {"Short employment", "inquiries"},
		"r07": {"Low monthly income; Short employment", "KO1"},
		"r14": {"Too many open loans", "Low monthly income"},
		"r18": {"Debt to income above the cap", "inquiries"},
		"r51": {"The limit by income is below the amount asked for", "open loans"},
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		l := letter(plan, c)
		for _, s := range []string{"will be approved", "guarantee", "R0", "CUT", "综合评分不足", "社交", "一定", "保证"} {
			if strings.Contains(l.En+l.Zh, s) {
				t.Errorf("%s: the letter says %q: %v", c.Key, s, l)
			}
		}
		if w, ok := want[c.Key]; ok {
			if !strings.Contains(l.En, w[0]) || strings.Contains(l.En, w[1]) || l.Zh == "" {
				t.Errorf("%s: %s", c.Key, l.En)
			}
			delete(want, c.Key)
		}
	}
	if len(want) > 0 {
		t.Errorf("no case of %v", want)
	}
	if l := letter(plan, &audit.Case{}); !l.IsZero() {
		t.Errorf("a letter without a verdict: %v", l)
	}
}

// TestEvidence: a case of the score holds the recomputed factors and their
// shares, by the references that the card declares.
func TestEvidence(t *testing.T) {
	_, r := planOf(t, "reasonmatch.txtar")
	at := slices.IndexFunc(r.Cases, func(c audit.Case) bool { return c.Key == "r07" })
	if at < 0 {
		t.Fatal("no case r07")
	}
	// 100, 30 and 20 points short: 150 in all; 590 is below 640 without inquiries and tenure.
	for name, want := range map[string]string{
		"short income_k": "100 (66.7 %)", "short tenure": "30 (20.0 %)", "short inquiries": "20 (13.3 %)", "factor left out": "income_k",
		"shortfalls against": "references of the model file", "replayed_rule": "CUT", "recomputed_score": "500", "cut_off": "640",
		"passes without the factors given": "no", "reasons given": "R3, R2",
	} {
		if got := r.Cases[at].Item(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	if err := defaults().validate(); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(*Settings){
		func(s *Settings) { s.Share = 0 }, func(s *Settings) { s.Share = math.NaN() }, func(s *Settings) { s.Top = 0 }, func(s *Settings) { s.Top = 17 },
		func(s *Settings) { s.Band = 0 }, func(s *Settings) { s.Background = 0 }, func(s *Settings) { s.Compared = 0 },
		func(s *Settings) { s.Agreement = 1.1 }, func(s *Settings) { s.QualityGap = -1 }, func(s *Settings) { s.Regime = []string{"uk"} },
	} {
		bad := *defaults()
		spoil(&bad)
		if bad.validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

// TestTau holds tau-b of an order against values by hand.
func TestTau(t *testing.T) {
	for _, c := range []struct {
		short []float64
		want  float64
	}{
		{[]float64{3, 2, 1}, 1}, {[]float64{1, 2, 3}, -1}, {[]float64{3, 1, 2}, 1. / 3}, {[]float64{2, 2, 1}, 2 / math.Sqrt(6)}, {[]float64{2, 2}, math.NaN()}, {nil, math.NaN()},
	} {
		if got := kendall(c.short); !(math.Abs(got-c.want) < 1e-12) && !(got != got && c.want != c.want) {
			t.Errorf("%v: %v, want %v", c.short, got, c.want)
		}
	}
}

// merged returns the merged state of the first pass over a fixture.
func merged(t *testing.T, file string) *state {
	t.Helper()
	var first *state
	w := *ReasonMatch
	w.New = func(env *audit.Env) (audit.State, error) {
		s, err := newState(env)
		if first == nil {
			first = s
		}
		return s, err
	}
	audittest.Result(t, &w, "testdata/"+file)
	return first
}

// TestDecodeGarbage: a state that was tampered with is refused, or can be
// finished.
func TestDecodeGarbage(t *testing.T) {
	for _, file := range []string{"reasonmatch.txtar", "reasonmatch-forest.txtar", "reasonmatch-enough.txtar"} {
		s := merged(t, file)
		for _, next := range []func() audit.State{
			func() audit.State { x, _ := newState(s.env); return x },
			func() audit.State { return s.Reread()() },
		} {
			x := next()
			if first, ok := x.(*state); ok {
				first.Merge(s)
			}
			good, err := x.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(good); i += 1 + len(good)/50 {
				for _, y := range []byte{0, 1, 0x7f, 0xff} {
					bad := slices.Clone(good)
					bad[i] = y
					if fresh := next(); fresh.UnmarshalBinary(bad) == nil {
						fresh.Finish(&audit.Result{}) // must not panic
						if first, ok := fresh.(*state); ok {
							first.Reread()
						}
					}
				}
				if next().UnmarshalBinary(good[:i]) == nil {
					t.Errorf("%s: a state cut at byte %d is accepted", file, i)
				}
			}
		}
	}
}

// BenchmarkJudge orders the factors of one denial.
func BenchmarkJudge(b *testing.B) {
	var x judge
	lost := []float64{3, 0, 12, 7, -4, 0, 1, 9, 2, 0, 0, 5}
	for b.Loop() {
		x.top[0] = reasons.Top(x.top[0], lost)
	}
}
