package reports

import (
	"slices"

	"evenhand/audit"
)

// scenarios reports whether the run asked what would change, and audited
// nothing: then the page is about that alone.
func (r *Report) scenarios() bool {
	return len(r.checks) > 0 && !slices.ContainsFunc(r.checks, func(c *audit.Check) bool { return c.Chapter != "scenarios" })
}

// onlyScenarios takes from a page what is for audits.
func (r *Report) onlyScenarios(p *page) {
	p.Kind, p.Patterns, p.Families = w("Scenarios of the credit policy"), nil, nil
	p.Chapters = slices.DeleteFunc(p.Chapters, func(c chapter) bool { return c.Empty })
}

// scenarioSentence says the whole report in one sentence.
func (r *Report) scenarioSentence() audit.Text {
	asked := map[string]bool{}
	for i := range r.res.Metrics {
		if m := &r.res.Metrics[i]; m.Name == "scenario_approval_rate" || m.Name == "lda_approval_rate" {
			asked[m.Check+m.Segment] = true
		}
	}
	if len(asked) == 0 {
		return audit.T("No scenario could be replayed: see what was missing under coverage.", "没有情景能够复算：缺少什么，见覆盖范围。")
	}
	t := audit.Tf("Scenarios, no audit: %[1]s decisions under %[2]d scenarios and candidates for review. They are questions to the lender, never advice.",
		"此为情景分析，并非审计：%[1]s 笔决定，%[2]d 个情景与供评审的备选。它们是向机构提出的问题，绝非建议。", thousands(r.rowsJudged()), len(asked))
	return t
}
