package reports

import (
	"io"
	"net/url"
	"strings"

	"evenhand/audit"
)

var sarifFormat = Format{
	Name: "sarif", File: "findings.sarif", Extra: true,
	Doc:   "the findings for code-scanning dashboards: SARIF 2.1.0 in English, with a Chinese translation inside",
	Write: func(r *Report, w io.Writer) error { return writeJSON(w, r.sarif()) },
}

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifTool   = "evenhand"
	// sarifGUID names the tool where the translation refers to it: UUID version
	// 5 of urn:evenhand:sarif in the name space of URLs.
	sarifGUID = "2b425ecc-4e4c-5a12-b097-1b2dec3da62d"
	// planBase is what the relative names of input files are relative to; where
	// that is, the report does not say.
	planBase = "PLANDIR"
	// filesALocation is how many files of a table a result points at, one by one.
	filesALocation = 8
)

// Objects of SARIF 2.1.0, by the section of the standard that describes them;
// what is not used is not here.
type (
	sarifLog struct { // §3.13
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct { // §3.14
		Tool             sarifTools             `json:"tool"`
		Translations     []sarifComponent       `json:"translations"`
		Automation       sarifAutomation        `json:"automationDetails"`
		Invocations      []sarifInvocation      `json:"invocations"`
		BaseIDs          map[string]sarifBase   `json:"originalUriBaseIds"`
		Artifacts        []sarifArtifact        `json:"artifacts"`
		LogicalLocations []sarifLogicalLocation `json:"logicalLocations"`
		Results          []sarifResult          `json:"results"`
		Language         string                 `json:"language"`
		Properties       map[string]any         `json:"properties"`
	}
	sarifTools struct {
		Driver sarifComponent `json:"driver"`
	}
	sarifComponent struct { // §3.19
		Name        string            `json:"name"`
		GUID        string            `json:"guid,omitempty"`
		Version     string            `json:"version,omitempty"`
		Short       *sarifText        `json:"shortDescription,omitempty"`
		Language    string            `json:"language"`
		Contents    []string          `json:"contents"`
		Translation *sarifTranslation `json:"translationMetadata,omitempty"`
		Associated  *sarifReference   `json:"associatedComponent,omitempty"`
		Rules       []sarifRule       `json:"rules"`
	}
	sarifTranslation struct { // §3.27
		Name string `json:"name"`
	}
	sarifReference struct { // §3.54
		Name string `json:"name"`
		GUID string `json:"guid"`
	}
	sarifRule struct { // §3.49
		ID       string               `json:"id"`
		Name     string               `json:"name,omitempty"`
		Short    *sarifText           `json:"shortDescription,omitempty"`
		Full     *sarifText           `json:"fullDescription,omitempty"`
		Messages map[string]sarifText `json:"messageStrings,omitempty"`
		Help     *sarifText           `json:"help,omitempty"`
		Props    map[string]any       `json:"properties,omitempty"`
	}
	sarifText struct { // §3.12
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifMessage struct { // §3.11
		ID   string `json:"id,omitempty"`
		Text string `json:"text"`
	}
	sarifAutomation struct { // §3.17
		ID          string       `json:"id"`
		Description sarifMessage `json:"description"`
	}
	sarifInvocation struct { // §3.20
		Successful    bool                `json:"executionSuccessful"`
		Configuration []sarifNotification `json:"toolConfigurationNotifications,omitempty"`
	}
	sarifNotification struct { // §3.58
		Level   string         `json:"level"`
		Message sarifMessage   `json:"message"`
		Rule    *sarifRuleRef  `json:"associatedRule,omitempty"`
		Props   map[string]any `json:"properties,omitempty"`
	}
	sarifRuleRef struct { // §3.52
		ID    string `json:"id"`
		Index int    `json:"index"`
	}
	sarifBase struct {
		Description sarifMessage `json:"description"`
	}
	sarifArtifact struct { // §3.24
		Location    sarifArtifactLocation `json:"location"`
		Length      *int64                `json:"length,omitempty"`
		Roles       []string              `json:"roles,omitempty"`
		Hashes      map[string]string     `json:"hashes,omitempty"`
		Description *sarifMessage         `json:"description,omitempty"`
		Props       map[string]any        `json:"properties,omitempty"`
	}
	sarifArtifactLocation struct { // §3.4
		URI   string `json:"uri"`
		Base  string `json:"uriBaseId,omitempty"`
		Index *int   `json:"index,omitempty"`
	}
	sarifLogicalLocation struct { // §3.33
		Name  string `json:"name,omitempty"`
		Full  string `json:"fullyQualifiedName"`
		Kind  string `json:"kind,omitempty"`
		Index *int   `json:"index,omitempty"`
	}
	sarifLocation struct { // §3.28
		ID       *int                   `json:"id,omitempty"`
		Physical *sarifPhysical         `json:"physicalLocation,omitempty"`
		Logical  []sarifLogicalLocation `json:"logicalLocations,omitempty"`
		Message  *sarifMessage          `json:"message,omitempty"`
	}
	sarifPhysical struct { // §3.29
		Artifact sarifArtifactLocation `json:"artifactLocation"`
	}
	sarifResult struct { // §3.27
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Kind         string             `json:"kind"`
		Level        string             `json:"level"`
		Message      sarifMessage       `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Occurrences  int64              `json:"occurrenceCount,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions"`
		Props        map[string]any     `json:"properties"`
	}
	sarifSuppression struct { // §3.35
		Kind          string         `json:"kind"`
		Status        string         `json:"status"`
		Justification string         `json:"justification"`
		Props         map[string]any `json:"properties,omitempty"`
	}
)

// sarifSaid writes a text as a message string: braces would be places of
// arguments, and "[text](1)" a link (§3.11.5 and §3.11.6).
func sarifSaid(s string) string {
	s = strings.NewReplacer("{", "{{", "}", "}}").Replace(sarifPlain(s))
	if strings.Contains(s, "](") {
		s = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(s)
	}
	return s
}

// sarifPlain shows what is hidden, as everywhere.
func sarifPlain(s string) string {
	if s == "" {
		return none // a message may not be empty
	}
	return shown(s)
}

// shown is a text with its hidden characters shown.
func shown(s string) string { return string(visible([]byte(s))) }

func shownText(t audit.Text) audit.Text { return audit.T(shown(t.En), shown(t.Zh)) }

func shownAll(ss []string) []string {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = shown(s)
	}
	return out
}

// sarifURI writes a published file name as a URI reference.
func sarifURI(name string) (uri, base string) {
	if scheme, rest, ok := strings.Cut(name, "://"); ok && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return scheme + "://" + (&url.URL{Path: rest}).EscapedPath(), ""
	}
	uri = (&url.URL{Path: name}).EscapedPath()
	if first, _, _ := strings.Cut(uri, "/"); strings.Contains(first, ":") { // not a scheme
		uri = "./" + uri
	}
	return uri, planBase
}

// sarifLevels are the levels of findings in the words of SARIF.
var sarifLevels = map[string]string{"fail": "error", "warn": "warning", "info": "note"}

func ptr[T any](v T) *T { return &v }
