package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
)

// langVariable is the environment variable that says in what language the
// command speaks where no -lang does.
const langVariable = "EVENHAND_LANG"

const printedUsage = "language of what is printed: en or zh (default $" + langVariable + ", else en)"

// printedIn is the language of what is printed, en or zh, where -lang is lang: a
// page may be in both, a terminal isn't.
func printedIn(lang string) string {
	if lang != "en" && lang != "zh" {
		lang = os.Getenv(langVariable)
	}
	if lang == "zh" {
		return lang
	}
	return "en"
}

// printedBy is the language in which a command speaks.
func printedBy(cmd *cobra.Command) string {
	if f := cmd.Flags().Lookup("lang"); f != nil {
		return printedIn(f.Value.String())
	}
	return printedIn("")
}

// sayf is a sentence for people, in English or by its wording in
// messages_zh.txt: the test of that list reads the formats off the source.
func sayf(lang, format string, args ...any) string {
	text := fmt.Sprintf(format, args...)
	if lang == "zh" {
		return chinese(text)
	}
	return text
}

// addLang gives every command its -lang.
func addLang(root *cobra.Command) {
	for _, c := range append(root.Commands(), root) {
		if c.Flags().Lookup("lang") == nil {
			c.Flags().String("lang", "", printedUsage)
		}
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		f := cmd.Flags().Lookup("lang")
		if f == nil || !f.Changed || f.DefValue == "both" { // the command looks itself
			return nil
		}
		return validLang(f.Value.String())
	}
}

// langOf is the language that a command line asks for. It is looked at as it
// is: what goes wrong may be the command line itself.
func langOf(args []string) string {
	lang := ""
	for i, a := range args {
		switch name, value, given := strings.Cut(strings.TrimLeft(a, "-"), "="); {
		case name != "lang" || !strings.HasPrefix(a, "-"):
		case given:
			lang = value
		case i+1 < len(args):
			lang = args[i+1]
		}
	}
	return printedIn(lang)
}

// columns is how wide a text is on a terminal, where Chinese characters take
// two columns.
func columns(s string) (n int) {
	for _, r := range s {
		n++
		if slices.ContainsFunc(wide, func(t *unicode.RangeTable) bool { return unicode.Is(t, r) }) {
			n++
		}
	}
	return n
}

var wide = []*unicode.RangeTable{unicode.Han, {R16: []unicode.Range16{{Lo: 0x3000, Hi: 0x303f, Stride: 1}, {Lo: 0xff00, Hi: 0xff60, Stride: 1}}}}

// padded is a text with spaces up to a width.
func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(width-columns(s), 0))
}

// in is one of two wordings, for what is no sentence of its own.
func in(lang, en, zh string) string {
	return map[bool]string{true: zh, false: en}[lang == "zh"]
}
