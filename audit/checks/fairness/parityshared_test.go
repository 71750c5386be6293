package fairness

import (
	"encoding/json"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/stats"
)

type table2x2 [2][2]int

func (t table2x2) counts(group, reference, product string) []count {
	return []count{{group, t[0][0], t[0][0] + t[0][1], product}, {reference, t[1][0], t[1][0] + t[1][1], product}}
}

func (t table2x2) stats() stats.Table {
	return stats.Table{A: int64(t[0][0]), B: int64(t[0][1]), C: int64(t[1][0]), D: int64(t[1][1])}
}

// Every lender of New York with enough rows, as a segment: ratio and Fisher's p
// of each, and their correction together.
func TestSharedLenders(t *testing.T) {
	values := storedValues(t, "hmda_ny_2023_decisions.json")
	for _, group := range []string{"Black", "Asian"} {
		var lenders []struct {
			Lender string
			Table  table2x2
			AIR    float64
			Fisher float64 `json:"fisher_p"`
			BH     float64 `json:"fdr_bh_p"`
		}
		if err := json.Unmarshal(values["race.per_lender_"+group+"_vs_White"], &lenders); err != nil || len(lenders) < 30 {
			t.Fatalf("%d lenders: %v", len(lenders), err)
		}
		var rows []count
		for _, l := range lenders {
			rows = append(rows, l.Table.counts(group, "White", l.Lender)...)
		}
		r, _ := measure(t, "race", "White", rows)
		by := map[string]audit.Metric{}
		for _, m := range r.Metrics {
			if m.Name == ratioMetric && m.Group == "race="+group {
				by[strings.TrimPrefix(m.Segment, "product=")] = m
			}
		}
		var family audit.Result
		exact := 0
		for _, l := range lenders {
			m := by[l.Lender]
			near(t, group+" "+l.Lender+" ratio", m.Value, l.AIR)
			if m.Test == "fisher" {
				exact++
			} else {
				m.P = l.Table.stats().Fisher()
			}
			near(t, group+" "+l.Lender+" p", m.P, l.Fisher)
			m.Reach = audit.Pass
			family.Metrics = append(family.Metrics, m)
		}
		if exact == 0 {
			t.Errorf("%s: no lender is tested by Fisher's test", group)
		}
		family.Settle(audit.Honesty{Alpha: 0.05})
		for i, l := range lenders {
			near(t, group+" "+l.Lender+" corrected p", family.Metrics[i].PAdjusted, l.BH)
		}
	}
}

// Holm, Benjamini-Hochberg and Bonferroni over the groups of each column, as the
// plan's correction has them.
func TestSharedCorrections(t *testing.T) {
	compared := 0
	for _, file := range []string{"loanapp_decisions.json", "hmda_ny_2023_decisions.json"} {
		values := storedValues(t, file)
		for id, raw := range values {
			dim, method, ok := strings.Cut(id, ".fisher_p_adjusted.")
			if !ok {
				continue
			}
			var want map[string]float64
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(id, ": ", err)
			}
			var family audit.Result
			for group := range want {
				found := false
				for other, raw := range values {
					pair, ok := strings.CutSuffix(other, ".table_2x2")
					if !ok || !strings.HasPrefix(pair, dim+"."+group+"_vs_") {
						continue
					}
					var table table2x2
					if err := json.Unmarshal(raw, &table); err != nil {
						t.Fatal(other, ": ", err)
					}
					m := audit.NewMetric(parityName, ratioMetric)
					m.Group, m.P = group, table.stats().Fisher()
					family.Metrics = append(family.Metrics, m)
					found = true
				}
				if !found {
					t.Fatalf("%s: no table of %s", id, group)
				}
			}
			family.Settle(audit.Honesty{Alpha: 0.05, Correction: strings.TrimPrefix(method, "fdr_")})
			for _, m := range family.Metrics {
				near(t, id+" "+m.Group, m.PAdjusted, want[m.Group])
				compared++
			}
		}
	}
	if compared < 30 {
		t.Errorf("only %d values compared", compared)
	}
}
