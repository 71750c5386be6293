package reason

import (
	"fmt"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/reasons"
	"evenhand/features"
)

// Names of evidence that Conclude and Letter read again.
const (
	itemOutcome = "outcome"
	itemGiven   = "reasons given"
	itemMethod  = "shortfalls against"
	itemShort   = "short " // and the feature
	itemRule    = "replayed_rule"
	itemOwn     = "codes for what decided"
	itemChannel = "channel"
	itemPasses  = "passes without the factors given"
)

// aboutNames are the names of the items that say what is wrong.
var aboutNames = [classes]string{"code that nothing reads", "rule not told", "code or rule of another stage", "code that counted for the applicant", "factor left out"}

// methodWords say what shortfalls are held against.
var methodWords = [reasons.Methods]string{
	"references of the model file", "best attribute", "applicants near the cut-off", "all applicants", "neutral attribute", "training data of the trees",
}

// newCase returns the case of row i with what both passes know of it. The
// calendar is the pass's own: all states of the second share the first's.
func (s *state) newCase(b *features.Batch, i int, f *faults, calendar *audit.Calendar) *cases.Kept {
	c := &s.at
	k := &cases.Kept{}
	text := func(column int) string {
		if v := &b.Cols[column]; v.Kind == features.Text {
			return v.Text(i)
		}
		return string(b.Cols[column].Opaque(i))
	}
	k.Case = audit.Case{
		Check: checkName, Table: "decisions", Key: text(c.id), Customer: text(c.customer), Account: text(c.account),
		Product: text(c.product), PolicyVersion: text(c.policy), ModelVersion: text(c.model),
		Substance: audit.Justified, Disclosure: audit.Wrong, Grade: audit.E1,
		Rules: []string{"R0.4"}, Cause: classNames[f.first()], Remedy: "tell",
	}
	if at := instant(&b.Cols[c.decided], i); at != none {
		k.At = at
		k.Days = max(0, calendar.Day(s.env.Plan.AsOfMicros())-calendar.Day(at))
	}
	if v := &b.Cols[c.amount]; !v.IsNull(i) {
		k.Amount = v.Ints[i]
	}
	told := s.toldIn(b, i)
	item(k, itemOutcome, text(c.outcome))
	item(k, itemGiven, strings.Join(told, ", "))
	for x := range classes {
		if f.found[x] {
			item(k, aboutNames[x], f.about[x])
		}
	}
	k.Events = s.events(b, i, told)
	return k
}

// finishCase adds what comes last, and the grade.
func (s *state) finishCase(k *cases.Kept, f *faults, channel string) {
	item(k, itemChannel, channel)
	for x := range classes {
		if f.found[x] {
			k.Causes = append(k.Causes, audit.Supported{Code: classNames[x], Grade: k.Grade})
		}
	}
}

// toldIn are all codes given in row i, judged or not.
func (s *state) toldIn(b *features.Batch, i int) (out []string) {
	v := s.reasonsOf(b, i)
	for _, c := range v.List(i) {
		if c != features.Null {
			out = append(out, v.Dict.Value(c))
		}
	}
	return out
}

func item(k *cases.Kept, name, value string) {
	if value != "" {
		k.Evidence = append(k.Evidence, audit.Item{Name: name, Value: value})
	}
}

func (s *state) events(b *features.Batch, i int, told []string) []audit.Event {
	c := &s.at
	key := string(b.Cols[c.id].Opaque(i))
	var out []audit.Event
	if at := instant(&b.Cols[c.decided], i); at != none {
		out = append(out, audit.Event{At: at, What: "decisions." + b.Cols[c.outcome].Text(i), Key: key, Note: strings.Join(told, ", ")})
	}
	if at := instant(&b.Cols[c.notice], i); at != none {
		out = append(out, audit.Event{At: at, What: "decisions.notice", Key: key})
		if len(out) == 2 && out[0].At > at {
			out[0], out[1] = out[1], out[0]
		}
	}
	return out
}

// wrong keeps the case of a denial by a rule, or of a limit that came out lower.
func (s *state) wrong(b *features.Batch, i int, f *faults) {
	k := s.newCase(b, i, f, s.calendar)
	p := &s.env.Policies.Policies[b.Replay.Policy[i]]
	if r := int(b.Replay.Rule[i]); r >= 0 {
		item(k, itemRule, p.RuleName(r))
		item(k, itemOwn, strings.Join(s.book.rules[b.Replay.Policy[i]][r].own, ", "))
	} else {
		bound := int(b.Replay.Bound[i])
		item(k, itemRule, p.TermName(bound))
		item(k, itemOwn, strings.Join(s.book.terms[b.Replay.Policy[i]][bound].own, ", "))
	}
	s.finishCase(k, f, b.Cols[s.at.channel].Text(i))
	s.open.add(k, int32(i))
}

// wrong keeps the case of a denial by score: row k of the gathered ones.
func (s *second) wrong(b *features.Batch, at int32, x *judge, f *faults) {
	i := int(s.rows[at])
	first := s.first
	k := first.newCase(b, i, f, s.calendar)
	names := s.ranker.Models[x.model].Features
	item(k, itemMethod, methodWords[x.primary])
	lost := x.lost[x.primary]
	for _, c := range x.top[x.primary][:min(len(x.top[x.primary]), first.settings.Top)] {
		item(k, itemShort+names[c], fmt.Sprintf("%s (%.1f %%)", number(lost[c]), 100*lost[c]/x.sum[x.primary]))
	}
	item(k, itemRule, first.book.rules[x.policy][x.rule].name)
	recorded, score := b.Cols[first.at.score].Floats[i], s.batch.Scores.Score[at]
	if recorded == recorded {
		item(k, "recorded_score", number(recorded))
		if m := &first.env.Models[x.model]; m.Spec.Output == "" || m.Spec.Output == "score" {
			if recorded != score {
				k.Grade = audit.E2 // equal within the model's tolerance
			}
		}
	}
	item(k, "recomputed_score", number(score))
	if cut := s.cut[at]; cut == cut {
		item(k, "cut_off", number(cut))
	}
	if passes, ok := x.suffices(s); ok {
		item(k, itemPasses, map[bool]string{true: "yes", false: "no"}[passes])
	}
	first.finishCase(k, f, b.Cols[first.at.channel].Text(i))
	s.open.add(k, int32(i))
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
