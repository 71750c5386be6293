package stats

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

//go:embed testdata/calibration.json
var calibrationJSON []byte

//go:embed testdata/cbpe.json
var cbpeJSON []byte

func decoded(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// TestConfusion compares with fairlearn, aif360 and aequitas on random tables.
func TestConfusion(t *testing.T) {
	var ref struct {
		Confusion []struct {
			Tables   [][4]int64
			EODWorst num `json:"eod_worst_case"`
			EODMean  num `json:"eod_mean"`
			EORWorst num `json:"eor_worst_case"`
			EORMean  num `json:"eor_mean"`
			EOpp     num
			Approve  num `json:"dpr_approve"`
			Theil    num
			GEI      num
			AIF360   [][]num
			Aequitas [][]num
		}
	}
	decoded(t, calibrationJSON, &ref)
	if len(ref.Confusion) < 5 {
		t.Fatal("no tables")
	}
	for i, x := range ref.Confusion {
		var cs []Confusion
		var all Confusion
		var tpr, fpr, approved []float64
		empty := false
		for _, c := range x.Tables {
			m := Confusion{c[0], c[1], c[2], c[3]}
			cs, all = append(cs, m), Confusion{all.TP + c[0], all.FP + c[1], all.FN + c[2], all.TN + c[3]}
			tpr, fpr, approved = append(tpr, m.TPR()), append(fpr, m.FPR()), append(approved, 1-m.PPrev())
			empty = empty || m.Positives() == 0 || m.Negatives() == 0
		}
		what := fmt.Sprint("table ", i, ": ")
		td, tr := Spread(tpr)
		fd, fr := Spread(fpr)
		if !empty { // where fairlearn makes a rate of nothing 0, we say nothing
			near(t, what+"equalized odds", max(td, fd), x.EODWorst)
			near(t, what+"equalized odds, mean", (td+fd)/2, x.EODMean)
			near(t, what+"equalized odds ratio", min(tr, fr), x.EORWorst)
			near(t, what+"equalized odds ratio, mean", (tr+fr)/2, x.EORMean)
			near(t, what+"equal opportunity", td, x.EOpp)
		}
		_, ar := Spread(approved)
		near(t, what+"parity of approvals", ar, x.Approve)
		near(t, what+"Theil", all.Other().Theil(), x.Theil)
		near(t, what+"entropy", all.Other().GeneralizedEntropy(), x.GEI)
		for j, want := range x.AIF360 {
			g, r := cs[j+1].Other(), cs[0].Other()
			tp, fp := g.TPR()-r.TPR(), g.FPR()-r.FPR()
			for k, got := range []float64{g.PPrev() / r.PPrev(), g.PPrev() - r.PPrev(), tp, (tp + fp) / 2, (math.Abs(tp) + math.Abs(fp)) / 2,
				fp, g.FOR() - r.FOR(), g.FDR() - r.FDR(), r.Accuracy() - g.Accuracy()} {
				near(t, fmt.Sprint(what, "aif360 ", k), got, want[k])
			}
		}
		for j, want := range x.Aequitas {
			c := cs[j]
			for k, got := range []float64{c.TPR(), c.TNR(), c.FOR(), c.FDR(), c.FPR(), c.FNR(), c.NPV(), c.Precision(),
				float64(c.Predicted()) / float64(all.Predicted()), c.PPrev(), c.Prevalence()} {
				near(t, fmt.Sprint(what, "aequitas ", k), got, want[k])
			}
		}
	}
	if c := (Confusion{TN: 5}); !math.IsNaN(c.TPR()) || !math.IsNaN(c.Precision()) || !math.IsNaN(Confusion{}.Theil()) {
		t.Error("a rate of nothing is a number")
	}
}

// TestReliability compares with scikit-learn and statsmodels.
func TestReliability(t *testing.T) {
	var ref struct {
		Probabilities []struct {
			P                              []float64
			Y                              []int
			Exact                          bool
			AUC, Brier, ECE, Sum, Variance num
			LogLoss                        num `json:"log_loss"`
			Frac, Mean, Isotonic, Coef     []num
			SE                             []num
		}
	}
	decoded(t, calibrationJSON, &ref)
	if len(ref.Probabilities) < 3 {
		t.Fatal("no samples")
	}
	within := func(what string, got float64, want num, bound float64) {
		t.Helper()
		if !(math.Abs(got-float64(want)) <= bound) {
			t.Errorf("%s = %v, want %v within %g", what, got, want, bound)
		}
	}
	for i, x := range ref.Probabilities {
		what := fmt.Sprint("sample ", i, ": ")
		var r Reliability
		for j, p := range x.P {
			r.Add(p, x.Y[j] == 1)
		}
		near(t, what+"Brier", r.Brier(), x.Brier)
		near(t, what+"log loss", r.LogLoss(), x.LogLoss)
		near(t, what+"ECE", r.ECE(), x.ECE)
		near(t, what+"expected", r.Expected(), x.Sum)
		near(t, what+"variance", r.Variance(), x.Variance)
		n := 0
		for _, b := range r.Curve() {
			if b.N > 0 {
				near(t, what+"curve", float64(b.K)/float64(b.N), x.Frac[n])
				near(t, what+"curve's mean", b.Mean, x.Mean[n])
				n++
			}
		}
		if n != len(x.Frac) {
			t.Errorf("%s%d bins, want %d", what, n, len(x.Frac))
		}
		fit, events, others := r.Recalibrate(), (*Hist)(nil), (*Hist)(nil)
		events, others = r.Hists()
		levels, good, bad := r.Levels()
		auc, slope := 1e-3, 2e-3
		if x.Exact {
			auc, slope = 1e-12, 1e-8
			count := make([]int64, len(levels))
			for j := range count {
				count[j] = good[j] + bad[j]
			}
			f := FitIsotonic(levels, bad, count)
			for j, want := range x.Isotonic {
				within(what+"isotonic", f.At(float64(j)/40), want, 1e-12)
			}
		}
		within(what+"AUC", AUC(events, others), x.AUC, auc)
		within(what+"intercept", fit.Intercept, x.Coef[0], slope)
		within(what+"slope", fit.Slope, x.Coef[1], slope)
		within(what+"intercept's error", fit.InterceptSE, x.SE[0], slope)
		within(what+"slope's error", fit.SlopeSE, x.SE[1], slope)
		var sizes int64
		qs := r.Quantiles(10)
		for _, b := range qs {
			sizes += b.N
		}
		if sizes != r.N() || len(qs) > 10 || len(qs) < 4 {
			t.Errorf("%sdeciles %v", what, qs)
		}
	}
}

// TestForesee compares with NannyML, which rounds the sums behind its AUC to
// five decimals.
func TestForesee(t *testing.T) {
	var ref struct {
		Threshold  float64
		Reference  [][3]float64
		Calibrated []num
		Chunks     [][][2]float64
		Values     []map[string]float64
	}
	decoded(t, cbpeJSON, &ref)
	if len(ref.Values) == 0 {
		t.Fatal("no estimates")
	}
	var x []float64
	var k, n []int64
	for _, b := range ref.Reference {
		x, n, k = append(x, b[0]), append(n, int64(b[1])), append(k, int64(b[2]))
	}
	f := FitIsotonic(x, k, n)
	for i, want := range ref.Calibrated {
		near(t, "calibrated", f.At(x[i]), want)
	}
	for i, chunk := range ref.Chunks {
		var x, c []float64
		var n []int64
		for _, b := range chunk {
			x, c, n = append(x, b[0]), append(c, f.At(b[0])), append(n, int64(b[1]))
		}
		e, want := Foresee(x, c, n, ref.Threshold), ref.Values[i]
		for name, got := range map[string]float64{
			"f1": e.F1(), "accuracy": e.Accuracy(), "precision": e.TP / (e.TP + e.FP), "recall": e.TP / (e.TP + e.FN),
			"true_positive": e.TP, "false_positive": e.FP, "false_negative": e.FN, "true_negative": e.TN,
		} {
			near(t, name, got, num(want[name]))
		}
		if math.Abs(e.AUC-want["roc_auc"]) > 1e-6 {
			t.Errorf("AUC %v, want %v", e.AUC, want["roc_auc"])
		}
		// Ours is of the chunk, NannyML's of a sample of the reference of its size:
		// they are alike where the chunk is like the reference, as the first is.
		if i == 0 && math.Abs(e.AUCSE/want["roc_auc_se"]-1) > 0.15 {
			t.Errorf("standard error of the AUC %v, NannyML's %v", e.AUCSE, want["roc_auc_se"])
		}
	}
}

// TestReliabilityMerges: any split gives the same bytes, and they come back.
func TestReliabilityMerges(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var whole Reliability
	parts := make([]Reliability, 5)
	for range 5000 {
		p, y := rng.Float64(), rng.IntN(5) == 0
		switch rng.IntN(20) {
		case 0:
			p = math.NaN()
		case 1:
			p = float64(rng.IntN(11)) / 10
		case 2:
			p /= 1 << 16
		}
		whole.Add(p, y)
		parts[rng.IntN(len(parts))].Add(p, y)
	}
	want, _ := whole.MarshalBinary()
	for len(parts) > 1 {
		i := rng.IntN(len(parts) - 1)
		parts[i].Merge(&parts[len(parts)-1])
		parts = parts[:len(parts)-1]
	}
	got, _ := parts[0].MarshalBinary()
	if string(got) != string(want) {
		t.Error("the order of merging shows")
	}
	var back Reliability
	if err := back.UnmarshalBinary(want); err != nil {
		t.Fatal(err)
	}
	if again, _ := back.MarshalBinary(); string(again) != string(want) || whole.Missing() == 0 {
		t.Error("the encoding does not come back")
	}
	for i := range want {
		if (&Reliability{}).UnmarshalBinary(want[:i]) == nil {
			t.Fatalf("an encoding cut at byte %d is accepted", i)
		}
	}
}

func BenchmarkReliability(b *testing.B) {
	ps := make([]float64, 4096)
	for i := range ps {
		ps[i] = rand.Float64() / 3
	}
	var r Reliability
	b.ReportAllocs()
	for b.Loop() {
		for i, p := range ps {
			r.Add(p, i%16 == 0)
		}
	}
	b.ReportMetric(float64(b.N)*4096/b.Elapsed().Seconds(), "rows/s")
}
