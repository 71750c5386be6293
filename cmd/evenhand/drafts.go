package main

import (
	_ "embed"
	"strings"
	"sync"
)

// The comments of drafted plans in Chinese, in the form of messages_zh.txt.
// What the tables and columns of the contract are is in docs_zh.txt.
//
//go:embed drafts_zh.txt
var draftsZh string

var drafts = sync.OnceValue(func() []message { return wordings("drafts_zh.txt", draftsZh) })

// draftIn puts the comments of a drafted plan into a language; its marks, check
// and TODO, and all that a plan holds stay as they are.
func draftIn(lang string, plan []byte) []byte {
	if lang != "zh" {
		return plan
	}
	lines := strings.Split(string(plan), "\n")
	for i, l := range lines {
		at := comment(l)
		if at < 0 {
			continue
		}
		code, text := l[:at], l[at:]
		for rest := text; ; { // a key to uncomment has a comment of its own
			next := comment(rest)
			if next < 0 {
				break
			}
			code, rest = code+rest[:next], rest[next:]
			text = rest
		}
		mark := ""
		for _, m := range []string{"check: ", "TODO "} {
			if after, ok := strings.CutPrefix(text, m); ok {
				mark, text = mark+m, after
			}
		}
		lines[i] = code + mark + remarkZh(text)
	}
	return []byte(strings.Join(lines, "\n"))
}

// remarkZh is a remark in Chinese, or as it is: a name, a type, a key.
func remarkZh(text string) string {
	if zh := docIn("zh", text); zh != text {
		return zh
	}
	for _, m := range drafts() {
		if args := m.pattern.FindStringSubmatch(text); args != nil {
			for i, a := range args[1:] {
				args[i+1] = remarkZh(a)
			}
			return m.put(args[1:])
		}
	}
	return text
}

// comment is where the text of a line's first comment begins, -1 when it has
// none: after a number sign and a space, outside quotes.
func comment(line string) int {
	quoted := false
	for i := 0; i+1 < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c == '#' && line[i+1] == ' ' && (i == 0 || line[i-1] == ' '):
			return i + 2
		}
	}
	return -1
}
