package reports

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"

	"evenhand/audit"
)

// look is how a page looks and what it can do beside being read: style, script,
// the policy that lets the browser run these two and nothing else, and the
// script's words.
type look struct {
	Style  template.CSS
	Script template.JS
	Policy template.HTML
	Words  []said
}

// said is one word of the script: the script has none of its own.
type said struct {
	Key  string
	Text audit.Text
}

// newLook reads the embedded files. What they hold is put into the page byte by
// byte, so that the digests in the policy are those of the elements.
func newLook() (look, error) {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		return look{}, err
	}
	script, err := templates.ReadFile("templates/script.js")
	if err != nil {
		return look{}, err
	}
	// The page is passed through visible when it is done.
	style, script = visible(style), visible(script)
	return look{Style: template.CSS(style), Script: template.JS(script), Policy: browserPolicy(style, script), Words: scriptWords()}, nil
}

// browserPolicy is the element that forbids everything but the page's one style and
// one script: no request, no frame, no form, no code from the data.
func browserPolicy(style, script []byte) template.HTML {
	digest := func(b []byte) string {
		sum := sha256.Sum256(b)
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return template.HTML(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ` + digest(script) +
		`; style-src ` + digest(style) + `; img-src data:; base-uri 'none'; form-action 'none'">`)
}

// marks are what the script filters a finding by.
type marks struct {
	Severity, Level, Chapter, Verdict, Waived string
}

func (r *Report) marks(f *audit.Finding) *marks {
	m := &marks{Severity: f.Severity.String(), Level: f.Severity.Level(), Chapter: r.chapterOf(f.Check)}
	if judged(f) {
		m.Verdict = f.Substance.String() + " " + f.Disclosure.String()
	}
	if f.Waived != nil {
		m.Waived = "yes"
	}
	return m
}

// judged reports whether a finding has verdicts: a metric past its threshold
// has none.
func judged(f *audit.Finding) bool {
	return f.Cases > 0 || f.Substance != audit.Indeterminate || f.Disclosure != audit.NotAssessed
}

// scriptWords are the words of the controls that the script makes, in the order
// in which it shows them.
func scriptWords() []said {
	words := []said{
		{"search", audit.T("Search the report", "搜索报告")},
		{"search-hint", audit.T("Search ( / )", "搜索（按 /）")},
		{"nothing", audit.T("nothing found", "没有结果")},
		{"kind-finding", audit.T("finding", "问题")},
		{"kind-check", audit.T("check", "检查")},
		{"kind-heading", audit.T("heading", "标题")},
		{"kind-metric", audit.T("metric", "指标")},
		{"filter-findings", audit.T("Show some findings only", "筛选问题")},
		{"findings-shown", audit.T("findings shown", "个问题符合筛选")},
		{"clear", audit.T("Show all", "全部显示")},
		{"filter-rows", audit.T("Filter this table", "筛选本表")},
		{"severity", audit.T("Severity", "级别")},
		{"level", audit.T("Level", "处理")},
		{"chapter", audit.T("Chapter", "章节")},
		{"verdict", audit.T("Verdict", "判定")},
		{"waived", audit.T("Waiver", "豁免")},
		{"waived-yes", audit.T("waived", "已豁免")},
	}
	for s := len(severityWords) - 1; s >= 0; s-- {
		name := audit.Severity(s).String()
		words = append(words, said{"severity-" + name, audit.T(name+" "+severityWords[s].En, name+" "+severityWords[s].Zh)})
	}
	for _, level := range []string{"fail", "warn", "info"} {
		words = append(words, said{"level-" + level, levelWords[level]})
	}
	for _, c := range chapters {
		words = append(words, said{"chapter-" + c.Name, c.Title})
	}
	for s, t := range substanceWords {
		words = append(words, said{"verdict-" + audit.Substance(s).String(), t})
	}
	for d, t := range disclosureWords {
		words = append(words, said{"verdict-" + audit.Disclosure(d).String(), t})
	}
	return words
}
