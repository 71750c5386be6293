package scenario

import (
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// looper feeds one batch as often as a benchmark wants.
type looper struct {
	audit.RowState
	b    *testing.B
	done *bool
}

func (l *looper) Update(x *features.Batch) {
	if *l.done || x.N < 4000 {
		return
	}
	*l.done = true
	l.RowState.Update(x) // programs are compiled
	l.b.ResetTimer()
	for range l.b.N {
		l.RowState.Update(x)
	}
	l.b.StopTimer()
	l.b.ReportMetric(float64(l.b.Elapsed().Nanoseconds())/float64(l.b.N)/float64(x.N), "ns/row")
}
func (l *looper) Merge(o audit.State) { l.RowState.Merge(o.(*looper).RowState) }

// BenchmarkUpdate is the cost of a decision, scores and replay of the policy on
// file not included.
func BenchmarkUpdate(b *testing.B) {
	for _, c := range []*audit.Check{Stress, ReverseStress, LessDiscriminatory} {
		b.Run(c.Name, func(b *testing.B) {
			l, x, done := aLender(), *c, false
			l.n = 5000
			x.New = func(env *audit.Env) (audit.State, error) {
				s, err := c.New(env)
				return &looper{s.(audit.RowState), b, &done}, err
			}
			l.run(b, &x, 1)
			if !done {
				b.Fatal("no batch was big enough")
			}
		})
	}
}
