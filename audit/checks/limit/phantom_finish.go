package limit

import (
	"cmp"
	"slices"
	"strconv"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/stats"
)

// Finish settles what needs all customers, and adds cases, metrics and the
// coverage.
func (s *phantom) Finish(r *audit.Result) {
	spikes, metrics := s.spikes()
	list := s.cases.All()
	for i := range list {
		k := &list[i]
		k.Check = phantomName
		s.settleIncident(k)
		if k.Notes[phantomSentinel] == 1 && spikes[k.Notes[phantomDrawable]] && slices.Contains(k.Rules, "R3.1") && k.Cause == cause.Unexplained {
			k.Rules = append(k.Rules, "R3.2")
			slices.Sort(k.Rules)
			k.Cause = cause.Sentinel
			k.Causes = append(k.Causes, audit.Supported{Code: cause.Sentinel, Grade: audit.E3})
		}
		slices.SortFunc(k.Causes, func(a, b audit.Supported) int { return cmp.Compare(a.Code, b.Code) })
		r.Cases = append(r.Cases, k.Case)
	}
	r.Metrics = append(r.Metrics, metrics...)
	s.measure(r, list)
	r.Coverage = append(r.Coverage, s.coverage())
}

// settleIncident makes an incident the cause where failures were in excess.
// Overlap without excess supports nothing but a remark of grade E4.
func (s *phantom) settleIncident(k *cases.Kept) {
	i := k.Notes[phantomIncident]
	if i < 0 {
		return
	}
	decisive := s.excess.Decisive(int(i))
	k.Evidence = append(k.Evidence, audit.Item{Name: "incident", Value: s.incidents.List[i].ID}, audit.Item{Name: "incident_excess", Value: yesNo(decisive)})
	if !decisive {
		k.Causes = append(k.Causes, audit.Supported{Code: cause.Incident, Grade: audit.E4})
		return
	}
	k.Causes = append(k.Causes, audit.Supported{Code: cause.Incident, Grade: audit.E3})
	if k.Cause == cause.TechnicalError || k.Cause == cause.Unexplained {
		k.Cause = cause.Incident
	}
}

// spikes finds drawable amounts of up to ten units that are displayed far more
// often than their neighbours (R3.2): Poisson against the mean of the amounts
// within a unit on either side, corrected over the report.
func (s *phantom) spikes() (map[int64]bool, []audit.Metric) {
	counts := map[int64]int64{}
	for _, v := range s.drawable.Values() {
		if x, err := strconv.ParseInt(v.Name, 10, 64); err == nil {
			counts[x] = v.N
		}
	}
	keys := make([]int64, 0, len(counts))
	for x := range counts {
		keys = append(keys, x)
	}
	slices.Sort(keys)
	spikes := map[int64]bool{}
	var out []audit.Metric
	for _, x := range keys {
		n := counts[x]
		if x == 0 || n < 5 {
			continue // nothing drawable is no placeholder
		}
		var around, places int64
		for y := x - s.scale; y <= x+s.scale; y++ {
			if y > 0 && y != x {
				around, places = around+counts[y], places+1
			}
		}
		expected := max(float64(around)/float64(max(places, 1)), 1/float64(max(places, 1)))
		m := audit.NewMetric(phantomName, "drawable_spike")
		m.Group = "drawable=" + money(x, s.scale)
		m.Value, m.K, m.N = float64(n)/expected, n, n
		m.Test, m.P = "poisson", stats.PoissonTail(n, expected)
		m.Threshold, m.Reach = 10, audit.Pass
		if m.Value >= m.Threshold && m.P < 1e-6 {
			m.Reach = audit.Warn
			spikes[x] = true
		}
		out = append(out, m)
	}
	return spikes, out
}

func (s *phantom) measure(r *audit.Result, list []cases.Kept) {
	level := s.env.Plan.Honesty.Level
	rate := func(name, segment string, k, n int64) {
		m := audit.NewMetric(phantomName, name)
		m.Segment, m.K, m.N = segment, k, n
		if n < s.env.Plan.Honesty.MinCell {
			m.Reach = audit.Insufficient
		}
		if n > 0 {
			i := stats.Wilson(k, n, level)
			m.Value, m.Low, m.High, m.Level, m.Interval = float64(k)/float64(n), i.Lo, i.Hi, level, "wilson"
		}
		r.Metrics = append(r.Metrics, m)
	}
	if s.n[pDisplays] > 0 {
		rate("display_gap_rate", "", s.n[pGaps], s.n[pDisplays])
		rate("display_misleading_rate", "", s.n[pMisleading], s.n[pDisplays])
		rate("phantom_account_rate", "", s.phantoms.Total(), s.accounts.Total())
		for _, v := range s.accounts.Values() {
			if v.Name != "" {
				rate("phantom_account_rate", "product="+v.Name, s.phantoms.Of(v.Name), v.N)
			}
		}
	}
	if s.n[pDraws] > 0 {
		rate("draw_technical_rate", "", s.n[pDrawTechnical], s.n[pDraws])
	}
	days := map[string]int64{}
	for i := range list {
		if k := &list[i]; k.Notes[phantomReal] == 1 {
			days[k.Cause] += k.Days
		}
	}
	for _, code := range sortedKeys(days) {
		m := audit.NewMetric(phantomName, "phantom_days")
		m.Group, m.Value, m.K = "cause="+code, float64(days[code]), days[code]
		r.Metrics = append(r.Metrics, m)
	}
}

