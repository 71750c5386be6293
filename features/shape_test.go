package features

import "testing"

func TestShape(t *testing.T) {
	for raw, want := range map[string]string{
		"2025/01/03":                        "10 characters like 9999/99/99",
		"Zhang-3 x":                         "9 characters like Aaaaa-9 a",
		"False":                             `"False"`,
		"张三":                                "2 characters like 文文",
		"":                                  "0 characters like ",
		"a\x00\xff":                         "3 characters like a??",
		"0123456789012345678901234567890ab": "33 characters like 999999999999999999999999…",
	} {
		if got := Shape(raw); got != want {
			t.Errorf("Shape(%q) = %q, want %q", raw, got, want)
		}
	}
}
