package limit

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// repeated judges each customer many times, and keeps the time.
type repeated struct {
	audit.TimelineState
	times  int
	spent  *time.Duration
	events *int64
}

func (r *repeated) Customer(t *audit.Timeline) {
	begin := time.Now()
	for range r.times {
		r.TimelineState.Customer(t)
	}
	*r.spent += time.Since(begin)
	*r.events += int64(r.times * t.Limits.Len())
}

func (r *repeated) Merge(o audit.State) { r.TimelineState.Merge(o.(*repeated).TimelineState) }

// BenchmarkParity is the cost of an event of limits, beyond its reading.
func BenchmarkParity(b *testing.B) {
	for _, x := range []struct {
		check *audit.Check
		file  string
	}{{IncreaseParity, "testdata/increaseparity.txtar"}, {LimitParity, "testdata/limitparity.txtar"}} {
		b.Run(x.check.Name, func(b *testing.B) {
			ar, err := txtar.ParseFile(x.file)
			if err != nil {
				b.Fatal(err)
			}
			sources := map[string]features.Source{}
			var text []byte
			for _, f := range ar.Files {
				if table, ok := strings.CutSuffix(f.Name, ".csv"); ok {
					if sources[table], err = audittest.NewSource(table, string(f.Data), 1<<20, 1<<20); err != nil {
						b.Fatal(err)
					}
				} else if f.Name == "plan.yaml" {
					text = f.Data
				}
			}
			plan, err := audit.ParsePlan("plan.yaml", text, []*audit.Check{x.check})
			if err != nil {
				b.Fatal(err)
			}
			var spent time.Duration
			var events int64
			check := *x.check
			check.New = func(env *audit.Env) (audit.State, error) {
				s, err := x.check.New(env)
				if err != nil {
					return nil, err
				}
				return &repeated{s.(audit.TimelineState), b.N, &spent, &events}, nil
			}
			b.ReportAllocs()
			if _, err := driver.Run(context.Background(), driver.Input{Plan: plan, Checks: []*audit.Check{&check}, Sources: sources}, driver.Options{Workers: 1}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(spent.Nanoseconds())/float64(events), "ns/event")
		})
	}
}
