package audittest

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

const fixture = `
-- plan.yaml --
version: 1
as_of: 2026-06-30
tables: {decisions: {files: x.parquet}}
-- decisions.csv --
decision_id,application_id,customer_id,product,decided_at,outcome,score
d1,a1,c1,cash,2026-01-01,approved,0.1
d2,a2,c2,cash,2026-01-02,approved,1e16
d3,a3,c3,cash,2026-01-03,approved,0.7
d4,a4,c4,cash,2026-01-04,approved,-1e16
d5,a5,c5,cash,2026-01-05,approved,0.3
d6,a6,c6,cash,2026-01-06,approved,0.9
-- metrics.want --
`

// total adds scores in one of several ways, most of them wrong.
type total struct {
	sum    float64
	n      int64
	last   float64
	col    int
	wrong  string
	merged int64
}

func (s *total) Update(b *features.Batch) {
	for _, x := range b.Cols[s.col].Floats[:b.N] {
		s.n++
		s.last = x
		s.sum += x
	}
}

func (s *total) Merge(o audit.State) {
	p := o.(*total)
	s.n += p.n
	s.sum += p.sum
	s.merged++
	if p.n > 0 {
		s.last = p.last
	}
}

func (s *total) Finish(r *audit.Result) {
	m := audit.NewMetric("total", "total")
	switch s.wrong {
	case "float sum":
		m.Value = s.sum
	case "last row":
		m.Value = s.last
	case "merges":
		m.Value = float64(s.merged)
	default:
		m.Value = float64(s.n)
	}
	r.Metrics = append(r.Metrics, m)
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "total", RowsIn: s.n, Judged: s.n})
}

func (s *total) MarshalBinary() ([]byte, error) {
	b := binary.AppendVarint(nil, s.n)
	if s.wrong == "encoding" {
		return b[:0], nil
	}
	b = binary.AppendVarint(b, s.merged)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.sum))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(s.last)), nil
}

func (s *total) UnmarshalBinary(b []byte) error {
	if s.wrong == "encoding" {
		return nil
	}
	n, k := binary.Varint(b)
	m, l := binary.Varint(b[k:])
	b = b[k+l:]
	s.n, s.merged = n, m
	s.sum = math.Float64frombits(binary.LittleEndian.Uint64(b))
	s.last = math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
	return nil
}

// TestLawsCatch: each way of breaking the contract of State is found, and a
// state that keeps it passes.
func TestLawsCatch(t *testing.T) {
	file := filepath.Join(t.TempDir(), "total.txtar")
	if err := os.WriteFile(file, []byte(fixture), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "float sum", "last row", "merges", "encoding"} {
		c := &audit.Check{
			Name: "total", Title: audit.T("total", "合计"), Doc: "total\n\nadds up.", DocZh: "合计\n\n求和。", Chapter: "ingest",
			Needs: audit.Needs{Tables: []audit.TableNeed{{Table: "decisions", Required: []string{"score"}}}},
			New: func(e *audit.Env) (audit.State, error) {
				return &total{wrong: wrong, col: e.Col("decisions", "score")}, nil
			},
			Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
		}
		ran, broken := breach(t, c, nil, file)
		if !ran || (broken != "") != (wrong != "") {
			t.Errorf("%q: ran %v, found %q", wrong, ran, broken)
		}
	}
}
