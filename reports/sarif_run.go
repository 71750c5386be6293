package reports

import (
	"fmt"
	"slices"
	"strings"

	"evenhand/audit"
)

// sarif is the report as a SARIF log of one run. The same finding has the same
// rule, fingerprint and message id in every report.
func (r *Report) sarif() sarifLog {
	s := sarifRun{
		Tool: sarifTools{sarifComponent{
			Name: sarifTool, GUID: sarifGUID, Version: sarifPlain(r.binary), Language: "en",
			Short:    &sarifText{Text: "Audits a consumer lender's own credit decisions."},
			Contents: []string{"localizedData", "nonLocalizedData"}, Rules: r.sarifRules("en"),
		}},
		Translations: []sarifComponent{{
			Name: sarifTool, Language: "zh-CN", Contents: []string{"localizedData"},
			Translation: &sarifTranslation{"简体中文"}, Associated: &sarifReference{sarifTool, sarifGUID}, Rules: r.sarifRules("zh"),
		}},
		Automation: sarifAutomation{
			ID:          sarifTool + "/" + shown(short(r.plan.Digest)) + "/",
			Description: sarifMessage{Text: "The audit of the plan with this SHA-256."},
		},
		Invocations: []sarifInvocation{{Successful: true, Configuration: r.sarifCoverage()}},
		BaseIDs:     map[string]sarifBase{planBase: {sarifMessage{Text: "The directory of the plan."}}},
		Language:    "en",
		Results:     []sarifResult{},
		Properties: map[string]any{
			"schema_version": SchemaVersion, "lender": sarifPlain(r.plan.Lender), "as_of": sarifPlain(r.plan.AsOf), "verdict": shownText(r.verdict),
			"result_sha256": r.digest, "data_sha256": r.data, "plan_sha256": shown(r.plan.Digest), "currency": r.money.Code,
		},
	}
	s.Artifacts, s.LogicalLocations = r.sarifArtifacts(), r.sarifLogical()
	for i := range r.res.Findings {
		s.Results = append(s.Results, r.sarifResult(&r.res.Findings[i]))
	}
	return sarifLog{sarifSchema, "2.1.0", []sarifRun{s}}
}

// sarifCoverage says which checks did not run, or not on all of their data:
// without it the absence of a result would look like a pass.
func (r *Report) sarifCoverage() (out []sarifNotification) {
	for i := range r.res.Coverage {
		c := &r.res.Coverage[i]
		if c.Status == "ran" {
			continue
		}
		why := joinTexts(c.Why)
		n := sarifNotification{
			Level: "warning", Message: sarifMessage{Text: sarifSaid(c.Check + ": " + coverageText(c.Status).En + ": " + why.En)},
			Props: map[string]any{"status": c.Status, "zh": sarifPlain(coverageText(c.Status).Zh + "：" + why.Zh)},
		}
		if at := r.checkIndex(c.Check); at >= 0 {
			n.Rule = &sarifRuleRef{c.Check, at}
		}
		out = append(out, n)
	}
	return out
}

func coverageText(status string) audit.Text { return word(coverageWords, status) }

func (r *Report) checkIndex(check string) int {
	return slices.IndexFunc(r.checks, func(c *audit.Check) bool { return c.Name == check })
}

// sarifArtifacts are the input files, in the order of the tables, then the
// plan and the models.
func (r *Report) sarifArtifacts() []sarifArtifact {
	out := []sarifArtifact{}
	add := func(name, digest, about string, size int64, role string, props map[string]any) {
		a := sarifArtifact{Props: props, Description: &sarifMessage{Text: sarifSaid(about)}}
		a.Location.URI, a.Location.Base = sarifURI(name)
		if role != "" {
			a.Roles = []string{role}
		}
		if digest != "" {
			a.Hashes = map[string]string{"sha-256": shown(digest)}
		}
		if size > 0 {
			a.Length = &size
		}
		out = append(out, a)
	}
	for _, t := range r.tables {
		for _, f := range t.Files {
			add(f.Path, f.SHA256, "a file of the table "+t.Name, f.Size, "analysisTarget",
				map[string]any{"table": shown(t.Name), "rows": f.Rows, "row_groups": f.RowGroups})
		}
	}
	add(base(r.plan.Name), r.plan.Digest, "the plan", 0, "userSpecifiedConfiguration", nil)
	for i := range r.models {
		m := &r.models[i]
		add(base(m.File), m.SHA256, "the model "+m.Version, 0, "attachment", map[string]any{"version": shown(m.Version), "format": shown(m.Format)})
	}
	return out
}

// sarifLogical are the places a finding can be in: tables of the export, then
// checks.
func (r *Report) sarifLogical() []sarifLogicalLocation {
	out := []sarifLogicalLocation{}
	for _, t := range r.tables {
		out = append(out, sarifLogicalLocation{Name: shown(t.Name), Full: "table/" + shown(t.Name), Kind: "table"})
	}
	for _, c := range r.checks {
		out = append(out, sarifLogicalLocation{Name: c.Name, Full: "check/" + c.Name, Kind: "check"})
	}
	return out
}

