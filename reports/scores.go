package reports

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// ScoreWriter writes recomputed scores as one Arrow IPC file: row (int64, from
// 0), margin, probability and score (float64, null where not estimable), then,
// when asked for, one contribution column a feature and `base`.
type ScoreWriter struct {
	file   *ipc.FileWriter
	schema *arrow.Schema
	row    int64
}

// NewScoreWriter starts a file on w. contributions names the features that
// get a column; digest is the model's SHA-256, kept in the metadata.
func NewScoreWriter(w io.Writer, format, digest string, contributions []string) (*ScoreWriter, error) {
	f64 := arrow.PrimitiveTypes.Float64
	fields := []arrow.Field{
		{Name: "row", Type: arrow.PrimitiveTypes.Int64},
		{Name: "margin", Type: f64, Nullable: true},
		{Name: "probability", Type: f64, Nullable: true},
		{Name: "score", Type: f64, Nullable: true},
	}
	if contributions != nil {
		fields = append(fields, arrow.Field{Name: "base", Type: f64, Nullable: true})
	}
	for _, c := range contributions {
		for slices.ContainsFunc(fields, func(f arrow.Field) bool { return f.Name == c }) {
			c = "contribution_" + c // a feature may be called score
		}
		fields = append(fields, arrow.Field{Name: c, Type: f64, Nullable: true})
	}
	meta := arrow.NewMetadata(
		[]string{"evenhand.table", "evenhand.schema_version", "evenhand.model_format", "evenhand.model_sha256"},
		[]string{"scores", "1", format, digest})
	schema := arrow.NewSchema(fields, &meta)
	file, err := ipc.NewFileWriter(&seekless{w: w}, ipc.WithSchema(schema))
	if err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	return &ScoreWriter{file: file, schema: schema}, nil
}

// Write adds n rows. contributions is empty or holds one column a feature.
func (s *ScoreWriter) Write(n int, margin, probability, score []float64, base float64, contributions [][]float64) error {
	b := array.NewRecordBuilder(memory.DefaultAllocator, s.schema)
	defer b.Release()
	rows := b.Field(0).(*array.Int64Builder)
	for range n {
		rows.Append(s.row)
		s.row++
	}
	at := 1
	column := func(of func(i int) float64) {
		col := b.Field(at).(*array.Float64Builder)
		col.Reserve(n)
		for i := range n {
			if x := of(i); math.IsNaN(x) {
				col.AppendNull()
			} else {
				col.Append(x)
			}
		}
		at++
	}
	for _, c := range [][]float64{margin, probability, score} {
		column(func(i int) float64 { return c[i] })
	}
	if at < len(s.schema.Fields()) {
		column(func(int) float64 { return base })
		for _, c := range contributions {
			column(func(i int) float64 { return c[i] })
		}
	}
	rec := b.NewRecord()
	defer rec.Release()
	return s.file.Write(rec)
}

// Close ends the file; it does not close the writer below.
func (s *ScoreWriter) Close() error { return s.file.Close() }
