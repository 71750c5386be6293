package reports

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"evenhand/audit"
)

// manual is one check's manual page in both languages.
type manual struct {
	Name  string
	Title audit.Text
	Pages []manualPage
}

// manualPage is one check's Doc or DocZh, cut into paragraphs.
type manualPage struct {
	Lang, Heading string
	Blocks        []block
}

type block struct {
	Pre  bool // formulas and tables keep their lines
	Text string
}

func (r *Report) manuals() []manual {
	var out []manual
	for _, c := range r.checks {
		m := manual{c.Name, c.Title, []manualPage{manualPageOf("en", c.Doc), manualPageOf("zh", c.DocZh)}}
		if !r.room.manuals { // what it checks; how it does is in the program
			for i := range m.Pages {
				p := &m.Pages[i]
				p.Blocks = append(p.Blocks[:min(len(p.Blocks), 1)], block{Pre: true, Text: "evenhand checks " + c.Name})
			}
		}
		out = append(out, m)
	}
	return out
}

func manualPageOf(lang, doc string) manualPage {
	heading, body, _ := strings.Cut(doc, "\n\n")
	p := manualPage{Lang: lang, Heading: heading}
	for _, s := range strings.Split(strings.TrimSpace(body), "\n\n") {
		p.Blocks = append(p.Blocks, blocksOf(s)...)
	}
	for i := range p.Blocks {
		if b := &p.Blocks[i]; !b.Pre {
			b.Text = unwrap(b.Text)
		}
	}
	return p
}

// unwrap joins lines broken between two Chinese characters: a browser would
// put a space there.
func unwrap(s string) string {
	lines := strings.Split(s, "\n")
	var b strings.Builder
	for i, line := range lines {
		b.WriteString(line)
		if i+1 == len(lines) {
			break
		}
		last, _ := utf8.DecodeLastRuneInString(line)
		next, _ := utf8.DecodeRuneInString(lines[i+1])
		if !chinese(last) || !chinese(next) {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// chinese reports whether r is a Chinese character or punctuation mark.
func chinese(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= '\u3000' && r <= '\u303f' || r >= '\uff00' && r <= '\uff60'
}

// blocksOf cuts a paragraph where indented lines begin and end.
func blocksOf(p string) []block {
	var out []block
	for _, line := range strings.Split(p, "\n") {
		pre := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "- ")
		if n := len(out); n > 0 && out[n-1].Pre == pre {
			out[n-1].Text += "\n" + line
		} else {
			out = append(out, block{pre, line})
		}
	}
	return out
}
