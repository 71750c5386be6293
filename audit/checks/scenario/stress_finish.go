package scenario

import (
	"fmt"
	"math"
	"strings"

	"evenhand/audit"
)

// result is one scenario, ready to be told.
type result struct {
	name       string
	n, in, out func(leaf int) int64 // approvals; in and out may be nil
	base       func(leaf int) int64 // rows
	book       *book                // nil: not told
	referred   int64                // -1: not told
}

// Finish adds the metrics and the coverage.
func (s *stress) Finish(r *audit.Result) {
	w, l := s.world, &s.ledger
	cov := w.coverage(stressName)
	defer func() { r.Coverage = append(r.Coverage, cov) }()
	s.ladder.tell(r)
	rows := func(leaf int) int64 { return l.groups[leaf].n }
	rate := newRating(s.env, &w.leaves, rows)
	if rate.n == 0 {
		return
	}
	rates := l.seen.rates(s.env.Plan.Honesty.MinCell)
	today := l.at(0)
	cov.Why = append(cov.Why, s.gaps(&today, &rates)...)
	var referred int64
	for i := range l.groups {
		referred += l.groups[i].referred
	}
	emit := func(x result) { s.tell(r, rate, &x, &rates) }

	decided := func(leaf int) int64 { return l.groups[leaf].decided }
	recorded := newRating(s.env, &w.leaves, decided)
	if recorded.n > 0 {
		s.tell(r, recorded, &result{name: "recorded", n: func(leaf int) int64 { return l.groups[leaf].approved }, base: decided, referred: -1}, &rates)
	}
	at := func(d int) func(leaf int) int64 { return func(leaf int) int64 { return l.groups[leaf].above(d) } }
	if !w.band() {
		referred = -1
	}
	emit(result{name: "today", n: at(0), base: rows, book: &today, referred: referred})
	if len(w.cuts) > 0 {
		for _, d := range grid {
			b := l.at(d)
			moved := func(leaf int) int64 { return l.groups[leaf].above(d) - l.groups[leaf].above(0) }
			emit(result{name: shiftName(d), n: at(d), base: rows, book: &b, referred: -1,
				in:  func(leaf int) int64 { return max(moved(leaf), 0) },
				out: func(leaf int) int64 { return max(-moved(leaf), 0) }})
		}
		if !w.band() {
			none := func(int) int64 { return 0 }
			band := int64(0)
			for i := range l.groups {
				band += l.groups[i].above(-bandWidth) - l.groups[i].above(0)
			}
			emit(result{name: fmt.Sprintf("refer=%d", bandWidth), n: at(0), in: none, out: none, base: rows, book: &today, referred: band})
		}
	}
	for k := range s.points {
		t := &s.tallies[k]
		of := func(leaf int) cell {
			if leaf < len(t.cells) {
				return t.cells[leaf]
			}
			return cell{}
		}
		emit(result{name: s.points[k].name, base: rows, book: &t.book, referred: -1,
			n:  func(leaf int) int64 { return of(leaf).n },
			in: func(leaf int) int64 { return of(leaf).in }, out: func(leaf int) int64 { return of(leaf).out }})
		if t.untold > 0 {
			cov.Why = append(cov.Why, audit.Tf("scenario %[1]s: of %[2]s decisions nothing can be said; they count as not approved", "情景%[1]s：%[2]s笔决定无法判断，按未通过计",
				s.points[k].name, audit.Thousands(t.untold)))
		}
	}
	for _, k := range []int64{1, 2, 5} {
		lost := func(leaf int) int64 { g := &l.groups[leaf]; return min(k*g.technical, g.above(0)) }
		var some int64
		for i := range l.groups {
			some += l.groups[i].technical
		}
		if some == 0 {
			break
		}
		emit(result{name: fmt.Sprintf("outage×%d", k), base: rows, referred: -1, out: lost, in: func(int) int64 { return 0 },
			n: func(leaf int) int64 { return l.groups[leaf].above(0) - lost(leaf) }})
	}
	s.calibration(r)
}

// gaps says what the plan or the export lacks for the whole to be told.
func (s *stress) gaps(today *book, rates *[bands]float64) (why []audit.Text) {
	w := s.world
	if len(s.env.Plan.Groups) == 0 {
		why = append(why, audit.T("the plan names no groups: adverse impact is not told", "方案未声明群体：不计算不利影响"))
	}
	var missing []string
	have := map[string]bool{}
	for i := range s.points {
		have[s.points[i].name] = true
	}
	for _, x := range []struct{ point, family string }{{"income-10%", "income"}, {"utilisation+20pp", "utilisation"}, {"lenders+1", "multi_lender"}} {
		if !have[x.point] && w.open != nil {
			missing = append(missing, x.family)
		}
	}
	if len(missing) > 0 {
		why = append(why, audit.Tf("the dictionary has no numeric feature, with its direction and step, of these families, and they are not shocked: %s", "字典中下列类别没有给出方向与步长的数值特征，不作冲击：%s", strings.Join(missing, ", ")))
	}
	told := true
	for b, n := range today.bandN {
		told = told && (n == 0 || rates[b] == rates[b])
	}
	switch {
	case !told:
		why = append(why, audit.T("neither models nor the export tell a probability of bad, and no outcomes are known: expected bads and losses are not told", "模型与导出均未给出违约概率，亦无已知结果：不计算预期坏账与损失"))
	case today.priced < today.n:
		why = append(why, audit.Tf("%[1]s of %[2]s approvals have no probability of bad: the bad rate of known outcomes at the same distance to the cut-off stands for it, the nearest one's where there are too few",
			"%[2]s笔通过中有%[1]s笔没有违约概率：以距阈值同等距离的已知结果坏账率代替，样本过少时取最近一档", audit.Thousands(today.n-today.priced), audit.Thousands(today.n)))
	}
	if w.noAmount > 0 {
		why = append(why, audit.Tf("%s decisions have no limit and no amount: their exposure counts as 0", "%s笔决定没有额度或金额：敞口按 0 计", audit.Thousands(w.noAmount)))
	}
	return why
}

