package model

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"evenhand/features"
)

// forests are the shared models that are forests, with their rows.
func forests(t testing.TB) map[string]speedBatch {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(shared, "*", "model.*"))
	out := map[string]speedBatch{}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Load(path, file, "")
		if err != nil {
			continue // of a format to come
		}
		if _, ok := m.(*forest); !ok {
			continue
		}
		rows := readParquet(t, filepath.Join(filepath.Dir(path), "reference.parquet"))
		in, n := columns(t, m, rows)
		out[filepath.Base(filepath.Dir(path))] = speedBatch{m, in, n}
	}
	return out
}

// BenchmarkForests scores the reference rows of the shared forests.
func BenchmarkForests(b *testing.B) {
	all := forests(b)
	if len(all) == 0 {
		b.Skip("the shared models are not here")
	}
	for _, name := range sortedKeys(all) {
		s := all[name]
		b.Run(name, func(b *testing.B) {
			out := Outputs{NoProbability: true}
			s.m.Score(&out, s.in, s.n)
			b.ReportAllocs()
			for b.Loop() {
				s.m.Score(&out, s.in, s.n)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(s.n), "ns/row")
		})
		b.Run(name+"/row", func(b *testing.B) {
			rows := rowsOf(s)
			r := 0
			b.ReportAllocs()
			for b.Loop() {
				s.m.ScoreRow(rows[r])
				r = (r + 1) % len(rows)
			}
		})
	}
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func rowsOf(s speedBatch) [][]Value {
	rows := make([][]Value, s.n)
	for r := range rows {
		for i, input := range s.m.Inputs() {
			rows[r] = append(rows[r], cellOf(input.Kind, s.in[i], r))
		}
	}
	return rows
}

// TestForestsAllocateNothing scores batches in memory that is there already.
func TestForestsAllocateNothing(t *testing.T) {
	m := mustLoad(t, lightgbmSample)
	s := speedBatch{m, nil, features.BatchRows}
	cells := slices.Repeat([][]Value{row(1.5, nil, "car", 40.0, 1.0), row(-2.0, 3.5, "haus", 7.0, nil)}, s.n/2)
	s.in = batch(m, cells, dictsFor(m))
	var out Outputs
	m.Score(&out, s.in, s.n)
	if n := testing.AllocsPerRun(10, func() { m.Score(&out, s.in, s.n) }); n > 0 {
		t.Errorf("%v allocations a batch", n)
	}
	if n := testing.AllocsPerRun(10, func() { m.ScoreRow(cells[0]) }); n > 1 {
		t.Errorf("%v allocations a row", n)
	}
}

// TestForestEdges has thresholds for numbers only.
func TestForestEdges(t *testing.T) {
	m := mustLoad(t, lightgbmSample).(Edges)
	want := [][]float64{{-0.25000000000000006, 1.5}, {0, 1.0000000180025095e-35}, nil, nil, nil}
	for i, w := range want {
		if got := m.Edges(i); !slices.Equal(got, w) {
			t.Errorf("input %d: edges %v, want %v", i, got, w)
		}
	}
}
