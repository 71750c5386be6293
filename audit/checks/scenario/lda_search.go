package scenario

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
)

// candidates measures every alternative that is looked at; the first one is the
// policy on file.
func (b *bench) candidates() []candidate {
	today := candidate{name: "today", what: audit.T("the policy on file", "现行政策")}
	b.measure(&today, nil)
	out := []candidate{today}
	base := &today
	add := func(c candidate) {
		b.measure(&c, base)
		out = append(out, c)
	}
	for _, d := range []int{-20, -15, -10, -5, 5, 10, 15, 20} {
		add(candidate{name: shiftName(d), common: float64(d), what: audit.Tf("all cut-offs %+d points", "所有阈值移动%+d分", d)})
	}
	for _, v := range b.segments[:min(len(b.segments), 6)] {
		if len(b.segments) < 2 {
			break
		}
		for _, d := range []int{-20, -10, -5, 5, 10, 20} {
			for _, equal := range []string{"approvals", "bads"} {
				if equal == "bads" && !b.told {
					continue
				}
				add(candidate{name: fmt.Sprintf("%s%+d,equal=%s", v, d, equal), value: v, shift: float64(d), equal: equal,
					what: audit.Tf("the cut-off of %[1]s %+[2]d points against the others", "%[1]s的阈值相对其他移动%+[2]d分", v, d)})
			}
		}
	}
	scaled := func(f int, by float64) candidate {
		c := candidate{name: b.features[f] + "×" + strconv.FormatFloat(by, 'f', -1, 64), equal: "approvals", scale: b.ones()}
		c.what = audit.Tf("the points of %[1]s spread %[2]v times as far", "%[1]s的分值差距变为%[2]v倍", b.features[f], by)
		if c.scale[f] = by; by == 0 {
			c.name, c.what = "drop="+b.features[f], audit.Tf("%s dropped: everybody gets its neutral points", "去掉%s：所有人取其中性分", b.features[f])
		}
		return c
	}
	for f := range b.features {
		for _, by := range []float64{0, 0.5, 0.75, 1.25, 1.5} {
			if c := scaled(f, by); b.moves(&c) {
				if b.measure(&c, base); b.holds(&c, base) {
					out = append(out, c)
				}
			}
		}
	}
	out = append(out, b.search(base)...)
	return ranked(out)
}

func (b *bench) ones() []float64 {
	out := make([]float64, len(b.features))
	for i := range out {
		out[i] = 1
	}
	return out
}

// moves reports whether a candidate's scaling changes anybody's terms.
func (b *bench) moves(c *candidate) bool {
	for _, a := range b.people {
		for j, x := range a.terms {
			if f := c.scale[b.of[a.model][j]]; f != 1 && x != b.neutral[a.model][j] {
				return true
			}
		}
	}
	return false
}

// holds reports whether a candidate with other points discriminates about as
// well as today's do: by the AUC over known outcomes, else by the bads that are
// to be expected.
func (b *bench) holds(c, base *candidate) bool {
	if c.auc == c.auc {
		return c.auc >= -b.settings.AUCLoss
	}
	return c.badRate != c.badRate || c.badRate*float64(c.approved) <= base.badRate*float64(base.approved)*1.005
}

// searched is how many people the local search looks at; what it finds is
// measured on all of the sample.
const searched = 4000

// search goes uphill over the points of attributes: in each move it takes the
// step of one attribute, up or down, that raises the least adverse impact ratio
// most at equal approvals. Every move's outcome is a candidate.
func (b *bench) search(base *candidate) (out []candidate) {
	if b.settings.Moves == 0 || !(base.air < 1) {
		return nil
	}
	few := *b
	few.people, few.leaf, few.bads = b.people[:min(len(b.people), searched)], b.leaf[:min(len(b.leaf), searched)], b.bads[:min(len(b.bads), searched)]
	counts := make([]int64, len(b.n))
	for _, l := range few.leaf {
		counts[l]++
	}
	few.rate = newRating(b.env, &few.leaves, func(leaf int) int64 { return counts[leaf] })
	few.n, few.margins, few.order, few.mine = make([]int64, len(b.n)), make([]float64, len(few.people)), nil, nil
	start := candidate{}
	few.measure(&start, nil)
	steps := few.attributes()
	at, air := []move(nil), start.air
	for range b.settings.Moves {
		var best *candidate
		for _, st := range steps {
			c := candidate{equal: "approvals", moves: stepped(at, st)}
			if few.measure(&c, &start); few.holds(&c, &start) && c.air > air+1e-9 && (best == nil || c.air > best.air) {
				best = &c
			}
		}
		if best == nil {
			break
		}
		at, air = best.moves, best.air
		c := candidate{name: fmt.Sprintf("points-%d", len(out)+1), equal: "approvals", moves: at, what: b.said(at)}
		if b.measure(&c, base); b.holds(&c, base) {
			out = append(out, c)
		}
	}
	return out
}

