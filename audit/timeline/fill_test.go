package timeline_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"evenhand/audit/timeline"
	"evenhand/features"
)

// TestFill holds Fill, over the rows of a table, against Fact, and shows that
// it needs no memory of its own.
func TestFill(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var names []string
	for _, f := range timeline.Facts {
		names = append(names, f.Name)
	}
	filled := 0
	for range 40 {
		r, tl, _ := read(t, known(customer(rng, true), math.MaxInt64))
		for _, table := range []string{"decisions", "limits"} {
			rows := tl.Of(table)
			b := rows.Batch
			cols := withFacts(b, len(names))
			h := r.Read(tl)
			fill := func() { r.Fill(h, table, b, rows.Lo, rows.Hi, nil, names, cols) }
			fill()
			account, at := []byte("A"), instants(t, table, b)
			for i := rows.Lo; i < rows.Hi; i++ {
				filled++
				for k, name := range names {
					got, want := b.Cols[cols[k]].Floats[i], r.Fact(h, name, account, at[i])
					if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
						t.Fatalf("%s row %d: %s is %v, want %v", table, i, name, got, want)
					}
				}
			}
			if n := testing.AllocsPerRun(3, func() { h = r.Read(tl); fill() }); n > 0 && rows.Len() > 0 {
				t.Errorf("%s: %v allocations a customer", table, n)
			}
		}
	}
	if filled == 0 {
		t.Error("nothing was filled")
	}
}

// withFacts adds n Float columns to a batch and returns where they are.
func withFacts(b *features.Batch, n int) []int {
	var cols []int
	for range n {
		cols = append(cols, len(b.Cols))
		b.Cols = append(b.Cols, features.Vector{Kind: features.Float, Present: true, Floats: make([]float64, b.N)})
	}
	return cols
}

// instants are the moments of a table's rows.
func instants(t *testing.T, table string, b *features.Batch) []int64 {
	t.Helper()
	for _, n := range timeline.Needs() {
		if n.Table == table {
			for i, c := range n.Required {
				if c == "decided_at" || c == "at" {
					return b.Cols[i].Ints
				}
			}
		}
	}
	t.Fatalf("%s has no moment", table)
	return nil
}

// TestCrowd: an id that stands for many has no facts, and takes no long time.
func TestCrowd(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(headers["repayments"] + "\n")
	for i := range timeline.Crowd + 1 {
		fmt.Fprintf(&rows, "L%06d,1,C,A,2026-01-05,1000,,,,\n", i)
	}
	r, tl, _ := read(t, &txtar.Archive{Files: []txtar.File{{Name: "repayments.csv", Data: []byte(rows.String())}}})
	h := r.Read(tl)
	if x := r.Fact(h, "open_loans", nil, 1.8e15); !math.IsNaN(x) || len(h.Loans) != timeline.Crowd+1 {
		t.Errorf("%v open loans of %d", x, len(h.Loans))
	}
}

func BenchmarkFill(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	var names []string
	for _, f := range timeline.Facts {
		names = append(names, f.Name)
	}
	r, tl, _ := read(b, known(customer(rng, true), math.MaxInt64))
	cols := withFacts(tl.Limits.Batch, len(names))
	for b.Loop() {
		r.Fill(r.Read(tl), "limits", tl.Limits.Batch, tl.Limits.Lo, tl.Limits.Hi, nil, names, cols)
	}
	b.ReportMetric(float64(tl.Limits.Len()), "rows")
}
