package stats

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"testing"
)

//go:embed testdata/survival.json
var survivalJSON []byte

type survivalSet struct {
	Spells [][5]int64 // entry (-1: from the beginning), end, kind (1 event, 2 competing), group, stratum
	KM     []struct {
		Time              []int64
		S, Lo, Hi, NA, SE []num
		Median            *num
		MedianCI          []num `json:"median_ci"`
		Tau               int64
		RMST              *num
	}
	CIF []struct {
		Time   []int64
		F, Var []num
	}
	LogRank struct{ K, Two, Gehan, Stratified []num }
	Cox     map[string]struct {
		Coef, SE []num
		LLF      *num
		Score    *num
	}
}

var survival = func() (r struct {
	Sets    []survivalSet
	Hazards []struct {
		Cells          [][5]int64
		CLogLog, Logit []num
	}
	Rates []struct {
		In    [4]float64
		Rate  []num
		Ratio []num
		P     num
	}
	MHRates struct {
		In        [][4]float64
		Ratio, SE num
		Chi2, P   num
	} `json:"mh_rates"`
}) {
	if err := json.Unmarshal(survivalJSON, &r); err != nil {
		panic(err)
	}
	if len(r.Sets) == 0 || len(r.Hazards) == 0 || len(r.Rates) == 0 {
		panic("survival.json compares nothing")
	}
	return r
}()

// lifeTable is the life table of the spells that keep wants.
func lifeTable(spells [][5]int64, keep func(group, stratum int64) bool) LifeTable {
	var counts []SpellCount
	for _, x := range spells {
		if !keep(x[3], x[4]) {
			continue
		}
		counts = append(counts, SpellCount{Time: x[0], Entered: 1})
		end := SpellCount{Time: x[1]}
		switch x[2] {
		case 0:
			end.Censored = 1
		case 1:
			end.Events = 1
		case 2:
			end.Competing = 1
		}
		counts = append(counts, end)
	}
	return NewLifeTable(counts)
}

func (s *survivalSet) group(g int64) LifeTable {
	return lifeTable(s.Spells, func(x, _ int64) bool { return x == g })
}

func (s *survivalSet) groups() (n int64) {
	for _, x := range s.Spells {
		n = max(n, x[3]+1)
	}
	return n
}

// tables are the life tables of all groups, by stratum or in one.
func (s *survivalSet) tables(stratified bool) [][]LifeTable {
	last := int64(0)
	if stratified {
		for _, x := range s.Spells {
			last = max(last, x[4])
		}
	}
	var out [][]LifeTable
	for at := range last + 1 {
		var one []LifeTable
		for g := range s.groups() {
			one = append(one, lifeTable(s.Spells, func(x, y int64) bool { return x == g && (!stratified || y == at) }))
		}
		out = append(out, one)
	}
	return out
}

func TestSurvivalCurves(t *testing.T) {
	ses, cifs := 0, 0
	for i, s := range survival.Sets {
		for g, want := range s.KM {
			what := func(name string, at int64) string { return fmt.Sprintf("set %d group %d: %s at %d", i, g, name, at) }
			table := s.group(int64(g))
			km, na := table.KaplanMeier(), table.NelsonAalen()
			for j, at := range want.Time {
				v, se := km.At(at)
				near(t, what("km", at), v, want.S[j])
				ci := km.LogLogInterval(at, 0.95)
				if x := want.Lo[j]; v > 0 && x == x {
					within(t, what("log-log lo", at), ci.Lo, x, 1e-9)
					within(t, what("log-log hi", at), ci.Hi, want.Hi[j], 1e-9)
				}
				h, _ := na.At(at)
				near(t, what("nelson-aalen", at), h, want.NA[j])
				if want.SE != nil && v > 0 {
					ses++
					near(t, what("greenwood", at), se, want.SE[j])
				}
			}
			if want.Median == nil {
				continue
			}
			median, ok := km.Median()
			if ok != (*want.Median == *want.Median) || ok && float64(median) != float64(*want.Median) {
				t.Errorf("%s %v, want %v", what("median", 0), median, *want.Median)
			}
			lo, hi := km.MedianInterval(0.95)
			for k, x := range []int64{lo, hi} {
				if w := want.MedianCI[k]; (x < 0) != (w != w) || x >= 0 && float64(x) != float64(w) {
					t.Errorf("%s: end %d is %d, want %v", what("median interval", 0), k, x, w)
				}
			}
			mean, _ := table.RestrictedMean(want.Tau)
			within(t, what("rmst", want.Tau), mean, *want.RMST, 1e-9)
		}
		for g, want := range s.CIF {
			table := s.group(int64(g))
			c := table.AalenJohansen()
			for j, at := range want.Time {
				cifs++
				f, se := c.At(at)
				within(t, "aalen-johansen", f, want.F[j], 1e-9)
				within(t, fmt.Sprintf("set %d: its variance at %d", i, at), float64(se*se), want.Var[j], 1e-9)
			}
		}
	}
	if ses == 0 || cifs == 0 {
		t.Error("nothing compared")
	}
}

