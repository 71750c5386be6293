package stats

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"testing"
)

//go:embed testdata/reference.json
var referenceJSON []byte

// num is a number of a reference file; NaN, from null, where the reference
// gives none.
type num float64

func (n *num) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = num(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

var reference = func() (r struct {
	Tables []struct {
		Table            [4]int64
		Fisher, Power    *num
		Wilson, Wilson99 []num
		ClopperPearson   []num `json:"clopper_pearson"`
		AgrestiCoull     []num `json:"agresti_coull"`
		Newcombe         []num
		ScoreDiff        []num `json:"score_diff"`
		ScoreRatio       []num `json:"score_ratio"`
		Chi2, Z          []num
		Chi2Yates        []num `json:"chi2_yates"`
		OddsRatio        []num `json:"odds_ratio"`
		RiskRatio        []num `json:"risk_ratio"`
	}
	Strata []struct {
		Tables       [][4]int64
		OR           []num
		RR, CMH      num
		CMHP         num  `json:"cmh_p"`
		CMHCorrected *num `json:"cmh_corrected"`
		BreslowDay   *num `json:"breslow_day"`
		Tarone       *num
	}
	RByC []struct {
		Table   [][]int64
		Stat, P num
		DF      int
	} `json:"r_by_c"`
	Adjusted []struct {
		P, Holm, Bonferroni []float64
		FDRBH               []float64 `json:"fdr_bh"`
	}
	Samples []struct {
		X, Y            []float64
		Ref, Cur        []int64
		PSIFloor        num `json:"psi_floor"`
		PSIHalf         num `json:"psi_half"`
		JS, Wasserstein num
		KS, AUC         []num
		Quantiles       []float64
		Mean, Var1      num
	}
	McNemar []struct {
		B, C             int64
		Exact            num
		Plain, Corrected []num
	}
	Chi2SF  [][3]num `json:"chi2_sf"`
	Chi2PPF [][3]num `json:"chi2_ppf"`
	NormPPF [][2]num `json:"norm_ppf"`
	KSTwoSF [][3]num `json:"kstwo_sf"`
}) {
	if err := json.Unmarshal(referenceJSON, &r); err != nil {
		panic(err)
	}
	return r
}()

// near reports an error when got is not want to 1e-9, relative to want unless
// that is tiny in the absolute, too.
func near(t *testing.T, what string, got float64, want num) {
	t.Helper()
	within(t, what, got, want, 1e-9)
}

func within(t *testing.T, what string, got float64, want num, tol float64) {
	t.Helper()
	w := float64(want)
	switch {
	case math.IsNaN(w): // the reference gives none
	case !(math.Abs(got-w) <= tol*math.Abs(w)) && !(math.Abs(w) < 1e-14 && math.Abs(got-w) < 1e-14):
		t.Errorf("%s: got %v, want %v (off by %.1e)", what, got, w, math.Abs(got-w)/math.Abs(w))
	}
}

// all compares got with want, if the reference has it.
func all(t *testing.T, what string, want []num, got ...float64) {
	t.Helper()
	if want != nil && len(want) != len(got) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		near(t, fmt.Sprint(what, " ", i), got[i], want[i])
	}
}

func one(t *testing.T, what string, want *num, got float64) {
	t.Helper()
	if want != nil {
		near(t, what, got, *want)
	}
}

func TestReferenceTables(t *testing.T) {
	if len(reference.Tables) < 50 {
		t.Fatal("too few tables")
	}
	for _, r := range reference.Tables {
		t.Run(fmt.Sprint(r.Table), func(t *testing.T) {
			tab := Table{r.Table[0], r.Table[1], r.Table[2], r.Table[3]}
			n1, n2 := tab.A+tab.B, tab.C+tab.D
			ends := func(i Interval) []float64 { return []float64{i.Lo, i.Hi} }
			test := func(x Test) []float64 { return []float64{x.Statistic, x.P} }
			ratio := func(x Ratio) []float64 { return []float64{x.Value, x.LogSE, x.Interval.Lo, x.Interval.Hi} }
			one(t, "fisher", r.Fisher, tab.Fisher())
			all(t, "wilson", r.Wilson, ends(Wilson(tab.A, n1, 0.95))...)
			all(t, "wilson99", r.Wilson99, ends(Wilson(tab.A, n1, 0.99))...)
			all(t, "clopper pearson", r.ClopperPearson, ends(ClopperPearson(tab.A, n1, 0.95))...)
			all(t, "agresti coull", r.AgrestiCoull, ends(AgrestiCoull(tab.A, n1, 0.95))...)
			all(t, "newcombe", r.Newcombe, ends(Newcombe(tab.A, n1, tab.C, n2, 0.95))...)
			all(t, "score difference", r.ScoreDiff, ends(ScoreDifference(tab.A, n1, tab.C, n2, 0.95))...)
			all(t, "score ratio", r.ScoreRatio, ends(ScoreRatio(tab.A, n1, tab.C, n2, 0.95))...)
			all(t, "chi2", r.Chi2, test(tab.ChiSquare(false))...)
			all(t, "chi2 yates", r.Chi2Yates, test(tab.ChiSquare(true))...)
			all(t, "z", r.Z, test(tab.ZTest())...)
			all(t, "odds ratio", r.OddsRatio, ratio(tab.OddsRatio(0.95))...)
			all(t, "risk ratio", r.RiskRatio, ratio(tab.RiskRatio(0.95))...)
			p1, p2 := tab.Rates()
			one(t, "power", r.Power, TwoProportionPower(p1, n1, p2, n2, 0.05))
		})
	}
}

