package audittest

import (
	"regexp"
	"strings"
	"unicode"
)

// ours are English words of evidence that count as English even where an export
// has them too.
var ours = words("yes no none approved approved_lower denied referred undecided holds override technical nothing keep displayed drawable requested granted due paid before after code replay of to by")

func words(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range word.FindAllString(s, -1) {
		out[w] = true
	}
	return out
}

var word = regexp.MustCompile(`[A-Za-z_0-9]+`)

// Recorded are the words that texts hold: what a lender recorded, in fixtures,
// plans and models, and what need no translation.
func Recorded(texts ...string) map[string]bool {
	return words(strings.Join(texts, "\n"))
}

// English returns the first English word of a Chinese text that nobody recorded,
// or "". Codes in capitals or with digits are no words.
func English(zh string, recorded map[string]bool) string {
	for _, w := range word.FindAllString(zh, -1) {
		if len(w) > 1 && strings.ToLower(w) == w && strings.ContainsFunc(w, unicode.IsLetter) && !strings.ContainsAny(w, "0123456789") && (ours[w] || !recorded[w]) {
			return w
		}
	}
	return ""
}

// Chinese reports whether a text has a Chinese character.
func Chinese(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return unicode.Is(unicode.Han, c) })
}
