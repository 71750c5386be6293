package parquetfile_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"evenhand/features"
	"evenhand/features/parquetfile"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

type benchRow struct {
	ID       string    `parquet:"decision_id"`
	At       time.Time `parquet:"decided_at,timestamp(microsecond)"`
	Product  string    `parquet:"product,dict"`
	Outcome  string    `parquet:"outcome,dict"`
	Amount   int64     `parquet:"requested_amount,decimal(2:12)"`
	Score    *float64  `parquet:"score,optional"`
	Income   float64   `parquet:"income"`
	Approved bool      `parquet:"approved"`
}

// writeBench writes an export of n rows and returns its path.
func writeBench(tb testing.TB, dir string, n int) string {
	path := filepath.Join(dir, "bench.parquet")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	w := parquet.NewGenericWriter[benchRow](f, parquet.Compression(&zstd.Codec{}), parquet.MaxRowsPerRowGroup(int64(n/2)))
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]benchRow, n)
	for i := range rows {
		score := r.Float64() * 600
		rows[i] = benchRow{
			ID: fmt.Sprintf("D%016x", r.Uint64()), At: time.UnixMicro(1_700_000_000_000_000 + r.Int64N(1e13)).UTC(),
			Product: []string{"a", "b", "c"}[r.IntN(3)], Outcome: []string{"approved", "denied"}[r.IntN(2)],
			Amount: r.Int64N(1e7), Income: float64(r.IntN(1e6)), Approved: r.IntN(2) == 0,
		}
		if r.IntN(20) > 0 {
			rows[i].Score = &score
		}
	}
	if _, err := w.Write(rows); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

var benchSpecs = []features.Spec{
	{Name: "decision_id", Kind: features.Opaque, From: []string{"decision_id"}},
	{Name: "decided_at", Kind: features.Instant, From: []string{"decided_at"}},
	{Name: "product", Kind: features.Text, From: []string{"product"}},
	{Name: "outcome", Kind: features.Text, From: []string{"outcome"}, Enum: features.Outcomes},
	{Name: "requested_amount", Kind: features.Money, From: []string{"requested_amount"}, Exponent: 2},
	{Name: "score", Kind: features.Float, From: []string{"score"}},
	{Name: "income", Kind: features.Float, From: []string{"income"}},
	{Name: "approved", Kind: features.Bool, From: []string{"approved"}},
}

// BenchmarkRead reads eight columns with one reader.
func BenchmarkRead(b *testing.B) {
	benchRead(b, writeBench(b, b.TempDir(), 200_000), benchSpecs)
}

func benchRead(b *testing.B, path string, specs []features.Spec) {
	ctx := b.Context()
	s, err := parquetfile.OpenPaths(ctx, "decisions", []string{path}, parquetfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Bind(specs); err != nil {
		b.Fatal(err)
	}
	r := s.NewReader()
	defer r.Close()
	var batch features.Batch
	rows := 0
	b.ReportAllocs()
	for b.Loop() {
		for u := range s.Units() {
			if err := r.Open(ctx, u); err != nil {
				b.Fatal(err)
			}
			for {
				more, err := r.Next(&batch)
				if err != nil {
					b.Fatal(err)
				}
				if !more {
					break
				}
				rows += batch.N
			}
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkExport reads the columns of the file in EVENHAND_BENCH by their
// natural kinds: text columns that are wide as ids.
func BenchmarkExport(b *testing.B) {
	path := os.Getenv("EVENHAND_BENCH")
	if path == "" {
		b.Skip("EVENHAND_BENCH names no file")
	}
	s, err := parquetfile.OpenPaths(b.Context(), "decisions", []string{path}, parquetfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var specs []features.Spec
	for _, f := range s.Fields() {
		k := f.Natural
		if k == features.Text && len(f.Name) > 3 && f.Name[len(f.Name)-3:] == "_id" {
			k = features.Opaque
		}
		specs = append(specs, features.Spec{Name: f.Name, Kind: k, From: []string{f.Name}, Zone: time.UTC})
	}
	benchRead(b, path, specs)
}

// TestNoAllocation: in the steady state a batch costs no allocation.
func TestNoAllocation(t *testing.T) {
	ctx := t.Context()
	s, err := parquetfile.OpenPaths(ctx, "decisions", []string{writeBench(t, t.TempDir(), 200_000)}, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Bind(benchSpecs); err != nil {
		t.Fatal(err)
	}
	r := s.NewReader()
	defer r.Close()
	var b features.Batch
	read := func() {
		more, err := r.Next(&b)
		if err != nil || !more {
			t.Fatal(more, err)
		}
	}
	for u := range 2 { // the first unit grows the buffers
		if err := r.Open(ctx, u); err != nil {
			t.Fatal(err)
		}
		read()
		if n := testing.AllocsPerRun(20, read); u > 0 && n > 0 {
			t.Errorf("%v allocations a batch of %d rows", n, b.N)
		}
	}
}
