package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"evenhand/audit/policy/expr"
	"evenhand/features"
	"evenhand/features/model"
)

const benchRules = `policies:
  - version: p1
    missing: pass
    effective_to: 2026-01-01
    values: {cut: "{'cash': 560, 'line': 566}[product]"}
    rules:
      - {id: r1, when: f0 > 30}
      - {id: r2, when: f1 >= 9}
      - {id: r3, when: f2 == 1}
      - {id: r4, when: f3 > 0.62, missing: refer}
      - {id: r5, when: "f4 < 18 || f4 > 75"}
      - {id: r6, when: "f5 > 6 && f6 > 2", then: refer}
      - {id: r7, for: "product == 'line'", when: f7 > 3}
      - {id: r8, when: f8 < 1 && f9 < 1, then: refer}
      - {id: r9, when: "f10 in [98, 99]"}
      - {id: r10, when: requested_amount > 200000, then: refer}
      - {id: r11, cutoff: {approve: cut, refer: cut - 6}}
      - {id: r12, when: f11 / (f4 + 1) > 40}
    limit:
      min_of:
        - id: matrix
          kind: score_band
          matrix:
            rows: {cuts: [580, 600, 620]}
            columns: {of: f11, cuts: [100, 200], missing: 0}
            cells: [[3000, 5000, 8000], [5000, 8000, 12000], [8000, 12000, 20000], [12000, 20000, 50000]]
        - {id: income, kind: income, value: f11 * 3, missing: 9000}
        - {id: exposure, kind: exposure, value: 200000 - f0 * 100}
      step: 100
      minimum: 500
  - {version: p2, like: p1, effective_from: 2026-01-01, values: {cut: "570"}}
`

// twelve is a logistic model over the features f0 to f11.
func twelve() string {
	var b strings.Builder
	b.WriteString("evenhand: logistic\nversion: 1\ntarget: good\nintercept: 1.1\nscale: {factor: 28.85390081777927, offset: 600}\nrounding: {mode: half_even, digits: 2}\nnumeric:\n")
	for i := range 12 {
		fmt.Fprintf(&b, "  - {name: f%d, mean: 0.%d, scale: %d.5, coef: 0.2%d, clip: [-4, 4], missing: 0.1}\n", i, i, 1+i, i)
	}
	return b.String()
}

func benchBatch(n int) (*features.Batch, map[string]expr.Column) {
	r := rand.New(rand.NewPCG(1, 2))
	b, columns := &features.Batch{Table: "decisions", N: n}, map[string]expr.Column{}
	add := func(name string, v features.Vector, scale float64) {
		v.Present = true
		columns[name] = expr.Column{Index: len(b.Cols), Kind: v.Kind, Scale: scale, Score: name == "score"}
		b.Cols = append(b.Cols, v)
	}
	scores := make([]float64, n)
	for i := range 12 {
		xs := make([]float64, n)
		for k := range xs {
			xs[k] = []float64{20, 5, 0, 0.5, 60, 5, 2, 2, 2, 2, 50, 300}[i] * r.Float64() * 1.05
			if i == 4 {
				xs[k] += 18
			}
		}
		add(fmt.Sprintf("f%d", i), features.Vector{Kind: features.Float, Floats: xs}, 0)
	}
	d, codes, amounts := features.NewDict(), make([]int32, n), make([]int64, n)
	for k := range codes {
		codes[k] = d.CodeOf([]string{"cash", "line"}[r.IntN(2)])
		amounts[k] = int64(r.IntN(5000000))
		scores[k] = 540 + 100*r.Float64()
	}
	add("product", features.Vector{Kind: features.Text, Dict: d, Codes: codes}, 0)
	add("requested_amount", features.Vector{Kind: features.Money, Ints: amounts}, 100)
	add("score", features.Vector{Kind: features.Float, Floats: scores}, 0)
	b.Scores = &features.Scores{Score: scores, Margin: scores, Model: make([]int16, n)}
	return b, columns
}

// BenchmarkReplay compares the replay of a policy of twelve rules, with and
// without a limit of three terms, with the score of a logistic model of twelve
// features. Rows of one version are replayed in place; of two, after sorting
// them by version.
func BenchmarkReplay(b *testing.B) {
	batch, columns := benchBatch(features.BatchRows)
	rate := func(b *testing.B) { b.ReportMetric(float64(batch.N)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s") }
	before, after, _ := strings.Cut(benchRules, "    limit:\n")
	_, after, _ = strings.Cut(after, "      minimum: 500\n")
	for _, c := range []struct {
		name     string
		text     string
		versions int
	}{{"rules", before + after, 1}, {"rules+limit", benchRules, 1}, {"rules+limit/versions=2", benchRules, 2}} {
		_, r := mustPolicies(b, c.text)
		program, err := r.Compile("decisions", func(n string) (expr.Column, bool) { c, ok := columns[n]; return c, ok })
		if err != nil {
			b.Fatal(err)
		}
		as, edges := make([]int16, batch.N), make([]float64, batch.N)
		for i := range as {
			as[i], edges[i] = int16(i*7919%c.versions), 1e-4
		}
		var out features.Replay
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				program.Replay(batch, as, edges, &out)
			}
			rate(b)
		})
	}
	b.Run("score", func(b *testing.B) {
		m, err := model.Load("m.yaml", []byte(twelve()), "")
		if err != nil {
			b.Fatal(err)
		}
		var in []*features.Vector
		for i := range 12 {
			in = append(in, &batch.Cols[i])
		}
		var out model.Outputs
		b.ReportAllocs()
		for b.Loop() {
			out.Grow(batch.N)
			m.Score(&out, in, batch.N)
		}
		rate(b)
	})
}
