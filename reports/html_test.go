package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// golden compares got with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (-update rewrites it):\n%s", file, cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")))
	}
}

func pageOf(t *testing.T, in Input) []byte {
	t.Helper()
	b, err := New(in).render(htmlFormat)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// style is cut out of goldens: it is its own golden in templates.
var styleElement = regexp.MustCompile(`(?s)<style>.*?</style>`)

func TestHTMLGolden(t *testing.T) {
	for name, in := range map[string]Input{"clean.html": clean(), "hostile.html": attack()} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, styleElement.ReplaceAll(pageOf(t, in), []byte("<style></style>")))
		})
	}
}

func TestHTMLIsSmall(t *testing.T) {
	in := realistic()
	findings, metrics, cases := len(in.Result.Findings), len(in.Result.Metrics), len(in.Result.Cases)
	if findings < 10 || metrics < 200 || cases < 2000 {
		t.Fatalf("the run has only %d findings, %d metrics, %d cases", findings, metrics, cases)
	}
	if n := len(pageOf(t, in)); n > 500_000 {
		t.Errorf("the page of a realistic run takes %d bytes, more than 500 kB", n)
	}
}

var (
	tags       = regexp.MustCompile(`<(/?)([a-zA-Z!][a-zA-Z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>`)
	attributes = regexp.MustCompile(`([a-zA-Z-]+)(?:="[^"]*"|=en|=zh)?`)
	quoted     = regexp.MustCompile(`"[^"]*"`)
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// TestHTMLIsInert holds that no string of the data becomes an element, an
// attribute, a request or an invisible character.
func TestHTMLIsInert(t *testing.T) {
	known := set(`!DOCTYPE html head meta title style body input div label nav p ol ul li a i main header h1 h2 h3 h4 dl dt dd section span article
		figure figcaption svg desc rect circle path text code table thead tbody tr th td details summary pre strong`)
	allowed := set(`html lang charset http-equiv content name class type id checked for role aria-label aria-labelledby href title viewBox colspan
		x y width height cx cy r d scope open data-id`)
	for name, in := range map[string]Input{"hostile": attack(), "realistic": realistic()} {
		page := pageOf(t, in)
		body := styleElement.ReplaceAll(page, nil)
		n := 0
		for _, m := range tags.FindAllSubmatch(body, -1) {
			n++
			if !known[string(m[2])] {
				t.Errorf("%s: element %s", name, m[0])
			}
			for _, a := range attributes.FindAllSubmatch(quoted.ReplaceAll(m[3], []byte(`""`)), -1) {
				if !allowed[string(a[1])] {
					t.Errorf("%s: attribute %s in %s", name, a[1], m[0])
				}
			}
		}
		if n < 100 {
			t.Fatalf("%s: only %d tags found: the test is blind", name, n)
		}
		for _, m := range regexp.MustCompile(`(?:href|src)="([^"#][^"]*)"`).FindAllSubmatch(body, -1) {
			t.Errorf("%s: the page points outside itself: %s", name, m[0])
		}
		if regexp.MustCompile(`(?i)url\(|@import`).Match(page) {
			t.Errorf("%s: the style asks for a file", name)
		}
		for _, c := range string(page) {
			if hidden(c) {
				t.Errorf("%s: character %U came through", name, c)
			}
		}
		if i := bytes.Index(page, []byte("%!")); i >= 0 {
			t.Errorf("%s: a format went wrong: %s", name, page[i:i+40])
		}
		if bytes.Contains(page, []byte("13800000000")) || bytes.Contains(page, []byte("zzrare")) {
			t.Errorf("%s: a rare raw value is published", name)
		}
		if bytes.Contains(page, []byte("/srv/")) || bytes.Contains(page, []byte("/etc/")) {
			t.Errorf("%s: an absolute path is published", name)
		}
	}
}

// TestAnchors holds that every link of the page has a target, and no id is
// used twice.
func TestAnchors(t *testing.T) {
	page := pageOf(t, realistic())
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllSubmatch(page, -1) {
		if ids[string(m[1])] {
			t.Errorf("id %s is used twice", m[1])
		}
		ids[string(m[1])] = true
	}
	links := regexp.MustCompile(`href="#([^"]*)"`).FindAllSubmatch(page, -1)
	if len(links) < 20 {
		t.Fatalf("only %d links", len(links))
	}
	for _, m := range links {
		if !ids[string(m[1])] {
			t.Errorf("link to %s leads nowhere", m[1])
		}
	}
}

// TestWords holds that every word of the templates has its Chinese, and that
// every Chinese is used.
func TestWords(t *testing.T) {
	used := map[string]bool{}
	files, err := filepath.Glob("templates/*.tmpl")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	code, _ := filepath.Glob("*.go")
	for _, f := range append(files, code...) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\{\{w "([^"]*)"|\bw\("([^"]*)"\)`).FindAllSubmatch(b, -1) {
			word := string(m[1]) + string(m[2])
			used[word] = true
			if ui[word] == "" {
				t.Errorf("%s: no Chinese for %q", f, word)
			}
		}
	}
	for word := range ui {
		if !used[word] {
			t.Errorf("%q is not used", word)
		}
	}
}

func TestLanguageOpensAsAsked(t *testing.T) {
	for _, lang := range []string{"en", "zh", "both"} {
		in := clean()
		in.Lang = lang
		if !bytes.Contains(pageOf(t, in), []byte(`id="lang-`+lang+`" checked>`)) {
			t.Errorf("the page does not open in %s", lang)
		}
	}
}
