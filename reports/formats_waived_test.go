package reports

import (
	"encoding/json"
	"strings"
	"testing"

	"evenhand/audit"
)

// TestWaivedEverywhere holds of every further format for people and machines
// that it says which finding is waived, by whom and until when, and that the
// finding fails no test.
func TestWaivedEverywhere(t *testing.T) {
	in := realistic()
	in.Lang, in.Plan.Gates.FailOn = "en", "fail"
	const id = "b1b2c3d4e5"
	in.Plan.Waivers = []audit.Waiver{{ID: "W-7", Reason: "being mended", Owner: "Credit risk", Expires: "2027-01-31", Finding: id}}
	r := New(in)
	if r.finding[id].ID == "" || r.gate.Waived(id) == nil {
		t.Fatal("nothing is waived")
	}
	b, err := r.render(sarifFormat)
	if err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(b, &log); err != nil {
		t.Fatal(err)
	}
	suppressed := 0
	for _, res := range log.Runs[0].Results {
		for _, s := range res.Suppressions {
			suppressed++
			if res.Fingerprints["evenhandFinding/v1"] != id || s.Kind != "external" || s.Status != "accepted" || !strings.Contains(s.Justification, "being mended (W-7; Credit risk; until 2027-01-31)") {
				t.Errorf("%s is suppressed: %+v", res.Fingerprints, s)
			}
		}
	}
	if suppressed != 1 {
		t.Errorf("%d results are suppressed", suppressed)
	}
	for _, c := range []struct {
		format Format
		want   string
	}{
		{markdownFormat, "- `" + id + "` 300 applications were denied by a fault, not by the policy: waiver `W-7` of Credit risk until 2027-01-31, because being mended"},
		{junitFormat, "waived by W-7 of Credit risk until 2027-01-31: being mended"},
		{junitFormat, `name="waivers.1: W-7"`},
	} {
		b, err := r.render(c.format)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), c.want) {
			t.Errorf("%s does not say %q", c.format.File, c.want)
		}
	}
	f := r.finding[id]
	f.Waived = r.gate.Waived(id)
	if r.gates(&f) {
		t.Error("a waived finding fails its check")
	}
}
