package ingest

import (
	"testing"
)

func TestGates(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range order {
		seen[gates[g].rule] = true
	}
	if len(order) != len(gates) || len(seen) != len(gates) {
		t.Errorf("%d gates, %d in order, %d rules", len(gates), len(order), len(seen))
	}
}
