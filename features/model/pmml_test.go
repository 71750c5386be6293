package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"evenhand/features"
)

// TestPMMLReasons is the sample of the PMML standard: the score and the reasons
// of its one row, by the file's own rules and by references and terms.
func TestPMMLReasons(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(pmmlFixtures, "sample-scorecard.pmml"))
	if err != nil {
		t.Fatal(err)
	}
	m := mustLoad(t, string(file))
	v := row("engineering", 25, 500)
	if got := m.ScoreRow(v).Score; got != 29 {
		t.Errorf("score %v, want 29", got)
	}
	codes := m.(ReasonCodes)
	if got := codes.Reasons(v); !slices.Equal(got, []string{"RC2", "RC1"}) {
		t.Errorf("reasons %v, want RC2 and RC1", got)
	}
	refs, terms := m.(References).References(), make([]float64, 3)
	m.(Additive).Terms(v, terms)
	for i, want := range []struct {
		code string
		lost float64
	}{{"RC1", 16}, {"RC2", 18}, {"RC3", -16}} {
		if codes.ReasonCode(i) != want.code || refs[i]-terms[i] != want.lost {
			t.Errorf("input %d: %v lost %v, want %v", i, codes.ReasonCode(i), refs[i]-terms[i], want)
		}
	}
	if _, err := Scaled(m, 20, 600, 50, "", ""); err == nil {
		t.Error("points were scaled as log-odds")
	}
}

// TestPMMLCompiled compares cards with the attributes they were compiled from,
// on the numbers where they could differ.
func TestPMMLCompiled(t *testing.T) {
	compiled := 0
	for name, m := range models(t) {
		c, ok := m.(*pmmlCard)
		if !ok {
			continue
		}
		compiled++
		from := c.scorecard
		r := from.Record()
		for _, v := range cells(m, rand.New(rand.NewPCG(9, 9)), 3000) {
			want := from.Margin(pmmlRecord(from, r, v))
			if got := m.ScoreRow(v).Score; !sameFloat(got, want) {
				t.Fatalf("%s: row %v: %v, by its attributes %v", name, v, got, want)
			}
		}
	}
	if compiled == 0 {
		t.Fatal("no compiled card")
	}
}

// TestPMMLRows scores models row by row without allocating, and shares their
// margins.
func TestPMMLRows(t *testing.T) {
	kinds := map[string]bool{}
	for name, m := range models(t) {
		if e, ok := m.(Interventional); m.Format() == "pmml" && ok {
			kinds[fmt.Sprintf("%T", m)] = true
			rows := cells(m, rand.New(rand.NewPCG(10, 10)), 400)
			in := batch(m, rows, dictsFor(m))
			var out Outputs
			m.Score(&out, in, len(rows))
			if n := testing.AllocsPerRun(5, func() { m.Score(&out, in, len(rows)) }); n != 0 && !raceEnabled {
				t.Errorf("%s: %v allocations a batch", name, n)
			}
			explainedAddsUp(t, name, e, rows, in, out.Margin)
		}
	}
	for _, kind := range []string{"*model.pmmlRows", "*model.pmmlSum", "*model.pmmlCardRows"} {
		if !kinds[kind] {
			t.Errorf("no %s", kind)
		}
	}
}

func explainedAddsUp(t *testing.T, name string, m Interventional, rows [][]Value, in []*features.Vector, margin []float64) {
	e, err := m.Against(rows[:30])
	if err != nil {
		t.Fatal(err)
	}
	dst := make([][]float64, len(in))
	for i := range dst {
		dst[i] = make([]float64, len(rows))
	}
	base := e.Explain(dst, in, len(rows))
	for r, want := range margin {
		got := base
		for i := range dst {
			got += dst[i][r]
		}
		if !(math.Abs(got-want) <= 1e-9*(1+math.Abs(want))) && !(got != got && want != want) {
			t.Fatalf("%s: row %v: shares add up to %v, margin %v", name, rows[r], got, want)
		}
	}
	if e, err := m.Against(nil); err == nil || e != nil {
		t.Errorf("%s: a background without rows", name)
	}
}

// BenchmarkPMML scores full batches: a compiled card, and a regression with
// derived fields that is computed row by row.
func BenchmarkPMML(b *testing.B) {
	for _, name := range []string{"sample-scorecard", "sklearn2pmml-logistic"} {
		file, err := os.ReadFile(filepath.Join(pmmlFixtures, name+".pmml"))
		if err != nil {
			b.Fatal(err)
		}
		m := mustLoad(b, string(file))
		rows := cells(m, rand.New(rand.NewPCG(12, 12)), features.BatchRows)
		in := batch(m, rows, dictsFor(m))
		var out Outputs
		m.Score(&out, in, len(rows))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Score(&out, in, len(rows))
			}
			b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
