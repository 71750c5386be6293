package gate

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
)

// The states of waivers, the first that applies.
const (
	StateExpired  = "expired"  // its last day is over: its findings count again
	StateUnused   = "unused"   // no finding of the run is meant
	StateOutgrown = "outgrown" // a finding has more cases than it allows
	StateBarred   = "barred"   // a finding is too grave to be waived other than by its id
	StateExpiring = "expiring" // in force, for at most Soon days more
	StateInForce  = "in_force"
	// StateElsewhere is that of a waiver on a check that this run has not, as an
	// audit's is to the scenarios: nothing can be said of its use.
	StateElsewhere = "elsewhere"
)

// Soon is how many days before its last one a waiver is warned of.
const Soon = 30

// Waiver is a waiver of the plan with its state. The lists are ids of findings.
type Waiver struct {
	*audit.Waiver
	Key, Place string // as Gate's
	State      string
	Days       int        // to its last day; negative when that is over
	Hides      []string   // waived by it
	Expired    []string   // would be, had it not expired
	Outgrown   []string   // have more cases than it allows
	Barred     []string   // it would have to name by id
	Says       audit.Text // its state, as a sentence without a full stop
}

// waivers gives every waiver its state, and fills waived with those in force:
// of several for one finding, the plan's first.
func (e *evaluation) waivers(waived map[string]*audit.Waiver) []Waiver {
	out := make([]Waiver, len(e.Plan.Waivers))
	for i := range out {
		w := &out[i]
		key := "waivers." + strconv.Itoa(i+1)
		*w = Waiver{Waiver: &e.Plan.Waivers[i], Key: key, Place: e.Plan.Place(key)}
		w.Days = days(e.Today, w.Expires)
		used := false
		for j := range e.findings {
			f := &e.findings[j]
			if !e.waives(w.Waiver, f) {
				continue
			}
			used = true
			switch {
			case w.Days < 0:
				w.Expired = append(w.Expired, f.ID)
			case w.MaxCases != nil && people(f) > *w.MaxCases:
				w.Outgrown = append(w.Outgrown, f.ID)
			case w.Finding == "" && grave(f):
				w.Barred = append(w.Barred, f.ID)
			default:
				w.Hides = append(w.Hides, f.ID)
				if waived[f.ID] == nil {
					waived[f.ID] = w.Waiver
				}
			}
		}
		switch {
		case w.Days < 0:
			w.State = StateExpired
		case w.Check != "" && !e.has(w.Check):
			w.State = StateElsewhere
		case !used:
			w.State = StateUnused
		case len(w.Outgrown) > 0:
			w.State = StateOutgrown
		case len(w.Barred) > 0:
			w.State = StateBarred
		case w.Days <= Soon:
			w.State = StateExpiring
		default:
			w.State = StateInForce
		}
		w.Says = w.says(used)
	}
	return out
}

// grave findings are wrong beyond doubt, and of the worst severity.
func grave(f *audit.Finding) bool {
	return f.Severity == audit.S1 && f.Substance == audit.Unjustified && f.Grade == audit.E1
}

// people is the size of a finding: its cases, or the people harmed where it is of
// a metric and has none.
func people(f *audit.Finding) int64 { return cmp.Or(f.Cases, f.Harm) }

// waives reports whether a waiver means a finding.
func (e *evaluation) waives(w *audit.Waiver, f *audit.Finding) bool {
	if w.Finding != "" {
		return f.ID == w.Finding
	}
	if f.Check != w.Check || w.Cause != "" && f.Cause != w.Cause {
		return false
	}
	return w.Metric == "" && w.Segment == "" && w.Group == "" || e.behind(w, f)
}

// behind reports whether the metrics behind a finding are those of the waiver,
// and no others: those past their limits, or all where none is. What else the
// finding is about was never accepted.
func (e *evaluation) behind(w *audit.Waiver, f *audit.Finding) bool {
	var flagged, all []*audit.Metric
	for _, id := range f.Metrics {
		if m := e.metric(id); m != nil {
			all = append(all, m)
			if m.Status >= audit.Warn {
				flagged = append(flagged, m)
			}
		}
	}
	if len(flagged) == 0 {
		flagged = all
	}
	for _, m := range flagged {
		if w.Metric != "" && m.Name != w.Metric || w.Segment != "" && m.Segment != w.Segment || w.Group != "" && m.Group != w.Group {
			return false
		}
	}
	return len(flagged) > 0
}

func (w *Waiver) says(used bool) audit.Text {
	var en, zh []string
	add := func(e, z string, ids []string) {
		en, zh = append(en, strings.ReplaceAll(e, "IDS", strings.Join(ids, ", "))), append(zh, strings.ReplaceAll(z, "IDS", strings.Join(ids, "、")))
	}
	if w.Days < 0 {
		add("expired on "+w.Expires, "已于 "+w.Expires+" 到期", nil)
	} else {
		add("in force until "+w.Expires, "有效期至 "+w.Expires, nil)
		if w.Days <= Soon {
			add(audit.Plural(int64(w.Days), "day")+" left: renew it or fix the finding", "仅余 "+strconv.Itoa(w.Days)+" 天：请续期或整改", nil)
		}
	}
	switch {
	case w.State == StateElsewhere:
		add("its check is not of this run", "其检查不属于本次运行", nil)
	case !used:
		add("no finding of this run is meant: it can be removed once that stays so", "未对应本次运行的任何问题：若持续如此即可删除", nil)
	}
	if len(w.Expired) > 0 {
		add("IDS again counts", "IDS 重新计入", w.Expired)
	}
	if len(w.Hides) > 0 {
		add("waives IDS", "豁免 IDS", w.Hides)
	}
	if len(w.Outgrown) > 0 {
		n := audit.Thousands(*w.MaxCases)
		add("lapsed for IDS: more than "+n+" cases", "对 IDS 失效：案例多于 "+n+" 个", w.Outgrown)
	}
	if len(w.Barred) > 0 {
		add("not for IDS: a grave finding that is proven is waived by its id only", "不适用于 IDS：已证实的重大问题只能按编号豁免", w.Barred)
	}
	return audit.T(strings.Join(en, "; "), strings.Join(zh, "；"))
}

// days counts from one day to another.
func days(from, to string) int {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		panic("gate: the day was not validated: " + err.Error())
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		panic("gate: the plan was not validated: " + err.Error())
	}
	return int(b.Sub(a) / (24 * time.Hour))
}
