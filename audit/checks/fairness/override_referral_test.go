package fairness

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
	made "evenhand/fixtures"
)

// referredRows is n referred applications of a product, and how likely a reviewer
// approves one.
type referredRows struct {
	reviewer, product, sex string
	rate                   float64
	n                      int
}

func referralRun(t testing.TB, rows []referredRows) (*audit.Result, []audit.Finding) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 9))
	env := overrideEnv(overrideSettings())
	s, err := newOverride(env)
	if err != nil {
		t.Fatal(err)
	}
	for _, product := range []string{"cash", "card"} {
		var of []overrideRow
		for _, r := range rows {
			if r.product != product {
				continue
			}
			// Exactly the rate, in a shuffled order of groups.
			yes := int(r.rate*float64(r.n) + 0.5)
			for i := range r.n {
				x := overrideRow{"denied", "manual", r.reviewer, r.sex, 500, 1}
				if i < yes {
					x.outcome = "approved"
				}
				if r.sex == "" {
					x.sex = []string{"M", "F"}[rng.IntN(2)]
				}
				of = append(of, x)
			}
		}
		b := overrideBatch(of)
		b.Cols[3].Dict = features.NewDict()
		b.Cols[3].Dict.CodeOf(product)
		b.Replay = &features.Replay{}
		b.Replay.Grow(b.N)
		for i := range b.N {
			b.Replay.Policy[i], b.Replay.Outcome[i] = 0, 3 // refer
		}
		s.Update(b)
	}
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(env.Plan.Honesty)
	r.Sort()
	return r, concludeOverride(env, nil, r.Metrics)
}

func TestReferralReviewers(t *testing.T) {
	even := []referredRows{{"a", "cash", "", 0.45, 78}, {"c", "cash", "", 0.44, 68}, {"d", "cash", "", 0.31, 65}, {"e", "cash", "", 0.42, 66}}
	with := func(more ...referredRows) []referredRows { return append(more, even...) }
	for _, x := range []struct {
		name string
		rows []referredRows
		want string
	}{
		{"strict", with(referredRows{"b", "cash", "", 0.1, 75}), "reviewer=b"},
		{"lax", with(referredRows{"b", "cash", "", 0.9, 75}), "reviewer=b"},
		{"by chance", with(referredRows{"b", "cash", "", 0.33, 75}), ""},
		{"few", with(referredRows{"b", "cash", "", 0, 12}), ""},
		{"another product alone", with(referredRows{"b", "card", "", 0.1, 75}), ""},
		{"another product mostly", with(referredRows{"b", "card", "", 0.1, 60}, referredRows{"b", "cash", "", 0.4, 40}, referredRows{"a", "card", "", 0.1, 30}), ""},
		{"only one", []referredRows{{"b", "cash", "", 0.1, 75}}, ""},
		{"two", []referredRows{{"b", "cash", "", 0.1, 75}, {"c", "cash", "", 0.8, 75}}, "reviewer=b"},
		// Two who are apart don't make those who are alike seem so.
		{"two apart", with(referredRows{"b", "cash", "", 0.02, 150}, referredRows{"f", "cash", "", 0.03, 150}), "reviewer=b reviewer=f"},
	} {
		r, found := referralRun(t, x.rows)
		var got []string
		for _, f := range found {
			m := f.Metrics[0]
			for i := range r.Metrics {
				if r.Metrics[i].ID() == m {
					got = append(got, r.Metrics[i].Group)
				}
			}
			if f.Cause != cause.Override || f.Severity != audit.S3 || f.Grade != audit.E3 {
				t.Errorf("%s: %+v", x.name, f)
			}
		}
		if s := strings.Join(got, " "); s != x.want {
			t.Errorf("%s: found %q, want %q", x.name, s, x.want)
		}
		tests := 0
		for _, m := range r.Metrics {
			if m.Name == referralShrunken && m.Group == "reviewer=b" && m.P == m.P {
				tests++
			}
		}
		if tests > 1 {
			t.Errorf("%s: %d tests of a reviewer", x.name, tests)
		}
	}
}

func TestReferralGroups(t *testing.T) {
	r, found := referralRun(t, []referredRows{{"a", "cash", "M", 0.5, 200}, {"a", "cash", "F", 0.3, 200}})
	m := metricOf(t, r, referralGap, "sex=F")
	near(t, "difference", m.Value, -0.2)
	near(t, "stratified", m.Effect, -0.2)
	if m.Test != "fisher" || len(found) != 1 || found[0].Cause != referralCause {
		t.Errorf("%+v %+v", m, found)
	}
	// Women apply for what is approved less: crude and like with like differ.
	r, found = referralRun(t, []referredRows{{"a", "cash", "M", 0.6, 200}, {"a", "cash", "F", 0.6, 40}, {"a", "card", "M", 0.2, 40}, {"a", "card", "F", 0.2, 200}})
	m = metricOf(t, r, referralGap, "sex=F")
	if m.Value > -0.2 || m.Effect > 1e-9 || m.Effect < -1e-9 || m.Test != "cmh_corrected" || len(found) != 0 {
		t.Errorf("%+v %+v", m, found)
	}
	near(t, "all", metricOf(t, r, referralRate, "").Value, 192./480)
}

// A book has one reviewer who approves far fewer referrals, or none: see
// fixtures.Truth.
func TestReferralBook(t *testing.T) {
	for _, x := range []struct {
		opt  made.BookOptions
		want int
	}{{made.Default, 1}, {made.BookOptions{Seed: 7, Customers: 3000, Clean: true}, 0}} {
		dir := t.TempDir()
		var err error
		if x.opt.Clean {
			err = made.Generate(dir, x.opt)
		} else {
			err = os.CopyFS(dir, made.Book())
		}
		if err != nil {
			t.Fatal(err)
		}
		_, r := runPlan(t, filepath.Join(dir, "audit.yaml"), dir, OverrideParity)
		if len(r.Findings) != x.want {
			t.Errorf("%d findings: %+v", len(r.Findings), r.Findings)
		}
		for _, f := range r.Findings {
			if !strings.HasPrefix(f.Title.En, "reviewer=rv02 ") || f.Cause != cause.Override {
				t.Errorf("%+v", f)
			}
		}
		if n := metricOf(t, r, referralRate, "").N; n < 150 {
			t.Errorf("%d referrals", n)
		}
	}
}
