package recourse

import (
	"path/filepath"
	"testing"

	"evenhand/audit/audittest"
)

func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d fixtures (%v)", len(files), err)
	}
	for _, f := range files {
		audittest.Run(t, Recourse, f)
		if !audittest.Laws(t, Recourse, f) {
			t.Log(f, "skipped")
		}
	}
}