func TestLogRank(t *testing.T) {
	n := 0
	check := func(what string, got Test, want []num) {
		t.Helper()
		if want == nil {
			return
		}
		n++
		within(t, what, got.Statistic, want[0], 1e-9)
		within(t, what+" p", got.P, want[1], 1e-9)
	}
	for i, s := range survival.Sets {
		all := s.tables(false)
		check(fmt.Sprint("k samples of set ", i), LogRank(all, LogRankPlain).Test, s.LogRank.K)
		check(fmt.Sprint("two samples of set ", i), LogRank([][]LifeTable{all[0][:2]}, LogRankPlain).Test, s.LogRank.Two)
		check(fmt.Sprint("gehan of set ", i), LogRank(all, LogRankGehan).Test, s.LogRank.Gehan)
		check(fmt.Sprint("strata of set ", i), LogRank(s.tables(true), LogRankPlain).Test, s.LogRank.Stratified)
	}
	if n == 0 {
		t.Error("nothing compared")
	}
}

func coxGroups(strata [][]LifeTable) [][]CoxGroup {
	var out [][]CoxGroup
	for _, tables := range strata {
		var one []CoxGroup
		for g, table := range tables {
			x := make([]float64, len(tables)-1)
			if g > 0 {
				x[g-1] = 1
			}
			one = append(one, CoxGroup{X: x, Table: table})
		}
		out = append(out, one)
	}
	return out
}

func TestCox(t *testing.T) {
	n := 0
	for i, s := range survival.Sets {
		for name, want := range s.Cox {
			n++
			ties, stratified := CoxEfron, name == "efron_strata" || name == "breslow_strata"
			if name == "breslow_plain" || name == "breslow_strata" {
				ties = CoxBreslow
			}
			fit := Cox(coxGroups(s.tables(stratified)), ties)
			for k := range want.Coef {
				within(t, fmt.Sprint(name, " coefficient of set ", i), fit.Coef[k], want.Coef[k], 1e-7)
				within(t, fmt.Sprint(name, " error of set ", i), fit.SE[k], want.SE[k], 1e-7)
			}
			if want.LLF != nil {
				within(t, fmt.Sprint(name, " likelihood of set ", i), fit.LogLik, *want.LLF, 1e-9)
				within(t, fmt.Sprint(name, " score test of set ", i), fit.Score.Statistic, *want.Score, 1e-9)
			}
		}
	}
	if n == 0 {
		t.Error("nothing compared")
	}
}

