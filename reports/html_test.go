package reports

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// update says that goldens are rewritten; TestMain reads it.
var update = new(bool)

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

// Style and script, and their digests, are cut out of goldens: they are their
// own in templates.
var styleElement = regexp.MustCompile(`(?s)<(?:style|script)>.*?</(?:style|script)>|'sha256-[^']*'`)

// readable is a page for a golden: a tag a line, and no chart patterns.
func readable(page []byte) []byte {
	page = regexp.MustCompile(`(?s)<svg class=defs.*?</svg>`).ReplaceAll(styleElement.ReplaceAll(page, nil), nil)
	return bytes.ReplaceAll(page, []byte("><"), []byte(">\n<"))
}

func TestHTMLGolden(t *testing.T) {
	for name, in := range map[string]Input{"clean.html": clean(), "hostile.html": attack()} {
		if name == "clean.html" {
			in.Lang = "zh"
		}
		t.Run(name, func(t *testing.T) {
			golden(t, name, readable(pageOf(t, in)))
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
	attributes = regexp.MustCompile(`([a-zA-Z-]+)(?:="[^"]*"|=[^\s"'>]+)?`)
	quoted     = regexp.MustCompile(`"[^"]*"`)
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// What the templates write themselves.
var (
	knownElements = set(`!DOCTYPE html head meta title style body input div label nav p ol ul li a i main header h1 h2 h3 h4 h5 dl dt dd section span b article
		figure figcaption svg g defs pattern use rect circle path text code table thead tbody tr th td details summary pre strong template script`)
	knownAttributes = set(`html lang charset http-equiv content name class type id checked for role aria-label aria-labelledby aria-describedby aria-hidden href title viewBox
		colspan x y width height cx cy r d scope open tabindex patternUnits preserveAspectRatio
		data-id data-k data-severity data-level data-chapter data-verdict data-waived`)
)

// TestHTMLIsInert holds that no string of the data becomes an element, an
// attribute, a request or an invisible character.
func TestHTMLIsInert(t *testing.T) {
	for name, in := range map[string]Input{"hostile": attack(), "realistic": realistic()} {
		page := pageOf(t, in)
		body := styleElement.ReplaceAll(page, nil)
		n := 0
		for _, m := range tags.FindAllSubmatch(body, -1) {
			n++
			if !knownElements[string(m[2])] {
				t.Errorf("%s: element %s", name, m[0])
			}
			for _, a := range attributes.FindAllSubmatch(quoted.ReplaceAll(m[3], []byte(`""`)), -1) {
				if !knownAttributes[string(a[1])] {
					t.Errorf("%s: attribute %s in %s", name, a[1], m[0])
				}
			}
		}
		if n < 100 {
			t.Fatalf("%s: only %d tags found: the test is blind", name, n)
		}
		outside := regexp.MustCompile(`(?:href|src)="?([^"#\s>][^"\s>]*)`)
		for _, tag := range tags.FindAll(body, -1) {
			if m := outside.Find(tag); m != nil {
				t.Errorf("%s: the page points outside itself: %s", name, m)
			}
		}
		if regexp.MustCompile(`(?i)url\([^#]|@import`).Match(page) {
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
	for _, m := range regexp.MustCompile(` id="?([^"\s>]*)`).FindAllSubmatch(page, -1) {
		if ids[string(m[1])] {
			t.Errorf("id %s is used twice", m[1])
		}
		ids[string(m[1])] = true
	}
	links := regexp.MustCompile(`href="?#([^"\s>/]*)`).FindAllSubmatch(page, -1)
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
		for _, m := range regexp.MustCompile(`\{\{w "([^"]*)"|\bw\("([^"]*)"\)|\(say "([^"]*)"\)`).FindAllSubmatch(b, -1) {
			word := string(m[1]) + string(m[2]) + string(m[3])
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

// TestLanguages holds that a page in both languages has the switch and opens in
// English, and that a page in one language has none and is shorter, with
// more in it.
func TestLanguages(t *testing.T) {
	size := map[string]int{}
	for lang, root := range map[string]string{"": "en", "both": "en", "en": "en", "zh": "zh-CN"} {
		in := realistic()
		in.Lang = lang
		page := pageOf(t, in)
		size[lang] = len(page)
		if !bytes.Contains(page, []byte("<html lang="+root+">")) {
			t.Errorf("%q: the page's language is not %s", lang, root)
		}
		two := lang == "" || lang == "both"
		if bytes.Contains(page, []byte(`id=lang-en checked>`)) != two || bytes.Contains(page, []byte("<i lang=zh>")) != two {
			t.Errorf("%q: a switch or a second language, or none of them", lang)
		}
	}
	if size["both"] != size[""] || size["zh"] > size["both"]*9/10 || size["en"] > size["both"]*9/10 {
		t.Errorf("sizes: %v", size)
	}
}
