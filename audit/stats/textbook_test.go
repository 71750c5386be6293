package stats

import (
	"fmt"
	"math"
	"testing"
)

// Published tables: the same numbers must come out whatever reference
// implementation is at hand.

func TestBerkeley(t *testing.T) {
	// Bickel, Hammel & O'Connell (1975): admission of men against women.
	depts := []Table{{512, 313, 89, 19}, {353, 207, 17, 8}, {120, 205, 202, 391}, {138, 279, 131, 244}, {53, 138, 94, 299}, {22, 351, 24, 317}}
	var all Table
	for _, d := range depts {
		all.A, all.B, all.C, all.D = all.A+d.A, all.B+d.B, all.C+d.C, all.D+d.D
	}
	near(t, "crude odds ratio", all.OddsRatio(0.95).Value, 1.8410800371812925)
	near(t, "chi2", all.ChiSquare(false).Statistic, 92.20528041152764)
	near(t, "chi2 yates", all.ChiSquare(true).Statistic, 91.60959785812125)
	near(t, "adverse impact ratio", 1/all.RiskRatio(0.95).Value, 0.6818298435630683)
	mh := MantelHaenszelOR(depts, 0.95)
	near(t, "mh", mh.Value, 0.9046968282586231)
	near(t, "mh lo", mh.Interval.Lo, 0.7719073617593505)
	near(t, "mh hi", mh.Interval.Hi, 1.0603297644366558)
	near(t, "mh without A", MantelHaenszelOR(depts[1:], 0.95).Value, 1.0310299972396484)
	for _, x := range []struct {
		what    string
		got     Test
		stat, p num
	}{
		{"cmh", CochranMantelHaenszel(depts, false), 1.5246066604434356, 0.21692369705551817},
		{"cmh corrected", CochranMantelHaenszel(depts, true), 1.4269462285866883, 0.23226346281704802},
		{"breslow day", BreslowDay(depts, false), 18.825513705236514, 0.0020713903499175457},
		{"woolf", WoolfHomogeneity(depts, false), 17.90171246979722, 0.003072142308732563},
		{"woolf half", WoolfHomogeneity(depts, true), 17.64407636422938, 0.0034272004935220527},
	} {
		near(t, x.what, x.got.Statistic, x.stat)
		near(t, x.what+" p", x.got.P, x.p)
	}
	one := depts[:1]
	near(t, "mh of one stratum is its odds ratio", MantelHaenszelOR(one, 0.95).Value, num(one[0].OddsRatio(0.95).Value))
	near(t, "rr of one stratum is its ratio", MantelHaenszelRR(one, 0.95).Interval.Lo, num(one[0].RiskRatio(0.95).Interval.Lo))
}

func TestIntervalsPublished(t *testing.T) {
	for _, x := range []struct {
		x, n   int64
		lo, hi num
	}{ // Newcombe (1998a), method 3
		{81, 263, 0.2552885198782742, 0.36620957698280004},
		{15, 148, 0.06238639953073628, 0.16048724172330803},
		{0, 20, 0, 0.1611251580528194},
		{1, 29, 0.006113214292762667, 0.17175521879320294},
	} {
		w := Wilson(x.x, x.n, 0.95)
		near(t, "wilson lo", w.Lo, x.lo)
		near(t, "wilson hi", w.Hi, x.hi)
	}
	for _, x := range []struct {
		x1, n1, x2, n2 int64
		lo, hi         num
	}{ // Newcombe (1998b), method 10
		{56, 70, 48, 80, 0.05243147240236498, 0.33387265403690614},
		{9, 10, 3, 10, 0.1705227239345029, 0.809017973535488},
		{6, 7, 2, 7, 0.05822792748231209, 0.8062496375242278},
		{5, 56, 0, 29, -0.038137147903536936, 0.19256001385511165},
	} {
		w := Newcombe(x.x1, x.n1, x.x2, x.n2, 0.95)
		near(t, "newcombe lo", w.Lo, x.lo)
		near(t, "newcombe hi", w.Hi, x.hi)
	}
	// Newcombe (1998b), method 6 (Miettinen & Nurminen), to the four digits
	// printed there.
	s := ScoreDifference(56, 70, 48, 80, 0.95)
	if got := fmt.Sprintf("%.4f %.4f", s.Lo, s.Hi); got != "0.0528 0.3382" {
		t.Errorf("score difference %s", got)
	}
}

