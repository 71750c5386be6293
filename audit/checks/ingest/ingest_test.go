package ingest

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
			audittest.Run(t, Ingest, f)
			audittest.Laws(t, Ingest, f)
		})
	}
}

func TestValid(t *testing.T) {
	if err := audit.Validate([]*audit.Check{Ingest}); err != nil {
		t.Error(err)
	}
	seen := map[string]bool{}
	for _, g := range order {
		seen[gates[g].rule] = true
	}
	if len(order) != len(gates) || len(seen) != len(gates) {
		t.Errorf("%d gates, %d in order, %d rules", len(gates), len(order), len(seen))
	}
}