func stressMetric(name, scenarioName string) audit.Metric {
	m := audit.NewMetric(stressName, name)
	m.Segment = scenario(scenarioName)
	return m
}

// tell adds the metrics of a scenario.
func (s *stress) tell(r *audit.Result, rate *rating, x *result, rates *[bands]float64) {
	var n, in, out int64
	for leaf := range s.world.leaves.tuples {
		n += x.n(leaf)
		if x.in != nil {
			in, out = in+x.in(leaf), out+x.out(leaf)
		}
	}
	add := func(m audit.Metric) { r.Metrics = append(r.Metrics, m) }
	share := func(name string, k, of int64) {
		m := stressMetric(name, x.name)
		rate.share(&m, k, of)
		add(m)
	}
	share("scenario_approval_rate", n, rate.n)
	if x.in != nil {
		share("scenario_swap_in_rate", in, rate.n)
		share("scenario_swap_out_rate", out, rate.n)
		if n+out > 0 {
			share("scenario_overlap", n-in, n+out) // both of either
		}
	}
	if x.referred >= 0 {
		share("scenario_referral_rate", x.referred, rate.n)
	}
	if x.book != nil {
		s.risk(r, x, rates)
	}
	for k := range rate.dims {
		s.groups(r, rate, &rate.dims[k], x)
	}
}

// groups adds the numbers of a dimension's groups.
func (s *stress) groups(r *audit.Result, rate *rating, d *dimension, x *result) {
	for i, g := range d.groups {
		add := func(m audit.Metric, hidden bool) {
			m.Group = d.plan.Name + "=" + g
			if hidden {
				m.Suppress()
			}
			r.Metrics = append(r.Metrics, m)
		}
		if x.in != nil {
			for _, y := range []struct {
				name string
				n    func(leaf int) int64
			}{{"scenario_swap_in_rate", x.in}, {"scenario_swap_out_rate", x.out}} {
				m := stressMetric(y.name, x.name)
				rate.share(&m, d.of(i, y.n), d.n[i])
				add(m, d.hidden[i])
			}
		}
		if d.ref < 0 || i == d.ref {
			continue
		}
		m := stressMetric("scenario_adverse_impact_ratio", x.name)
		m.Reference = d.plan.Name + "=" + d.groups[d.ref]
		rate.impact(&m, d.of(i, x.n), d.n[i], d.of(d.ref, x.n), d.n[d.ref])
		add(m, d.hidden[i] || d.hidden[d.ref])
	}
}

// risk adds what is to be expected of a scenario's approvals.
func (s *stress) risk(r *audit.Result, x *result, rates *[bands]float64) {
	scale := float64(s.env.Plan.MoneyScale())
	bads, loss := x.book.expected(rates)
	number := func(name string, v float64) {
		m := stressMetric(name, x.name)
		m.N = x.book.n
		if m.Value = v; m.N < s.env.Plan.Honesty.MinCell {
			m.Reach = audit.Insufficient
		}
		r.Metrics = append(r.Metrics, m)
	}
	number("scenario_exposure", float64(x.book.ead)/scale)
	if bads != bads {
		return
	}
	if x.book.n > 0 {
		number("scenario_expected_bad_rate", bads/float64(x.book.n))
	}
	number("scenario_expected_loss", float64(loss*s.settings.LGD)/scale)
	if x.book.ead > 0 {
		number("scenario_expected_loss_rate", float64(loss*s.settings.LGD)/float64(x.book.ead))
	}
}

// calibration says how far the probabilities are to be trusted: bads observed
// against those expected among loans whose outcome is known.
func (s *stress) calibration(r *audit.Result) {
	o := &s.ledger.seen
	if o.priced == 0 || o.expected == 0 {
		return
	}
	m := stressMetric("scenario_bads_observed_ratio", "recorded")
	m.K, m.N = o.observed, o.priced
	m.Value = float64(o.observed) / (float64(o.expected) / chanceParts)
	if m.N < s.env.Plan.Honesty.MinCell {
		m.Reach = audit.Insufficient
	}
	if math.IsInf(m.Value, 0) {
		m.Value = math.NaN()
	}
	r.Metrics = append(r.Metrics, m)
}