func TestMcNemarPublished(t *testing.T) {
	// Agresti, approval ratings: 150 and 86 changed their mind.
	near(t, "z²", McNemarChiSquare(150, 86, false).Statistic, 17.35593220338983)
	x := McNemar(150, 86)
	near(t, "corrected", x.Statistic, 16.81779661016949)
	near(t, "corrected p", x.P, 4.114562281345944e-05)
	near(t, "exact under 25", McNemar(3, 9).P, num(McNemarExact(3, 9).P))
}

func TestBenjaminiHochberg1995(t *testing.T) {
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1}
	p = append(p, math.NaN()) // no test: must not count
	for _, x := range []struct {
		name   string
		adjust func([]float64) []float64
		want   int
	}{{"bh", BenjaminiHochberg, 4}, {"holm", Holm, 3}, {"bonferroni", Bonferroni, 3}} {
		n := 0
		adjusted := x.adjust(p)
		for _, q := range adjusted {
			if q <= 0.05 {
				n++
			}
		}
		if n != x.want || !math.IsNaN(adjusted[15]) {
			t.Errorf("%s rejects %d, want %d", x.name, n, x.want)
		}
	}
}

func TestLoanapp(t *testing.T) {
	// Boston Fed HMDA data as in Wooldridge: approvals of non-whites, whites.
	tab := TableOf(218, 308, 1527, 1681)
	// The ratio is that of published coefficients with six digits.
	within(t, "adverse impact ratio", tab.RiskRatio(0.95).Value, 0.7791736570716478, 1e-6)
	near(t, "odds ratio of whites", 1/tab.OddsRatio(0.95).Value, 4.0935898963421895)
	near(t, "chi2", tab.ChiSquare(false).Statistic, 97.32199563218006)
}

func TestGerman(t *testing.T) {
	age := TableOf(190-80, 190, 810-220, 810)
	near(t, "spd age", age.Difference(), -0.14944769330734242)
	near(t, "di age", age.RiskRatio(0.95).Value, 0.7948260481712757)
	near(t, "di sex", TableOf(310-109, 310, 690-191, 690).RiskRatio(0.95).Value, 0.8965673282047968)
	// The information value is the PSI of good against bad.
	near(t, "iv of status", PSI([]int64{139, 164, 49, 348}, []int64{135, 105, 14, 46}, PSIPlain), 0.6660115033513336)
	// Siddiqi's grouped age attribute.
	near(t, "iv of age", PSI([]int64{860, 3040, 4920, 8100, 9500, 6800, 2940}, []int64{140, 960, 1080, 900, 500, 200, 60}, PSIPlain), 0.6680562518213035)
}

func TestPSINull(t *testing.T) {
	near(t, "chi2", ChiSquareQuantile(0.95, 9), 16.918977604620448)
	for n, want := range map[int64]string{100: "0.33838", 1000: "0.03384", 10000: "0.00338"} {
		if got := fmt.Sprintf("%.5f", PSINull(10, n, n, 0.95)); got != want {
			t.Errorf("null of %d: %s, want %s", n, got, want)
		}
	}
}

func TestMinimumDetectableGap(t *testing.T) {
	gap := MinimumDetectableGap(0.9, 5000, 400, 0.05, 0.8)
	if p := TwoProportionPower(0.9-gap, 400, 0.9, 5000, 0.05); math.Abs(p-0.8) > 1e-9 {
		t.Errorf("power at the gap %v is %v", gap, p)
	}
	if !math.IsNaN(MinimumDetectableGap(0.1, 20, 20, 0.05, 0.8)) {
		t.Error("20 against 20 can't detect a shortfall from 0.1")
	}
}

