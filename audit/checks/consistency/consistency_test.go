package consistency

import (
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

// inside are the checks of these files.
var inside = []*audit.Check{RepeatFlip, Twins, NearTwins, ThresholdEdge}

// TestFixtures holds every check against its own fixtures; package checks proves
// the laws of State on them.
func TestFixtures(t *testing.T) {
	for _, c := range inside {
		files, err := filepath.Glob("testdata/" + c.Name + "*.txtar")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no fixtures (%v)", c.Name, err)
		}
		for _, f := range files {
			audittest.Run(t, c, f, c)
		}
	}
}
