package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The stored values of the shared reference files, which real credit data gave
// in the libraries named there. They are skipped where the files are absent;
// reference_test.go covers the same functions.

type stored map[string]json.RawMessage

func shared(t *testing.T, name string) stored {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "reference", name))
	if err != nil {
		t.Skip("no shared reference files: ", err)
	}
	var file struct {
		Values []struct {
			ID    string
			Value json.RawMessage
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	s := stored{}
	for _, v := range file.Values {
		s[v.ID] = v.Value
	}
	return s
}

// get decodes a stored value into v and reports whether there is one.
func (s stored) get(t *testing.T, id string, v any) bool {
	t.Helper()
	b, ok := s[id]
	if ok {
		if err := json.Unmarshal(b, v); err != nil {
			t.Fatal(id, ": ", err)
		}
	}
	return ok
}

func TestSharedDecisions(t *testing.T) {
	for _, name := range []string{"loanapp_decisions.json", "hmda_ny_2023_decisions.json"} {
		t.Run(name, func(t *testing.T) {
			s := shared(t, name)
			compared := 0
			for id := range s {
				if prefix, ok := strings.CutSuffix(id, ".table_2x2"); ok {
					compared += s.compareTable(t, prefix)
				}
				if strings.Contains(id, ".mantel_haenszel_by_") {
					compared += s.compareStrata(t, id)
				}
			}
			if compared < 20 {
				t.Errorf("only %d values compared", compared)
			}
			t.Log(compared, "values")
		})
	}
}

func (s stored) compareTable(t *testing.T, prefix string) int {
	var x [2][2]int64
	s.get(t, prefix+".table_2x2", &x)
	tab := Table{x[0][0], x[0][1], x[1][0], x[1][1]}
	n1, n2 := tab.A+tab.B, tab.C+tab.D
	var v struct {
		P, Stat, Z, RR num
		OddsRatio      num `json:"odds_ratio"`
		OR             num `json:"or_"`
		CI95           []num
	}
	var f num
	var ends []num
	compared := 0
	check := func(name string, v any, compare func(what string)) {
		if s.get(t, prefix+"."+name, v) {
			compare(prefix + "." + name)
			compared++
		}
	}
	check("fisher_exact", &v, func(what string) {
		near(t, what, tab.Fisher(), v.P)
		near(t, what, tab.OddsRatio(0.95).Value, v.OddsRatio)
	})
	for name, yates := range map[string]bool{"chi2_yates": true, "chi2_plain": false} {
		check(name, &v, func(what string) {
			near(t, what, tab.ChiSquare(yates).Statistic, v.Stat)
			near(t, what+" p", tab.ChiSquare(yates).P, v.P)
		})
	}
	check("two_proportion_z", &v, func(what string) {
		near(t, what, tab.ZTest().Statistic, v.Z)
		near(t, what+" p", tab.ZTest().P, v.P)
	})
	check("wilson_ci95_group", &ends, func(what string) {
		i := Wilson(tab.A, n1, 0.95)
		all(t, what, ends, i.Lo, i.Hi)
	})
	check("newcombe_ci95_diff", &ends, func(what string) {
		i := Newcombe(tab.A, n1, tab.C, n2, 0.95)
		all(t, what, ends, i.Lo, i.Hi)
	})
	check("odds_ratio", &v, func(what string) {
		r := tab.OddsRatio(0.95)
		near(t, what, r.Value, v.OR)
		all(t, what, v.CI95, r.Interval.Lo, r.Interval.Hi)
	})
	check("risk_ratio", &v, func(what string) {
		r := tab.RiskRatio(0.95)
		near(t, what, r.Value, v.RR)
		all(t, what, v.CI95, r.Interval.Lo, r.Interval.Hi)
	})
	check("disparate_impact", &f, func(what string) { near(t, what, tab.RiskRatio(0.95).Value, f) })
	check("statistical_parity_difference", &f, func(what string) { near(t, what, tab.Difference(), f) })
	return compared
}

func (s stored) compareStrata(t *testing.T, id string) int {
	var v struct {
		Tables        [][2][2]int64
		OR            num   `json:"or_pooled"`
		SE            num   `json:"logor_se"`
		CI            []num `json:"ci95"`
		CMH           num   `json:"cmh_stat"`
		CMHP          num   `json:"cmh_p"`
		CMHCorrected  num   `json:"cmh_stat_corrected"`
		CMHPCorrected num   `json:"cmh_p_corrected"`
		BreslowDay    num   `json:"breslow_day_stat"`
		BreslowDayP   num   `json:"breslow_day_p"`
		RR            num   `json:"rr_pooled"`
	}
	s.get(t, id, &v)
	var strata []Table
	for _, x := range v.Tables {
		strata = append(strata, Table{x[0][0], x[0][1], x[1][0], x[1][1]})
	}
	or := MantelHaenszelOR(strata, 0.95)
	near(t, id+" or", or.Value, v.OR)
	near(t, id+" se", or.LogSE, v.SE)
	all(t, id+" ci", v.CI, or.Interval.Lo, or.Interval.Hi)
	near(t, id+" rr", MantelHaenszelRR(strata, 0.95).Value, v.RR)
	near(t, id+" cmh", CochranMantelHaenszel(strata, false).Statistic, v.CMH)
	near(t, id+" cmh corrected", CochranMantelHaenszel(strata, true).Statistic, v.CMHCorrected)
	near(t, id+" breslow day", BreslowDay(strata, false).Statistic, v.BreslowDay)
	// statsmodels has 1 − CDF: p-values good to 1e-15 in the absolute only.
	for _, p := range []struct {
		got  float64
		want num
	}{{CochranMantelHaenszel(strata, false).P, v.CMHP}, {CochranMantelHaenszel(strata, true).P, v.CMHPCorrected}, {BreslowDay(strata, false).P, v.BreslowDayP}} {
		if math.Abs(p.got-float64(p.want)) > 1e-13 {
			t.Errorf("%s p: got %v, want %v", id, p.got, p.want)
		}
	}
	return 10
}

func TestSharedAdjusted(t *testing.T) {
	methods := map[string]func([]float64) []float64{"holm": Holm, "fdr_bh": BenjaminiHochberg, "bonferroni": Bonferroni}
	for _, name := range []string{"loanapp_decisions.json", "hmda_ny_2023_decisions.json"} {
		s := shared(t, name)
		for method, adjust := range methods {
			var want map[string]num
			if !s.get(t, "race.fisher_p_adjusted."+method, &want) {
				t.Fatal("no adjusted p-values in ", name)
			}
			var groups []string
			var p []float64
			for group := range want {
				var f struct{ P float64 }
				if !s.get(t, "race."+group+"_vs_White.fisher_exact", &f) && !s.get(t, "race."+group+"_vs_white.fisher_exact", &f) {
					t.Fatal("no Fisher test of ", group)
				}
				groups, p = append(groups, group), append(p, f.P)
			}
			for i, q := range adjust(p) {
				near(t, name+" "+method+" "+groups[i], q, want[groups[i]])
			}
		}
	}
	var lenders []struct {
		Table  [2][2]int64
		AIR    num
		Fisher num `json:"fisher_p"`
		BH     num `json:"fdr_bh_p"`
	}
	if !shared(t, "hmda_ny_2023_decisions.json").get(t, "race.per_lender_Black_vs_White", &lenders) || len(lenders) == 0 {
		t.Fatal("no lenders")
	}
	var p []float64
	for i, l := range lenders {
		tab := Table{l.Table[0][0], l.Table[0][1], l.Table[1][0], l.Table[1][1]}
		p = append(p, tab.Fisher())
		near(t, fmt.Sprint("lender ", i, " fisher"), p[i], l.Fisher)
		near(t, fmt.Sprint("lender ", i, " ratio"), tab.RiskRatio(0.95).Value, l.AIR)
	}
	for i, q := range BenjaminiHochberg(p) {
		near(t, fmt.Sprint("lender ", i, " adjusted"), q, lenders[i].BH)
	}
}

// The drift files store shares of each bin, and the size and D of each KS test.
func TestSharedDrift(t *testing.T) {
	for _, name := range []string{"taiwan_drift.json", "hmda_ny_2023_decisions.json"} {
		s := shared(t, name)
		compared := 0
		for id := range s {
			prefix, ok := strings.CutSuffix(id, ".psi_deciles")
			if !ok {
				continue
			}
			var v struct {
				PSI  num
				P, Q []float64
			}
			var js num
			var ks struct{ D, P num }
			var m struct {
				A num `json:"n_a"`
				B num `json:"n_b"`
			}
			if !s.get(t, id, &v) || !s.get(t, prefix+".jensenshannon_deciles_base2", &js) ||
				!s.get(t, prefix+".ks_2samp", &ks) || !s.get(t, prefix+".moments", &m) {
				t.Fatal("values of ", prefix, " are missing")
			}
			counts := func(shares []float64, n num) []int64 {
				var c []int64
				for _, x := range shares {
					c = append(c, int64(math.Round(x*float64(n))))
				}
				return c
			}
			ref, cur := counts(v.P, m.A), counts(v.Q, m.B)
			near(t, id, PSI(ref, cur, PSIFloor), v.PSI)
			near(t, prefix+" js", JensenShannon(ref, cur), js)
			n := math.RoundToEven(float64(m.A * m.B / (m.A + m.B)))
			near(t, prefix+" ks p", kolmogorovSF(n, float64(ks.D)), ks.P)
			compared++
		}
		if compared < 3 {
			t.Errorf("%s: only %d compared", name, compared)
		}
	}
}
