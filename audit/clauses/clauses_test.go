package clauses

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each entry is complete in both languages, sure or verified, dated, and says
// nothing of compliance.
func TestAll(t *testing.T) {
	if len(All) == 0 {
		t.Fatal("no clauses")
	}
	id := regexp.MustCompile(`^(cn|eu|uk|us)-[a-z0-9-]+$`)
	seen := map[string]bool{}
	for _, r := range All {
		if !id.MatchString(r.ID) || seen[r.ID] || !strings.HasPrefix(r.ID, string(r.Regime)+"-") {
			t.Errorf("id %q is not a new one of regime %q", r.ID, r.Regime)
		}
		seen[r.ID] = true
		if r.Standing != Verified && r.Standing != Sure {
			t.Errorf("%s: standing %q: what is not sure stays out", r.ID, r.Standing)
		}
		if _, err := time.Parse(time.DateOnly, r.Checked); err != nil {
			t.Errorf("%s: checked %q is no day", r.ID, r.Checked)
		}
		texts := []string{r.Name.En, r.Name.Zh, r.Point.En, r.Point.Zh}
		if slices.Contains(texts, "") || (r.Limits.En == "") != (r.Limits.Zh == "") {
			t.Errorf("%s: a text is missing in a language", r.ID)
		}
		for _, s := range append(texts, r.Limits.En, r.Limits.Zh) {
			for _, claim := range []string{"complies", "compliant", "in breach", "violat", "2022-03", "2023-03", "SR 11-7 (", "合规性", "违法", "违规"} {
				if strings.Contains(s, claim) {
					t.Errorf("%s: %q says %q", r.ID, s, claim)
				}
			}
		}
		if Find(r.ID) != r {
			t.Errorf("%s is not found", r.ID)
		}
		if r.Regime.Words().IsZero() || r.Standing.Words().IsZero() {
			t.Errorf("%s: no words", r.ID)
		}
	}
	if Find("us-none") != nil {
		t.Error("found a clause that there is none of")
	}
}

func TestCite(t *testing.T) {
	c := PIPL24.Cite("explanation on request", "应要求说明")
	if c.ID != "cn-pipl-24" || c.En != "PIPL 24 (explanation on request)" || c.Zh != "个人信息保护法 第二十四条（应要求说明）" {
		t.Errorf("cited as %+v", c)
	}
	if c := RegBNotice.Cite("(a)(1)", "(a)(1)"); c.En != "12 CFR 1002.9(a)(1)" || c.Zh != "美国《B条例》12 CFR 1002.9(a)(1)" {
		t.Errorf("cited as %+v", c)
	}
	if c := GDPR22.Cite("", ""); c.Text != GDPR22.Name {
		t.Errorf("cited as %+v", c)
	}
}
