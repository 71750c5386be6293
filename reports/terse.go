package reports

import (
	"bytes"
	"strings"
)

// terse takes out of a page's markup what HTML lets an author leave out: end
// tags that the next tag implies, quotes around plain values, line breaks
// between blocks. Text is left alone: what came in with the data has no "<" of
// its own, and a value that holds anything but letters, digits and a few marks
// keeps its quotes.
func terse(page []byte) []byte {
	out := make([]byte, 0, len(page))
	for len(page) > 0 {
		i := bytes.IndexByte(page, '<')
		if i < 0 {
			return append(out, page...)
		}
		text := page[:i]
		page = page[i:]
		end := tagEnd(page)
		if end < 0 {
			return append(append(out, text...), page...)
		}
		tag, name := page[:end], tagName(page)
		page = page[end:]
		// White space between blocks says nothing.
		if !(len(bytes.TrimSpace(text)) == 0 && bytes.IndexByte(text, '\n') >= 0 && (blocks[name] || endsBlock(out))) {
			out = append(out, text...)
		}
		switch {
		case implied[name] && tag[1] == '/':
			// The next tag, or that of the parent, ends it too. What follows is
			// markup: no text ever stands between these elements.
		default:
			out = appendTag(out, tag)
		}
		if name == "style" || name == "script" || name == "pre" { // verbatim up to the end tag
			if tag[1] != '/' {
				n := bytes.Index(page, []byte("</"+name))
				if n < 0 {
					return append(out, page...)
				}
				out, page = append(out, page[:n]...), page[n:]
			}
		}
	}
	return out
}

var (
	implied = tagSet("td th tr thead tbody li dt dd")
	blocks  = tagSet(`html head meta body title style div section article header main nav p h1 h2 h3 h4 h5 ul ol li dl dt dd table thead tbody tr th td
		figure figcaption svg g defs pattern use rect circle path text details summary pre caption desc`)
)

func tagSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// tagEnd is where the tag at the start of b ends: behind a ">" outside quotes.
func tagEnd(b []byte) int {
	quote := byte(0)
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

func tagName(tag []byte) string {
	tag = bytes.TrimPrefix(tag[1:], []byte("/"))
	n := 0
	for n < len(tag) && (tag[n] >= 'a' && tag[n] <= 'z' || tag[n] >= '0' && tag[n] <= '9') {
		n++
	}
	return string(tag[:n])
}

// endsBlock reports whether b ends with the tag of a block.
func endsBlock(b []byte) bool {
	if len(b) == 0 || b[len(b)-1] != '>' {
		return false
	}
	i := bytes.LastIndexByte(b, '<')
	return i >= 0 && blocks[tagName(b[i:])]
}

// appendTag appends a tag, without the quotes that its values can do without.
func appendTag(out, tag []byte) []byte {
	if bytes.IndexByte(tag, '\'') >= 0 {
		return append(out, tag...)
	}
	for {
		i := bytes.Index(tag, []byte(`="`))
		if i < 0 {
			return append(out, tag...)
		}
		n := bytes.IndexByte(tag[i+2:], '"')
		if n < 0 {
			return append(out, tag...)
		}
		value, after := tag[i+2:i+2+n], tag[i+3+n:]
		if n > 0 && bare(value) && (len(after) == 0 || after[0] != '/') {
			out = append(append(out, tag[:i+1]...), value...)
		} else {
			out = append(out, tag[:i+3+n]...)
		}
		tag = after
	}
}

func bare(value []byte) bool {
	for _, c := range value {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '#') {
			return false
		}
	}
	return true
}
