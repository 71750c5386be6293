package consistency

import (
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

// own are the checks of these files.
var own = []*audit.Check{RepeatFlip, Twins, NearTwins, ThresholdEdge}

// TestFixtures holds every check against its own fixtures, and the laws of
// State.
func TestFixtures(t *testing.T) {
	for _, c := range own {
		files, err := filepath.Glob("testdata/" + c.Name + "*.txtar")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no fixtures (%v)", c.Name, err)
		}
		for _, f := range files {
			audittest.Run(t, c, f, c)
			audittest.Laws(t, c, f, c)
		}
	}
}
