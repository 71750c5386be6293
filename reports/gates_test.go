package reports

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
)

// withWaivers is the realistic run, of which the plan waives three findings: one
// by id, one that has expired, one that has grown.
func withWaivers() Input {
	in := realistic()
	forty := int64(40)
	in.Today = "2026-06-30"
	in.Plan.Waivers = []audit.Waiver{
		{ID: "CRO-17", Reason: "the vendor's fix is due", Owner: "head of limits", Expires: "2026-12-31", Finding: "c1b2c3d4e5"},
		{ID: "CRO-18", Reason: "accepted", Owner: "head of credit", Expires: "2026-03-31", Finding: "b1b2c3d4e5"},
		{ID: "CRO-19", Reason: "accepted", Owner: "head of credit", Expires: "2026-12-31", Finding: "d1b2c3d4e5", MaxCases: &forty},
		{ID: "CRO-20", Reason: "accepted", Owner: "head of credit", Expires: "2026-07-10", Finding: "0000000000"},
	}
	zero := int64(0)
	in.Plan.Gates = audit.Gates{FailOn: "fail", RefusedCells: &zero}
	return in
}

// The law of waivers: they change no number. The digest is the same, and so is
// every byte of cases, metrics, coverage and remedies.
func TestWaiversChangeNoNumber(t *testing.T) {
	with := withWaivers()
	without := withWaivers()
	without.Plan.Waivers = nil
	a, b := New(with), New(without)
	if a.Digest() != b.Digest() {
		t.Error("the digest differs")
	}
	n := 0
	for _, f := range Formats {
		if _, table := tableDocs[f.File]; !table && f.File != baselineFormat.File {
			continue
		}
		n++
		x, err := a.render(f)
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.render(f)
		if err != nil {
			t.Fatal(err)
		}
		if same := bytes.Equal(x, y); same != (f.File != findingsFormat.File) {
			t.Errorf("%s: the same with and without waivers: %v", f.File, same)
		}
	}
	if n < 6 {
		t.Fatalf("only %d tables", n)
	}
}

func TestWaivedFindings(t *testing.T) {
	r := New(withWaivers())
	var s Summary
	data, err := r.render(summaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	if s.Gate.Passed || s.Gate.Today != "2026-06-30" || len(s.Gate.Gates) != 2 || len(s.Gate.Waivers) != 4 {
		t.Errorf("the summary's gate is %+v", s.Gate)
	}
	if got := s.Gate.Waivers[0]; got.ID != "CRO-17" || got.Owner != "head of limits" || got.State != "in_force" || !slices.Equal(got.Waives, []string{"c1b2c3d4e5"}) {
		t.Errorf("the first waiver is %+v", got)
	}
	for _, f := range s.Findings {
		if waived := f.ID == "c1b2c3d4e5"; (f.Waived != nil) != waived {
			t.Errorf("finding %s: waived by %+v", f.ID, f.Waived)
		}
	}
	if want := "4 findings need a decision now, out of 9 findings (70,310 rows judged by 6 checks); 1 finding is waived, 1 check was skipped"; !strings.HasPrefix(r.Verdict().En, want) {
		t.Errorf("the verdict is %q", r.Verdict().En)
	}
	if want := "有 4 项问题须立即决策，共发现 9 项问题（70,310 行、6 项检查）；1 项问题已豁免，"; !strings.HasPrefix(r.Verdict().Zh, want) {
		t.Errorf("the verdict is %q", r.Verdict().Zh)
	}
	page := string(pageOf(t, withWaivers()))
	folded := regexp.MustCompile(`(?s)<details class="?waived.*?</details>`).FindString(page)
	for _, want := range []string{"c1b2c3d4e5", "CRO-17", "head of limits", "2026-12-31", "the vendor&#39;s fix is due"} {
		if !strings.Contains(folded, want) {
			t.Errorf("the folded findings lack %q", want)
		}
	}
	for _, want := range []string{"expired on 2026-03-31; b1b2c3d4e5 again counts", "已于 2026-03-31 到期", "lapsed for d1b2c3d4e5: more than 40 cases", "10 days left"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	cover := regexp.MustCompile(`(?s)<main.*?id="?findings\b`).FindString(page)
	if cover == "" || strings.Contains(cover, "c1b2c3d4e5") {
		t.Error("the cover asks for a decision on what is waived")
	}
	for lang, want := range map[string][]string{
		"en": {"\n  1 waived: see report.html\n", "\ngates     1 passed, 1 failed\n", "\nwaivers   1 in force, 1 expired, 1 outgrown, 1 unused, on 2026-06-30\n"},
		"zh": {"\n  1 项已豁免：见 report.html\n", "\n门禁  通过 1 道，未通过 1 道\n", "\n豁免  有效 1，已到期 1，超出范围 1，未用到 1（按 2026-06-30 计）\n"},
	} {
		text := r.Summary(lang)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("the summary lacks %q:\n%s", w, text)
			}
		}
		if n := strings.Count(text, "\n"); n > 25 {
			t.Errorf("the summary has %d lines", n)
		}
	}
}

// When everything is waived nothing needs a decision, and the page still says so.
func TestAllWaived(t *testing.T) {
	in := realistic()
	in.Today = "2026-06-30"
	for _, f := range in.Result.Findings {
		in.Plan.Waivers = append(in.Plan.Waivers, audit.Waiver{ID: "W" + f.ID, Reason: "r", Owner: "o", Expires: "2026-12-31", Finding: f.ID})
	}
	r := New(in)
	if r.Worst() != "" || r.Gate().Code() != 0 || !strings.HasPrefix(r.Verdict().En, "No finding but waived ones (") {
		t.Errorf("worst %q, code %d, %s", r.Worst(), r.Gate().Code(), r.Verdict().En)
	}
	for _, tile := range r.patternTiles() {
		if tile.State == "fail" || tile.State == "pass" && tile.Word == levelWords["fail"] {
			t.Errorf("%s: %s", tile.Code, tile.State)
		}
	}
	if _, err := r.render(htmlFormat); err != nil {
		t.Error(err)
	}
}

// The level of the command line changes no byte of the report.
func TestGateAt(t *testing.T) {
	r := New(withWaivers())
	before, err := r.render(summaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	for level, code := range map[string]int{"": 1, "fail": 1, "never": 0} {
		if got := r.GateAt(level).Code(); got != code {
			t.Errorf("-fail-on %s: code %d, want %d", level, got, code)
		}
	}
	after, err := r.render(summaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("the summary knows of the command line")
	}
}

func TestWaiversAreInert(t *testing.T) {
	in := attack()
	in.Plan.Waivers = []audit.Waiver{{ID: hostile[0], Reason: hostile[1], Owner: hostile[7], Expires: "2026-12-31", Finding: hostile[0]}}
	page := string(pageOf(t, in))
	for _, bad := range []string{"<script>alert", "<img src=x", "\u202E", "onerror=alert(2)>\""} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(page, `id="waived"`) && !strings.Contains(page, "id=waived") {
		t.Error("nothing is waived")
	}
}
