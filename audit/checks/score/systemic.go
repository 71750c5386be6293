package score

import (
	"cmp"
	"slices"
)

// verdict is what is made of one mismatching row in the end.
type verdict struct {
	signature
	shift    float64 // of M7
	systemic bool
	others   []signature // further explanations that hold as well
}

// The probabilities under which an explanation is no accident: to be called
// systemic, and to be told at all among many mismatches of one model.
const (
	chanceBelow = 1e-6
	likelyBelow = 0.01
	manyRows    = 200
)

// judge chooses among the explanations of all classified rows together.
// stale[i] is the score of record i's customer on the latest earlier
// snapshot; NaN when there is none or it was not looked for. staleHolds[i]
// says that some earlier snapshot gives the recorded score.
func judge(c *classifier, set *Settings, records []*record, stale []float64, staleHolds []bool) []verdict {
	out := make([]verdict, len(records))
	j := &judgement{c: c, set: set, records: records, stale: stale, staleHolds: staleHolds}
	for m := range c.models {
		var open []int
		for i, r := range records {
			if int(r.model) != m {
				continue
			}
			if e := r.explained; len(e) == 1 && e[0].class <= m2BinEdge {
				out[i] = verdict{signature: e[0]}
				continue
			}
			out[i] = verdict{signature: signature{class: m8Unexplained, model: int16(m)}}
			open = append(open, i)
		}
		j.model(open, out)
	}
	return out
}

type judgement struct {
	c          *classifier
	set        *Settings
	records    []*record
	stale      []float64
	staleHolds []bool
}

// candidate is an explanation of some rows of one model.
type candidate struct {
	signature
	rows   []int
	chance float64 // rows that chance alone would give it
}

// model judges the rows of one model that M1 and M2 don't explain.
func (j *judgement) model(open []int, out []verdict) {
	byKey := map[signature]*candidate{}
	var candidates []*candidate
	for _, i := range open {
		for _, s := range j.explanations(i) {
			k := byKey[s]
			if k == nil {
				k = &candidate{signature: s}
				byKey[s] = k
				candidates = append(candidates, k)
			}
			k.rows = append(k.rows, i)
		}
	}
	differences := j.differences(open, len(candidates))
	kept := candidates[:0]
	for _, k := range candidates {
		// An explanation that chance accounts for by half is none. Among many
		// mismatches every explanation finds a row or two, so there it takes
		// more.
		n := len(k.rows)
		k.chance = differences.expected(k, float64(n)/2)
		if k.chance*2 < float64(n) && (len(open) < manyRows || poissonTail(n, k.chance) < likelyBelow) {
			kept = append(kept, k)
		}
	}
	order := func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b))
	}
	// The systemic explanation of most rows takes its rows first.
	done := map[int]bool{}
	for {
		var best *candidate
		for _, k := range kept {
			k.rows = slices.DeleteFunc(k.rows, func(i int) bool { return done[i] })
			n := len(k.rows)
			if int64(n) < j.set.SystemicRows || poissonTail(n, k.chance) >= chanceBelow {
				continue
			}
			if best == nil || n > len(best.rows) || n == len(best.rows) && order(k, best) < 0 {
				best = k
			}
		}
		if best == nil {
			break
		}
		for _, i := range best.rows {
			done[i] = true
			out[i] = verdict{signature: best.signature, systemic: true, others: j.others(i, best.signature, kept)}
		}
	}
	// The rest go by the order of the taxonomy.
	slices.SortFunc(kept, order)
	for _, k := range kept {
		for _, i := range k.rows {
			if !done[i] {
				done[i] = true
				out[i] = verdict{signature: k.signature, others: j.others(i, k.signature, kept)}
			}
		}
	}
	j.shifts(slices.DeleteFunc(open, func(i int) bool { return done[i] }), out)
}

// explanations returns those of record i, M5 included.
func (j *judgement) explanations(i int) []signature {
	e := j.records[i].explained
	if j.staleHolds != nil && j.staleHolds[i] {
		e = append(slices.Clone(e), signature{class: m5Stale, model: j.records[i].model})
	}
	return e
}

// others returns the explanations of record i besides s that were not dropped.
func (j *judgement) others(i int, s signature, kept []*candidate) []signature {
	var out []signature
	for _, e := range j.explanations(i) {
		if e != s && slices.ContainsFunc(kept, func(k *candidate) bool { return k.signature == e }) {
			out = append(out, e)
		}
	}
	return out
}

// shifts marks the constant shifts (M7) among the rows nothing else explains.
func (j *judgement) shifts(open []int, out []verdict) {
	type group struct {
		first float64 // least difference
		rows  []int
	}
	diff := func(i int) float64 { return j.records[i].recorded - j.records[i].recomputed }
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(diff(a), diff(b)) })
	var groups []group
	for _, i := range open {
		d := diff(i)
		width := 2 * j.c.models[j.records[i].model].tolerance(j.records[i].recomputed)
		if g := len(groups) - 1; g >= 0 && d <= groups[g].first+width {
			groups[g].rows = append(groups[g].rows, i)
		} else {
			groups = append(groups, group{d, []int{i}})
		}
	}
	for g, x := range groups {
		n := len(x.rows)
		if int64(n) < j.set.SystemicRows {
			continue
		}
		// What the other differences suggest: all of them, and, since small
		// differences may well be commoner than large ones, the nearest ten.
		mean := func(lo, hi int) float64 {
			sum, k := 0, 0
			for i := max(lo, 0); i < min(hi, len(groups)); i++ {
				if i != g {
					sum, k = sum+len(groups[i].rows), k+1
				}
			}
			return float64(sum) / float64(max(k, 1))
		}
		if poissonTail(n, max(mean(0, len(groups)), mean(g-5, g+6))) < chanceBelow {
			for _, i := range x.rows {
				out[i].class, out[i].systemic = m7Shift, true
				out[i].shift = j.median(x.rows)
			}
		}
	}
}

// median returns the median difference of rows sorted by it.
func (j *judgement) median(rows []int) float64 {
	r := j.records[rows[len(rows)/2]]
	return r.recorded - r.recomputed
}
