package driver_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/checks"
	"evenhand/audit/driver"
	"evenhand/features"
)

// BenchmarkRun drives scoring, group counts and drift over rows that are
// already decoded: what the engine and the checks cost beyond reading.
func BenchmarkRun(b *testing.B) {
	const units, batches = 8, 16
	for _, names := range [][]string{{"scorematch"}, {"approvalparity"}, {"scoredrift"}, {"unexplaineddenial"}, {"scorematch", "approvalparity"}} {
		b.Run(strings.Join(names, "+"), func(b *testing.B) {
			var run []*audit.Check
			for _, c := range checks.All {
				for _, n := range names {
					if c.Name == n {
						run = append(run, c)
					}
				}
			}
			if len(run) != len(names) {
				b.Fatalf("%d checks", len(run))
			}
			plan, models := benchPlan(b)
			src := newDecoded(units, batches)
			rows := 0
			b.ReportAllocs()
			for b.Loop() {
				res, err := driver.Run(context.Background(), driver.Input{
					Plan: plan, Checks: run, Models: models, Sources: map[string]features.Source{"decisions": src},
				}, driver.Options{Workers: 1})
				if err != nil {
					b.Fatal(err)
				}
				if c := res.Coverage[0]; c.RowsIn != units*batches*features.BatchRows {
					b.Fatalf("%d rows", c.RowsIn)
				}
				rows += units * batches * features.BatchRows
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func benchPlan(b *testing.B) (*audit.Plan, []audit.ScoringModel) {
	plan, err := audit.ParsePlan("plan.yaml", []byte(`
version: 1
as_of: 2026-06-30
timezone: UTC
tables: {decisions: {files: x.parquet}}
models: [{file: m.yaml, tolerance: 1e9}]
groups: {sex: {reference: F}}
segments: [channel]
`), checks.All)
	if err != nil {
		b.Fatal(err)
	}
	var m strings.Builder
	m.WriteString("evenhand: logistic\nversion: 1\ntarget: good\nintercept: 1\nscale: {factor: 28.85, offset: 600}\nnumeric:\n")
	for i := range 12 {
		fmt.Fprintf(&m, "  - {name: x%d, mean: 0.5, scale: 0.3, coef: 0.2, clip: [-4, 4], missing: 0}\n", i)
	}
	models, err := plan.LoadModels(func(string) ([]byte, error) { return []byte(m.String()), nil })
	if err != nil {
		b.Fatal(err)
	}
	return plan, models
}

// decoded is a source whose one batch is decoded before the clock starts and
// delivered again and again.
type decoded struct {
	specs          []features.Spec
	units, batches int
	batch          features.Batch
}

func newDecoded(units, batches int) *decoded { return &decoded{units: units, batches: batches} }

func (d *decoded) Fields() []features.Field {
	fields := []features.Field{{Name: "decided_at", Type: "timestamp(us, utc)", Natural: features.Instant}, {Name: "score", Type: "double", Natural: features.Float}}
	for i := range 12 {
		fields = append(fields, features.Field{Name: fmt.Sprintf("x%d", i), Type: "double", Natural: features.Float})
	}
	for _, n := range []string{"decision_id", "application_id", "customer_id", "product", "outcome", "sex", "channel", "reasons"} {
		fields = append(fields, features.Field{Name: n, Type: "string", Natural: features.Text})
	}
	return fields
}

func (d *decoded) Bind(specs []features.Spec) error {
	d.specs = specs
	rng := rand.New(rand.NewPCG(1, 2))
	n := features.BatchRows
	d.batch = features.Batch{Table: "decisions", N: n, Cols: make([]features.Vector, len(specs))}
	words := map[string][]string{"outcome": {"approved", "denied", "approved"}, "sex": {"F", "M", "M"}}
	for c, s := range specs {
		v := &d.batch.Cols[c]
		if len(s.From) == 0 {
			v.Absent(s.Kind, n)
			continue
		}
		*v = features.Vector{Kind: s.Kind, Present: true, Dict: features.NewDict(), Offsets: []uint32{0}}
		for i := range n {
			switch s.Kind {
			case features.Text, features.TextList:
				w := words[s.From[0]]
				if w == nil {
					w = []string{"a", "b", "c"}
				}
				v.Codes = append(v.Codes, v.Dict.CodeOf(w[rng.IntN(len(w))]))
				v.Offsets = append(v.Offsets, uint32(i+1))
			case features.Float:
				v.Floats = append(v.Floats, rng.Float64())
			case features.Opaque:
				v.Bytes = fmt.Appendf(v.Bytes, "%010d", i)
				v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
			default:
				v.Ints = append(v.Ints, 1_760_000_000_000_000+rng.Int64N(8)*2_600_000_000_000)
			}
		}
	}
	return nil
}

func (d *decoded) Units() []features.Unit {
	out := make([]features.Unit, d.units)
	for i := range out {
		out[i] = features.Unit{RowGroup: i, Rows: int64(d.batches * features.BatchRows)}
	}
	return out
}

func (d *decoded) Files() []features.File       { return []features.File{{Path: "x.parquet"}} }
func (d *decoded) Verify(context.Context) error { return nil }
func (d *decoded) Close() error                 { return nil }
func (d *decoded) NewReader() features.Reader   { return &decodedReader{d: d} }

type decodedReader struct {
	d    *decoded
	left int
}

func (r *decodedReader) Open(context.Context, int) error { r.left = r.d.batches; return nil }
func (r *decodedReader) Tally() features.Tally           { return features.Tally{} }
func (r *decodedReader) Close() error                    { return nil }

func (r *decodedReader) Next(b *features.Batch) (bool, error) {
	if r.left == 0 {
		return false, nil
	}
	r.left--
	*b = r.d.batch
	return true, nil
}