func (s *phantom) coverage() audit.Coverage {
	c := audit.Coverage{Check: phantomName, RowsIn: s.rowsIn, Excluded: []audit.Excluded{
		{Guard: audit.T("neither displays nor draws", "既非展示也非借款"), Rows: s.n[pOther]},
		{Guard: audit.T("displays without a drawable amount", "没有可借金额的展示"), Rows: s.n[pNoDrawable]},
		{Guard: audit.T("draws of more than was displayed, or of an amount that is not on record", "超过展示额度或没有金额记录的借款"), Rows: s.n[pDrawOver]},
	}}
	c.Judged = s.n[pDisplays] + s.n[pDraws]
	if s.env.Policies == nil {
		c.Why = append(c.Why, audit.T("without policies no phantom is called unjustified: what may make less drawable is not known",
			"没有政策：无法得知哪些规则可以减少可借额度，不作不成立判定"))
	}
	return c
}

// events is the evidence timeline of a run: from a month before it to its end.
func (s *phantom) events(a *account, r *run) []audit.Event {
	var out []audit.Event
	c := s.ledger.limitColumns
	from, to := r.first().at-30*day, r.last().at+day
	if r.until != none {
		to = max(to, r.until)
	}
	for i := a.lo; i < a.hi; i++ {
		at := c.at.int(a.batch, i)
		if at == none || at < from || at > to {
			continue
		}
		kind := c.kind.text(a.batch, i)
		note := ""
		add := func(name, value string) {
			if value != "" {
				if note != "" {
					note += ", "
				}
				note += name + " " + value
			}
		}
		switch kind {
		case "display":
			add("displayed", money(c.displayed.int(a.batch, i), s.scale))
			add("drawable", money(c.draw.int(a.batch, i), s.scale))
		case "draw":
			add("requested", money(c.requested.int(a.batch, i), s.scale))
			add("granted", money(c.granted.int(a.batch, i), s.scale))
		default:
			add("before", money(c.before.int(a.batch, i), s.scale))
			add("after", money(c.after.int(a.batch, i), s.scale))
		}
		for _, code := range s.codes(a, i) {
			add("code", code)
		}
		out = append(out, audit.Event{At: at, What: "limits." + kind, Key: string(c.id.id(a.batch, i)), Note: note})
	}
	const most = 30
	if len(out) > most {
		out = out[len(out)-most:]
	}
	return out
}

// keepDraw lists a draw declined for a technical reason (R3.4).
func (s *phantom) keepDraw(a *account, v *view, requested int64) {
	k := startCase(&s.ledger, a, v.row, s.timeline.Customer)
	c := s.ledger.limitColumns
	k.Rules, k.Substance, k.Grade, k.Cause = []string{"R3.4"}, audit.Technical, audit.E1, cause.TechnicalError
	k.Causes = []audit.Supported{{Code: cause.TechnicalError, Grade: audit.E1}}
	k.Amount, k.Remedy = requested, "tell"
	k.Evidence = []audit.Item{
		{Name: "requested", Value: money(requested, s.scale)}, {Name: "displayed", Value: money(v.displayed, s.scale)},
		{Name: "error_code", Value: c.errorCode.text(a.batch, v.row)},
	}
	r := run{views: []view{*v}, until: none}
	k.Events = s.events(a, &r)
	k.Notes = []int64{int64(s.incidents.At(v.at, c.errorCode.text(a.batch, v.row))), none, 0, 0}
	s.cases.Add(k)
}

// keepInferred lists a declined draw within the limit where no display is on
// record (grade E4).
func (s *phantom) keepInferred(a *account, v *view, requested int64) {
	k := startCase(&s.ledger, a, v.row, s.timeline.Customer)
	k.Rules, k.Substance, k.Grade, k.Cause = []string{"R3.1"}, audit.Indeterminate, audit.E4, cause.Unexplained
	k.Causes = []audit.Supported{{Code: cause.Unexplained, Grade: audit.E4}}
	k.Amount, k.Remedy = requested, "human_review"
	k.Evidence = []audit.Item{{Name: "requested", Value: money(requested, s.scale)}, {Name: "limit", Value: money(a.limitAt(v.at), s.scale)}}
	k.Notes = []int64{-1, none, 0, 0}
	s.cases.Add(k)
}

// keepCut lists a silent cut (R3.5): a second limit that is nowhere on record.
func (s *phantom) keepCut(a *account, before, v *view) {
	k := startCase(&s.ledger, a, v.row, s.timeline.Customer)
	e, _ := v.entitled()
	k.Rules, k.Substance, k.Grade, k.Cause = []string{"R3.5"}, audit.Indeterminate, audit.E2, cause.Unexplained
	k.Causes = []audit.Supported{{Code: cause.Unexplained, Grade: audit.E2}}
	for _, code := range s.codes(a, v.row) {
		if h, ok := s.hold(s.policyAt(a, v.row), code); ok {
			s.n[pTold]++
			_ = h
			return // a declared quota, shown as it is
		}
	}
	if v.reason {
		return
	}
	k.Disclosure = audit.Misleading
	k.Amount, k.Remedy = e-v.drawable, "human_review"
	r := run{views: []view{*v}, until: none}
	k.Days = r.days(s.asOf)
	k.Evidence = append(s.seen(&r, e, true), audit.Item{Name: "drawable_before", Value: money(before.drawable, s.scale)})
	k.Events = s.events(a, &r)
	k.Notes = []int64{-1, v.drawable, 0, 0}
	s.cases.Add(k)
}
