// Package reports builds one immutable sorted Report from a Result and writes
// it; one file per format.
//
// A Report is a pure function of its Input: nothing in any file it writes
// depends on the clock, the host, an absolute path or the locale. Strings of
// the data never become markup, and control characters in them are shown.
package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
	"evenhand/audit/gate"
	"evenhand/audit/pseudonym"
	"evenhand/features"
)

// SchemaVersion is the version of the published Arrow and JSON layouts. It
// grows when a field changes its meaning or goes away, not when one is added.
const SchemaVersion = 1

// Input is everything a report says.
type Input struct {
	Plan   *audit.Plan
	Checks []*audit.Check // every check of the suite, also the ones that did not run
	Result *audit.Result  // settled; New sorts it in place and keeps it
	Tables []TableInput   // what was read
	Models []ModelInput   // what recomputed the scores
	// Policies is the registry of policies that was replayed; zero: none was.
	Policies FileDigest
	Binary   string // module version and build info; deterministic
	// Key makes the pseudonyms of ids, and of texts of few rows, in every file;
	// nil leaves both as they are. Vocabulary is what else may leave besides what
	// the plan says: the registry of policies, the inputs of the models.
	Key        *pseudonym.Key
	Vocabulary []any
	Lang       string   // languages of the page: "en", "zh" or "both" (default)
	Extra      []string // names of formats to write besides those always written
	Today      string   // day that waivers are held against, as 2026-06-30; "": the plan's as-of day
}

// TableInput says what was read of one table.
type TableInput struct {
	Name  string
	Files []features.File
	Rows  int64
	Tally features.Tally
	Notes []string // further remarks of the reader, as sentences
}

// ModelInput says which model recomputed scores, and how many.
type ModelInput struct {
	Version, Format, Name string
	File                  string // base name
	SHA256                string
	Rows                  int64 // rows scored
	// Spec is what the plan's registry says of it; Usage is what it was used for,
	// nil when nobody looked.
	Spec  audit.ModelSpec
	Usage *audit.ModelUsage
}

// Report is one run's results in their published order, with their digests
// and the sums every format shows. It is not changed after New.
type Report struct {
	plan   *audit.Plan
	checks []*audit.Check
	res    *audit.Result
	tables []TableInput
	models []ModelInput
	binary string
	policy FileDigest
	lang   string
	extra  []string
	room   room // of the page being made

	zone    *time.Location
	periods *audit.Periods
	money   money
	verdict audit.Text
	today   string
	gate    *gate.Verdict
	ids     pseudonym.IDs
	digest  string // of findings, cases, metrics and coverage
	data    string // of the input files

	check    map[string]*audit.Check
	finding  map[string]audit.Finding // by id
	words    map[string]audit.Text    // of the checks' own metrics and causes
	phrases  map[string][]phrase      // of the checks, by check
	coverage map[string]*audit.Coverage
	metric   map[string]*audit.Metric // by id
	sums     map[string]*sums         // of cases, by check
	samples  map[string][]*audit.Case // by finding, in the order of Samples
	byPeriod map[string]periodCounts  // cases, by finding and by check
	causes   map[string]periodCounts  // cases, by check \x1f cause
}

// sums adds up the cases of one check.
type sums struct {
	Unjustified, Technical, Disclosure int64
	Amount                             int64 // minor units, over all its cases
}

// periodCounts counts cases by the index of their period; -1: none.
type periodCounts map[int32]int64

// New returns the report of a run. It takes over in.Result.
func New(in Input) *Report {
	r := &Report{
		plan: in.Plan, checks: slices.Clone(in.Checks), res: in.Result,
		tables: slices.Clone(in.Tables), models: slices.Clone(in.Models),
		binary: in.Binary, policy: in.Policies, lang: in.Lang, extra: in.Extra, zone: in.Plan.Zone(), room: rooms[0],
	}
	if r.zone == nil {
		r.zone = time.UTC
	}
	if r.lang != onlyChinese && r.lang != onlyEnglish {
		r.lang = inBoth
	}
	r.money = newMoney(in.Plan.Currency)
	r.res.Sort()
	slices.SortStableFunc(r.checks, func(a, b *audit.Check) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(r.tables, func(a, b TableInput) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(r.models, func(a, b ModelInput) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.File, b.File), cmp.Compare(a.SHA256, b.SHA256))
	})
	for i := range r.tables {
		r.tables[i].Files = publishedFiles(in.Plan.Dir, r.tables[i].Files)
	}
	every := cmp.Or(in.Plan.Period, "month")
	var err error
	if r.periods, err = audit.NewPeriods(every, r.zone); err != nil {
		panic("reports: " + err.Error()) // the plan was validated when it was read
	}
	r.digest = resultDigest(r.res) // of plain ids: the same under any key
	r.data = dataDigest(r.tables)
	r.mask(in)
	r.today = in.Today
	r.waive()
	r.index()
	r.verdict = r.sentence()
	return r
}

