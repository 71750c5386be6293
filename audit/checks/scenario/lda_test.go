package scenario

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"evenhand/audit"
)

// spy keeps the state that is finished.
type spy struct {
	*lda
	seen **lda
}

func (s *spy) Merge(o audit.State) { s.lda.Merge(o.(*spy).lda) }
func (s *spy) Finish(r *audit.Result) {
	*s.seen = s.lda
	s.lda.Finish(r)
}

// search returns the candidates of a lender, and the bench they were measured on.
func (l *lender) search(t testing.TB) (*bench, []candidate, *audit.Result) {
	t.Helper()
	var s *lda
	c := *LessDiscriminatory
	c.New = func(env *audit.Env) (audit.State, error) {
		x, err := newLDA(env)
		return &spy{x, &s}, err
	}
	r := l.run(t, &c, 1)
	var people []*applicant
	for _, it := range s.sample.Items() {
		people = append(people, it.Value)
	}
	b := s.bench(people)
	return b, b.candidates(), r
}

// approvals are a candidate's, by sex.
func (b *bench) approvals(c *candidate) map[string]int64 {
	out := map[string]int64{}
	for leaf, n := range c.n {
		out[b.leaves.value(leaf, 0)] += n
	}
	return out
}

// TestCandidatesAreReplays: what candidates come to is what the replay of a
// lender who decides so gives.
func TestCandidatesAreReplays(t *testing.T) {
	l := aLender()
	l.settings = "lessdiscriminatory: {auc_loss: 0.5, points_step: 15, moves: 3}"
	b, all, _ := l.search(t)
	replay := func(x lender) *replayed {
		x.settings = ""
		return x.replay(t)
	}
	same := func(c *candidate, p *replayed) bool {
		n := b.approvals(c)
		return n["F"] == p.approved["F"] && n["M"] == p.approved["M"]
	}
	kinds := map[string]int{}
	all = append(all, b.search(&all[0])...) // some come to the same as others, and are not listed
	for i := range all {
		c := &all[i]
		x, kind := l, ""
		switch {
		case c.name == "today":
			kind = "today"
		case c.value != "":
			kind = "segment"
			own := fmt.Sprintf("540.0 + (%v)", c.shiftAll+c.shift)
			x.cut = fmt.Sprintf("product == '%s' ? %s : 540.0 + (%v)", c.value, own, c.shiftAll)
			x.refer = x.cut
		case c.scale == nil && c.moves == nil:
			kind = "shift"
			x.cut, x.refer = fmt.Sprintf("540.0 + (%v)", c.common), fmt.Sprintf("540.0 + (%v)", c.common)
		case c.moves != nil:
			kind = "points"
			for _, m := range c.moves {
				for _, points := range [][]float64{x.income[:], x.use[:], x.loans[:]}[m.input : m.input+1] {
					for k := range points {
						if points[k] == m.term {
							points[k] += m.by
						}
					}
				}
			}
			x.cut, x.refer = fmt.Sprintf("540.0 + (%v)", c.shiftAll), fmt.Sprintf("540.0 + (%v)", c.shiftAll)
		case slices.Contains(c.scale, 0): // dropped: the card gives no neutral points, and any that all have are the same
			kind = "drop"
			f, own := slices.Index(c.scale, 0), [][]float64{x.income[:], x.loans[:], x.use[:]} // features by name
			for k := range own[f] {
				own[f][k] = 0
			}
			at := 540 + c.shiftAll - b.neutral[0][[]int{0, 2, 1}[f]]
			x.cut, x.refer = fmt.Sprintf("%v", at-0.01), fmt.Sprintf("%v", at-0.01) // neutral points are no whole number
		default:
			continue
		}
		kinds[kind]++
		if p := replay(x); !same(c, p) {
			t.Errorf("%s: %v approved, a replay gives %v", c.name, b.approvals(c), p.approved)
		} else if air := ratio(p.approved["F"], p.n["F"], p.approved["M"], p.n["M"]); math.Abs(min(air, 1/air)-c.air) > 1e-12 {
			t.Errorf("%s: ratio %v, a replay gives %v", c.name, c.air, air)
		} else if c.scale == nil && c.moves == nil && (math.Abs(p.bads/float64(p.all())-c.badRate) > 1e-12 || kind == "today" && math.Abs(p.loss*0.5-c.loss) > 1e-6*c.loss) {
			t.Errorf("%s: bad rate %v and loss %v, a replay gives %v and %v", c.name, c.badRate, c.loss, p.bads/float64(p.all()), p.loss*0.5)
		}
	}
	for _, k := range []string{"today", "segment", "shift", "points", "drop"} {
		if kinds[k] == 0 {
			t.Errorf("no candidate of kind %s was compared: %v", k, kinds)
		}
	}
}

