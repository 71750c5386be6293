package consistency

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
	"evenhand/features"
	"evenhand/features/model"
)

// Metrics of dominated.
const (
	domRate    = "dominated_denial_rate"
	domDepth   = "dominance_depth"
	domUneven  = "non_monotone_denials"
	domOverlap = "marginal_overlap_rate"
)

// Causes of dominated's own.
const (
	domCause    = "DOMINATED"
	domMonotone = "NOT_MONOTONE"
)

// Names of evidence that Conclude reads again.
const (
	domReplay    = "replay of the policy"
	domCount     = "weaker approvals"
	domDeepest   = "bins worse at most"
	domWitnessIs = "weaker approval "
)

// What the replay makes of a denial, as evidence and segments say it.
var domStandings = [3]string{domUnheard: "unknown", domConfirmed: "denied", domRefuted: "not denied"}

// worseShown is the most features that a case lists of what is worse about one
// of its witnesses.
const worseShown = 6

const dayMicros = 24 * 3600 * 1_000_000

// Finish compares what was kept.
func (s *dominance) Finish(r *audit.Result) {

	cov := s.judge.Coverage(dominatedName)
	for i, n := range s.n {
		cov.Excluded = append(cov.Excluded, audit.Excluded{Guard: domGuardNames[i], Rows: n})
		cov.Judged -= n
	}
	all, open, right := s.read(domApproved), s.read(domOpen), s.read(domRight)
	witnesses := s.index(all, false, func(*domRecord) bool { return true })
	reach, k := s.settings.Days*dayMicros, s.settings.Witnesses
	hits := witnesses.hits(open.list, reach, k)
	confirmed := witnesses.hits(right.list, reach, k)
	listed := s.believed(&cov, hits, open.list)
	for i := range listed {
		r.Cases = append(r.Cases, s.domCase(&listed[i]))
	}
	exact := s.exactness(&cov)
	s.rates(r, slices.Concat(open.list, right.list), slices.Concat(hits, confirmed), exact)
	s.uneven(r, confirmed)
	s.sheets(r, &cov)
	r.Coverage = append(r.Coverage, cov)
}

// believed are the hits that are listed as cases. Without a policy nobody knows
// what else decisions read: where more than a share of the denials are dominated
// they read something that the export does not tell, and none of those is listed.
func (s *dominance) believed(cov *audit.Coverage, hits []domHit, open []*domRecord) []domHit {
	blind := func(r *domRecord) bool { return r.policy < 0 }
	var k, n int64
	for i := range hits {
		k += int64(domOne(blind(hits[i].domRecord)))
	}
	for _, r := range open {
		n += int64(domOne(blind(r)))
	}
	if n < fewDenials || float64(k) <= s.settings.Share*float64(n) {
		return hits
	}
	cov.Why = append(cov.Why, audit.Tf(
		"without a policy %d of %d denials have weaker approvals beside them, too many for denials in error: the decisions read what is not compared, and none is listed",
		"没有政策，%[2]d笔拒绝中有%[1]d笔同期有条件更弱者通过，不可能都是误拒：决策还用到了未参与比较的信息，因此不列案例", k, n))
	return slices.DeleteFunc(slices.Clone(hits), func(h domHit) bool { return blind(h.domRecord) })
}

// fewDenials is the number of denials from which on their share tells anything.
const fewDenials = 100

// exactness says whether every decision was compared, and tells the coverage
// where not.
func (s *dominance) exactness(cov *audit.Coverage) audit.Text {
	yes, no := s.kept[domApproved], []int{domOpen, domRight}
	sampled := yes.Count() > int64(len(yes.Items()))
	var denials, kept int64
	for _, k := range no {
		denials, kept = denials+s.kept[k].Count(), kept+int64(len(s.kept[k].Items()))
	}
	if sampled || kept < denials {
		cov.Why = append(cov.Why, audit.Tf(
			"%s of %s denials were held against %s of %s approvals, the least by the hash of decision_id (setting most): a denial without witnesses among them may have some",
			"从%[2]s笔拒绝中取%[1]s笔，与%[4]s笔通过中的%[3]s笔对照（按decision_id的散列值选取，见设置most）：在其中没有对照的拒绝，实际仍可能有",
			audit.Thousands(kept), audit.Thousands(denials), audit.Thousands(int64(len(yes.Items()))), audit.Thousands(yes.Count())))
		return audit.T("of a sample chosen by hash", "按散列值抽样")
	}
	return audit.Tf("exact: every one of %s denials was held against every one of %s approvals", "精确：%s笔拒绝逐一与%s笔通过对照",
		audit.Thousands(denials), audit.Thousands(yes.Count()))
}

