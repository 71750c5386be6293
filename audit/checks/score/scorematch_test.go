package score

import (
	"context"
	"os"
	"testing"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// What a case says must be enough to check it by hand.
func TestEvidence(t *testing.T) {
	ar, err := txtar.ParseFile("testdata/scorematch.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range ar.Files {
		files[f.Name] = f.Data
	}
	plan, err := audit.ParsePlan("plan.yaml", files["plan.yaml"], []*audit.Check{ScoreMatch})
	if err != nil {
		t.Fatal(err)
	}
	models, err := plan.LoadModels(func(path string) ([]byte, error) {
		if data, ok := files[path]; ok {
			return data, nil
		}
		return nil, os.ErrNotExist
	})
	if err != nil {
		t.Fatal(err)
	}
	src, err := audittest.NewSource(decisions, string(files["decisions.csv"]), 20, 7)
	if err != nil {
		t.Fatal(err)
	}
	res, err := driver.Run(context.Background(), driver.Input{
		Plan: plan, Checks: []*audit.Check{ScoreMatch}, Sources: map[string]features.Source{decisions: src}, Models: models,
	}, driver.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{
		"M3_MISSING": {"input": "monthly_income", "treatment": "null read as 0", evSystemic: "yes"},
		"M4_VERSION": {"model": "m1", "other_model": "m2", "channel": "partner"},
		"M5_STALE":   {"earlier_decided_at": "2025-01-05T09:00:00+08:00"},
		"M6_UNIT":    {"input": "tenure_months", "factor": "×100"},
		"M7_SHIFT":   {"shift": "137", "difference": "137"},
	}
	for i := range res.Cases {
		c := &res.Cases[i]
		if c.Finding == "" {
			t.Errorf("%s: the case is in no finding", c.Key)
		}
		if w := want[c.Cause]; w != nil {
			ok := true
			for name, value := range w {
				ok = ok && c.Item(name) == value
			}
			if ok {
				delete(want, c.Cause)
			}
		}
	}
	for cause, w := range want {
		t.Errorf("no case of %s has the evidence %v", cause, w)
	}
}