// index prepares everything the formats look up, in one pass over the cases.
func (r *Report) index() {
	r.check, r.words = map[string]*audit.Check{}, map[string]audit.Text{}
	r.phrases = map[string][]phrase{}
	for _, code := range cause.Codes() {
		r.words[code] = cause.Words(code)
	}
	for _, c := range r.checks {
		r.check[c.Name] = c
		maps.Copy(r.words, c.Words)
		r.phrases[c.Name] = phrasesOf(c.Evidence)
	}
	r.coverage, r.metric = map[string]*audit.Coverage{}, map[string]*audit.Metric{}
	for i := range r.res.Coverage {
		r.coverage[r.res.Coverage[i].Check] = &r.res.Coverage[i]
	}
	for i := range r.res.Metrics {
		r.metric[r.res.Metrics[i].ID()] = &r.res.Metrics[i]
	}
	r.finding = map[string]audit.Finding{}
	for _, f := range r.res.Findings {
		r.finding[f.ID] = f
	}
	wanted := map[string]map[string]int{} // finding → sample key → position
	for _, f := range r.res.Findings {
		wanted[f.ID] = map[string]int{}
		for i, key := range f.Samples {
			wanted[f.ID][key] = i
		}
	}
	r.sums, r.samples = map[string]*sums{}, map[string][]*audit.Case{}
	r.byPeriod, r.causes = map[string]periodCounts{}, map[string]periodCounts{}
	for i := range r.res.Cases {
		c := &r.res.Cases[i]
		r.sum(c)
		p := int32(-1)
		if c.At != 0 {
			p = r.periods.Of(c.At)
		}
		count(r.byPeriod, c.Check, p)
		count(r.causes, c.Check+"\x1f"+c.Cause, p)
		if c.Finding == "" {
			continue
		}
		count(r.byPeriod, c.Finding, p)
		if _, ok := wanted[c.Finding][c.Key]; ok && len(r.samples[c.Finding]) < len(wanted[c.Finding]) {
			r.samples[c.Finding] = append(r.samples[c.Finding], c)
		}
	}
	for id, cs := range r.samples {
		slices.SortStableFunc(cs, func(a, b *audit.Case) int { return cmp.Compare(wanted[id][a.Key], wanted[id][b.Key]) })
	}
}

func (r *Report) sum(c *audit.Case) {
	s := r.sums[c.Check]
	if s == nil {
		s = &sums{}
		r.sums[c.Check] = s
	}
	switch c.Substance {
	case audit.Unjustified:
		s.Unjustified++
	case audit.Technical:
		s.Technical++
	}
	if failedDisclosure(c.Disclosure) {
		s.Disclosure++
	}
	s.Amount += c.Amount
}

func count(m map[string]periodCounts, key string, p int32) {
	if m[key] == nil {
		m[key] = periodCounts{}
	}
	m[key][p]++
}

// failedDisclosure reports whether a disclosure verdict is against the lender.
func failedDisclosure(d audit.Disclosure) bool {
	switch d {
	case audit.Generic, audit.Wrong, audit.Late, audit.Absent, audit.Misleading, audit.NoRoute:
		return true
	}
	return false
}

// Worst returns the worst level of a finding that is not waived: "fail", "warn",
// "info", or "" when there is none.
func (r *Report) Worst() string {
	worst := ""
	rank := map[string]int{"info": 1, "warn": 2, "fail": 3}
	for _, f := range r.res.Findings {
		if l := f.Severity.Level(); f.Waived == nil && rank[l] > rank[worst] {
			worst = l
		}
	}
	return worst
}

// Verdict is the report in one sentence.
func (r *Report) Verdict() audit.Text { return r.verdict }

// Digest is the SHA-256 of the findings, cases, metrics and coverage alone:
// equal for two exports that say the same in other Parquet dialects.
func (r *Report) Digest() string { return r.digest }

// chapterOf returns the chapter of a check; unknown checks go to ingest.
func (r *Report) chapterOf(check string) string {
	if c := r.check[check]; c != nil {
		return c.Chapter
	}
	return "ingest"
}

// short is the published short form of a digest.
func short(digest string) string {
	digest = strings.TrimPrefix(digest, "sha256:")
	return digest[:min(12, len(digest))]
}
