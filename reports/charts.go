package reports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"evenhand/audit"
)

// nameOrder puts the metrics a reader looks for first; others follow by name.
var nameOrder = []string{"score_match_rate", "decision_match_rate", "match_rate", "selection_rate_ratio", selectionRate, heldEqualOdds, adjustedOdds, incidence, reliabilityOf, vintageAUC, changePoints, "score_mean", "psi", "csi", missingRate, "mix_psi", recourseChanges, recourseCost, firstReason, cutoffHistogram}

// The metrics of recourse and of reasons that are drawn.
const recourseChanges, recourseCost, firstReason = "recourse_changes", "recourse_extra_cost", "first_reason_agreement"

func rankOf(name string) int {
	if i := slices.Index(nameOrder, name); i >= 0 {
		return i
	}
	return len(nameOrder)
}

// Metrics by period that have charts of their own.
const selectionRate, missingRate = "selection_rate", "missing_rate"

// channelOdds is the metric of channels and partners that is drawn.
const channelOdds = "channel_conditional_odds_ratio"

// intersections is the metric of combinations of groups that is drawn.
const intersections = "intersection_selection_rate_ratio"

// notDrawn are numbers that say the same as another one that is drawn, or one
// that means something beside its table only.
func notDrawn(name string) bool {
	if name == heldEqualOdds || name == adjustedOdds || name == channelOdds {
		return false
	}
	for _, end := range []string{"_odds_ratio", "_bounds", "_difference_max", "_recomputed", "_version", "_shift"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	if besideChanges(name) {
		return true
	}
	for _, part := range []string{"ks", "js", "wasserstein", "chi2", "psi_deciles", "psi_evidently", "missing_rate_difference"} {
		if name == part || strings.HasPrefix(name, part+"_") {
			return true // read beside the stability index, which is drawn
		}
	}
	if besideIncidence(name) || name == "circumstance_incident_share" || name == "nontechnical_odds" {
		return true
	}
	if strings.HasPrefix(name, "recourse_") {
		return name != recourseChanges && name != recourseCost
	}
	switch name {
	case "selection_rate_difference", "disparate_impact", "statistical_parity_difference",
		"selection_rate_shrunken", "intersection_best_ratio", "smallest_intersection",
		"channel_selection_rate", "channel_odds_ratio_spread", cutoffDensity,
		"reviewer_low_side_override_rate", "reviewer_high_side_override_rate",
		"reviewer_low_side_override_rate_shrunken", "reviewer_high_side_override_rate_shrunken",
		"referral_approval_rate_shrunken", "referral_approval_rate_difference":
		return true
	}
	return strings.HasPrefix(name, "demographic_parity") || strings.HasPrefix(name, "mantel_haenszel_") || strings.HasSuffix(name, "_score_interval") || strings.HasPrefix(name, "smoothed_empirical_")
}

// The odds ratios within strata and of the regressions: those tested are drawn.
const heldEqualOdds, adjustedOdds = "mantel_haenszel_odds_ratio", "adjusted_odds_ratio"

// disclosures is the family of the metrics on what denied customers were told.
const disclosures = "disclosure"

// family names metrics that are shares of one whole: they go into one chart.
func family(name string) string {
	if strings.HasPrefix(name, disclosures+"_") {
		return disclosures
	}
	return name
}

// metricFigures picks charts for metrics by what they have: groups against a
// reference, periods, classes. Metrics that fit none stay in the table.
func (r *Report) metricFigures(ms []*audit.Metric) (out []*figure) {
	type kind struct{ check, name string }
	by := map[kind][]*audit.Metric{}
	var order []kind
	for _, m := range ms {
		if notDrawn(m.Name) || besideOutcomes(m) || math.IsNaN(m.Value) && !m.Suppressed {
			continue
		}
		k := kind{m.Check, family(m.Name)}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], m)
	}
	slices.SortStableFunc(order, func(a, b kind) int {
		return cmp.Or(cmp.Compare(rankOf(a.name), rankOf(b.name)), cmp.Compare(a.check, b.check), cmp.Compare(a.name, b.name))
	})
	// A few charts of each number come before further ones of the first.
	var more []*figure
	for _, k := range order {
		n := 0
		for _, f := range r.figuresOf(k.name, by[k]) {
			switch {
			case f == nil:
			case n < chartsFirst:
				out, n = append(out, f), n+1
			default:
				more = append(more, f)
			}
		}
	}
	return append(out, more...)
}

// chartsFirst is how many charts of one number come before those of the next.
const chartsFirst = 3

