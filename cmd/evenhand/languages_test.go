package main

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// TestPagesInOneLanguage holds that the page of the book in one language has no
// text of the other: what is said in code, in the plan, within quotes and in
// titles of works is the lender's, or has no other language.
func TestPagesInOneLanguage(t *testing.T) {
	if raced {
		t.Skip("the race detector sees nothing in a page")
	}
	t.Parallel()
	sentence := regexp.MustCompile(`\b[a-z]{2,}(?:[ ,]+[a-z]{2,}){2,}`)
	label := regexp.MustCompile(`^[A-Za-z]{2,} [a-z]{2,}`)
	for lang, foreign := range map[string]func(string) bool{
		"zh": func(s string) bool {
			return sentence.MatchString(s) || label.MatchString(s) && !strings.ContainsFunc(s, unicode.IsDigit)
		},
		"en": func(s string) bool {
			return strings.ContainsFunc(s, func(c rune) bool {
				return unicode.Is(unicode.Han, c) || c >= '\u3000' && c <= '\u303f' || c >= '\uff00' && c <= '\uff60'
			})
		},
	} {
		out := filepath.Join(t.TempDir(), "report")
		if o := evenhand(t, ".", nil, "audit", "-c", "../../fixtures/book/audit.yaml", "-o", out, "-lang", lang, "-q"); o.code != exitOK && o.code != exitFindings {
			t.Fatalf("exit %d: %s", o.code, o.stderr)
		}
		page, err := os.ReadFile(filepath.Join(out, "report.html"))
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > 1_000_000 {
			t.Errorf("%s: the page takes %d bytes", lang, len(page))
		}
		texts := spoken(string(page))
		if len(texts) < 2000 {
			t.Fatalf("%s: only %d texts: the test is blind", lang, len(texts))
		}
		for _, s := range texts {
			// Who wrote the files, and what an engine recorded.
			if foreign(s) && !strings.HasPrefix(s, "evenhand fixtures") && !strings.Contains(s, "code RV1") {
				t.Errorf("%s: %q", lang, s)
			}
		}
	}
}

// spoken are the texts of a page that are the page's own.
func spoken(page string) []string {
	for _, name := range []string{"style", "script", "pre", "code", "h1", "title"} {
		page = regexp.MustCompile(`(?s)<`+name+`\b[^>]*>.*?</`+name+`>`).ReplaceAllString(page, "")
	}
	var out []string
	for _, s := range regexp.MustCompile(`<[^>]*>`).Split(page, -1) {
		s = regexp.MustCompile(`(?s)“[^”]*”|《[^》]*》|"[^"]*"`).ReplaceAllString(html.UnescapeString(s), "")
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