func TestDiscreteHazard(t *testing.T) {
	for i, x := range survival.Hazards {
		var cells []HazardCell
		for _, c := range x.Cells {
			cells = append(cells, HazardCell{Stratum: int(c[0]), Cycle: int(c[1]), Group: c[2] == 1, AtRisk: c[3], Events: c[4]})
		}
		for link, want := range map[HazardLink][]num{HazardCLogLog: x.CLogLog, HazardLogit: x.Logit} {
			r := DiscreteHazard(cells, link, 0.95)
			within(t, fmt.Sprint("hazard ratio of ", i), math.Log(r.Value), want[0], 1e-8)
			within(t, fmt.Sprint("its error of ", i), r.LogSE, want[1], 1e-8)
		}
		// A stratum and a cycle that say nothing change nothing.
		more := append(cells, HazardCell{Stratum: 99, Cycle: 0, AtRisk: 7}, HazardCell{Stratum: 0, Cycle: 99, Group: true, AtRisk: 5, Events: 5})
		if a, b := DiscreteHazard(cells, HazardLogit, 0.95), DiscreteHazard(more, HazardLogit, 0.95); a != b {
			t.Errorf("%v became %v", a, b)
		}
	}
	// One cycle, no strata: the plain odds ratio.
	r := DiscreteHazard([]HazardCell{{Group: true, AtRisk: 50, Events: 10}, {AtRisk: 80, Events: 24}}, HazardLogit, 0.95)
	want := TableOf(10, 50, 24, 80).OddsRatio(0.95)
	near(t, "odds ratio", r.Value, num(want.Value))
	near(t, "its error", r.LogSE, num(want.LogSE))
}

func TestRates(t *testing.T) {
	for _, x := range survival.Rates {
		k, kr := int64(x.In[0]), int64(x.In[2])
		i := PoissonRate(k, x.In[1], 0.95)
		near(t, "rate lo", i.Lo, x.Rate[0])
		near(t, "rate hi", i.Hi, x.Rate[1])
		r, test := RateRatio(k, x.In[1], kr, x.In[3], 0.95)
		within(t, "ratio lo", r.Interval.Lo, x.Ratio[0], 1e-9)
		if w := x.Ratio[1]; w == w {
			within(t, "ratio hi", r.Interval.Hi, w, 1e-9)
		}
		within(t, "p", test.P, x.P, 1e-9)
	}
	var strata []RateStratum
	for _, x := range survival.MHRates.In {
		strata = append(strata, RateStratum{int64(x[0]), x[1], int64(x[2]), x[3]})
	}
	r, test := MantelHaenszelRate(strata, 0.95)
	near(t, "mh rate", r.Value, survival.MHRates.Ratio)
	near(t, "mh se", r.LogSE, survival.MHRates.SE)
	near(t, "mh chi2", test.Statistic, survival.MHRates.Chi2)
	near(t, "mh p", test.P, survival.MHRates.P)
	wide, weak := r.Dispersed(test, 4, 0.95)
	near(t, "dispersed error", wide.LogSE, 2*survival.MHRates.SE)
	near(t, "dispersed chi2", weak.Statistic, survival.MHRates.Chi2/4)
	if same, _ := r.Dispersed(test, 0.9, 0.95); same != r {
		t.Error("counts less dispersed than chance narrow the interval")
	}
	one, _ := MantelHaenszelRate(strata[:1], 0.95)
	plain, _ := RateRatio(strata[0].K, strata[0].T, strata[0].KRef, strata[0].TRef, 0.95)
	near(t, "one stratum", one.Value, num(plain.Value))
	near(t, "one stratum's error", one.LogSE, num(plain.LogSE))
}

// freireich is the remission times of Freireich et al. (1963) under 6-MP
// (group 1) and placebo (group 0), weeks.
var freireich = func() (out [][5]int64) {
	times := []int64{6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35}
	ended := []int64{1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0}
	for i, x := range times {
		out = append(out, [5]int64{-1, x, ended[i], 1, 0})
	}
	for _, x := range []int64{1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23} {
		out = append(out, [5]int64{-1, x, 1, 0, 0})
	}
	return out
}()

