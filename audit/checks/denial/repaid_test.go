package denial

import (
	"testing"

	"evenhand/audit/audittest"
)

func TestRepaidThenDenied(t *testing.T) {
	audittest.Run(t, RepaidThenDenied, "testdata/repaidthendenied.txtar")
	audittest.Laws(t, RepaidThenDenied, "testdata/repaidthendenied.txtar")
}
