package driver_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// forestFile is a LightGBM model of a number and of words, as the library
// writes it.
const forestFile = "testdata/forest.txt"

// TestInputs: what a forest reads and the export lacks, or has of another type,
// is refused by the names of data, model and input; levels never seen are
// missing, as to the library.
func TestInputs(t *testing.T) {
	file, err := os.ReadFile(forestFile)
	if err != nil {
		t.Fatal(err)
	}
	const rows = "decision_id,application_id,customer_id,product,decided_at,outcome,latency_ms"
	for name, c := range map[string]struct{ table, header, cells, want string }{
		"fits":       {"", "income,housing", "5,own", ""},
		"unseen":     {"", "income,housing", "5,boat", ""},
		"coded":      {"features: {housing: {from: h, values: {1: own, 2: rent}}}", "income,h", "5,1", ""},
		"lacks":      {"", "income", "5", `decisions.csv: plan.yaml: model m2 (forest.txt) reads feature "housing", which table decisions of the export lacks; map it under tables.decisions.features, or the model's inputs:`},
		"lacks both": {"", "other", "5", `decisions.csv: plan.yaml: model m2 (forest.txt) reads features that table decisions of the export lacks, 2 of its 2: income, housing; map them under tables.decisions.features, or the model's inputs:`},
		"numbers":    {"", "income,housing", "5,1.5", `decisions.csv: plan.yaml: model m2 (forest.txt): input "housing" has the levels own, rent, but column "housing" is double, which has none of them; map it under tables.decisions.features, or the model's inputs:`},
	} {
		ch := check(nil)
		ch.Needs.Tables[0].Features = true
		text := strings.Replace(plan, "{files: [decisions.parquet]}", "{files: [decisions.parquet], "+c.table+"}", 1) + "models: [{version: m2, file: forest.txt}]\n"
		p, err := audit.ParsePlan("plan.yaml", []byte(text), []*audit.Check{ch})
		if err != nil {
			t.Fatal(err)
		}
		models, err := p.LoadModels(func(path string) ([]byte, error) {
			if filepath.Base(path) != "forest.txt" {
				t.Errorf("%s is read", path)
			}
			return file, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		data := rows + "," + c.header + "\nd1,a1,c1,cash,2026-01-01,approved,1," + c.cells + "\nd2,a2,c2,cash,2026-01-02,approved,2," + c.cells + "\n"
		src, err := audittest.NewSource("decisions", data, 7, 3)
		if err != nil {
			t.Fatal(err)
		}
		_, err = driver.Run(context.Background(), driver.Input{Plan: p, Checks: []*audit.Check{ch}, Sources: map[string]features.Source{"decisions": src}, Models: models}, driver.Options{})
		var other *driver.Mismatch
		if (err != nil) != (c.want != "") || err != nil && (err.Error() != c.want || !errors.As(err, &other)) {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
}
