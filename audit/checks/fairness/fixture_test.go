package fairness

import (
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

func TestFixtures(t *testing.T) {
	if err := audit.Validate([]*audit.Check{ApprovalParity}); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("testdata/approvalparity*.txtar")
	if len(files) == 0 {
		t.Fatal("no fixture")
	}
	for _, file := range files {
		audittest.Run(t, ApprovalParity, file)
		audittest.Laws(t, ApprovalParity, file)
	}
}