func TestReferenceStrata(t *testing.T) {
	for i, r := range reference.Strata {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var strata []Table
			for _, x := range r.Tables {
				strata = append(strata, Table{x[0], x[1], x[2], x[3]})
			}
			or := MantelHaenszelOR(strata, 0.95)
			all(t, "or", r.OR, or.Value, or.LogSE, or.Interval.Lo, or.Interval.Hi)
			near(t, "rr", MantelHaenszelRR(strata, 0.95).Value, r.RR)
			cmh := CochranMantelHaenszel(strata, false)
			near(t, "cmh", cmh.Statistic, r.CMH)
			near(t, "cmh p", cmh.P, r.CMHP)
			one(t, "cmh corrected", r.CMHCorrected, CochranMantelHaenszel(strata, true).Statistic)
			one(t, "breslow day", r.BreslowDay, BreslowDay(strata, false).Statistic)
			one(t, "tarone", r.Tarone, BreslowDay(strata, true).Statistic)
		})
	}
}

func TestReferenceOthers(t *testing.T) {
	for _, r := range reference.RByC {
		x := ChiSquare(r.Table)
		near(t, "r×c", x.Statistic, r.Stat)
		near(t, "r×c p", x.P, r.P)
		if x.DF != r.DF {
			t.Errorf("r×c: %d degrees of freedom, want %d", x.DF, r.DF)
		}
	}
	for _, r := range reference.Adjusted {
		for i := range r.P {
			near(t, "fdr_bh", BenjaminiHochberg(r.P)[i], num(r.FDRBH[i]))
			near(t, "holm", Holm(r.P)[i], num(r.Holm[i]))
			near(t, "bonferroni", Bonferroni(r.P)[i], num(r.Bonferroni[i]))
		}
	}
	for _, r := range reference.McNemar {
		what := fmt.Sprint("mcnemar ", r.B, " ", r.C)
		near(t, what, McNemarExact(r.B, r.C).P, r.Exact)
		plain, corrected := McNemarChiSquare(r.B, r.C, false), McNemarChiSquare(r.B, r.C, true)
		all(t, what+" plain", r.Plain, plain.Statistic, plain.P)
		all(t, what+" corrected", r.Corrected, corrected.Statistic, corrected.P)
	}
	for _, r := range reference.Chi2SF {
		near(t, fmt.Sprint("chi2.sf ", r), ChiSquareSF(float64(r[0]), int(r[1])), r[2])
	}
	for _, r := range reference.Chi2PPF {
		near(t, fmt.Sprint("chi2.ppf ", r), ChiSquareQuantile(float64(r[0]), int(r[1])), r[2])
	}
	for _, r := range reference.NormPPF {
		near(t, fmt.Sprint("norm.ppf ", r), NormalQuantile(float64(r[0])), r[1])
	}
	for _, r := range reference.KSTwoSF {
		near(t, fmt.Sprint("kstwo.sf ", r), kolmogorovSF(float64(r[0]), float64(r[1])), r[2])
	}
}

func TestReferenceSamples(t *testing.T) {
	if len(reference.Samples) == 0 {
		t.Fatal("no samples")
	}
	for i, r := range reference.Samples {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var x, y Hist
			x.AddSlice(r.X)
			y.AddSlice(r.Y)
			cuts := NewCuts(&x, 10)
			ref, cur := cuts.Counts(&x), cuts.Counts(&y)
			if fmt.Sprint(ref) != fmt.Sprint(append(r.Ref, 0)) || fmt.Sprint(cur) != fmt.Sprint(append(r.Cur, 0)) {
				t.Errorf("bins: got %v and %v, want %v and %v", ref, cur, r.Ref, r.Cur)
			}
			near(t, "psi floor", PSI(r.Ref, r.Cur, PSIFloor), r.PSIFloor)
			near(t, "psi half", PSI(r.Ref, r.Cur, PSIHalf), r.PSIHalf)
			near(t, "js", JensenShannon(r.Ref, r.Cur), r.JS)
			ks := KolmogorovSmirnov(&x, &y)
			all(t, "ks", r.KS, ks.Statistic, ks.P)
			near(t, "wasserstein", Wasserstein(&x, &y), r.Wasserstein)
			ci := AUCInterval(&y, &x, 0.95)
			all(t, "auc", r.AUC, AUC(&y, &x), ci.Lo, ci.Hi)
			for j, q := range x.Quantiles(.01, .25, .5, .75, .99) {
				if q != r.Quantiles[j] {
					t.Errorf("quantile %d: got %v, want %v", j, q, r.Quantiles[j])
				}
			}
			var m Moments
			m.AddSlice(r.X)
			near(t, "mean", m.Mean(), r.Mean)
			near(t, "variance", m.Variance(1), r.Var1)
		})
	}
}
