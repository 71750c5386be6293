package checks

import (
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
)

// TestScenarioLaws proves the laws of State for the checks of the command
// scenario: on their own fixtures, and on one with a forest.
func TestScenarioLaws(t *testing.T) {
	files, err := filepath.Glob("scenario/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	files = append(files, "recourse/testdata/recourse-forest.txtar")
	for _, c := range Scenarios {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			ran := 0
			for _, f := range files {
				if audittest.Laws(t, c, f, Known()...) {
					ran++
				}
			}
			if ran < 4 {
				t.Errorf("it ran on %d fixtures", ran)
			}
		})
	}
}
