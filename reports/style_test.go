package reports

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// colours are the variables of one theme of the style sheet.
type colours map[string]string

var variable = regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]{6})`)

// themes reads the variables of the style sheet: those of light, dark and print.
func themes(t *testing.T) map[string]colours {
	t.Helper()
	b, err := os.ReadFile("templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	css := string(b)
	read := func(part string, under colours) colours {
		out := colours{}
		for k, v := range under {
			out[k] = v
		}
		_, part, ok := strings.Cut(part, ":root {")
		if !ok {
			t.Fatal("no variables")
		}
		part, _, _ = strings.Cut(part, "}")
		for _, m := range variable.FindAllStringSubmatch(part, -1) {
			out[m[1]] = m[2]
		}
		return out
	}
	from := func(mark string) string {
		_, part, ok := strings.Cut(css, mark)
		if !ok {
			t.Fatalf("the style sheet has no %s", mark)
		}
		return part
	}
	light := read(css, nil)
	return map[string]colours{"light": light, "dark": read(from("prefers-color-scheme: dark"), light), "print": read(from("@media print"), light)}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(hex string) float64 {
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		panic(err)
	}
	part := func(shift uint) float64 {
		c := float64(n>>shift&255) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrast holds that text stands out from what it is written on by 4.5 to
// 1, and marks by 3 to 1, on screens light and dark and on paper.
func TestContrast(t *testing.T) {
	if c := contrast("#000000", "#ffffff"); math.Abs(c-21) > 1e-9 {
		t.Fatalf("black on white: %g", c)
	}
	text := []string{"ink bg", "ink panel", "soft bg", "soft panel", "link bg", "link panel", "fail bg", "warn panel", "fail panel", "info panel", "pass panel", "none panel",
		"fail fail-bg", "warn warn-bg", "info info-bg", "pass pass-bg", "none none-bg", "ink fail-bg", "ink warn-bg", "ink info-bg", "ink pass-bg", "ink none-bg", "bg ink",
		"ink heat0", "ink heat1", "heat2-ink heat2"}
	marks := []string{"s1 bg", "s2 bg", "soft bg", "link bg", "fail bg"}
	for theme, c := range themes(t) {
		hold := func(pairs []string, least float64) {
			for _, p := range pairs {
				fore, back, _ := strings.Cut(p, " ")
				if c[fore] == "" || c[back] == "" {
					t.Errorf("%s: no variable of %s", theme, p)
				} else if got := contrast(c[fore], c[back]); got < least {
					t.Errorf("%s: %s on %s: %.2f to 1, less than %g", theme, fore, back, got, least)
				}
			}
		}
		hold(text, 4.5)
		hold(marks, 3)
	}
}

// TestEveryColourIsHeld holds that the pairs above are all that the style sheet
// writes text with: a rule that sets a colour uses a variable of those.
func TestEveryColourIsHeld(t *testing.T) {
	b, err := os.ReadFile("templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	known := set("ink soft link fail warn info pass none bg")
	n := 0
	for _, m := range regexp.MustCompile(`[ {;]color: ([^;}]+)`).FindAllStringSubmatch(string(b), -1) {
		n++
		name, ok := strings.CutPrefix(strings.TrimSpace(m[1]), "var(--")
		if name = strings.TrimSuffix(name, ")"); m[1] != "inherit" && (!ok || !known[name]) {
			t.Errorf("text in %q: not a colour that TestContrast holds", m[1])
		}
	}
	if n < 10 {
		t.Fatal(fmt.Sprint(n, " colours found: the test is blind"))
	}
}

// TestPrintedHeads: Chromium leaves a button out where the head of a table is
// repeated on the next page, so that what the script made buttons must be no
// boxes in print.
func TestPrintedHeads(t *testing.T) {
	b, err := os.ReadFile("templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	_, printed, _ := strings.Cut(string(b), "@media print")
	for _, want := range []string{".sort { display: contents; }", "thead { display: table-header-group; }"} {
		if !strings.Contains(printed, want) {
			t.Errorf("the style of print has no %s", want)
		}
	}
}

// TestLongWordsBreak: one word of 5,000 letters in a column made the whole page
// scroll sideways.
func TestLongWordsBreak(t *testing.T) {
	b, err := os.ReadFile("templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	if _, body, _ := strings.Cut(string(b), "\nbody {"); !strings.Contains(body[:strings.IndexByte(body, '}')], "overflow-wrap: break-word") {
		t.Error("the body of the page lets long words run past its edge")
	}
}
