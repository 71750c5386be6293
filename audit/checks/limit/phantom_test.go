package limit

import (
	"testing"

	"evenhand/audit/audittest"
)

func TestPhantomLimit(t *testing.T) {
	audittest.Run(t, PhantomLimit, "testdata/phantomlimit.txtar")
	audittest.Run(t, PhantomLimit, "testdata/phantomlimit-bare.txtar")
	audittest.Laws(t, PhantomLimit, "testdata/phantomlimit.txtar")
}
