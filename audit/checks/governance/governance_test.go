package governance

import (
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
)

func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, Governance, f)
		if !audittest.Laws(t, Governance, f) {
			t.Errorf("%s: it did not run", f)
		}
	}
}
