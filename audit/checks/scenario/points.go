package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"evenhand/audit/policy"
	"evenhand/features"
)

// grid are the shifts of the cut-offs.
var grid = []int{-40, -35, -30, -25, -20, -15, -10, -5, 5, 10, 15, 20, 25, 30, 35, 40}

// point is a scenario that is replayed: everything but plain shifts of the
// cut-offs, and outages.
type point struct {
	name    string
	edit    edit
	program *policy.Program // of edit, once there are rows to replay
	off     [][]bool        // cut-offs turned off, by cut rule and policy; nil: none
	shock   int             // index into stress.shocks, or -1
	cutoff  int32
	refer   bool // cut-offs pass from the lower end of the refer band on
}

// makePoints makes the points of a state.
func (s *stress) makePoints() error {
	w := s.world
	if w.open == nil {
		return nil
	}
	add := func(p point, e edit) {
		if p.edit = e; len(e.off) > 0 {
			p.off = w.cutsOff(e.off)
		}
		s.points = append(s.points, p)
	}
	if w.band() {
		add(point{name: "refer=approved", shock: -1, refer: true}, edit{})
	}
	for _, id := range knockouts(w.env) {
		add(point{name: "off=" + id, shock: -1}, edit{off: []string{id}})
	}
	if limited(w.env.Policies) {
		if _, err := w.compile(edit{factor: 0.8}); err != nil { // so that scaling can't fail later
			return err
		}
		for _, f := range []float64{0.8, 0.9, 1.1, 1.2} {
			add(point{name: "limit×" + strconv.FormatFloat(f, 'f', 1, 64), shock: -1}, edit{factor: f})
		}
	}
	shocks := []struct {
		name  string
		shock *shock
	}{
		{"income-10%", w.income(0.1)}, {"income-20%", w.income(0.2)}, {"utilisation+20pp", w.utilisation()}, {"lenders+1", w.lenders()},
	}
	for _, x := range shocks {
		if x.shock == nil {
			continue
		}
		s.shocks = append(s.shocks, x.shock)
		add(point{name: x.name, shock: len(s.shocks) - 1}, edit{})
	}
	for _, o := range s.settings.Own {
		p := point{name: o.Name, shock: -1, cutoff: int32(o.Cutoff)}
		if len(o.Features) > 0 {
			sh := &shock{}
			for _, f := range sortedNames(o.Features) {
				c, err := parseChange(o.Features[f])
				if err != nil {
					return err
				}
				if c.feature = f; !w.bind(&c) {
					return fmt.Errorf("checks: stress: scenario %q: feature %q is no number that a model or a policy reads; name one that is", o.Name, f)
				}
				sh.changes = append(sh.changes, c)
			}
			s.shocks = append(s.shocks, sh)
			p.shock = len(s.shocks) - 1
		}
		add(p, edit{off: o.Off, factor: o.Limit})
	}
	return nil
}

// cutsOff tells which cut-offs are among the rules turned off, by cut-off and
// policy; nil: none.
func (w *world) cutsOff(ids []string) (off [][]bool) {
	off = make([][]bool, len(w.cuts))
	some := false
	for k, c := range w.cuts {
		off[k] = make([]bool, len(w.env.Policies.Policies))
		for i := range w.env.Policies.Policies {
			rules := w.env.Policies.Policies[i].Rules
			off[k][i] = int(c.rule) < len(rules) && slices.Contains(ids, rules[c.rule].ID)
			some = some || off[k][i]
		}
	}
	if !some {
		return nil
	}
	return off
}

// limited reports whether any policy sets limits.
func limited(r *policy.Registry) bool {
	for i := range r.Policies {
		if r.Policies[i].Limit != nil {
			return true
		}
	}
	return false
}

// replay counts the judged rows of a batch in every point: all points of one
// shock after each other, so that rows are scored once a shock.
func (s *stress) replay(b *features.Batch, f *facts) {
	w := s.world
	policies := b.Replay.Policy[:b.N]
	for shock := -1; shock < len(s.shocks); shock++ {
		at, some := b, false
		for k := range s.points {
			some = some || s.points[k].shock == shock
		}
		if !some {
			continue
		}
		if shock >= 0 {
			at = s.shocks[shock].apply(b)
			w.engine.Score(at)
			w.lasts(at, w.base, policies, false)
		}
		for k := range s.points {
			p := &s.points[k]
			if p.shock != shock {
				continue
			}
			if p.refer {
				if s.refer == nil {
					s.refer = w.mustCompile(edit{refer: true})
				}
				w.lasts(at, s.refer, policies, true)
			}
			s.compile(p)
			p.program.Replay(at, policies, nil, &s.out)
			s.tally(k, at, f, policies)
			if p.refer {
				w.lasts(at, w.base, policies, false)
			}
		}
	}
}

// tally counts what a point makes of the judged rows.
func (s *stress) tally(k int, b *features.Batch, f *facts, policies []int16) {
	w, p, t := s.world, &s.points[k], &s.tallies[k]
	for j, row := range f.rows {
		i := int(row)
		near := w.lastOf(i, policies[i], s.out.Outcome[i], s.out.Rule[i], p.off)
		c := t.cell(f.leaf[j])
		if s.out.Outcome[i] == features.Undecided {
			t.untold++
		}
		if s.out.Outcome[i] > 1 || near < p.cutoff {
			if f.today[j] {
				c.out++
			}
			continue
		}
		c.n++
		if !f.today[j] {
			c.in++
		}
		pd := f.pd[j]
		if p.shock >= 0 {
			pd = math.NaN()
			if b.Scores != nil {
				pd = w.chance(b, b.Scores.Probability, i)
			}
		}
		t.book.add(near, w.exposure(b, &s.out, i), pd)
	}
}

// compile compiles the policies as a point edits them.
func (s *stress) compile(p *point) {
	switch e := &p.edit; {
	case p.program != nil:
	case len(e.off) == 0 && (e.factor == 0 || e.factor == 1):
		p.program = s.world.open
	default:
		p.program = s.world.mustCompile(*e)
	}
}

// mustCompile is compile of policies that compile as they are: an edit can't
// break them.
func (w *world) mustCompile(e edit) *policy.Program {
	p, err := w.compile(e)
	if err != nil {
		panic(err.Error())
	}
	return p
}

// scenario names a slice of the metrics.
func scenario(name string) string { return "scenario=" + name }

func shiftName(d int) string { return fmt.Sprintf("cutoff%+d", d) }
