package denial

import (
	"path/filepath"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

// fixturesOf runs a check over its fixtures and proves the laws of its state.
func fixturesOf(t *testing.T, c *audit.Check) {
	t.Helper()
	files, err := filepath.Glob("testdata/" + c.Name + "*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, c, f, UnexplainedDenial, TechnicalDenial)
		audittest.Laws(t, c, f, UnexplainedDenial, TechnicalDenial)
	}
}

func TestTechnicalFixtures(t *testing.T) { fixturesOf(t, TechnicalDenial) }

// Letters hold no promise and no code.
func TestTechnicalLetter(t *testing.T) {
	plan, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2025-06-30\ntables: {decisions: {files: x.parquet}}\n"), []*audit.Check{TechnicalDenial})
	if err != nil {
		t.Fatal(err)
	}
	c := audit.Case{Substance: audit.Technical, At: 1741140000000000, Evidence: []audit.Item{{Name: itemIncident, Value: "I1"}, {Name: "error_code", Value: "E500"}}}
	l := technicalLetter(plan, &c)
	honest(t, l)
	if !strings.Contains(l.Zh, "2025-03-05") || strings.Contains(l.Zh+l.En, "E500") || strings.Contains(l.Zh+l.En, "I1") {
		t.Errorf("letter %v", l)
	}
	if l := technicalLetter(plan, &audit.Case{}); !l.IsZero() {
		t.Errorf("a letter without a verdict: %v", l)
	}
}

// honest holds a letter against what no letter may say.
func honest(t *testing.T, l audit.Text) {
	t.Helper()
	if l.En == "" || l.Zh == "" {
		t.Errorf("a language is missing: %v", l)
	}
	for _, s := range []string{"will be approved", "guarantee", "将获批", "一定", "保证", "综合评分不足", "社交", "social", "fraud", "欺诈"} {
		if strings.Contains(l.En+l.Zh, s) {
			t.Errorf("a letter says %q: %v", s, l)
		}
	}
}
