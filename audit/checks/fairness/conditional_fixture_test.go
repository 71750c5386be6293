package fairness

import (
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

// fixtures runs a check over its own fixtures, and proves the laws of State on
// them.
func fixtures(t *testing.T, c *audit.Check) {
	t.Helper()
	files, err := filepath.Glob("testdata/" + c.Name + "*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixture of %s (%v)", c.Name, err)
	}
	for _, f := range files {
		audittest.Run(t, c, f)
		if !audittest.Laws(t, c, f) {
			t.Errorf("%s did not run", f)
		}
	}
}

func TestConditionalFixtures(t *testing.T) { fixtures(t, ConditionalParity) }
