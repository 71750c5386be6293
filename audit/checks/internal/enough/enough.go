// Package enough finds what would have been enough to turn the denials that are
// cases, keeps it as their evidence, and words it for letters.
//
// It is about denials that the replay confirms. Only what customers can change,
// and may be told of, is changed: see Tellable. A set found is one that the
// replay accepts; nothing is kept of a search that found none.
package enough

import (
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/recourse"
	"evenhand/audit/replay"
	"evenhand/features"
)

// Names of evidence: of a change the prefix and the feature, with the values
// from and to; of a cooling-off time the first day after it.
const (
	Prefix  = "would have been enough "
	Waiting = "cooling-off over from"
	arrow   = " -> "
)

// Words are the Chinese of the evidence, for Check.Evidence.
var Words = map[string]string{Prefix + "*": "足够的改变：@1", Waiting: "冷静期结束于"}

// rowsEach is how many rows a search may replay for one denial: few, since a
// letter is the better for a change told, and right without.
const rowsEach = 300

// Finder searches the denials of decisions. It belongs to one state.
type Finder struct {
	env      *audit.Env
	decided  int // column
	calendar *audit.Calendar
	ready    bool
	search   *recourse.Searcher // nil: there is nothing to replay, or to change
	items    []audit.Item
}

// New returns a finder. What it replays with is made when first needed: states
// that only merge need none.
func New(env *audit.Env) *Finder {
	return &Finder{env: env, decided: env.Col("decisions", "decided_at"), calendar: audit.NewCalendar(env.Plan.Zone())}
}

// start makes the searcher. The dictionary that it sees has only what may be told.
func (f *Finder) start() {
	f.ready = true
	if f.env.Policies == nil {
		return
	}
	plan := *f.env.Plan
	plan.Dictionary = map[string]audit.FeatureInfo{}
	for name, info := range f.env.Plan.Dictionary {
		if Tellable(f.env.Plan, name) {
			plan.Dictionary[name] = info
		}
	}
	if len(plan.Dictionary) == 0 {
		return
	}
	engine, err := replay.New(f.env, "decisions", false)
	if err != nil {
		panic("enough: " + err.Error()) // the driver has made the same one
	}
	env := *f.env
	env.Plan = &plan
	if s := recourse.New(engine, &env, "decisions", recourse.Limits{Rows: rowsEach}); len(s.Names()) > 0 {
		f.search = s
	}
}

// Tellable reports whether a feature is one that a letter may tell a customer to
// have changed: it can be changed, has a name, is no group of the plan, and does
// not tell how fraud is looked for.
func Tellable(plan *audit.Plan, name string) bool {
	info, ok := plan.Dictionary[name]
	if !ok || !recourse.Mutable(info) || info.Family == "device" || info.En == "" && info.Zh == "" || strings.ContainsAny(name, fieldEnd+itemEnd) {
		return false
	}
	return !Grouped(plan, name)
}

// Grouped reports whether a feature makes groups of the plan: it may stand for a
// protected attribute, and is no matter for letters.
func Grouped(plan *audit.Plan, name string) bool {
	for _, g := range plan.Groups {
		if g.Name == name || g.Column == name {
			return true
		}
		for _, column := range g.OneHot {
			if column == name {
				return true
			}
		}
	}
	return false
}

// Find searches rows of a batch that has Scores and Replay, and calls found with
// the index in rows of each for which something would have been enough. Rows that
// the replay does not deny, or that are too near to a cut-off, have nothing. The
// items are overwritten after found returns.
func (f *Finder) Find(b *features.Batch, rows []int32, found func(k int, items []audit.Item)) {
	if !f.ready {
		f.start()
	}
	if f.search == nil || b.Replay == nil || len(rows) == 0 {
		return
	}
	var asked, at []int32
	for k, i := range rows {
		if r := b.Replay; r.Policy[i] >= 0 && int(r.Outcome[i]) < len(features.Outcomes) && features.Outcomes[r.Outcome[i]] == "denied" && !r.Edge[i] {
			asked, at = append(asked, i), append(at, int32(k))
		}
	}
	n := 0
	f.search.Search(b, asked, nil, func(row int, r *recourse.Result) {
		k := at[n]
		n++
		f.items = f.items[:0]
		switch r.Status {
		case recourse.Found:
			for _, c := range r.Changes {
				f.items = append(f.items, audit.Item{Name: Prefix + c.Feature, Value: number(c.From) + arrow + number(c.To)})
			}
		case recourse.Waiting:
			if v := &b.Cols[f.decided]; r.Days > 0 && !v.IsNull(row) {
				f.items = append(f.items, audit.Item{Name: Waiting, Value: audit.DateText(f.calendar.Day(v.Ints[row]) + int64(r.Days))})
			}
		}
		if len(f.items) > 0 {
			found(int(k), f.items)
		}
	})
}

// number is a value as evidence has it: exact.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// Separators of an encoding.
const fieldEnd, itemEnd = "\x1f", "\x1e"

// Encode writes items as one text, for states that keep names; "" without any.
func Encode(items []audit.Item) string {
	var s strings.Builder
	for i, it := range items {
		if i > 0 {
			s.WriteString(itemEnd)
		}
		s.WriteString(it.Name + fieldEnd + it.Value)
	}
	return s.String()
}

// Decode reads what Encode wrote; ok is false for anything else.
func Decode(plan *audit.Plan, s string) (items []audit.Item, ok bool) {
	if s == "" {
		return nil, true
	}
	for _, part := range strings.Split(s, itemEnd) {
		name, value, cut := strings.Cut(part, fieldEnd)
		if !cut {
			return nil, false
		}
		items = append(items, audit.Item{Name: name, Value: value})
	}
	_, _, ok = read(plan, items)
	return items, ok && Encode(items) == s
}

// change is one change as evidence tells it.
type change struct {
	feature  string
	from, to float64
}

// read reads the items of a case that are about this: changes, by name, or a day.
// It is not ok when any of them can't be read or may not be told, and when there
// are none.
func read(plan *audit.Plan, items []audit.Item) (changes []change, day string, ok bool) {
	for _, it := range items {
		if it.Name == Waiting {
			if _, err := time.Parse(time.DateOnly, it.Value); err != nil || day != "" {
				return nil, "", false
			}
			day = it.Value
			continue
		}
		feature, is := strings.CutPrefix(it.Name, Prefix)
		if !is {
			continue
		}
		a, b, cut := strings.Cut(it.Value, arrow)
		from, err := strconv.ParseFloat(a, 64)
		to, err2 := strconv.ParseFloat(b, 64)
		switch {
		case !cut || err != nil || err2 != nil || number(from) != a || number(to) != b || !Tellable(plan, feature),
			from-from != 0 || to-to != 0 || (to > from) != (plan.Dictionary[feature].Good == "higher") || from == to,
			len(changes) > 0 && changes[len(changes)-1].feature >= feature:
			return nil, "", false
		}
		changes = append(changes, change{feature, from, to})
	}
	return changes, day, len(changes) <= recourse.MaxChanges && (len(changes) > 0) != (day != "")
}