// attributesEach is how many terms an input can have whose values are taken for
// attributes; one with more is a number with a weight, and is not searched.
const attributesEach = 16

// attributes are the single steps of the search: of each attribute's points, up
// and down.
func (b *bench) attributes() (out []move) {
	for i := range b.env.Models {
		for j := range b.of[i] {
			var terms []float64
			for _, a := range b.people {
				if int(a.model) == i && len(a.terms) > 0 && a.way&wayAdditive != 0 {
					if k, ok := slices.BinarySearch(terms, a.terms[j]); !ok && len(terms) <= attributesEach {
						terms = slices.Insert(terms, k, a.terms[j])
					}
				}
			}
			if len(terms) < 2 || len(terms) > attributesEach {
				continue
			}
			step := b.settings.PointsStep
			if b.env.Models[i].Spec.Output == "margin" { // its terms are log-odds
				step *= math.Ln2 / b.settings.PDO
			}
			for _, t := range terms {
				out = append(out, move{i, j, t, step}, move{i, j, t, -step})
			}
		}
	}
	return out
}

// stepped returns moves with one more step.
func stepped(at []move, st move) []move {
	out := slices.Clone(at)
	for k := range out {
		if m := &out[k]; m.model == st.model && m.input == st.input && m.term == st.term {
			if m.by += st.by; m.by == 0 {
				return slices.Delete(out, k, k+1)
			}
			return out
		}
	}
	return append(out, st)
}

// said words the moves of a search.
func (b *bench) said(moves []move) audit.Text {
	var en []string
	for _, m := range moves {
		spec := &b.env.Models[m.model].Spec
		in := b.env.Models[m.model].Model.Inputs()[m.input]
		en = append(en, fmt.Sprintf("%s %s: %s → %s", spec.Label(), spec.Feature(in.Name), short(m.term), short(m.term+m.by)))
	}
	list := strings.Join(en, "; ")
	return audit.Tf("points of attributes: %s", "属性分值：%s", list)
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', 5, 64) }

// dominates reports whether a is as good as b in approvals, least ratio and
// loss, and better in one.
func dominates(a, b *candidate) bool {
	if a.air != a.air || b.air != b.air || a.approved < b.approved || a.air < b.air {
		return false
	}
	better := a.approved > b.approved || a.air > b.air
	if a.loss == a.loss && b.loss == b.loss {
		return a.loss <= b.loss && (better || a.loss < b.loss)
	}
	return better
}

// ranked counts by how many others each candidate is dominated, and orders them:
// the policy on file, then the undominated ones by ratio, approvals, loss and
// name, then the others. Of candidates that come to the same, the first is kept.
func ranked(cs []candidate) []candidate {
	var out []candidate
	for i := range cs {
		c := &cs[i]
		if i > 0 && slices.ContainsFunc(out, func(o candidate) bool {
			return o.approved == c.approved && o.air == c.air && slices.Equal(o.n, c.n) && (o.loss == c.loss || o.loss != o.loss && c.loss != c.loss)
		}) {
			continue
		}
		out = append(out, *c)
	}
	for i := range out {
		for j := range out {
			if dominates(&out[j], &out[i]) {
				out[i].dominated++
			}
		}
	}
	slices.SortStableFunc(out[1:], func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.dominated, b.dominated), -cmp.Compare(a.air, b.air), -cmp.Compare(a.approved, b.approved),
			cmp.Compare(a.loss, b.loss), cmp.Compare(a.name, b.name))
	})
	return out
}
