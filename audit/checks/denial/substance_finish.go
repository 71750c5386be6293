package denial

import (
	"fmt"
	"slices"
	"strconv"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/features"
)

// causes returns the primary cause of a case, those that the evidence supports,
// and what the lender owes.
func (s *state) causes(r *record, why why) (string, []audit.Supported, string) {
	_, grade := r.substanceOf()
	switch {
	case r.standing == wrong:
		var all []audit.Supported
		for k := range whyKinds {
			if why&(1<<k) != 0 && !slices.ContainsFunc(all, func(x audit.Supported) bool { return x.Code == whyCauses[k] }) {
				all = append(all, audit.Supported{Code: whyCauses[k], Grade: grade})
			}
		}
		remedy := "redecide"
		if !r.denied {
			remedy = "apply_shortfall"
		}
		return whyCauses[why.primary()], all, remedy
	case r.standing == skippedReview:
		return cause.Unexplained, []audit.Supported{{Code: cause.Unexplained, Grade: grade}}, "human_review"
	}
	var all []audit.Supported
	switch r.standing {
	case overridden, departed:
		all = []audit.Supported{{Code: cause.Override, Grade: audit.E1}}
	case technical:
		all = []audit.Supported{{Code: cause.TechnicalError, Grade: audit.E1}}
	case right:
		all = []audit.Supported{{Code: cause.ThresholdRule, Grade: audit.E1}}
	}
	remedy := "tell"
	if r.rules&(r01|r02|r03) == 0 && (r.cause == appealOverdue || r.cause == appealAutomatic) {
		remedy = "human_review"
	}
	return causeNames[r.cause], all, remedy
}

// replayed lists what the replay says.
func (s *state) replayed(r *record, other int16, add func(name, value string)) {
	if r.standing == notReplayed && r.replayed == features.Undecided {
		return
	}
	if (r.standing == wrong || r.standing == skippedReview) && r.cause != noLapse {
		add(itemLapse, causeNames[r.cause])
	}
	if int(r.replayed) < len(features.Outcomes) {
		add(itemReplay, features.Outcomes[r.replayed])
	} else {
		add(itemReplay, "undecided")
	}
	add("standing", standingNames[r.standing])
	add(itemRule, s.name(r.rule))
	add(itemFactors, s.name(r.factors))
	add("missing", s.name(r.missing))
	if r.score == r.score {
		add("recorded_score", strconv.FormatFloat(r.score, 'g', 10, 64))
	}
	if r.recomputed == r.recomputed {
		add("recomputed_score", strconv.FormatFloat(r.recomputed, 'g', 10, 64))
	}
	if other >= 0 {
		add(itemOther, s.env.Policies.Policies[other].Version)
		denied, all := s.around(r, other)
		add("denied_where_versions_differ", fmt.Sprintf("%d of %d decisions around", denied, all))
	}
	if r.standing == wrong {
		add("withheld", decimal(r.amount, s.env.Plan.MoneyScale()))
	}
}

// decimal writes minor units as an amount with its decimals.
func decimal(minor, scale int64) string {
	digits := 0
	for x := scale; x > 1; x /= 10 {
		digits++
	}
	return strconv.FormatFloat(float64(minor)/float64(scale), 'f', digits, 64)
}

// events are what happened, in time order.
func (s *state) events(r *record) []audit.Event {
	key := string(s.records.id(r, 0))
	var out []audit.Event
	add := func(at int64, what, note string) {
		if at != none {
			out = append(out, audit.Event{At: at, What: what, Key: key, Note: note})
		}
	}
	if r.startFrom < 2 {
		add(r.start, "decisions."+[]string{"completed", "submitted"}[r.startFrom], "")
	}
	what := "decisions.approved_lower"
	if r.denied {
		what = "decisions.denied"
	}
	add(r.at, what, s.name(r.given))
	if r.noticed {
		add(r.notice, "decisions.notice", "")
	}
	if r.appeal >= 0 {
		add(s.appeals.faults[r.appeal].opened, "appeals.opened", "")
	}
	slices.SortStableFunc(out, func(a, b audit.Event) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	})
	return out
}

const (
	wrongMetric    = "unjustified_denial_rate"
	forceMetric    = "policy_not_in_force"
	edgeMetric     = "substance_edge_case"
	watchMetric    = "single_factor_denials"
	twinMetric     = "single_factor_twins_bad_rate"
	mismatchMetric = "decision_mismatch_"
)