func TestFreireich(t *testing.T) {
	s := survivalSet{Spells: freireich}
	drug, placebo := s.group(1), s.group(0)
	km := drug.KaplanMeier()
	for _, x := range []struct {
		at    int64
		s, se num
	}{{6, .8571, .0764}, {7, .8067, .0869}, {10, .7529, .0963}, {13, .6902, .1068}, {16, .6275, .1141}, {22, .5378, .1282}, {23, .4482, .1346}} {
		v, se := km.At(x.at)
		within(t, "km", v, x.s, 1e-4)
		within(t, "greenwood", se, x.se, 1e-3)
	}
	if m, ok := km.Median(); m != 23 || !ok {
		t.Errorf("median %d, want 23", m)
	}
	other := placebo.KaplanMeier()
	if m, ok := other.Median(); m != 8 || !ok {
		t.Errorf("median %d, want 8", m)
	}
	two := [][]LifeTable{{drug, placebo}}
	r := LogRank(two, LogRankPlain)
	near(t, "log-rank", r.Test.Statistic, 16.792940989216547)
	near(t, "log-rank p", r.Test.P, 4.168809109334511e-05)
	near(t, "O", r.Observed[0], 9)
	near(t, "E", r.Expected[0], 19.25050094803113)
	near(t, "E placebo", r.Expected[1], 10.74949905196887)
	near(t, "V", r.Variance[0][0], 6.2569605736755)
	near(t, "gehan", LogRank(two, LogRankGehan).Test.Statistic, 13.457852049631065)
	groups := coxGroups([][]LifeTable{{drug, placebo}})
	efron, breslow := Cox(groups, CoxEfron), Cox(groups, CoxBreslow)
	within(t, "efron", efron.Coef[0], 1.57212515, 1e-8)
	within(t, "efron se", efron.SE[0], 0.41239672, 1e-7)
	within(t, "efron likelihood", efron.LogLik, -85.00842457737163, 1e-12)
	within(t, "breslow", breslow.Coef[0], 1.50919141, 1e-8)
	within(t, "breslow se", breslow.SE[0], 0.40956441, 1e-7)
	within(t, "breslow likelihood", breslow.LogLik, -86.37962207114555, 1e-12)
}

// Laws that need no reference.
func TestSurvivalLaws(t *testing.T) {
	for i, s := range survival.Sets {
		all := s.tables(false)
		two := [][]LifeTable{all[0][:2]}
		seen, ties := map[int64]bool{}, false
		for _, x := range s.Spells {
			ties = ties || seen[x[1]]
			seen[x[1]] = true
		}
		lr := LogRank(two, LogRankPlain)
		if !ties {
			near(t, "log-rank is Cox' score test", lr.Test.Statistic, num(Cox(coxGroups(two), CoxEfron).Score.Statistic))
		}
		near(t, "observed less expected add up to 0", lr.Observed[0]+lr.Observed[1], num(lr.Expected[0]+lr.Expected[1]))
		near(t, "an empty stratum changes nothing", LogRank([][]LifeTable{two[0], {nil, nil}}, LogRankPlain).Test.Statistic, num(lr.Test.Statistic))
		// The partial likelihood of the whole is that of its pieces.
		var pieces [][]LifeTable
		for _, x := range [][2]int64{{-2, 40}, {40, 1 << 40}} {
			pieces = append(pieces, []LifeTable{two[0][0].Between(x[0], x[1]), two[0][1].Between(x[0], x[1])})
		}
		one, cut := Cox(coxGroups(two), CoxEfron), Cox(coxGroups(pieces), CoxEfron)
		within(t, "likelihood of two pieces", cut.LogLik, num(one.LogLik), 1e-12)
		within(t, "coefficient of two pieces", cut.Coef[0], num(one.Coef[0]), 1e-9)
		for g, table := range all[0] {
			// Without competitors incidence is 1 − S, with the same error.
			alone := lifeTable(s.Spells, func(x, _ int64) bool { return x == int64(g) })
			for k := range alone {
				alone[k].Censored, alone[k].Competing = alone[k].Censored+alone[k].Competing, 0
			}
			km, cif := alone.KaplanMeier(), alone.AalenJohansen()
			for _, at := range cif.Time {
				v, se := km.At(at)
				f, seF := cif.At(at)
				within(t, "incidence", f, num(1-v), 1e-9)
				if v > 0 {
					within(t, fmt.Sprint("its error, set ", i), seF, num(se), 1e-9)
				}
			}
			if at := table.Last() / 2; at > 0 {
				area, v := table.TimeLost(at)
				byHand := 0.0
				c := table.AalenJohansen()
				for x := range at {
					f, _ := c.At(x)
					byHand += f
				}
				within(t, "time lost", area, num(byHand), 1e-9)
				numeric := table.timeLostVariance(at)
				within(t, "its variance", v, num(numeric), 1e-5)
			}
		}
	}
}

