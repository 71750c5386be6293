package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/features"
)

// monthsBefore is the instant so many months before the plan's as-of one.
func monthsBefore(p *audit.Plan, months int) int64 {
	return time.UnixMicro(p.AsOfMicros()).In(p.Zone()).AddDate(0, -months, 0).UnixMicro()
}

// change is what a scenario does to a feature of every applicant.
type change struct {
	feature     string
	times, plus float64
	set         bool // to plus
	step        float64
	least, most float64
	columns     []int
}

// of is the changed value: in whole steps of the dictionary, within its bounds.
func (c *change) of(x float64) float64 {
	y := float64(x*c.times) + c.plus
	if c.set {
		y = c.plus
	}
	if c.step > 0 {
		y = x + float64(math.Round((y-x)/c.step)*c.step)
	}
	return min(max(y, c.least), c.most)
}

// shock is a set of changes, and the batch that they make.
type shock struct {
	changes []change
	batch   features.Batch
	cols    []features.Vector // of the changed columns
}

// parseChange reads ×0.9 (or x0.9, *0.9), +1, -1 or =0.
func parseChange(s string) (c change, err error) {
	s = strings.TrimSpace(s)
	c = change{times: 1, least: math.Inf(-1), most: math.Inf(1)}
	number := func(s string) float64 {
		x, e := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if e != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			err = fmt.Errorf("%q is no change; write ×0.9, +1, -1 or =0", s)
		}
		return x
	}
	for _, sign := range []string{"×", "x", "*"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			c.times = number(rest)
			return c, err
		}
	}
	if rest, ok := strings.CutPrefix(s, "="); ok {
		c.set, c.plus = true, number(rest)
		return c, err
	}
	if !strings.HasPrefix(s, "+") && !strings.HasPrefix(s, "-") {
		return c, fmt.Errorf("%q is no change; write ×0.9, +1, -1 or =0", s)
	}
	c.plus = number(s)
	return c, err
}

// bind finds the columns of a change; it reports whether there are any that
// hold numbers.
func (w *world) bind(c *change) bool {
	l := w.env.Layouts[decisions]
	for _, name := range []string{c.feature, audit.FeatureColumn(c.feature)} {
		i := l.Index(name)
		if i < 0 {
			continue
		}
		switch l.Specs[i].Kind {
		case features.Float, features.Int, features.Money:
			c.columns = append(c.columns, i)
		}
	}
	return len(c.columns) > 0
}

// family is the shock that op makes of the features of a family of the
// dictionary; nil when none of them can be had. op returns false for a feature
// that it does not concern.
func (w *world) family(family string, op func(info *audit.FeatureInfo, c *change) bool) *shock {
	s := &shock{}
	for _, name := range sortedNames(w.env.Plan.Dictionary) {
		info := w.env.Plan.Dictionary[name]
		if info.Family != family {
			continue
		}
		c := change{feature: name, times: 1, step: info.Step, least: math.Inf(-1), most: math.Inf(1)}
		if info.Least != nil {
			c.least = *info.Least
		}
		if info.Most != nil {
			c.most = *info.Most
		}
		if op(&info, &c) && w.bind(&c) {
			s.changes = append(s.changes, c)
		}
	}
	if len(s.changes) == 0 {
		return nil
	}
	return s
}

// income cuts incomes by a share: what is better higher falls by it, what is
// better lower is taken for a ratio to income, and rises.
func (w *world) income(share float64) *shock {
	return w.family("income", func(info *audit.FeatureInfo, c *change) bool {
		switch info.Good {
		case "higher":
			c.times = 1 - share
		case "lower":
			c.times = 1 / (1 - share)
		default:
			return false
		}
		return true
	})
}

// utilisation raises shares of limits in use by 20 percentage points.
func (w *world) utilisation() *shock {
	return w.family("utilisation", func(info *audit.FeatureInfo, c *change) bool {
		if c.plus = 0.2; info.Unit != "" && info.Unit != "share" {
			c.plus = 20
		}
		return info.Good == "lower"
	})
}

// lenders adds one to counts of loans and lenders.
func (w *world) lenders() *shock {
	return w.family("multi_lender", func(info *audit.FeatureInfo, c *change) bool {
		c.plus = 1
		return info.Good == "lower" && info.Step == 1
	})
}

// apply returns the batch as changed. It is overwritten by the next call.
func (s *shock) apply(b *features.Batch) *features.Batch {
	cols := append(s.batch.Cols[:0], b.Cols...)
	s.batch = *b
	s.batch.Cols, s.batch.Scores, s.batch.Replay = cols, nil, nil
	n := 0
	for k := range s.changes {
		c := &s.changes[k]
		for _, col := range c.columns {
			if n == len(s.cols) {
				s.cols = append(s.cols, features.Vector{})
			}
			from, to := &b.Cols[col], &s.cols[n]
			n++
			to.Kind, to.Present, to.Dict, to.Valid = from.Kind, from.Present, from.Dict, from.Valid
			if from.Kind == features.Float {
				to.Floats = slices.Grow(to.Floats[:0], b.N)[:b.N]
				for i, x := range from.Floats[:b.N] {
					to.Floats[i] = c.of(x)
				}
			} else {
				to.Ints = slices.Grow(to.Ints[:0], b.N)[:b.N]
				for i, x := range from.Ints[:b.N] {
					to.Ints[i] = int64(math.Round(c.of(float64(x))))
				}
			}
			cols[col] = *to
		}
	}
	return &s.batch
}