// domCase is the case of a dominated denial that the replay does not confirm.
func (s *dominance) domCase(h *domHit) audit.Case {
	c := audit.Case{
		Check: dominatedName, Table: "decisions", Key: h.id, Customer: h.customer, At: h.at,
		Product: h.product, PolicyVersion: h.policyName, ModelVersion: h.modelName,
		Grade: audit.E3, Cause: domCause, Causes: []audit.Supported{{Code: domCause, Grade: audit.E3}}, Remedy: "human_review",
	}
	if h.standing() == domRefuted {
		c.Remedy = "" // unexplaineddenial's case, which says what is owed
	} else {
		c.Amount = h.amount
	}
	add := func(name, value string) { c.Evidence = append(c.Evidence, audit.Item{Name: name, Value: value}) }
	add(domReplay, domStandings[h.standing()])
	count := strconv.FormatInt(h.count, 10)
	if h.count >= max(s.settings.Witnesses, witnessesSeen) {
		count += " or more"
	}
	add(domCount, count)
	add(domDeepest, strconv.FormatInt(h.worst[0].depth, 10))
	scheme := s.schemes.of(h.model, h.policy)
	for i, w := range h.worst {
		add(domWitnessIs+strconv.Itoa(i+1), w.id)
		listed := 0
		last := ""
		for _, k := range scheme.ordered {
			d := &scheme.dims[k]
			if listed == worseShown || d.name == last || d.limit && !h.limited || scheme.below(k, w.domRecord, h.domRecord, h.deciles) == 0 {
				continue
			}
			last = d.name // a card's input and what the policy reads may be one column
			listed++
			add(domWitnessIs+strconv.Itoa(i+1)+", "+d.name, s.shown(scheme, k, w.domRecord)+" against "+s.shown(scheme, k, h.domRecord))
		}
		c.Events = append(c.Events, audit.Event{At: w.at, What: "decisions." + outcomeName(w.outcome), Key: w.id})
	}
	c.Events = append(c.Events, audit.Event{At: h.at, What: "decisions.denied", Key: h.id})
	slices.SortStableFunc(c.Events, func(a, b audit.Event) int { return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.Key, b.Key)) })
	return c
}

func outcomeName(o uint8) string {
	if int(o) < len(features.Outcomes) {
		return features.Outcomes[o]
	}
	return "decided"
}

// shown writes what a record has in dimension k.
func (s *dominance) shown(scheme *domScheme, k int, r *domRecord) string {
	d, x := &scheme.dims[k], r.values[k]
	switch {
	case d.kind == features.Text:
		return cmp.Or(r.word(scheme, k), "none")
	case x != x:
		return "none"
	case d.kind == features.Money:
		return audit.Units(int64(x), s.env.Plan.MoneyScale())
	case d.kind == features.Date:
		return time.Unix(int64(x)*86400, 0).UTC().Format(time.DateOnly)
	}
	return strconv.FormatFloat(x, 'g', 10, 64)
}

// rates writes how many of the denials compared are dominated, over all, by
// product and by what the replay says, and by how much.
func (s *dominance) rates(r *audit.Result, list []*domRecord, hits []domHit, exact audit.Text) {
	type count struct{ k, n int64 }
	by := map[string]*count{}
	at := func(segment string) *count {
		if by[segment] == nil {
			by[segment] = &count{}
		}
		return by[segment]
	}
	segments := func(x *domRecord) [3]string {
		return [3]string{"", "product=" + cmp.Or(x.product, domUnknown), "replay=" + domStandings[x.standing()]}
	}
	for _, x := range list {
		for _, g := range segments(x) {
			at(g).n++
		}
	}
	var depths []int64
	for i := range hits {
		depths = append(depths, hits[i].worst[0].depth)
		for _, g := range segments(hits[i].domRecord) {
			at(g).k++
		}
	}
	h := s.env.Plan.Honesty
	for g, c := range by {
		m := audit.NewMetric(dominatedName, domRate)
		m.Segment = g
		shares.Set(&m, c.k, c.n, h)
		if g == "" {
			m.Warnings = append(m.Warnings, exact)
		}
		r.Metrics = append(r.Metrics, m)
	}
	if len(depths) > 0 {
		slices.Sort(depths)
		m := audit.NewMetric(dominatedName, domDepth)
		n := len(depths)
		m.Value, m.N = float64(depths[(n-1)/2]+depths[n/2])/2, int64(n)
		m.K = depths[n-1]
		m.Low, m.High, m.Interval = float64(depths[0]), float64(depths[n-1]), "range"
		m.K = m.N
		r.Metrics = append(r.Metrics, m)
	}
}

// uneven counts, by feature, the dominated denials that the policy confirms and
// whose worst witness gets more for being worse, where the model is a sum of
// terms.
func (s *dominance) uneven(r *audit.Result, confirmed []domHit) {
	n := map[string]int64{}
	for i := range confirmed {
		h := &confirmed[i]
		if h.model < 0 {
			continue
		}
		mo := s.env.Models[h.model].Model
		sum, ok := mo.(model.Additive)
		if !ok || model.SharesMargin(mo) {
			continue
		}
		better := domBetter(s.env, h.policy)
		scheme := s.schemes.of(h.model, h.policy)
		for in, c := range s.env.Models[h.model].Inputs {
			k := slices.IndexFunc(scheme.dims, func(d domDim) bool { return d.column == c && d.model })
			if k < 0 || scheme.dims[k].sign == 0 || scheme.dims[k].points != nil || mo.Inputs()[in].Kind != model.Numeric {
				continue
			}
			a, b := h.worst[0].values[k], h.values[k]
			if x, y := sum.Term(in, model.Value{Num: a, Null: a != a}), sum.Term(in, model.Value{Num: b, Null: b != b}); float64(better)*(x-y) > 0 {
				n[scheme.dims[k].name]++
			}
		}
	}
	for name, k := range n {
		m := audit.NewMetric(dominatedName, domUneven)
		m.Segment, m.Value, m.K, m.N = "feature="+name, float64(k), k, int64(len(confirmed))
		r.Metrics = append(r.Metrics, m)
	}
}
