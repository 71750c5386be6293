package denial

import (
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

func TestFixtures(t *testing.T) {
	if err := audit.Validate([]*audit.Check{UnexplainedDenial}); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("testdata/unexplaineddenial*.txtar")
	if len(files) == 0 {
		t.Fatal("no fixture")
	}
	for _, file := range files {
		audittest.Run(t, UnexplainedDenial, file)
		audittest.Laws(t, UnexplainedDenial, file)
	}
}
