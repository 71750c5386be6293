package denial

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/stats"
	"evenhand/features"
)

// Undeclared changes of policy show without any replay: the share of approvals
// within a fixed band of the score changes on a day, and no version of the
// policy came into force around it.
const (
	shiftMetric = "approval_shift"
	shiftBand   = 20   // width of the bands of the score
	shiftBase   = 60   // days that give the level
	shiftRows   = 300  // rows a band must have between two versions
	shiftReach  = 0.10 // a smaller change is not worth a word
	bandZero    = 1 << 14
)

// shifts counts decisions day by day within bands of the score, by product.
type shifts struct {
	by map[string]*cause.Daily

	score, product, outcome, decided, kind int // columns
}

func newShifts(env *audit.Env) shifts {
	c := func(name string) int { return env.Col("decisions", name) }
	return shifts{by: map[string]*cause.Daily{}, score: c("score"), product: c("product"), outcome: c("outcome"), decided: c("decided_at"), kind: c("application_type")}
}

// add counts row i, an approval or a denial of an application.
func (s *shifts) add(b *features.Batch, i int, day int64) {
	var yes bool
	switch b.Cols[s.outcome].Text(i) {
	case "approved", "approved_lower":
		yes = true
	case "denied":
	default:
		return
	}
	score := math.NaN()
	if b.Scores != nil && b.Scores.Model[i] >= 0 {
		score = b.Scores.Score[i]
	} else if v := &b.Cols[s.score]; len(v.Floats) > i {
		score = v.Floats[i]
	}
	band := math.Floor(score / shiftBand)
	if !(math.Abs(band) < bandZero) {
		return
	}
	// Applications of one kind have one cut-off: they are compared with their like.
	key := b.Cols[s.product].Text(i) + "\x1f" + b.Cols[s.kind].Text(i)
	d := s.by[key]
	if d == nil {
		d = &cause.Daily{}
		s.by[key] = d
	}
	d.Add(int(band)+bandZero, day, yes)
}

func (s *shifts) keys() []string {
	out := make([]string, 0, len(s.by))
	for k := range s.by {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (s *shifts) merge(o *shifts) {
	for _, k := range o.keys() {
		if s.by[k] == nil {
			s.by[k] = &cause.Daily{}
		}
		s.by[k].Merge(o.by[k])
	}
}

func (s *shifts) encode(e *stats.Encoder) {
	e.Count(len(s.by))
	for _, k := range s.keys() {
		e.String(k)
		e.Value(s.by[k])
	}
}

func (s *shifts) decode(d *stats.Decoder) {
	last := ""
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		k := d.String()
		if s.by[k] != nil || k < last {
			d.Fail("products out of order")
			return
		}
		s.by[k], last = &cause.Daily{}, k
		d.Value(s.by[k])
	}
}

// measure adds a metric for each band with enough rows and a change: how far
// the share of approvals moved. Its p-value is corrected for the choice of the
// day, and a change that the registry declares is none.
func (s *shifts) measure(env *audit.Env, r *audit.Result) {
	calendar := env.Plan.Calendar()
	for _, key := range s.keys() {
		product, kind, _ := strings.Cut(key, "\x1f")
		for _, band := range s.by[key].Bands() {
			for _, part := range between(env, calendar, s.by[key].Series(band)) {
				day, _, ok := cause.ChangePoint(part, shiftBase)
				t, days := stats.Table{}, int64(len(part)-shiftBase)
				for _, d := range part {
					if ok && d.Day >= day {
						t.A, t.B = t.A+d.Yes, t.B+d.N-d.Yes
					} else {
						t.C, t.D = t.C+d.Yes, t.D+d.N-d.Yes
					}
				}
				if !ok || t.N() < shiftRows || cause.Declared(env, calendar, product, day) {
					continue
				}
				low := (band - bandZero) * shiftBand
				m := audit.NewMetric(checkName, shiftMetric)
				m.Period, m.Segment = audit.DateText(day), "product="+product
				if kind != "" {
					m.Segment += " application_type=" + kind
				}
				m.Group = "score=" + strconv.Itoa(low) + "-" + strconv.Itoa(low+shiftBand)
				m.Value, m.K, m.N, m.KRef, m.NRef = t.Difference(), t.A, t.A+t.B, t.C, t.C+t.D
				m.Threshold, m.Test = shiftReach, "chi2_yates"
				m.P = min(1, t.ChiSquare(true).P*float64(max(days, 1)))
				if math.Abs(m.Value) >= shiftReach {
					m.Reach = audit.Warn
				}
				r.Metrics = append(r.Metrics, m)
			}
		}
	}
}

// between cuts a series at the days on which some version of the policy came
// into or went out of force: a declared change is no change to look for.
func between(env *audit.Env, calendar *audit.Calendar, series []cause.Day) [][]cause.Day {
	var bounds []int64
	if env.Policies != nil {
		for _, at := range env.Policies.Bounds() {
			bounds = append(bounds, calendar.Day(at))
		}
	}
	var out [][]cause.Day
	for _, d := range bounds {
		i := slices.IndexFunc(series, func(x cause.Day) bool { return x.Day >= d })
		if i < 0 {
			break
		}
		out, series = append(out, series[:i]), series[i:]
	}
	return append(out, series)
}

// shifted is the finding on one change.
func shifted(env *audit.Env, m *audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(checkName, shiftMetric, m.Segment, m.Group, m.Period), Check: checkName, Severity: audit.S3,
		Substance: audit.Indeterminate, Grade: audit.E3, Cause: cause.PolicyUndeclared, Metrics: []string{m.ID()},
		Causes: []audit.Supported{{Code: cause.PolicyUndeclared, Grade: audit.E3}},
		Title: audit.Tf("From %[1]s on approvals of %[2]s, %[3]s, moved from %[4]s to %[5]s, and no version of the policy declares it",
			"自%[1]s起，%[2]s、%[3]s的通过率由%[4]s变为%[5]s，没有任何政策版本登记此变化",
			m.Period, m.Segment, m.Group, audit.Percent(m.KRef, m.NRef), audit.Percent(m.K, m.N)),
		What: audit.T("The share of approvals within a fixed band of the score, so that a change of who applies is not taken for it, by Page's CUSUM. It is statistical: which decisions went another way is for the replay to say.",
			"在固定评分档内比较通过率，以排除申请人构成的变化；采用Page的CUSUM。此为统计结论：哪些决策因此改变，须由复算说明。"),
		Remedy: audit.T("Find what changed on that day, and put it into the registry with its reason and approval, or take it back.",
			"查明当日的变化，连同原因与批准登记入册，或予撤回。"),
		Clauses: clausesFor(env, audit.Absent),
	}
}
