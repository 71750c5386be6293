package stats

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// sample is a column of the real data, as a check sees it and as it is.
type sample struct {
	hist    Hist
	moments Moments
	levels  map[string]int64
}

func (s *sample) add(v parquet.Value) {
	if v.IsNull() {
		return
	}
	var x float64
	switch v.Kind() {
	case parquet.Int32:
		x = float64(v.Int32())
	case parquet.Int64:
		x = float64(v.Int64())
	default:
		x = v.Double()
	}
	if x != x {
		return
	}
	s.hist.Add(x)
	s.moments.Add(x)
	if s.levels == nil {
		s.levels = map[string]int64{}
	}
	s.levels[strconv.FormatFloat(x, 'g', -1, 64)]++
}

// readColumns returns columns of a flat Parquet file of the shared data.
func readColumns(t *testing.T, name string, columns ...string) map[string][]parquet.Value {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "data", name))
	if err != nil {
		t.Skip("the shared data is not here: ", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	p, err := parquet.OpenFile(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]parquet.Value{}
	for i, c := range p.Schema().Columns() {
		if !slices.Contains(columns, c[0]) {
			continue
		}
		for _, g := range p.RowGroups() {
			pages := g.ColumnChunks()[i].Pages()
			for {
				page, err := pages.ReadPage()
				if err != nil {
					break
				}
				values := make([]parquet.Value, page.NumValues())
				n, _ := page.Values().ReadValues(values)
				for _, v := range values[:n] {
					out[c[0]] = append(out[c[0]], v.Clone())
				}
			}
			pages.Close()
		}
	}
	for _, c := range columns {
		if len(out[c]) == 0 || len(out[c]) != len(out[columns[0]]) {
			t.Fatalf("%s: %d values of %s", name, len(out[c]), c)
		}
	}
	return out
}

// drifted are the two samples of a stored comparison.
type drifted struct{ ref, cur sample }

// TestSharedDriftMeasures holds every stored drift number of the two reference
// files against the real rows: 68 of Taiwan and 18 of New York.
func TestSharedDriftMeasures(t *testing.T) {
	pairs := map[string]*drifted{}
	pair := func(name string) *drifted {
		if pairs[name] == nil {
			pairs[name] = &drifted{}
		}
		return pairs[name]
	}
	halves := []string{"LIMIT_BAL", "AGE", "BILL_AMT1", "PAY_AMT1", "SEX", "EDUCATION", "PAY_0"}
	months := map[string][2]string{"BILL_AMT": {"BILL_AMT6", "BILL_AMT1"}, "PAY_AMT": {"PAY_AMT6", "PAY_AMT1"}, "PAY_status": {"PAY_6", "PAY_0"}}
	taiwan := readColumns(t, "taiwan_default_a.parquet", append(halves, "ID", "BILL_AMT6", "PAY_AMT6", "PAY_6")...)
	for i, id := range taiwan["ID"] {
		if id.Int64()%3 == 0 {
			continue
		}
		for _, c := range halves {
			to := &pair("halves." + c).ref
			if id.Int64() > 15000 {
				to = &pair("halves." + c).cur
			}
			to.add(taiwan[c][i])
		}
		for name, c := range months {
			pair("months." + name).ref.add(taiwan[c[0]][i])
			pair("months." + name).cur.add(taiwan[c[1]][i])
		}
	}
	compareDrift(t, shared(t, "taiwan_drift.json"), pairs, 68)
	pairs = map[string]*drifted{}
	columns := []string{"income", "loan_amount", "combined_loan_to_value_ratio"}
	ny := readColumns(t, "hmda_ny_2023_purchase.parquet", append(columns, "derived_race")...)
	for i, race := range ny["derived_race"] {
		for _, c := range columns {
			switch string(race.ByteArray()) {
			case "White":
				pair("black_vs_white." + c).ref.add(ny[c][i])
			case "Black or African American":
				pair("black_vs_white." + c).cur.add(ny[c][i])
			}
		}
	}
	compareDrift(t, shared(t, "hmda_ny_2023_decisions.json"), pairs, 18)
}

// The bounds of what is read off a Hist that is not exact, on these columns of
// amounts and ratios: absolute for a PSI, a distance and a D, and relative for
// a p-value.
const (
	boundIndex    = 1e-4
	boundIndexTie = 4e-3 // two deciles within 0.025 % of each other: 94.998 and 95
	boundD        = 2e-4
	boundLogP     = 0.06
	boundNormed   = 5e-5
)

func compareDrift(t *testing.T, s stored, pairs map[string]*drifted, want int) {
	t.Helper()
	compared := 0
	for id := range s {
		i := strings.LastIndex(id, ".")
		if i < 0 || pairs[id[:i]] == nil {
			continue
		}
		p := pairs[id[:i]]
		a, b := &p.ref, &p.cur
		exact := a.hist.Exact() && b.hist.Exact()
		bound := func(x float64) float64 {
			if exact {
				return 1e-9
			}
			return x
		}
		index := bound(boundIndex)
		if strings.HasSuffix(id[:i], "loan_to_value_ratio") {
			index = boundIndexTie
		}
		sd := a.moments.SD(0)
		compared++
		var v struct {
			PSI, D, P, Stat num
			MeanA           num `json:"mean_a"`
			MeanB           num `json:"mean_b"`
			StdA            num `json:"std_a"`
			StdB            num `json:"std_b"`
			NA              num `json:"n_a"`
			NB              num `json:"n_b"`
			DOF             int
		}
		var x num
		read := func(v any) {
			if !s.get(t, id, v) {
				t.Fatal(id, " is missing")
			}
		}
		switch id[i+1:] {
		case "psi_deciles":
			var v struct{ PSI num }
			read(&v)
			m, n := DecileCounts(&a.hist, &b.hist)
			off(t, id, PSI(m, n, PSIFloor), v.PSI, index)
		case "jensenshannon_deciles_base2":
			read(&x)
			p, q := DecileCounts(&a.hist, &b.hist)
			off(t, id, JensenShannon(p, q), x, index)
		case "ks_2samp":
			read(&v)
			ks := KolmogorovSmirnov(&a.hist, &b.hist)
			off(t, id+" D", ks.Statistic, v.D, bound(boundD))
			off(t, id+" ln p", math.Log(ks.P), num(math.Log(float64(v.P))), bound(boundLogP))
		case "wasserstein":
			read(&x)
			off(t, id, Wasserstein(&a.hist, &b.hist), x, bound(boundNormed)*sd)
		case "wasserstein_normed", "evidently_wasserstein":
			read(&x)
			off(t, id, NormedWasserstein(&a.hist, &b.hist, sd, 0.001), x, bound(boundNormed))
			off(t, id+" by the deviation of the bins", NormedWasserstein(&a.hist, &b.hist, math.NaN(), 0.001), x, bound(boundNormed))
		case "moments":
			read(&v)
			all(t, id, []num{v.MeanA, v.MeanB, v.StdA, v.StdB, v.NA, v.NB}, a.moments.Mean(), b.moments.Mean(), a.moments.SD(0), b.moments.SD(0), float64(a.moments.N()), float64(b.moments.N()))
		case "evidently_psi":
			read(&x)
			p, q := EvidentlyCounts(&a.hist, &b.hist)
			off(t, id, EvidentlyPSI(p, q), x, index)
		case "evidently_jensenshannon":
			read(&x)
			p, q := EvidentlyCounts(&a.hist, &b.hist)
			off(t, id, JensenShannonNats(p, q), x, index)
		case "evidently_ks":
			read(&x)
			ks := KolmogorovSmirnovExact(&a.hist, &b.hist)
			if max(a.hist.N(), b.hist.N()) > 10_000 {
				ks = KolmogorovSmirnov(&a.hist, &b.hist)
			}
			off(t, id+" ln p", math.Log(ks.P), num(math.Log(float64(x))), bound(boundLogP))
		case "psi":
			read(&v)
			p, q := levels(a, b)
			near(t, id, PSI(p, q, PSIFloor), v.PSI)
		case "jensenshannon_base2":
			read(&x)
			p, q := levels(a, b)
			near(t, id, JensenShannon(p, q), x)
		case "chi2":
			read(&v)
			p, q := levels(a, b)
			chi := ChiSquare([][]int64{p, q})
			near(t, id+" stat", chi.Statistic, v.Stat)
			near(t, id+" p", chi.P, v.P)
			if chi.DF != v.DOF {
				t.Errorf("%s: %d degrees of freedom, want %d", id, chi.DF, v.DOF)
			}
		default:
			t.Errorf("%s: nobody compares it", id)
		}
	}
	if compared != want {
		t.Errorf("%d of %d stored values compared", compared, want)
	}
}

// off reports an error when got is further than bound from want.
func off(t *testing.T, what string, got float64, want num, bound float64) {
	t.Helper()
	if !(math.Abs(got-float64(want)) <= bound) {
		t.Errorf("%s: got %v, want %v (bound %g)", what, got, want, bound)
	}
}

func levels(a, b *sample) (p, q []int64) {
	for l, n := range a.levels {
		p, q = append(p, n), append(q, b.levels[l])
	}
	for l, n := range b.levels {
		if a.levels[l] == 0 {
			p, q = append(p, 0), append(q, n)
		}
	}
	return p, q
}
