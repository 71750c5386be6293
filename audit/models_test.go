package audit

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"evenhand/features/model"
)

// logistic has the inputs income and age.
const logistic = `evenhand: logistic
version: 1
target: bad
intercept: -1
numeric: [{name: income, coef: -0.5, missing: 0}, {name: age, coef: 0.25}]
`

// loadFrom loads the models of a plan, all from one file.
func loadFrom(t *testing.T, file string, models string) ([]ScoringModel, *Plan, error) {
	t.Helper()
	p := parse(t, head+tables+"models:\n"+models)
	got, err := p.LoadModels(func(string) ([]byte, error) { return []byte(file), nil })
	return got, p, err
}

func TestTrainingNamesInputs(t *testing.T) {
	_, _, err := loadFrom(t, logistic, "  - file: m.json\n    version: m1\n    training_missing:\n      income: 0.1\n      incom: 0.2\n")
	var wrong PlanError
	want := `audit.yaml:9: models.1.training_missing.incom: model m1 has no input "incom"; did you mean "income"?`
	if !errors.As(err, &wrong) || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
	if _, _, err := loadFrom(t, logistic, "  - file: m.json\n    training_missing: {income: 0.1}\n"); err != nil {
		t.Error(err)
	}
}

func TestTrained(t *testing.T) {
	p := parse(t, head+tables+"models: [{file: a, trained_to: 2025-01-01}, {file: b, version: x, trained_from: 2024-01-01T00:00:00Z}]\n")
	if from, to := p.Trained(&p.Models[0]); from != math.MinInt64 || time.UnixMicro(to).UTC().Format(time.RFC3339) != "2024-12-31T16:00:00Z" {
		t.Errorf("trained %d to %d", from, to)
	}
	if from, to := p.Trained(&p.Models[1]); from != 1704067200000000 || to != math.MaxInt64 {
		t.Errorf("trained %d to %d", from, to)
	}
}

// Any text of 64 hexadecimal digits is a digest, whatever YAML takes it for.
func TestDigestsThatLookLikeNumbers(t *testing.T) {
	for _, d := range []string{strings.Repeat("1", 64), strings.Repeat("0", 64), "1e" + strings.Repeat("3", 62), strings.Repeat("12345e67", 8), strings.Repeat("aB", 32)} {
		p := parse(t, head+tables+fmt.Sprintf("models: [{file: a, sha256: %s}]\n", d))
		if p.Models[0].SHA256 != d {
			t.Errorf("%s is read as %s", d, p.Models[0].SHA256)
		}
	}
}

// The scale of the plan makes points of the score.
func TestScale(t *testing.T) {
	models, _, err := loadFrom(t, logistic, "  - {file: m.json, scale: {pdo: 20, base: 600, odds: 50, round: half_even}}\n")
	if err != nil {
		t.Fatal(err)
	}
	o := models[0].Model.ScoreRow([]model.Value{{Num: 2}, {Num: 4}})
	// Log-odds of bad −1 − 1 + 1; 600 + 20/ln 2 · (1 − ln 50) = 515.98.
	if o.Margin != -1 || o.Score != 516 {
		t.Errorf("margin %v, score %v", o.Margin, o.Score)
	}
	const card = `{"evenhand": "card", "version": 1, "closed": "left", "base_points": 500, "characteristics": [{"name": "x", "edges": [1], "points": [1, 2]}]}`
	_, _, err = loadFrom(t, card, "  - file: m.json\n    scale: {pdo: 20, base: 600, odds: 50}\n")
	var wrong PlanError
	if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "audit.yaml:6: models.1: m.json: scale: the card's file tells no log-odds") {
		t.Errorf("err = %v", err)
	}
}
