package consistency

import (
	"fmt"
	"testing"

	"evenhand/audit"
	"evenhand/features"
	"evenhand/fixtures"
)

// feeder hands the batches of the book to a state over and over, and counts.
type feeder struct {
	audit.RowState
	b    *testing.B
	rows int
	id   int // column
}

func (f *feeder) Update(b *features.Batch) {
	f.b.StartTimer()
	for f.rows < f.b.N {
		f.rename(b)
		f.RowState.Update(b)
		f.rows += b.N
	}
	f.b.StopTimer()
}

// rename gives the rows ids that were not there before.
func (f *feeder) rename(b *features.Batch) {
	if f.id < 0 {
		return
	}
	v := &b.Cols[f.id]
	for i := range b.N {
		copy(v.Bytes[v.Offsets[i]:v.Offsets[i+1]], fmt.Sprintf("%07d", f.rows+i))
	}
}

func (f *feeder) Merge(o audit.State) { f.RowState.Merge(o.(*feeder).RowState) }

// benchmarkUpdate measures Update of a check over batches of the book, as the
// driver makes them: a row is one operation.
func benchmarkUpdate(b *testing.B, check *audit.Check) {
	b.StopTimer()
	c := *check
	c.New = func(env *audit.Env) (audit.State, error) {
		s, err := check.New(env)
		if err != nil {
			return nil, err
		}
		return &feeder{RowState: s.(audit.RowState), b: b, id: env.Layouts["decisions"].Index("decision_id")}, nil
	}
	driveBook(b, bookDir(b, fixtures.Book()), false, &c)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/row")
}

func BenchmarkDominated(b *testing.B)  { benchmarkUpdate(b, Dominated) }
func BenchmarkConditions(b *testing.B) { benchmarkUpdate(b, Conditions) }
