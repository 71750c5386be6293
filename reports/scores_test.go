package reports

import (
	"bytes"
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// TestScoreWriter reads a score file back: rows numbered on across batches,
// NaN as null, and a feature called score kept apart from the score.
func TestScoreWriter(t *testing.T) {
	var file bytes.Buffer
	w, err := NewScoreWriter(&file, "evenhand-card", "abc", []string{"income", "score"})
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	for range 2 {
		if err := w.Write(2, []float64{1, nan}, []float64{nan, nan}, []float64{600, nan}, 500, [][]float64{{60, nan}, {40, nan}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := ipc.NewFileReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"row", "margin", "probability", "score", "base", "income", "contribution_score"}
	for i, f := range r.Schema().Fields() {
		if f.Name != want[i] {
			t.Errorf("column %d is %q, want %q", i, f.Name, want[i])
		}
	}
	if v, _ := r.Schema().Metadata().GetValue("evenhand.model_sha256"); v != "abc" {
		t.Errorf("metadata %v", r.Schema().Metadata())
	}
	rows := 0
	for i := range r.NumRecords() {
		rec, err := r.Record(i)
		if err != nil {
			t.Fatal(err)
		}
		for j := range int(rec.NumRows()) {
			if got := rec.Column(0).(*array.Int64).Value(j); got != int64(rows) {
				t.Errorf("row %d is numbered %d", rows, got)
			}
			rows++
		}
		score := rec.Column(3).(*array.Float64)
		if score.Value(0) != 600 || !score.IsNull(1) || !rec.Column(2).IsNull(0) {
			t.Errorf("record %d: %v", i, rec)
		}
	}
	if rows != 4 {
		t.Errorf("%d rows", rows)
	}
}
