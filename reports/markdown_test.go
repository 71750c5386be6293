package reports

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestMarkdown holds the ticket to its golden, and to its length.
func TestMarkdown(t *testing.T) {
	for name, in := range testInputs() {
		b, err := New(in).render(markdownFormat)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > 200 {
			t.Errorf("%s: %d lines", name, n)
		}
		switch name {
		case "hostile-both", "realistic-en", "realistic-zh":
			golden(t, name+".md", regexp.MustCompile("[0-9a-f]{64}").ReplaceAll(b, []byte("…")))
		}
	}
}

// TestMarkdownIsInert holds that what comes in with the data makes no markup:
// outside code spans there is no HTML, no mention, no reference, no link.
func TestMarkdownIsInert(t *testing.T) {
	span := regexp.MustCompile("`[^`\n]*`")
	bad := regexp.MustCompile(`<[a-zA-Z!/]|(^|[^\\])` + "`" + `|@|#[\pL\d_]|[a-z]://|www\.[a-z]|\]\(|!\[`)
	for name, in := range testInputs() {
		b, err := New(in).render(markdownFormat)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			text := span.ReplaceAllString(line, "")
			if m := bad.FindString(text); m != "" {
				t.Errorf("%s: %q in %s", name, m, line)
			}
		}
		cells := 0
		for _, line := range strings.Split(string(b), "\n") {
			if !strings.HasPrefix(line, "|") {
				cells = 0
				continue
			}
			n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if cells != 0 && n != cells {
				t.Errorf("%s: a row of %d cells under a head of %d: %s", name, n-1, cells-1, line)
			}
			cells = n
		}
	}
}

func TestMark(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, 12.3 % (n = 4)": "plain text, 12.3 % (n = 4)",
		"a|b":                        `a\|b`,
		"`x`":                        "\\`x\\`",
		"<b>&amp;":                   "&lt;b&gt;&amp;amp;",
		"@team see #12 and GH-12":    "＠team see ＃12 and GH\u201112",
		"[x](http://y)":              `\[x\]\(http\://y)`,
		"![x](y)":                    `\!\[x\]\(y)`,
		"*a* _b_ ~c~":                `\*a\* \_b\_ \~c\~`,
		"1. item":                    `1\. item`,
		"- item":                     `\- item`,
		"# head":                     `\# head`,
		"www.x.y":                    `www\.x.y`,
		"a\nb\x1b":                   "a b⟨U+001B⟩",
		"$x$":                        `\$x\$`,
		"拒绝（3 笔）":                    "拒绝（3 笔）",
	} {
		if got := mark(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzMark(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := mark(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r<@") || strings.Contains(strings.ReplaceAll(got, `\|`, ""), "|") {
			t.Errorf("%q: %q", s, got)
		}
	})
}