// figuresOf charts the metrics of one check and family.
func (r *Report) figuresOf(name string, ms []*audit.Metric) []*figure {
	whole, timed := split(ms, func(m *audit.Metric) bool { return m.Period == "" })
	classes, groups := split(whole, func(m *audit.Metric) bool { return isClass(m.Group) })
	switch {
	case ofOutcomes(ms[0].Check):
		return r.outcomeFigures(name, ms)
	case ofScenarios(name):
		switch name {
		case candidateImpact:
			return []*figure{r.candidateFrontier(ms[0].Check)}
		case scenarioImpact:
			return []*figure{r.scenarioFrontier(ms[0].Check)}
		case scenarioSwaps:
			return []*figure{r.swapBars(ms)}
		}
		return nil
	case name == incidence:
		return []*figure{r.curves(ms)}
	case name == selectionRate:
		return []*figure{r.lines(r.widest(timed))}
	case name == missingRate:
		timed, _ = split(timed, func(m *audit.Metric) bool { return m.Value > 0 })
		if len(timed) == 0 {
			return nil
		}
		return []*figure{r.heat(timed)}
	case name == cutoffHistogram:
		return []*figure{r.cutoffColumns(ms)}
	case name == changePoints:
		return []*figure{r.changeFigure(ms)}
	case isStability(name):
		overall, single := split(timed, func(m *audit.Metric) bool { return m.Group == "" && m.Segment == "" })
		if len(overall) == 0 && len(r.seriesOf(single, "")) == 1 {
			overall, single = single, nil
		}
		if within, whole := split(single, func(m *audit.Metric) bool { return m.Group != "" && m.Segment != "" }); len(whole) > 0 && len(within) > 0 {
			single = whole // the mixes within versions are in the table
		}
		var out []*figure
		if len(overall) > 0 {
			out = append(out, r.driftBars(overall))
		}
		if len(single) > 0 {
			out = append(out, r.heat(single))
		}
		return out
	case name != ms[0].Name: // a family: its names are the lines
		timed, _ = split(timed, func(m *audit.Metric) bool { return m.Group == "" && m.Segment == "" })
		return []*figure{r.lines(timed)}
	case name == heldEqualOdds, name == adjustedOdds, name == channelOdds: // what decides, in one chart
		tested, _ := split(whole, func(m *audit.Metric) bool { return !math.IsNaN(m.P) })
		return []*figure{r.forest(tested)}
	case name == intersections: // the fullest crossing alone
		kinds := byKind(whole)
		slices.SortStableFunc(kinds, func(a, b []*audit.Metric) int {
			return -cmp.Compare(strings.Count(dimension(a[0].Group), "×"), strings.Count(dimension(b[0].Group), "×"))
		})
		for _, part := range kinds {
			if part[0].Segment == "" {
				return []*figure{r.forest(part)}
			}
		}
		return nil
	case name == recourseCost, name == firstReason: // every column in one chart
		parts, _ := split(whole, func(m *audit.Metric) bool { return m.Group != "" || m.Segment != "" })
		return []*figure{r.forest(parts)}
	case len(classes) > 1:
		return append([]*figure{r.classBars(classes)}, r.linesOf(timed)...)
	}
	var out []*figure
	comparable, _ := split(groups, func(m *audit.Metric) bool { return m.Group != "" || m.Segment != "" })
	for _, part := range byKind(comparable) {
		// Within segments only what is flagged is drawn.
		if len(part) > 1 && !math.IsNaN(part[0].Low) && (part[0].Segment == "" || part[0].Group == "" || slices.ContainsFunc(part, flagged)) {
			out = append(out, r.forest(part))
		}
	}
	// What leads, then its course, then the rest.
	lines := r.linesOf(timed)
	lead := min(len(out), chartsFirst-1)
	course := min(len(lines), 1)
	return slices.Concat(out[:lead], lines[:course], out[lead:], lines[course:])
}

// widest are the metrics over all rows of the group column whose groups have
// the lowest ratio of approval rates.
func (r *Report) widest(timed []*audit.Metric) []*audit.Metric {
	column, low := "", math.Inf(1)
	for i := range r.res.Metrics {
		if m := &r.res.Metrics[i]; m.Name == selectionRate+"_ratio" && m.Period == "" && m.Segment == "" && m.Status != audit.Insufficient && m.Value < low {
			column, low = dimension(m.Group), m.Value
		}
	}
	of, _ := split(timed, func(m *audit.Metric) bool {
		return m.Segment == "" && m.Group != "" && dimension(m.Group) == column && !strings.HasSuffix(m.Group, "=(unknown)")
	})
	return of
}

func flagged(m *audit.Metric) bool { return m.Status >= audit.Warn }

// linesOf draws what is over all rows, one chart a group column; segments only
// when there is nothing else.
func (r *Report) linesOf(timed []*audit.Metric) (out []*figure) {
	all, segments := split(timed, func(m *audit.Metric) bool { return m.Segment == "" })
	if len(all) == 0 {
		all = segments
	}
	classes, groups := split(all, func(m *audit.Metric) bool { return isClass(m.Group) })
	if len(groups) == 0 {
		groups = classes
	}
	for _, part := range byKind(groups) {
		out = append(out, r.lines(part))
	}
	return out
}

func isStability(name string) bool {
	for _, p := range strings.Split(name, "_") {
		if p == "psi" || p == "csi" {
			return true
		}
	}
	return false
}

// isClass tells classes of rows (class=M6) from groups of customers.
func isClass(group string) bool {
	column, _, ok := strings.Cut(group, "=")
	return ok && (column == "class" || column == "mismatch" || column == "outcome" || column == "cause")
}

func split(ms []*audit.Metric, pick func(*audit.Metric) bool) (yes, no []*audit.Metric) {
	for _, m := range ms {
		if pick(m) {
			yes = append(yes, m)
		} else {
			no = append(no, m)
		}
	}
	return yes, no
}

// byKind cuts metrics by the columns of their segment and group, in order:
// what is in one chart has one reference and one meaning.
func byKind(ms []*audit.Metric) [][]*audit.Metric {
	compare := func(a, b *audit.Metric) int {
		return cmp.Or(cmp.Compare(dimension(a.Segment), dimension(b.Segment)), cmp.Compare(dimension(a.Group), dimension(b.Group)))
	}
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, compare)
	var out [][]*audit.Metric
	for i, m := range ms {
		if i == 0 || compare(m, ms[i-1]) != 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], m)
	}
	// What is flagged is drawn first, before the page has no more room.
	calm := func(ms []*audit.Metric) int {
		if slices.ContainsFunc(ms, flagged) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b []*audit.Metric) int { return cmp.Compare(calm(a), calm(b)) })
	return out
}

// dimension is the column of "column=value".
func dimension(group string) string {
	c, _, _ := strings.Cut(group, "=")
	return c
}
