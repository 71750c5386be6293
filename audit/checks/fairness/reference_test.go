package fairness

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"evenhand/audit"
)

type stored struct {
	ID    string          `json:"id"`
	Value json.RawMessage `json:"value"`
}

// Every group comparison of the stored reference files, through the check.
func TestReferences(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "reference")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared reference numbers are not here: ", err)
	}
	for _, file := range []string{"loanapp_decisions.json", "hmda_ny_2023_decisions.json"} {
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			var doc struct{ Values []stored }
			if err := json.Unmarshal(data, &doc); err != nil {
				t.Fatal(err)
			}
			values := map[string]json.RawMessage{}
			for _, v := range doc.Values {
				values[v.ID] = v.Value
			}
			if n := compareStored(t, values); n < 25 {
				t.Errorf("only %d stored values compared", n)
			}
		})
	}
}

func compareStored(t *testing.T, values map[string]json.RawMessage) (compared int) {
	get := func(id string, v any) bool {
		raw, ok := values[id]
		if ok {
			if err := json.Unmarshal(raw, v); err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			compared++
		}
		return ok
	}
	results := map[string]*audit.Result{}
	ids := make([]string, 0, len(values))
	for id := range values {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		dim, rest, _ := strings.Cut(id, ".")
		pair, ok := strings.CutSuffix(rest, ".table_2x2")
		if !ok {
			continue
		}
		group, reference, _ := strings.Cut(pair, "_vs_")
		r := results[dim+reference]
		if r == nil {
			var rates map[string]float64
			var counts map[string]float64
			if !get(dim+".selection_rate.by_group", &rates) || !get(dim+".count.by_group", &counts) {
				t.Fatalf("%s: no groups", dim)
			}
			var rows []count
			for g, n := range counts {
				rows = append(rows, count{g, int(math.Round(rates[g] * n)), int(n), ""})
			}
			r, _ = measure(t, dim, reference, rows)
			results[dim+reference] = r
			for g, rate := range rates {
				near(t, dim+" rate of "+g, metricOf(t, r, rateMetric, dim+"="+g).Value, rate)
			}
			var x float64
			if get(dim+".demographic_parity_difference", &x) {
				near(t, dim+" parity difference", metricOf(t, r, parityDiff, dim).Value, x)
			}
			if get(dim+".demographic_parity_ratio", &x) {
				near(t, dim+" parity ratio", metricOf(t, r, parityRatio, dim).Value, x)
			}
		}
		name := dim + "=" + group
		var x float64
		var ci [2]float64
		m := metricOf(t, r, ratioMetric, name)
		if get(dim+"."+pair+".disparate_impact", &x) {
			near(t, id+" ratio", m.Value, x)
		}
		var risk struct {
			RR   float64
			CI95 [2]float64
		}
		if get(dim+"."+pair+".risk_ratio", &risk) {
			near(t, id+" Katz low", m.Low, risk.CI95[0])
			near(t, id+" Katz high", m.High, risk.CI95[1])
		}
		var p struct{ P float64 }
		if get(dim+"."+pair+map[string]string{"fisher": ".fisher_exact", "chi2_yates": ".chi2_yates"}[m.Test], &p) {
			near(t, id+" p", m.P, p.P)
		}
		m = metricOf(t, r, diffMetric, name)
		if get(dim+"."+pair+".statistical_parity_difference", &x) {
			near(t, id+" difference", m.Value, x)
		}
		if get(dim+"."+pair+".newcombe_ci95_diff", &ci) {
			near(t, id+" Newcombe low", m.Low, ci[0])
			near(t, id+" Newcombe high", m.High, ci[1])
		}
		if get(dim+"."+pair+".wilson_ci95_group", &ci) {
			m = metricOf(t, r, rateMetric, name)
			near(t, id+" Wilson low", m.Low, ci[0])
			near(t, id+" Wilson high", m.High, ci[1])
		}
		var odds struct {
			OR   float64 `json:"or_"`
			CI95 [2]float64
		}
		if get(dim+"."+pair+".odds_ratio", &odds) {
			m = metricOf(t, r, oddsMetric, name)
			near(t, id+" odds ratio", m.Value, odds.OR)
			near(t, id+" Woolf low", m.Low, odds.CI95[0])
			near(t, id+" Woolf high", m.High, odds.CI95[1])
		}
	}
	return compared
}