// substance writes the metrics of the replay.
func (m *measures) substance() {
	if !m.replayer.judges {
		return
	}
	var table [5][unknownOutcome + 1]int64
	periods := map[int32][2]int64{}
	var stands [standings]int64
	type versionCount struct {
		adverse, all int64
		stands       [standings]int64
		class        [mismatchKinds][2]int64
		late         [2]int64
		factor       map[uint8]int64
	}
	by := map[string]*versionCount{}
	version := func(p int16) *versionCount {
		name := "(none)"
		if p >= 0 && int(p) < len(m.env.Policies.Policies) {
			name = m.env.Policies.Policies[p].Version
		}
		if by[name] == nil {
			by[name] = &versionCount{factor: map[uint8]int64{}}
		}
		return by[name]
	}
	for key, n := range m.replays.All() {
		c := cellOf(key)
		v := version(c.policy)
		switch c.kind {
		case confusion:
			table[min(c.a, 4)][min(c.b, unknownOutcome)] += n
			v.all += n
		case standingOf:
			stands[c.a] += n
			v.stands[c.a] += n
			v.adverse += n
			if c.a == uint8(wrong) || c.a == uint8(right) {
				p := periods[c.period]
				p[1] += n
				if c.a == uint8(wrong) {
					p[0] += n
				}
				periods[c.period] = p
			}
		case mismatchOf:
			v.class[c.a][c.b&1] += n
		case forceOf:
			v.late[c.b&1] += n
		case watchOf:
			v.factor[c.a] += n
		}
	}
	list := m.records.sorted()
	whys, _ := m.settle(list)
	for i, r := range list {
		if r.standing == wrong {
			class, _ := (&ruling{standing: wrong, why: whys[i]}).mismatch()
			version(r.as).class[class][0]++
		}
	}
	for a, row := range table[:4] {
		var n int64
		for _, k := range row {
			n += k
		}
		for b, k := range row {
			if k == 0 {
				continue
			}
			x := m.share("replayed_outcome", "", k, n)
			x.Segment, x.Group = "outcome="+features.Outcomes[a], "replay=undecided"
			if b <= int(outReferred) {
				x.Group = "replay=" + features.Outcomes[b]
			}
			m.add(x)
		}
	}
	var adverse int64
	for _, k := range stands {
		adverse += k
	}
	for k, n := range stands {
		if n > 0 {
			x := m.share("substance_standing", "", n, adverse)
			x.Group = "standing=" + standingNames[k]
			m.add(x)
		}
	}
	rate := m.share(wrongMetric, "", stands[wrong], stands[wrong]+stands[right])
	if rate.N > 0 {
		m.add(rate)
	}
	for p, c := range periods {
		if label := m.env.Periods.Label(p); label != "" {
			m.add(m.share(wrongMetric, label, c[0], c[1]))
		}
	}
	m.twinRates()
	for name, v := range by {
		segment := "policy_version=" + name
		add := func(metric, group string, k, n int64, warn bool) {
			x := m.share(metric, "", k, n)
			x.Segment, x.Group = segment, group
			if warn && k > 0 {
				x.Reach = audit.Warn // a proven departure needs no number of rows
			}
			m.add(x)
		}
		for class := range uint8(mismatchKinds) {
			for above, k := range v.class[class] {
				if k > 0 {
					add(mismatchMetric+mismatchName(class), []string{"side=against the applicant", "side=above the policy"}[above], k, v.all, above == 1 && class != 1)
				}
			}
		}
		if n := v.late[0] + v.late[1]; n > 0 && v.late[1] > 0 {
			add(forceMetric, "", v.late[1], n, true)
		}
		if v.stands[edgeCase] > 0 {
			add(edgeMetric, "", v.stands[edgeCase], v.adverse, true)
		}
		for f, k := range v.factor {
			if int(f) < len(m.replayer.factors) {
				add(watchMetric, "factor="+m.replayer.factors[f].name, k, v.stands[right], false)
			}
		}
	}
}

// replayCoverage says what of the adverse decisions could not be judged.
func (s *state) replayCoverage() []audit.Text {
	var n [standings]int64
	for key, k := range s.replays.All() {
		if c := cellOf(key); c.kind == standingOf {
			n[c.a] += k
		}
	}
	var out []audit.Text
	if k := n[notReplayed]; k > 0 {
		out = append(out, audit.Tf("%d adverse decisions name no policy of the registry: whether they were right is not judged",
			"%d笔不利决定没有对应的政策版本：不判断其是否正确", k))
	}
	if k := n[undecided]; k > 0 {
		out = append(out, audit.Tf("on %d adverse decisions something that the policy needs is missing: whether they were right is not judged",
			"%d笔不利决定缺少政策所需的信息：不判断其是否正确", k))
	}
	if len(s.replayer.factors) == 0 {
		out = append(out, audit.T("the dictionary has no feature of the families multi_lender and repayment: denials by a single factor (R0.8) are not watched",
			"字典中没有multi_lender和repayment类特征：不观察由单一因素导致的拒绝（R0.8）"))
	}
	return out
}
