package reports

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// spoken are the texts of a page that are the page's own: without code, the
// plan, what is quoted and what is in a title of a work.
func spoken(page []byte) []string {
	s := string(page)
	for _, name := range []string{"style", "script", "pre", "code", "h1", "title"} {
		s = regexp.MustCompile(`(?s)<`+name+`\b[^>]*>.*?</`+name+`>`).ReplaceAllString(s, "")
	}
	var out []string
	for _, t := range regexp.MustCompile(`<[^>]*>`).Split(s, -1) {
		t = regexp.MustCompile(`(?s)“[^”]*”|《[^》]*》|"[^"]*"`).ReplaceAllString(html.UnescapeString(t), "")
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	for _, m := range regexp.MustCompile(` (?:aria-label|title)="([^"]*)"`).FindAllStringSubmatch(s, -1) {
		out = append(out, html.UnescapeString(m[1]))
	}
	return out
}

var (
	englishWords = regexp.MustCompile(`\b[a-z]{2,}(?:[ ,]+[a-z]{2,}){2,}`)
	twoWords     = regexp.MustCompile(`^[A-Za-z]{2,} [a-z]{2,}`)
)

// TestOneLanguage holds that a page in one language has no text of the other;
// what the lender recorded stays as it is.
func TestOneLanguage(t *testing.T) {
	for name, in := range map[string]Input{"realistic": realistic(), "clean": clean(), "empty": empty()} {
		in.Lang = onlyChinese
		texts := spoken(pageOf(t, in))
		if len(texts) < 100 {
			t.Fatalf("%s: only %d texts: the test is blind", name, len(texts))
		}
		for _, s := range texts {
			if s == "Application scorecard" {
				continue // the name of a model
			}
			if englishWords.MatchString(s) || twoWords.MatchString(s) && !strings.ContainsFunc(s, unicode.IsDigit) {
				t.Errorf("%s: English in the Chinese page: %q", name, s)
			}
			if i := strings.IndexFunc(s, unicode.IsLower); i < 0 && strings.ContainsFunc(s, ideograph) && regexp.MustCompile(`\p{Han}[,;:?!]`).MatchString(s) {
				t.Errorf("%s: half-width punctuation: %q", name, s)
			}
		}
		switch name {
		case "realistic":
			in = realistic()
		case "clean":
			in = clean()
		default:
			in = empty()
		}
		in.Lang = onlyEnglish
		for _, s := range spoken(pageOf(t, in)) {
			if strings.ContainsFunc(s, ideograph) && !strings.Contains(s, "综合评分不足") && !strings.Contains(s, "income in 元") { // what the lender wrote
				t.Errorf("%s: Chinese in the English page: %q", name, s)
			}
		}
	}
}

func ideograph(c rune) bool {
	return unicode.Is(unicode.Han, c) || c >= '\u3000' && c <= '\u303f' || c >= '\uff00' && c <= '\uff60'
}

// TestNotesAreTold holds that every remark of the reader of Parquet files is told
// in both languages.
func TestNotesAreTold(t *testing.T) {
	files, err := filepath.Glob("../features/parquetfile/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no reader", err)
	}
	n := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:s\.note\(m, |m\.notes = append\(m\.notes, )fmt\.Sprintf\("([^"]*)"`).FindAllSubmatch(b, -1) {
			n++
			note := regexp.MustCompile(`%[sdqv]`).ReplaceAllString(string(m[1]), "x1")
			if got := noted("part.parquet: " + note); got.Zh == got.En || !strings.HasPrefix(got.Zh, "part.parquet：") {
				t.Errorf("%s: %+v", f, got)
			}
		}
	}
	if n < 3 {
		t.Fatalf("%d remarks found: the test is blind", n)
	}
}

func TestPeriodWords(t *testing.T) {
	for label, want := range map[string][2]string{
		"2025-03": {"March 2025", "2025年3月"}, "2026-06-30": {"30 June 2026", "2026年6月30日"}, "2025": {"2025", "2025年"},
		"2025-W05": {"week 5 of 2025", "2025年第5周"}, "2025-Q1": {"quarter 1 of 2025", "2025年第1季度"}, "x": {"x", "x"}, "": {"", ""},
	} {
		if got := periodWords(label); got.En != want[0] || got.Zh != want[1] {
			t.Errorf("%q: %+v", label, got)
		}
	}
}