// TestEqual: candidates approve as many as today, as nearly as ties let them, or
// are expected to have no more bads.
func TestEqual(t *testing.T) {
	l := aLender()
	b, all, _ := l.search(t)
	today, ties := &all[0], map[string]int{}
	for i := range all {
		c := &all[i]
		switch c.equal {
		case "approvals":
			if math.Abs(float64(c.approved-today.approved)) > 40 {
				t.Errorf("%s approves %d, today %d", c.name, c.approved, today.approved)
			}
		case "bads":
			if c.badRate*float64(c.approved) > today.badRate*float64(today.approved)+1e-6 {
				t.Errorf("%s: more bads than today", c.name)
			}
		}
		if c.auc == c.auc && i > 0 && c.auc < -b.settings.AUCLoss {
			t.Errorf("%s: the AUC falls by %v", c.name, -c.auc)
		}
		ties[c.equal]++
	}
	if ties["approvals"] < 3 || ties["bads"] < 1 {
		t.Errorf("%v", ties)
	}
	if today.name != "today" || today.auc != today.auc {
		t.Errorf("today: %+v", today.measured)
	}
}

// TestFrontier: nothing that is on it is dominated, and whatever is not is.
func TestFrontier(t *testing.T) {
	l := aLender()
	_, all, r := l.search(t)
	on := 0
	for i := range all {
		n := 0
		for j := range all {
			if all[j].approved >= all[i].approved && all[j].air >= all[i].air && all[j].loss <= all[i].loss &&
				(all[j].approved > all[i].approved || all[j].air > all[i].air || all[j].loss < all[i].loss) {
				n++
			}
		}
		if n != all[i].dominated {
			t.Errorf("%s is dominated by %d, not %d", all[i].name, n, all[i].dominated)
		}
		if n == 0 {
			on++
		}
	}
	if on < 3 || on == len(all) {
		t.Errorf("%d of %d on the frontier", on, len(all))
	}
	if m := metricOf(t, r, "lda_dominated_by", "candidate=today", ""); m.Value != float64(all[0].dominated) {
		t.Errorf("today: %v", m.Value)
	}
}

// TestDiscrimination holds the AUC against the count of pairs.
func TestDiscrimination(t *testing.T) {
	l := aLender()
	b, all, _ := l.search(t)
	c := &candidate{}
	u, n := 0.0, 0
	for _, x := range b.people {
		for _, y := range b.people {
			if x.bad == 0 && y.bad == 1 && x.score == x.score && y.score == y.score {
				n++
				switch mx, my := b.margin(x, c), b.margin(y, c); {
				case mx > my:
					u++
				case mx == my:
					u += 0.5
				}
			}
		}
	}
	if got := b.discrimination(c); math.Abs(got-u/float64(n)) > 1e-12 || got != all[0].auc || n < 100 {
		t.Errorf("AUC %v of %d pairs, want %v", got, n, u/float64(n))
	}
}

// TestConclude: only what is better in everything, by enough, is pointed out.
func TestConclude(t *testing.T) {
	metrics := func(name string, k int64, air, loss float64) []audit.Metric {
		var out []audit.Metric
		for metric, v := range map[string]float64{"lda_approval_rate": float64(k) / 1000, "lda_least_adverse_impact_ratio": air, "lda_expected_loss": loss} {
			m := audit.NewMetric(ldaName, metric)
			m.Segment, m.Value, m.K, m.N = "candidate="+name, v, k, 1000
			m.Status = audit.Pass
			m.Warnings = []audit.Text{audit.T("what", "何")}
			out = append(out, m)
		}
		return out
	}
	today := metrics("today", 700, 0.8, 100)
	for _, c := range []struct {
		k         int64
		air, loss float64
		want      int
	}{{700, 0.82, 100, 1}, {700, 0.805, 100, 0}, {699, 0.9, 90, 0}, {700, 0.9, 100.1, 0}, {720, 0.9, 90, 1}} {
		f := concludeLDA(nil, nil, append(slices.Clone(today), metrics("x", c.k, c.air, c.loss)...))
		if len(f) != c.want {
			t.Errorf("%+v: %d findings", c, len(f))
		}
		if len(concludeLDA(nil, nil, append(metrics("today", 700, 0.9, 100), metrics("x", c.k, c.air+0.1, c.loss)...))) != 0 {
			t.Error("a candidate is pointed out where nothing is wanting")
		}
		if len(f) == 1 && (f[0].Severity != audit.S4 || f[0].Substance != 0 || len(f[0].Metrics) != 4) {
			t.Errorf("%+v", f[0])
		}
	}
}