func (r *Report) sarifResult(f *audit.Finding) sarifResult {
	causes := []map[string]any{}
	for _, c := range f.Causes {
		m := map[string]any{"cause": shown(c.Code), "grade": c.Grade.String()}
		if c.Share != 0 {
			m["share"] = float64(c.Share) / 1e6
		}
		causes = append(causes, m)
	}
	clauses := []audit.Text{}
	for _, c := range f.Clauses {
		clauses = append(clauses, shownText(audit.T(c.En, c.Zh)))
	}
	props := map[string]any{
		"finding": shown(f.ID), "severity": f.Severity.String(), "substance": f.Substance.String(), "disclosure": f.Disclosure.String(),
		"grade": f.Grade.String(), "cause": shown(f.Cause), "causes": causes, "rules": shownAll(f.Rules),
		"cases": f.Cases, "customers": f.Customers, "harm": f.Harm, "owed": f.Owed,
		"amount_minor": f.Amount, "amount": plainMoney(f.Amount, r.money.Exponent), "currency": r.money.Code,
		"samples": shownAll(f.Samples), "metrics": shownAll(f.Metrics), "clauses": clauses,
		"title": shownText(f.Title), "what": shownText(f.What), "remedy": shownText(f.Remedy), "tags": []string{r.chapterOf(f.Check), f.Severity.String()},
	}
	if f.FirstSeen != 0 {
		props["first_seen"], props["last_seen"] = r.isoInstant(f.FirstSeen), r.isoInstant(f.LastSeen)
	}
	return sarifResult{
		RuleID: f.Check, RuleIndex: r.checkIndex(f.Check), Kind: "fail", Level: sarifLevels[f.Severity.Level()],
		Message:      sarifMessage{shown(f.ID), sarifSaid(f.Title.En)},
		Locations:    r.sarifLocations(f.Check),
		Fingerprints: map[string]string{"evenhandFinding/v1": shown(f.ID)},
		Occurrences:  max(f.Cases, 0),
		Suppressions: suppressions(f),
		Props:        props,
	}
}

// suppressions are the waiver in force for a finding; an empty list says that
// it is not suppressed (§3.27.23).
func suppressions(f *audit.Finding) []sarifSuppression {
	v := f.Waived
	if v == nil {
		return []sarifSuppression{}
	}
	return []sarifSuppression{{
		Kind: "external", Status: "accepted", Justification: shown(v.Reason + " (" + v.ID + "; " + v.Owner + "; until " + v.Expires + ")"),
		Props: map[string]any{"waiver": shown(v.ID), "owner": shown(v.Owner), "expires": shown(v.Expires)},
	}}
}

// sarifLocations are the files of the tables that a check reads. A finding is
// about rows of the whole table, so each of its files is a place of it; of a
// table of many files, the first stands for all.
func (r *Report) sarifLocations(check string) []sarifLocation {
	out := []sarifLocation{}
	at := r.checkIndex(check)
	var of []sarifLogicalLocation
	needs := map[string]bool{}
	if at >= 0 {
		of = append(of, sarifLogicalLocation{Full: "check/" + check, Index: ptr(len(r.tables) + at)})
		for _, t := range r.checks[at].Needs.Tables {
			needs[t.Table] = true
		}
	}
	file := 0
	for i, t := range r.tables {
		first := file
		file += len(t.Files)
		if !needs[t.Name] {
			continue
		}
		logical := append(slices.Clip(of), sarifLogicalLocation{Full: "table/" + shown(t.Name), Index: ptr(i)})
		shown := len(t.Files)
		if shown > filesALocation {
			shown = 1
		}
		for k := range shown {
			l := sarifLocation{Physical: &sarifPhysical{}, Logical: logical}
			a := &l.Physical.Artifact
			a.URI, a.Base = sarifURI(t.Files[k].Path)
			a.Index = ptr(first + k)
			if shown < len(t.Files) {
				l.Message = &sarifMessage{Text: sarifSaid(fmt.Sprintf("the first of %d files of the table %s", len(t.Files), t.Name))}
			}
			out = append(out, l)
		}
		if shown == 0 {
			out = append(out, sarifLocation{Logical: logical})
		}
	}
	if len(out) == 0 && of != nil {
		out = append(out, sarifLocation{Logical: of})
	}
	return out
}

// sarifRules are the checks in one language, in the order of their indices.
func (r *Report) sarifRules(lang string) []sarifRule {
	out := []sarifRule{}
	for _, c := range r.checks {
		doc := c.Doc
		if lang == "zh" {
			doc = c.DocZh
		}
		rule := sarifRule{
			ID: c.Name, Short: &sarifText{Text: sarifPlain(c.Title.In(lang))}, Full: &sarifText{Text: sarifPlain(firstParagraph(doc))},
			Help: &sarifText{Text: sarifPlain(doc), Markdown: markdownDoc(lang, doc)},
		}
		if lang == "en" {
			rule.Name = pascal(c.Title.En)
			rule.Props = map[string]any{"tags": []string{c.Chapter}, "chapter": c.Chapter}
			if c.Article != "" {
				rule.Props["article"] = c.Article
			}
		}
		for i := range r.res.Findings {
			f := &r.res.Findings[i]
			if f.Check != c.Name {
				continue
			}
			if rule.Messages == nil {
				rule.Messages = map[string]sarifText{}
			}
			rule.Messages[shown(f.ID)] = sarifText{Text: sarifSaid(f.Title.In(lang))}
		}
		out = append(out, rule)
	}
	return out
}

// firstParagraph is the first paragraph under the title of a manual.
func firstParagraph(doc string) string {
	for _, b := range manualPageOf("", doc).Blocks {
		if !b.Pre {
			return strings.ReplaceAll(b.Text, "\n", " ")
		}
	}
	return doc
}

// pascal writes a title as the name of a rule, as viewers want it.
func pascal(title string) string {
	var b strings.Builder
	for _, w := range strings.FieldsFunc(title, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
	}) {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}
