package main

import (
	"cmp"
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The wordings of errors in Chinese, two lines each: as the source has it, and
// in Chinese with {1}, {2} for what is filled in. Errors are made in English
// wherever something goes wrong, by packages that know no language; they are
// put into Chinese here, where they are printed.
//
//go:embed messages_zh.txt
var messagesZh string

// What the operating system and the libraries say that nobody here words.
//
//go:embed others_zh.txt
var othersZh string

// message is one wording.
type message struct {
	en, zh  string
	verbs   int
	literal int // letters that are no verbs
	pattern *regexp.Regexp
}

// verb is one verb of a format.
var verb = regexp.MustCompile(`%(?:\[\d+\])?[-+# 0]*(?:\d+|\*)?(?:\.\d+)?[a-zA-Z]`)

// messages are all wordings, those that say most first.
var messages = sync.OnceValue(func() []message { return wordings("messages_zh.txt", messagesZh) })

// wordings reads a list of wordings, those that say most first.
func wordings(file, list string) []message {
	var out []message
	for _, entry := range strings.Split(strings.TrimSpace(list), "\n\n") {
		en, zh, ok := strings.Cut(entry, "\n")
		if !ok || strings.Contains(zh, "\n") {
			panic(file + ": not two lines: " + entry)
		}
		m := message{en: strings.ReplaceAll(en, `\n`, "\n"), zh: strings.ReplaceAll(zh, `\n`, "\n")}
		var pattern strings.Builder
		pattern.WriteString(`(?s)^`)
		at := 0
		for _, loc := range verb.FindAllStringIndex(strings.ReplaceAll(m.en, "%%", "\x00\x00"), -1) {
			pattern.WriteString(literal(m.en[at:loc[0]]))
			if m.en[loc[1]-1] == 'q' { // else what is quoted would go to a verb beside it
				pattern.WriteString(`("(?:[^"\\]|\\.)*"|.*?)`)
			} else {
				pattern.WriteString(`(.*?)`)
			}
			m.literal += len(m.en[at:loc[0]])
			at, m.verbs = loc[1], m.verbs+1
		}
		pattern.WriteString(literal(m.en[at:]) + `$`)
		m.literal += len(m.en[at:])
		m.pattern = regexp.MustCompile(pattern.String())
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b message) int { return -cmp.Compare(a.literal, b.literal) })
	return out
}

var others = sync.OnceValue(func() []message { return wordings("others_zh.txt", othersZh) })

func literal(s string) string { return regexp.QuoteMeta(strings.ReplaceAll(s, "%%", "%")) }

// told is an error in the language that the command line asks for.
func told(err error, args []string) string {
	if langOf(args) == "zh" {
		return chinese(err.Error())
	}
	return err.Error()
}

// chinese puts an error into Chinese. What no wording fits stays as it is: a
// name or a number.
func chinese(text string) string {
	if lines := strings.Split(text, "\n"); len(lines) > 1 {
		for i, l := range lines {
			lines[i] = chinese(l)
		}
		return strings.Join(lines, "\n")
	}
	for _, m := range messages() {
		// Wordings of little else than what is filled in would fit anything.
		if m.literal < 4 {
			break
		}
		if args := m.pattern.FindStringSubmatch(text); args != nil {
			return m.fill(args[1:])
		}
	}
	for _, m := range others() {
		if args := m.pattern.FindStringSubmatch(text); args != nil {
			return m.fill(args[1:])
		}
	}
	// FILE: row group N: COLUMN: what is wrong
	if where, what, ok := strings.Cut(text, ": "); ok {
		return place(where) + "：" + chinese(what)
	}
	return text
}

// choice is a list of words to choose from, a, b or c; span is from one number
// to another.
var (
	choice = regexp.MustCompile(`^[-\w.]+(?:, [-\w.]+)*(?: or [-\w.]+)+$`)
	span   = regexp.MustCompile(`^(\d+) to (\d+)$`)
)

func (m *message) fill(args []string) string {
	filled := make([]string, len(args))
	for i, a := range args {
		if choice.MatchString(a) {
			a = strings.NewReplacer(", ", "、", " or ", "或").Replace(a)
		}
		filled[i] = chinese(span.ReplaceAllString(a, "$1 至 $2"))
	}
	return m.put(filled)
}

// put is the wording with what is filled in as it is.
func (m *message) put(args []string) string {
	out := strings.ReplaceAll(m.zh, "%%", "%")
	for i, a := range args {
		out = strings.ReplaceAll(out, "{"+strconv.Itoa(i+1)+"}", a)
	}
	return out
}

// place is the part of an error that says where it is.
func place(where string) string {
	if n, ok := strings.CutPrefix(where, "row group "); ok {
		return "第 " + n + " 个行组"
	}
	if n, ok := strings.CutPrefix(where, "line "); ok {
		return "第 " + n + " 行"
	}
	return chinese(where) // what is wrong may be told in two parts
}