// TestNotEstimable: an empty denominator is NaN, never 0.
func TestNotEstimable(t *testing.T) {
	none := TableOf(0, 0, 3, 7)
	p, _ := none.Rates()
	var h, full Hist
	full.Add(1)
	for what, x := range map[string]float64{
		"rate": p, "difference": none.Difference(), "risk ratio": none.RiskRatio(0.95).Value,
		"odds ratio": none.OddsRatio(0.95).Value, "wilson": Wilson(0, 0, 0.95).Lo, "agresti": AgrestiCoull(0, 0, 0.95).Lo,
		"clopper": ClopperPearson(0, 0, 0.95).Hi, "newcombe": Newcombe(0, 0, 3, 7, 0.95).Lo,
		"score difference": ScoreDifference(0, 0, 3, 7, 0.95).Lo, "score ratio": ScoreRatio(3, 7, 0, 0, 0.95).Hi,
		"fisher": none.Fisher(), "chi2": none.ChiSquare(true).P, "z": none.ZTest().P, "all approved": TableOf(3, 3, 5, 5).ChiSquare(false).P,
		"mcnemar": McNemar(0, 0).P, "r×c": ChiSquare([][]int64{{1, 2}, {0, 0}}).P, "mh": MantelHaenszelOR(nil, 0.95).Value,
		"mh rr": MantelHaenszelRR([]Table{none}, 0.95).Value, "cmh": CochranMantelHaenszel([]Table{none}, false).P,
		"breslow day": BreslowDay([]Table{{1, 2, 3, 4}}, true).P, "woolf": WoolfHomogeneity(nil, true).P,
		"psi": PSI([]int64{0, 0}, []int64{1, 2}, PSIHalf), "null": PSINull(10, 0, 5, 0.95), "one bin": PSINull(1, 9, 5, 0.95),
		"js": JensenShannon([]int64{1}, []int64{0}), "ks": KolmogorovSmirnov(&h, &full).P, "wasserstein": Wasserstein(&full, &h),
		"auc": AUC(&full, &h), "auc interval": AUCInterval(&full, &full, 0.95).Lo, "separation": Separation(&h, &h),
		"power": TwoProportionPower(0.5, 0, 0.5, 9, 0.05), "gap": MinimumDetectableGap(0.5, 0, 9, 0.05, 0.8),
		"zero rate": TableOf(0, 5, 3, 7).RiskRatio(0.95).Interval.Lo, "empty cell": TableOf(5, 5, 3, 7).OddsRatio(0.95).Interval.Hi,
	} {
		if !math.IsNaN(x) {
			t.Errorf("%s: got %v, want NaN", what, x)
		}
	}
	if got := TableOf(0, 5, 3, 7).RiskRatio(0.95).Value; got != 0 {
		t.Errorf("a rate of 0 has ratio %v, want 0", got)
	}
	if got := TableOf(3, 3, 5, 5).Fisher(); got != 1 {
		t.Errorf("all approved: Fisher's p %v, want 1", got)
	}
}

func TestCutsSetCodesAside(t *testing.T) {
	var ref Hist
	for i := range 100 {
		ref.Add(float64(i))
	}
	ref.AddN(-9, 30)
	ref.AddN(math.NaN(), 7)
	c := NewCuts(&ref, 4, -9, -8)
	if got, want := fmt.Sprint(c.Edges, c.Counts(&ref)), "[24.75 49.5 74.25] [25 25 25 25 30 0 7]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var same, none Hist
	same.AddN(5, 100)
	if got := fmt.Sprint(NewCuts(&same, 10).Counts(&same), NewCuts(&none, 10).Counts(&same)); got != "[100 0] [100 0]" {
		t.Errorf("one value: %s", got)
	}
}
