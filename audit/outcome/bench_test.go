package outcome_test

import (
	"fmt"
	"testing"

	"evenhand/audit"
	"evenhand/audit/outcome"
	"evenhand/features"
)

func opaqueColumn(values ...string) features.Vector {
	v := features.Vector{Kind: features.Opaque, Present: true, Offsets: []uint32{0}}
	for _, s := range values {
		v.Bytes = append(v.Bytes, s...)
		v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
	}
	return v
}

// BenchmarkTimeline reads the outcomes of customers of three decisions, two of
// which booked a loan of six instalments.
func BenchmarkTimeline(b *testing.B) {
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2026-06-30\ntimezone: Asia/Shanghai\ntables: {decisions: {files: [x.parquet]}}\n"), nil)
	if err != nil {
		b.Fatal(err)
	}
	layout := func(names ...string) *audit.Layout {
		var specs []features.Spec
		for _, n := range names {
			specs = append(specs, features.Spec{Name: n, From: []string{n}})
		}
		return audit.NewLayout(specs)
	}
	env := &audit.Env{Plan: plan, Layouts: map[string]*audit.Layout{
		"decisions":  layout("decision_id", "decided_at"),
		"repayments": layout("loan_id", "installment_no", "due_date", "due_amount", "decision_id", "paid_at", "booked_at"),
	}}
	const day = int64(24*3600) * 1e6
	booked := int64(20200) * day
	decided := features.Vector{Kind: features.Instant, Present: true, Ints: []int64{booked - day, booked - day, booked}}
	d := &features.Batch{Table: "decisions", N: 3, Cols: []features.Vector{opaqueColumn("D1", "D2", "D3"), decided}}
	r := &features.Batch{Table: "repayments", N: 12}
	ints := make([]features.Vector, 5)
	for i := range ints {
		ints[i] = features.Vector{Kind: features.Int, Present: true}
	}
	var loans, ids []string
	for i := range 12 {
		loans, ids = append(loans, fmt.Sprint("L", i/6)), append(ids, fmt.Sprint("D", 1+i/6))
		due := int64(20230 + 30*(i%6))
		for c, x := range []int64{int64(i%6 + 1), due, 10000, due*day + 1, booked} {
			ints[c].Ints = append(ints[c].Ints, x)
		}
	}
	r.Cols = []features.Vector{opaqueColumn(loans...), ints[0], ints[1], ints[2], opaqueColumn(ids...), ints[3], ints[4]}
	t := &audit.Timeline{Customer: []byte("C"), Decisions: audit.Rows{Batch: d, Hi: 3}, Repayments: audit.Rows{Batch: r, Hi: 12}}
	reader := outcome.New(env)
	if k := reader.Timeline(t); k[0] != outcome.Good || k[2] != outcome.None {
		b.Fatal(k)
	}
	b.ReportAllocs()
	for b.Loop() {
		reader.Timeline(t)
	}
	b.ReportMetric(3*float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
}
