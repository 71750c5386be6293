package reports

import (
	"embed"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"evenhand/audit"
)

//go:embed templates
var templates embed.FS

var htmlFormat = Format{
	Name: "html", File: "report.html",
	Doc:   "the report for people: one page in two languages, that asks for nothing from the network",
	Write: writeHTML,
}

// page is what the template sees.
type page struct {
	Kind   audit.Text // what the page is
	Lang   string
	Lender audit.Text
	look
	Title    audit.Text
	AsOf     audit.Text
	Span     audit.Text
	Verdict  audit.Text
	Decide   []link // the gravest findings, on the cover
	Worst    string
	Digests  []fact
	Sizes    []size
	Patterns []tile
	Families []tile

	Cards []card
	Rest  *table

	Waived   []card // findings that are waived
	GateSaid audit.Text
	Gates    table
	Waivers  *table

	Chapters []chapter

	Coverage   table
	TestsSaid  audit.Text
	Tests      table
	Suppressed *table
	Governance *table
	Manuals    []manual

	Inputs     table
	Notes      []audit.Text
	Cells      *table
	Models     *table
	DigestRows table
	PlanName   string
	PlanText   string
	PlanNote   audit.Text // what of the plan is left out
	Binary     string
}

// size is one count of the cover, with what it is made of.
type size struct {
	Name, Value, Note audit.Text
}

func writeHTML(r *Report, w io.Writer) error {
	look, err := newLook()
	if err != nil {
		return err
	}
	var made []byte
	for _, r.room = range roomsFor(r.lang) {
		p := r.page()
		p.look = look
		p.anchor()
		if made, err = r.tongue().render("page.tmpl", p); err != nil {
			return err
		}
		if len(made) <= mostPage {
			break
		}
	}
	_, err = w.Write(made)
	return err
}

func (r *Report) page() *page {
	p := &page{
		Lang: r.lang, Kind: w("Credit decision audit"), Lender: same(r.plan.Lender), AsOf: r.asOf(), Verdict: r.verdict, Worst: r.Worst(),
		Span:     r.spanWords(),
		Patterns: r.patternTiles(), Families: r.familyTiles(), Chapters: r.chapters(),
		Coverage: r.coverageTable(), TestsSaid: r.testSentence(), Tests: r.testTable(), Suppressed: r.suppressedTable(), Governance: r.governanceTable(), Manuals: r.manuals(),
		Inputs: r.inputTable(), Cells: r.cellTable(), Models: r.modelTable(), DigestRows: r.digestTable(),
		PlanName: base(r.plan.Name), Binary: r.binary,
	}
	if r.scenarios() {
		r.onlyScenarios(p)
	}
	if p.Lender.IsZero() {
		p.Lender = w("no lender named")
	}
	p.PlanText, p.PlanNote = r.planText()
	p.Cards, p.Rest = r.cards()
	p.Waived = r.waivedCards()
	p.GateSaid, p.Gates, p.Waivers = r.gateSentence(), r.gateTable(), r.waiverTable()
	if p.Worst == "" && r.gate.Code() != 0 {
		p.Worst = "warn" // all is not well, though no finding says so
	}
	open, _ := r.open()
	for _, f := range open {
		if f.Severity.Level() == "fail" && len(p.Decide) < 5 {
			p.Decide = append(p.Decide, linkTo(f))
		}
	}
	p.Digests = r.digestFacts()
	var tables []string
	for _, t := range r.tables {
		tables = append(tables, t.Name+" "+thousands(t.Rows))
		for _, n := range t.Notes {
			said := noted(n)
			p.Notes = append(p.Notes, audit.T(t.Name+": "+said.En, t.Name+"："+said.Zh))
		}
	}
	if n := len(p.Notes) - 4*r.room.rows; n > 0 {
		p.Notes = append(p.Notes[:4*r.room.rows:4*r.room.rows], audit.T("… and "+thousands(int64(n))+" more", "……另有 "+thousands(int64(n))+" 条"))
	}
	p.Sizes = []size{
		{w("Rows read"), same(thousands(r.rowsRead())), same(strings.Join(tables, " · "))},
		{w("Unreadable cells"), same(thousands(r.refusedCells())), w("read as null, and counted")},
		{w("Rows judged"), same(thousands(r.rowsJudged())), w("counted in the table's widest check")},
	}
	return p
}

// visible shows the characters that would change how a page reads without
// being seen: controls, directional marks and overrides, zero-width characters
// and broken UTF-8. The page's own text has none of them, so whatever is found
// came in with the data.
func visible(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		c, n := utf8.DecodeRune(b)
		switch {
		case c == utf8.RuneError && n == 1:
			out = fmt.Appendf(out, "⟨%02X⟩", b[0])
		case hidden(c):
			out = fmt.Appendf(out, "⟨U+%04X⟩", c)
		default:
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return out
}

func hidden(c rune) bool {
	switch {
	case c == '\n' || c == '\t':
		return false
	case c < 0x20, c >= 0x7F && c <= 0x9F, c == 0xAD, c == 0x61C, c == 0xFEFF,
		c >= 0x200B && c <= 0x200F, c >= 0x2028 && c <= 0x202E, c >= 0x2060 && c <= 0x206F, c >= 0xE0000 && c <= 0xE007F:
		return true
	}
	return false
}
