package reason

import (
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
)

// TestFixtures runs the check over its fixtures and proves the laws of its
// states.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d fixtures (%v)", len(files), err)
	}
	for _, f := range files {
		audittest.Run(t, ReasonMatch, f)
		audittest.Laws(t, ReasonMatch, f)
	}
}