// timeLostVariance is the delta method by differences.
func (t LifeTable) timeLostVariance(to int64) (v float64) {
	steps := t.incidence()
	area := func(q [][2]float64) float64 {
		s, f, a, last := 1.0, 0.0, 0.0, int64(0)
		for i := range steps {
			if steps[i].at > to {
				break
			}
			a += f * float64(steps[i].at-last)
			last = steps[i].at
			f += s * q[i][0]
			s *= 1 - q[i][0] - q[i][1]
		}
		return a + f*float64(to-last)
	}
	q := make([][2]float64, len(steps))
	for i := range steps {
		q[i] = [2]float64{steps[i].q1, steps[i].q2}
	}
	const h = 1e-6
	for i := range steps {
		var d [2]float64
		for k := range d {
			was := q[i][k]
			q[i][k] = was + h
			up := area(q)
			q[i][k] = was - h
			d[k] = (up - area(q)) / (2 * h)
			q[i][k] = was
		}
		a, b := steps[i].q1, steps[i].q2
		v += (d[0]*d[0]*a*(1-a) + d[1]*d[1]*b*(1-b) - 2*d[0]*d[1]*a*b) / steps[i].n
	}
	return v
}

func TestSurvivalNotEstimable(t *testing.T) {
	none := NewLifeTable(nil)
	if _, ok := new(Curve).Median(); ok {
		t.Error("a median of nothing")
	}
	a := NewLifeTable([]SpellCount{{Time: -1, Entered: 5}, {Time: 3, Censored: 5}})
	lost, _ := a.TimeLost(10)
	for what, x := range map[string]float64{
		"log-rank of one group": LogRank([][]LifeTable{{a}}, LogRankPlain).Test.P, "log-rank without events": LogRank([][]LifeTable{{a, a}}, LogRankPlain).Test.P,
		"cox without events": Cox(coxGroups([][]LifeTable{{a, a}}), CoxEfron).Score.P, "time lost beyond the data": lost,
		"rate": PoissonRate(3, 0, 0.95).Lo, "hazard": DiscreteHazard(nil, HazardLogit, 0.95).Value,
	} {
		if x == x {
			t.Errorf("%s: got %v, want NaN", what, x)
		}
	}
	if none.AtRisk(3) != 0 || none.Last() != -1 {
		t.Error("someone at risk of nothing")
	}
	// Monotone likelihood: no maximum.
	b := NewLifeTable([]SpellCount{{Time: -1, Entered: 5}, {Time: 3, Events: 2}, {Time: 9, Censored: 3}})
	if fit := Cox(coxGroups([][]LifeTable{{b, a}}), CoxEfron); fit.Coef[0] == fit.Coef[0] {
		t.Errorf("a hazard ratio of %v without events", fit.Coef[0])
	}
}

func BenchmarkAalenJohansen(b *testing.B) {
	var counts []SpellCount
	counts = append(counts, SpellCount{Time: -1, Entered: 100000})
	for i := range int64(1500) {
		counts = append(counts, SpellCount{Time: i, Events: 30, Competing: 5, Censored: 20})
	}
	table := NewLifeTable(counts)
	for b.Loop() {
		table.AalenJohansen()
	}
}
