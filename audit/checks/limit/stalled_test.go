package limit

import (
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
)

func TestStalledFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/stalledlimit*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, StalledLimit, f)
		if !audittest.Laws(t, StalledLimit, f) {
			t.Errorf("%s: the check did not run", f)
		}
	}
}
