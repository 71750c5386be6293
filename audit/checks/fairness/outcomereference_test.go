package fairness

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/features"
	"evenhand/features/parquetfile"
	"evenhand/features/storage"
)

func sharedData(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "..", "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skip("the shared data are not here: ", err)
	}
	return path
}

// audited runs the check over one Parquet file of decisions, as a plan binds it.
func audited(t *testing.T, check *audit.Check, file, plan string) *audit.Result {
	t.Helper()
	p, err := audit.ParsePlan("plan.yaml", []byte(plan), []*audit.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := storage.Expand([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	src, err := parquetfile.Open(context.Background(), "decisions", inputs, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	r, err := driver.Run(context.Background(), driver.Input{Plan: p, Checks: []*audit.Check{check}, Sources: map[string]features.Source{"decisions": src}}, driver.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// storedValues reads a file of stored values.
func storedValues(t *testing.T, name string) map[string]json.RawMessage {
	t.Helper()
	data, err := os.ReadFile(sharedData(t, "data", "reference", name))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Values []stored }
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]json.RawMessage{}
	for _, v := range doc.Values {
		out[v.ID] = v.Value
	}
	return out
}

// TestTaiwanReferences: all that the reference libraries say of the Taiwan
// model, through a plan that binds its label and probability.
func TestTaiwanReferences(t *testing.T) {
	r := audited(t, OutcomeParity, sharedData(t, "data", "models", "taiwan_lgbm", "reference.parquet"), `
version: 1
as_of: 2006-12-31
period: all
tables:
  decisions:
    files: [reference.parquet]
    columns:
      decision_id: row_id
      application_id: row_id
      customer_id: row_id
      product: {constant: card}
      decided_at: {constant: "2005-10-01T00:00:00+08:00"}
      outcome: {constant: approved}
      bad: {from: [y], values: {"0": "false", "1": "true"}}
      pd: probability
groups:
  sex: {column: protected__SEX, reference: "1"}
  edu: {column: protected__EDUCATION, values: {"0": "4", "5": "4", "6": "4"}, reference: "2"}
honesty: {min_cell: 1, suppress: 1}
checks:
  outcomeparity: {threshold: 0.25}
`)
	values, used := storedValues(t, "taiwan_lgbm_model_metrics.json"), map[string]bool{}
	get := func(id string, v any) {
		t.Helper()
		raw, ok := values[id]
		if !ok {
			t.Fatalf("no stored value %s", id)
		}
		if err := json.Unmarshal(raw, v); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		used[id] = true
	}
	value := func(name, group string) float64 { t.Helper(); return metricOf(t, r, name, group).Value }
	within := func(what string, got, want, bound float64) {
		t.Helper()
		if !(math.Abs(got-want) <= bound) {
			t.Errorf("%s = %.12g, want %.12g within %g", what, got, want, bound)
		}
	}
	var x float64
	for id, name := range map[string]string{"brier": "brier_score", "log_loss": "log_loss", "ece_10_uniform": "expected_calibration_error"} {
		get("model."+id, &x)
		near(t, id, value(name, ""), x)
	}
	for _, id := range []string{"auc", "gini", "ks"} {
		get("model."+id, &x)
		within(id, value(map[string]string{"auc": "roc_auc", "gini": "gini", "ks": "ks"}[id], ""), x, 0.0005)
	}
	get("model.threshold", &x)
	near(t, "threshold", 0.25, x)
	var curve struct {
		Frac []float64 `json:"frac_pos"`
		Mean []float64 `json:"mean_pred"`
	}
	get("model.calibration_curve_uniform10", &curve)
	points := 0
	for _, m := range r.Metrics {
		if m.Name == "calibration_curve" && m.Group == "" {
			near(t, m.Segment, m.Value, curve.Frac[points])
			near(t, m.Segment+" mean", m.Effect, curve.Mean[points])
			points++
		}
	}
	if points != len(curve.Frac) {
		t.Errorf("%d points of the calibration curve, want %d", points, len(curve.Frac))
	}
	for stored, dim := range map[string]string{"SEX": "sex", "EDUCATION": "edu"} {
		var by map[string]map[string]float64
		get("model."+stored+".by_group", &by)
		for g, want := range by {
			group := dim + "=" + g
			for name, id := range map[string]string{"pprev": "selection_rate_bad", "true_positive_rate": "tpr", "false_positive_rate": "fpr", "fnr": "fnr", "tnr": "tnr"} {
				near(t, group+" "+id, value(name, group), want[id])
			}
			near(t, group+" count", float64(metricOf(t, r, badRate, group).N), want["count"])
		}
		for _, name := range []string{"equalized_odds_difference", "equalized_odds_ratio", "equal_opportunity_difference", "approve_demographic_parity_ratio"} {
			get("model."+stored+"."+name, &x)
			near(t, dim+" "+name, value(name, dim), x)
		}
		get("model."+stored+".discrimination_and_calibration", &by)
		for g, want := range by {
			group := dim + "=" + g
			within(group+" auc", value("roc_auc", group), want["auc"], 0.0005)
			near(t, group+" brier", value("brier_score", group), want["brier"])
			near(t, group+" mean", value("mean_probability", group), want["mean_p"])
			near(t, group+" bad rate", value(badRate, group), want["bad_rate"])
			near(t, group+" gap", metricOf(t, r, observedRate, group).Effect, want["calibration_gap"])
			near(t, group+" ece", value("expected_calibration_error", group), want["ece"])
		}
	}
	for id, name := range map[string]string{
		"disparate_impact": "disparate_impact", "statistical_parity_difference": "statistical_parity_difference",
		"equal_opportunity_difference": "equal_opportunity_difference_favourable", "average_odds_difference": "average_odds_difference",
		"average_abs_odds_difference": "average_abs_odds_difference", "theil_index": "theil_index", "generalized_entropy_index": "generalized_entropy_index",
		"false_positive_rate_difference": "false_positive_rate_difference_favourable", "false_omission_rate_difference": "false_omission_rate_difference_favourable",
	} {
		get("model.SEX_female_vs_male.aif360_"+id, &x)
		group := "sex=2"
		if id == "theil_index" || id == "generalized_entropy_index" {
			group = ""
		}
		near(t, "aif360 "+id, value(name, group), x)
	}
	compareAequitas(t, r, values, "model", nil, used)
	for id := range values {
		if !used[id] {
			t.Errorf("stored value %s is not compared", id)
		}
	}
}

// compareAequitas compares the crosstabs and disparities, stored to ten digits.
func compareAequitas(t *testing.T, r *audit.Result, values map[string]json.RawMessage, prefix string, skip, used map[string]bool) {
	t.Helper()
	for _, table := range []string{".aequitas_crosstabs", ".aequitas_disparity"} {
		var rows []map[string]any
		if err := json.Unmarshal(values[prefix+table], &rows); err != nil {
			t.Fatal(err)
		}
		used[prefix+table] = true
		n := 0
		for _, row := range rows {
			group := fmt.Sprintf("%s=%s", row["attribute_name"], row["attribute_value"])
			for name, v := range row {
				want, ok := v.(float64)
				if !ok || skip[name] || name == "pp" || name == "pn" || name == "group_size" || len(name) == 1 || name == "fp" || name == "fn" || name == "tn" || name == "tp" {
					continue
				}
				got := metricOf(t, r, name, group).Value
				if !(math.Abs(got-want) <= 6e-11*max(1, math.Abs(want))) {
					t.Errorf("%s of %s = %.12g, want %.12g", name, group, got, want)
				}
				n++
			}
			if want, ok := row["pp"].(float64); ok {
				m := metricOf(t, r, "pprev", group)
				fp := metricOf(t, r, "fpr", group)
				if float64(m.K) != want || float64(m.N) != row["group_size"].(float64) || float64(fp.K) != row["fp"].(float64) {
					t.Errorf("counts of %s: %d of %d, %d false", group, m.K, m.N, fp.K)
				}
				n += 3
			}
		}
		if n < 20 {
			t.Errorf("%s: only %d values compared", table, n)
		}
	}
}

// TestCompasReferences: Aequitas on COMPAS, where the score stands for the
// decision and everybody has an outcome.
func TestCompasReferences(t *testing.T) {
	file := sharedData(t, "data", "data", "compas_for_aequitas.parquet")
	r := audited(t, OutcomeParity, file, `
version: 1
as_of: 2016-12-31
period: all
tables:
  decisions:
    files: [compas_for_aequitas.parquet]
    columns:
      decision_id: {row: true}
      application_id: {row: true}
      customer_id: {row: true}
      product: {constant: none}
      decided_at: {constant: "2014-01-01T00:00:00+08:00"}
      outcome: {from: [score], values: {"0": approved, "1": denied}}
      score: {absent: true}
      bad: {from: [label_value], values: {"0": "false", "1": "true"}}
groups:
  race: {reference: Caucasian}
  sex: {reference: Male}
  age_cat: {reference: 25 - 45}
honesty: {min_cell: 1, suppress: 1}
`)
	used := map[string]bool{}
	compareAequitas(t, r, storedValues(t, "compas_aequitas.json"), "compas", nil, used)

	data, err := os.ReadFile(sharedData(t, "design", "domain-checks.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Compas struct{ FPR, FNR, PPV map[string]float64 }
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Compas.FPR) == 0 {
		t.Fatal("no published rates")
	}
	for name, rates := range map[string]map[string]float64{"fpr": doc.Compas.FPR, "fnr": doc.Compas.FNR, "precision": doc.Compas.PPV} {
		for race, want := range rates {
			if race != "all" {
				near(t, race+" "+name, metricOf(t, r, name, "race="+race).Value, want)
			} else {
				near(t, "all "+name, metricOf(t, r, name, "").Value, want)
			}
		}
	}
	// ProPublica's finding: good Black defendants are called bad about twice as often.
	m := metricOf(t, r, fprGap, "race=African-American")
	if m.Status != audit.Warn || math.Abs(metricOf(t, r, "fpr_disparity", "race=African-American").Value-1.91) > 0.005 {
		t.Errorf("the gap in false positives is %v, %v", m.Value, m.Status)
	}
}

// TestGermanReferences: bad rates of the German credit data by sex and age.
func TestGermanReferences(t *testing.T) {
	data, err := os.ReadFile(sharedData(t, "design", "domain-checks.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		German struct {
			AgeLE25 struct{ N, Bad int64 } `json:"age_le_25"`
			AgeGT25 struct{ N, Bad int64 } `json:"age_gt_25"`
			SPD     float64                `json:"spd_age"`
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	r := audited(t, OutcomeParity, sharedData(t, "data", "data", "german_credit.parquet"), germanPlan)
	for group, want := range map[string]struct{ N, Bad int64 }{"age=<26": doc.German.AgeLE25, "age=>=26": doc.German.AgeGT25} {
		if m := metricOf(t, r, badRate, group); m.N != want.N || m.K != want.Bad {
			t.Errorf("%s: %d of %d, want %d of %d", group, m.K, m.N, want.Bad, want.N)
		}
	}
	near(t, "difference", -metricOf(t, r, "bad_rate_difference", "age=<26").Value, doc.German.SPD)
}

const germanPlan = `
version: 1
as_of: 1995-12-31
period: all
tables:
  decisions:
    files: [german_credit.parquet]
    columns:
      decision_id: {row: true}
      application_id: {row: true}
      customer_id: {row: true}
      product: {constant: loan}
      decided_at: {constant: "1994-01-01T00:00:00+08:00"}
      outcome: {constant: approved}
      bad: {from: [creditability], values: {good: "false", bad: "true"}}
groups:
  age: {column: age_in_years, bands: [26], reference: ">=26"}
`
