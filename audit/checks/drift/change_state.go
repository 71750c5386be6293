package drift

import (
	"math"
	"slices"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
	"evenhand/features"
)

// change is changepoint's statistic: counts by day.
type change struct {
	env   *audit.Env
	set   *ChangeSettings
	judge decided.Judge

	at, test, outcome, score, decider, status, code int
	dims                                            []dimension

	undated  int64
	days     []day   // in the order met
	index    []int32 // of a day since 1970: 1 + its place in days, or 0
	bands    stats.Cube
	all      stats.Hist // of scores
	versions [2]tally   // of models and policies, by day
	columns  [2]int

	// Scratch.
	calendar  *audit.Calendar
	keys      []int32
	approvals []int32 // 1 + approved, 0: not judged
	grouped   grouping
	texts     [4]rows.Codes[bool] // override, outcome error, status, code
}

// day counts the decisions of a day.
type day struct {
	day                                                    int64
	rows, technical, judged, approved, decided, overridden int64
	score                                                  stats.Sum
}

// dimension is a group dimension with a reference group.
type dimension struct {
	name, reference string
	col             int
	counts          [2]tally // denied and approved, by day
}

// maxDay is the first day of 2100.
const maxDay = 47482

func newChange(env *audit.Env) *change {
	s := &change{env: env, set: env.Settings.(*ChangeSettings), judge: decided.New(env, false), calendar: env.Plan.Calendar(),
		at: env.Col(table, "decided_at"), test: env.Col(table, "is_test"), outcome: env.Col(table, "outcome"), score: env.Col(table, "score"),
		decider: env.Col(table, "decider"), status: env.Col(table, "engine_status"), code: env.Col(table, "error_code"),
		columns: [2]int{env.Col(table, "model_version"), env.Col(table, "policy_version")}}
	l := env.Layouts[table]
	for _, g := range env.Plan.Groups {
		if i := l.Index(audit.GroupColumn(g.Name)); i >= 0 && l.Specs[i].Kind == features.Text && g.Reference != "" {
			s.dims = append(s.dims, dimension{name: g.Name, reference: g.Reference, col: i})
		}
	}
	return s
}

// place returns the place of a day in days.
func (s *change) place(d int64) int32 {
	if s.index == nil {
		s.index = make([]int32, maxDay)
	}
	if s.index[d] == 0 {
		s.days = append(s.days, day{day: d})
		s.index[d] = int32(len(s.days))
	}
	return s.index[d] - 1
}

func (s *change) Update(b *features.Batch) {
	n := b.N
	if cap(s.keys) < n {
		s.keys, s.approvals = make([]int32, n), make([]int32, n)
	}
	s.keys, s.approvals = s.keys[:n], s.approvals[:n]
	s.setDays(b)
	clear(s.approvals)
	judged, approved := s.judge.Rows(b)
	for k, i := range judged {
		if d := s.keys[i]; d >= 0 {
			s.approvals[i] = 1 + int32(approved[k])
			s.days[d].judged++
			s.days[d].approved += int64(approved[k])
		}
	}
	s.countOthers(b)
	for m, c := range s.columns {
		if v := &b.Cols[c]; v.Present {
			s.versions[m].add(v, s.keys, len(s.days))
		}
	}
	for j := range s.dims {
		d := &s.dims[j]
		v := &b.Cols[d.col]
		for a := range d.counts {
			t := &d.counts[a]
			ids := t.names.Of(v)
			t.grow(len(s.days))
			for i, k := range s.keys {
				if k >= 0 && int(s.approvals[i]) == 1+a {
					t.n[k][ids[v.Codes[i]+1]]++
				}
			}
		}
	}
	if v := &b.Cols[s.score]; v.Present {
		s.countScores(b, v.Floats[:n])
	}
}

