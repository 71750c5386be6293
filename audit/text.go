package audit

import "fmt"

// Text is a sentence for people, in both languages of the report.
type Text struct {
	En string `json:"en" yaml:"en"`
	Zh string `json:"zh" yaml:"zh"`
}

// T is shorthand for a Text.
func T(en, zh string) Text { return Text{En: en, Zh: zh} }

// Tf formats both languages with the same arguments. Use indexed verbs where
// the word order differs.
func Tf(en, zh string, args ...any) Text {
	return Text{En: fmt.Sprintf(en, args...), Zh: fmt.Sprintf(zh, args...)}
}

// In returns the text in lang ("en" or "zh").
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.Zh
	}
	return t.En
}

// IsZero reports whether the text is empty in both languages.
func (t Text) IsZero() bool { return t.En == "" && t.Zh == "" }
