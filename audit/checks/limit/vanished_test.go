package limit

import (
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
)

func TestVanishedFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/vanished*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, VanishedIncrement, f, Ledger, VanishedIncrement)
		if !audittest.Laws(t, VanishedIncrement, f, Ledger, VanishedIncrement) {
			t.Errorf("%s: it did not run", f)
		}
	}
}
