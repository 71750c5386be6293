package reason

import (
	"slices"

	"evenhand/audit/policy"
	"evenhand/features"
)

// class is what is wrong with the reasons of a denial, the first that fits.
type class uint8

const (
	unscored class = iota
	knockoutHidden
	wrongStage
	nonAdverse
	omitted
	classes
)

// classNames are the causes of cases.
var classNames = [classes]string{"UNSCORED", "KNOCKOUT_HIDDEN", "WRONG_STAGE", "NON_ADVERSE", "OMITTED_PRINCIPAL"}

// faults are the classes that fit a denial, and what each is about: the code
// given, the rule not told, the feature left out.
type faults struct {
	found [classes]bool
	about [classes]string
}

func (f *faults) add(c class, about string) {
	if !f.found[c] {
		f.found[c], f.about[c] = true, about
	}
}

// first is the primary class, or classes.
func (f *faults) first() class {
	for c := range classes {
		if f.found[c] {
			return c
		}
	}
	return classes
}

// byRule judges a denial by a rule: the rule must be told, or another one that
// denies by itself.
func (s *state) byRule(b *features.Batch, i int, r *rule) {
	var x [kinds]int64
	s.given.count(&x, s.settings)
	told := slices.ContainsFunc(s.given.codes, func(k int32) bool {
		return r.stands[k] || r.mixed && s.book.scored(k)
	})
	x[nJudged] = 1
	switch {
	case told, s.firesOtherwise(b, i):
		x[nRight] = 1
	case s.given.unlisted > 0: // it may be what an unlisted code says
		s.n[isUnlisted]++
		return
	default:
		var f faults
		others := true // all that was told is about the score
		for _, k := range s.given.codes {
			others = others && s.book.scored(k) && s.book.codes[k].rule == ""
		}
		if others {
			f.add(wrongStage, r.name)
		}
		if !others || r.stage != "affordability" && r.stage != "other" && r.stage != "score" {
			f.add(knockoutHidden, r.name)
		}
		s.wrong(b, i, &f)
	}
	s.counts.add(b, i, &x)
}

// count counts the reasons given.
func (g *given) count(x *[kinds]int64, set *Settings) {
	x[nGiven] = int64(g.told)
	if g.told > set.Top {
		x[nMany] = 1
	}
}

// firesOtherwise reports whether a code given stands for another rule that
// denies row i by itself, or may: something that it needs is missing.
// Where the first rule that decides ends the matter, a score that would have
// failed after it is no such rule.
func (s *state) firesOtherwise(b *features.Batch, i int) bool {
	p := b.Replay.Policy[i]
	steps, _ := s.start().Explain(b, p, i)
	for k := range steps {
		at := int(steps[k].Index)
		if !fires(&steps[k]) || at >= len(s.book.rules[p]) {
			continue
		}
		r := &s.book.rules[p][at]
		if slices.ContainsFunc(s.given.codes, func(c int32) bool { return r.stands[c] && (r.kind != byScore || s.book.codes[c].rule == r.name) }) ||
			r.kind == byScore && s.env.Policies.Policies[p].Order == "worst" && slices.ContainsFunc(s.given.codes, s.book.scored) {
			return true
		}
	}
	return false
}

// fires reports whether a step of a replay is a rule that stands, or may stand,
// against the applicant by itself.
func fires(s *policy.Step) bool {
	return s.Kind != "term" && s.Kind != "growth" && (s.Says == "deny" || s.Says == "refer" || s.Says == "missing")
}

// lower judges the reasons of a limit lower than was asked for: what binds it
// must be told, or another term that alone would.
func (s *state) lower(b *features.Batch, i int) {
	var x [kinds]int64
	s.given.count(&x, s.settings)
	p := b.Replay.Policy[i]
	terms := s.book.terms[p]
	stands := func(k int) bool {
		t := &terms[k]
		return slices.ContainsFunc(s.given.codes, func(c int32) bool { return t.stands[c] || t.mixed && s.book.scored(c) })
	}
	ok := stands(int(b.Replay.Bound[i]))
	if !ok {
		steps, _ := s.start().Explain(b, p, i)
		asked := &b.Cols[s.at.amount]
		for k := range steps {
			t := &steps[k]
			binds := t.Says == "missing" || t.Says == "applies" && (asked.IsNull(i) || t.Amount < asked.Ints[i])
			ok = ok || t.Kind == "term" && int(t.Index) < len(terms) && binds && stands(int(t.Index))
		}
	}
	if !ok && s.given.unlisted > 0 {
		s.n[isUnlisted]++
		return
	}
	x[nJudged] = 1
	if ok {
		x[nRight] = 1
	} else {
		var f faults
		f.add(wrongStage, terms[b.Replay.Bound[i]].name)
		s.wrong(b, i, &f)
	}
	s.counts.add(b, i, &x)
}
