package score

import (
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			audittest.Run(t, ScoreMatch, f)
			audittest.Laws(t, ScoreMatch, f)
		})
	}
}

func TestValid(t *testing.T) {
	if err := audit.Validate([]*audit.Check{ScoreMatch}); err != nil {
		t.Error(err)
	}
}