// setDays makes keys the place of each row's day, -1 for rows left out.
func (s *change) setDays(b *features.Batch) {
	at, test := &b.Cols[s.at], b.Cols[s.test].Ints
	last, place := int64(-1), int32(-1)
	for i, us := range at.Ints[:b.N] {
		s.keys[i] = -1
		if test[i] != 0 {
			continue
		}
		d := s.calendar.Day(us)
		if at.Valid != nil && !at.Valid[i] || d < 0 || d >= maxDay {
			s.undated++
			continue
		}
		if d != last {
			last, place = d, s.place(d)
		}
		s.keys[i] = place
		s.days[place].rows++
	}
}

// countOthers counts overrides and technical errors.
func (s *change) countOthers(b *features.Batch) {
	decider, outcome, status, code := &b.Cols[s.decider], &b.Cols[s.outcome], &b.Cols[s.status], &b.Cols[s.code]
	override := s.texts[0].Of(decider, func(v string) bool { return v == "override" })
	failed := s.texts[1].Of(outcome, func(v string) bool { return v == "error" })
	byStatus := s.texts[2].Of(status, func(v string) bool { return cause.Technical(s.env.Plan, v, "") == "technical" })
	byCode := s.texts[3].Of(code, func(v string) bool { return cause.Technical(s.env.Plan, "", v) == "technical" })
	for i, k := range s.keys {
		if k < 0 {
			continue
		}
		d := &s.days[k]
		if c := decider.Codes[i]; c != features.Null && s.approvals[i] > 0 {
			d.decided++
			if override[c] {
				d.overridden++
			}
		}
		o, t, e := outcome.Codes[i], status.Codes[i], code.Codes[i]
		if o != features.Null && failed[o] || t != features.Null && byStatus[t] || e != features.Null && byCode[e] {
			d.technical++
		}
	}
}

// A cell of bands is a day, the class of the replayed outcome, the top 19 bits
// of the score and whether it was approved.
const (
	bandBits  = 19
	bandShift = 64 - bandBits
	dayShift  = bandBits + 1 + 2
)

// countScores adds the scores of judged rows to their days and bands.
func (s *change) countScores(b *features.Batch, scores []float64) {
	for i, x := range scores {
		if s.approvals[i] == 0 {
			s.keys[i] = -1 // done with the others
			continue
		}
		if x != x || math.IsInf(x, 0) {
			continue
		}
		class := uint64(0)
		if b.Replay != nil {
			switch o := b.Replay.Outcome[i]; {
			case o == features.Undecided:
				class = 3
			case o <= 1: // approved, approved_lower
				class = 1
			default:
				class = 2
			}
		}
		key := uint64(s.days[s.keys[i]].day)<<2 | class
		s.bands.Add((key<<bandBits|math.Float64bits(x+0)>>bandShift)<<1 | uint64(s.approvals[i]-1))
	}
	s.grouped.set(s.keys)
	x := s.grouped.column(scores)
	for _, r := range s.grouped.runs {
		s.days[r.key].score.AddSlice(x[r.lo:r.hi])
		s.all.AddSlice(x[r.lo:r.hi])
	}
}

func (s *change) Merge(other audit.State) {
	o := other.(*change)
	s.judge.Merge(&o.judge)
	s.undated += o.undated
	to := make([]int32, len(o.days))
	for i := range o.days {
		d := &o.days[i]
		to[i] = s.place(d.day)
		t := &s.days[to[i]]
		t.rows, t.technical, t.judged, t.approved = t.rows+d.rows, t.technical+d.technical, t.judged+d.judged, t.approved+d.approved
		t.decided, t.overridden = t.decided+d.decided, t.overridden+d.overridden
		t.score.Merge(&d.score)
	}
	for m := range s.versions {
		s.versions[m].merge(&o.versions[m], to, len(s.days))
	}
	for j := range s.dims {
		for a := range s.dims[j].counts {
			s.dims[j].counts[a].merge(&o.dims[j].counts[a], to, len(s.days))
		}
	}
	s.bands.Merge(&o.bands)
	s.all.Merge(&o.all)
}

// inOrder are the places of the days by date.
func (s *change) inOrder() []int {
	out := make([]int, len(s.days))
	for i := range out {
		out[i] = i
	}
	slices.SortFunc(out, func(i, j int) int { return int(s.days[i].day - s.days[j].day) })
	return out
}
